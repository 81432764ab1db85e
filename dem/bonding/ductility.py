"""What remains of a beam's elastic strains after it has yielded and relaxed."""

import math

from dem.bonding.laws import Brittle, Ductile
from dem.jit import leaf
from dem.laws import role

remaining = role("remaining")
"""(law, |tension| [N], |shear| [N], |bending| [N m], |twist| [N m], area [m²]) → shares of the four
elastic strains that are left after yielding, each 0 … 1."""

relaxed = role("relaxed")
"""(law, process time [s]) → share of the elastic strains that is left after relaxing."""

confined = role("confined")
"""(law) → share of the volume strain around it about which the bond flows."""

limit_strain = role("limit_strain")
"""(law) → plastic strain that breaks the bond."""


@leaf
def _share(limit, load):
    return limit / load if load > limit else 1.0


@remaining.of(Brittle)
def _stays(law, tension, shear, bending, twist, area):
    return 1.0, 1.0, 1.0, 1.0


@relaxed.of(Brittle)
def _never(law, time):
    return 1.0


@confined.of(Brittle)
def _about_zero(law):
    return 0.0


@limit_strain.of(Brittle)
def _any(law):
    return math.inf


@remaining.of(Ductile)
def _yields(law, tension, shear, bending, twist, area):
    """Fully plastic limits of a circular section, each for itself: Y A, Y A/√3, 4/3 Y R³ and
    2π/3 Y/√3 R³ (Prager & Hodge 1951)."""
    radius = math.sqrt(area / math.pi)
    flow = 0.5773502691896258 * law.yield_strength
    cube = radius * radius * radius
    return (
        _share(law.yield_strength * area, tension),
        _share(flow * area, shear),
        _share(4.0 / 3.0 * law.yield_strength * cube, bending),
        _share(2.0943951023931953 * flow * cube, twist),
    )


@relaxed.of(Ductile)
def _relaxes(law, time):
    """Maxwell's element, one implicit step."""
    return 1.0 / (1.0 + law.relaxation * time)


@confined.of(Ductile)
def _about_volume(law):
    return law.confinement


@limit_strain.of(Ductile)
def _limit(law):
    return law.failure_strain
