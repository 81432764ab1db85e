"""A strip of web under a turning roll, seen from the web: the roll comes along and passes over it.

In the web's own frame the coating far from the nip is at rest, so local damping, which knows only
one frame, brakes deformation and not the transport. The foil is the plane below: the middle of a
web that is coated on both sides, with a second roll as mirror image.
"""

import math
from dataclasses import dataclass, field

import numpy as np

from dem import quasistatic
from dem.bonds import INTACT
from dem.calendering.rolls import Rolls
from dem.calendering.traction import Traction
from dem.observe import energies
from dem.simulation import Simulation
from dem.walls.control import set_motion
from dem.walls.plane import KIND, plane
from dem.walls.roll import roll
from dem.walls.walls import Wall

FOIL, ROLL = 0, 1
"""Places of foil and roll among the walls of a strip."""
STRIP_COLUMNS = (
    "roll_position_m", "roll_force_x_N", "roll_force_z_N", "roll_torque_N_m", "foil_force_x_N",
    "foil_force_z_N", "broken_bond_fraction", "inertial_number", "contact_J", "bond_J",
    "kinetic_J", "friction_J", "viscous_J", "plastic_J", "damping_J", "broken_bonds_J", "work_J",
    "step",
)  # fmt: skip

END_MARGIN = 2.0
"""Thicknesses from the strip's ends that feel them, and from the nip where the layer is at rest."""
_STEPS = 20
"""Steps between two readings, at most."""
_TRAVEL_PER_READING = 0.01
"""Of the entry's length of contact."""
_BINS = 24
"""Bins along the entry's length of contact."""


@dataclass(frozen=True)
class Passage:
    """How a roll passes over a strip.

    rolls : radius as in the simulation, two coated sides; gap [m], between foil plane and roll
    before [m], thickness that comes in; leaving [m], length of contact behind the gap, as expected
    period [m], of the piece along the strip; copies : of it
    slip : speed of the roll's surface over the web's, less 1
    inertial_number : bound on a particle of `particle_diameter` [m] at `pressure_floor` [Pa]
    """

    rolls: Rolls
    gap: float
    before: float
    leaving: float
    period: float
    copies: int
    slip: float
    inertial_number: float
    particle_diameter: float
    pressure_floor: float

    @property
    def entry(self) -> float:
        """Length of contact before the gap by the rolls' circle [m]."""
        return float(self.rolls.distance(self.before, self.gap))

    @property
    def length(self) -> float:
        """Of the strip [m]."""
        return self.period * self.copies

    @property
    def steady(self) -> tuple[float, float]:
        """Where the roll feels neither end of the strip [m]: from, to (it travels downwards)."""
        margin = END_MARGIN * self.before
        return self.length - margin - self.leaving, margin + self.entry

    @property
    def released(self) -> range:
        """Copies that have passed the nip and come to rest when the roll stops."""
        margin = END_MARGIN * self.before
        low, high = self.steady[1] + self.leaving + margin, self.length - margin
        return range(math.ceil(low / self.period), math.floor(high / self.period))


def copies_for(rolls: Rolls, gap: float, before: float, leaving: float, period: float) -> int:
    """Copies of a piece that leave one of them free of the strip's ends and of the nip."""
    margin = END_MARGIN * before
    entry = float(rolls.distance(before, gap))
    return math.ceil((entry + leaving + 3.0 * margin + 2.0 * period) / period)


def rolling_slip(rolls: Rolls, entry: float, leaving: float) -> float:
    """Slip at which the roll's surface goes as far as the coating's along the contact.

    A coating that keeps the web's speed along it moves at v/cos α along the roll's surface; this is
    the mean of 1/cos α − 1 ≈ x²/(2 r²) over the contact.
    """
    return float((entry**3 + leaving**3) / (6.0 * rolls.radius**2 * (entry + leaving)))


def strip_walls(
    passage: Passage, roll_friction: float, foil_friction: float, floor: float = 0.0
) -> tuple[Wall, Wall]:
    """Foil and roll, the roll where its surface meets the end of the strip.

    floor : [m], height of the plane, below zero by what of the foil is made of grains
    """
    r = passage.rolls.radius
    foil = Wall(KIND, [plane([0.0, 0.0, floor], (0, 0, 1))], friction=foil_friction)
    centre = [passage.length + passage.entry, 0.0, passage.gap + r]
    return foil, roll(centre, [0, 1, 0], r, friction=roll_friction)


@dataclass
class RolledStrip:
    """A roll on its way over a strip as a machine that `advance` moves by one chunk.

    traction : of the steady part; record : rows of STRIP_COLUMNS
    work : of the roll [J] at the begin and the end of the steady part
    """

    sim: Simulation
    passage: Passage
    traction: Traction
    record: list[tuple[float, ...]] = field(default_factory=list)

    @property
    def position(self) -> float:
        """Of the roll along the strip [m]."""
        return float(self.sim.walls.centre[ROLL, 0])

    @property
    def finished(self) -> bool:
        """Whether the roll has come to the end of the steady part."""
        return self.position <= self.passage.steady[1]

    @property
    def progress(self) -> float:
        """Share of the way, 0 … 1."""
        start, stop = self.passage.length + self.passage.entry, self.passage.steady[1]
        return min((start - self.position) / (start - stop), 1.0)

    @property
    def note(self) -> str:
        """What is going on, in a few words."""
        line = self.sim.walls.load[ROLL, 2] / self.sim.box.length[1]
        left = 1e6 * (self.position - self.passage.steady[1])
        return f"rolling: {left:.0f} µm to go, {line / 1e3:.3g} N/mm"

    def advance(self) -> None:
        """Roll on to the next reading."""
        sim, passage = self.sim, self.passage
        if self.finished:
            return
        speed = web_speed(sim, passage)
        turning = -speed * (1.0 + passage.slip) / passage.rolls.radius
        set_motion(sim, ROLL, velocity=[-speed, 0.0, 0.0], spin=[0.0, turning, 0.0])
        steps = _TRAVEL_PER_READING * passage.entry / (speed * sim.step)
        sim.advance(int(np.clip(steps, 1, _STEPS)))
        first, last = passage.steady
        if last <= self.position <= first:
            self.traction.sample(sim, FOIL, ROLL)
        self.record.append(self._row(speed))

    def _row(self, speed: float) -> tuple[float, ...]:
        sim, passage = self.sim, self.passage
        load, state = sim.walls.load, sim.bonds.state
        mean = load[ROLL, 2] / (sim.box.length[1] * (passage.entry + passage.leaving))
        number = quasistatic.inertial_number(
            strain_rate(speed, passage), passage.particle_diameter, sim.inertial_density,
            max(mean, 1e-3 * passage.pressure_floor),
        )  # fmt: skip
        broken = float((state != INTACT).mean()) if len(state) else 0.0
        return (
            self.position, load[ROLL, 0], load[ROLL, 2], load[ROLL, 4], load[FOIL, 0],
            load[FOIL, 2], broken, number, *energies(sim), float(sim.steps_done),
        )  # fmt: skip


def strain_rate(speed: float, passage: Passage) -> float:
    """Mean strain rate of the coating on its way into the gap [1/s]."""
    return speed * math.log(passage.before / passage.gap) / passage.entry


def web_speed(sim: Simulation, passage: Passage) -> float:
    """Speed of the web [m/s] that the bound on the inertial number allows."""
    rate = quasistatic.strain_rate_for(
        passage.inertial_number, passage.particle_diameter, sim.inertial_density,
        passage.pressure_floor,
    )  # fmt: skip
    return rate * passage.entry / math.log(passage.before / passage.gap)


def rolled_strip(sim: Simulation, passage: Passage) -> RolledStrip:
    """A strip whose walls are `strip_walls` of the passage."""
    width = passage.entry / _BINS
    before = math.ceil(_BINS + END_MARGIN * passage.before / width)
    behind = math.ceil((passage.leaving + END_MARGIN * passage.before) / width)
    edges = width * np.arange(-before, behind + 1)
    return RolledStrip(sim, passage, Traction(edges, np.zeros((len(edges) - 1, 6))))
