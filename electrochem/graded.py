"""A labelled volume as a porous electrode with local properties: parts measured one by one.

Each part is solved for its own tensors' diagonal. Planes that are held at one potential between
parts ease the way of ions and electrons, faces between parts belong to neither, and parts take a
cut top layer for whole and leave out what lies in dents of the foil: all are scaled alike so that
together they conduct, and hold solids and surface, as the whole volume does.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from dem.errors import InputError
from electrochem.homogenise import NotPercolatingError, reacting_area
from electrochem.materials.active_material import ActiveMaterial
from electrochem.porous_electrode.electrode import Electrode
from electrochem.structure.phase_fractions import coating, phase_fractions
from electrochem.structure.phase_fractions import porosity as total_porosity
from electrochem.structure.surface_area import surface_areas
from electrochem.transport.effective import AXES, Cells, conduct_cells
from electrochem.transport.electronic import ContactResistances, conduct_electrons
from electrochem.transport.ionic import conduct_ions
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, CRACK, PORE, Volume

SMALLEST_PART = 4
"""Least edge of a part [voxels]."""


@dataclass(frozen=True)
class Conductivities:
    """Of the solid phases [S/m], with contact resistances between bodies where there are some."""

    active_material: float
    binder_domain: float
    contacts: ContactResistances | None = None


@dataclass(frozen=True, eq=False)
class LocalProperties:
    """Properties of (nz, ny, nx) even parts of a coating, the collector's side first.

    porosity : pores, cracks and the binder domain's nanopores; am_fraction : of active material
    am_pore, am_cbd : areas per volume [m²/m³]
    diffusivity : (3, nz, ny, nx) D_eff / D along z, y and x; conductivity : likewise [S/m]; along
        y and x as along z where the plane is one part
    thickness [m]; footprint : (y, x) [m]; cbd_nanoporosity : of the whole
    scales : by which parts were multiplied to agree with the whole, by name
    """

    porosity: np.ndarray
    am_fraction: np.ndarray
    am_pore: np.ndarray
    am_cbd: np.ndarray
    diffusivity: np.ndarray
    conductivity: np.ndarray
    thickness: float
    footprint: tuple[float, float]
    cbd_nanoporosity: float
    scales: dict[str, float]


def local_properties(
    volume: Volume,
    parts: tuple[int, int, int],
    conductivities: Conductivities,
    tolerance: float = 1e-4,
    progress: Callable[[float, str], None] | None = None,
) -> LocalProperties:
    """Measure a volume part by part; parts : along z, y and x.

    Where voxels do not share out evenly, some parts get one more.
    Raises InputError for parts of less than 4 voxels' edge, and
    NotPercolatingError naming a part through which nothing finds its way.
    """
    tell = progress or (lambda share, note: None)
    labels, _ = coating(volume)
    if min(np.array(labels.shape) // parts, default=0) < SMALLEST_PART or min(parts) < 1:
        raise InputError(
            f"parts is {parts}; expected whole numbers from 1 on, so that parts of "
            f"{labels.shape} voxels have {SMALLEST_PART} or more to an edge"
        )
    axes = AXES if max(parts[1:]) > 1 else AXES[:1]
    edges = [np.linspace(0, size, n + 1).round().astype(int)
             for size, n in zip(labels.shape, parts, strict=True)]  # fmt: skip
    shape = tuple(parts)
    porosity, active, am_pore, am_cbd = (np.empty(shape) for _ in range(4))
    diffusivity, conductivity = np.empty((2, len(axes), *shape))
    total = float(np.prod(shape)) + 1.0
    for done, place in enumerate(np.ndindex(*shape)):
        tell(done / total, f"part {done + 1} of {int(total) - 1}")
        part = _part(
            volume, tuple(slice(e[i], e[i + 1]) for e, i in zip(edges, place, strict=True))
        )
        share = np.bincount(part.labels.ravel(), minlength=5) / part.labels.size
        porosity[place] = share[PORE] + share[CRACK] + share[CARBON_BINDER] * part.cbd_nanoporosity
        active[place] = share[ACTIVE_MATERIAL]
        solid = replace(
            part, labels=np.where(part.labels == COLLECTOR, ACTIVE_MATERIAL, part.labels)
        )
        areas = surface_areas(solid)
        am_pore[place], am_cbd[place] = areas.am_pore, areas.am_cbd
        for axis, name in enumerate(axes):
            diffusivity[(axis, *place)], conductivity[(axis, *place)] = _conduct(
                solid, conductivities, tolerance, name
            )
        for found, what in ((diffusivity, "ions"), (conductivity, "electrons")):
            if found[(0, *place)] == 0.0:
                raise NotPercolatingError(
                    f"part {place} of {parts} lets no {what} through: take fewer parts"
                )
    tell(1.0 - 1.0 / total, "the whole volume")
    areas = surface_areas(volume)
    active_share, binder = phase_fractions(volume)[ACTIVE_MATERIAL], 1.0 - porosity - active
    wholes = {
        "am_fraction": (active, active_share),
        "cbd_solid_fraction": (binder, 1.0 - total_porosity(volume) - active_share),
        "am_pore": (am_pore, areas.am_pore),
        "am_cbd": (am_cbd, areas.am_cbd),
    }
    scales = {name: _scale(values, of_whole) for name, (values, of_whole) in wholes.items()}
    porosity = np.maximum(1.0 - active - binder, 0.0)
    for name in axes:
        found = _conduct(volume, conductivities, tolerance, name)
        together = [
            _together(values, edges, volume.periodic, name, tolerance)
            for values in (diffusivity, conductivity)
        ]
        for what, of_whole, of_parts in zip(
            ("diffusivity", "conductivity"), found, together, strict=True
        ):
            scales[f"{what}_{name}"] = of_whole / of_parts if of_parts > 0.0 else 1.0
    for axis, name in enumerate(axes):
        # No part conducts better than straight channels would.
        diffusivity[axis] = np.minimum(diffusivity[axis] * scales[f"diffusivity_{name}"], porosity)
        conductivity[axis] *= scales[f"conductivity_{name}"]
    tell(1.0, "parts measured")
    voxel, (ny, nx) = volume.voxel_size, labels.shape[1:]
    return LocalProperties(
        porosity, active, am_pore, am_cbd, _all_axes(diffusivity), _all_axes(conductivity),
        volume.thickness, (ny * voxel, nx * voxel), volume.cbd_nanoporosity, scales,
    )  # fmt: skip


def graded_electrode(
    local: LocalProperties,
    material: ActiveMaterial,
    particle_radius: float | tuple[float, ...],
    radius_shares: tuple[float, ...] | None = None,
    film_resistance: float = 0.0,
) -> Electrode:
    """The porous electrode of local properties; radii [m] as of `Electrode`."""
    plane = local.porosity.shape[1:] != (1, 1)
    diffusivity, conductivity = local.diffusivity, local.conductivity
    with np.errstate(divide="ignore"):
        across = local.porosity / diffusivity[1:]
    return Electrode(
        thickness=local.thickness,
        porosity=local.porosity,
        tortuosity_factor=local.porosity / diffusivity[0],
        active_fraction=local.am_fraction,
        surface_area=reacting_area(local.am_pore, local.am_cbd, local.cbd_nanoporosity),
        particle_radius=particle_radius,
        radius_shares=radius_shares,
        film_resistance=film_resistance,
        electronic_conductivity=conductivity[0],
        material=material,
        footprint=local.footprint,
        plane_tortuosity_factor=across if plane else None,
        plane_conductivity=conductivity[1:] if plane else None,
    )


def _part(volume: Volume, here: tuple[slice, ...]) -> Volume:
    """A part of the coating as a volume of its own."""
    labels = volume.labels[volume.coating][here]
    field, particle = volume.nanoporosity_field, volume.particle
    nanoporosity = volume.cbd_nanoporosity
    if field is not None:
        field = field[volume.coating][here]
        of_domain = field[labels == CARBON_BINDER]
        nanoporosity = float(of_domain.mean(dtype=float)) if len(of_domain) else 0.0
    if particle is not None:
        particle = particle[volume.coating][here]
    return Volume(
        labels, volume.voxel_size, False, len(labels) * volume.voxel_size, nanoporosity, particle,
        field,
    )  # fmt: skip


def _conduct(volume: Volume, solids: Conductivities, tolerance: float, axis: str):
    """D_eff / D of the pores and conductivity [S/m] of the solids along an axis."""
    ions = conduct_ions(volume, tolerance, axis=axis)
    electrons = conduct_electrons(
        volume, solids.active_material, solids.binder_domain,
        collector=100.0 * max(solids.active_material, solids.binder_domain), tolerance=tolerance,
        axis=axis, contacts=solids.contacts,
    )  # fmt: skip
    return ions.effective.value, electrons.effective.value


def _together(values, edges, periodic: bool, axis: str, tolerance: float) -> float:
    """What parts conduct together along an axis, each even in itself."""
    three = [values[min(a, len(values) - 1)].astype(np.float32) for a in range(3)]
    spacing = tuple(np.diff(e).astype(np.float32) for e in edges)
    cells = Cells(tuple(three), spacing, (False, periodic, periodic)).turned(axis)
    return conduct_cells(cells, tolerance).effective.value


def _scale(values: np.ndarray, of_whole: float) -> float:
    """Scale the parts' values to the whole's as their mean; returns by how much."""
    mean = float(values.mean())
    scale = float(of_whole) / mean if mean > 0.0 else 1.0
    values *= scale
    return scale


def _all_axes(values: np.ndarray) -> np.ndarray:
    return np.broadcast_to(values, (3, *values.shape[1:])) if len(values) == 1 else values
