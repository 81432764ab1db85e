"""Materials of the grains and what becomes of two of them in a contact or a bond."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dem.bonding.laws import Brittle, Ductile
from dem.bonding.porosity import shut_at


@dataclass(frozen=True)
class Material:
    """Mechanical properties of one phase.

    young_modulus [Pa], poisson_ratio, friction (Coulomb), restitution: of contacts
    bond_modulus [Pa]: Young's modulus of the beams between its grains
    bond_poisson_ratio: sets the beams' shear and twist stiffness, G = E / (2 (1 + ν))
    bond_internal_friction: tan φ of the Mohr–Coulomb criterion
    bond_moment_share: share β of bending and twisting moments that counts in the criteria
    contact_yield_pressure [Pa]: limiting pressure of contacts (normal law thornton_ning)
    bond_yield_strength [Pa]: stress at which bonds flow; infinite for brittle ones
    bond_failure_strain: plastic strain at which bonds break
    bond_relaxation [1/s]: share of a bond's elastic strain that flows away in a second
    surface_energy [J/m²]: work of adhesion of two of its surfaces (normal law jkr)
    cohesion_energy_density [J/m³] (cohesion sjkr); viscosity [Pa s] (damping viscoelastic)
    stiffness_ratio: tangential over normal stiffness (tangential law proportional)
    rolling_friction: coefficient of rolling resistance
    porosity: share of its pores, of bonds that harden as it is pressed; 0 for none
    least_porosity: what pressing leaves of it
    keeps_volume: whether its bonds flow about the pressure around them, as a dense metal does
    flat_on_walls: whether it lies on walls with a flat face, so that contacts there do not yield
    """

    young_modulus: float
    poisson_ratio: float
    friction: float
    restitution: float
    bond_modulus: float
    bond_poisson_ratio: float
    bond_internal_friction: float
    bond_moment_share: float
    contact_yield_pressure: float = np.inf
    bond_yield_strength: float = np.inf
    bond_failure_strain: float = np.inf
    bond_relaxation: float = 0.0
    surface_energy: float = 0.0
    cohesion_energy_density: float = 0.0
    viscosity: float = 0.0
    stiffness_ratio: float = 0.8
    rolling_friction: float = 0.0
    porosity: float = 0.0
    least_porosity: float = 0.0
    keeps_volume: bool = False
    flat_on_walls: bool = False


class Pair(NamedTuple):
    """Properties of a contact between two materials.

    young : effective contact modulus E* [Pa], 1/E* = Σ (1 − ν²)/E
    shear : effective shear modulus G* [Pa], 1/G* = Σ (2 − ν)/G
    friction : Coulomb coefficient; damping : −ln e / √(ln² e + π²) of the restitution e
    yield_pressure [Pa], surface_energy [J/m²], cohesion_energy_density [J/m³], viscosity [Pa s],
    stiffness_ratio, rolling_friction : as of Material
    """

    young: float
    shear: float
    friction: float
    damping: float
    yield_pressure: float
    surface_energy: float
    cohesion_energy_density: float
    viscosity: float
    stiffness_ratio: float
    rolling_friction: float


@dataclass(frozen=True)
class PairOverride:
    """Properties of one pair of materials that do not follow from the two.

    first, second : indices of the materials; values : fields of Pair, and `restitution`
    """

    first: int
    second: int
    values: dict[str, float]


def pair_of(
    materials: list[Material], i: int, j: int, overrides: tuple[PairOverride, ...] = ()
) -> Pair:
    """Compliances add; the smaller friction, restitution, yield pressure and rolling friction hold,
    energies of adhesion and cohesion mix as √(a b)."""
    a, b = materials[i], materials[j]
    pair = Pair(
        young=1 / (_normal(a) + _normal(b)),
        shear=1 / (_tangential(a) + _tangential(b)),
        friction=min(a.friction, b.friction),
        damping=damping_of(min(a.restitution, b.restitution)),
        yield_pressure=min(a.contact_yield_pressure, b.contact_yield_pressure),
        surface_energy=float(np.sqrt(a.surface_energy * b.surface_energy)),
        cohesion_energy_density=float(
            np.sqrt(a.cohesion_energy_density * b.cohesion_energy_density)
        ),
        viscosity=max(a.viscosity, b.viscosity),
        stiffness_ratio=min(a.stiffness_ratio, b.stiffness_ratio),
        rolling_friction=min(a.rolling_friction, b.rolling_friction),
    )
    for override in overrides:
        if {override.first, override.second} == {i, j}:
            values = dict(override.values)
            if "restitution" in values:
                values["damping"] = damping_of(values.pop("restitution"))
            pair = pair._replace(**values)
    return pair


def wall_pair_of(material: Material, friction: float) -> Pair:
    """A material against a rigid wall, which gives nothing, does not stick and brakes by friction
    and, with that, the material's rolling friction."""
    return Pair(
        young=1 / _normal(material),
        shear=1 / _tangential(material),
        friction=friction,
        damping=damping_of(material.restitution),
        yield_pressure=np.inf if material.flat_on_walls else material.contact_yield_pressure,
        surface_energy=0.0,
        cohesion_energy_density=0.0,
        viscosity=material.viscosity,
        stiffness_ratio=material.stiffness_ratio,
        rolling_friction=material.rolling_friction,
    )


def damping_of(restitution: float) -> float:
    """−ln e / √(ln² e + π²) of a coefficient of restitution 0 < e ≤ 1."""
    log_e = np.log(restitution)
    return float(-log_e / np.sqrt(log_e**2 + np.pi**2))


def bond_laws(materials: list[Material]) -> tuple[Brittle | Ductile, np.ndarray]:
    """A law like those of all bonds and its coefficients, (k, columns), a row a material.

    Brittle where every material is, which is faster; else Ductile for all.
    """
    shear = [m.bond_modulus / (2 * (1 + m.bond_poisson_ratio)) for m in materials]
    rows = [
        Ductile(
            m.bond_modulus, g, m.bond_internal_friction, m.bond_moment_share,
            m.bond_yield_strength, m.bond_failure_strain, m.bond_relaxation, float(m.keeps_volume),
            shut_at(m.porosity, m.least_porosity),
        )
        for m, g in zip(materials, shear, strict=True)
    ]  # fmt: skip
    if all(np.isinf(m.bond_yield_strength) and m.bond_relaxation == 0.0 for m in materials):
        rows = [Brittle(*row[: len(Brittle._fields)]) for row in rows]
    return rows[0], np.array(rows, float)


def keep_volume(materials: list[Material], first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Whether both materials of each pair of indices (m,) keep their volume as they flow."""
    keeps = np.array([material.keeps_volume for material in materials])
    return keeps[first] & keeps[second]


def softer_of(materials: list[Material], first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Material whose bonds are softer, of each pair of material indices (m,)."""
    modulus = np.array([material.bond_modulus for material in materials])
    return np.where(modulus[first] <= modulus[second], first, second)


def _normal(m: Material) -> float:
    return (1 - m.poisson_ratio**2) / m.young_modulus


def _tangential(m: Material) -> float:
    return 2 * (1 + m.poisson_ratio) * (2 - m.poisson_ratio) / m.young_modulus
