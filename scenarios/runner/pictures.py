"""Pictures of the states: 3-D views rendered in a process of their own, and sections."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR

WIDTH, HEIGHT = 1400, 1150
LARGEST_PIECE = 4_000_000
"""Voxels of a state that are drawn in 3-D; beyond, a corner of the footprint is."""
CRACKED_BELOW = 0.95
"""A particle whose largest fragment holds less than this share of it is cracked."""

BINDER_COLOUR = (56, 54, 58)
FOIL_COLOUR = (196, 190, 180)
INTACT_COLOURS = np.array(
    [(148, 163, 184), (131, 149, 173), (164, 177, 194), (120, 140, 166), (176, 187, 202)]
)
FRAGMENT_COLOURS = np.array(
    [(217, 83, 25), (250, 176, 54), (178, 34, 44), (244, 121, 66), (255, 214, 110), (140, 45, 20)]
)


class NoPicturesError(RuntimeError):
    """3-D pictures cannot be rendered on this machine; the message says why."""


@dataclass(frozen=True, eq=False)
class StatePicture:
    """What a state's pictures are drawn from.

    labels : (nz, ny, nx) uint8
    fragment : (nz, ny, nx) int32, fragment of active material a voxel belongs to, from 0, else −1
    cracked : (fragments,) bool, whether the fragment's particle is cracked
    rank : (fragments,) int, place of the fragment in its particle, the largest 0
    particle : (fragments,) int, particle the fragment belongs to
    voxel_um, bottom_um, thickness_um, density : voxel size and lowest face [µm], coating thickness
        [µm], density [g/cm³]; the last two nan where not known
    """

    name: str
    labels: np.ndarray
    fragment: np.ndarray
    cracked: np.ndarray
    rank: np.ndarray
    particle: np.ndarray
    voxel_um: float
    bottom_um: float
    thickness_um: float
    density: float

    @cached_property
    def fragment_colour(self) -> np.ndarray:
        """(fragments, 3) uint8: cracked particles warm by fragment, intact cool by particle."""
        cool = INTACT_COLOURS[(self.particle * 7) % len(INTACT_COLOURS)]
        warm = FRAGMENT_COLOURS[self.rank % len(FRAGMENT_COLOURS)]
        return np.where(self.cracked[:, None], warm, cool).astype(np.uint8)


def read_state(folder: Path, name: str) -> StatePicture:
    """Read a state from `volume/<name>.vti` and, where there, `particles/<name>.vtp` of a run.

    Raises FileNotFoundError without the volume.
    """
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkIOXML import vtkXMLImageDataReader, vtkXMLPolyDataReader

    path = folder / "volume" / f"{name}.vti"
    if not path.is_file():
        raise FileNotFoundError(path)
    reader = vtkXMLImageDataReader()
    reader.SetFileName(str(path))
    reader.Update()
    image = reader.GetOutput()
    shape = tuple(size - 1 for size in image.GetDimensions()[::-1])

    def cell_array(array_name: str) -> np.ndarray | None:
        array = image.GetCellData().GetArray(array_name)
        return None if array is None else vtk_to_numpy(array).reshape(shape)

    def figure(array_name: str) -> float:
        array = image.GetFieldData().GetArray(array_name)
        return float("nan") if array is None else array.GetTuple1(0)

    labels = cell_array("label")
    particle = cell_array("particle_id")
    grain = cell_array("grain_id")
    owner = grain
    grain_fragments = None
    grains_path = folder / "particles" / f"{name}.vtp"
    if grain is not None and grains_path.is_file():
        grains_reader = vtkXMLPolyDataReader()
        grains_reader.SetFileName(str(grains_path))
        grains_reader.Update()
        arrays = grains_reader.GetOutput().GetPointData()
        if arrays.GetArray("fragment_id") is not None:
            columns = [vtk_to_numpy(arrays.GetArray(c)) for c in ("particle_id", "fragment_id")]
            grain_fragments = np.stack(columns, axis=1)
    if grain_fragments is None:
        # Without grains every particle is one fragment of itself.
        owner = np.where(labels == ACTIVE_MATERIAL, 0, -1) if particle is None else particle
        ids = np.arange(max(int(owner.max()), 0) + 1)
        grain_fragments = np.stack([ids, ids], axis=1)
    active = (labels == ACTIVE_MATERIAL) & (owner >= 0) & (owner < len(grain_fragments))
    fragments, fragment_of_owner = np.unique(grain_fragments, axis=0, return_inverse=True)
    fragment = np.full(shape, -1, dtype=np.int32)
    fragment[active] = fragment_of_owner.reshape(-1)[owner[active]]
    voxels = np.bincount(fragment[active], minlength=len(fragments))
    cracked, rank = _cracks(fragments[:, 0], voxels)
    return StatePicture(
        name=name,
        labels=labels,
        fragment=fragment,
        cracked=cracked,
        rank=rank,
        particle=fragments[:, 0],
        voxel_um=image.GetSpacing()[0],
        bottom_um=image.GetOrigin()[2],
        thickness_um=figure("thickness_um"),
        density=figure("density_g_cm3"),
    )


def _cracks(particle: np.ndarray, voxels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whether each fragment's particle is cracked, and the fragment's rank by size within it."""
    order = np.lexsort((-voxels, particle))
    first = np.ones(len(order), dtype=bool)
    first[1:] = particle[order][1:] != particle[order][:-1]
    start = np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order)) - start
    _, group = np.unique(particle, return_inverse=True)
    total = np.bincount(group, weights=voxels)
    largest = np.zeros(len(total))
    np.maximum.at(largest, group, voxels)
    return (largest < CRACKED_BELOW * total)[group], rank


def render(states: list[StatePicture], seconds: float = 240.0) -> list[bytes]:
    """3-D pictures (PNG) of the states, all seen by the same camera.

    Raises NoPicturesError where the machine cannot render (no GL library) or not in time.
    """
    with tempfile.TemporaryDirectory(prefix="calendem-pictures-") as temporary:
        folder = Path(temporary)
        pieces = [_piece(state) for state in states]
        for index, piece in enumerate(pieces):
            np.savez(folder / f"{index}.npz", **piece)
        width = max(piece["region"].shape[2] * piece["voxel_um"] for piece in pieces)
        depth = max(piece["region"].shape[1] * piece["voxel_um"] for piece in pieces)
        low = min(piece["bottom_um"] for piece in pieces)
        high = max(
            piece["bottom_um"] + piece["region"].shape[0] * piece["voxel_um"] for piece in pieces
        )
        job = {
            "width": WIDTH,
            "height": HEIGHT,
            "scene_um": [width, depth, low, high],
            "views": [
                {"regions": str(folder / f"{index}.npz"), "output": str(folder / f"{index}.png")}
                for index in range(len(states))
            ],
        }
        (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
        _run_renderer(folder / "job.json", seconds)
        outputs = [folder / f"{index}.png" for index in range(len(states))]
        if not all(path.is_file() for path in outputs):
            raise NoPicturesError("VTK rendered nothing")
        return [path.read_bytes() for path in outputs]


def _run_renderer(job: Path, seconds: float) -> None:
    program = Path(__file__).with_name("render.py")
    # A display that does not answer ends the process; EGL and OSMesa need none.
    environment = {key: value for key, value in os.environ.items() if key != "DISPLAY"}
    try:
        finished = subprocess.run(
            [sys.executable, "-P", str(program), str(job)],
            env=environment,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NoPicturesError(f"rendering took more than {seconds:g} s") from error
    if finished.returncode < 0:
        raise NoPicturesError(
            f"VTK ended with signal {-finished.returncode}; it found no usable OpenGL library"
        )
    if finished.returncode > 0:
        last = finished.stderr.strip().splitlines()[-1:] or ["no message"]
        raise NoPicturesError(f"VTK could not render: {last[0]}")


def _piece(state: StatePicture) -> dict:
    """Regions and colours that the renderer draws, cut to a size that it draws in seconds."""
    solid = np.flatnonzero((state.labels > 0).any(axis=(1, 2)))
    top = int(solid[-1]) + 1 if len(solid) else 1
    side = max(16, int((LARGEST_PIECE / top) ** 0.5))
    cut = np.s_[:top, :side, :side]
    labels, fragment = state.labels[cut], state.fragment[cut]
    drawn, index = np.unique(fragment, return_inverse=True)
    colours = np.zeros((len(drawn) + 3, 3), dtype=np.uint8)
    region = index.reshape(fragment.shape) + 2
    known = drawn >= 0
    colours[2 : len(drawn) + 2][known] = state.fragment_colour[drawn[known]]
    region[fragment < 0] = 0
    colours[1] = BINDER_COLOUR
    region[labels == CARBON_BINDER] = 1
    colours[len(drawn) + 2] = FOIL_COLOUR
    region[labels == COLLECTOR] = len(drawn) + 2
    gloss = np.zeros(len(colours), dtype=bool)
    gloss[-1] = True
    return {
        "region": region.astype(np.int32),
        "colour": colours,
        "gloss": gloss,
        "voxel_um": state.voxel_um,
        "bottom_um": state.bottom_um,
    }


def section_image(state: StatePicture) -> np.ndarray:
    """(nz, nx, 3) uint8 middle y-slice in the pictures' colours, lowest layer first."""
    middle = state.labels.shape[1] // 2
    labels, fragment = state.labels[:, middle], state.fragment[:, middle]
    image = np.full((*labels.shape, 3), 255, dtype=np.uint8)
    image[labels == CARBON_BINDER] = BINDER_COLOUR
    image[labels == COLLECTOR] = FOIL_COLOUR
    active = fragment >= 0
    image[active] = state.fragment_colour[fragment[active]]
    return image
