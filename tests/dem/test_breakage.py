"""When bonds break, what they leave and where their energy goes."""

import numpy as np
import pytest

from dem.bonds import BROKEN_SHEAR, BROKEN_TENSION, INTACT
from dem.observe import stored_energies
from dem.simulation import Numerics, simulate
from tests import analytic
from tests.dem.assemblies import (
    POISSON,
    UM,
    WIDE,
    YOUNG,
    bonded_spheres,
    bonds_between,
    material,
    moved,
    spheres,
)

LENGTH, AREA, RADIUS = 2.0 * UM, 1.5 * UM**2, 0.9 * UM
AXIS = np.array([1.0, 2.0, 2.0]) / 3
ASIDE = np.array([2.0, 1.0, -2.0]) / 3
CENTRE = np.array([50.0, 50.0, 50.0]) * UM
SHEAR = analytic.shear_modulus(YOUNG, POISSON)
BEND, TWIST = analytic.circular_section(AREA)
# Strengths of a millionth of the modulus: strains of 1e-6, beyond which geometry is not linear.
STRENGTH = 1e-6 * YOUNG
CLOSE = 1e-5


def state_after(shift=0.0, turn=0.0, made_of=None, **strength):
    sim = bonded_spheres(
        [CENTRE, CENTRE + LENGTH * AXIS], [(0, 1)], AREA, made_of, radius=RADIUS, **strength
    )
    return moved(sim, np.array([[0, 0, 0], shift * np.ones(3)]), turn).bonds.state[0]


def test_bond_breaks_in_tension_at_its_strength():
    at_strength = STRENGTH / YOUNG * LENGTH * AXIS
    # Rounding of positions of 50 µm against a stretch of 2 pm: 1e-9 … 1e-8.
    assert state_after(at_strength * (1 - 1e-7), strength=STRENGTH) == INTACT
    assert state_after(at_strength * (1 + 1e-7), strength=STRENGTH) == BROKEN_TENSION


def test_bond_does_not_break_in_compression():
    assert state_after(-1e5 * STRENGTH / YOUNG * LENGTH * AXIS, strength=STRENGTH) == INTACT


@pytest.mark.parametrize("pressure", [-0.5, 0.0, 2.0])
def test_compression_raises_the_shear_strength_by_mohr_coulomb(pressure):
    tan_phi = 0.3
    made_of = material(bond_internal_friction=tan_phi)
    squeeze = -pressure * STRENGTH / YOUNG * LENGTH * AXIS
    limit = STRENGTH * (1 + pressure * tan_phi)
    slide = limit / SHEAR * LENGTH * ASIDE
    for share, state in ((1 - CLOSE, INTACT), (1 + CLOSE, BROKEN_SHEAR)):
        assert state_after(squeeze + share * slide, made_of=made_of, cohesion=STRENGTH) == state


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_moments_count_with_their_share(share):
    made_of = material(bond_moment_share=share)
    section_radius = np.sqrt(AREA / np.pi)
    angle = STRENGTH * BEND / section_radius / (YOUNG * BEND / LENGTH)
    for about, kind, scale, strength in (
        (ASIDE, BROKEN_TENSION, 1.0, {"strength": STRENGTH}),
        (AXIS, BROKEN_SHEAR, YOUNG / SHEAR, {"cohesion": STRENGTH}),
    ):
        for times in (1 - CLOSE, 1 + CLOSE):
            half = 0.5 * times * scale * angle / max(share, 1e-3) * about
            expected = kind if times > 1 and share > 0 else INTACT
            turn = np.array([-half, half])
            assert state_after(turn=turn, made_of=made_of, **strength) == expected


def test_broken_bond_stays_broken_and_pulls_no_more():
    sim = bonded_spheres(
        [CENTRE, CENTRE + LENGTH * AXIS], [(0, 1)], AREA, radius=RADIUS, strength=STRENGTH
    )
    pull = 2 * STRENGTH / YOUNG * LENGTH * AXIS
    sim = moved(sim, np.array([0 * AXIS, pull]))
    assert sim.bonds.state[0] == BROKEN_TENSION
    for back in (0.5, 0.49):
        sim = moved(sim, np.array([0 * AXIS, -back * pull]))
        assert sim.bonds.state[0] == BROKEN_TENSION
        assert np.abs(sim.load[:, :3]).max() == 0.0
        assert stored_energies(sim) == (0.0, 0.0, 0.0)


def compressed_pair(squeeze):
    """A pair pressed together by `squeeze` × its length, whose bond breaks by the twist it has."""
    made_of = material(bond_moment_share=1.0)
    sim = bonded_spheres(
        [CENTRE, CENTRE + LENGTH * AXIS], [(0, 1)], AREA, made_of, step=1e-12, radius=RADIUS,
        cohesion=1e6,
    )  # fmt: skip
    sim.breaking = False
    shift = 0.5 * squeeze * LENGTH * AXIS
    return moved(sim, np.array([shift, -shift]), np.array([-0.01 * AXIS, 0.01 * AXIS]))


# The bond is longer than the sum of the radii (1.8 µm): contact starts at the bond's length.
@pytest.mark.parametrize("squeeze", [0.001, 0.01, 0.05])
def test_compressed_pair_whose_bond_breaks_does_not_explode(squeeze):
    sim = compressed_pair(squeeze)
    stored, pushed = stored_energies(sim)[2], np.linalg.norm(sim.load[0, :3])
    sim.breaking = True
    broken = moved(sim)
    assert broken.bonds.state[0] == BROKEN_SHEAR
    modulus = analytic.contact_modulus(YOUNG, POISSON, YOUNG, POISSON)
    overlap = squeeze * LENGTH
    push = analytic.hertz_force(overlap, modulus, RADIUS / 2)
    kept = analytic.hertz_energy(overlap, modulus, RADIUS / 2)
    # Rounding of positions of 50 µm against an overlap of 2 nm or more.
    assert np.linalg.norm(broken.load[0, :3]) == pytest.approx(push, rel=1e-5, abs=0.0)
    assert push < pushed
    # The contact takes over from the bond: nothing is stored twice.
    assert stored_energies(broken) == pytest.approx((kept, 0.0, 0.0), rel=1e-5, abs=0.0)
    assert broken.bonds.released[0] == pytest.approx(stored - kept, rel=1e-5, abs=0.0)
    assert 0.0 < kept < stored


def test_energy_of_a_broken_compressed_pair_is_all_accounted_for():
    sim = compressed_pair(0.02)
    stored = stored_energies(sim)[2]
    sim.breaking = True
    sim.advance(4000)
    g, b = sim.grains, sim.bonds
    assert b.state[0] == BROKEN_SHEAR
    assert np.linalg.norm(g.position[1] - g.position[0]) > LENGTH
    assert stored_energies(sim) == (0.0, 0.0, 0.0)
    flying = 0.5 * (sim.inertial_mass @ (g.velocity**2).sum(axis=1))
    turning = 0.5 * (sim.moment @ (g.angular_velocity**2).sum(axis=1))
    assert flying > 0.0
    # The bond acts for one step before it is seen to break: a first-order error of 1/1000.
    assert flying + turning + b.released[0] == pytest.approx(stored, rel=5e-3, abs=0.0)


def rubble():
    """A row of three grains, twice bonded, that may grow from 0.9 to 1.0 µm, beside a loose one."""
    row = CENTRE + LENGTH * np.arange(3)[:, None] * AXIS
    position = np.vstack((row, row[1] + 1.85 * UM * ASIDE))
    return simulate(
        spheres(position, RADIUS), bonds_between(position, [(0, 1), (1, 2)], AREA), WIDE,
        [material()], 100 * UM, Numerics(damping=0.0), full_radius=np.full(4, 1.0 * UM),
    )  # fmt: skip


def test_rubble_grows_by_the_share_of_bonds_that_it_lost():
    sim = rubble()
    sim.refresh()
    assert sim.grains.radius == pytest.approx(np.full(4, 0.9 * UM), rel=1e-12, abs=0.0)
    sim.bonds.state[0] = BROKEN_TENSION
    for _ in range(2):
        # Twice: a grain grows once for each bond, not at each list.
        sim.refresh()
        grown = np.array([1.0, 0.95, 0.9, 0.9]) * UM
        assert sim.grains.radius == pytest.approx(grown, rel=1e-12, abs=0.0)


@pytest.mark.parametrize("apart", [1.75, 1.83, 1.85])
def test_growing_rubble_never_pushes_at_once(apart):
    """A pressed pair keeps its overlap, a pair with a gap closes it, no further."""
    sim = rubble()
    shift = np.zeros((4, 3))
    shift[3] = (apart - 1.85) * UM * ASIDE
    sim = moved(sim, shift)
    before = sim.load[:, :3].copy()
    # Bonds that nothing strains leave forces of their rounding.
    assert (np.abs(before).max() > 1e-9) == (apart < 1.8)
    sim.bonds.state[:] = BROKEN_TENSION
    sim.refresh()
    after = moved(sim)
    # Grown, the middle grain reaches farther, but the contact that it has is as stiff as before.
    # Rounding of 50 µm against an overlap of 50 nm.
    push = max(np.abs(before).max(), 1e-9)
    assert after.load[:, :3] == pytest.approx(before, abs=1e-6 * push)
    closer = np.zeros((4, 3))
    closer[3] = -0.01 * UM * ASIDE
    # It has grown all the same: from where it is on, it carries.
    assert np.abs(moved(after, closer).load[3, :3]).max() > np.abs(before).max()


def test_broken_bond_longer_than_the_radii_carries_from_its_own_length():
    """Its grains' radii sum to 1.8 µm, their faces met at 2: there they meet again."""
    sim = bonded_spheres([CENTRE, CENTRE + LENGTH * AXIS], [(0, 1)], AREA, radius=RADIUS)
    sim.bonds.state[0] = BROKEN_TENSION
    modulus = analytic.contact_modulus(YOUNG, POISSON, YOUNG, POISSON)
    overlap = 0.01 * UM
    apart = moved(sim, np.array([0 * AXIS, overlap * AXIS]))
    assert np.abs(apart.load).max() == 0.0
    pressed = moved(sim, np.array([0 * AXIS, -overlap * AXIS]))
    expected = analytic.hertz_force(overlap, modulus, RADIUS / 2)
    # Rounding of 50 µm against 10 nm.
    assert pressed.load[1, :3] @ AXIS == pytest.approx(expected, rel=1e-5, abs=0.0)
