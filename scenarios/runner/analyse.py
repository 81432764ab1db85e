"""The command `analyse`: the figures that a label volume alone can answer, in a run's tables."""

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dem.errors import InputError
from electrochem.structure.collector import collector_face
from electrochem.structure.measure import measure
from electrochem.transport.effective import electronic_conductivity, pore_transport
from scenarios.runner.image import image_as_read, with_record
from scenarios.runner.load import Source, read
from scenarios.runner.option_names import in_options, options_named
from scenarios.runner.progress import ProgressCallback, Reporter
from scenarios.runner.record import write_summary
from scenarios.runner.run_folder import RunFolder, refuse_existing_run, versions
from scenarios.runner.schema import Scenario
from scenarios.runner.schema.cell import Analysis
from voxelize.volume import Volume


def analyse(args: argparse.Namespace, reporter: Reporter) -> RunFolder:
    """Measure the volume that the arguments name and write its summary; returns the folder.

    Raises InputError for a wrong argument, an unreadable volume or a folder that holds a run.
    """
    with options_named():
        scenario = _scenario(args)
        path = Path(args.output or f"{scenario.scenario.name}-run")
        refuse_existing_run(path)

        def tell(text: str) -> None:
            reporter.say(in_options(text))

        scenario = with_record(scenario, tell)
        volume = image_as_read(scenario, tell)
    with reporter.stage("Structure and transport") as progress:
        row = {"state": "as_read", **volume_row(volume, scenario.analysis, progress)}
    folder = RunFolder.create(path, scenario)
    write_summary(
        folder,
        [row],
        scenario={"name": scenario.scenario.name, "description": f"{args.volume}, as read"},
        warnings=[],
        versions=versions(),
    )
    folder.mark_finished()
    for name, value in row.items():
        reporter.say(f"  {name:<34} {value if isinstance(value, str) else f'{value:.6g}'}")
    reporter.say(f"Done: {folder.path}")
    return folder


_FOIL = 100.0
"""Conductivity of the collector over that of the better conducting phase, at least."""


def volume_row(volume: Volume, analysis: Analysis, progress: ProgressCallback) -> dict[str, Any]:
    """Structure and through-plane transport of a volume, by their columns of summary.csv."""
    structure = measure(volume, lambda share, note: progress(0.4 * share, note))
    pores = pore_transport(
        volume, analysis.tolerance, lambda share, note: progress(0.4 + 0.3 * share, note)
    )
    solid = electronic_conductivity(
        volume,
        analysis.am_conductivity,
        analysis.cbd_conductivity,
        # Foil that rises into the coating: as good as perfect, yet no burden to the solver.
        collector=_FOIL * max(analysis.am_conductivity, analysis.cbd_conductivity),
        tolerance=analysis.tolerance,
        progress=lambda share, note: progress(0.7 + 0.3 * share, note),
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
        "tortuosity_factor_z": pores.tortuosity_factor,
        "effective_diffusivity_z": pores.effective_diffusivity,
        "electronic_conductivity_z_S_m": solid.value,
        "cbd_pore_area_m2_m3": structure.cbd_pore_area_m2_m3,
        "pore_percolating_share": structure.pore_percolating_share,
        "solid_percolating_share": structure.solid_percolating_share,
        "cbd_percolating_share": structure.cbd_percolating_share,
        "surface_roughness_um": structure.surface_roughness * 1e6,
        **_face_row(volume),
    }


def _face_row(volume: Volume) -> dict[str, float]:
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


def _scenario(args: argparse.Namespace) -> Scenario:
    """The scenario that reads this volume, presses nothing and discharges nothing."""
    given = {
        "dataset": args.dataset,
        "voxel_size": _voxel_size(args.voxel_size),
        "axis_order": args.axis_order,
        "labels": _table(args.labels, "--labels", int),
        "thresholds": _table(args.thresholds, "--thresholds", _range),
        "crop": None if args.crop is None else [_bounds(part) for part in args.crop.split(",")],
        "resample_to": args.resample_to,
        "coarsening": args.coarsening,
    }
    electrode = {"kind": "image", "image": args.volume}
    electrode |= {key: value for key, value in given.items() if value is not None}
    data = {"electrode": electrode, "cell": {"kind": "none"}}
    name = Path(args.volume).resolve().stem
    return read(data, Source("analyse", name, "", Path.cwd()))


def _voxel_size(text: str | None) -> str | list[str] | None:
    if text is None or "," not in text:
        return text
    return [edge.strip() for edge in text.split(",")]


def _table(text: str | None, option: str, read_value: Callable[[str], Any]) -> dict | None:
    """NAME=VALUE,… as a table."""
    if text is None:
        return None
    found = {}
    for count, pair in enumerate(text.split(","), start=1):
        name, equals, value = pair.partition("=")
        try:
            if not equals:
                raise ValueError
            found[name.strip()] = read_value(value.strip())
        except ValueError:
            raise InputError(f'{option}: "{pair}"; expected such as {_EXAMPLES[option]}') from None
        if len(found) < count:
            raise InputError(f'{option}: names "{name.strip()}" twice; expected each phase once')
    return found


def _range(text: str) -> list[float]:
    low, colon, high = text.partition(":")
    if not colon:
        raise ValueError
    return [float(low), float(high)]


def _bounds(text: str) -> list[int | str]:
    """FROM:TO in voxels or lengths, as a scenario has it."""
    parts = [part.strip() for part in text.split(":")]
    if len(parts) != 2:
        raise InputError(f'--crop: "{text}"; expected such as {_EXAMPLES["--crop"]}')
    return [int(part) if _WHOLE.fullmatch(part) else part for part in parts]


_WHOLE = re.compile(r"[+-]?\d+")
_EXAMPLES = {
    "--labels": "pore=0,active_material=1,cbd=2",
    "--thresholds": "pore=0:90,active_material=90:255",
    "--crop": "0:120,0:120,0:120",
}
