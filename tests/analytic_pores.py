"""Closed forms of pores, chords and networks; imports nothing of the project."""

import itertools

import numpy as np


def capillary_pressure(diameter, surface_tension, angle):
    """Of a meniscus in a round capillary (Young, Laplace): positive where it must be pushed."""
    return 2 * surface_tension * np.cos(np.pi - angle) / (diameter / 2)


def ball_volume(radius):
    return 4 / 3 * np.pi * radius**3


def boolean_pore_chord(density, radius):
    """Mean chord outside overlapping spheres of one radius and a number per volume.

    Lines leave the pores at the rate of spheres met: density × π R²  (Torquato 2002, 2.5).
    """
    return 1 / (density * np.pi * radius**2)


def boolean_porosity(density, radius):
    """Volume outside overlapping spheres placed at random."""
    return np.exp(-density * ball_volume(radius))


def ball_with_arms(radius, arm_radius, spacing, arms):
    """Volume of a ball and of the halves of the rods that join it to neighbours of a lattice."""
    leaves = np.sqrt(radius**2 - arm_radius**2)
    height = radius - leaves
    cap = np.pi * height**2 * (3 * radius - height) / 3
    rod = np.pi * arm_radius**2 * (spacing / 2 - leaves) - cap
    return ball_volume(radius) + arms * rod


def lattice_bonds(layers, rows, columns):
    """Pairs of sites of a cubic lattice that are neighbours, in plane periodic; numbered by layer,
    row and column."""
    bonds = set()
    for k, j, i in itertools.product(range(layers), range(rows), range(columns)):
        site = (k * rows + j) * columns + i
        bonds.add(frozenset((site, (k * rows + (j + 1) % rows) * columns + i)))
        bonds.add(frozenset((site, (k * rows + j) * columns + (i + 1) % columns)))
        if k + 1 < layers:
            bonds.add(frozenset((site, ((k + 1) * rows + j) * columns + i)))
    return np.array([sorted(bond) for bond in bonds])
