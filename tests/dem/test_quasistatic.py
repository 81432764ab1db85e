"""The scaled inertia keeps every frequency below the step's limit, and the speed below a bound."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.linalg import eigh

from dem import quasistatic
from dem.body import INVERSE_MASS
from dem.bonding.rows import UNLOADED
from dem.bonds import no_bonds
from dem.box import Box
from dem.calender import median_diameter
from dem.contact.laws import ContactLaws
from dem.grains import CBD
from dem.inertia import stiffness_bounds
from dem.observe import energies, stored_energies
from dem.simulation import Numerics, Unstable, simulate
from dem.walls.geometry import surface_distances
from tests.dem.assemblies import (
    UM,
    bonded_spheres,
    bonds_between,
    lattice_block,
    material,
    moved,
    spheres,
    stiffness_matrix,
)  # fmt: skip

CENTRE = 50 * UM


def largest_frequency(sim):
    """Highest angular frequency [rad/step] of an assembly with the simulation's own inertia."""
    n = len(sim.body)
    stiffness = stiffness_matrix(sim, 1e-6 * UM, 1e-6)
    inertia = np.repeat(np.column_stack((sim.inertial_mass, sim.moment)).ravel(), 3)
    assert len(inertia) == 6 * n
    squares = eigh(0.5 * (stiffness + stiffness.T), np.diag(inertia), eigvals_only=True)
    return np.sqrt(squares.max()) * sim.step


def with_refreshed_inertia(sim, factor=1.0):
    mass, sim.moment = stiffness_bounds(sim).sum(axis=0) * (sim.step / (2 * factor)) ** 2
    sim.body[:, INVERSE_MASS] = 1.0 / mass
    return sim


@pytest.mark.parametrize("state", ["bonded", "touching", "sticking", "broken"])
def test_row_sums_bound_the_highest_frequency(state):
    rng = np.random.default_rng(4)
    position, pairs = lattice_block(2, jitter=0.2)
    position = position + CENTRE
    made_of = material(friction=10.0)
    radius = rng.uniform(0.4, 0.8, 8) * UM
    if state in ("touching", "sticking"):
        # A work of adhesion so large that necks are wider than Hertz's contacts.
        sticky = replace(made_of, surface_energy=100.0)
        box = Box(np.array([100.0, 100.0]) * UM, False)
        sim = simulate(
            spheres(position, (1.05 if state == "touching" else 0.85) * UM), no_bonds(), box,
            [sticky], 100 * UM, Numerics(damping=0.0, most_overlap=1.0),
            overlaps_rest=False,
            laws=ContactLaws(normal="thornton_ning" if state == "touching" else "jkr"),
        )  # fmt: skip
        sim = moved(sim)
    else:
        sim = bonded_spheres(position, pairs, 1.2 * UM**2, made_of, radius=radius)
        if state == "broken":
            # All bonds longer than the sum of the radii, pressed by 5 % after they broke.
            sim.bonds.state[:] = 1
            sim = moved(sim, -0.05 * (position - position.mean(axis=0)))
    frequency = largest_frequency(with_refreshed_inertia(sim))
    # The limit of central differences is ω Δt = 2; a bound that is far off would waste steps.
    assert 0.8 < frequency <= 2.0


def test_row_sums_bound_a_broken_pair_longer_than_its_radii():
    position = CENTRE + np.array([[0, 0, 0], [3.0, 0, 0]]) * UM
    made_of = material(friction=10.0)
    sim = bonded_spheres(position, [(0, 1)], UM**2, made_of, radius=UM)
    sim.bonds.state[:] = 1
    sim = moved(sim, np.array([[0.02, 0, 0], [-0.02, 0, 0]]) * UM)
    assert 0.8 < largest_frequency(with_refreshed_inertia(sim)) <= 2.0


def test_row_sums_bound_a_bond_that_has_flowed_to_three_times_its_length():
    position = CENTRE + np.array([[0, 0, 0], [4.5, 0, 0]]) * UM
    sim = bonded_spheres(position, [(0, 1)], 4.0 * UM**2)
    # As metal leaves it: at rest where it is, and as stiff as it was unloaded.
    sim.bonds.beam[:, UNLOADED] = 1.5 * UM
    # For this pair the bound is the frequency itself, which differences give to eight digits.
    assert 0.8 < largest_frequency(with_refreshed_inertia(sim)) <= 2.0 + 1e-6


@pytest.mark.parametrize("walled", [True, False])
def test_row_sums_bound_a_grain_between_plates(walled):
    overlap, radius = 0.02 * UM, UM
    side = 2 * (radius - overlap)
    box = Box(np.array([side, side]) if walled else np.array([9.0, 9.0]) * UM, not walled)
    sim = simulate(
        spheres([[0.5 * side] * 3], radius), no_bonds(), box, [material()], side,
        Numerics(damping=0.0), wall_friction=10.0, overlaps_rest=False,
    )  # fmt: skip
    sim = moved(sim)
    rows = sim.wall_rows
    gaps = [surface_distances(s, sim.walls, sim.grains.position)[0] for s in rows.surface]
    assert (rows.rest - gaps).max() == pytest.approx(overlap, rel=1e-9, abs=0.0)
    assert 0.8 < largest_frequency(with_refreshed_inertia(sim)) <= 2.0


def bonded_block(step_factor, damping=0.0):
    position, pairs = lattice_block(5)
    side = 20.0 * UM
    return simulate(
        spheres(position, 0.7 * UM), bonds_between(position, pairs, UM**2),
        Box(np.array([side, side]), False), [material()], 20 * UM,
        Numerics(damping=damping, step_factor=step_factor),
    )  # fmt: skip


def shaken_energy(sim, steps=600):
    rng = np.random.default_rng(5)
    sim.grains.velocity[:] = rng.normal(0, 1e-5 * UM / sim.step, sim.grains.velocity.shape)
    sim.grains.angular_velocity[:] = rng.normal(0, 1e-5 / sim.step, sim.grains.velocity.shape)
    found = []
    for _ in range(steps // 20):
        sim.advance(20)
        kinetic = sim.inertial_mass @ (sim.grains.velocity**2).sum(axis=1)
        found.append(0.5 * kinetic + stored_energies(sim)[2])
    return np.array(found)


def test_bonded_block_is_stable_below_the_stability_limit():
    total = shaken_energy(bonded_block(0.95))
    # Leapfrog's energy swings by (ω Δt/2)² about a constant but never grows.
    assert total[-5:].mean() < 1.5 * total[:5].mean()


def test_bonded_block_is_unstable_above_the_stability_limit():
    """The bound is sharp to within a factor of 1.8, so a test of stability can fail."""
    sim = bonded_block(0.9)
    # Not to be had by asking for it: a factor above 1 is refused.
    sim.numerics, sim.step = replace(sim.numerics, step_factor=1.8), 2.0 * sim.step
    with pytest.raises(Unstable):
        shaken_energy(sim, 4000)


def clump_of_two(step_factor, damping):
    """Two bonded grains, the case in which the bound on the stiffness is sharp."""
    position = np.array([[10.0, 10.0, 9.3], [10.0, 10.0, 10.7]]) * UM
    return simulate(
        spheres(position, 0.7 * UM), bonds_between(position, [(0, 1)], UM**2),
        Box(np.array([20.0, 20.0]) * UM, False), [material()], 20 * UM,
        Numerics(damping=damping, step_factor=step_factor),
    )  # fmt: skip


def stretched_energy(sim, steps):
    """Elastic energy of the pair before and after it was let go, stretched by a millionth."""
    sim.grains.position[1, 2] += 1e-6 * UM
    before = stored_energies(sim)[2]
    sim.advance(steps)
    return before, stored_energies(sim)[2]


@pytest.mark.parametrize("damping", [0.1, 0.4, 0.7, 0.9])
def test_clump_of_two_rests_at_any_local_damping(damping):
    before, after = stretched_energy(clump_of_two(0.95, damping), 400)
    # Damping takes a share of order α of the energy each swing, and there are a hundred of them.
    assert after < 1e-3 * before


def test_clump_of_two_flies_apart_where_damping_is_left_out_of_the_bound():
    sim = clump_of_two(0.9, 0.7)
    # What the step was when the bound counted the undamped stiffness alone.
    sim.step *= np.sqrt(1.7)
    sim.numerics = replace(sim.numerics, step_factor=0.9 * np.sqrt(1.7))
    with pytest.raises(Unstable):
        stretched_energy(sim, 400)


def test_bonded_block_pressed_affinely_rests_in_equilibrium():
    sim = bonded_block(0.9, damping=0.7)
    strain, steps = 1e-4, 200
    sim.advance(steps, rate=-strain / steps / sim.step)
    pressed = stored_energies(sim)[2]
    sim.advance(2000)
    rested = stored_energies(sim)[2]
    # Nothing holds the block: damping takes all that the drive had stored. A drift of the whole
    # block may stay, as local damping opposes forces only.
    wobble = sim.grains.velocity - sim.grains.velocity.mean(axis=0)
    assert rested < 1e-3 * pressed
    assert 0.5 * sim.inertial_mass @ (wobble**2).sum(axis=1) < 1e-3 * pressed


def test_affine_drive_squeezes_by_the_strain_asked_for():
    sim = bonded_block(0.7, damping=0.7)
    z = sim.grains.position[:, 2].copy()
    height, strain, steps = sim.height, 1e-3, 100
    sim.advance(steps, rate=-strain / steps / sim.step)
    # (1 − ε/N)^N; a uniform strain of a disordered block is nearly in balance at once.
    factor = (1 - strain / steps) ** steps
    assert sim.height == pytest.approx(height * factor, rel=1e-12, abs=0.0)
    squeezed = np.polyfit(z, sim.grains.position[:, 2], 1)[0]
    assert 0.0 < 1 - squeezed <= 1.05 * strain


def test_strain_rate_and_inertial_number_are_inverse():
    rate = quasistatic.strain_rate_for(1e-3, 10 * UM, 4000.0, 50e6)
    # I = ε̇ d √(ρ/P) by hand: 1e-3 / (1e-5 · √(8e-5)).
    assert rate == pytest.approx(1e-3 / (1e-5 * np.sqrt(4000 / 50e6)))
    assert quasistatic.inertial_number(-rate, 10 * UM, 4000.0, 50e6) == pytest.approx(1e-3)


def test_mean_step_keeps_the_total_mass():
    position, pairs = lattice_block(3)
    sim = bonded_spheres(position + CENTRE, pairs, UM**2)
    # Unbonded pairs in reach and adapted inertia may add mass, never take any.
    assert sim.inertial_mass.sum() == pytest.approx(sim.grains.mass.sum(), rel=0.05, abs=0.0)


def test_loose_grains_follow_the_strain_undamped_and_carry_nothing():
    """Damping opposes the motion beside the affine one: what nothing pushes is not held back."""
    position, _ = lattice_block(3, spacing=3.0 * UM)
    box = Box(np.array([9.0, 9.0]) * UM, True)
    sim = simulate(
        spheres(position, UM), no_bonds(), box, [material(friction=0.3)], 20 * UM,
        Numerics(damping=0.7),
    )  # fmt: skip
    strain, steps = 0.1, 200
    sim.advance(steps, rate=-strain / steps / sim.step)
    factor = (1 - strain / steps) ** steps
    # A product of 200 factors: rounding.
    assert sim.grains.position[:, 2] == pytest.approx(factor * position[:, 2], rel=1e-12, abs=0.0)
    assert np.array_equal(sim.grains.position[:, :2], position[:, :2])
    assert np.abs(sim.grains.velocity).max() == 0.0
    assert sim.pressure == 0.0 and energies(sim).damping == 0.0


def test_median_diameter_is_that_of_particles_not_of_their_grains():
    """By volume: two particles of 8 grains outweigh nine of one."""
    particle = np.concatenate((np.repeat([3, 7], 8), np.arange(10, 19)))
    grains = spheres(np.arange(25)[:, None] * UM * np.ones(3), UM, particle=particle)
    # Eight grains of radius 1 µm hold as much as a sphere of radius 2 µm.
    assert median_diameter(grains) == pytest.approx(4 * UM, rel=1e-12, abs=0.0)
    grains.material[particle == 3] = CBD
    grains.material[particle == 7] = CBD
    assert median_diameter(grains) == pytest.approx(2 * UM, rel=1e-12, abs=0.0)
