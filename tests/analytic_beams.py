"""Closed forms of vibrating bars and beams and of bonded blocks; imports nothing of the project."""

import math

import numpy as np
from scipy.linalg import expm
from scipy.optimize import brentq


def _beam_matrix(frequency, bending, shear, mass, inertia):
    """d/dx of (deflection, rotation, moment, shear force) of a Timoshenko beam that swings."""
    square = frequency**2
    return np.array(
        [
            [0, 1, 0, 1 / shear],
            [0, 0, 1 / bending, 0],
            [0, -inertia * square, 0, -1],
            [-mass * square, 0, 0, 0],
        ]
    )


def cantilever_frequency(length, bending, shear, mass, inertia):
    """First circular frequency [rad/s] of a Timoshenko cantilever (Timoshenko 1921).

    bending : E I [N m²]; shear : κ G A [N]; mass [kg/m]; inertia : rotary, [kg m]
    """

    def held(frequency):
        # Clamped at 0: moment and shear force start; both must vanish at the free end.
        end = expm(length * _beam_matrix(frequency, bending, shear, mass, inertia))
        return np.linalg.det(end[2:, 2:])

    slender = 1.8751040687119611**2 * math.sqrt(bending / mass) / length**2
    return brentq(held, 0.3 * slender, 1.001 * slender, rtol=1e-14)


def cantilever_mode(position, frequency, length, bending, shear, mass, inertia):
    """Deflection [–] and rotation [1/m] of that mode at positions, 1 at the tip; (n,), (n,)."""
    matrix = _beam_matrix(frequency, bending, shear, mass, inertia)
    _, _, free = np.linalg.svd(expm(length * matrix)[2:, 2:])
    start = np.concatenate(([0.0, 0.0], free[-1]))
    shape = np.array([expm(x * matrix) @ start for x in position])[:, :2]
    tip = (expm(length * matrix) @ start)[0]
    return shape[:, 0] / tip, shape[:, 1] / tip


def bar_frequency(length, stiffness, inertia):
    """First circular frequency π/2L √(stiffness/inertia) [rad/s] of a bar held at one end.

    Twisting: G J [N m²] and rotary inertia [kg m]; stretching: E A [N] and mass [kg/m].
    """
    return math.pi / (2 * length) * math.sqrt(stiffness / inertia)


def chain_frequency(links, stiffness, inertia):
    """The same of `links` equal springs and bodies, the last one half: 2 √(k/I) sin(π/4n)."""
    return 2 * math.sqrt(stiffness / inertia) * math.sin(math.pi / (4 * links))


def isotropic_block(bond_ratio, coordination, solid_fraction, shear_ratio):
    """Young's modulus over the bonds' and Poisson's ratio of a block that deforms affinely.

    Bonds of length 2R, section π (λR)², isotropic directions (Chang & Liao, Appl. Mech. Rev. 47
    (1994) S197): E/E_b = λ² (Zφ/4)(2+3κ)/(4+κ), ν = (1−κ)/(4+κ), κ = k_s/k_n.
    """
    share = (2 + 3 * shear_ratio) / (4 + shear_ratio)
    return (
        bond_ratio**2 * coordination * solid_fraction / 4 * share,
        (1 - shear_ratio) / (4 + shear_ratio),
    )


def face_centred_block(spacing, normal, shear):
    """Stiffness C11, C12, C44 [Pa] of a face-centred cubic lattice of bonded neighbours.

    spacing : between neighbours [m]; normal, shear : k_n, k_s [N/m]. Every grain is a centre of
    inversion, so the affine motion is the true one: C = Σ b ⊗ K b / 2V over the twelve neighbours.
    """
    cell = math.sqrt(2) * spacing
    return (
        (2 * normal + 2 * shear) / cell,
        (normal - shear) / cell,
        (normal + shear) / cell,
    )


def young_along_cube_axis(c11, c12):
    """(C11 − C12)(C11 + 2C12)/(C11 + C12) [Pa], and the ratio C12/(C11 + C12)."""
    return (c11 - c12) * (c11 + 2 * c12) / (c11 + c12), c12 / (c11 + c12)
