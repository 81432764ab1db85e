"""Triangle meshes: particles of a volume as smooth surfaces, and surfaces as a volume."""
