"""How fast, and in how much memory, a volume of labels becomes bonded grains and goes back.

python benchmarks/voxel_speed.py [--json] [--size N] [--sizes 150,300,500] [--threads N]
    [--periodic] [--peers-size 150] [--without-peers] [--data FOLDER]

A packing of spheres (2000 in 300³ voxels of 0.4 µm, half of the volume, a tenth binder) is written
as TIFF and taken through every stage in a process of its own: read, split, divide, bonds, a squeeze
by 5 % deposited on voxels, write, surfaces. Kernels are compiled before. Printed are the time of
each stage, the greatest memory (beyond that of the loaded program, all that earlier stages hold
included) in bytes a voxel, the time of the processor (all threads together, what other work on the
machine does not lengthen) and how it grows from size to size; then the same for what
scikit-image, SciPy, tifffile and trimesh offer for a stage (`voxel_way/peers.py` says what that
leaves out). The real NMC cathode is measured too where its folder is found (`CALENDEM_DATA`).

JSON: `sizes` (a list of runs), `ratios` {stage: theirs/ours, at the peers' size}, `cpu_ratios`,
`round_trip_changed_voxels`, `within` {limit: whether it is met}, `limits`.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from benchmarks.voxel_way.packing import VOXEL_SIZE, electrode
from voxelize.write.tiff import write_labels

ROOT = Path(__file__).resolve().parent.parent
TO_BONDS = ("read", "split", "divide", "bonds")
LIMITS = {"read_to_bonds_s": 60.0, "split_s": 20.0, "divide_and_bonds_s": 30.0, "deposit_s": 20.0}
"""Asked of 300³ voxels with some 2000 particles [s]."""
BYTES_A_VOXEL = 40.0
LINEAR = 1.3
"""Greatest growth of the time a voxel, from the smallest size to the largest, that is linear."""
REAL = ("nrel-nmc-calendered/nmc-1-cal_generatedCBD_bridge.tif", 398e-9)


def ours(image: Path, folder: Path, periodic: bool, threads: int, voxel_size: float) -> dict:
    """What the way of a file takes, in a process of its own."""
    told = [str(image), str(folder), str(int(periodic)), str(threads), str(voxel_size)]
    return _run("benchmarks.voxel_way.stages", *told)


def theirs(side: int, folder: Path) -> dict:
    """What others take for the stages that they have."""
    volume = electrode(side, periodic=False)
    np.savez(folder / "peers.npz", labels=volume.labels, particle=volume.particle)
    return _run("benchmarks.voxel_way.peers", str(folder / "peers.npz"), str(folder))


def _run(module: str, *arguments: str) -> dict:
    ran = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, capture_output=True, text=True
    )
    if ran.returncode:
        sys.exit(f"{module} {' '.join(arguments)} failed:\n{ran.stderr}")
    return json.loads(ran.stdout.splitlines()[-1])


def measure(sizes: list[int], periodic: bool, threads: int, peers: int, data: Path | None) -> dict:
    """Every size, the real volume and the peers, as `--json` prints it."""
    runs = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for side in sizes:
            volume = electrode(side, periodic)
            write_labels(folder / "packing.tif", volume)
            known = int(volume.particle.max()) + 1
            del volume
            told = ours(folder / "packing.tif", folder, periodic, threads, VOXEL_SIZE)
            runs.append({"volume": f"packing {side}³", "side": side, "known": known, **told})
        found = {"periodic": periodic, "threads": threads, "sizes": runs}
        if data is not None:
            found["real"] = ours(data / REAL[0], folder, False, threads, REAL[1])
            found["real"]["volume"] = "NMC cathode"
        if peers:
            found["theirs"] = {"side": peers, **theirs(peers, folder)}
            beside = next((run for run in runs if run["side"] == peers), None)
            if beside is None:
                write_labels(folder / "packing.tif", electrode(peers, False))
                beside = ours(folder / "packing.tif", folder, False, threads, VOXEL_SIZE)
            for name, clock in (("ratios", "seconds"), ("cpu_ratios", "cpu_seconds")):
                found[name] = {
                    stage: seconds / beside[clock][stage]
                    for stage, seconds in found["theirs"][clock].items()
                    if stage in beside[clock]
                }
    everything = [*runs, *([found["real"]] if "real" in found else [])]
    found["round_trip_changed_voxels"] = sum(r["round_trip_changed_voxels"] for r in everything)
    return found | judged(runs)


def judged(runs: list[dict]) -> dict:
    """The limits and whether they are met."""
    limits = {"peak_bytes_a_voxel": BYTES_A_VOXEL}
    within = {"peak_bytes_a_voxel": all(_bytes_a_voxel(r) <= BYTES_A_VOXEL for r in runs)}
    asked = next((run for run in runs if run["side"] == 300), None)
    if asked is not None:
        seconds = asked["seconds"]
        took = {
            "read_to_bonds_s": sum(seconds[stage] for stage in TO_BONDS),
            "split_s": seconds["split"],
            "divide_and_bonds_s": seconds["divide"] + seconds["bonds"],
            "deposit_s": seconds["deposit"],
        }
        limits |= LIMITS
        within |= {name: took[name] <= limit for name, limit in LIMITS.items()}
    if len(runs) > 1:
        limits["growth_of_time_a_voxel"] = LINEAR
        within["growth_of_time_a_voxel"] = growth(runs) <= LINEAR
    return {"limits": limits, "within": within}


def growth(runs: list[dict]) -> float:
    """Processor time a voxel, all stages, of the largest size over that of the smallest."""
    small, large = (min(runs, key=_voxels), max(runs, key=_voxels))
    per_voxel = [sum(run["cpu_seconds"].values()) / run["voxels"] for run in (small, large)]
    return per_voxel[1] / per_voxel[0]


def _voxels(run):
    return run["voxels"]


def _bytes_a_voxel(run):
    return max(run["peak_bytes"].values()) / run["voxels"]


def show(found: dict) -> None:
    """Print tables."""
    runs = [*found["sizes"], *([found["real"]] if "real" in found else [])]
    for run in runs:
        counts = ", ".join(f"{run[name]} {name}" for name in ("particles", "grains", "bonds"))
        known = f" (of {run['known']})" if "known" in run else ""
        print(f"\n{run['volume']}: {run['voxels'] / 1e6:.1f} million voxels, {counts}{known}")
        print(f"{'':12}{'time':>9}{'processor':>11}{'a voxel':>11}{'peak':>16}{'held':>16}")
        for stage, seconds in run["seconds"].items():
            n = run["voxels"]
            peak = run["peak_bytes"].get(stage, np.nan) / n
            held = run["held_bytes"].get(stage, np.nan) / n
            print(
                f"{stage:12}{seconds:8.2f}s{run['cpu_seconds'][stage]:10.2f}s"
                f"{1e9 * run['cpu_seconds'][stage] / n:8.0f} ns"
                f"{peak:10.1f} B/voxel{held:8.1f} B/voxel"
            )
        wall, cpu = (sum(run[k][stage] for stage in TO_BONDS) for k in ("seconds", "cpu_seconds"))
        print(f"{'to bonds':12}{wall:8.2f}s{cpu:10.2f}s{1e9 * cpu / run['voxels']:8.0f} ns")
    if "theirs" in found:
        print(f"\nothers at {found['theirs']['side']}³:")
        for stage, seconds in found["theirs"]["seconds"].items():
            ratio, cpu = (found[name].get(stage) for name in ("ratios", "cpu_ratios"))
            beside = "" if ratio is None else f", {ratio:.2g} × ours ({cpu:.2g} × its processor)"
            print(f"{stage:12}{seconds:8.2f}s{beside}")
    print(f"\nvoxels changed by a round trip: {found['round_trip_changed_voxels']}")
    for name, met in found["within"].items():
        print(f"{name} ≤ {found['limits'][name]:g}: {'yes' if met else 'NO'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--size", type=int, help="one size alone: voxels along an edge")
    parser.add_argument("--sizes", default="150,300,500", help="voxels along an edge")
    parser.add_argument("--threads", type=int, default=0, help="0: all cores")
    parser.add_argument("--periodic", action="store_true", help="sides that wrap around")
    parser.add_argument("--peers-size", type=int, default=150)
    parser.add_argument("--without-peers", action="store_true")
    parser.add_argument("--data", type=Path, help="folder of the real volume")
    given = parser.parse_args()
    sizes = [given.size] if given.size else [int(text) for text in given.sizes.split(",")]
    data = given.data or Path(os.environ.get("CALENDEM_DATA", ROOT.parent / "shared" / "data"))
    data = data if (data / REAL[0]).is_file() and not given.size else None
    peers = 0 if given.without_peers else given.peers_size
    found = measure(sizes, given.periodic, given.threads, peers, data)
    print(json.dumps(found, indent=1)) if given.json else show(found)


if __name__ == "__main__":
    main()
