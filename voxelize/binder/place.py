"""Carbon-binder domain placed into the pores of a volume."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from dem.errors import InputError
from voxelize.binder.amount import DOMAIN, FORMER, OPEN, SHUT, WALL
from voxelize.binder.film import coat
from voxelize.binder.growth import grow
from voxelize.binder.wetting import condense
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, PORE, Volume

METHODS = ("random", "contacts", "film")
"""Ways to place: random growth, at contacts and necks, a film of even thickness."""
CONTACT_ANGLE = {"random": 0.0, "contacts": np.radians(40.0), "film": 0.0}
"""[rad] of the domain on solids unless another is given: 0 of Lindner et al. (2024), 40° of Beuse
et al. (2021); a film has none."""
MOST_CONTACT_ANGLE = np.radians(90.0)
"""[rad]; drops of larger angles come out flatter than asked, by 6° at 120° and 10° at 140°."""


def place_binder(
    volume: Volume,
    *,
    domain_fraction: float | None = None,
    solid_volume: float | None = None,
    method: str = "contacts",
    contact_angle: float | None = None,
    nanoporosity: float | None = None,
    minimum_nanoporosity: float = 0.0,
    seed: int = 1,
    progress: Callable[[float, str], None] | None = None,
) -> Volume:
    """Bring the carbon-binder domain of a coating up to an amount; what is there stays.

    The domain grows on active material, collector and domain alike; opened cracks stay pores. A
    given solid volume is kept: its domain takes solid / (1 − nanoporosity), or, where the pores
    have less room than that, all of them at the nanoporosity that is left.

    domain_fraction : volume share of the coating, nanopores included; or else
    solid_volume : [m³], of the domain's solid, nanopores not included
    method : of METHODS; contact_angle : [rad], 0 … 90°, by default that of the method
    nanoporosity : of the domain that is added, by default the volume's
    Returns a volume whose domain has that amount to half a voxel and whose solid is exact.
    Raises InputError for an impossible amount, or where even `minimum_nanoporosity` finds no room.
    """
    angle = _checked_angle(method, contact_angle)
    new = volume.cbd_nanoporosity if nanoporosity is None else nanoporosity
    if not 0.0 <= new < 1.0 or not 0.0 <= minimum_nanoporosity < 1.0:
        raise InputError(
            f"nanoporosity: expected 0 … below 1, found {new:g} and at least "
            f"{minimum_nanoporosity:g}"
        )
    state, weights = _states(volume)
    room = float(weights @ _count(state, OPEN))
    former = float(weights @ _count(state, FORMER))
    former_solid = former * (1.0 - volume.cbd_nanoporosity)
    cell = volume.voxel_size**3
    if (domain_fraction is None) == (solid_volume is None):
        raise InputError("domain_fraction, solid_volume: expected one of the two")
    if solid_volume is None:
        amount = _amount_of_fraction(domain_fraction, former, room, volume)
        solid = amount * (1.0 - new)
    else:
        solid = solid_volume / cell - former_solid
        amount = min(max(solid, 0.0) / (1.0 - new), room)
        _check_solid(solid_volume, solid, former_solid, room, minimum_nanoporosity, cell)
    if amount < 0.5 * float(weights.max(initial=1.0)):
        return volume
    added = _place(state, weights, amount, method, angle, seed, volume.periodic, progress)
    if added < amount - 0.5 - 1e-6:
        raise InputError(
            f"volume: binder grows on solids, and only {added:.0f} of {amount:.0f} voxels could "
            "be reached from one; expected pores that touch active material or collector"
        )
    labels = volume.labels.copy()
    labels[state == DOMAIN] = CARBON_BINDER
    if solid_volume is None:
        # The nanoporosity is given, not the solid: a voxel more or less carries its own.
        solid = added * (1.0 - new)
    mean = 1.0 - (former_solid + solid) / (former + added)
    return replace(
        volume,
        labels=labels,
        cbd_nanoporosity=float(mean),
        nanoporosity_field=_field(volume, state, 1.0 - solid / added, float(mean)),
    )


def without_binder(volume: Volume) -> Volume:
    """The same structure with its carbon-binder domain turned to pores."""
    labels = np.where(volume.labels == CARBON_BINDER, np.uint8(PORE), volume.labels)
    return replace(volume, labels=labels, nanoporosity_field=None)


def binder_solid_volume(volume: Volume) -> float:
    """Volume of the domain's solid [m³], nanopores not included, a cut top layer weighted."""
    weights = volume.layer_weights
    domain = float(weights @ (volume.labels == CARBON_BINDER).sum(axis=(1, 2)))
    return domain * (1.0 - volume.cbd_nanoporosity) * volume.voxel_size**3


def _checked_angle(method: str, contact_angle: float | None) -> float:
    if method not in METHODS:
        raise InputError(f'method: "{method}"; expected one of {", ".join(METHODS)}')
    angle = CONTACT_ANGLE[method] if contact_angle is None else contact_angle
    if not 0.0 <= angle <= MOST_CONTACT_ANGLE:
        raise InputError(
            f"contact_angle: {np.degrees(angle):g}°; expected 0 … "
            f"{np.degrees(MOST_CONTACT_ANGLE):.0f}°"
        )
    return angle


def _states(volume: Volume) -> tuple[np.ndarray, np.ndarray]:
    """States of the cells as `amount` has them, and the weights of the layers."""
    of_label = np.full(256, SHUT, np.uint8)
    of_label[PORE] = OPEN
    of_label[[ACTIVE_MATERIAL, COLLECTOR]] = WALL
    of_label[CARBON_BINDER] = FORMER
    state = of_label[volume.labels]
    weights = volume.layer_weights
    above = weights == 0.0
    state[above] = np.where(state[above] == OPEN, np.uint8(SHUT), state[above])
    return state, weights


def _count(state: np.ndarray, which: int) -> np.ndarray:
    return np.array([np.count_nonzero(layer == which) for layer in state], float)


def _amount_of_fraction(fraction, former, room, volume) -> float:
    coating = float(volume.layer_weights[volume.coating].sum()) * volume.labels[0].size
    amount = fraction * coating - former
    if not 0.0 <= fraction < 1.0 or amount < -0.5:
        raise InputError(
            f"domain_fraction: {fraction:.4g}; expected at least the {former / coating:.4g} that "
            "the volume holds and below 1"
        )
    if amount > room:
        raise InputError(
            f"domain_fraction: {fraction:.4g}; expected at most {(former + room) / coating:.4g}, "
            "which fills every pore"
        )
    return amount


def _check_solid(given, solid, former_solid, room, minimum, cell) -> None:
    if solid < -0.5:
        raise InputError(
            f"solid_volume: {given * 1e18:.4g} µm³; expected at least the "
            f"{former_solid * cell * 1e18:.4g} µm³ that the volume holds"
        )
    if solid > room * (1.0 - minimum) + 1e-9:
        raise InputError(
            f"solid_volume: {solid * cell * 1e18:.4g} µm³ more; expected at most "
            f"{room * (1.0 - minimum) * cell * 1e18:.4g} µm³, which fills every pore at the "
            f"smallest nanoporosity, {minimum:g}"
        )


def _place(state, weights, amount, method, angle, seed, periodic, progress) -> float:
    report = progress or (lambda fraction, note: None)
    report(0.0, "placing binder")
    if method == "random":
        added = grow(state, weights, amount, angle, seed, periodic)
    elif method == "film":
        added = coat(state, weights, amount, seed, periodic)
    else:
        added = condense(state, weights, amount, angle, seed, periodic, report)
    report(1.0, "binder placed")
    return added


def _field(volume: Volume, state: np.ndarray, new: float, mean: float) -> np.ndarray | None:
    """Nanoporosity by voxel where the new domain's differs from that which was there."""
    old = volume.nanoporosity_field
    if old is None and abs(new - mean) < 1e-3:
        return None
    field = np.full(state.shape, np.nan, np.float32)
    former = state == FORMER
    field[former] = volume.cbd_nanoporosity if old is None else old[former]
    field[state == DOMAIN] = new
    return field
