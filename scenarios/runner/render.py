"""Draw labelled regions in 3-D, off screen; a program of its own.

Without a working GL library VTK may end the whole process, so `pictures` runs this file in one of
its own: `python -P render.py JOB.json`, where the job is
`{"width", "height", "scene_um": [x, y, z_low, z_high], "views": [{"regions", "output"}]}` and
`regions` names a `.npz` with `region` (nz, ny, nx) uint16 (0 is not drawn), `colour` (regions, 3)
uint8, `gloss` (regions,) bool, `voxel_um` and `bottom_um`.
"""

import json
import sys
from pathlib import Path

import numpy as np
import vtkmodules.vtkRenderingFreeType
import vtkmodules.vtkRenderingOpenGL2  # noqa: F401
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkImageData, vtkPolyData
from vtkmodules.vtkFiltersCore import vtkPolyDataNormals, vtkSurfaceNets3D
from vtkmodules.vtkIOImage import vtkPNGWriter
from vtkmodules.vtkRenderingCore import (
    vtkActor,
    vtkBillboardTextActor3D,
    vtkLight,
    vtkPolyDataMapper,
    vtkRenderer,
    vtkRenderWindow,
    vtkWindowToImageFilter,
)
from vtkmodules.vtkRenderingOpenGL2 import vtkOpenGLFXAAPass, vtkRenderStepsPass, vtkSSAOPass

TOWARDS_CAMERA = np.array([-0.45, -1.0, 0.52])
BORDER = 24
"""White pixels left around what is drawn."""
INK = (0.15, 0.17, 0.2)


def surface(region: np.ndarray, voxel_um: float, bottom_um: float) -> vtkPolyData:
    """Smoothed outer surface of every region, its cells' `BoundaryLabels` the regions they part."""
    # An empty layer around closes the surface at the sides of the piece.
    padded = np.pad(region, 1)
    image = vtkImageData()
    image.SetDimensions(*padded.shape[::-1])
    image.SetSpacing(voxel_um, voxel_um, voxel_um)
    image.SetOrigin(-0.5 * voxel_um, -0.5 * voxel_um, bottom_um - 0.5 * voxel_um)
    image.GetPointData().SetScalars(numpy_to_vtk(padded.ravel()))
    nets = vtkSurfaceNets3D()
    nets.SetInputData(image)
    nets.SetBackgroundLabel(0)
    nets.SetOutputStyleToBoundary()
    present = np.unique(region)
    for index, label in enumerate(present[present > 0]):
        nets.SetLabel(index, int(label))
    nets.SetOutputMeshTypeToTriangles()
    nets.SmoothingOn()
    nets.GetSmoother().SetNumberOfIterations(12)
    nets.Update()
    return nets.GetOutput()


def solid(mesh: vtkPolyData, colour: np.ndarray, gloss: np.ndarray, shiny: bool) -> vtkActor:
    """The part of the surface whose regions are, or are not, glossy, in the regions' colours."""
    region = vtk_to_numpy(mesh.GetCellData().GetArray("BoundaryLabels")).max(axis=1)
    kept = np.flatnonzero(gloss[region] == shiny)
    triangles = vtk_to_numpy(mesh.GetPolys().GetConnectivityArray()).reshape(-1, 3)[kept]
    part = vtkPolyData()
    part.SetPoints(mesh.GetPoints())
    cells = vtkCellArray()
    cells.SetData(3, numpy_to_vtk(np.ascontiguousarray(triangles).ravel(), deep=True))
    part.SetPolys(cells)
    shades = numpy_to_vtk(np.ascontiguousarray(colour[region[kept]]), deep=True)
    part.GetCellData().SetScalars(shades)
    normals = vtkPolyDataNormals()
    normals.SetInputData(part)
    normals.SplittingOff()
    normals.ConsistencyOff()
    mapper = vtkPolyDataMapper()
    mapper.SetInputConnection(normals.GetOutputPort())
    actor = vtkActor()
    actor.SetMapper(mapper)
    looks = actor.GetProperty()
    looks.SetAmbient(0.28)
    looks.SetDiffuse(0.72)
    looks.SetSpecular(0.5 if shiny else 0.08)
    looks.SetSpecularPower(25)
    return actor


def line(start: np.ndarray, end: np.ndarray) -> vtkActor:
    """A black line in space."""
    points = vtkPoints()
    points.InsertNextPoint(*start)
    points.InsertNextPoint(*end)
    cells = vtkCellArray()
    cells.InsertNextCell(2, (0, 1))
    data = vtkPolyData()
    data.SetPoints(points)
    data.SetLines(cells)
    mapper = vtkPolyDataMapper()
    mapper.SetInputData(data)
    actor = vtkActor()
    actor.SetMapper(mapper)
    looks = actor.GetProperty()
    looks.SetColor(*INK)
    looks.SetLineWidth(4)
    looks.LightingOff()
    return actor


def caption(text: str, position: np.ndarray, size: int) -> vtkBillboardTextActor3D:
    """Text that faces the camera, its centre at a place in space."""
    actor = vtkBillboardTextActor3D()
    actor.SetInput(text)
    actor.SetPosition(*position)
    looks = actor.GetTextProperty()
    looks.SetColor(*INK)
    looks.SetFontSize(size)
    looks.SetJustificationToCentered()
    looks.SetVerticalJustificationToCentered()
    return actor


def round_length(limit: float) -> float:
    """The largest of 1, 2, 5 × 10ⁿ that is not above the limit."""
    power = 10.0 ** np.floor(np.log10(limit))
    return float(max(step * power for step in (1, 2, 5) if step * power <= limit * (1 + 1e-9)))


def add_scale_bars(renderer: vtkRenderer, scene: list[float], font: int) -> None:
    """Bars of equal length along the lower front edge (x) and the left edge (z)."""
    width, depth, low, high = scene
    length = round_length(0.6 * min(width, high - low))
    gap = 0.05 * max(width, high - low)
    front, middle = np.array([0.0, -gap, low]), np.array([0.5 * length, 0.0, 0.0])
    renderer.AddActor(line(front, front + 2 * middle))
    renderer.AddActor(caption(f"{length:g} µm", front + middle - [0.0, gap, 0.6 * gap], font))
    left, middle = np.array([-gap, depth + gap, low]), np.array([0.0, 0.0, 0.5 * length])
    renderer.AddActor(line(left, left + 2 * middle))
    renderer.AddActor(caption(f"{length:g}\nµm", left + middle - [1.6 * gap, 0.0, 0.0], font))


def aim(renderer: vtkRenderer, scene: list[float], aspect: float) -> None:
    """Look at the scene's box from the front, left and above, in parallel projection."""
    width, depth, low, high = scene
    centre = np.array([width / 2, depth / 2, (low + high) / 2])
    towards = TOWARDS_CAMERA / np.linalg.norm(TOWARDS_CAMERA)
    right = np.cross([0.0, 0.0, 1.0], towards)
    right /= np.linalg.norm(right)
    up = np.cross(towards, right)
    half = np.array([width, depth, high - low]) / 2
    margin = 1.17
    tall = margin * float(np.abs(up) @ half)
    wide = margin * float(np.abs(right) @ half)
    camera = renderer.GetActiveCamera()
    camera.ParallelProjectionOn()
    camera.SetFocalPoint(*centre)
    camera.SetPosition(*(centre + towards * 4 * np.linalg.norm(half)))
    camera.SetViewUp(0.0, 0.0, 1.0)
    camera.SetParallelScale(max(tall, wide / aspect))
    renderer.ResetCameraClippingRange()


def add_lights(renderer: vtkRenderer) -> None:
    """A key light from the upper left and a weak one from the right, fixed to the camera."""
    for position, strength in (((-0.6, 1.0, 1.0), 0.85), ((0.8, 0.0, 1.0), 0.5)):
        light = vtkLight()
        light.SetLightTypeToCameraLight()
        light.SetPosition(*position)
        light.SetFocalPoint(0.0, 0.0, 0.0)
        light.SetIntensity(strength)
        renderer.AddLight(light)


def shade_hollows(renderer: vtkRenderer, radius_um: float) -> None:
    """Darken what lies in hollows (screen-space occlusion), which is what shows depth in a bed."""
    occlusion = vtkSSAOPass()
    occlusion.SetRadius(radius_um)
    occlusion.SetBias(0.02 * radius_um)
    occlusion.SetKernelSize(64)
    occlusion.BlurOn()
    occlusion.SetDelegatePass(vtkRenderStepsPass())
    smooth = vtkOpenGLFXAAPass()
    smooth.SetDelegatePass(occlusion)
    renderer.SetPass(smooth)


def draw(view: dict, scene: list[float], width: int, height: int) -> np.ndarray:
    """One view as (height, width, 3) uint8, lowest row first."""
    with np.load(view["regions"]) as data:
        mesh = surface(data["region"], float(data["voxel_um"]), float(data["bottom_um"]))
        colour, gloss = data["colour"], data["gloss"]
    renderer = vtkRenderer()
    renderer.SetBackground(1.0, 1.0, 1.0)
    for shiny in (False, True):
        renderer.AddActor(solid(mesh, colour, gloss, shiny))
    add_scale_bars(renderer, scene, font=round(height / 32))
    add_lights(renderer)
    aim(renderer, scene, width / height)
    shade_hollows(renderer, 0.06 * (scene[3] - scene[2]))
    window = vtkRenderWindow()
    window.SetOffScreenRendering(1)
    window.SetMultiSamples(0)
    window.SetSize(width, height)
    window.AddRenderer(renderer)
    window.Render()
    grab = vtkWindowToImageFilter()
    grab.SetInput(window)
    grab.ReadFrontBufferOff()
    grab.Update()
    pixels = grab.GetOutput().GetPointData().GetScalars()
    return vtk_to_numpy(pixels).reshape(height, width, 3).copy()


def write_png(pixels: np.ndarray, path: str) -> None:
    """Write (height, width, 3) uint8, lowest row first."""
    image = vtkImageData()
    image.SetDimensions(pixels.shape[1], pixels.shape[0], 1)
    shades = numpy_to_vtk(np.ascontiguousarray(pixels.reshape(-1, 3)), deep=True)
    image.GetPointData().SetScalars(shades)
    writer = vtkPNGWriter()
    writer.SetFileName(path)
    writer.SetInputData(image)
    writer.Write()


def main() -> None:
    """Draw the views of the job file named on the command line, cut to what any of them shows."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    images = [draw(view, job["scene_um"], job["width"], job["height"]) for view in job["views"]]
    inked = np.any([(image < 250).any(axis=2) for image in images], axis=0)
    kept = []
    for axis, size in ((1, job["height"]), (0, job["width"])):
        drawn = np.flatnonzero(inked.any(axis=axis))
        first, last = (drawn[0], drawn[-1]) if len(drawn) else (0, size - 1)
        kept.append(slice(max(0, first - BORDER), last + 1 + BORDER))
    for view, image in zip(job["views"], images, strict=True):
        write_png(image[tuple(kept)], view["output"])


if __name__ == "__main__":
    main()
