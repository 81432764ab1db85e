"""Tables of the page: figures by state, what carried the peak load, and how good grains are."""

import math

from scenarios.runner import grain_figures
from scenarios.runner.results import Run

TABLE = (
    ("density_g_cm3", "Density", "g cm⁻³", 1.0, 3),
    ("target_density_g_cm3", "Target density", "g cm⁻³", 1.0, 3),
    ("thickness_um", "Thickness", "µm", 1.0, 2),
    ("loaded_thickness_um", "Thickness under load", "µm", 1.0, 2),
    ("springback", "Springback", "%", 100.0, 2),
    ("peak_pressure_MPa", "Peak pressure", "MPa", 1.0, 1),
    ("line_load_N_mm", "Line load", "N mm⁻¹", 1.0, 1),
    ("porosity", "Porosity", "%", 100.0, 2),
    ("am_fraction", "Active material", "vol %", 100.0, 2),
    ("cbd_fraction", "Carbon-binder domain", "vol %", 100.0, 2),
    ("cbd_nanoporosity", "Nanoporosity of the domain", "%", 100.0, 1),
    ("broken_bond_fraction", "Broken bonds", "%", 100.0, 2),
    ("cracked_particle_fraction", "Cracked particles", "%", 100.0, 1),
    ("cracked_volume_fraction", "Cracked particles, by volume", "%", 100.0, 1),
    ("crack_area_m2_m3", "Crack area", "m² cm⁻³", 1e-6, 4),
    ("crack_aperture_um", "Mean aperture of cracks", "µm", 1.0, 3),
    ("crack_volume_fraction", "Opened crack volume", "vol %", 100.0, 3),
    ("unloading_modulus_GPa", "Stiffness dP/dε at the start of unloading", "GPa", 1.0, 2),
    ("reloading_modulus_GPa", "Stiffness dP/dε, pressed anew", "GPa", 1.0, 2),
    ("residual_pressure_x_MPa", "Pressure in plane left after release", "MPa", 1.0, 2),
    ("held_modulus_x_GPa", "Modulus in plane from there, stretched", "GPa", 1.0, 3),
    ("compression_modulus_x_GPa", "Modulus in plane, let go, compression", "GPa", 1.0, 4),
    ("tension_modulus_x_GPa", "Modulus in plane, let go, tension", "GPa", 1.0, 4),
    ("cracked_particle_fraction_top_third", "Cracked particles, roll's third", "%", 100.0, 1),
    ("cracked_particle_fraction_middle_third", "Cracked particles, middle third", "%", 100.0, 1),
    ("cracked_particle_fraction_bottom_third", "Cracked particles, foil's third", "%", 100.0, 1),
    ("crack_area_share_top_third", "Share of the crack area in the roll's third", "%", 100.0, 1),
    ("new_surface_m2_g", "New surface, both sides of cracks", "m² g⁻¹", 1.0, 4),
    ("new_surface_over_spheres", "New surface over spheres' of the particles", "%", 100.0, 1),
    ("new_surface_over_voxels", "New surface over the particles' in voxels", "%", 100.0, 1),
    ("am_volume_above_100MPa", "Active material above 100 MPa, unbroken", "vol %", 100.0, 2),
    ("am_volume_above_150MPa", "Active material above 150 MPa, unbroken", "vol %", 100.0, 2),
    ("breaking_am_volume_above_100MPa", "… above 100 MPa, as it broke", "vol %", 100.0, 2),
    ("breaking_am_volume_above_150MPa", "… above 150 MPa, as it broke", "vol %", 100.0, 2),
    ("companion_pressure_MPa", "Pressure on the unbroken electrode", "MPa", 1.0, 1),
    ("surface_roughness_um", "Roughness Sq of the upper surface", "µm", 1.0, 2),
    ("am_pore_area_m2_m3", "Active material to pore", "m² cm⁻³", 1e-6, 4),
    ("am_cbd_area_m2_m3", "Active material to binder", "m² cm⁻³", 1e-6, 4),
    ("am_collector_area_m2_m2", "Active material on the collector", "m² m⁻²", 1.0, 3),
    ("cbd_collector_area_m2_m2", "Binder on the collector", "m² m⁻²", 1.0, 3),
    ("collector_imprint_rms_um", "Imprint in the collector, rms", "µm", 1.0, 3),
    ("collector_imprint_depth_um", "Imprint in the collector, deepest", "µm", 1.0, 2),
    ("tortuosity_factor_z", "Tortuosity factor τ²", "–", 1.0, 3),
    ("effective_diffusivity_z", "Effective diffusivity D_eff/D", "–", 1.0, 4),
    ("electronic_conductivity_z_S_m", "Electronic conductivity", "S m⁻¹", 1.0, 3),
)
"""Column of `summary.csv`, what the page calls it, its unit there, factor to it, decimals."""

OBSERVED = (
    ("layer_stress_MPa", 2, "Pressure along z", "MPa", -1.0, 1),
    ("layer_stress_MPa", 0, "Pressure along x", "MPa", -1.0, 1),
    ("layer_stress_MPa", 1, "Pressure along y", "MPa", -1.0, 1),
    ("fabric", 0, "Contacts' fabric, xx", "–", 1.0, 3),
    ("fabric", 1, "Contacts' fabric, yy", "–", 1.0, 3),
    ("fabric", 2, "Contacts' fabric, zz", "–", 1.0, 3),
    ("coordination", None, "Neighbours that a particle touches", "–", 1.0, 2),
    ("force_chain_count", None, "Force chains", "–", 1.0, 0),
    ("force_chain_particle_fraction", None, "Particles in force chains", "%", 100.0, 1),
    ("fragment_count", None, "Fragments and whole particles", "–", 1.0, 0),
    ("fragment_d50_um", None, "Their diameter D50, by volume", "µm", 1.0, 2),
    ("crack_faces_tension", None, "Faces broken in tension", "–", 1.0, 0),
    ("crack_faces_shear", None, "Faces broken in shear", "–", 1.0, 0),
    ("crack_faces_strain", None, "Faces torn by plastic strain", "–", 1.0, 0),
    ("released_energy_nJ", None, "Energy released by breaking bonds", "nJ", 1.0, 3),
)
"""Figure under `observed` of `summary.json`, place on a tensor's diagonal, then as TABLE."""

PRESSING = frozenset(
    (
        "target_density_g_cm3", "loaded_thickness_um", "springback", "peak_pressure_MPa",
        "line_load_N_mm", "broken_bond_fraction", "cracked_particle_fraction",
        "cracked_volume_fraction", "crack_area_m2_m3", "crack_aperture_um", "crack_volume_fraction",
        "unloading_modulus_GPa", "reloading_modulus_GPa", "compression_modulus_x_GPa",
        "tension_modulus_x_GPa", "residual_pressure_x_MPa", "held_modulus_x_GPa",
        "cracked_particle_fraction_top_third", "cracked_particle_fraction_middle_third",
        "cracked_particle_fraction_bottom_third", "crack_area_share_top_third", "new_surface_m2_g",
        "new_surface_over_spheres", "new_surface_over_voxels",
        "am_volume_above_100MPa", "am_volume_above_150MPa", "breaking_am_volume_above_100MPa",
        "breaking_am_volume_above_150MPa", "companion_pressure_MPa",
    )
)  # fmt: skip
"""Columns that say what pressing did: of no use where nothing was pressed."""


def figure_table(run: Run) -> list[tuple[str, str, list[str]]]:
    """Rows of the table: figure, unit, a text for each state; left out where no state has it."""
    table = []
    for name, title, unit, factor, decimals in TABLE:
        if name in PRESSING and not run.was_pressed:
            continue
        values = [row.get(name) for row in run.rows]
        if any(isinstance(value, float) for value in values):
            table.append((title, unit, [_text(value, factor, decimals) for value in values]))
    return table


def observed_table(run: Run) -> list[tuple[str, str, list[str]]]:
    """Rows of the table of what carried the peak load and what broke, as `figure_table`."""
    if not run.was_pressed:
        return []
    found = run.summary.get("observed", {})
    states = [found.get(name, {}) for name in run.states]
    table = []
    for name, place, title, unit, factor, decimals in OBSERVED:
        values = [state.get(name) for state in states]
        if place is not None:
            values = [value if value is None else value[place][place] for value in values]
        if any(value is not None for value in values):
            table.append((title, unit, [_text(value, factor, decimals) for value in values]))
    return table


def grain_table(run: Run) -> list[tuple[str, str, str]]:
    """Figure, unit and text of how well grains stand for the particles; empty where not told."""
    found = run.summary.get("decomposition", {})
    return [
        (title, unit, _text(found[name], factor, decimals))
        for name, title, unit, factor, decimals in grain_figures.TABLE
        if found.get(name) is not None
    ]


def _text(value: float | str | None, factor: float, decimals: int) -> str:
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if math.isinf(value):
        return "does not percolate"
    if math.isnan(value):
        return "–"
    return f"{value * factor:.{decimals}f}"
