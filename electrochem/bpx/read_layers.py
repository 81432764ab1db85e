"""The electrodes and the separator of a BPX file."""

import numpy as np

from electrochem.bpx.functions import Table
from electrochem.bpx.section import Section
from electrochem.kinetics import FARADAY, Exchange
from electrochem.materials.active_material import (
    REFERENCE_TEMPERATURE,
    ActiveMaterial,
    Constant,
)
from electrochem.porous_electrode.electrode import Electrode, Separator

HYSTERESIS = (
    "OCP (lithiation) [V]", "OCP (delithiation) [V]", "OCP hysteresis decay constant",
)  # fmt: skip
END = 1e-8  # stoichiometry from empty and full where an expression's potential ends


def read_separator(section: Section) -> Separator:
    """The separator of its section. Raises InputError."""
    porosity = section.number("Porosity", above=0.0)
    separator = section.made(
        Separator,
        thickness=section.number("Thickness [m]", above=0.0),
        porosity=porosity,
        tortuosity_factor=_tortuosity_factor(section, porosity),
    )  # fmt: skip
    section.end()
    return separator


def _tortuosity_factor(section: Section, porosity: float) -> float:
    efficiency = section.number("Transport efficiency", above=0.0)
    if efficiency > porosity * (1.0 + 1e-9):
        raise section.wrong(
            "Transport efficiency", f"{efficiency:g}", f"at most the porosity, {porosity:g}"
        )
    return max(1.0, porosity / efficiency)


def read_electrode(
    section: Section, title: str, concentration: float, reference: float
) -> Electrode:
    """An electrode of its section; concentration : c_e0 [mol/m³], reference : [K]."""
    section.refuse(["Particle"], "blended electrodes are not modelled; expected one material")
    section.refuse(HYSTERESIS, "hysteresis is not modelled; expected one potential, OCP [V]")
    radius = section.number("Particle radius [m]", above=0.0)
    surface = section.number("Surface area per unit volume [m-1]", above=0.0)
    porosity = section.number("Porosity", above=0.0)
    low = section.number("Minimum stoichiometry", at_least=0.0)
    high = section.number("Maximum stoichiometry", above=low)
    if high > 1.0:
        raise section.wrong("Maximum stoichiometry", f"{high:g}", "at most 1")
    conductivity = section.number("Conductivity [S.m-1]", above=0.0)
    electrode = section.made(
        Electrode,
        thickness=section.number("Thickness [m]", above=0.0),
        porosity=porosity,
        tortuosity_factor=_tortuosity_factor(section, porosity),
        active_fraction=surface * radius / 3.0,
        surface_area=surface,
        particle_radius=radius,
        electronic_conductivity=conductivity,
        material=_material(section, title, (low, high), concentration, reference),
    )  # fmt: skip
    section.end()
    return electrode


def _material(section, title, window, concentration, reference) -> ActiveMaterial:
    """The active material at 25 °C, wherever the file's reference temperature is."""
    diffusion = section.number("Diffusivity activation energy [J.mol-1]", 0.0)
    exchange = section.number("Reaction rate constant activation energy [J.mol-1]", 0.0)
    inside = np.linspace(*window, 201)
    # Particles' surfaces come close to empty and full, whatever the limits of their means.
    ends = np.array([END, 1.0 - END])
    potential = section.function_at("OCP [V]", inside, reach=ends)
    diffusivity = section.function_at("Diffusivity [m2.s-1]", inside, above=0.0, reach=[0.0, 1.0])
    entropy = section.function_at("Entropic change coefficient [V.K-1]", inside, 0.0, reach=ends)
    rate = section.number("Reaction rate constant [mol.m-2.s-1]", above=0.0)
    # Reach past the window's ends as far as the potential is given: particles' surfaces go there.
    known = (END, 1.0 - END)
    if isinstance(potential, Table):
        known = (max(known[0], potential.x[0]), min(known[1], potential.x[-1]))
    known = (min(window[0], float(known[0])), max(window[1], float(known[1])))
    side = section.name.lower()
    material = ActiveMaterial(
        name=f"{side} of {title}",
        maximum_concentration=section.number("Maximum concentration [mol.m-3]", above=0.0),
        open_circuit_potential=potential,
        diffusivity=diffusivity,
        exchange_current_density=Exchange(Constant(FARADAY * rate / np.sqrt(concentration))),
        stoichiometry_range=known,
        discharged_stoichiometry=window[1] if side.startswith("positive") else None,
        bulk_conductivity=section.number("Conductivity [S.m-1]", above=0.0),
        diffusion_activation=diffusion,
        exchange_activation=exchange,
        entropic_coefficient=entropy.value if isinstance(entropy, Constant) else entropy,
        source=title,
    )
    return material.at_temperature(REFERENCE_TEMPERATURE, reference)
