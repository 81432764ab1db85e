"""Sizes, shapes and orientation of the particles of active material."""

from collections.abc import Mapping

import numpy as np

from electrochem.structure.particles import Particles, particles
from scenarios.runner.analysis.group import Column, Curve, Found, Group, Sample
from scenarios.runner.analysis.plots import lines
from scenarios.runner.page.figures import Shown, plot
from scenarios.runner.progress import ProgressCallback
from scenarios.runner.results import Run

_RANDOM = "57.3° if they have no direction."

COLUMNS = (
    Column("particle_count", "Particles", "–", "Cut ones included.", decimals=0),
    *(
        Column(
            f"particle_d{share}_um", f"Particle size D{share}", "µm",
            f"Diameter of the sphere of equal volume below which {share} % of the volume lie.",
            decimals=2,
        )
        for share in (10, 50, 90)
    ),
    Column(
        "cut_particle_share", "In cut particles", "vol %",
        "Active material in particles that meet a cut side or plane.", 100.0, 1,
    ),
    Column(
        "particle_aspect_ratio", "Aspect ratio", "–",
        "Long to short semi-axis of the ellipsoid of equal moments, mean by volume.",
    ),
    Column("particle_flatness", "Flatness", "–", "Short to middle semi-axis, mean by volume."),
    Column(
        "particle_angle_deg", "Angle of long axes", "°",
        f"To the through-plane direction, of elongated particles, mean by volume; {_RANDOM}",
        decimals=1,
    ),
    Column(
        "particle_short_axis_angle_deg", "Angle of short axes", "°",
        f"To the through-plane direction, of flattened particles, mean by volume; {_RANDOM}",
        decimals=1,
    ),
    Column(
        "particle_orientation_zz", "Orientation of long axes, zz", "–",
        "⟨p_z²⟩ of the long axes p of elongated particles; 1/3 if they have no direction.",
    ),
    Column(
        "particle_short_axis_orientation_zz", "Orientation of short axes, zz", "–",
        "The same of the short axes of flattened particles; above 1/3 they lie in the plane.",
    ),
)  # fmt: skip

CURVE = "particles"


def _measure(sample: Sample, progress: ProgressCallback) -> Found:
    found = particles(sample.volume, progress)
    row = {
        "particle_count": len(found.diameter),
        "particle_d10_um": 1e6 * found.d10,
        "particle_d50_um": 1e6 * found.d50,
        "particle_d90_um": 1e6 * found.d90,
        "cut_particle_share": found.cut_share,
        "particle_aspect_ratio": found.aspect_ratio,
        "particle_flatness": found.flatness,
        "particle_angle_deg": float(np.rad2deg(found.angle)),
        "particle_short_axis_angle_deg": float(np.rad2deg(found.short_angle)),
        "particle_orientation_zz": float(found.orientation[2, 2]),
        "particle_short_axis_orientation_zz": float(found.short_orientation[2, 2]),
    }
    return Found(row, {CURVE: _table(found)})


def _table(found: Particles) -> Curve:
    """One row a particle."""
    table = {"diameter_um": 1e6 * found.diameter}
    for k, axis in enumerate("xyz"):
        table[f"{axis}_um"] = 1e6 * found.centre[:, k]
    for k, name in enumerate(("long", "middle", "short")):
        table[f"{name}_semi_axis_um"] = 1e6 * found.semi_axes[:, k]
    for k, name in ((0, "long"), (2, "short")):
        for m, axis in enumerate("xyz"):
            table[f"{name}_axis_{axis}"] = found.axes[:, k, m]
    return table | {"cut": found.cut}


def _plots(run: Run, curves: Mapping[str, Curve]) -> list[Shown]:
    diameter = np.sort(curves[CURVE]["diameter_um"])
    volume = np.cumsum(diameter**3)
    number = np.arange(1, len(diameter) + 1)
    found = {
        "by volume": (diameter, 100.0 * volume / volume[-1]),
        "by number": (diameter, 100.0 * number / len(diameter)),
    }
    return [
        plot(
            lines(found, "Diameter / µm", "Particles so wide or less / %"),
            "Sizes of the particles, as spheres of their volume.",
        )
    ]


PARTICLES = Group(
    "particles", "Particles", COLUMNS, _measure,
    "As the volume records them, else as its active material splits at its necks. Particles at a "
    "cut side count with what is seen of them.",
    _plots,
)  # fmt: skip
