"""From the scenario to a strip of web: the plate passes over one piece, then the roll over many."""

import numpy as np

from dem.box import Box
from dem.calendering.plate_pass import PlatePass, plate_pass
from dem.calendering.repeat import repeated
from dem.calendering.rolls import Rolls
from dem.calendering.strip import (
    Passage,
    RolledStrip,
    copies_for,
    rolled_strip,
    rolling_slip,
    strip_walls,
)
from dem.errors import InputError
from dem.grains import coating_mass
from scenarios.runner.densities import target_density
from scenarios.runner.prepare import (
    crystal_density,
    pressing_of,
    simulation_in,
    simulation_of,
)
from scenarios.runner.schema import Scenario
from scenarios.runner.strip_problems import LEAST_CLOSING
from voxelize.divide.decompose import Decomposition


def plate_pass_of(decomposition: Decomposition, scenario: Scenario) -> PlatePass:
    """The piece between collector and plate, to be pressed to the gap; refuses an open gap."""
    volume, grains = decomposition.volume, decomposition.grains
    if not volume.periodic:
        raise InputError(
            "calendering.mode: a strip of copies needs an electrode that repeats in its plane, and "
            "this one does not; expected a recipe, or series or passes"
        )
    sim = simulation_of(decomposition, scenario)
    before = sim.height
    mass = coating_mass(grains)
    start = mass / (sim.box.area * before)
    dense = target_density(scenario.strip.gap, start, crystal_density(scenario, grains), before)
    gap = before * start / dense
    if gap > (1.0 - LEAST_CLOSING) * before:
        raise InputError(
            f"strip.gap: {scenario.strip.gap.text} means a gap of {1e6 * gap:.3g} µm for a coating "
            f"{1e6 * before:.3g} µm thick; expected one narrower by at least "
            f"{100 * LEAST_CLOSING:g} %"
        )
    return plate_pass(sim, pressing_of(sim, scenario, ()), gap)


def rolls_of_strip(plate: PlatePass, scenario: Scenario) -> Rolls:
    """The strip's rolls, a coating on either side of the foil."""
    return Rolls(2.0 * scenario.strip.roll_radius * plate.start, scenario.calendering.web_speed, 2)


def strip_of(decomposition: Decomposition, plate: PlatePass, scenario: Scenario) -> RolledStrip:
    """Copies of the piece in a row, the roll at their end, as far from the foil as the plate was
    at its lowest."""
    volume, strip = decomposition.volume, scenario.strip
    _, ny, nx = volume.labels.shape
    period, width = nx * volume.voxel_size, ny * volume.voxel_size
    rolls = rolls_of_strip(plate, scenario)
    nip = plate.nip(rolls)
    copies = copies_for(rolls, nip.gap, nip.before, nip.exit, period) + strip.further_copies
    passage = Passage(
        rolls=rolls,
        gap=nip.gap,
        before=nip.before,
        leaving=nip.exit,
        period=period,
        copies=copies,
        slip=rolling_slip(rolls, nip.entry, nip.exit) if strip.slip is None else strip.slip,
        inertial_number=scenario.mechanics.inertial_number,
        particle_diameter=plate.pressing.particle_diameter,
        pressure_floor=scenario.mechanics.pressure_floor,
    )
    grains, bonds = repeated(decomposition.grains, decomposition.bonds, period, copies)
    sim = simulation_in(
        Box(np.array([passage.length, width]), (False, True)), decomposition, grains, bonds,
        scenario, plate_height=None,
        walls=strip_walls(passage, strip.roll_friction, strip.foil_friction, decomposition.floor),
    )  # fmt: skip
    return rolled_strip(sim, passage)
