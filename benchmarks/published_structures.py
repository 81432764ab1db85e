"""Structure and transport that two papers measured, beside the same of generated electrodes.

    python benchmarks/published_structures.py [--seeds 1,2,3] [--cells 112 437] [--run FOLDER]
        [--only lindner|beuse] [--picture FILE.png]

* Table 1 of Lindner et al. (Batteries & Supercaps 2024): an NMC811 electrode as imaged and with
  binder added. Their volume is not public: packings of spheres (`grown_packing.py`; median 10.4 µm,
  spread 0.35) grown to their 70.43 % stand for it, as thick as theirs (77 µm) at their 176 nm, and
  binder is placed to their 3.41 and 7.65 %. Bulk conductivities 0.18 S/m (Chen et al. 2020) and
  375 S/m (Song et al. 2025), as theirs stand in a supplement; nanoporosity of the domain 0.5.
* Mercury porosimetry of Beuse et al. (Batteries 7 (2021) 70): their recipe generated as coated
  (`beuse2021`, at 0.25 µm voxels), and their digital model at the lowest porosity: a packing with
  its 16.1 % pores, domain at contacts (40°) with 50.2 % nanopores of 0.15 µm as voxels of 75 nm
  (theirs 37 nm). `--run` is the folder of a finished `calendem run beuse2021`: its pressed states
  are measured too.

Nothing is fitted. Prints Markdown tables and why they differ; takes four minutes on one core.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.published import beuse, lindner


def draw(curves: dict, path: Path) -> None:
    """dv/dlogD of every curve, with the peaks that the paper names."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(10.0, 3.6), layout="constrained")
    for name, (size, density) in curves.items():
        axes[int("model" in name)].step(1e6 * size, density, where="mid", label=name)
    for axis in axes:
        axis.set_xscale("log")
        axis.set_xlim(0.05, 20.0)
        axis.set_xlabel("diameter of throats D [µm]")
        axis.legend(fontsize=8)
    for peak in (3.0, 0.4):
        axes[0].axvline(peak, color="0.6", ls="--", lw=1)
    axes[1].axvspan(0.20, 0.26, color="0.88", zorder=0)
    axes[0].set_ylabel("dv/dlogD of mercury [mm³/g]")
    axes[0].set_title("electrodes; dashed: their peaks at 44 and 18 %", fontsize=9)
    axes[1].set_title("digital model; grey: their D50", fontsize=9)
    figure.savefig(path, dpi=80)
    plt.close(figure)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", default="1,2,3", help="of the packings for Lindner et al.")
    parser.add_argument("--cells", nargs=2, type=int, default=(112, 437), metavar=("NX", "NZ"))
    parser.add_argument("--run", type=Path, help="folder of a finished run of beuse2021")
    parser.add_argument("--only", choices=("lindner", "beuse"))
    parser.add_argument("--picture", type=Path)
    args = parser.parse_args()
    if args.only != "beuse":
        seeds = [int(seed) for seed in args.seeds.split(",")]
        print("\n".join(lindner.table(seeds, args.cells)), "\n")
    if args.only != "lindner":
        lines, curves = beuse.tables(args.run)
        print("\n".join(lines))
        if args.picture:
            draw(curves, args.picture)


if __name__ == "__main__":
    main()
