"""What cannot be a packing is refused at the start, in a sentence that names the grain."""

import numpy as np
import pytest

from dem.bonds import no_bonds
from dem.box import Box
from dem.contact.laws import ContactLaws
from dem.errors import InputError
from dem.materials import PairOverride
from dem.simulation import Numerics, simulate
from dem.walls.plane import KIND, plane
from dem.walls.walls import Wall
from tests.dem.assemblies import UM, bonds_between, material, spheres

POSITION = np.array([[3.0, 3, 3], [5.0, 3, 3], [3.0, 5, 3], [7.0, 7, 7]]) * UM
PAIRS = [(0, 1), (0, 2)]
BOX = Box(np.array([10.0, 10.0]) * UM, False)


def start(grains=None, bonds=None, box=BOX, materials=None, height=10 * UM, numerics=None, **more):
    grains = spheres(POSITION, 0.9 * UM, particle=[5, 5, 5, 6]) if grains is None else grains
    bonds = bonds_between(POSITION, PAIRS, UM**2) if bonds is None else bonds
    materials = [material()] if materials is None else materials
    return simulate(grains, bonds, box, materials, height, numerics or Numerics(), **more)


def test_the_packing_itself_is_none_of_this():
    start().advance(10)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        *[("position", v, "has a position") for v in (np.nan, np.inf, -np.inf)],
        *[("velocity", v, "has a velocity") for v in (np.nan, np.inf)],
        ("angular_velocity", np.nan, "angular_velocity"),
        *[("orientation", v, "orientation") for v in (np.nan, 2.0)],
        *[("radius", v, "has a radius of") for v in (0.0, -UM, np.nan, np.inf)],
        *[("mass", v, "has a mass of") for v in (0.0, -1e-15, np.nan)],
        *[("volume", v, "has a volume of") for v in (0.0, -1e-18, np.nan)],
        *[("material", v, "is of material") for v in (1, -1)],
        ("velocity", 1e9, "of a radius in a step"),
        ("position", 1.0, "behind the"),
    ],
)
def test_grain_that_cannot_be_is_named_with_its_particle(field, value, told):
    grains = spheres(POSITION, 0.9 * UM, particle=[5, 5, 5, 6])
    getattr(grains, field)[3] = value
    with pytest.raises(InputError, match=rf"^grain 3 \(particle 6\).*{told}.*; expected"):
        start(grains)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("first", 7, "no grain"), ("second", -1, "no grain"), ("second", 0, "to itself"),
        *[("area", v, "an area of") for v in (0.0, -UM, np.nan, np.inf)],
        *[("rest", v, "long") for v in (0.0, np.nan)],
        ("rest", 6 * UM, "half a period"), ("rest", 3 * UM, "strained by"),
        *[("tensile_strength", v, "a tensile_strength of") for v in (np.nan, -1.0)],
        *[("cohesion", v, "a cohesion of") for v in (np.nan, -1.0)],
        ("state", 9, "in state 9"),
    ],
)  # fmt: skip
def test_bond_that_cannot_be_is_named_with_its_grains(field, value, told):
    bonds = bonds_between(POSITION, PAIRS, UM**2)
    getattr(bonds, field)[0] = value
    with pytest.raises(InputError, match=rf"^bond 0 of grains -?\d+ and -?\d+ .*{told}"):
        start(bonds=bonds, box=Box(BOX.length, True))


@pytest.mark.parametrize(
    ("pairs", "told"),
    [([(0, 1), (0, 1)], "twice"), ([(0, 2), (0, 1)], "out of order"), ([(1, 0)], "later grain")],
)
def test_bonds_out_of_order_or_twice_are_refused(pairs, told):
    bonds = bonds_between(POSITION, PAIRS[: len(pairs)], UM**2)
    bonds.first[:], bonds.second[:] = np.array(pairs).T
    bonds.rest[:] = POSITION[bonds.second] - POSITION[bonds.first]
    with pytest.raises(InputError, match=told):
        start(bonds=bonds)


@pytest.mark.parametrize(
    ("axis", "at", "told"),
    [(0, -0.1, "the side plane x = 0 µm"), (1, 10.1, "the side plane y = 10 µm"),
     (2, -0.1, "the floor z = 0 µm"), (2, 10.1, "the plate z = 10 µm")],
)  # fmt: skip
def test_grain_that_starts_behind_a_wall_is_named_with_the_wall(axis, at, told):
    position = POSITION.copy()
    position[3, axis] = at * UM
    with pytest.raises(InputError, match=rf"grain 3 \(particle 3\) stands .* behind {told}"):
        start(spheres(position, 0.9 * UM))


@pytest.mark.parametrize("share", [0.45, 0.55])
def test_overlap_beyond_half_a_radius_is_refused_where_overlaps_push(share):
    near = spheres(50 * UM + np.array([[0, 0, 0], [(2 - share) * UM, 0, 0]]), UM)
    box = Box(np.array([100.0, 100.0]) * UM, False)
    options = {"grains": near, "bonds": no_bonds(), "box": box, "height": 100 * UM}
    start(**options)
    if share < 0.5:
        start(**options, overlaps_rest=False)
        return
    with pytest.raises(InputError, match=r"grain 0 .* and grain 1 .* overlap by 0.55"):
        start(**options, overlaps_rest=False)


def test_two_grains_at_one_place_are_refused_even_where_overlaps_rest():
    position = np.vstack((POSITION, POSITION[3]))
    with pytest.raises(InputError, match=r"grain 3 .* and grain 4 .* at the same place"):
        start(spheres(position, 0.9 * UM))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("young_modulus", v) for v in (0.0, -1e9, np.nan, np.inf)],
        *[("poisson_ratio", v) for v in (-1.0, 0.51, np.nan)],
        *[("restitution", v) for v in (0.0, 1.01, np.nan)],
        *[("friction", v) for v in (-0.1, np.nan)],
        ("bond_modulus", 0.0), ("bond_poisson_ratio", 0.6), ("contact_yield_pressure", 0.0),
        ("bond_relaxation", -1.0), ("surface_energy", -1.0), ("rolling_friction", np.nan),
    ],
)  # fmt: skip
def test_material_that_cannot_be_is_refused_with_its_property(name, value):
    with pytest.raises(InputError, match=rf"^{name} of material 0 is .*; expected"):
        start(materials=[material(**{name: value})])


@pytest.mark.parametrize(
    "settings",
    [{"damping": 1.0}, {"damping": -0.1}, {"damping": np.nan}, {"step_factor": 0.0},
     {"step_factor": 1.1}, {"skin": 0.0}, {"skin": np.nan}, {"step": 0.0}, {"step": np.nan},
     {"process_time": -1.0}],
)  # fmt: skip
def test_numerics_out_of_bounds_are_refused(settings):
    with pytest.raises(InputError, match=r"expected"):
        start(numerics=Numerics(**settings))


@pytest.mark.parametrize(
    "options",
    [
        {"height": 0.0}, {"height": np.nan}, {"wall_friction": -1.0}, {"materials": []},
        {"box": Box(np.array([0.0, 1e-5]), False)}, {"box": Box(np.array([np.nan, 1e-5]), True)},
        {"full_radius": np.zeros(4)}, {"full_radius": np.ones(3)},
        {"laws": ContactLaws(normal="hooke")},
        {"overrides": (PairOverride(0, 2, {"friction": 0.1}),)},
        {"overrides": (PairOverride(0, 0, {"frction": 0.1}),)},
        {"overrides": (PairOverride(0, 0, {"friction": -0.1}),)},
        {"walls": (Wall(KIND, [plane((0, 0, np.nan), (0, 0, 1))]),)},
    ],
)  # fmt: skip
def test_box_laws_and_walls_that_cannot_be_are_refused(options):
    with pytest.raises(InputError, match=r"expected|no property|end at|stands at"):
        start(**options)


def test_random_bad_values_in_random_fields_are_refused_or_harmless():
    """No hang, crash or other error, whatever a field holds."""
    rng = np.random.default_rng(6)
    values = np.array([np.nan, np.inf, -np.inf, 0.0, -1.0, 1e-300, 1e300, 1e6, -1e-6, 7.0])
    refused = 0
    for _ in range(300):
        grains = spheres(POSITION, 0.9 * UM)
        bonds = bonds_between(POSITION, PAIRS, UM**2)
        owner = grains if rng.random() < 0.6 else bonds
        array = getattr(owner, owner._fields[rng.integers(len(owner._fields))]).reshape(-1)
        value = rng.choice(values)
        whole = array.dtype.kind != "f"
        array[rng.integers(len(array))] = rng.integers(100) if whole else value
        try:
            start(grains, bonds).advance(20)
        except InputError as error:
            refused += 1
            assert 20 < len(str(error)) < 400 and "\n" not in str(error)
        except RuntimeError as error:
            assert "grain" in str(error)
    assert refused > 100
