"""What a simulation refuses at its start, in a sentence: numbers that no packing can have."""

from dataclasses import fields

import numpy as np

from dem import faults
from dem.body import RADIUS, X
from dem.bonds import BROKEN_STRAIN, INTACT, Bonds
from dem.box import Box
from dem.contact.laws import COHESION, DAMPING, NORMAL, ROLLING, TANGENTIAL, ContactLaws
from dem.errors import InputError
from dem.faults import grain, place
from dem.grains import Grains
from dem.materials import Material, Pair, PairOverride

_UNIT = 1e-3
"""How far a quaternion's length may be off 1; rounding stays far below."""
_BOND_STRETCH = 0.5
"""Strain of an unloaded bond beyond which positions and rest vectors do not belong together."""
_SAME_PLACE = 1e-6
"""Distance of two centres over the smaller radius at which no direction between them is left."""
_LARGEST = 1e12
"""Beyond this, of whatever unit of motion, squares and products overflow."""
_SIZES = {
    "radius": (1e-12, 1e3, "m"), "volume": (1e-36, 1e9, "m³"), "mass": (1e-36, 1e15, "kg"),
    "full_radius": (1e-12, 1e3, "m"), "area": (1e-24, 1e6, "m²"), "length": (1e-12, 1e3, "m"),
}  # fmt: skip
"""From an atom to a mountain: what lies outside is not given in the unit that it should be."""
LEAST_METAL_DAMPING = 0.05
"""Below it the beams' share of a metal's volume strain feeds vibrations faster than they die."""
_REGISTRIES = {
    "normal": NORMAL, "cohesion": COHESION, "damping": DAMPING, "tangential": TANGENTIAL,
    "rolling": ROLLING,
}  # fmt: skip
_POSITIVE = ("young_modulus", "bond_modulus", "contact_yield_pressure", "bond_yield_strength",
             "bond_failure_strain")  # fmt: skip
_FINITE = ("young_modulus", "bond_modulus", "bond_relaxation", "surface_energy",
           "cohesion_energy_density", "viscosity", "stiffness_ratio")  # fmt: skip


def check_numerics(numerics) -> None:
    """Raise InputError for settings outside their bounds."""
    n = numerics
    _expect(0.0 <= n.damping < 1.0, f"damping is {n.damping}; expected 0 or more and less than 1")
    _expect(
        0.0 < n.step_factor <= 1.0,
        f"step_factor is {n.step_factor}; expected more than 0 and at most 1",
    )
    _expect(0.0 < n.skin < np.inf, f"skin is {n.skin}; expected more than 0 mean grain radii")
    _expect(
        n.step is None or 0.0 < n.step < np.inf,
        f"the fixed step is {n.step} s; expected a positive one, or None",
    )
    _expect(0.0 <= n.process_time < np.inf, f"process_time is {n.process_time}; expected 0 or more")
    for name in ("most_travel", "most_overlap"):
        value = getattr(n, name)
        _expect(value > 0.0, f"{name} is {value}; expected more than 0")


def check_damping(damping: float) -> None:
    """Raise InputError for a metal that nothing damps: its beams' share of the volume strain is no
    exact gradient, and feeds vibrations by some 0.3 % a period."""
    _expect(
        damping >= LEAST_METAL_DAMPING,
        f"damping is {damping}; expected at least {LEAST_METAL_DAMPING} with bonds that keep their "
        "volume",
    )


def check_box(
    box: Box, plate_height: float | None, wall_friction: float, floor: float = 0.0
) -> None:
    """Raise InputError for a box without extent."""
    length = np.asarray(box.length, float)
    good = length.shape == (2,) and bool(((length > 0.0) & (length < np.inf)).all())
    _expect(good, f"the box is {box.length} m in x and y; expected two positive lengths")
    _expect(0.0 <= box.period_z < np.inf, f"the box has a period of {box.period_z} m along z")
    _expect(
        plate_height is None or 0.0 < plate_height < np.inf,
        f"the plate stands at {plate_height} m; expected a positive height above the floor",
    )
    _expect(-np.inf < floor <= 0.0, f"the floor lies at {floor} m; expected 0 or below it")
    _expect(wall_friction >= 0.0, f"wall_friction is {wall_friction}; expected 0 or more")


def check_materials(
    materials: list[Material], laws: ContactLaws, overrides: tuple[PairOverride, ...]
) -> None:
    """Raise InputError for properties that no material has and laws that there are not."""
    _expect(len(materials) > 0, "there is no material; expected one for each index of the grains")
    for k, material in enumerate(materials):
        for field in fields(material):
            name, value = field.name, getattr(material, field.name)
            good, expected = _bounds(name, value)
            _expect(good, f"{name} of material {k} is {value}; expected {expected}")
    for kind, registry in _REGISTRIES.items():
        name = getattr(laws, kind)
        _expect(name in registry, f"{name!r} is no {kind} law; expected one of {list(registry)}")
    for override in overrides:
        pair = f"the pair of materials {override.first} and {override.second}"
        known = {override.first, override.second} <= set(range(len(materials)))
        _expect(known, f"{pair} has properties of its own, but materials end at "
                       f"{len(materials) - 1}")  # fmt: skip
        for name, value in override.values.items():
            _expect(name in (*Pair._fields, "restitution"), f"{pair} has no property {name!r}")
            good, expected = _bounds(name, value)
            _expect(good, f"{name} of {pair} is {value}; expected {expected}")


def _bounds(name: str, value: float) -> tuple[bool, str]:
    """Whether a material's property is one, and what would be."""
    if name.endswith("poisson_ratio"):
        return -1.0 < value <= 0.5, "more than -1 and at most 0.5"
    if name.endswith("porosity"):
        return 0.0 <= value < 1.0, "0 or more and less than 1"
    if name == "restitution":
        return 0.0 < value <= 1.0, "more than 0 and at most 1"
    if name in _POSITIVE or name in ("young", "shear", "yield_pressure"):
        good = value > 0.0 and (value < np.inf or name not in _FINITE)
        return good, "more than 0" + (" and finite" if name in _FINITE else "")
    good = value >= 0.0 and (value < np.inf or name not in _FINITE)
    return good, "0 or more" + (" and finite" if name in _FINITE else "")


def check_grains(grains: Grains, full_radius: np.ndarray | None, materials: int, box: Box) -> None:
    """Raise InputError for the first grain that cannot be one."""
    n = len(grains.radius)
    _expect(n > 0, "there are no grains; expected at least one")
    shapes = {"position": (n, 3), "orientation": (n, 4), "velocity": (n, 3),
              "angular_velocity": (n, 3)}  # fmt: skip
    for name, array in grains._asdict().items():
        shape = shapes.get(name, (n,))
        _expect(
            np.shape(array) == shape,
            f"{name} of the grains has the shape {np.shape(array)}; expected {shape}",
        )
    for name in shapes:
        values = np.asarray(getattr(grains, name))
        # Written so that NaN is none of them.
        _each((np.abs(values) < _LARGEST).all(axis=1), grains,
              lambda i, name=name, values=values: f"has a {name} of {values[i].tolist()}",
              f"numbers below {_LARGEST:.0e}")  # fmt: skip
    sizes = {name: getattr(grains, name) for name in ("radius", "volume", "mass")}
    if full_radius is not None:
        sizes["full_radius"] = np.asarray(full_radius, float)
        _expect(np.shape(full_radius) == (n,),
                f"full_radius has the shape {np.shape(full_radius)}; expected ({n},)")  # fmt: skip
    for name, value in sizes.items():
        low, high, unit = _SIZES[name]
        _each((value >= low) & (value <= high), grains,
              lambda i, name=name, value=value, unit=unit: f"has a {name} of {value[i]:.3g} {unit}",
              f"{low:g} to {high:g} {unit}")  # fmt: skip
    kind = np.asarray(grains.material)
    _each((kind >= 0) & (kind < materials) & (kind == np.floor(kind)), grains,
          lambda i: f"is of material {kind[i]}", f"0 to {materials - 1}")  # fmt: skip
    length = np.linalg.norm(grains.orientation, axis=1)
    _each(np.abs(length - 1.0) < _UNIT, grains,
          lambda i: f"has an orientation of length {length[i]:.3g}", "a unit one")  # fmt: skip
    _check_periods(grains.radius if full_radius is None else full_radius, box)


def check_bonds(bonds: Bonds, grains: Grains, box: Box) -> None:
    """Raise InputError for the first bond that cannot be one."""
    n, m = len(grains.radius), len(bonds.first)
    for name, array in bonds._asdict().items():
        shape = (m, 3) if name == "rest" else (m,)
        _expect(
            np.shape(array) == shape,
            f"{name} of the bonds has the shape {np.shape(array)}; expected {shape}",
        )
    first, second = (np.asarray(a, np.int64) for a in (bonds.first, bonds.second))

    def each(good, what, expected):
        bad = np.flatnonzero(~np.asarray(good))
        if len(bad):
            i, j = first[bad[0]], second[bad[0]]
            told = what(bad[0]) if callable(what) else what
            raise InputError(f"bond {bad[0]} of grains {i} and {j} {told}; expected {expected}")

    each((first >= 0) & (first < n) & (second >= 0) & (second < n), "has an end that is no grain",
         f"grains 0 to {n - 1}")  # fmt: skip
    each(first != second, "holds a grain to itself", "two grains")
    each(first < second, "names the later grain first", "the earlier one first")
    key = first * n + second
    order = np.concatenate(([True], key[1:] >= key[:-1])) if m else np.ones(0, bool)
    each(order, "is out of order", "bonds sorted by first and second grain")
    twice = np.concatenate(([False], key[1:] == key[:-1])) if m else np.zeros(0, bool)
    each(~twice, "stands there twice", "one bond a pair")
    low, high, unit = _SIZES["area"]
    each((bonds.area >= low) & (bonds.area <= high),
         lambda b: f"has an area of {bonds.area[b]:.3g} {unit}",
         f"{low:g} to {high:g} {unit}")  # fmt: skip
    for name in ("tensile_strength", "cohesion"):
        value = getattr(bonds, name)
        each(value >= 0.0, lambda b, name=name, value=value: f"has a {name} of {value[b]:.3g} Pa",
             "0 or more")  # fmt: skip
    known = (bonds.state >= INTACT) & (bonds.state <= BROKEN_STRAIN)
    each(known, lambda b: f"is in state {bonds.state[b]}", f"{INTACT} to {BROKEN_STRAIN}")
    low, high, unit = _SIZES["length"]
    with np.errstate(over="ignore"):
        length = np.linalg.norm(bonds.rest, axis=1)
    each((length >= low) & (length <= high), lambda b: f"is {length[b]:.3g} {unit} long",
         f"{low:g} to {high:g} {unit}")  # fmt: skip
    period = np.where(box.period > 0.0, box.period, np.inf)
    each((np.abs(bonds.rest) < 0.5 * period).all(axis=1), "reaches half a period or more",
         "a wider box, or the vector to the nearest image")  # fmt: skip
    apart = box.nearest(grains.position[second] - grains.position[first])
    strain = np.linalg.norm(apart - bonds.rest, axis=1) / length
    each((strain < _BOND_STRETCH) | (bonds.state != INTACT),
         lambda b: f"starts strained by {strain[b]:.2g}",
         "rest vectors in metres, from first to second grain")  # fmt: skip


def check_walls(grains: Grains, walls) -> None:
    """Raise InputError for walls that are nowhere and grains that stand behind a plane."""
    for w in range(len(walls.centre)):
        held = (walls.centre[w], walls.velocity[w], walls.spin[w], walls.extent[w : w + 1])
        good = np.isfinite(np.concatenate((*held, walls.surface[walls.wall == w].ravel()))).all()
        _expect(bool(good), f"wall {w} has a place or a speed that is not a number; expected one")
    for w, point, normal in faults.planes(walls):
        gap = (grains.position - point) @ normal
        name = faults.name_of(w, point, normal)
        _each(gap > 0.0, grains,
              lambda i, gap=gap, name=name: f"stands {-gap[i] * 1e6:.3g} µm behind {name}, at "
              f"{place(grains.position[i])}", "centres between the walls")  # fmt: skip


def check_start(sim) -> None:
    """Raise InputError for pairs that overlap too far, a step too long, and speeds too high."""
    m = len(sim.bonds.first)
    first, second, rest = (a[m:] for a in (sim.contacts.first, sim.contacts.second,
                                           sim.contacts.rest))  # fmt: skip
    apart = sim.box.nearest(sim.body[second, X : X + 3] - sim.body[first, X : X + 3])
    distance = np.linalg.norm(apart, axis=1)
    radius = sim.body[:, RADIUS]
    smaller = np.minimum(radius[first], radius[second])
    overlap = (rest - distance) / smaller
    for bad, told in (
        (distance < _SAME_PLACE * smaller, "stand at the same place"),
        (overlap > sim.numerics.most_overlap, ""),
    ):
        if bad.any():
            p = int(np.argmax(np.where(bad, overlap - distance / smaller, -np.inf)))
            i, j = int(first[p]), int(second[p])
            what = told or (
                f"overlap by {overlap[p]:.2g} of the smaller radius, where "
                f"{sim.numerics.most_overlap:.2g} is the most"
            )
            raise InputError(
                f"{grain(sim.particle, i)} and {grain(sim.particle, j)} {what}, at "
                f"{place(sim.body[i, X : X + 3])}; expected smaller radii or grains farther apart"
            )
    if sim.numerics.step is not None:
        _expect_none(faults.step_fault(sim, 1.0))
    _expect_none(faults.fault(sim))


def _each(good: np.ndarray, grains: Grains, what, expected: str) -> None:
    bad = np.flatnonzero(~np.asarray(good))
    if len(bad):
        told = what(bad[0]) if callable(what) else what
        raise InputError(f"{grain(grains.particle, bad[0])} {told}; expected {expected}")


def _expect(good: bool, sentence: str) -> None:
    if not good:
        raise InputError(sentence)


def _expect_none(sentence: str) -> None:
    if sentence:
        raise InputError(sentence)


def _check_periods(radius: np.ndarray, box: Box) -> None:
    widest = 2 * float(np.max(radius))
    periods = box.period[box.period > 0.0]
    if len(periods) and 2 * widest > periods.min():
        raise InputError(
            f"the periodic box is {periods.min() * 1e6:.3g} µm wide, but grains up to "
            f"{1e6 * widest:.3g} µm across need at least {2e6 * widest:.3g} µm"
        )
