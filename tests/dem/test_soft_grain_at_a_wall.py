"""A soft grain that a hard one squeezes against the plate gives way, not through the plate."""

import numpy as np

from dem.bonds import no_bonds
from dem.box import Box
from dem.contact.laws import ContactLaws
from dem.grains import at_rest
from dem.materials import Material
from dem.simulation import Numerics, simulate
from tests.dem.assemblies import UM, material

HARD, SOFT = 6.0 * UM, 0.5 * UM


def squeezed(flat):
    """Depth of the soft grain in the plate, in its radii, when the hard one reaches the plate."""
    binder = Material(
        young_modulus=0.26e9, poisson_ratio=0.3, friction=0.0, restitution=0.2, bond_modulus=0.26e9,
        bond_poisson_ratio=0.3, bond_internal_friction=0.0, bond_moment_share=0.0,
        contact_yield_pressure=13.6e6, flat_on_walls=flat,
    )  # fmt: skip
    radius = np.array([HARD, SOFT])
    height = 2 * HARD + 2 * SOFT
    volume = 4 / 3 * np.pi * radius**3
    grains = at_rest(
        np.array([[8 * UM, 8 * UM, HARD], [8 * UM, 8 * UM, 2 * HARD + SOFT]]), radius, volume,
        4760.0 * volume, np.array([0, 1]), np.array([0, 1]),
    )  # fmt: skip
    sim = simulate(
        grains, no_bonds(), Box(np.array([16.0, 16.0]) * UM, False), [material(), binder], height,
        Numerics(), laws=ContactLaws(normal="thornton_ning"),
    )  # fmt: skip
    while sim.height > 2 * HARD:
        sim.advance(50, rate=-1e-5 / sim.step)
    return (sim.grains.position[1, 2] - sim.height) / SOFT + 1.0


def test_flat_face_keeps_a_soft_grain_before_the_plate():
    # Hertz on the wall against the yielding pair: its centre stays inside; yielding on both sides
    # it is about to leave, and a hard particle with grains of its own pushes it on.
    assert squeezed(flat=True) < 0.8
    assert squeezed(flat=False) > 0.9
