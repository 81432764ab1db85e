"""Cells that several tests share."""

from dataclasses import replace

import numpy as np

from electrochem.materials import (
    ACTIVE_MATERIALS,
    ELECTROLYTES,
    ConstantProperty,
    Electrolyte,
    LithiumMetal,
)
from electrochem.porous_electrode import Cell, Electrode, Separator

# C.-H. Chen et al., J. Electrochem. Soc. 167 (2020) 080534, with Bruggeman's 1.5 in the pores.
CHEN_AREA = 0.1027  # [m²]
NEGATIVE = Electrode(
    thickness=85.2e-6,
    porosity=0.25,
    tortuosity_factor=0.25**-0.5,
    active_fraction=0.75,
    surface_area=3.0 * 0.75 / 5.86e-6,
    particle_radius=5.86e-6,
    electronic_conductivity=215.0,
    material=ACTIVE_MATERIALS["graphite_chen2020"],
)
POSITIVE = Electrode(
    thickness=75.6e-6,
    porosity=0.335,
    tortuosity_factor=0.335**-0.5,
    active_fraction=0.665,
    surface_area=3.0 * 0.665 / 5.22e-6,
    particle_radius=5.22e-6,
    electronic_conductivity=0.18,
    material=ACTIVE_MATERIALS["nmc811_chen2020"],
)
SEPARATOR = Separator(thickness=12e-6, porosity=0.47, tortuosity_factor=0.47**-0.5)
NYMAN = ELECTROLYTES["lipf6_nyman2008"](1000.0)
FULL = Cell(NEGATIVE, SEPARATOR, POSITIVE, NYMAN, lower_voltage=2.5, upper_voltage=4.2)
HALF = Cell(
    LithiumMetal(), SEPARATOR, POSITIVE, NYMAN, lower_voltage=3.0, upper_voltage=4.5,
    positive_stoichiometry=17038.0 / 63104.0,
)  # fmt: skip


def constant_electrolyte(conductivity=1.0, diffusivity=3e-10, t_plus=0.3, factor=1.5):
    """An electrolyte whose properties do not depend on concentration, for closed forms."""
    return Electrolyte(
        name="constant",
        initial_concentration=1000.0,
        conductivity=ConstantProperty(conductivity),
        diffusivity=ConstantProperty(diffusivity),
        transference_number=ConstantProperty(t_plus),
        thermodynamic_factor=ConstantProperty(factor),
        source="test",
    )


def lithium_dependent_diffusivity(stoichiometry):
    """A diffusivity that falls with lithium content, with its slope (the form of S1's eq. 3)."""
    value = 2e-14 * np.exp(-3.0 * stoichiometry)
    return value, -3.0 * value


def with_variable_diffusivity(electrode):
    """The electrode with `lithium_dependent_diffusivity` in its particles."""
    material = replace(electrode.material, diffusivity=lithium_dependent_diffusivity)
    return replace(electrode, material=material)
