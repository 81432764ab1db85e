"""Bonds are elastic beams: closed forms, invariance, potential, conservation, frequency."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from dem.observe import stored_energies
from tests import analytic
from tests.dem.assemblies import DENSITY, POISSON, UM, YOUNG, bonded_spheres, moved
from tests.dem.assemblies import stiffness_matrix as stiffness_of

LENGTH, AREA = 2.0 * UM, 1.5 * UM**2
AXIS = np.array([1.0, 2.0, 2.0]) / 3
ASIDE = np.array([2.0, 1.0, -2.0]) / 3
CENTRE = np.array([50.0, 50.0, 50.0]) * UM
SHEAR = analytic.shear_modulus(YOUNG, POISSON)
BEND, TWIST = analytic.circular_section(AREA)
# Motions so small that what is of second order stays below the tolerance of the closed forms.
SMALL, CLOSE = 1e-7, 1e-6


@pytest.fixture
def pair():
    position = [CENTRE, CENTRE + LENGTH * AXIS]
    return bonded_spheres(position, [(0, 1)], AREA, radius=0.9 * UM)


def loads(sim, shift=((0, 0, 0), (0, 0, 0)), turn=((0, 0, 0), (0, 0, 0))):
    after = moved(sim, np.array(shift, float), np.array(turn, float))
    return after.load[:, :3], after.load[:, 3:], stored_energies(after)[2]


def opposite(vector):
    return np.array([-vector, vector])


def test_bond_in_tension_pulls_as_a_bar(pair):
    stretch = SMALL * LENGTH
    force, torque, energy = loads(pair, ((0, 0, 0), stretch * AXIS))
    expected = YOUNG * AREA / LENGTH * stretch
    assert force == pytest.approx(-opposite(expected * AXIS), abs=CLOSE * expected)
    assert np.abs(torque).max() < CLOSE * expected * LENGTH
    assert energy == pytest.approx(0.5 * expected * stretch, rel=CLOSE, abs=0.0)


def test_bond_in_shear_pushes_back_and_turns_both_ends(pair):
    slide = SMALL * LENGTH
    force, torque, energy = loads(pair, ((0, 0, 0), slide * ASIDE))
    expected = SHEAR * AREA / LENGTH * slide
    # Besides the first order, the chord lengthens by slide²/2L: SMALL times the force.
    assert force == pytest.approx(-opposite(expected * ASIDE), abs=CLOSE * expected)
    turning = 0.5 * LENGTH * expected * np.cross(AXIS, ASIDE)
    assert torque == pytest.approx(np.array([turning, turning]), abs=CLOSE * expected * LENGTH)
    assert energy == pytest.approx(0.5 * expected * slide, rel=CLOSE, abs=0.0)


@pytest.mark.parametrize(
    ("about", "stiffness"),
    [(ASIDE, YOUNG * BEND / LENGTH), (AXIS, SHEAR * TWIST / LENGTH)],
    ids=["bending", "twist"],
)
def test_bond_turned_at_its_ends_resists_as_a_beam(pair, about, stiffness):
    force, torque, energy = loads(pair, turn=opposite(0.5 * SMALL * about))
    expected = stiffness * SMALL
    assert torque == pytest.approx(-opposite(expected * about), abs=CLOSE * expected)
    assert np.abs(force).max() < CLOSE * expected / LENGTH
    assert energy == pytest.approx(0.5 * expected * SMALL, rel=CLOSE, abs=0.0)


@pytest.mark.parametrize("angle", [0.3, 2.0, 3.0])
def test_large_rigid_motion_loads_no_bond(angle):
    rng = np.random.default_rng(1)
    position = CENTRE + rng.uniform(-2, 2, (5, 3)) * UM
    pairs = [(i, j) for i in range(5) for j in range(i + 1, 5)]
    sim = bonded_spheres(position, pairs, AREA, radius=0.2 * UM)
    turn = Rotation.from_rotvec(angle * AXIS)
    sim.grains.position[:] = turn.apply(position - CENTRE) + CENTRE + 3 * UM
    sim.grains.orientation[:] = turn.as_quat()[[3, 0, 1, 2]]
    force, torque, energy = loads(sim, np.zeros((5, 3)), np.zeros((5, 3)))
    # Positions of 50 µm leave rounding of 1e-15 × 50/2 in the strains.
    assert np.abs(force).max() < 1e-12 * YOUNG * AREA
    assert np.abs(torque).max() < 1e-12 * YOUNG * AREA * LENGTH
    assert energy < 1e-24 * YOUNG * AREA * LENGTH


def strained_triple(strain, seed=2):
    """Three bonded grains, each moved by strain × length and turned by the strain."""
    rng = np.random.default_rng(seed)
    position = CENTRE + np.array([[0, 0, 0], [1.5, 0.2, 0], [0.6, 1.4, 0.8]]) * UM
    sim = bonded_spheres(position, [(0, 1), (0, 2), (1, 2)], AREA, radius=0.3 * UM)
    return moved(
        sim, strain * LENGTH * rng.uniform(-1, 1, (3, 3)), strain * rng.uniform(-1, 1, (3, 3))
    )


def test_bond_force_is_minus_the_gradient_of_its_energy():
    strain = 1e-3
    sim = strained_triple(strain)
    load = np.hstack((sim.load[:, :3], sim.load[:, 3:] / LENGTH))
    slope = np.empty((3, 6))
    step = 1e-3 * strain
    for dof in range(18):
        energy = []
        for sign in (1, -1):
            move = np.zeros((3, 6))
            move.flat[dof] = sign * step
            after = moved(sim, move[:, :3] * LENGTH, move[:, 3:])
            energy.append(stored_energies(after)[2])
        slope.flat[dof] = (energy[0] - energy[1]) / (2 * step * LENGTH)
    # The moments drop terms of the strain's second order, as the docstring of the beam says.
    assert load == pytest.approx(-slope, abs=3 * strain * np.abs(load).max())
    assert np.abs(load).max() > 0.1 * strain * YOUNG * AREA


def test_bonds_keep_momentum_and_angular_momentum_at_large_strain():
    sim = strained_triple(0.2)
    force, torque, x = sim.load[:, :3], sim.load[:, 3:], sim.grains.position
    scale = np.abs(force).max()
    # Equal, opposite and balanced by lever arms at any strain: kept to rounding.
    assert np.abs(force.sum(axis=0)).max() < 1e-12 * scale
    assert np.abs((np.cross(x - CENTRE, force) + torque).sum(axis=0)).max() < 1e-12 * scale * LENGTH


@pytest.mark.parametrize("mode", ["stretching", "twisting"])
def test_bonded_pair_swings_at_its_natural_frequency_and_error_falls_as_dt_squared(mode):
    radius, speed = 0.9 * UM, 1e-3
    mass = analytic.sphere_mass(radius, DENSITY)
    if mode == "stretching":
        frequency = np.sqrt(2 * YOUNG * AREA / LENGTH / mass)
    else:
        frequency = np.sqrt(2 * SHEAR * TWIST / LENGTH / (0.4 * mass * radius**2))
        speed /= UM
    duration = 7.0 / frequency
    errors = []
    for steps in (40, 80, 160):
        step = duration / steps
        position = [CENTRE, CENTRE + LENGTH * AXIS]
        sim = bonded_spheres(position, [(0, 1)], AREA, step=step, radius=radius)
        rate = sim.grains.velocity if mode == "stretching" else sim.grains.angular_velocity
        rate[:] = opposite(0.5 * speed * AXIS)
        sim.advance(steps)
        if mode == "stretching":
            apart = sim.grains.position[1] - sim.grains.position[0]
            swing = np.linalg.norm(apart) - LENGTH
        else:
            swing = 4 * sim.grains.orientation[1, 1:] @ AXIS
        errors.append(swing / (speed / frequency) - np.sin(7.0))
    # ω dt = 0.18 at the coarsest: the phase drifts by 7 (ω dt)²/24 ≈ 1 %.
    assert abs(errors[0]) < 0.02
    orders = np.log2(np.abs(np.array(errors[:-1]) / errors[1:]))
    # Second order, the next term being (ω dt)² smaller; rounding of 50 µm is 1e-6 of the swing.
    assert orders == pytest.approx([2.0, 2.0], abs=0.05)


@pytest.fixture(scope="module")
def rod():
    """Stiffness matrix of nine grains in a row whose first is clamped, and the rod's length."""
    bonds = 8
    position = CENTRE + LENGTH * np.arange(bonds + 1)[:, None] * np.array([1.0, 0.0, 0.0])
    sim = bonded_spheres(position, [(i, i + 1) for i in range(bonds)], AREA, radius=0.9 * UM)
    # Central differences of 1e-5 are good to 1e-10 by truncation, 1e-8 by rounding.
    return stiffness_of(sim, 1e-5 * LENGTH, 1e-5)[6:, 6:], bonds * LENGTH


def end_of_loaded_rod(stiffness, component, load):
    loads_on = np.zeros(len(stiffness))
    loads_on[-6 + component] = load
    return np.linalg.solve(stiffness, loads_on)[-6 + component]


def test_bonded_cantilever_deflects_like_a_beam(rod):
    stiffness, length = rod
    found = end_of_loaded_rod(stiffness, 2, 1e-6)
    expected = analytic.cantilever_deflection(1e-6, length, YOUNG, POISSON, AREA)
    # Eight beams for one lower its bending by 1/(4·8²): 0.4 %.
    assert found == pytest.approx(expected, rel=0.005, abs=0.0)
    assert found < expected


def test_bonded_rod_twists_and_stretches_like_a_bar(rod):
    stiffness, length = rod
    # Springs in series are exact: what remains is the rounding of the differences.
    twist = end_of_loaded_rod(stiffness, 3, 1e-12)
    assert twist == pytest.approx(
        analytic.bar_twist(1e-12, length, YOUNG, POISSON, AREA), rel=1e-5, abs=0.0
    )
    stretch = end_of_loaded_rod(stiffness, 0, 1e-6)
    assert stretch == pytest.approx(
        analytic.bar_stretch(1e-6, length, YOUNG, AREA), rel=1e-5, abs=0.0
    )


def test_stiffness_of_bonds_is_symmetric(rod):
    stiffness, _ = rod
    # A potential has a symmetric Hessian; the differences round at 1e-8 of the largest entry.
    assert np.abs(stiffness - stiffness.T).max() < 1e-6 * np.abs(stiffness).max()
