"""Mercury pressed into a coating and let out again: throats, and what stays behind them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from dem.errors import InputError
from electrochem.structure.dilation import reached
from electrochem.structure.flood import entries, levels
from electrochem.structure.openings import Covers, diameter_at, diameters_from, refined
from electrochem.structure.percolation import clusters
from electrochem.structure.phase_fractions import coating
from electrochem.structure.phase_region import PhaseRegion, phase_region
from voxelize.split.distance import depth_under_surface
from voxelize.volume import CARBON_BINDER, Volume

SURFACE_TENSION = 0.48
"""Of mercury [N/m], as porosimeters take it (ISO 15901-1)."""
CONTACT_ANGLE = np.deg2rad(140.0)
"""Of mercury on electrode materials [rad] (Beuse et al. 2021, section 3.4)."""
_CLEAR = 2.0
"""Radius [voxels] from which a ball may step over a corner: all faces beside it are open then."""


@dataclass(frozen=True, eq=False)
class Intrusion:
    """Mercury in a coating against its pressure; volumes as shares of the coating's volume.

    diameter : (m,) [m], of the throats that the pressure opens, falling
    pressure : (m,) [Pa], rising
    intruded : (m,), mercury inside at each pressure, rising
    extrusion_diameter, extrusion_pressure : (k,), the way back; the last pressure is 0
    remaining : (k,), mercury inside on the way back
    throat_d50 : [m], through which half of the mercury at the highest pressure has gone
    entrapped_share : of the mercury at the highest pressure, what is left at none
    below_voxel : pores that mercury finds open, but none of whose ways in are as wide as a voxel:
        those of the binder domain, and those between voxels that lie behind it
    behind_binder : the second of these alone
    closed : pores between voxels, and in the domain, that no way at all leads to
    below_voxel_share : below_voxel in all pore volume, closed pores included
    """

    diameter: np.ndarray
    pressure: np.ndarray
    intruded: np.ndarray
    extrusion_diameter: np.ndarray
    extrusion_pressure: np.ndarray
    remaining: np.ndarray
    throat_d50: float
    entrapped_share: float
    below_voxel: float
    behind_binder: float
    closed: float

    @property
    def below_voxel_share(self) -> float:
        whole = float(self.intruded[-1]) + self.below_voxel + self.closed
        return self.below_voxel / whole if whole > 0.0 else 0.0


def washburn_pressure(diameter, surface_tension=SURFACE_TENSION, contact_angle=CONTACT_ANGLE):
    """Pressure [Pa] that fills a cylinder of a diameter [m]: −4 γ cos θ / D.

    Washburn, Proc. Natl. Acad. Sci. 7 (1921) 115. contact_angle : [rad], above π/2
    """
    return -4.0 * surface_tension * np.cos(contact_angle) / diameter


def intrusion(
    volume: Volume,
    inlet: Literal["top", "all"] = "top",
    surface_tension: float = SURFACE_TENSION,
    contact_angle: float = CONTACT_ANGLE,
    receding_angle: float | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> Intrusion | None:
    """Simulate mercury intrusion and extrusion of the pores and cracks of a coating.

    At each pressure mercury is where balls of the throat's diameter come from outside without
    leaving the pores (Hilpert & Miller, Adv. Water Resour. 24 (2001) 243).
    On the way back it leaves all places narrower than the diameter; what is cut off from outside
    by then stays. Neither snap-off nor compression is modelled. The binder domain is a wall.

    inlet : "top", through the upper surface, or "all", through the four sides as well, where a
        periodic volume is then taken as cut out; never from the collector's side
    surface_tension : [N/m]; contact_angle, receding_angle : [rad], on the way back the second (the
        first unless told)
    Returns None for a volume without pores, or with nothing else.
    Raises InputError for a volume without a coating, another inlet, and a liquid that wets.
    """
    receding = contact_angle if receding_angle is None else receding_angle
    _check(inlet, surface_tension, contact_angle, receding)
    tell = progress or (lambda fraction, note: None)
    region = phase_region(volume)
    if not region.is_bounded:
        return None
    tell(0.0, "distance to walls")
    # Wider balls only dip into the surface, by less and less.
    widest = 3.0 * float(depth_under_surface(region.inside, region.periodic).max())
    outside = _Outside(region, int(np.ceil(0.5 * widest)) + 1, inlet == "all")
    depth = depth_under_surface(outside.open, outside.periodic)
    diameters = diameters_from(widest)

    widths = levels(depth, 0.5 * diameters)
    entry = entries(widths, int(np.count_nonzero(0.5 * diameters >= _CLEAR)), outside.periodic)

    def mercury_at(diameter: float) -> np.ndarray:
        radius = 0.5 * diameter
        count = int(np.count_nonzero(diameters >= diameter))
        if diameters[count - 1] == diameter:
            centres = (entry > 0) & (entry <= count)
        else:
            centres = outside.joined_to(depth >= radius, over_corners=radius >= _CLEAR)
        return reached(centres, radius, outside.periodic)

    filled = Covers(
        depth.shape, diameters, mercury_at, lambda done: tell(0.1 + 0.4 * done, "mercury intrusion")
    )
    intruded = np.cumsum(outside.voxels_by(filled.first, len(diameters)))
    tell(0.5, "throats")
    diameter, voxels = refined(
        diameters,
        intruded,
        lambda size: outside.voxels(filled.at(size)),
        (0.5 * intruded[-1],),
    )
    throat = diameter_at(diameter, voxels, 0.5 * intruded[-1]) if intruded[-1] > 0 else np.nan

    room = Covers(
        depth.shape,
        diameters,
        lambda size: reached(depth >= 0.5 * size, 0.5 * size, outside.periodic),
        lambda done: tell(0.6 + 0.3 * done, "mercury extrusion"),
    ).first
    room[filled.first == 0] = 0
    # Mercury is cut off when the balls of the last size that joined it to the outside are gone.
    joined = entries(room, 0, outside.periodic)
    connected = np.cumsum(outside.voxels_by(joined, len(diameters)))
    joined[room == joined] = 0
    cut_off = outside.voxels_by(joined, len(diameters))
    left_behind = float(cut_off.sum())
    # At the last size all is connected, at none what was ever cut off is left.
    remaining = (connected + left_behind - np.cumsum(cut_off))[-2::-1]
    remaining = np.append(remaining, left_behind)

    tell(0.95, "pores below the voxels")
    whole = float(coating(volume)[1].sum()) * volume.labels[0].size
    behind, nanopores, closed = _below_voxels(volume, region, outside, filled.first > 0)
    way_back = np.append(diameters[-2::-1], np.inf) * volume.voxel_size
    diameter = diameter * volume.voxel_size
    tell(1.0, "mercury porosimetry done")
    return Intrusion(
        diameter=diameter,
        pressure=washburn_pressure(diameter, surface_tension, contact_angle),
        intruded=voxels / whole,
        extrusion_diameter=way_back,
        extrusion_pressure=washburn_pressure(way_back, surface_tension, receding),
        remaining=remaining / whole,
        throat_d50=throat * volume.voxel_size,
        entrapped_share=left_behind / intruded[-1] if intruded[-1] > 0 else 0.0,
        below_voxel=(behind + nanopores) / whole,
        behind_binder=behind / whole,
        closed=closed / whole,
    )


def _check(inlet: str, surface_tension: float, *angles: float) -> None:
    if inlet not in ("top", "all"):
        raise InputError(f'inlet is "{inlet}", but "top" or "all" was expected')
    if not surface_tension > 0.0:
        raise InputError(
            f"surface_tension is {surface_tension:g} N/m, but more than 0 was expected"
        )
    for angle in angles:
        if not 0.5 * np.pi < angle <= np.pi:
            raise InputError(
                f"the contact angle is {np.rad2deg(angle):g}°, but one of a liquid that must be "
                "pressed in, above 90° and up to 180°, was expected"
            )


class _Outside:
    """The pores of a region with the open space around it, from which mercury comes."""

    def __init__(self, region: PhaseRegion, room: int, all_sides: bool):
        self.region = region
        # Where the sides are open, periodic images would be another electrode's.
        self.periodic = region.periodic and not all_sides
        side = room if all_sides else 0
        self._room = ((0, room), (side, side), (side, side))
        shape = region.inside.shape
        self._body = (slice(0, shape[0]), *(slice(side, side + n) for n in shape[1:]))
        self.open = self.around(region.inside)

    def around(self, part: np.ndarray) -> np.ndarray:
        """A part of the coating together with all that is outside."""
        return np.pad(part, self._room, constant_values=True)

    def part(self, of: np.ndarray) -> np.ndarray:
        """What of it lies in the coating."""
        return of[self._body]

    def voxels(self, of: np.ndarray) -> float:
        return self.region.voxels(self.part(of))

    def voxels_by(self, number: np.ndarray, count: int) -> np.ndarray:
        """(count,) volume in the coating of the numbers 1 … count of a volume of them."""
        layers = [np.bincount(layer.ravel(), minlength=count + 1) for layer in self.part(number)]
        return self.region.weights @ np.array(layers)[:, 1:]

    def joined_to(self, phase: np.ndarray, over_corners: bool = False) -> np.ndarray:
        """What of a phase hangs together, over faces or corners, with the space above."""
        number = clusters(phase, self.periodic, over_corners)
        chosen = np.zeros(int(number.max()) + 1, bool)
        chosen[number[-1].ravel()] = True
        chosen[0] = False
        return chosen[number]


def _below_voxels(
    volume: Volume, region: PhaseRegion, outside: _Outside, mercury: np.ndarray
) -> tuple[float, float, float]:
    """Pores behind the domain, nanopores that a way leads to, and closed pores of both [voxels]."""
    domain = volume.labels[region.layers] == CARBON_BINDER
    field = volume.nanoporosity_field

    def nanopores(part: np.ndarray) -> float:
        if field is None:
            return volume.cbd_nanoporosity * region.voxels(part)
        layers = zip(field[region.layers], part, strict=True)
        held = np.array([layer[at].sum(dtype=np.float64) for layer, at in layers])
        return float(region.weights @ held)

    is_porous = volume.cbd_nanoporosity > 0.0
    ways = region.inside | domain if is_porous else region.inside
    led_to = outside.part(outside.joined_to(outside.around(ways)))
    behind = region.voxels(region.inside & led_to & ~outside.part(mercury))
    entered, all_of_it = nanopores(domain & led_to), nanopores(domain)
    closed = region.voxels(region.inside & ~led_to) + all_of_it - entered
    return behind, entered, closed
