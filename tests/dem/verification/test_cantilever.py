"""A row of bonded grains held at one end swings, twists and stretches like a beam."""

import numpy as np
import pytest

from tests import analytic, analytic_beams
from tests.dem.assemblies import DENSITY, UM
from tests.dem.verification.bonded import (
    CENTRE,
    SHEAR,
    YOUNG,
    bonded_grains,
    fitted_frequency,
    swing,
)

LENGTH, AREA, RADIUS = 2.0 * UM, 1.5 * UM**2, 0.9 * UM
BEND, TWIST = analytic.circular_section(AREA)
MASS = analytic.sphere_mass(RADIUS, DENSITY)
ROTARY = 0.4 * MASS * RADIUS**2
SPEED = 1e-3
"""Of the tip [m/s]: it swings through a thousandth of the rod's radius or less."""


def rod(links, frequency, periods):
    """Links + 1 grains along x, the first held by its mass, the last half a grain."""
    along = LENGTH * np.arange(links + 1)
    position = CENTRE + (along - along.mean())[:, None] * [1.0, 0.0, 0.0]
    mass = np.full(links + 1, MASS)
    mass[0], mass[-1] = 1e9 * MASS, 0.5 * MASS
    # ω dt = 0.2 for the fastest mode: (ω dt)²/24 of the slow one's frequency is below 1e-4.
    steps = int(periods * 2 * np.pi / frequency / (0.1 / np.sqrt(YOUNG * AREA / LENGTH / MASS)))
    step = periods * 2 * np.pi / frequency / steps
    pairs = [(i, i + 1) for i in range(links)]
    return bonded_grains(position, pairs, AREA, mass, step=step, radius=RADIUS), along, mass, steps


def bending_frequency(links):
    """Frequency of the first bending mode: ours and that of Timoshenko's beam."""
    beam = (links * LENGTH, YOUNG * BEND, SHEAR * AREA, MASS / LENGTH, ROTARY / LENGTH)
    exact = analytic_beams.cantilever_frequency(*beam)
    sim, along, mass, steps = rod(links, exact, 1.5)
    deflection, rotation = analytic_beams.cantilever_mode(along, exact, *beam)
    sim.grains.velocity[:, 2] = SPEED * deflection
    sim.grains.angular_velocity[:, 1] = -SPEED * rotation
    weight = mass * deflection
    weight[0] = 0.0
    # The share of the first mode, to which higher ones are orthogonal.
    found = swing(
        sim, lambda g: weight @ (g.position[:, 2] - CENTRE[2]) / (weight @ deflection), steps
    )
    # It swings as far as the speed it was given says.
    assert found[1].max() == pytest.approx(SPEED / exact, rel=0.02, abs=0.0)
    return fitted_frequency(*found, exact), exact


def test_bonded_cantilever_swings_like_a_timoshenko_beam():
    errors = []
    for links in (5, 10, 20):
        found, exact = bending_frequency(links)
        errors.append(1 - found / exact)
    # A link bends and shears about its middle: softer by the square of its share of the length.
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2.0, abs=0.1)
    assert np.log2(errors[1] / errors[2]) == pytest.approx(2.0, abs=0.1)
    assert errors[2] < 1e-3


@pytest.mark.parametrize("mode", ["twisting", "stretching"])
def test_bonded_rod_held_at_one_end_swings_like_a_bar(mode):
    if mode == "twisting":
        stiffness, inertia = SHEAR * TWIST, ROTARY
    else:
        stiffness, inertia = YOUNG * AREA, MASS
    errors = []
    for links in (6, 12, 24):
        chain = analytic_beams.chain_frequency(links, stiffness / LENGTH, inertia)
        sim, along, mass, steps = rod(links, chain, 1.5)
        shape = np.sin(np.pi / 2 * along / along[-1])
        rest = sim.grains.position[:, 0].copy()
        weight = mass * shape
        if mode == "twisting":
            sim.grains.angular_velocity[:, 0] = SPEED / RADIUS * shape

            def share(g, weight=weight, shape=shape):
                return weight @ g.orientation[:, 1] / (weight @ shape)
        else:
            sim.grains.velocity[:, 0] = SPEED * shape

            def share(g, weight=weight, shape=shape, rest=rest):
                return weight @ (g.position[:, 0] - rest) / (weight @ shape)

        found = fitted_frequency(*swing(sim, share, steps), chain)
        # Exact but for (ω dt)²/24 of the step, 3e-5 with six links.
        assert found == pytest.approx(chain, rel=1e-4)
        bar = analytic_beams.bar_frequency(links * LENGTH, stiffness, inertia / LENGTH)
        errors.append(1 - found / bar)
    # The chain is the bar to second order in the link, (π/4n)²/6.
    assert np.array(errors[:-1]) / errors[1:] == pytest.approx([4.0, 4.0], rel=0.1)
