"""Stress of a pressed sphere, of particles, and of a layer against that of its boundary."""

import numpy as np
import pytest

from dem.bonds import no_bonds
from dem.box import Box
from dem.simulation import Numerics, simulate
from dem.stress import grain_stress, layer_stress, particle_stress, von_mises
from tests import analytic
from tests.dem.assemblies import (
    POISSON,
    UM,
    YOUNG,
    bonds_between,
    lattice_block,
    material,
    moved,
    spheres,
)  # fmt: skip


@pytest.mark.parametrize("walled", [True, False])
def test_sphere_between_planes_has_the_stress_of_its_pushes(walled):
    radius, overlap = UM, 0.01 * UM
    side = 2 * (radius - overlap)
    box = Box(np.array([side, side]) if walled else np.array([9.0, 9.0]) * UM, not walled)
    sim = simulate(
        spheres([[0.5 * side] * 3], radius), no_bonds(), box, [material()], side,
        Numerics(damping=0.0), overlaps_rest=False,
    )  # fmt: skip
    (stress,) = grain_stress(moved(sim))
    # Two opposite pushes F at arms R - overlap: 2 F (R - overlap) / V, compression negative.
    push = analytic.hertz_force(overlap, YOUNG / (1 - POISSON**2), radius)
    normal = -2 * push * (radius - overlap) / (4 / 3 * np.pi * radius**3)
    pressed = [normal, normal, normal] if walled else [0.0, 0.0, normal]
    # Rounding of a micrometre against ten nanometres.
    assert stress == pytest.approx(np.diag(pressed), rel=1e-9, abs=1e-9 * abs(normal))


def test_stresses_of_a_resting_assembly_sum_to_that_of_its_boundary():
    """Sum of V sigma = sum of x f over the boundary (Love 1927), as no grain is accelerated."""
    position, pairs = lattice_block(4)
    # A third of the neighbours is unbonded: contacts and bonds both carry.
    bonds = bonds_between(position, [p for k, p in enumerate(pairs) if k % 3], UM**2)
    side = 6.0 * UM
    sim = simulate(
        spheres(position, 0.75 * UM), bonds, Box(np.array([side, side]), False),
        [material(friction=0.3)], side, Numerics(), wall_friction=0.3,
    )  # fmt: skip
    sim.advance(300, rate=-0.03 / 300 / sim.step)
    sim.advance(4000)
    inside = np.einsum("n,nij->ij", sim.grains.volume, grain_stress(sim))
    rows, boundary = sim.wall_rows, np.zeros((3, 3))
    grain = np.repeat(np.arange(len(position)), np.diff(rows.start))
    normals = np.array([[0, 0, 1], [0, 0, -1], [1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0]])
    origins = np.array([[0, 0, 0], [0, 0, sim.height], [0, 0, 0], [side, 0, 0], [0, 0, 0],
                        [0, side, 0]])  # fmt: skip
    for w, (normal, origin) in enumerate(zip(normals, origins, strict=True)):
        near = rows.surface == w
        x = sim.grains.position[grain[near]]
        foot = x - ((x - origin) @ normal)[:, None] * normal
        boundary += foot.T @ rows.force[near]
        # What the rows push on the grains, the grains push on the wall, to the sum's rounding.
        pushed = sim.walls.load[w, :3]
        scale = np.abs(rows.force[near]).sum()
        assert rows.force[near].sum(axis=0) == pytest.approx(-pushed, abs=1e-12 * scale)
    boundary = 0.5 * (boundary + boundary.T)
    assert boundary[2, 2] < 0.0 and (np.abs(sim.walls.load[2:, :3]).sum(axis=1) > 0.0).all()
    # What the residual net forces, a thousandth of those carried, may leave.
    assert inside == pytest.approx(boundary, abs=1e-3 * abs(boundary[2, 2]))


@pytest.mark.parametrize("bonded", [True, False])
def test_layer_at_rest_carries_the_pressure_of_its_plates(bonded):
    position, pairs = lattice_block(4)
    bonds = bonds_between(position, pairs, UM**2) if bonded else no_bonds()
    # Loose spheres must be crowded to press at all.
    side, radius = 6.0 * UM, (0.75 if bonded else 0.85) * UM
    sim = simulate(
        spheres(position, radius), bonds, Box(np.array([side, side]), True),
        [material(friction=0.3)], side, Numerics(most_overlap=1.0),
        wall_friction=0.3, overlaps_rest=bonded,
    )  # fmt: skip
    sim.advance(300, rate=-0.03 / 300 / sim.step)
    sim.advance(4000)
    stress = layer_stress(grain_stress(sim), sim)
    assert sim.pressure > 10e6
    # What the residual net forces, a thousandth of those carried, may leave.
    assert -stress[2, 2] == pytest.approx(sim.pressure, rel=1e-3)
    assert -stress[2, 2] == pytest.approx(sim.bottom_pressure, rel=1e-3)


def test_stress_of_a_particle_is_the_mean_of_its_grains_by_volume():
    stress = np.zeros((4, 3, 3))
    stress[:, 2, 2] = [-1e6, -4e6, 7e6, 2e6]
    volume = np.array([1.0, 2.0, 5.0, 1.0]) * UM**3
    ids, mean, row = particle_stress(stress, volume, np.array([8, 8, 3, 8]))
    assert ids.tolist() == [3, 8] and row.tolist() == [1, 1, 0, 1]
    assert mean[:, 2, 2] == pytest.approx([7e6, -7e6 / 4])
    assert (mean[:, 0] == 0.0).all()


def test_von_mises_of_uniaxial_pure_shear_and_hydrostatic_stress():
    stress = np.array(
        [
            np.diag([3.0, 0.0, 0.0]),
            [[0.0, 2.0, 0.0], [2.0, 0.0, 0.0], [0.0, 0.0, 0.0]],
            -5.0 * np.eye(3),
        ]
    )
    # σ for uniaxial, √3 τ for pure shear, 0 under pressure alone; exact up to rounding.
    assert von_mises(stress) == pytest.approx([3.0, 2.0 * np.sqrt(3.0), 0.0], abs=1e-12)
