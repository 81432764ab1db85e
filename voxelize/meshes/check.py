"""What keeps a body of triangles from being a solid, in words."""

import numpy as np

from voxelize.meshes.load import Body
from voxelize.meshes.topology import edge_faults, signed_volume

_THINNEST = 1e-9
"""Volume over the cube of its extent below which a body is flat."""


def fault(body: Body) -> str | None:
    """Why a body bounds no solid, as the rest of a sentence; None where it does.

    Whether it crosses itself shows when its voxels are drawn.
    """
    if len(body.faces) < 4:
        return f"has {len(body.faces)} triangles with an area"
    faults = edge_faults(body.faces)
    if faults.open:
        return f"is open ({faults.open} edges of one triangle only)"
    if faults.crowded:
        return f"has {faults.crowded} edges of more than two triangles"
    if faults.turned:
        return f"has neighbouring triangles that face opposite ways (at {faults.turned} edges)"
    extent = float(np.ptp(body.points, axis=0).max())
    volume = signed_volume(body.points - body.points[0], body.faces)
    if abs(volume) <= _THINNEST * extent**3:
        return "is flat: it encloses no volume"
    if volume < 0.0:
        return "is inside out: its triangles face inwards"
    return None
