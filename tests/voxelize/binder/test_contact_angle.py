"""Menisci of the placed domain against Young's angle and the toroidal bridge."""

import numpy as np
import pytest
from scipy.optimize import least_squares

from voxelize.binder.amount import DOMAIN, WALL
from voxelize.binder.place import place_binder
from voxelize.binder.wetting import condense
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, Volume

WITHIN = 4.0
"""[°] For menisci of a radius above some ten voxels; the Gaussian is two voxels wide."""


@pytest.mark.parametrize("angle", [40.0, 90.0])
def test_drop_on_a_plate_takes_the_contact_angle(angle):
    radius, n, floor = 14, 56, 4
    state = np.zeros((30, n, n), np.uint8)
    state[:floor] = WALL
    z, y, x = np.ogrid[:30, :n, :n]
    half = n / 2 - 0.5
    # A half sphere: 90°, from which it must spread or rest.
    state[
        ((x - half) ** 2 + (y - half) ** 2 + (z - floor + 0.5) ** 2 < radius**2) & (state == 0)
    ] = DOMAIN
    amount = np.count_nonzero(state == DOMAIN)
    condense(
        state, np.ones(30), amount, np.radians(angle), 1, False,
        growth_steps=0, relaxation_steps=40,
    )  # fmt: skip
    assert np.count_nonzero(state == DOMAIN) == amount
    area = (state[floor:] == DOMAIN).sum(axis=(1, 2))
    height = np.arange(len(area)) + 0.5
    cut = (area > 0) & (height > 1.0)
    # A spherical cap has A(z)/π + z² = R² − c² + 2 c z with its centre at c = −R cos θ.
    slope, constant = np.polyfit(height[cut], area[cut] / np.pi + height[cut] ** 2, 1)
    centre = slope / 2.0
    found = np.degrees(np.arccos(-centre / np.sqrt(constant + centre**2)))
    assert found == pytest.approx(angle, abs=WITHIN)


@pytest.mark.parametrize("angle", [0.0, 40.0, 60.0])
def test_bridge_between_plates_has_menisci_at_the_contact_angle(angle):
    gap, n = 28, 96
    state = np.full((gap + 8, 8, n), WALL, np.uint8)
    state[4:-4] = 0
    state[4:-4, :, n // 4 : -n // 4] = DOMAIN
    amount = np.count_nonzero(state == DOMAIN)
    condense(
        state, np.ones(gap + 8), amount, np.radians(angle), 1, True,
        growth_steps=0, relaxation_steps=80,
    )  # fmt: skip
    edge = (state[4:-4] == DOMAIN).sum(axis=(1, 2)) / (2.0 * 8.0)
    z = np.arange(gap) + 0.5 - gap / 2
    inner = np.abs(z) < gap / 2 - 2.0

    def misfit(parameters):
        middle, radius = parameters
        return middle + radius - np.sqrt(np.maximum(radius**2 - z**2, 0.0)) - edge

    def inner_misfit(parameters):
        return misfit(parameters)[inner]

    _, radius = least_squares(inner_misfit, (edge.min(), gap)).x
    # Between plates the meniscus is an arc of radius gap / (2 cos θ).
    found = np.degrees(np.arccos(min(gap / (2.0 * radius), 1.0)))
    # At θ = 0 the arc's ends lie along the plates: cos θ is flat there, 1 % of it is 8°.
    assert found == pytest.approx(angle, abs=WITHIN if angle else 10.0)


def test_bridge_between_spheres_has_the_neck_of_a_torus():
    # Filling angle β and contact angle θ give the toroidal bridge between equal spheres.
    radius, beta, angle = 24, np.radians(40.0), np.radians(40.0)
    arc = (1.0 - np.cos(beta)) / np.cos(beta + angle)
    neck = np.sin(beta) - arc * (1.0 - np.sin(beta + angle))
    reach = 1.0 - np.cos(beta)
    x = np.linspace(-reach, reach, 2001)
    profile = neck + arc - np.sqrt(np.maximum(arc**2 - x**2, 0.0))
    solid = np.trapezoid(np.pi * profile**2, x) - 2.0 * np.pi * reach**2 * (3.0 - reach) / 3.0

    n, m = 4 * radius + 8, 2 * radius + 8
    k, j, i = np.ogrid[:m, :m, :n]
    labels = np.zeros((m, m, n), np.uint8)
    for side in (-1, 1):
        across = (j - m / 2 + 0.5) ** 2 + (k - m / 2 + 0.5) ** 2
        inside = (i - n / 2 + 0.5 - side * radius) ** 2 + across <= radius**2
        labels[inside] = ACTIVE_MATERIAL
    volume = Volume(labels, 1e-7, False, m * 1e-7, 0.0)
    placed = place_binder(
        volume, solid_volume=solid * radius**3 * 1e-21, method="contacts", contact_angle=angle
    )
    assert np.count_nonzero(placed.labels == CARBON_BINDER) == round(solid * radius**3)
    between = (placed.labels[:, :, n // 2 - 1 : n // 2 + 1] > 0).sum() / 2.0
    # 3 %: half a voxel of the neck's 15, and the voxel spheres touch in more than a point.
    assert np.sqrt(between / np.pi) / radius == pytest.approx(neck, rel=0.03)
    # Nothing of it lies away from the contact.
    away = np.abs(np.arange(n) - n / 2 + 0.5) > 1.4 * reach * radius
    assert not (placed.labels[:, :, away] == CARBON_BINDER).any()
