"""The loading path: the plate closes state by state, as fast as the inertial number allows.

Every state follows from the one before it and nothing else, so a copy of an earlier state that is
pressed on meets the later ones again, bit for bit.
"""

from dataclasses import dataclass, field

import numpy as np

from dem import quasistatic
from dem.calendering.rolls import Rolls
from dem.calendering.targets import Target
from dem.fragments import broken_bond_fraction
from dem.observe import energies, unbalanced_force
from dem.simulation import Simulation

PATH_COLUMNS = (
    "density_kg_m3", "thickness_m", "pressure_top_Pa", "pressure_bottom_Pa", "broken_bond_fraction",
    "inertial_number", "unbalanced_force", "contact_J", "bond_J", "kinetic_J", "friction_J",
    "viscous_J", "plastic_J", "damping_J", "broken_bonds_J", "work_J",
    "step",
)  # fmt: skip

_MOST_STEPS = 200
"""Steps from one state of the path to the next, at most."""
_STATES_PER_TOLERANCE = 5
"""The states stand closer than the tolerance on a density, so that one of them can meet it."""


@dataclass(frozen=True)
class Pressing:
    """How the plate closes and opens.

    targets : of one measure and rising, or those of passes in their order; tolerance : relative,
        on what was reached
    off_target_limit : relative error up to which the nearest state stands for a target that the
        released density jumps over
    coating_mass [kg], without the collector
    inertial_number : bound on the particle diameter, taken at `pressure_floor` [Pa] at least
    particle_diameter : [m], median by volume
    seating_pressure : [Pa], load at which a thickness is read, as that of a thickness gauge
    pressure_limit : [Pa], where a target counts as unreachable
    release_balance : mean net force on a grain, over the mean force that contacts carried at peak
        load, at which a release is at rest
    rolls : between which the layer is thought to be pressed
    keep_released : whether the states keep their simulations, for tests of the released layer
    """

    targets: tuple[Target, ...]
    coating_mass: float
    particle_diameter: float
    tolerance: float = 0.005
    off_target_limit: float = 0.02
    inertial_number: float = 0.01
    pressure_floor: float = 20e6
    seating_pressure: float = 0.1e6
    pressure_limit: float = 2e9
    release_balance: float = 0.01
    rolls: Rolls = field(default_factory=Rolls)
    keep_released: bool = False


def density(sim: Simulation, pressing: Pressing) -> float:
    """Coating mass over area × plate height [kg/m³]."""
    return pressing.coating_mass / (sim.box.area * sim.height)


def load(sim: Simulation) -> float:
    """Pressure on both planes [Pa]: alone each fluctuates with the waves between them."""
    return 0.5 * (sim.pressure + sim.bottom_pressure)


def press_on(sim: Simulation, pressing: Pressing) -> float:
    """Close the plate up to the next state of the path; returns the strain rate [1/s]."""
    rate = quasistatic.strain_rate_for(
        pressing.inertial_number,
        pressing.particle_diameter,
        sim.inertial_density,
        max(load(sim), pressing.pressure_floor),
    )
    strain = pressing.tolerance / _STATES_PER_TOLERANCE
    sim.advance(int(np.clip(strain / (rate * sim.step), 1, _MOST_STEPS)), rate=-rate)
    return rate


def path_row(sim: Simulation, pressing: Pressing, rate: float) -> tuple[float, ...]:
    """A state of the path by PATH_COLUMNS, reached at a strain rate [1/s]."""
    # The inertial number that was, at the pressure that was met, not the bound that was set.
    number = quasistatic.inertial_number(
        rate,
        pressing.particle_diameter,
        sim.inertial_density,
        max(load(sim), pressing.seating_pressure),
    )
    broken = broken_bond_fraction(sim.material, sim.bonds)
    return (
        density(sim, pressing), sim.height, sim.pressure, sim.bottom_pressure, broken, number,
        unbalanced_force(sim), *energies(sim), float(sim.steps_done),
    )  # fmt: skip
