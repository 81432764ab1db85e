"""Bodies made whole where that needs no guess about their shape beyond a hole's cap."""

import warnings

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from voxelize.meshes.load import Body
from voxelize.meshes.topology import edge_faults, joined, signed_volume

_ONE_POINT = 1e-5
"""Distance over a body's extent below which repair makes corners one."""


def repaired(body: Body) -> tuple[Body, str]:
    """A body with its corners merged, holes filled by fans and triangles turned outwards.

    Returns what was done beside it, empty where nothing was. It may still be no solid.
    """
    import trimesh

    points, faces, done = body.points, body.faces, []
    merged, kept = _merged(points, faces)
    if len(merged) < len(points) or len(kept) < len(faces):
        done.append(f"{len(points) - len(merged)} corners merged")
        points, faces = merged, kept
    _, first = np.unique(np.sort(faces, axis=1), axis=0, return_index=True)
    if len(first) < len(faces):
        done.append(f"{len(faces) - len(first)} triangles that repeat another removed")
        faces = faces[np.sort(first)]
    if len(faces) and any(edge_faults(faces)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            mesh = trimesh.Trimesh(points, faces, process=False)
            trimesh.repair.fix_winding(mesh)
            turned = int((np.asarray(mesh.faces) != faces).any(axis=1).sum())
            trimesh.repair.fill_holes(mesh, use_fan=True)
            trimesh.repair.fix_winding(mesh)
        filled = len(mesh.faces) - len(faces)
        if turned:
            done.append(f"{turned} triangles turned")
        if filled > 0:
            done.append(f"holes filled with {filled} triangles")
        points, faces = joined(np.asarray(mesh.vertices), np.asarray(mesh.faces, dtype=np.int64))
    if len(faces) and not any(edge_faults(faces)) and signed_volume(points, faces) < 0.0:
        faces = np.ascontiguousarray(faces[:, ::-1])
        done.append("turned inside out")
    return Body(body.name, points, faces), ", ".join(done)


def _merged(points, faces):
    extent = float(np.ptp(points, axis=0).max(initial=0.0)) if len(points) else 0.0
    pairs = cKDTree(points).query_pairs(_ONE_POINT * extent, output_type="ndarray")
    graph = coo_array((np.ones(len(pairs)), pairs.T), shape=(len(points),) * 2)
    _, group = connected_components(graph, directed=False)
    _, first = np.unique(group, return_index=True)
    return joined(points[first[group]], faces)
