"""The series that ParaView opens: grains, bonds and volume of every state on the path."""

from pathlib import Path

import numpy as np

from dem.box import Box
from dem.calender import State
from dem.fragments import cracked_particles, fragments
from dem.grains import coating_mass
from dem.vtk_cracks import write_cracks
from dem.vtk_output import write_bonds, write_grains, write_series
from electrochem.structure.roughness import Surface
from scenarios.runner.run_folder import RunFolder
from scenarios.runner.stresses import GrainStress
from voxelize.deposit.electrode import Deposit
from voxelize.deposit.fractions import Fractions
from voxelize.deposit.openings import Openings
from voxelize.divide.decompose import Decomposition
from voxelize.write.height_map import write_height_map
from voxelize.write.vti import write_volume

_KINDS = {
    "particles": "vtp", "bonds": "vtp", "cracks": "vtp", "volume": "vti", "height_map": "vtp",
}  # fmt: skip


def write_state(
    folder: RunFolder,
    name: str,
    index: int,
    state: State,
    decomposition: Decomposition,
    back: Deposit | None,
    openings: Openings | None = None,
    fractions: Fractions | None = None,
    stress: GrainStress | None = None,
    top: Surface | None = None,
) -> None:
    """Grains, bonds, cracks and, where there are, volume and upper surface of a state; stresses
    are those at peak load."""
    box = box_of(decomposition)
    field = {
        "density_g_cm3": coating_mass(state.grains) / (box.area * state.thickness) / 1000,
        "pressure_MPa": state.peak_pressure / 1e6,
        "state_index": float(index),
    }
    unbroken = None if stress is None else stress.unbroken
    write_grains(
        _file(folder, "particles", name),
        state.grains,
        box=box,
        stress=state.stress,
        displacement=state.grains.position - decomposition.grains.position,
        fragment=fragments(state.grains, state.bonds),
        cracked=cracked_particles(state.grains, state.bonds),
        skeleton=state.skeleton,
        unbroken=unbroken,
        field=field,
    )
    aperture = None if openings is None else _by_bond(openings, len(state.bonds.state))
    write_bonds(
        _file(folder, "bonds", name),
        state.grains,
        state.bonds,
        box=box,
        # The simulation's rows hold the force on the second grain.
        force=-state.bond_force,
        field=field,
        breaks=state.breaks,
        aperture=aperture,
    )
    if aperture is not None:
        write_cracks(
            _file(folder, "cracks", name),
            state.grains,
            state.bonds,
            box=box,
            aperture=aperture,
            breaks=state.breaks,
            field=field,
        )
    if back is not None:
        write_volume(
            _file(folder, "volume", name),
            back.volume,
            back.grain,
            fractions=None if fractions is None else fractions._asdict(),
            of_grains={} if stress is None else stress.by_name(),
            field=field,
        )
    if back is not None and top is not None:
        write_height_map(
            _file(folder, "height_map", name),
            top.height,
            top.deviation,
            back.volume.voxel_size,
            field=field,
        )


def _file(folder: RunFolder, kind: str, name: str) -> Path:
    (folder.path / kind).mkdir(exist_ok=True)
    return folder.path / kind / f"{name}.{_KINDS[kind]}"


def box_of(decomposition: Decomposition) -> Box:
    """The box that a volume's grains move in."""
    volume = decomposition.volume
    _, ny, nx = volume.labels.shape
    return Box(np.array([nx, ny]) * volume.voxel_size, volume.periodic)


def _by_bond(openings: Openings, bonds: int) -> np.ndarray:
    """Aperture of every bond (bonds,) [m], 0 where none broke."""
    aperture = np.zeros(bonds)
    aperture[openings.bond] = openings.aperture
    return aperture


def write_collections(folder: RunFolder, names: list[str]) -> None:
    """The .pvd files; their time is the state's index on the path."""
    for kind, suffix in _KINDS.items():
        files = [(float(i), f"{kind}/{name}.{suffix}") for i, name in enumerate(names)]
        if all((folder.path / file).is_file() for _, file in files):
            write_series(folder.path / f"{kind}.pvd", files)
