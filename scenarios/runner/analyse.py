"""The command `analyse`: the figures that a label volume alone can answer, in a run's tables."""

import argparse
from pathlib import Path
from typing import Any

from dem.errors import InputError
from electrochem.structure.measure import measure
from electrochem.transport.effective import electronic_conductivity, pore_transport
from scenarios.runner.image import read_image
from scenarios.runner.load import Source, read
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
    scenario = _scenario(args)
    path = Path(args.output or f"{scenario.scenario.name}-run")
    refuse_existing_run(path)
    volume = read_image(scenario)
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
    }


def _scenario(args: argparse.Namespace) -> Scenario:
    """The scenario that reads this volume, presses nothing and discharges nothing."""
    electrode = {"kind": "image", "image": args.volume, "axis_order": args.axis_order}
    if args.voxel_size is not None:
        electrode["voxel_size"] = args.voxel_size
    if args.labels is not None:
        electrode["labels"] = dict(_label(pair) for pair in args.labels.split(","))
    data = {"electrode": electrode, "cell": {"kind": "none"}}
    return read(data, Source("analyse", Path(args.volume).stem, "", Path.cwd()))


def _label(pair: str) -> tuple[str, int]:
    name, equals, value = pair.partition("=")
    if not equals or not value.strip().isdecimal():
        raise InputError(f'--labels: "{pair}"; expected such as pore=0,active_material=1,cbd=2')
    return name.strip(), int(value)
