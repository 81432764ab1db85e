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
import tifffile

from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, CRACK

WIDTH, HEIGHT = 1500, 1400
LARGEST_PIECE = 4_000_000
"""Voxels of a state that are drawn in 3-D; beyond, a corner of the footprint is."""
RENDERER = Path(__file__).with_name("render.py")
CRACKED_BELOW = 0.95
"""A particle whose largest fragment holds less than this share of it is cracked."""

BINDER_COLOUR = (56, 54, 58)
FOIL_COLOUR = (196, 190, 180)
CRACK_COLOUR = (190, 20, 90)
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
    drawn : (fragments,) bool, whether any voxel of active material is the fragment's
    voxel_um, bottom_um, thickness_um, density : voxel size and lowest face [µm], coating thickness
        [µm], density [g/cm³]; the last two nan where not known
    """

    name: str
    labels: np.ndarray
    fragment: np.ndarray
    cracked: np.ndarray
    rank: np.ndarray
    particle: np.ndarray
    drawn: np.ndarray
    voxel_um: float
    bottom_um: float
    thickness_um: float
    density: float

    @property
    def particles(self) -> tuple[int, int]:
        """Number of active particles in the volume, and how many of them are cracked."""
        all_of_them = np.unique(self.particle[self.drawn])
        return len(all_of_them), len(np.unique(self.particle[self.drawn & self.cracked]))

    @cached_property
    def fragment_colour(self) -> np.ndarray:
        """(fragments, 3) uint8: cracked particles warm by fragment, intact cool by particle."""
        cool = INTACT_COLOURS[(self.particle * 7) % len(INTACT_COLOURS)]
        warm = FRAGMENT_COLOURS[self.rank % len(FRAGMENT_COLOURS)]
        return np.where(self.cracked[:, None], warm, cool).astype(np.uint8)


def has_volume(folder: Path, name: str) -> bool:
    """Whether a run folder holds the volume of a state."""
    return any((folder / "volume" / f"{name}.{kind}").is_file() for kind in ("vti", "tif"))


def read_state(folder: Path, name: str) -> StatePicture:
    """Read a state's volume, from `volume/<name>.vti` or else `.tif`, and `particles/<name>.vtp`.

    Without grains every particle is one fragment; a TIFF knows no particles at all.
    Raises FileNotFoundError without a volume.
    """
    labels, particle, grain, voxel_um, bottom_um, figures = _read_volume(folder / "volume", name)
    owner, grain_cracked = grain, None
    grains_path = folder / "particles" / f"{name}.vtp"
    if grain is not None and grains_path.is_file():
        grain_fragments, grain_cracked = _read_fragments(grains_path)
    else:
        owner = np.where(labels == ACTIVE_MATERIAL, 0, -1) if particle is None else particle
        ids = np.arange(max(int(owner.max()), 0) + 1)
        grain_fragments = np.stack([ids, ids], axis=1)
    active = (labels == ACTIVE_MATERIAL) & (owner >= 0)
    fragments, fragment_of_owner = np.unique(grain_fragments, axis=0, return_inverse=True)
    fragment_of_owner = fragment_of_owner.reshape(-1)
    fragment = np.full(labels.shape, -1, dtype=np.int32)
    fragment[active] = fragment_of_owner[owner[active]]
    voxels = np.bincount(fragment[active], minlength=len(fragments))
    cracked, rank = _cracks(fragments[:, 0], voxels)
    if grain_cracked is not None:
        # The mechanics know it from masses, which voxels only approach.
        cracked = np.zeros(len(fragments), dtype=bool)
        cracked[fragment_of_owner] = grain_cracked
    return StatePicture(
        name=name,
        labels=labels,
        fragment=fragment,
        cracked=cracked,
        rank=rank,
        particle=fragments[:, 0],
        drawn=voxels > 0,
        voxel_um=voxel_um,
        bottom_um=bottom_um,
        thickness_um=figures.get("thickness_um", float("nan")),
        density=figures.get("density_g_cm3", float("nan")),
    )


def _read_volume(folder: Path, name: str) -> tuple:
    """Labels, particle and grain ids or None, voxel size and lowest face [µm], further figures."""
    if (path := folder / f"{name}.vti").is_file():
        from vtkmodules.util.numpy_support import vtk_to_numpy
        from vtkmodules.vtkIOXML import vtkXMLImageDataReader

        reader = vtkXMLImageDataReader()
        reader.SetFileName(str(path))
        reader.Update()
        image = reader.GetOutput()
        shape = tuple(size - 1 for size in image.GetDimensions()[::-1])
        arrays = [image.GetCellData().GetArray(n) for n in ("label", "particle_id", "grain_id")]
        field = image.GetFieldData()
        figures = {
            field.GetArrayName(i): field.GetArray(i).GetTuple1(0)
            for i in range(field.GetNumberOfArrays())
        }
        volumes = [a if a is None else vtk_to_numpy(a).reshape(shape) for a in arrays]
        return *volumes, image.GetSpacing()[0], image.GetOrigin()[2], figures
    with tifffile.TiffFile(folder / f"{name}.tif") as file:
        labels, voxel_um = file.asarray(), float(file.imagej_metadata["spacing"])
    foil = (labels == COLLECTOR).all(axis=(1, 2))
    layers = int(np.argmin(foil)) if not foil.all() else len(foil)
    return labels, None, None, voxel_um, -layers * voxel_um, {}


def _read_fragments(path: Path) -> tuple[np.ndarray, np.ndarray | None]:
    """(n, 2) particle and fragment of each grain; (n,) whether cracked, where that is written."""
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkIOXML import vtkXMLPolyDataReader

    reader = vtkXMLPolyDataReader()
    reader.SetFileName(str(path))
    reader.Update()
    arrays = reader.GetOutput().GetPointData()
    ids = [vtk_to_numpy(arrays.GetArray(name)) for name in ("particle_id", "fragment_id")]
    cracked = arrays.GetArray("cracked")
    return np.stack(ids, axis=1), None if cracked is None else vtk_to_numpy(cracked).astype(bool)


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
    """Run the renderer, with each of VTK's windows that need no display until one works."""
    windows = [None]
    if sys.platform == "linux" and "VTK_DEFAULT_OPENGL_WINDOW" not in os.environ:
        # VTK's own choice ends the process where libX11 is missing or the display does not answer.
        windows = ["vtkEGLRenderWindow", "vtkOSOpenGLRenderWindow"]
    reason = ""
    for window in windows:
        environment = {key: value for key, value in os.environ.items() if key != "DISPLAY"}
        if window:
            environment["VTK_DEFAULT_OPENGL_WINDOW"] = window
        try:
            finished = subprocess.run(
                [sys.executable, "-P", str(RENDERER), str(job)],
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise NoPicturesError(f"rendering took more than {seconds:g} s") from error
        if finished.returncode == 0:
            return
        if finished.returncode < 0:
            reason = (
                "VTK found no usable OpenGL library and ended with signal "
                f"{-finished.returncode}; Mesa's libEGL or libOSMesa is needed"
            )
        else:
            last = finished.stderr.strip().splitlines()[-1:] or ["it gave no message"]
            reason = f"VTK could not render: {last[0]}"
    raise NoPicturesError(reason)


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
    image[labels == CRACK] = CRACK_COLOUR
    active = fragment >= 0
    image[active] = state.fragment_colour[fragment[active]]
    return image
