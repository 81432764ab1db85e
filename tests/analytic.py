"""Closed forms of contacts, beams and impacts; imports nothing of the project."""

import math


def contact_modulus(young_1, poisson_1, young_2=math.inf, poisson_2=0.0):
    """E* [Pa], 1/E* = Σ (1 − ν²)/E (Johnson, Contact Mechanics, eq. 4.20)."""
    return 1 / ((1 - poisson_1**2) / young_1 + (1 - poisson_2**2) / young_2)


def hertz_force(overlap, modulus, radius):
    """F = 4/3 E* √R* δ^(3/2) [N] (Johnson, eq. 4.23)."""
    return 4 / 3 * modulus * math.sqrt(radius) * overlap**1.5


def mindlin_modulus(young_1, poisson_1, young_2=math.inf, poisson_2=0.0):
    """G* [Pa], 1/G* = Σ 2 (1 + ν)(2 − ν)/E (Johnson, section 7.3)."""
    one = 2 * (1 + poisson_1) * (2 - poisson_1) / young_1
    return 1 / (one + 2 * (1 + poisson_2) * (2 - poisson_2) / young_2)


def mindlin_stiffness(overlap, modulus, radius):
    """Tangential stiffness without slip, 8 a G* [N/m], a = √(R* δ) (Johnson, eq. 7.43)."""
    return 8 * modulus * math.sqrt(radius * overlap)


def hertz_energy(overlap, modulus, radius):
    """∫ F dδ = 8/15 E* √R* δ^(5/2) [J]."""
    return 8 / 15 * modulus * math.sqrt(radius) * overlap**2.5


def hertz_largest_overlap(mass, speed, modulus, radius):
    """δ = (15 m* v² / (16 E* √R*))^(2/5) [m] of an elastic impact (Johnson, eq. 11.23)."""
    return (15 * mass * speed**2 / (16 * modulus * math.sqrt(radius))) ** 0.4


def hertz_contact_time(mass, speed, modulus, radius):
    """t = 2.94 δ_max / v [s], 2.94 = 4/5 √π Γ(2/5)/Γ(9/10) (Johnson, eq. 11.24)."""
    factor = 0.8 * math.sqrt(math.pi) * math.gamma(0.4) / math.gamma(0.9)
    return factor * hertz_largest_overlap(mass, speed, modulus, radius) / speed


def sliding_impact(normal_speed, friction, restitution, radius):
    """Loss of tangential speed and gain of spin of a solid sphere that slides all through.

    Δv_t = µ (1 + e) v_n [m/s], Δω = 5/2 Δv_t / R [rad/s] (Kharaz, Gorham & Salman 2001).
    """
    lost = friction * (1 + restitution) * normal_speed
    return lost, 2.5 * lost / radius


def sphere_mass(radius, density):
    """4/3 π R³ ρ [kg]."""
    return 4 / 3 * math.pi * radius**3 * density


def circular_section(area):
    """Second moments I = A²/4π and J = 2 I [m⁴] of a circular section."""
    second_moment = area**2 / (4 * math.pi)
    return second_moment, 2 * second_moment


def shear_modulus(young, poisson):
    """G = E / (2 (1 + ν)) [Pa]."""
    return young / (2 * (1 + poisson))


def cantilever_deflection(load, length, young, poisson, area):
    """Tip deflection F L³/3EI + F L/GA [m] of a Timoshenko beam whose whole section shears."""
    second_moment, _ = circular_section(area)
    bending = load * length**3 / (3 * young * second_moment)
    return bending + load * length / (shear_modulus(young, poisson) * area)


def bar_twist(torque, length, young, poisson, area):
    """End rotation T L / G J [rad] of a circular bar."""
    return torque * length / (shear_modulus(young, poisson) * circular_section(area)[1])


def bar_stretch(load, length, young, area):
    """End displacement F L / E A [m] of a bar."""
    return load * length / (young * area)
