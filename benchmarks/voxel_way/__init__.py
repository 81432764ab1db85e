"""What voxel_speed.py measures: test volumes, our stages, what others offer for them."""
