"""Conduction of electrons through active material and binder domain, contacts included."""

from dataclasses import dataclass

import numpy as np

from dem.errors import InputError
from electrochem.structure.body import without_peaks
from electrochem.structure.phase_fractions import coating
from electrochem.transport.conductance import Network, add_resistance
from electrochem.transport.effective import (
    Cells,
    Conducted,
    EffectiveConductivity,
    Progress,
    cells_of,
    conduct_cells,
    turned_order,
)
from voxelize.volume import (
    ACTIVE_MATERIAL,
    CARBON_BINDER,
    COLLECTOR,
    LABEL_NAMES,
    Volume,
)


@dataclass(frozen=True)
class ContactResistances:
    """Resistances of contacts times their area [Ω m²]; the area is that of the voxels' faces, on
    curved contacts up to half as large again as the true one.

    particles : between two active particles; binder : between active material and binder domain
    collector : of either on the collector, dents and its plane alike; on the lower plane of a
        volume without one
    Raises InputError for a value that is negative or not finite.
    """

    particles: float = 0.0
    binder: float = 0.0
    collector: float = 0.0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not 0.0 <= value < np.inf:
                raise InputError(
                    f"contact resistance of {name} is {value} Ω m²: expected a finite value ≥ 0"
                )


def conduct_electrons(
    volume: Volume,
    active_material: float,
    binder_domain: float,
    collector: float = 0.0,
    tolerance: float = 1e-4,
    progress: Progress | None = None,
    axis: str = "z",
    contacts: ContactResistances | None = None,
) -> Conducted:
    """The field of electrons [S/m] through active material and binder domain along an axis.

    Solved without the loose peaks of the upper surface (`structure.body`), through which no cell
    draws its current.

    active_material, binder_domain, collector : bulk conductivities [S/m]; the collector's counts
        only where foil stands above the mean plane of its face
    contacts : resistances between bodies; particles are told apart where the volume tells them
    """
    body = without_peaks(volume)
    amend = None if contacts is None else _Resisting(body, contacts, axis).amend
    # Not by a name of their own, which would keep the cells through the solution.
    return conduct_cells(
        solid_cells(body, active_material, binder_domain, collector).turned(axis),
        tolerance,
        progress,
        amend,
    )


def electronic_conductivity(*given, **named) -> EffectiveConductivity:
    """Effective electronic conductivity [S/m]; arguments as of `conduct_electrons`."""
    return conduct_electrons(*given, **named).effective


def solid_cells(
    volume: Volume, active_material: float, binder_domain: float, collector: float
) -> Cells:
    """The coating's cells by their electronic conductivity [S/m]."""
    table = np.zeros(len(LABEL_NAMES))
    table[ACTIVE_MATERIAL] = active_material
    table[CARBON_BINDER] = binder_domain
    table[COLLECTOR] = collector
    return cells_of(volume, table)


@dataclass(frozen=True, eq=False)
class _Resisting:
    """Contact resistances of a volume, on their way into its network."""

    volume: Volume
    contacts: ContactResistances
    axis: str

    def amend(self, net: Network, cells: Cells) -> None:
        order = turned_order(self.axis)
        labels, _ = coating(self.volume)
        labels = np.ascontiguousarray(labels.transpose(order))
        if self.volume.particle is None:
            particle = np.full(labels.shape, -1, np.int32)
        else:
            of = self.volume.particle[self.volume.coating]
            particle = np.ascontiguousarray(of.transpose(order), np.int32)
        # Of a face of one voxel, in the unit of the network.
        unit = cells.unit / self.volume.voxel_size
        table = np.zeros((len(LABEL_NAMES), len(LABEL_NAMES)))
        for one, other, value in (
            (ACTIVE_MATERIAL, CARBON_BINDER, self.contacts.binder),
            (ACTIVE_MATERIAL, COLLECTOR, self.contacts.collector),
            (CARBON_BINDER, COLLECTOR, self.contacts.collector),
        ):
            table[one, other] = table[other, one] = unit * value
        edges = (np.asarray(each, float) for each in cells.spacing)
        add_resistance(*net, (labels, particle), table, unit * self.contacts.particles, *edges)
        if self.axis == "z":
            area = np.outer(cells.spacing[1], cells.spacing[2])
            on_foil = labels[0] != COLLECTOR
            entry = net.z[0] / (1.0 + net.z[0] * unit * self.contacts.collector / area)
            net.z[0] = np.where(on_foil, entry, net.z[0])
