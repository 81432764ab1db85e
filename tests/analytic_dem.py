"""Closed forms of impacts, of plastic and of adhesive contacts, and of rolling.

Imports nothing of the project. Throughout: radius R* [m], young E* [Pa], mass m* [kg].
"""

import math

import numpy as np
from scipy.special import hyp2f1


def hertz_time(overlap, speed, largest):
    """Time [s] at which an elastic impact has closed to an overlap on its way in.

    ∫ dδ / √(v² (1 − (δ/δ_max)^(5/2))) = δ/v · ₂F₁(1/2, 2/5; 7/5; (δ/δ_max)^(5/2)), from the energy
    integral (Johnson, Contact Mechanics, eq. 11.24 is its value at δ_max).
    """
    overlap = np.asarray(overlap, float)
    return overlap / speed * hyp2f1(0.5, 0.4, 1.4, np.minimum((overlap / largest) ** 2.5, 1.0))


# Plastic impact: Thornton, J. Appl. Mech. 64 (1997) 383; Thornton & Ning, Powder Technol. 99 (1998)


def yield_overlap(pressure, young, radius):
    """δ_y = R (π p_y / 2E*)² [m], where Hertz's peak pressure is p_y."""
    return radius * (math.pi * pressure / (2 * young)) ** 2


def yield_speed(pressure, young, radius, mass):
    """v_y = (π/2E*)² √(8πR³/15m) p_y^(5/2) [m/s], above which an impact leaves a dent."""
    shape = math.sqrt(8 * math.pi * radius**3 / (15 * mass))
    return (math.pi / (2 * young)) ** 2 * shape * pressure**2.5


def plastic_force(overlap, pressure, young, radius):
    """Force [N] of first loading: Hertz up to δ_y, then F_y + π p_y R (δ − δ_y)."""
    at_yield = yield_overlap(pressure, young, radius)
    elastic = 4 / 3 * young * np.sqrt(radius) * np.minimum(overlap, at_yield) ** 1.5
    return elastic + math.pi * pressure * radius * np.maximum(overlap - at_yield, 0.0)


def unloading_force(overlap, largest, pressure, young, radius):
    """Force [N] on the way out from the largest overlap: Hertz with the flattened radius R_p.

    R_p = R F_e(δ_max) / F_max, F_e the force that Hertz's law would have given.
    """
    top = plastic_force(largest, pressure, young, radius)
    flat = radius * 4 / 3 * young * math.sqrt(radius) * largest**1.5 / top
    recovered = (0.75 * top / (young * math.sqrt(flat))) ** (2 / 3)
    left = np.maximum(overlap - largest + recovered, 0.0)
    return 4 / 3 * young * math.sqrt(flat) * left**1.5


def plastic_largest_overlap(speed, pressure, young, radius, mass):
    """Largest overlap [m] of a plastic impact, from the work of `plastic_force`.

    With x = δ/δ_y: (v/v_y)² = 15/8 (x − 1/3)² + 1/6.
    """
    ratio = (speed / yield_speed(pressure, young, radius, mass)) ** 2
    if ratio <= 1.0:
        return (15 * mass * speed**2 / (16 * young * math.sqrt(radius))) ** 0.4
    share = 1 / 3 + math.sqrt(8 / 15 * (ratio - 1 / 6))
    return share * yield_overlap(pressure, young, radius)


def plastic_restitution(speed, pressure, young, radius, mass):
    """Restitution coefficient of an impact on a contact that yields (Thornton 1997, eq. 32).

    e² = (6√3/5) (1 − r²/6) √(r / (r + 2√(6/5 − r²/5))), r = v_y/v.
    """
    ratio = yield_speed(pressure, young, radius, mass) / speed
    if ratio >= 1.0:
        return 1.0
    bent = ratio / (ratio + 2 * math.sqrt(1.2 - ratio**2 / 5))
    return math.sqrt(1.2 * math.sqrt(3) * (1 - ratio**2 / 6) * math.sqrt(bent))


# Adhesion: Johnson, Kendall & Roberts, Proc. R. Soc. A 324 (1971) 301; w is the work of adhesion


def jkr_force(contact_radius, young, radius, work):
    """F = 4E*a³/3R − √(8π w E* a³) [N], positive pushing."""
    cubed = np.asarray(contact_radius) ** 3
    return 4 / 3 * young * cubed / radius - np.sqrt(8 * math.pi * work * young * cubed)


def jkr_overlap(contact_radius, young, radius, work):
    """δ = a²/R − √(2π w a/E*) [m]."""
    a = np.asarray(contact_radius)
    return a**2 / radius - np.sqrt(2 * math.pi * work * a / young)


def jkr_pull_off(radius, work):
    """Largest pull 3/2 π w R [N]."""
    return 1.5 * math.pi * work * radius


def jkr_tear_off_radius(young, radius, work):
    """Contact radius (π w R² / 8E*)^(1/3) [m] where dδ/da = 0: it holds no farther apart."""
    return (math.pi * work * radius**2 / (8 * young)) ** (1 / 3)


def jkr_touching_radius(young, radius, work):
    """Contact radius (2π w R²/E*)^(1/3) [m] at which the overlap is zero."""
    return (2 * math.pi * work * radius**2 / young) ** (1 / 3)


def jkr_work(contact_radius, young, radius, work):
    """∫ F dδ from zero contact radius along the curve [J], term by term in powers of a."""
    a = np.asarray(contact_radius)
    push, pull = 4 / 3 * young / radius, math.sqrt(8 * math.pi * work * young)
    bend = math.sqrt(2 * math.pi * work / young)
    return (
        0.4 * push / radius * a**5
        - (push * bend + 4 * pull / radius) / 7 * a**3.5
        + 0.25 * pull * bend * a**2
    )


def jkr_lost_energy(young, radius, work):
    """Energy [J] of one elastic touch that snaps on at zero overlap and off at the tear-off.

    The pull's work from zero overlap out to the tear-off, 7.09 (w⁵ R⁴/E*²)^(1/3)
    (Thornton & Ning 1998).
    """
    on, off = jkr_touching_radius(young, radius, work), jkr_tear_off_radius(young, radius, work)
    return float(jkr_work(off, young, radius, work) - jkr_work(on, young, radius, work))


def jkr_restitution(speed, young, radius, mass, work):
    """e = √(1 − (v_s/v)²) of an elastic adhesive impact, 0 below the sticking speed v_s."""
    return math.sqrt(max(0.0, 1 - 2 * jkr_lost_energy(young, radius, work) / (mass * speed**2)))


def sjkr_force(overlap, young, radius, density):
    """F = 4/3 E* √R δ^(3/2) − k_c π R δ [N], k_c the cohesion energy density [J/m³].

    The simplified JKR law of LIGGGHTS (cohesion sjkr) on the contact area π a² = π R δ.
    """
    overlap = np.asarray(overlap)
    return 4 / 3 * young * math.sqrt(radius) * overlap**1.5 - density * math.pi * radius * overlap


def sjkr_pull_off(young, radius, density):
    """Largest pull π³ R² k_c³ / 12E*² [N] and the overlap R (π k_c / 2E*)² [m] where it is."""
    pull = math.pi**3 * radius**2 * density**3 / (12 * young**2)
    return pull, radius * (math.pi * density / (2 * young)) ** 2


def sjkr_energy(overlap, young, radius, density):
    """∫ F dδ = 8/15 E* √R δ^(5/2) − π/2 k_c R δ² [J]."""
    elastic = 8 / 15 * young * math.sqrt(radius) * overlap**2.5
    return elastic - math.pi / 2 * density * radius * overlap**2


# Rolling of a solid sphere: Ai, Chen, Rotter & Ooi, Powder Technol. 206 (2011) 269


def rolling_deceleration(rolling_friction, weight, mass):
    """5/7 µ_r N/m [m/s²] of a sphere that rolls on a plane against the torque µ_r R N."""
    return 5 / 7 * rolling_friction * weight / mass


def spin_deceleration(torque, mass, radius):
    """Torque over 2/5 m R² [rad/s²]."""
    return torque / (0.4 * mass * radius**2)
