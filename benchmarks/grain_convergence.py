"""How grains come nearer to the particles that they stand for as they are made smaller.

python benchmarks/grain_convergence.py [--json] [--plot FILE.png] [--data FOLDER]

A round and a bumpy particle of 12 µm in voxels of 0.2 µm, the packing of `voxel_way/packing.py`
(100³ voxels) and, where its folder is found (`CALENDEM_DATA`), a crop of the real NMC cathode
(120³ voxels of 398 nm) are divided into grains of falling size. Printed are the figures of
`voxelize/divide/quality.py` and the order at which they fall: their slope over the grain's width,
both logarithmic.
"""

import argparse
import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from benchmarks.voxel_way.packing import electrode
from dem.bonding.strength import BondStrength
from voxelize.divide.decompose import DecompositionSettings, SolidPhase, decompose
from voxelize.divide.quality import assess
from voxelize.read.volume import read_volume
from voxelize.volume import Volume

ROOT = Path(__file__).resolve().parent.parent
REAL, CROP = (
    "nrel-nmc-calendered/nmc-1-cal_generatedCBD_bridge.tif",
    ((65, 185), (60, 180), (60, 180)),
)
SOLID = SolidPhase(4760.0, BondStrength(4e8, 4e8, 10.0))
DIAMETER, H = 12e-6, 0.2e-6
FALLING = {
    "surface_misfit_mean_voxels": "surface to envelope of contact spheres, mean / voxels",
    "surface_misfit_p95_voxels": "the same, 95th percentile / voxels",
    "inertia_error_points": "inertia, grains as points / relative error",
    "inertia_error_spheres": "inertia, grains as spheres / relative error",
}


def particle(bumps: float) -> Volume:
    """One particle whose radius varies by this share with the direction."""
    across = int(np.ceil((1 + 2 * bumps) * DIAMETER / H)) + 4
    centre = across / 2 + np.random.default_rng(3).uniform(-0.5, 0.5, 3)
    z, y, x = (np.indices((across,) * 3).T + 0.5 - centre).T
    distance = np.sqrt(z * z + y * y + x * x)
    shape = np.sin(3 * np.arctan2(y, x)) * np.sin(2 * np.arccos(z / distance))
    inside = distance < DIAMETER / 2 / H * (1 + bumps * shape)
    number = np.where(inside, 0, -1).astype(np.int32)
    return Volume(inside.astype(np.uint8), H, False, across * H, 0.5, number)


def volumes(data: Path) -> dict[str, tuple[Volume, tuple[float, ...]]]:
    """Each volume by name, and its grain sizes [µm]."""
    found = {
        "round particle": (particle(0.0), (4.0, 2.8, 2.0, 1.4, 1.0, 0.7)),
        "bumpy particle": (particle(0.12), (4.0, 2.8, 2.0, 1.4, 1.0, 0.7)),
        "packing": (electrode(100, periodic=True), (3.2, 2.4, 1.8, 1.3, 1.0)),
    }
    if (data / REAL).is_file():
        labels = {"pore": 0, "active_material": 1, "cbd": 2}
        real = read_volume(data / REAL, 398e-9, labels, crop=CROP)
        found["NMC cathode"] = (real, (3.2, 2.4, 1.8, 1.3, 1.0))
    return found


def measure(data: Path) -> dict:
    """Figures of each volume and size, and the orders."""
    found = {}
    for name, (volume, sizes) in volumes(data).items():
        rows = []
        for size in sizes:
            settings = DecompositionSettings(grain_size=size * 1e-6, cbd_grain_size=3e-6)
            rows.append({"grain_size_um": size} | assess(
                decompose(volume, settings, SOLID, SOLID, 1)
            ).as_dict())  # fmt: skip
        width = np.log([row["grain_width_um"] for row in rows])
        orders = {
            key: float(np.polyfit(width, np.log([row[key] for row in rows]), 1)[0])
            for key in FALLING
        }
        found[name] = {"rows": rows, "orders": orders}
    return found


def show(found: dict) -> None:
    """Print a table a volume."""
    for name, told in found.items():
        print(f"\n{name}")
        heading = ("size/µm", "width/µm", "grains", "least", "gap/widths", "±", "misfit", "95 %")
        print("".join(f"{text:>11}" for text in (*heading, "spheres/%", "points/%")))
        for row in told["rows"]:
            print(
                f"{row['grain_size_um']:11.2f}{row['grain_width_um']:11.3f}{row['grains']:11}"
                f"{row['grains_per_particle_least']:11}{row['contact_gap_bias']:11.3f}"
                f"{row['contact_gap_spread']:11.3f}{row['surface_misfit_mean_voxels']:11.3f}"
                f"{row['surface_misfit_p95_voxels']:11.3f}"
                f"{100 * row['inertia_error_spheres']:11.3f}"
                f"{100 * row['inertia_error_points']:11.2f}"
            )
        print("orders: " + ", ".join(f"{key} {value:.2f}" for key, value in told["orders"].items()))


def plot(found: dict, path: Path) -> None:
    """Draw misfit, gap and inertia over the grain's width."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(12.5, 4.0), layout="constrained")
    for name, told in found.items():
        rows = told["rows"]
        width = [row["grain_width_um"] for row in rows]
        (line,) = left.loglog(
            width, [row["surface_misfit_mean_voxels"] for row in rows], "o-", label=name
        )
        middle.errorbar(
            width,
            [row["contact_gap_bias"] for row in rows],
            [row["contact_gap_spread"] for row in rows],
            fmt="o-",
            capsize=3,
            color=line.get_color(),
        )
        for key, style in (("inertia_error_points", "o-"), ("inertia_error_spheres", "s--")):
            right.loglog(
                width, [100 * row[key] for row in rows], style, color=line.get_color(), alpha=0.9
            )
    slope = np.array([0.6, 3.0])
    left.loglog(slope, 0.9 * slope, "k:", label="first order")
    right.loglog(slope, 1.2 * slope**2, "k:", label="second order")
    right.plot([], [], "o-", color="0.4", label="as points")
    right.plot([], [], "s--", color="0.4", label="as spheres")
    left.set_ylabel("surface to contact spheres, mean / voxels")
    middle.set_ylabel("gap at contact / grain widths (mean, std)")
    middle.axhline(0.0, color="0.6", lw=0.8)
    middle.set_xscale("log")
    right.set_ylabel("error of the inertia tensor / %")
    for axes in (left, middle, right):
        axes.set_xlabel("grain width / µm")
        axes.set_xticks([0.6, 1, 2, 3], ["0.6", "1", "2", "3"])
        axes.minorticks_off()
    left.set_yticks([0.3, 0.5, 1, 2], ["0.3", "0.5", "1", "2"])
    left.minorticks_off()
    left.legend(frameon=False)
    right.legend(frameon=False)
    figure.savefig(path, dpi=110)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--plot", type=Path, help="PNG to draw into")
    parser.add_argument("--data", type=Path, help="folder of the real volume")
    given = parser.parse_args()
    data = given.data or Path(os.environ.get("CALENDEM_DATA", ROOT.parent / "shared" / "data"))
    found = measure(data)
    print(json.dumps(found, indent=1)) if given.json else show(found)
    if given.plot:
        plot(found, given.plot)


if __name__ == "__main__":
    main()
