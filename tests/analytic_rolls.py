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


def spring_line_load(stiffness, before, gap, roll, closing):
    """Line load [N/m] of one side of a nip on a layer with p = k (h₀ − h).

    On the circle, h(x) = g + s (r − √(r² − x²)): with x = r sin α at h₀,
    q = k [(h₀ − g) r sin α − s r² (sin α − (sin α cos α + α)/2)].
    """
    alpha = math.acos(1 - (before - gap) / (closing * roll))
    below_circle = math.sin(alpha) - 0.5 * (math.sin(alpha) * math.cos(alpha) + alpha)
    return stiffness * ((before - gap) * roll * math.sin(alpha) - closing * roll**2 * below_circle)


def parabola_line_load(stiffness, before, gap, roll, closing):
    """The same between parabolas h(x) = g + s x²/(2r) of half width l: q = k s l³/(3 r)."""
    length = math.sqrt(2 * roll * (before - gap) / closing)
    return stiffness * closing * length**3 / (3 * roll)


def hardening_line_load(factor, before, gap, roll, closing):
    """Line load [N/m] of one side between parabolas on p = k (h₀ − h)²: 2/15 k s² l⁵ / r²."""
    length = math.sqrt(2 * roll * (before - gap) / closing)
    return 2 / 15 * factor * closing**2 * length**5 / roll**2
