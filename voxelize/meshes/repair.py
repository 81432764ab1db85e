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
        wound = np.asarray(mesh.faces, dtype=np.int64)
        turned = int((wound != faces).any(axis=1).sum())
        if turned:
            done.append(f"{turned} triangles turned")
        loops = _open_loops(wound)
        points, faces = _capped(points, wound, loops)
        if loops:
            done.append(f"{len(loops)} holes filled with {len(faces) - len(wound)} triangles")
    if len(faces) and not any(edge_faults(faces)) and signed_volume(points, faces) < 0.0:
        faces = np.ascontiguousarray(faces[:, ::-1])
        done.append("turned inside out")
    return Body(body.name, points, faces), ", ".join(done)


def _open_loops(faces):
    """The loops of open edges, each a list of corners in the sense of its triangles."""
    start, end = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
    there, back = set(zip(start.tolist(), end.tolist(), strict=True)), {}
    for a, b in sorted(there):
        if (b, a) not in there:
            back.setdefault(a, []).append(b)
    loops = []
    while back:
        way = [next(iter(back))]
        at = {way[0]: 0}
        while onwards := back.get(way[-1]):
            corner = onwards.pop()
            if not onwards:
                del back[way[-1]]
            if corner in at:
                # A corner met twice closes a loop: the rest of the way goes on from there.
                loops.append(way[at[corner] :])
                for left in way[at[corner] + 1 :]:
                    del at[left]
                del way[at[corner] + 1 :]
            else:
                at[corner] = len(way)
                way.append(corner)
    return loops


def _capped(points, faces, loops):
    """Corners and triangles with a fan about the middle of each loop over it."""
    caps = [faces]
    for index, loop in enumerate(loops):
        ring = np.array(loop)
        middle = np.full(len(ring), len(points) + index)
        caps.append(np.stack([np.roll(ring, -1), ring, middle], axis=1))
    middles = [points[loop].mean(axis=0) for loop in loops]
    return np.vstack([points, *middles]), np.concatenate(caps)


def _merged(points, faces):
    extent = float(np.ptp(points, axis=0).max(initial=0.0)) if len(points) else 0.0
    pairs = cKDTree(points).query_pairs(_ONE_POINT * extent, output_type="ndarray")
    graph = coo_array((np.ones(len(pairs)), pairs.T), shape=(len(points),) * 2)
    _, group = connected_components(graph, directed=False)
    _, first = np.unique(group, return_index=True)
    return joined(points[first[group]], faces)
