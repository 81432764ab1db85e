"""Cells from and to files in the battery parameter exchange format BPX."""

from electrochem.bpx.read import BpxFile, open_bpx, read_bpx
from electrochem.bpx.write import beside, write_bpx

__all__ = ["BpxFile", "beside", "open_bpx", "read_bpx", "write_bpx"]
