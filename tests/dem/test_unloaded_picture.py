"""The unloaded picture exerts no force, however its grains overlap or are cut by walls."""

import numpy as np
import pytest

from dem.bonds import no_bonds
from dem.box import Box
from dem.observe import energies, stored_energies
from dem.simulation import Numerics, simulate
from tests import analytic
from tests.dem.assemblies import (
    DENSITY,
    POISSON,
    UM,
    YOUNG,
    bonds_between,
    free_spheres,
    lattice_block,
    material,
    spheres,
)  # fmt: skip


@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize("bonded", [True, False])
def test_overlapping_grains_cut_by_planes_stay_at_rest(periodic, bonded):
    position, pairs = lattice_block(4)
    side = 6.0 * UM
    # 30 % overlaps, and planes through the outer grains.
    grains = spheres(position, 1.0 * UM)
    bonds = bonds_between(position, pairs, 0.5 * UM**2) if bonded else no_bonds()
    box = Box(np.array([side, side]), periodic)
    made_of = material(friction=0.4, restitution=0.7)
    height = float(position[:, 2].max() + 0.3 * UM)
    sim = simulate(grains, bonds, box, [made_of], height, Numerics(), wall_friction=0.3)
    sim.advance(200)
    moved = np.abs(sim.grains.position - position).max()
    if not bonded:
        # Not a bit has moved: gaps and overlaps are compared with the very same numbers.
        assert moved == 0.0
        assert np.abs(sim.grains.velocity).max() == 0.0
        assert sim.pressure == 0.0
    # A bond's unit vectors round at 1e-16; forces of that size shake grains by as little.
    assert moved < 1e-14 * side
    assert abs(sim.pressure) < 1e-9 * YOUNG


def test_first_touch_and_parting_have_finite_energies():
    """Tangential stiffness starts and ends at zero: an elastic energy of 0/0 must not appear."""
    sim = free_spheres(
        [[50 * UM, 50 * UM, 50 * UM], [50 * UM, 50 * UM, 52 * UM]], UM, 1e-12,
        material(friction=0.5),
    )  # fmt: skip
    sim.grains.velocity[1] = (1.0, 0.0, -1.0)
    ever = 0.0
    for _ in range(100):
        sim.advance(1)
        normal, tangential, _ = stored_energies(sim)
        ever = max(ever, normal + tangential)
        assert np.isfinite((*energies(sim), *sim.contacts.spring[0])).all()
    assert ever > 0.0
    sim.grains.velocity[1] = (0.0, 0.0, 100.0)
    sim.advance(10)
    assert stored_energies(sim) == (0.0, 0.0, 0.0)
    assert np.isfinite(energies(sim)).all()


def test_slightest_overlap_is_finite():
    # The least overlap that doubles resolve at 2 µm; both spheres slide.
    apart = np.nextafter(2 * UM, 0.0)
    sim = free_spheres([[50 * UM] * 3, [50 * UM, 50 * UM, 50 * UM + 2 * UM]], UM, 1e-30, material())
    sim.grains.position[0] = 0.0
    sim.grains.position[1] = (0.0, 0.0, apart)
    sim.grains.velocity[1, 0] = 1.0
    sim.advance(2)
    assert sim.contacts.touched[0] == sim.steps_done
    assert sim.contacts.spring[0, 3] > 0.0
    assert np.isfinite(energies(sim)).all()


def test_sliding_contact_keeps_its_history_through_a_new_list():
    """A list built every ten steps gives the same bits as one that is kept."""
    made_of = material(friction=0.4, restitution=0.8)
    rng = np.random.default_rng(0)
    others = rng.uniform(10, 90, (30, 3)) * UM
    touching = np.array([[50, 50, 50], [51.5, 50.5, 50.3], [50.4, 51.6, 50.9]]) * UM
    reach = np.linalg.norm(touching[1] - touching[0])
    mass = analytic.sphere_mass(0.8 * UM, DENSITY)
    modulus = analytic.contact_modulus(YOUNG, POISSON, YOUNG, POISSON)
    step = analytic.hertz_contact_time(mass, 1.0, modulus, 0.4 * UM) / 100
    results = []
    for every in (200, 10):
        sim = free_spheres(
            np.vstack((touching, others)), 0.55 * reach, step, made_of, overlaps_rest=False
        )
        sim.grains.velocity[:] = 0.0
        sim.grains.velocity[1] = (-3.0, 2.0, 1.0)
        for _ in range(200 // every):
            sim.advance(every)
            before = sim.contacts
            sim.refresh()
            sliding = before.touched == sim.steps_done
            if every == 10 and sliding.any():
                now = sim.contacts
                kept = now.touched == sim.steps_done
                assert np.array_equal(before.spring[sliding], now.spring[kept])
        results.append(sim)
    kept, renewed = results
    assert np.abs(kept.grains.angular_velocity[:3]).max() > 0.0
    for name in ("position", "orientation", "velocity", "angular_velocity"):
        assert np.array_equal(getattr(kept.grains, name), getattr(renewed.grains, name)), name
    # Summed in another grouping: equal to rounding.
    lost = energies(kept).friction
    assert lost == pytest.approx(energies(renewed).friction, rel=1e-12, abs=0.0)
    assert lost > 0.0
