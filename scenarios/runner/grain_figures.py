"""How well grains stand for their particles: for the log, the tables and the page of a run."""

import math

from voxelize.divide.quality import Quality

GAP_LIMIT = 0.1
"""Mean gap, in grain widths, beyond which pressed particles come out too thick or too thin."""

TABLE = (
    ("particles", "Particles", "–", 1.0, 0),
    ("unbreakable_fraction", "Unbreakable ones, of a single grain", "%", 100.0, 1),
    ("unbreakable_volume_fraction", "Unbreakable ones, by volume", "%", 100.0, 2),
    ("grains", "Grains of active material", "–", 1.0, 0),
    ("binder_grains", "Grains of binder", "–", 1.0, 0),
    ("foil_grains", "Grains of foil", "–", 1.0, 0),
    ("bonds", "Bonds inside particles", "–", 1.0, 0),
    ("binder_bonds", "Bonds of binder", "–", 1.0, 0),
    ("grains_per_particle_least", "Grains of a breakable particle, least", "–", 1.0, 0),
    ("grains_per_particle_median", "Grains of a breakable particle, median", "–", 1.0, 0),
    ("smaller_grain_fraction", "Breakable particles of smaller grains", "%", 100.0, 1),
    ("grain_width_um", "Width of a grain (edge of the cube of its volume)", "µm", 1.0, 3),
    ("grain_voxels", "Voxels of a grain", "–", 1.0, 1),
    ("contact_gap_bias", "Mean gap when contact spheres touch", "grain widths", 1.0, 3),
    ("contact_gap_spread", "Its standard deviation", "grain widths", 1.0, 3),
    ("surface_misfit_mean_voxels", "Surface to envelope of spheres, mean", "voxels", 1.0, 2),
    (
        "surface_misfit_p95_voxels",
        "Surface to envelope of spheres, 95th percentile",
        "voxels",
        1.0,
        2,
    ),
    ("inertia_error_spheres", "Error of moments of inertia, grains as spheres", "%", 100.0, 2),
    ("inertia_error_points", "Error of moments of inertia, grains as points", "%", 100.0, 2),
)
"""Figure of `Quality`, what the page calls it, its unit there, factor to it, decimals."""


def plain(quality: Quality) -> dict[str, int | float | None]:
    """The figures for JSON: six digits, what could not be measured is None."""
    return {
        name: value
        if isinstance(value, int)
        else float(f"{value:.6g}")
        if math.isfinite(value)
        else None
        for name, value in quality.as_dict().items()
    }


def sentence(quality: Quality) -> str:
    """The figures in words."""
    q = quality
    parts = [
        f"{q.particles} particles in {q.grains} grains, {q.binder_grains} grains of binder, "
        f"{q.foil_grains} of foil, "
        f"{q.bonds + q.binder_bonds} bonds"
    ]
    if q.grains_per_particle_least:
        parts.append(
            f"breakable particles have {q.grains_per_particle_median:g} grains (median; least "
            f"{q.grains_per_particle_least})"
        )
    parts.append(f"{100 * q.unbreakable_volume_fraction:.2g} % of their volume is unbreakable")
    if q.sampled_particles:
        parts.append(
            f"particles close at a gap of {q.contact_gap_bias:+.2f} ± {q.contact_gap_spread:.2f} "
            f"grain widths; their contact spheres stand {q.surface_misfit_mean_voxels:.2f} voxels "
            f"from the surface (95 % within {q.surface_misfit_p95_voxels:.2f})"
        )
    return "; ".join(parts)


def warnings(quality: Quality | None) -> list[str]:
    """What a reader must know of the grains."""
    found = []
    if quality is None:
        return found
    if quality.disconnected_particles:
        found.append(f"bonds do not hold {quality.disconnected_particles} particles together")
    if abs(quality.contact_gap_bias) > GAP_LIMIT:
        where = "apart" if quality.contact_gap_bias > 0.0 else "inside each other"
        found.append(
            f"particles stand {abs(quality.contact_gap_bias):.2f} grain widths {where} when their "
            "contact spheres touch, so that pressed electrodes come out too "
            f"{'thick' if quality.contact_gap_bias > 0.0 else 'thin'}: change "
            "decomposition.contact_radius_factor or grain_size"
        )
    return found
