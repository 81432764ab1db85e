"""Closed forms of spheres on cylinders and between rolls; imports nothing of the project."""

import math

from scipy.optimize import brentq
from scipy.special import ellipe, ellipk


def elliptic_force(overlap, modulus, narrow, wide):
    """Force [N] of a Hertz contact with principal relative radii narrow < wide [m].

    With m = 1 − b²/a² of the contact ellipse (Johnson, Contact Mechanics, eqs. 4.26–4.28):
    B/A = (a²/b² E − K)/(K − E), A = δ (K − E)/(a² m K), P = 2/3 π a E* δ/K.
    """
    low, high = 1 / (2 * wide), 1 / (2 * narrow)

    def mismatch(ratio):
        m = 1 - ratio**2
        return (ellipe(m) / ratio**2 - ellipk(m)) / (ellipk(m) - ellipe(m)) - high / low

    ratio = brentq(mismatch, 1e-3, 1 - 1e-9)
    m = 1 - ratio**2
    long_axis = math.sqrt(overlap * (ellipk(m) - ellipe(m)) / (low * m * ellipk(m)))
    return 2 / 3 * math.pi * long_axis * modulus * overlap / ellipk(m)


def nip_angle(sphere, roll, half_gap):
    """Angle [rad] between a roll's contact with a sphere in the mid-plane and the line of the roll
    centres, (roll + half_gap) = (roll + sphere) cos α."""
    return math.acos((roll + half_gap) / (roll + sphere))


def pull_between_rolls(push, friction, angle):
    """Force [N] into the gap on a sphere that both rolls press and rub: 2 F (µ cos α − sin α).

    Positive, the sphere drawn in, where µ > tan α.
    """
    return 2 * push * (friction * math.cos(angle) - math.sin(angle))
