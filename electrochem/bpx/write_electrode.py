"""The section of an electrode in a BPX file."""

import numpy as np

from electrochem.bpx.functions import given_of
from electrochem.bpx.sampling import RELATIVE_ERROR, left_out, table_of
from electrochem.kinetics import FARADAY
from electrochem.porous_electrode.cell import Cell
from electrochem.porous_electrode.electrode import LOCAL, Electrode

POTENTIAL_ERROR = 2e-5  # [V] that straight lines between the written nodes may leave


def electrode_section(cell: Cell, electrode: Electrode, name: str, limits, beyond: list) -> dict:
    """An electrode's section; limits : its stoichiometries between the cell's two ends."""
    if electrode.parts > 1 or electrode.columns is not None:
        for local in LOCAL:
            value = getattr(electrode, local)
            if np.ndim(value):
                left_out(
                    beyond, name, f"{local} from the collector on", value,
                    "means over the volume; of conductances those of the parts in series",
                )  # fmt: skip
    for key in ("plane_tortuosity_factor", "plane_conductivity"):
        if getattr(electrode, key) is not None:
            left_out(beyond, name, key, getattr(electrode, key), "nothing: it is one-dimensional")
    if electrode.film_resistance > 0.0:
        left_out(
            beyond, name, "film resistance [Ohm m2]", electrode.film_resistance, "nothing"
        )  # fmt: skip
    porosity = float(np.mean(electrode.local("porosity")))
    surface = float(np.mean(electrode.local("surface_area")))
    active = float(np.mean(electrode.local("active_fraction")))
    radius, diffusivity_factor = _sphere(electrode, active, surface, name, beyond)
    material = electrode.material.at_temperature(cell.temperature)
    low, high = limits
    diffusivity = given_of(material.diffusivity)
    if isinstance(diffusivity, float):
        diffusivity *= diffusivity_factor
    elif diffusivity is None or diffusivity_factor != 1.0:
        diffusivity = table_of(
            lambda x: diffusivity_factor * material.diffusivity(x)[0], 0.0, 1.0,
            relative=RELATIVE_ERROR,
        )  # fmt: skip
    first, last = electrode.material.stoichiometry_range
    potential = given_of(material.open_circuit_potential)
    if potential is None:
        potential = table_of(
            lambda x: material.open_circuit_potential(x)[0],
            max(first, 1e-4), min(last, 1.0 - 1e-4), absolute=POTENTIAL_ERROR,
        )  # fmt: skip
    entropy = material.entropic_coefficient
    if callable(entropy):
        given = given_of(entropy)
        entropy = table_of(lambda x: material.entropic_coefficient(x)[0], 0.0, 1.0, absolute=1e-7)
        entropy = entropy if given is None else given
    section = {
        "Particle radius [m]": radius,
        "Thickness [m]": electrode.thickness,
        "Diffusivity [m2.s-1]": diffusivity,
        "OCP [V]": potential,
        "Entropic change coefficient [V.K-1]": entropy,
        "Conductivity [S.m-1]": _in_series(electrode.local("electronic_conductivity")),
        "Surface area per unit volume [m-1]": surface,
        "Porosity": porosity,
        "Transport efficiency": _in_series(electrode.transport_efficiency),
        "Reaction rate constant [mol.m-2.s-1]": _rate(cell, material, name, limits, beyond),
        "Maximum concentration [mol.m-3]": material.maximum_concentration,
        "Minimum stoichiometry": low,
        "Maximum stoichiometry": high,
    }
    for key, energy in (
        ("Diffusivity activation energy [J.mol-1]", material.diffusion_activation),
        ("Reaction rate constant activation energy [J.mol-1]", material.exchange_activation),
    ):
        if energy is not None:
            section[key] = energy
    return section


def _in_series(values: np.ndarray) -> float:
    """One conductivity for (n, ny, nx) parts in series along axis 0, columns side by side."""
    return float(np.mean(1.0 / np.mean(1.0 / values, axis=0)))


def _sphere(electrode: Electrode, active, surface, name, beyond) -> tuple[float, float]:
    """Radius 3 ε_s/a, which keeps surface and active material, and the factor by which D_s keeps
    the diffusion: with D_s ∝ R² a sphere of this radius takes lithium up alike."""
    radii, shares = electrode.sizes
    radius = 3.0 * active / surface
    square = float((shares * radii**2).sum())
    if radii.size == 1 and abs(radius / radii[0] - 1.0) < 1e-12:
        return float(radii[0]), 1.0
    kept = "which gives the same voltage" if radii.size == 1 else "for the mean squared radius"
    left_out(
        beyond, name, "particle radii [m] and their shares of the volume", [radii, shares],
        f"one radius, 3 (active fraction)/(surface area), with the diffusivity {kept}",
    )  # fmt: skip
    return radius, radius**2 / square


def _rate(cell: Cell, material, name: str, limits, beyond: list) -> float:
    """K of j0 = F K √(c_e/c_e0 x (1 − x)); of another law that with the same mean of 1/j0."""
    exchange, rest = material.exchange_current_density, cell.electrolyte.initial_concentration
    inside = np.linspace(*limits, 201)
    prefactor = exchange.prefactor(inside)[0]
    newman = exchange.exponents == (0.5, 0.5, 0.5) and np.ptp(prefactor) == 0.0
    if newman:
        rate = float(prefactor[0]) * np.sqrt(rest) / FARADAY
    else:
        j0 = exchange(np.full_like(inside, rest), inside)[0]
        rate = np.mean(1.0 / np.sqrt(inside * (1.0 - inside))) / np.mean(1.0 / j0) / FARADAY
    if not newman or exchange.anodic_transfer != 0.5:
        left_out(
            beyond, name, "exchange current density [A/m2] over stoichiometry, salt at rest",
            [inside, exchange(np.full_like(inside, rest), inside)[0]],
            "the law of BPX with the same mean of 1/j0 between the stoichiometries",
        )  # fmt: skip
    if exchange.anodic_transfer != 0.5:
        left_out(beyond, name, "anodic transfer coefficient", exchange.anodic_transfer, "0.5")
    return float(rate)
