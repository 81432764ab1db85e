"""Laws and pairs of materials that a scenario chooses reach the contacts, bonds and the clock."""

import io
from typing import get_args

import numpy as np
import pytest

from dem import integrate
from dem.bonding.laws import Ductile
from dem.contact.laws import COHESION, DAMPING, NORMAL, ROLLING, TANGENTIAL
from dem.errors import InputError
from dem.grains import ACTIVE, CBD
from scenarios.runner.interrupt import StopRequest
from scenarios.runner.load import load
from scenarios.runner.prepare import grains_of, simulation_of
from scenarios.runner.progress import Reporter
from scenarios.runner.schema.contact import Contact
from tests import analytic
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, Volume

KINDS = {
    "normal": NORMAL, "cohesion": COHESION, "damping": DAMPING, "tangential": TANGENTIAL,
    "rolling": ROLLING,
}  # fmt: skip
WITHOUT_COEFFICIENTS = {"damping": {"viscoelastic"}, "tangential": {"proportional"}}
"""Laws whose coefficients no scenario sets yet."""

CHOICE = [
    'mechanics.contact.normal="hertz"',
    'mechanics.contact.cohesion="sjkr"',
    'mechanics.contact.rolling="spring"',
    'materials.active_material.cohesion_energy_density="4e6 J/m^3"',
    'materials.cbd.cohesion_energy_density="1e6 J/m^3"',
    "materials.active_material.rolling_friction=0.4",
    "materials.cbd.rolling_friction=0.2",
    'materials.pairs=[{between=["active_material", "cbd"], friction=0.1}]',
    "calendering.plate_friction=0.25",
]
EXACT = {"rel": 1e-12, "abs": 0.0}
"""Rounding of a few products and roots."""


def offered(kind) -> set[str]:
    """Names that a scenario may give for a kind of law."""
    return set(get_args(Contact.model_fields[kind].annotation))


def between_platens(settings):
    """The simulation of an active cube on a block of binder, with a scenario's settings."""
    scenario = load("quickstart", ["decomposition.minimum_grains=8", *settings])
    voxel = scenario.electrode.voxel_size
    labels = np.zeros((14, 14, 14), np.uint8)
    labels[:7] = CARBON_BINDER
    labels[7:12, 4:10, 4:10] = ACTIVE_MATERIAL
    particle = np.where(labels == ACTIVE_MATERIAL, 0, -1).astype(np.int32)
    volume = Volume(labels, voxel, True, 14 * voxel, 0.5, particle)
    reporter = Reporter(StopRequest(), io.StringIO())
    return simulation_of(grains_of(volume, scenario, reporter), scenario)


def laws_in(row, like) -> dict[str, tuple]:
    """A table's row as the law of each kind."""
    found, at = {}, 0
    for kind, law in zip(KINDS, like, strict=True):
        found[kind] = type(law)(*row[at : at + len(law)])
        at += len(law)
    assert at == len(row)
    return found


@pytest.fixture(scope="module")
def chosen():
    """The simulation whose laws and coefficients CHOICE gives."""
    return between_platens(CHOICE)


@pytest.mark.parametrize("kind", KINDS)
def test_scenario_offers_the_laws_of_the_registry(kind):
    assert offered(kind) == set(KINDS[kind]) - WITHOUT_COEFFICIENTS.get(kind, set())


@pytest.mark.parametrize("kind", KINDS)
def test_unknown_law_is_refused_with_the_known_ones_named(kind):
    with pytest.raises(InputError) as refused:
        load("quickstart", [f'mechanics.contact.{kind}="hooke"'])
    message = str(refused.value)
    assert f"mechanics.contact.{kind}" in message and "hooke" in message
    assert all(f"'{name}'" in message for name in offered(kind)), message


def test_chosen_laws_are_those_of_every_contact(chosen):
    assert [type(law) for law in chosen.laws.like] == [
        NORMAL["hertz"], COHESION["sjkr"], DAMPING["restitution"], TANGENTIAL["mindlin"],
        ROLLING["spring"],
    ]  # fmt: skip


def test_coefficients_reach_each_pair_of_materials(chosen):
    table = {
        (i, j): laws_in(chosen.laws.pairs[2 * i + j], chosen.laws.like)
        for i in (ACTIVE, CBD)
        for j in (ACTIVE, CBD)
    }
    materials = load("quickstart").materials
    moduli = [
        (m.young_modulus, m.poisson_ratio) for m in (materials.active_material, materials.cbd)
    ]
    for (i, j), laws in table.items():
        assert laws["normal"].young == pytest.approx(
            analytic.contact_modulus(*moduli[i], *moduli[j]), **EXACT
        )
        # Only unlike materials have the friction of their pair.
        assert laws["tangential"].friction == (0.3 if i == j else 0.1)
    cohesion = [table[pair]["cohesion"].energy_density for pair in ((0, 0), (0, 1), (1, 0), (1, 1))]
    # √(a b) between the two.
    assert cohesion == pytest.approx([4e6, 2e6, 2e6, 1e6], **EXACT)
    rolling = [table[pair]["rolling"].friction for pair in ((0, 0), (0, 1), (1, 0), (1, 1))]
    assert rolling == [0.4, 0.2, 0.2, 0.2]


def test_walls_have_the_plates_friction_and_do_not_stick(chosen):
    assert len(chosen.laws.walls) == 2 * len(chosen.walls.centre)
    for row in chosen.laws.walls:
        laws = laws_in(row, chosen.laws.like)
        assert laws["tangential"].friction == 0.25
        assert laws["cohesion"].energy_density == 0.0


def test_binder_relaxes_on_the_clock_of_the_machine(monkeypatch):
    sim = between_platens(
        ['materials.cbd.bond_relaxation_time="4 s"', "mechanics.process_clock=1000.0"]
    )
    rows = [Ductile(*row) for row in sim.bond_table[1]]
    assert isinstance(sim.bond_table[0], Ductile)
    assert [rows[ACTIVE].relaxation, rows[CBD].relaxation] == [0.0, 0.25]
    binder = sim.grains.material == CBD
    inside = binder[sim.bonds.first] & binder[sim.bonds.second]
    assert inside.any()
    assert np.isinf(sim.bond_state().tensile_strength[inside]).all()

    motions = []

    def noted(steps, *arguments):
        motions.extend(each for each in arguments if isinstance(each, integrate.Motion))
        return steps, integrate.DONE

    monkeypatch.setattr(integrate, "run_steps", noted)
    sim.advance(3)
    assert [motion.process_time for motion in motions] == [1000.0 * sim.step]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (['mechanics.contact.cohesion="sjkr"'], ["contact.cohesion", "cohesion_energy_density"]),
        (['mechanics.contact.normal="jkr"'], ["contact.normal", "surface_energy"]),
        (['mechanics.contact.rolling="spring"'], ["contact.rolling", "rolling_friction"]),
        (
            [
                'materials.pairs=[{between=["active_material", "cbd"], friction=0.1}, '
                '{between=["cbd", "active_material"], friction=0.2}]'
            ],
            ["materials.pairs[1]", "materials.pairs[0]"],
        ),
    ],
)
def test_law_without_effect_and_pair_told_twice_are_refused(settings, words):
    with pytest.raises(InputError) as refusal:
        load("quickstart", settings)
    assert all(word in str(refusal.value) for word in words)


def test_coefficient_of_one_pair_is_enough_for_a_law():
    pair = '[{between=["cbd", "cbd"], surface_energy="1 J/m^2"}]'
    load("quickstart", ['mechanics.contact.normal="jkr"', f"materials.pairs={pair}"])
