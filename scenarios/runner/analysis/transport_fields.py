"""Potentials and fluxes through the plane, voxel by voxel, for ParaView."""

from pathlib import Path

import numpy as np

from electrochem.structure.percolation import spanning
from electrochem.transport.effective import Conducted
from electrochem.transport.electronic import conduct_electrons
from electrochem.transport.flux import cell_flux
from electrochem.transport.ionic import conduct_ions
from scenarios.runner.analysis.through_plane import contacts_of, foil_conductivity
from scenarios.runner.schema.analysis import Analysis
from voxelize.volume import Volume
from voxelize.write.vti import write_volume

_TOLERANCE = 1e-8
"""Of the conductivity: its error is the square of the field's, which is 1e-4 then."""


def write_fields(path: Path, volume: Volume, analysis: Analysis) -> None:
    """Write the labels with both fields as a `.vti` file, nan where nothing conducts.

    pore_potential, solid_potential : 1 on the collector, 0 on the upper plane
    pore_flux, solid_flux : (x, y, z), over that of the free electrolyte, D Δc / L, and in
        S/m × ΔV / L; their mean over the coating is D_eff / D and the conductivity in S/m
    """
    write_volume(path, volume, fields=transport_fields(volume, analysis))


def transport_fields(volume: Volume, analysis: Analysis) -> dict[str, np.ndarray]:
    """The arrays of such a file, (nz, ny, nx) and (nz, ny, nx, 3) float32."""
    ions = conduct_ions(volume, min(analysis.tolerance, _TOLERANCE))
    arrays = _arrays("pore", ions, volume)
    del ions
    electrons = conduct_electrons(
        volume,
        analysis.am_conductivity,
        analysis.cbd_conductivity,
        foil_conductivity(analysis),
        min(analysis.tolerance, _TOLERANCE),
        contacts=contacts_of(analysis),
    )
    return arrays | _arrays("solid", electrons, volume)


def _arrays(name: str, solved: Conducted, volume: Volume) -> dict[str, np.ndarray]:
    potential = np.full(volume.labels.shape, np.nan, np.float32)
    flux = np.full((*volume.labels.shape, 3), np.nan, np.float32)
    if solved.net is not None:
        begin = volume.coating.start
        coating = slice(begin, begin + len(solved.potential))
        conducts = _conducts(solved, volume.periodic)
        potential[coating] = np.where(conducts, solved.potential, np.nan)
        thickness = solved.spacing[0].sum()
        of_cells = cell_flux(solved.net, solved.potential, solved.spacing)
        of_cells *= np.float32(solved.unit * thickness)
        # VTK's order of components is x, y, z.
        flux[coating] = np.where(conducts[..., None], of_cells[..., ::-1], np.nan)
    return {f"{name}_potential": potential, f"{name}_flux": flux}


def _conducts(solved: Conducted, periodic: bool) -> np.ndarray:
    """(nz, ny, nx) bool, cells whose cluster joins both planes."""
    net = solved.net
    conducts = (net.z[:-1] > 0.0) | (net.z[1:] > 0.0)
    for axis, face in ((1, net.y), (2, net.x)):
        conducts |= (face > 0.0) | (np.roll(face, -1, axis) > 0.0)
    return spanning(conducts, periodic)
