"""The time loop over compiled chunks: neighbour lists, inertia and what a run is made of."""

import copy
import math
from dataclasses import dataclass, field

import numpy as np

from dem import faults, inertia, integrate, quasistatic, start_checks
from dem.body import INVERSE_MASS, X, Z, as_grains, bodies
from dem.bonding.laws import flows
from dem.bonding.porosity import close_pores
from dem.bonding.rows import AREA, COHESION, TENSILE, BondRows, bond_rows, rest_length
from dem.bonds import Bonds
from dem.box import Box
from dem.chunks import DRIVEN, SLOTS, Chunks, chunks_of
from dem.clumps import Clumps, clumps_of
from dem.contact.contacts import Contacts, unlisted
from dem.contact.forces import LAWS
from dem.contact.laws import ContactLaws, LawTable, law_table
from dem.contact.roles import remembers, rolls
from dem.errors import InputError
from dem.errors import Unstable as Unstable
from dem.grains import COLLECTOR, Grains
from dem.jit import threads_for
from dem.materials import Material, PairOverride, bond_laws, keep_volume, softer_of
from dem.neighbours import rebuild
from dem.rubble import lost_bonds
from dem.walls.check import check_walls
from dem.walls.enclosure import BOTTOM, TOP, enclosure
from dem.walls.listing import list_walls, no_rows
from dem.walls.walls import Wall, WallRows, Walls, walls_of

_ADAPT_EVERY = 50
"""Steps between two adaptations of the inertia to the contacts that have stiffened."""


@dataclass(frozen=True)
class Numerics:
    """Numerical settings of a simulation.

    damping : local damping α, 0 … 1
    step_factor : share of the stable step in use, 0 … 1
    skin : reach of the neighbour list beyond contact, in mean contact radii
    step : [s], a fixed step with the true inertia instead of the scaled one (collisions)
    process_time : [s], of the machine, that a second of simulated time stands for (relaxation)
    most_travel : of a grain in a step, over its radius or the mean one, whichever is larger, and
        turn [rad], beyond which motion means nothing
    most_overlap : of two grains at the start, over the smaller radius, where it pushes
    light_particles : whether particles move as a whole with less inertia than inside (`dem.clumps`)
    """

    damping: float = 0.7
    step_factor: float = 0.9
    skin: float = 0.3
    step: float | None = None
    process_time: float = 0.0
    most_travel: float = 0.5
    most_overlap: float = 0.5
    light_particles: bool = False

    @property
    def undamped_factor(self) -> float:
        """Share of the stable step of the undamped motion.

        Local damping gives a grain that slows down (1 + α) times its force, and so its stiffness.
        """
        return self.step_factor / math.sqrt(1.0 + self.damping)


@dataclass
class Simulation:
    """Grains, bonds and walls; every array of it belongs to it alone.

    body : (n, 16), the moving part of the grains (`dem.body`); volume, mass, material, particle :
    (n,), the rest of them
    inner_mass : (n,) [kg], moment : (n,) [kg m²], scaled, of the motion inside particles; the mass
    in `body` is of a grain's share in the motion of its particle as a whole, which `clumps` has
    `unloaded_rest` (m, 3) [m] is the bonds' rest vector before any plastic flow.
    A grain's reach `size` grows from `calibrated_radius` to `full_radius` (n,) [m] as it loses its
    bonds: rubble has no face-sharing neighbours left and fills its whole volume. How stiff its
    contacts are stays that of the calibrated radius, so growth makes no force jump.
    stale : whether the lists must be built anew before the next step
    load : (n, 6), force [N] and torque [N m] that its own chunk exerts on each grain; age : of the
    list, as in `integrate`; rate [1/s] : of the latest strain
    plated : whether the first walls are floor and plate
    """

    body: np.ndarray
    volume: np.ndarray
    mass: np.ndarray
    material: np.ndarray
    particle: np.ndarray
    inner_mass: np.ndarray
    moment: np.ndarray
    clumps: Clumps
    bonds: BondRows
    bond_table: tuple
    unloaded_rest: np.ndarray
    box: Box
    laws: LawTable
    numerics: Numerics
    size: np.ndarray
    calibrated_radius: np.ndarray
    full_radius: np.ndarray
    contacts: Contacts
    walls: Walls
    wall_rows: WallRows
    chunks: Chunks
    load: np.ndarray
    listed: np.ndarray
    step: float
    age: np.ndarray = field(default_factory=lambda: np.array([1.0, 0.0]))
    overlaps_rest: bool = True
    breaking: bool = True
    rate: float = 0.0
    stale: bool = False
    steps_done: int = 0
    plated: bool = True

    @property
    def grains(self) -> Grains:
        """The grains; position, velocity, spin and orientation are views of `body`."""
        return as_grains(self.body, self.size, self.volume, self.mass, self.material, self.particle)

    @property
    def height(self) -> float:
        """Height of the plate [m]."""
        return float(self.walls.centre[TOP, 2])

    @property
    def pressure(self) -> float:
        """Pressure on the plate [Pa]."""
        return float(self.walls.load[TOP, 2]) / self.box.area

    @property
    def bottom_pressure(self) -> float:
        """Pressure on the floor [Pa]."""
        return -float(self.walls.load[BOTTOM, 2]) / self.box.area

    @property
    def inertial_mass(self) -> np.ndarray:
        """Scaled mass of a grain, of its share in its particle's motion as a whole, (n,) [kg]."""
        return 1.0 / self.body[:, INVERSE_MASS]

    @property
    def inertial_density(self) -> float:
        """Scaled mass per solid volume of the coating, the inertial number's density [kg/m³]."""
        coating = self.material != COLLECTOR
        return float(self.inertial_mass[coating].sum() / self.volume[coating].sum())

    @property
    def net_load(self) -> np.ndarray:
        """Net force [N] and torque [N m] on each grain, (n, 6)."""
        return integrate.with_rim_taken_up(self.load, self.chunks)

    @property
    def _skin(self) -> float:
        """Reach of the neighbour list [m]; constant, so that how calls are cut changes no bit."""
        return self.numerics.skin * float(self.calibrated_radius.mean())

    def copy(self) -> "Simulation":
        """An independent copy, from which a branch can start."""
        return copy.deepcopy(self)

    def bond_state(self) -> Bonds:
        """The bonds as the other rooms know them, with their present state."""
        b = self.bonds
        return Bonds(
            b.first.copy(), b.second.copy(), b.beam[:, AREA].copy(), self.unloaded_rest.copy(),
            b.state.copy(), b.beam[:, TENSILE].copy(), b.beam[:, COHESION].copy(),
        )  # fmt: skip

    def advance(
        self,
        steps: int,
        rate: float = 0.0,
        servo: tuple[float, float, float] | None = None,
        plate_speed: float = 0.0,
    ) -> None:
        """Run `steps` steps.

        rate [1/s] strains grains, and walls that follow, affinely along z. servo = (gain, force,
        limit) moves the plate alone, at gain · (its force − force), no faster than the limit [m/s].
        plate_speed [m/s] moves the plate alone, upwards if positive.
        Raises InputError for what no plate can be driven with, and Unstable, which holds the
        simulation, at most `faults.LOOK` steps after the motion has blown up.
        """
        faults.refuse_drive(self, steps, rate, servo, plate_speed)
        self.rate = rate
        faults.look(self)
        gain, force, limit = servo or (0.0, 0.0, 0.0)
        if rate != 0.0 and self.box.period_z > 0.0:
            raise InputError("a strain rate along z needs walls there, not a period")
        if self.plated:
            self.walls.servo[TOP] = 0.0, 0.0, -1.0, gain, force, limit
            # A plate with a speed of its own neither follows the strain nor a servo.
            self.walls.follows[TOP] = plate_speed == 0.0
            self.walls.velocity[TOP] = 0.0, 0.0, plate_speed
        skin = self._skin
        reach = 2 * float(self.full_radius.max()) + skin
        like_bond, bond_table = self.bond_table
        while steps > 0:
            if self.stale:
                self.refresh()
            motion = integrate.Motion(
                step=self.step, process_time=self.numerics.process_time * self.step, rate=rate,
                damping=self.numerics.damping, breaking=self.breaking, first_step=self.steps_done,
                mass=self.inner_mass, moment=self.moment, listed=self.listed,
            )  # fmt: skip
            # To the next multiple, so that how calls are cut changes no bit.
            piece = min(steps, faults.LOOK, _ADAPT_EVERY - self.steps_done % _ADAPT_EVERY)
            with threads_for(len(self.contacts.second) + len(self.body)):
                done, why = integrate.run_steps(
                    piece, skin, reach, *self.laws.like, self.laws.pairs, self.kinds,
                    self.laws.walls, like_bond, bond_table, self.box.period, self.body, self.bonds,
                    self.contacts, self.walls, self.wall_rows, self.chunks, self.load, self.age,
                    motion, self.clumps,
                )  # fmt: skip
            self.steps_done += done
            steps -= done
            if why == integrate.UNSTABLE:
                raise faults.blown_up(self)
            # Built anew before the next step, so that what was recorded in the last one stays.
            self.stale = why == integrate.LIST_TOO_OLD
            faults.look(self)
            if self.steps_done % _ADAPT_EVERY == 0:
                self._close_pores()
                inertia.adapt(self, _ADAPT_EVERY)
                self._refuse_long_step()

    @property
    def kinds(self) -> int:
        """Number of materials."""
        return round(len(self.laws.pairs) ** 0.5)

    def refresh(self) -> None:
        """Build the lists anew, let rubble grow, adapt the inertia; recorded forces of pairs go.

        Raises Unstable where grains or walls are no longer what lists can be built of, and where
        the contacts have become too stiff for a fixed step.
        """
        faults.look(self)
        try:
            # What overflows here is found in the inertia at the next look.
            with np.errstate(over="ignore", invalid="ignore"):
                self._relist()
        except InputError as error:
            raise faults.unstable(self, str(error)) from None
        self._refuse_long_step()

    def _refuse_long_step(self) -> None:
        if self.numerics.step is not None and (reason := faults.step_fault(self)):
            raise faults.unstable(self, reason)

    def _relist(self) -> None:
        growth = self._grow_rubble()
        # The new lists' rim is empty: what stands on the old one must not be lost.
        self.load[:] = self.net_load
        with threads_for(len(self.contacts.second) + len(self.body)):
            self.contacts, self.chunks = rebuild(
                self.body, self.size, self.box, self._skin, self.bonds, self.contacts, self.chunks,
                growth, self.laws.like[0], self.laws.pairs, self.overlaps_rest,
            )  # fmt: skip
        self.wall_rows = list_walls(
            self.body,
            self.size,
            self.walls,
            self._skin,
            self.wall_rows,
            growth,
            self.overlaps_rest,
        )
        self.listed[:] = self.body[:, X : Z + 1]
        self.age[:] = 1.0, 0.0
        self.stale = False
        inertia.adapt(self, _ADAPT_EVERY)

    def _close_pores(self) -> None:
        """Harden the porous bonds; the energy given to those under load is the drive's work."""
        if len(self.bonds.least_volume):
            self.chunks.ledger[0, DRIVEN] += close_pores(
                *self.bond_table, self.box.period, self.body, self.material, self.bonds,
                self.unloaded_rest,
            )  # fmt: skip

    def _grow_rubble(self) -> np.ndarray:
        b = self.bonds
        share = lost_bonds(b.first, b.second, b.state, len(self.body))
        target = self.calibrated_radius + (self.full_radius - self.calibrated_radius) * share
        growth = target - self.size
        self.size += growth
        return growth


def simulate(
    grains: Grains,
    bonds: Bonds,
    box: Box,
    materials: list[Material],
    plate_height: float | None,
    numerics: Numerics,
    wall_friction: float = 0.0,
    full_radius: np.ndarray | None = None,
    overlaps_rest: bool = True,
    laws: ContactLaws | None = None,
    overrides: tuple[PairOverride, ...] = (),
    walls: tuple[Wall, ...] = (),
    floor: float = 0.0,
) -> Simulation:
    """A simulation of the unloaded picture: nothing pushes until something moves.

    plate_height : [m], of the plate above z = 0, the collector's coated face; None for neither
    floor : [m], height of the plane below, negative by what of the collector is made of grains
    walls : further walls; wall_friction : of floor and plate
    overlaps_rest : whether overlaps at the start exert no force
    Raises InputError, naming the grain, for whatever cannot be a packing (`dem.start_checks`), and
    for walls that cannot stand in the box.
    """
    laws = laws or ContactLaws()
    start_checks.check_numerics(numerics)
    start_checks.check_box(box, plate_height, wall_friction, floor)
    start_checks.check_materials(materials, laws, overrides)
    start_checks.check_grains(grains, full_radius, len(materials), box)
    start_checks.check_bonds(bonds, grains, box)
    check_walls(list(walls), box, float(grains.radius.max()))
    n, like_walls = len(grains.radius), list(walls)
    if plate_height is not None:
        like_walls = enclosure(box, plate_height, wall_friction, floor) + like_walls
    if LAWS + sum(len(cls._fields) for cls in laws.classes) > SLOTS:
        raise InputError(f"the contact laws have more coefficients than {SLOTS - LAWS}")
    frictions = [wall.friction for wall in like_walls]
    table = law_table(laws, materials, frictions, overrides)
    like_bond, bond_table = bond_laws(materials)
    material = np.array(grains.material, np.int32)
    of_bonds = materials, material[bonds.first], material[bonds.second]
    confined = keep_volume(*of_bonds) & flows(like_bond)
    if confined.any():
        start_checks.check_damping(numerics.damping)
    kind = softer_of(*of_bonds)
    modulus = bond_table[kind, 0]
    strength = np.array([made_of.bond_yield_strength for made_of in materials])[kind]
    porous = any(made_of.porosity > 0.0 for made_of in materials) and flows(like_bond)
    rows = bond_rows(bonds, n, kind, flows(like_bond), confined, modulus, strength, porous)
    history = remembers(table.like[0]), rolls(table.like[4])
    moving = walls_of(like_walls)
    start_checks.check_walls(grains, moving)
    sim = Simulation(
        body=bodies(grains),
        volume=np.array(grains.volume),
        mass=np.array(grains.mass),
        material=material,
        particle=np.array(grains.particle),
        inner_mass=np.array(grains.mass),
        moment=0.4 * grains.mass * grains.radius**2,
        clumps=clumps_of(
            grains.particle, material, numerics.light_particles and numerics.step is None
        ),
        bonds=rows,
        bond_table=(like_bond, bond_table),
        unloaded_rest=bonds.rest.copy(),
        box=box,
        laws=table,
        numerics=numerics,
        full_radius=np.array(grains.radius if full_radius is None else full_radius),
        size=np.array(grains.radius),
        calibrated_radius=np.array(grains.radius),
        contacts=unlisted(n, bonds.first, bonds.second, rest_length(rows), *history),
        walls=moving,
        wall_rows=no_rows(n, *history),
        chunks=chunks_of(n, len(like_walls)),
        load=np.zeros((n, 6)),
        listed=np.array(grains.position),
        step=numerics.step or 1.0,
        overlaps_rest=overlaps_rest,
        plated=plate_height is not None,
    )
    if numerics.step is None:
        # Lists first: walls count towards the stiffness.
        sim._relist()
        move = inertia.stiffness_bounds(sim)[:, 0].sum(axis=0)
        sim.step = quasistatic.mean_step(move, float(grains.mass.sum()), numerics.undamped_factor)
    sim._relist()
    start_checks.check_start(sim)
    return sim
