"""Load a run's series in ParaView, check arrays and times, and draw a picture.

Run by ParaView's own Python: `xvfb-run -a pvbatch load_series.py RUN_FOLDER PICTURE.png`.
Prints what was found as one line of JSON; `test_paraview.py` judges it.
"""

import json
import sys
from pathlib import Path

from paraview.simple import (
    ColorBy,
    GetActiveViewOrCreate,
    GetAnimationScene,
    PVDReader,
    Render,
    ResetCamera,
    SaveScreenshot,
    Show,
    Threshold,
    Tube,
)


def arrays_of(attributes) -> dict:
    return {
        attributes.GetArray(i).GetName(): attributes.GetArray(i).GetNumberOfComponents()
        for i in range(attributes.GetNumberOfArrays())
    }


def contents(reader) -> dict:
    """Arrays, times and the cells, points and density at each time of a series."""
    found = {"times": list(reader.TimestepValues), "cells": [], "points": [], "density": []}
    for time in found["times"]:
        reader.UpdatePipeline(time)
        information = reader.GetDataInformation()
        found["cells"].append(information.GetNumberOfCells())
        found["points"].append(information.GetNumberOfPoints())
        field = reader.FieldData.GetArray("density_g_cm3")
        found["density"].append(field.GetRange(0)[0])
    found["bounds"] = list(reader.GetDataInformation().GetBounds())
    found["point_arrays"] = arrays_of(reader.PointData)
    found["cell_arrays"] = arrays_of(reader.CellData)
    return found


def main() -> None:
    folder, picture = Path(sys.argv[1]), sys.argv[2]
    readers = {
        name: PVDReader(FileName=str(folder / f"{name}.pvd"))
        for name in ("particles", "bonds", "cracks", "height_map", "volume")
    }
    found = {name: contents(reader) for name, reader in readers.items()}
    view = GetActiveViewOrCreate("RenderView")
    view.ViewSize = [800, 600]
    GetAnimationScene().UpdateAnimationUsingDataTimeSteps()
    GetAnimationScene().GoToLast()
    # The labels may be drawn as a surface, the grains as spheres of their radius, bonds as tubes.
    active = Threshold(Input=readers["volume"], Scalars=["CELLS", "label"])
    active.LowerThreshold = active.UpperThreshold = 1
    solid = Show(active, view)
    solid.Representation = "Surface"
    solid.Opacity = 0.3
    ColorBy(solid, ("CELLS", "particle_id"))
    spheres = Show(readers["particles"], view)
    spheres.SetRepresentationType("Point Gaussian")
    ColorBy(spheres, ("POINTS", "von_mises_MPa"))
    tubes = Show(Tube(Input=readers["bonds"], Radius=0.1), view)
    ColorBy(tubes, ("CELLS", "state"))
    discs = Show(readers["cracks"], view)
    ColorBy(discs, ("CELLS", "aperture_um"))
    sheet = Show(readers["height_map"], view)
    sheet.Opacity = 0.2
    ColorBy(sheet, ("POINTS", "deviation_um"))
    ResetCamera(view)
    Render(view)
    SaveScreenshot(picture, view, ImageResolution=[800, 600])
    print("FOUND " + json.dumps(found))


main()
