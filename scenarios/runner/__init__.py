"""Reads a scenario file, runs it stage by stage, and keeps the run folder."""

import os

# The bits of a BLAS sum depend on its number of threads; parallel work here is Numba's.
for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
