"""The figures of a volume that every state of a run has."""

from typing import Any

from electrochem.structure.collector import collector_face
from electrochem.structure.measure import measure
from scenarios.runner.analysis.through_plane import through_plane
from scenarios.runner.progress import ProgressCallback
from scenarios.runner.schema.analysis import Analysis
from voxelize.volume import Volume


def volume_row(volume: Volume, analysis: Analysis, progress: ProgressCallback) -> dict[str, Any]:
    """Structure and through-plane transport of a volume, by their columns of summary.csv."""
    structure = measure(volume, lambda share, note: progress(0.4 * share, note))
    transport = through_plane(
        volume, analysis, lambda share, note: progress(0.4 + 0.6 * share, note)
    )
    return {
        "thickness_um": volume.thickness * 1e6,
        "porosity": structure.porosity,
        "am_fraction": structure.am_fraction,
        "cbd_fraction": structure.cbd_fraction,
        "cbd_nanoporosity": structure.cbd_nanoporosity,
        "pore_fraction": structure.pore_fraction,
        "am_pore_area_m2_m3": structure.am_pore_area_m2_m3,
        "am_cbd_area_m2_m3": structure.am_cbd_area_m2_m3,
        **transport,
        "cbd_pore_area_m2_m3": structure.cbd_pore_area_m2_m3,
        "pore_percolating_share": structure.pore_percolating_share,
        "solid_percolating_share": structure.solid_percolating_share,
        "cbd_percolating_share": structure.cbd_percolating_share,
        "surface_roughness_um": structure.surface_roughness * 1e6,
        **face_row(volume),
    }


def face_row(volume: Volume) -> dict[str, float]:
    """Columns on the collector's coated face; none for a volume without one."""
    face = collector_face(volume)
    if face is None:
        return {}
    return {
        "am_collector_area_m2_m2": face.am_area,
        "cbd_collector_area_m2_m2": face.cbd_area,
        "collector_imprint_rms_um": 1e6 * face.rms,
        "collector_imprint_depth_um": 1e6 * face.deepest,
    }
