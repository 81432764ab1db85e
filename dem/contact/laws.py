"""The registry of contact laws, the choice of one of each kind, and their table over all pairs."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dem.contact.cohesion.none import NoCohesion
from dem.contact.cohesion.sjkr import SJKR
from dem.contact.damping.restitution import Restitution
from dem.contact.damping.viscoelastic import Viscoelastic
from dem.contact.normal.hertz import Hertz
from dem.contact.normal.jkr import JKR
from dem.contact.normal.thornton_ning import ThorntonNing
from dem.contact.rolling.constant import ConstantTorque
from dem.contact.rolling.free import FreeRolling
from dem.contact.rolling.spring import RollingSpring
from dem.contact.tangential.mindlin import Mindlin
from dem.contact.tangential.proportional import Proportional
from dem.materials import Material, Pair, PairOverride, pair_of, wall_pair_of

NORMAL = {"hertz": Hertz, "thornton_ning": ThorntonNing, "jkr": JKR}
COHESION = {"none": NoCohesion, "sjkr": SJKR}
DAMPING = {"restitution": Restitution, "viscoelastic": Viscoelastic}
TANGENTIAL = {"mindlin": Mindlin, "proportional": Proportional}
ROLLING = {"free": FreeRolling, "spring": RollingSpring, "constant": ConstantTorque}


@dataclass(frozen=True)
class ContactLaws:
    """The laws that make up every contact, by their names in the registry."""

    normal: str = "thornton_ning"
    cohesion: str = "none"
    damping: str = "restitution"
    tangential: str = "mindlin"
    rolling: str = "free"

    @property
    def classes(self) -> tuple[type, ...]:
        """Their classes: normal, cohesion, damping, tangential, rolling. Raises KeyError."""
        return (
            NORMAL[self.normal], COHESION[self.cohesion], DAMPING[self.damping],
            TANGENTIAL[self.tangential], ROLLING[self.rolling],
        )  # fmt: skip


class LawTable(NamedTuple):
    """Coefficients of k materials and w walls.

    like : one law of each kind, (normal, cohesion, damping, tangential, rolling)
    pairs : (k², columns), coefficients of material i against j in row i k + j, kind after kind
    walls : (k w, columns), of material i against wall j in row i w + j
    """

    like: tuple
    pairs: np.ndarray
    walls: np.ndarray


def laws_of_pair(classes: tuple[type, ...], pair: Pair) -> tuple:
    """One law of each kind for a pair of materials."""
    return tuple(cls.of_pair(pair) for cls in classes)


def law_table(
    laws: ContactLaws,
    materials: list[Material],
    wall_frictions: list[float],
    overrides: tuple[PairOverride, ...] = (),
) -> LawTable:
    """Table of every pair of materials and of every material against every wall."""
    classes = laws.classes
    k = len(materials)
    pairs = [
        laws_of_pair(classes, pair_of(materials, i, j, overrides))
        for i in range(k)
        for j in range(k)
    ]
    walls = [
        laws_of_pair(classes, wall_pair_of(material, friction))
        for material in materials
        for friction in wall_frictions
    ]
    columns = sum(len(law) for law in pairs[0])
    return LawTable(pairs[0], _rows(pairs, columns), _rows(walls, columns))


def _rows(laws: list[tuple], columns: int) -> np.ndarray:
    flat = [[value for law in row for value in law] for row in laws]
    return np.array(flat, float).reshape(len(laws), columns)
