"""Time and peak memory of each group that `calendem analyse` measures, as docs/analyse.md has them.

python benchmarks/analysis_cost.py [--edge 256] [--groups sizes,mercury] [--threads 1]

The volume is three-phase, of spheres of 8 voxels' radius that overlap, periodic.
"""

import argparse
import ctypes
import gc
import resource
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter

from dem.jit import use_threads
from scenarios.runner.analysis.group import Sample
from scenarios.runner.analysis.groups import FIRST, chosen
from scenarios.runner.load import Source, read
from voxelize.split.distance import depth_under_surface
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, PORE, Volume

_RADIUS = 8.0
_VOXEL = 0.4e-6


def three_phases(edge: int) -> Volume:
    """Some 48 % active material, 12 % binder domain near it."""
    rng = np.random.default_rng(1)
    empty = np.ones((edge,) * 3, bool)
    count = int(0.65 * edge**3 / (4.0 / 3.0 * np.pi * _RADIUS**3))
    empty[tuple(rng.integers(0, edge, (3, count)))] = False
    distance = depth_under_surface(empty, True)
    noise = gaussian_filter(rng.standard_normal(empty.shape, np.float32), 1.5, mode="wrap")
    labels = np.full(empty.shape, PORE, np.uint8)
    labels[(distance < _RADIUS + 4.0) & (noise > 0.03)] = CARBON_BINDER
    labels[distance < _RADIUS] = ACTIVE_MATERIAL
    return Volume(labels, _VOXEL, True, edge * _VOXEL, 0.5)


def peak_reset() -> int:
    """Memory in use [bytes], what was freed handed back (Linux); the peak counts from here."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def peak() -> int:
    """The peak since then [bytes]."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--edge", type=int, default=256, help="voxels (default: 256)")
    parser.add_argument("--groups", help="names, as of analyse --only (default: all)")
    parser.add_argument("--threads", type=int, default=1, help="(default: 1)")
    args = parser.parse_args()
    use_threads(args.threads)
    data = {"electrode": {"kind": "image", "image": __file__}, "cell": {"kind": "none"}}
    scenario = read(data, Source("cost", "cost", "", Path.cwd()))
    volume = three_phases(args.edge)
    small = replace(volume, labels=volume.labels[:48, :48, :48].copy(), thickness=48 * _VOXEL)
    share = np.bincount(volume.labels.ravel(), minlength=3) / volume.labels.size
    print(f"{args.edge}³ voxels: {np.round(share, 3).tolist()} pores, active material, domain")
    print(f"{'group':<20} {'s':>8} {'s of CPU':>9} {'bytes a voxel':>14}")
    total = np.zeros(2)
    for group in (FIRST, *chosen(args.groups, None)):
        # Kernels are loaded, or compiled, on a corner.
        group.measure(Sample(small, scenario), lambda fraction, note: None)
        before = peak_reset()
        start = np.array((time.perf_counter(), time.process_time()))
        group.measure(Sample(volume, scenario), lambda fraction, note: None)
        took = np.array((time.perf_counter(), time.process_time())) - start
        total += took
        per_voxel = (peak() - before) / volume.labels.size + 1.0
        print(f"{group.name:<20} {took[0]:8.2f} {took[1]:9.2f} {per_voxel:14.1f}", flush=True)
    print(f"{'all':<20} {total[0]:8.2f} {total[1]:9.2f}")


if __name__ == "__main__":
    main()
