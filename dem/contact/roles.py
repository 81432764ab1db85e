"""What a contact law of each kind is asked for. Every role's first argument is the law.

Normal laws see the overlap δ [m], the reduced radius R* [m] and one memory (NaN never, 0 at first
touch); what they mean by it is their own.
"""

from dem.laws import role

push = role("push")
"""(law, overlap, radius, memory) → force [N], stiffness [N/m], contact radius [m], memory,
work lost in this evaluation [J]. Called for touching pairs only."""

stored = role("stored")
"""(law, overlap, radius, memory) → elastic (and surface) energy [J]."""

remembers = role("remembers")
"""(law) → whether the law uses its memory."""

reach = role("reach")
"""(law, radius) → overlap [m] below which the contact is certainly open, 0 or negative."""

sticks = role("sticks")
"""(law, memory) → whether an open contact must still be evaluated, to let go of its neck."""

widest = role("widest")
"""(law, overlap, radius, memory) → contact radius [m] that bounds the stiffness at this overlap and
at any smaller one; overlaps may be negative."""

grip = role("grip")
"""(law, radius) → force [N] that counts towards friction beside the law's own: adhesion presses
surfaces together that the net force does not."""

unloaded = role("unloaded")
"""(law, radius) → overlap [m] at which surfaces at rest exert no force, and their memory then."""

attraction = role("attraction")
"""Cohesion: (law, overlap, radius) → attractive force [N], subtracted from the normal law's."""

bound = role("bound")
"""Cohesion: (law, overlap, radius) → its energy [J], negative."""

drag = role("drag")
"""Damping: (law, stiffness, contact radius, reduced mass) → coefficient [N s/m] of the normal
approach speed."""

lag = role("lag")
"""Damping: (law) → damping over critical damping, by which velocities half a step old lower the
stable step; 0 where that is not known beforehand."""

spring = role("spring")
"""Tangential: (law, normal stiffness, contact radius) → stiffness [N/m] of the spring."""

slide = role("slide")
"""Tangential: (law, normal force without damping) → largest tangential force [N]."""

rolls = role("rolls")
"""Rolling: (law) → whether it resists rolling."""

winding = role("winding")
"""Rolling: (law, normal stiffness, reduced radius) → stiffness [N m/rad] of its spring, 0 if none.
Proportional to both the stiffness and the square of the radius."""

roll = role("roll")
"""Rolling: (law, moment (3,) [N m] of the last step, relative rotation (3,) [rad] in this step,
normal force, stiffness [N/m], radius) → moment on the second body (3,)."""
