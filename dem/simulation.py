"""The time loop over compiled chunks: neighbour lists, inertia and the energy ledger."""

import copy
from dataclasses import dataclass, field

import numpy as np

from dem import integrate, quasistatic
from dem.bonding.rows import BondRows, bond_rows
from dem.bonds import INTACT, Bonds
from dem.box import Box
from dem.errors import InputError
from dem.grains import Grains
from dem.jit import threads_for
from dem.materials import Material, PairTable, pair_table
from dem.neighbours import Contacts, empty_contacts, rebuild
from dem.walls.plane import Planes, distances, planes_around


class Unstable(RuntimeError):
    """The integration left the range in which it means anything."""


@dataclass(frozen=True)
class Numerics:
    """Numerical settings of a simulation.

    damping : local damping α, 0 … 1
    step_factor : share of the stable step in use, 0 … 1
    skin : reach of the neighbour list beyond contact, in mean contact radii
    step : [s], a fixed step with the true inertia instead of the scaled one (collisions)
    """

    damping: float = 0.7
    step_factor: float = 0.9
    skin: float = 0.3
    step: float | None = None


@dataclass
class Simulation:
    """Grains and bonds between two planes; every array of it belongs to it alone.

    `unloaded_rest` (m, 3) [m] is the bonds' rest vector before any plastic flow.
    A contact radius grows from `calibrated_radius` to `full_radius` (n,) [m] as its grain loses its
    bonds: rubble has no face-sharing neighbours left and fills its whole volume.
    """

    grains: Grains
    bonds: BondRows
    unloaded_rest: np.ndarray
    box: Box
    table: PairTable
    numerics: Numerics
    calibrated_radius: np.ndarray
    full_radius: np.ndarray
    contacts: Contacts
    planes: Planes
    plate: np.ndarray
    mass: np.ndarray
    moment: np.ndarray
    step: float
    overlaps_rest: bool = True
    breaking: bool = True
    steps_done: int = 0
    lost: dict[str, float] = field(
        default_factory=lambda: {"friction": 0.0, "viscous": 0.0, "plastic": 0.0}
    )
    scratch: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def height(self) -> float:
        """Height of the plate [m]."""
        return float(self.plate[integrate.HEIGHT])

    @property
    def pressure(self) -> float:
        """Pressure on the plate [Pa]."""
        return float(self.plate[integrate.TOP_FORCE]) / self.box.area

    @property
    def bottom_pressure(self) -> float:
        """Pressure on the collector's plane [Pa]."""
        return float(self.plate[integrate.BOTTOM_FORCE]) / self.box.area

    @property
    def inertial_density(self) -> float:
        """Scaled mass per solid volume, the density of the inertial number [kg/m³]."""
        return float(self.mass.sum() / self.grains.volume.sum())

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
            b.first.copy(), b.second.copy(), b.area.copy(), self.unloaded_rest.copy(),
            b.state.copy(), b.tensile_strength.copy(), b.cohesion.copy(),
        )  # fmt: skip

    def advance(
        self, steps: int, rate: float = 0.0, servo: tuple[float, float, float] | None = None
    ) -> None:
        """Run `steps` steps.

        rate [1/s] strains grains and plate affinely along z. servo = (gain, force, limit) moves the
        plate alone, at gain · (its force − force), no faster than the limit [m/s].
        Raises Unstable when the motion blows up.
        """
        gain, force, limit = servo or (0.0, 0.0, 0.0)
        skin = self._skin
        reach = 2 * float(self.full_radius.max()) + skin
        while steps > 0:
            motion = integrate.Motion(
                step=self.step, rate=rate, damping=self.numerics.damping, breaking=self.breaking,
                servo_gain=gain, servo_force=force, servo_limit=limit,
                mass=self.mass, moment=self.moment, **self.scratch,
            )  # fmt: skip
            with threads_for(len(self.bonds.first) + len(self.contacts.first)):
                done, why = integrate.run_steps(
                    steps, skin, reach, self.grains, motion, self.table, self.box, self.bonds,
                    self.contacts, self.planes, self.plate,
                )  # fmt: skip
            self.steps_done += done
            steps -= done
            if why == integrate.UNSTABLE:
                raise Unstable(f"the motion blew up at step {self.steps_done}")
            if why == integrate.LIST_TOO_OLD:
                self.refresh()

    def refresh(self) -> None:
        """Build the neighbour list anew, let rubble grow, adapt the inertia."""
        growth = self._grow_rubble()
        self.lost["friction"] += float(self.contacts.dissipated.sum())
        self.lost["viscous"] += float(self.contacts.viscous.sum())
        self.lost["plastic"] += float(self.contacts.plastic.sum())
        self.contacts = rebuild(
            self.grains, self.box, self._skin, self.bonds.start, self.bonds.second, self.contacts,
            growth, self.overlaps_rest,
        )  # fmt: skip
        self.scratch["listed"][:] = self.grains.position
        self.plate[integrate.STRETCH] = 1.0
        if self.numerics.step is None:
            move, turn = self._row_sums()
            self.mass, self.moment = quasistatic.scaled_inertia(
                move, turn, self.step, self.numerics.step_factor
            )

    def _row_sums(self):
        gaps = distances(self.grains, self.box, self.height)
        return quasistatic.row_sums(
            self.grains, self.table, self.bonds, self.contacts,
            (self.planes.rest - gaps).max(axis=1), self.box,
        )  # fmt: skip

    def _grow_rubble(self) -> np.ndarray:
        b, n = self.bonds, len(self.grains.radius)
        broken = (b.state != INTACT).astype(float)
        held = np.diff(b.start) + np.diff(b.reverse_start)
        lost = np.bincount(b.first, broken, minlength=n) + np.bincount(
            b.second, broken, minlength=n
        )
        share = lost / np.maximum(held, 1)
        target = self.calibrated_radius + (self.full_radius - self.calibrated_radius) * share
        growth = target - self.grains.radius
        self.grains.radius[:] += growth
        gaps = distances(self.grains, self.box, self.height)
        rest = self.planes.rest
        rest[:] = np.maximum(rest, np.minimum(rest + growth[:, None], gaps))
        return growth


def simulate(
    grains: Grains,
    bonds: Bonds,
    box: Box,
    materials: list[Material],
    plate_height: float,
    numerics: Numerics,
    wall_friction: float = 0.0,
    full_radius: np.ndarray | None = None,
    overlaps_rest: bool = True,
) -> Simulation:
    """A simulation of the unloaded picture: nothing pushes until something moves.

    Raises InputError when a periodic box is too narrow for its largest grains.
    """
    widest = 2 * float(grains.radius.max())
    if box.periodic and 2 * widest > box.length.min():
        raise InputError(
            f"the periodic box is {box.length.min() * 1e6:.3g} µm wide, but grains up to "
            f"{2e6 * grains.radius.max():.3g} µm across need at least {2e6 * widest:.3g} µm"
        )
    n = len(grains.radius)
    grains = Grains(*(np.array(a) for a in grains))
    planes = planes_around(grains, box, plate_height)
    if not overlaps_rest:
        planes.rest[:] = grains.radius[:, None]
    sim = Simulation(
        grains=grains,
        bonds=bond_rows(bonds, grains.material, materials),
        unloaded_rest=bonds.rest.copy(),
        box=box,
        table=pair_table(materials, wall_friction),
        numerics=numerics,
        full_radius=grains.radius.copy() if full_radius is None else np.array(full_radius),
        calibrated_radius=grains.radius.copy(),
        contacts=empty_contacts(n),
        planes=planes,
        plate=np.array([plate_height, 0.0, 0.0, 0.0, 1.0]),
        mass=grains.mass.copy(),
        moment=0.4 * grains.mass * grains.radius**2,
        step=numerics.step or 1.0,
        overlaps_rest=overlaps_rest,
        scratch={
            "listed": grains.position.copy(),
            **{name: np.zeros(n) for name in ("displaced", "damped", "driven")},
            **{name: np.zeros((n, 3)) for name in ("force", "torque")},
        },
    )
    if numerics.step is None:
        move, _ = sim._row_sums()
        sim.step = quasistatic.mean_step(move, float(grains.mass.sum()), numerics.step_factor)
    sim.refresh()
    return sim
