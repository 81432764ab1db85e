"""One contact in plain Python, as the kernels evaluate it: laws from the registry together."""

from dataclasses import dataclass, field
from itertools import pairwise, product

import numpy as np
import pytest

from dem.contact.laws import COHESION, DAMPING, NORMAL, ROLLING, TANGENTIAL, laws_of_pair
from dem.contact.roles import bound, reach, remembers, sticks, stored
from dem.contact.touch import touch
from dem.materials import Pair

RADIUS = 0.5e-6
DEEP = 0.02 * RADIUS
"""An overlap [m] at which the contacts of PAIR have long yielded."""
PAIR = Pair(
    young=50e9, shear=15e9, friction=0.4, damping=0.2, yield_pressure=2e9, surface_energy=1.0,
    cohesion_energy_density=3e8, viscosity=5.0, stiffness_ratio=0.7, rolling_friction=0.3,
)  # fmt: skip
INVERSE_MASS = 1e14
_NAMES = list(product(NORMAL, COHESION, DAMPING, TANGENTIAL, ROLLING))
_REGISTRIES = (NORMAL, COHESION, DAMPING, TANGENTIAL, ROLLING)

every_combination = pytest.mark.parametrize(
    "classes",
    [
        pytest.param(
            tuple(registry[name] for registry, name in zip(_REGISTRIES, names, strict=True)),
            id=" ".join(names),
        )
        for names in _NAMES
    ],
)


def every_law(registry):
    """The classes of one registry as parameters of a test."""
    return pytest.mark.parametrize("law_class", registry.values(), ids=registry.keys())


def plain(role_or_kernel):
    """A kernel's Python function."""
    return getattr(role_or_kernel, "py_func", role_or_kernel)


@dataclass
class Contact:
    """A contact and its history; `laws` are of one pair of materials."""

    laws: tuple
    tangential: tuple = (0.0, 0.0, 0.0)
    stiffness: float = 0.0
    memory: float = 0.0
    moment: tuple = (0.0, 0.0, 0.0)
    booked: np.ndarray = field(default_factory=lambda: np.zeros(3))

    @property
    def opens(self) -> float:
        """Overlap [m] below which it is open: that of a neck while it sticks."""
        return reach(self.laws[0], RADIUS) if sticks(self.laws[0], self.memory) else 0.0

    def at(self, overlap, velocity=(0.0, 0.0, 0.0), turn=(0.0, 0.0, 0.0), dt=1e-9,
           normal=(0.0, 0.0, 1.0), twirl=0.0):  # fmt: skip
        """Force and moment on the second body after a step; `booked` sums work slid, damped, lost.

        The same rule as in the loops over pairs and walls says whether it is touching.
        """
        law = self.laws[0]
        touching = overlap > reach(law, RADIUS)
        if remembers(law):
            touching = touching or sticks(law, self.memory)
        if not touching:
            self.tangential = self.moment = (0.0, 0.0, 0.0)
            self.stiffness = 0.0
            return np.zeros(3), np.zeros(3)
        total, self.tangential, self.stiffness, self.memory, self.moment, *work = plain(touch)(
            self.laws, normal, overlap, velocity, twirl, turn, dt, RADIUS, INVERSE_MASS,
            self.tangential, self.stiffness, self.memory, self.moment,
        )  # fmt: skip
        self.booked += work
        return total * np.array(normal) + self.tangential, np.array(self.moment)

    def stored(self, overlap):
        """Normal and cohesive energy [J] at an overlap of a touching contact."""
        law, cohesion = self.laws[:2]
        if overlap <= self.opens:
            return 0.0
        return stored(law, overlap, RADIUS, self.memory) + bound(cohesion, overlap, RADIUS)


def contact_of(classes, pair=PAIR) -> Contact:
    """An untouched contact."""
    return Contact(laws_of_pair(classes, pair))


def work_of(contact: Contact, path: np.ndarray, dt=1e-9):
    """Work [J] done on a contact along a path, and the sum of the sizes of its parts.

    path : (k, 5), overlap, shift along x and y [m], turn about x and y [rad]; forces enter with the
    mean of both ends of every step, independently of what the laws book.
    """
    force, moment = contact.at(path[0, 0])
    work = size = 0.0
    for before, after in pairwise(path):
        step = after - before
        shift = np.array([step[1], step[2], -step[0]])
        turn = np.array([step[3], step[4], 0.0])
        new_force, new_moment = contact.at(after[0], tuple(shift / dt), tuple(turn), dt)
        parts = -0.5 * np.concatenate(((force + new_force) * shift, (moment + new_moment) * turn))
        work += parts.sum()
        size += np.abs(parts).sum()
        force, moment = new_force, new_moment
    return work, size


def legs(corners, steps) -> np.ndarray:
    """A path straight from corner to corner, (k, 5)."""
    corners = np.array(corners, float)
    share = np.linspace(0.0, 1.0, steps + 1)[1:, None]
    parts = [a + share * (b - a) for a, b in pairwise(corners)]
    return np.vstack((corners[:1], *parts))
