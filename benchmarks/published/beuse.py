"""Mercury porosimetry of Beuse et al. (Batteries 7 (2021) 70), theirs and simulated."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.grown_packing import grown_packing
from benchmarks.published.lindner import digits
from electrochem.structure.granulometry import granulometry
from electrochem.structure.intrusion import Intrusion, intrusion
from electrochem.structure.mercury import FILLING_DIAMETER, mercury_porosities
from electrochem.structure.porosities import porosities
from scenarios.runner.load import load
from scenarios.runner.recipe import coated
from voxelize.binder.nanopores import resolve_nanopores
from voxelize.binder.place import place_binder
from voxelize.generate.electrode import generate
from voxelize.read.volume import read_volume
from voxelize.volume import Volume

AM_DENSITY, CBD_DENSITY = 4760.0, 1935.0
GAUGES = (44, 39, 30, 26, 18)
THEIRS = {
    "total porosity, by gauge / %": GAUGES,
    "mercury, crystal density / %": (37.8, 35.9, 28.2, 23.2, 17.2),
    "mercury, skeletal density / %": (36.9, 35.2, 27.5, 22.6, 16.8),
    "mercury, apparent density / %": (34.4, 33.2, 26.1, 22.1, 16.3),
    "closed / %": (2.2, 2.1, 2.6, 2.3, 2.4),
    "main peak of dv/dlogD / µm": ("3", "", "", "", "0.4"),
    "throat D50 / µm": ("", "", "", "", ""),
    "mercury left inside / %": ("nearly all", "", "", "", "half"),
    "pores below the voxels / %": ("", "", "", "", ""),
}
"""Its table 2, section 3.3 and figure 5, by the porosity that a gauge gives."""
WHY = (
    "Mercury finds less than the gauge in both: dales wider than 13 µm and closed pores are not "
    "its. Ours loses less at 44 % (2.6 points against 6.2): they name the gauge, which feels the "
    "highest places of uneven samples; a footprint of 40 × 40 µm² has little unevenness.",
    "Apparent and skeletal porosity agree here: mercury is taken to fill all that any way leads "
    "to; theirs differ by pores under 3.7 nm and by compression.",
    "The main peak as coated is finer than their 3 µm: throats come out 0.1 to 0.2 µm too narrow "
    "at voxels of 0.25 µm, the distribution has steps of a quarter of ln D, and the particles are "
    "a lognormal of their D50 and D90.",
    "Pressed states have voxels of 0.5 µm, and nothing below two voxels is seen: D50 stays at "
    "1.0 µm from 26 % on, and a peak of 0.4 µm at 18 % is out of reach. The digital model below "
    "has the voxels for it.",
    "Half of the mercury stays inside where theirs nearly all does, and less at 18 %, as theirs: "
    "neither snap-off nor a receding contact angle is modelled; both leave more behind.",
)
MODEL_POROSITY, MODEL_AM_OF_SOLID, MODEL_NANOPOROSITY = 0.161, 0.8854, 0.502
MODEL_CELLS, MODEL_VOXEL, NANOPORE = (320, 187), 75e-9, 0.15e-6
MODEL_WHY = (
    "D50 is the width of the domain's pores in both, by balls too: theirs come from a distribution "
    "after their porosimetry, ours were drawn 0.15 µm wide, two voxels.",
    "Wide pores behind narrow throats, their main point: of the pores that balls find wider than "
    "1 µm, mercury from all sides finds nearly all, from the top less than a third at that size.",
    "Closed pores: ours are those that domain and particles enclose; theirs lie in the particles "
    "(2.4 % by helium).",
)


def mercury(volume: Volume, inlet: str = "top") -> dict:
    """What a porosimeter reports of a coating, in the units of the paper, and the curve."""
    curve = intrusion(volume, inlet)
    shown = mercury_porosities(volume, curve, AM_DENSITY, CBD_DENSITY)
    pores = porosities(volume).with_nanopores
    mass = shown.bulk_density * (1.0 - _at(FILLING_DIAMETER, curve.diameter, curve.intruded))
    size, density = differential(curve, mass)
    return {
        "total porosity, by gauge / %": 100 * pores.total,
        "mercury, crystal density / %": 100 * shown.crystal,
        "mercury, skeletal density / %": 100 * shown.skeletal,
        "mercury, apparent density / %": 100 * shown.apparent,
        "closed / %": 100 * pores.closed,
        "main peak of dv/dlogD / µm": 1e6 * size[np.argmax(density)],
        "throat D50 / µm": 1e6 * curve.throat_d50,
        "mercury left inside / %": 100 * curve.entrapped_share,
        "pores below the voxels / %": 100 * curve.below_voxel_share,
        "curve": (size, density),
        "through 1 µm": _at(1e-6, curve.diameter, curve.intruded) / curve.intruded[-1],
    }


def _at(size: float, diameter: np.ndarray, share: np.ndarray) -> float:
    """A rising curve over falling diameters at a size."""
    return float(np.interp(-size, -diameter, share, left=0.0))


def differential(curve: Intrusion, mass: float) -> tuple[np.ndarray, np.ndarray]:
    """dv/dlog₁₀D [mm³/g] against D [m], in steps of a quarter of ln D; mass [kg/m³]."""
    edges = np.exp(np.arange(np.log(curve.diameter[-1]) - 0.25, np.log(20e-6), 0.25))
    # Falling diameters, rising volume: what is in by an edge is in at all wider ones.
    inside = [_at(edge, curve.diameter, curve.intruded) for edge in edges]
    step = -np.diff(inside) / (0.25 / np.log(10.0))
    return np.sqrt(edges[1:] * edges[:-1]), 1e6 * step / mass


def tables(run: Path | None) -> tuple[list[str], dict]:
    """The lines of both tables, and the curves by name."""
    scenario = load("beuse2021", ['electrode.voxel_size="0.25 um"'])
    states = {44: mercury(generate(coated(scenario, scenario.electrode), seed=1))}
    print("as coated", file=sys.stderr, flush=True)
    pressed = sorted(run.glob("volume/*.tif")) if run else []
    if run and not pressed:
        sys.exit(f"{run} holds no volume/*.tif: expected the folder of a finished run")
    for file in (file for file in pressed if file.stem != "as_coated"):
        found = mercury(replace(read_volume(file), periodic=True))
        total = found["total porosity, by gauge / %"]
        states[min(GAUGES, key=lambda gauge: abs(gauge - total))] = found
        print(f"pressed to {file.stem}", file=sys.stderr, flush=True)
    lines = ["| | " + " | ".join(f"{gauge} %, theirs | ours" for gauge in states) + " |"]
    lines.append("|---" * (1 + 2 * len(states)) + "|")
    for quantity, theirs in THEIRS.items():
        row = [quantity]
        for gauge, found in states.items():
            row += [str(theirs[GAUGES.index(gauge)]), digits(found[quantity])]
        lines.append("| " + " | ".join(row) + " |")
    lines += ["", *(f"* {reason}" for reason in WHY), ""]
    curves = {f"{gauge} %": found["curve"] for gauge, found in states.items()}
    model_lines, model_curves = _digital_model()
    return lines + model_lines, curves | model_curves


def _digital_model() -> tuple[list[str], dict]:
    """Their model of the densest electrode: mercury from the top and from all sides, and balls."""
    solid = 1.0 - MODEL_POROSITY
    domain = solid * (1.0 - MODEL_AM_OF_SOLID) / (1.0 - MODEL_NANOPOROSITY)
    bare = grown_packing(
        MODEL_CELLS, MODEL_VOXEL, solid * MODEL_AM_OF_SOLID, 10e-6, 0.2625, MODEL_NANOPOROSITY,
        seed=1, reach=2e-6,
    )  # fmt: skip
    angle = np.deg2rad(40.0)
    filled = place_binder(bare, domain_fraction=domain, method="contacts", contact_angle=angle)
    volume = resolve_nanopores(filled, NANOPORE)
    top, sides, balls = mercury(volume), mercury(volume, "all"), granulometry(volume)
    print("digital model", file=sys.stderr, flush=True)
    wide = [_at(1e-6, balls.diameter, balls.at_least), sides["through 1 µm"], top["through 1 µm"]]
    total = top["total porosity, by gauge / %"]
    lines = [
        "| digital model at the lowest porosity | theirs | ours |",
        "|---|---|---|",
        f"| total porosity / % | 16.1 | {total:.1f} |",
        f"| closed / % | 0.5 | {top['closed / %']:.2f} |",
        f"| mercury D50 from the top / µm | 0.20 … 0.26 | {top['throat D50 / µm']:.2f} |",
        f"| mercury D50 from all sides / µm | 0.20 … 0.26 | {sides['throat D50 / µm']:.2f} |",
        f"| D50 by balls (granulometry) / µm | higher | {1e6 * balls.d50:.2f} |",
        "| of the pores wider than 1 µm by balls, by mercury from all sides, from the top / % | "
        "falling | " + ", ".join(f"{100 * share:.0f}" for share in wide) + " |",
        "",
        *(f"* {reason}" for reason in MODEL_WHY),
    ]
    return lines, {"model, top": top["curve"], "model, all sides": sides["curve"]}
