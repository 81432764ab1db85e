"""Moved grains back to a labelled volume, without losing active material or binder solid."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from dem.bonds import Bonds
from dem.errors import InputError
from dem.grains import ACTIVE, CBD, COLLECTOR, Grains
from voxelize.deposit.active import land_solid
from voxelize.deposit.balance import volumes
from voxelize.deposit.binder import land_binder
from voxelize.deposit.cracks import room_for
from voxelize.deposit.labels import label
from voxelize.deposit.motion import Motion
from voxelize.deposit.nanoporosity import carried_field
from voxelize.deposit.refusals import check_figures, check_inside, check_voxel_size
from voxelize.divide.bodies import grain_nanoporosity
from voxelize.divide.decompose import Decomposition
from voxelize.volume import PORE, Volume

MINIMUM_NANOPOROSITY = 0.15
"""Nanoporosity below which the binder domain gives way no further. An estimate: the ≈ 100 nm
pores of the domain are still found in electrodes pressed to 18 % porosity, so it stays porous;
0.15 leaves such an electrode some pores between its particles too."""

_EVEN = 1e-6
"""Nanoporosities that differ by less are one."""


@dataclass(frozen=True, eq=False)
class Deposit:
    """A deformed electrode as voxels, and what became of its volume.

    volume : labels of the new thickness, `particle`, `cbd_nanoporosity` and its field as pressed
    grain : (nz, ny, nx) int32, grain a voxel belongs to, −1 in pores and rigid collector
    foil_volume_before, foil_volume_after : [m³], of the collector made of grains
    active_volume_before, active_volume_after : [m³], a cut top layer weighted
    cbd_solid_volume_before, cbd_solid_volume_after : [m³], of the solid without its nanopores
    cbd_domain_volume_before, cbd_domain_volume_after : [m³], nanopores included
    displaced_fraction : share of the active voxels put back beside where they were squeezed out
    grain_nanoporosity : (grains,), of the binder grains as deposited; NaN for active material
    detached_fraction : share of the active voxels put where no face joins them to their fragment,
        as that was shut in by others
    put_back_distance : (n,) float32 [voxels], how far displaced voxels were put from where they
        were squeezed out, one by one; without those that only found room farther off
    """

    volume: Volume
    grain: np.ndarray
    active_volume_before: float
    active_volume_after: float
    cbd_solid_volume_before: float
    cbd_solid_volume_after: float
    cbd_domain_volume_before: float
    cbd_domain_volume_after: float
    displaced_fraction: float
    grain_nanoporosity: np.ndarray
    foil_volume_before: float = 0.0
    foil_volume_after: float = 0.0
    detached_fraction: float = 0.0
    put_back_distance: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))

    @property
    def foil_volume_change(self) -> float:
        """Relative change of the volume of a collector made of grains; 0 for a rigid one."""
        before = self.foil_volume_before
        return self.foil_volume_after / before - 1.0 if before > 0.0 else 0.0

    def put_back_figures(self) -> dict[str, float]:
        """Mean and 95th percentile [µm] of how far displaced voxels were put; 0 if none were."""
        distance = 1e6 * self.volume.voxel_size * self.put_back_distance.astype(float)
        some = len(distance) > 0
        return {
            "put_back_distance_mean_um": float(distance.mean()) if some else 0.0,
            "put_back_distance_p95_um": float(np.percentile(distance, 95)) if some else 0.0,
        }


def deposit(
    decomposition: Decomposition,
    grains: Grains,
    bonds: Bonds,
    thickness: float,
    *,
    minimum_nanoporosity: float = MINIMUM_NANOPOROSITY,
    voxel_size: float | None = None,
    mark_cracks: bool = False,
    progress: Callable[[float, str], None] | None = None,
) -> Deposit:
    """Carry each voxel with its grain, interpolated over intact bonds only.

    Active material lands first: each fragment gets its own volume back, what overlaps is put
    beside; then a collector made of grains in the same way. The binder takes what room is left:
    its domain is squeezed down to `minimum_nanoporosity`, what is beyond is put beside too. Without
    motion nothing changes.

    grains, bonds : moved state of the decomposition's; thickness : [m], of the new coating
    voxel_size : [m], of the result, by default that of the decomposition's volume; moved by up to
        1 % to fit the footprint
    mark_cracks : label CRACK where broken bonds of a particle opened a gap
    Raises InputError where the coating is too thin for its solids, a grain has no finite place in
    its box, or voxels are coarser than grains.
    """
    report = progress or (lambda fraction, note: None)
    if not 0.0 <= minimum_nanoporosity < 1.0:
        raise InputError(f"minimum_nanoporosity: expected 0 … 1, found {minimum_nanoporosity:g}")
    if not 0.0 < thickness < np.inf:
        raise InputError(f"thickness: expected a positive thickness, found {thickness:g} m")
    check_figures(decomposition, grains)
    check_voxel_size(decomposition, voxel_size)
    motion = Motion(decomposition, grains, bonds, thickness, voxel_size)
    old, frame = motion.old, motion.frame
    owner = np.full(frame.labels.shape, -1, np.int32)
    before = volumes(decomposition.grain, old.layer_weights, len(motion.material))
    before /= frame.ratio**3
    # A foil is drawn in whole layers of the new voxels.
    before[motion.material == COLLECTOR] *= motion.foil_growth
    former = np.where(
        motion.material == CBD, grain_nanoporosity(decomposition.grain, len(before), old), 0.0
    )
    _check_room(motion, before, former)
    check_inside(decomposition, grains, thickness)
    depth = np.empty(owner.shape, np.float32)
    room = np.empty(owner.shape, np.uint8)
    report(0.0, "moving active material")
    distance, detached, rounding = land_solid(motion, ACTIVE, before, owner, depth, room)
    if (motion.material == COLLECTOR).any():
        grown = np.flatnonzero((depth > 0.0) & (owner >= 0))
        report(0.4, "moving foil")
        rounding += land_solid(motion, COLLECTOR, before, owner, depth, room)[2]
        depth.ravel()[grown] = 1.0
    report(0.5, "moving binder")
    land_binder(motion, minimum_nanoporosity, before, former, rounding, owner, depth, room)
    del depth
    report(0.9, "labelling")
    if mark_cracks:
        room_for(motion, owner, room)
    else:
        room[...] = 0
    particle = np.empty(owner.shape, np.int32)
    label(owner, room, motion.material, motion.particle, frame.labels, particle)
    del room
    if old.nanoporosity_field is None:
        # Nothing is carried any more: kept, it would make the greatest memory of the whole way.
        del motion.carriers
    result = _account(motion, owner, particle, before, former, distance, detached)
    report(1.0, "electrode deposited")
    return result


def _check_room(motion: Motion, before: np.ndarray, former: np.ndarray) -> None:
    solid = ((1.0 - former) * before).sum()
    free = (motion.frame.labels == PORE).sum(axis=(1, 2))
    if solid > (motion.frame.weight * free).sum():
        h = motion.new.voxel_size
        raise InputError(
            f"thickness: {motion.new.thickness * 1e6:.2f} µm is too thin for the solids of the "
            f"coating, which fill {solid * h**3 / motion.new.footprint * 1e6:.2f} µm without a pore"
        )


def _account(motion: Motion, owner, particle, before, former, distance, detached) -> Deposit:
    """Measure what was deposited; binder solid counts no more than the room it was given."""
    is_active, is_binder = motion.material == ACTIVE, motion.material == CBD
    after = volumes(owner, motion.frame.weight, len(before))
    # Former domain whose solid the deposited cells can hold.
    held = np.where(is_binder, np.minimum(before, after / (1.0 - former)), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Exactly the former one where a domain kept its volume.
        per_grain = former + (1.0 - former) * (1.0 - held / after)
        per_grain[~is_binder | (after == 0)] = np.nan
    overall = _overall(motion, before, former, held, after * is_binder)
    if motion.old.nanoporosity_field is None:
        field = _by_voxel(per_grain, owner, overall)
    else:
        field = carried_field(motion, owner, former, held * (1.0 - former))
    cell_volume = motion.new.voxel_size**3
    active, is_foil = before[is_active].sum(), motion.material == COLLECTOR
    return Deposit(
        volume=replace(
            motion.new, particle=particle, cbd_nanoporosity=overall, nanoporosity_field=field
        ),
        grain=owner,
        active_volume_before=float(active * cell_volume),
        active_volume_after=float(after[is_active].sum() * cell_volume),
        cbd_solid_volume_before=float((before * (1.0 - former))[is_binder].sum() * cell_volume),
        cbd_solid_volume_after=float((held * (1.0 - former)).sum() * cell_volume),
        cbd_domain_volume_before=float(before[is_binder].sum() * cell_volume),
        cbd_domain_volume_after=float(after[is_binder].sum() * cell_volume),
        displaced_fraction=len(distance) / max(active, 1.0),
        grain_nanoporosity=per_grain,
        foil_volume_before=float(before[is_foil].sum() * cell_volume),
        foil_volume_after=float(after[is_foil].sum() * cell_volume),
        detached_fraction=detached / max(active, 1.0),
        put_back_distance=distance[np.isfinite(distance)],
    )


def _overall(motion: Motion, before, former, held, domain) -> float:
    """Nanoporosity of all domain: exactly the former one where the domain kept its volume."""
    if not domain.any():
        return motion.old.cbd_nanoporosity
    is_binder = motion.material == CBD
    solid = (before * (1.0 - former))[is_binder].sum() / before[is_binder].sum()
    mean = motion.old.cbd_nanoporosity
    if motion.old.nanoporosity_field is not None:
        mean = 1.0 - solid
    return float(mean + (solid - (held * (1.0 - former)).sum() / domain.sum()))


def _by_voxel(per_grain: np.ndarray, grain: np.ndarray, overall: float) -> np.ndarray | None:
    """Nanoporosity of each binder voxel, nan elsewhere; None where all have the overall one."""
    if np.nanmax(np.abs(per_grain - overall), initial=0.0) < _EVEN:
        return None
    # Index −1, no grain, reads the appended last entry.
    return np.append(per_grain, np.nan).astype(np.float32)[grain]
