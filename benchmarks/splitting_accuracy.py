"""How many particles of known packings the splitting finds again, how fast, in how much memory.

    python benchmarks/splitting_accuracy.py [--json] [--seeds 100,101] [--voxels 0.4,0.3,0.2]
        [--width 36] [--without-peers] [--without-speed] [--sizes 150,300,500]

Bimodal packings (14 and 3 µm, 8:2) of touching spheres and of irregular particles fill 45, 55 and
65 % of a box periodic in plane. Their voxels are taken sharp, and as an imager rounds them: blurred
by 0.7 voxels and cut at half of the grey level. Between plates and periodic in plane, no particle
is cut, so all of them count: a particle is recovered where a found one overlaps it (intersection
over union) by more than 0.8. Scikit-image's ways are held against ours on the same volumes; they
know no periodic sides, so there both count the particles that no side cuts.

The settings were chosen on seeds below 100. JSON: `cases`, `within` {case: whether both asked
figures are met}, `speed`, `ratios` {way: theirs over ours}.
"""

import argparse
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from scipy import ndimage
from skimage.feature import peak_local_max
from skimage.morphology import h_maxima
from skimage.segmentation import watershed

from benchmarks.voxel_way.measure import Meter
from dem.jit import use_threads
from tests.voxelize.known_packings import overlaps, pack, voxels, wide_necks, within_sides
from voxelize.split.watershed import NECK, split_particles

SHARES = (0.45, 0.55, 0.65)
SHAPES = {"spheres": 0.0, "irregular": 0.12}
"""Rms height of the surface's harmonics over the radius; 0.12 is a sphericity of 0.93."""
ROUNDINGS = {"sharp": 0.0, "rounded": 0.7}
RECOVERED, COUNT, SECONDS, BYTES = 0.95, 0.03, 20.0, 35.0
"""Asked: share recovered, error of the count; for 300³ voxels time [s] and bytes a voxel."""


def peaks_of_distance(active):
    """Markers at local maxima of the distance at least three voxels apart."""
    depth = ndimage.distance_transform_edt(active)
    peaks = peak_local_max(depth, min_distance=3, labels=active.astype(np.int32))
    marker = np.zeros(active.shape, np.int32)
    marker[tuple(peaks.T)] = np.arange(1, len(peaks) + 1)
    return watershed(-depth, marker, mask=active).astype(np.int32) - 1


def h_maxima_of_distance(active):
    """Markers at maxima of the distance that stand out by half a voxel."""
    depth = ndimage.distance_transform_edt(active).astype(np.float32)
    marker = ndimage.label(h_maxima(depth, 0.5), np.ones((3, 3, 3)))[0]
    return watershed(-depth, marker, mask=active).astype(np.int32) - 1


PEERS = {
    "skimage peak_local_max + watershed": peaks_of_distance,
    "skimage h_maxima + watershed": h_maxima_of_distance,
}


def measured(true, found, counted=None):
    """Share recovered and error of the count, over all true particles or those counted."""
    best, present = overlaps(true, found)
    kept = np.ones(len(best), bool) if counted is None else counted[present]
    result = {"recovered": float((best > 0.8)[kept].mean()), "particles": int(kept.sum())}
    if counted is None:
        result["count_error"] = (int(found.max()) + 1) / len(best) - 1.0
    return result


def cases(seeds, voxel_sizes, width, with_peers):
    """One row for each shape, share, voxel size and rounding; the seeds' particles together."""
    for shape, irregularity in SHAPES.items():
        for share in SHARES:
            packings = [pack(share, width, irregularity, seed) for seed in seeds]
            for voxel_size in voxel_sizes:
                for name, rounding in ROUNDINGS.items():
                    rows = [
                        _case(packing, voxel_size, rounding, with_peers) for packing in packings
                    ]
                    yield {
                        "shape": shape, "share": share, "voxel_um": voxel_size, "image": name,
                    } | _pooled(rows)  # fmt: skip


def _case(packing, voxel_size, rounding, with_peers):
    true = voxels(packing, voxel_size, rounding)
    active = true >= 0
    begun = time.process_time()
    found = split_particles(active, voxel_size * 1e-6, periodic=True)
    seconds = time.process_time() - begun
    row = measured(true, found) | {"seconds": seconds}
    row["filled"] = float(active.mean())
    row["wide_necks"] = wide_necks(true, NECK)
    if with_peers:
        whole = within_sides(true, len(packing.radius))
        ours = split_particles(active, voxel_size * 1e-6, merge_below=0.0)
        row["peers"] = {"ours": measured(true, ours, whole)["recovered"]}
        for name, split in PEERS.items():
            row["peers"][name] = measured(true, split(active), whole)["recovered"]
    return row


def _pooled(rows):
    weight = np.array([row["particles"] for row in rows], float)
    pooled = {
        key: float(np.average([row[key] for row in rows], weights=weight))
        for key in ("recovered", "count_error", "seconds", "filled", "wide_necks")
    }
    pooled["particles"] = int(weight.sum())
    if "peers" in rows[0]:
        pooled["peers"] = {
            name: float(np.average([row["peers"][name] for row in rows], weights=weight))
            for name in rows[0]["peers"]
        }
    return pooled


def speed(sizes, with_peers):
    """Time [s] and peak [bytes a voxel] on one thread, by size; 0.2 µm, tiles of one packing."""
    use_threads(1)
    packing = pack(0.55, 60.0, 0.0, 100)
    tile = voxels(packing, 0.2) >= 0
    tile = np.concatenate((tile, tile[::-1]))
    split_particles(tile[:20, :20, :20], 2e-7)
    rows = []
    for size in sizes:
        times = [-(-size // length) for length in tile.shape]
        active = np.ascontiguousarray(np.tile(tile, times)[:size, :size, :size])
        ways = {
            "ours": lambda a: split_particles(a, 2e-7),
            "ours, periodic": lambda a: split_particles(a, 2e-7, periodic=True),
        }
        if with_peers and size <= 300:
            ways |= PEERS
        for name, split in ways.items():
            meter = Meter()
            begun = time.process_time()
            with meter.stage("split"):
                count = int(split(active).max()) + 1
            rows.append({
                "size": size, "way": name, "particles": count,
                "seconds": meter.seconds["split"], "cpu_seconds": time.process_time() - begun,
                "bytes_a_voxel": meter.peak_bytes["split"] / active.size,
            })  # fmt: skip
            _tell(f"{size}³  {name:36} {rows[-1]['cpu_seconds']:7.1f} s  "
                  f"{rows[-1]['bytes_a_voxel']:5.1f} B/voxel  {count} particles")  # fmt: skip
    return rows


def _ratios(rows):
    """Theirs over ours, in time and memory, at the greatest size that both did."""
    ours = {row["size"]: row for row in rows if row["way"] == "ours"}
    return {
        row["way"]: {
            key: row[key] / ours[row["size"]][key] for key in ("cpu_seconds", "bytes_a_voxel")
        }
        for row in rows
        if row["way"] in PEERS
    }


def _tell(line):
    print(line, file=sys.stderr if "--json" in sys.argv else sys.stdout, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seeds", default="100,101")
    parser.add_argument("--voxels", default="0.4,0.3,0.2")
    parser.add_argument("--width", type=float, default=36.0)
    parser.add_argument("--sizes", default="150,300,500")
    parser.add_argument("--without-peers", action="store_true")
    parser.add_argument("--without-speed", action="store_true")
    args = parser.parse_args()
    seeds = [int(seed) for seed in args.seeds.split(",")]
    sizes = [float(size) for size in args.voxels.split(",")]
    out = {"cases": [], "asked": {"recovered": RECOVERED, "count_error": COUNT}}
    _tell("shape      share  voxel  image    particles recovered     count  wide necks  [%]")
    for row in cases(seeds, sizes, args.width, not args.without_peers):
        out["cases"].append(row)
        figures = [row["recovered"], row["count_error"], row["wide_necks"]]
        figures += row.get("peers", {}).values()
        _tell(f"{row['shape']:9}  {row['share']:5}  {row['voxel_um']:5}  {row['image']:7}  "
              f"{row['particles']:9}" + "".join(f"{100 * f:10.1f}" for f in figures))  # fmt: skip
    out["within"] = {
        f"{row['shape']} {row['share']} {row['voxel_um']} {row['image']}": bool(
            row["recovered"] >= RECOVERED and abs(row["count_error"]) <= COUNT
        )
        for row in out["cases"]
    }
    if not args.without_speed:
        out["speed"] = speed([int(size) for size in args.sizes.split(",")], not args.without_peers)
        out["ratios"] = _ratios(out["speed"])
    missed = [case for case, met in out["within"].items() if not met]
    _tell(f"missed: {', '.join(missed) or 'none'}")
    if args.json:
        print(json.dumps(out, indent=1))


if __name__ == "__main__":
    main()
