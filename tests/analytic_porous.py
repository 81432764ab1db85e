"""Closed forms of a porous plastic solid whose pores close; imports nothing of the project."""

import numpy as np
from scipy.integrate import quad


def porosity_at(start, compaction):
    """Porosity after a uniaxial compaction: the solid stays, (1 − n)(1 − ε) = 1 − n₀."""
    return 1.0 - (1.0 - start) / (1.0 - compaction)


def foam_strength(strength, start, compaction):
    """Uniaxial strength [Pa] by Gibson & Ashby, ∝ (1 − n)^1.5; `strength` is that at the start."""
    return strength * ((1.0 - porosity_at(start, compaction)) / (1.0 - start)) ** 1.5


def foam_pressure(strength, start, least, compaction):
    """Axial pressure [Pa] that presses a Deshpande–Fleck foam on, held at its sides.

    √((1 + α²/9)(4/9 + 1/α²)) of the uniaxial strength, the support function of its yield surface in
    the direction ε_e = 2/3 ε_v; α² = 9/2 at the start and ∝ the porosity above the least.
    """
    alpha2 = 4.5 * (porosity_at(start, compaction) - least) / (start - least)
    held = np.sqrt((1.0 + alpha2 / 9.0) * (4.0 / 9.0 + 1.0 / alpha2))
    return held * foam_strength(strength, start, compaction)


def affine_network(strength, start, least, stretch):
    """Axial pressure [Pa] of bonds of all directions that follow a uniaxial strain and flow.

    An upper bound of what the same bonds carry when their ends may move otherwise. Bonds of area A
    and length L₀ whose double pyramids A L₀/3 fill the solid; each flows in compression at the
    pressure of the foam around it and in shear at 1/√3 of the strength.

    stretch : height over former height
    """

    compaction = 1.0 - stretch
    normal = foam_pressure(strength, start, least, compaction)
    shear = foam_strength(strength, start, compaction) / np.sqrt(3.0)

    def work(cosine):
        length = np.sqrt(1.0 - (1.0 - stretch**2) * cosine**2)
        # d(length)/d(stretch), and the way across per way of the stretch, of a bond of length 1.
        along = stretch * cosine**2 / length
        across = cosine * np.sqrt(1.0 - cosine**2) / length
        return normal * along + shear * across

    return 3.0 * quad(work, 0.0, 1.0)[0]
