"""The command `discharge`: of the states of a finished run, or of a BPX file's cell."""

import argparse
from pathlib import Path

from dem.errors import InputError
from scenarios.runner.discharging.asked import asked_of_run, rates_of
from scenarios.runner.discharging.bpx_file import discharge_file
from scenarios.runner.discharging.page import is_cell
from scenarios.runner.ending import DONE, FAILED, INTERRUPTED, failed, reason
from scenarios.runner.interrupt import Interrupted, stop_on_signals
from scenarios.runner.progress import Reporter
from scenarios.runner.run_folder import RunFolder
from scenarios.runner.schema import Particle


def discharge(args: argparse.Namespace) -> int:
    """Discharge what the arguments name; returns the exit code."""
    if args.bpx is None and args.folder is None:
        raise InputError("discharge: expected the folder of a run, or --bpx with a file")
    if args.bpx is not None and args.folder is not None:
        raise InputError("discharge: expected the folder of a run or --bpx with a file, not both")
    if args.rates is not None:
        rates_of(args.rates)
    if args.bpx is not None:
        return _discharge_file(args)
    return _discharge_run(args)


def _discharge_run(args: argparse.Namespace) -> int:
    if is_cell(Path(args.folder)):
        raise InputError(
            f"{args.folder}: holds the discharge of a BPX file's cell, not a run; expected --bpx "
            "with the file, and another folder with -o"
        )
    folder = RunFolder.open(Path(args.folder))
    if not folder.is_finished:
        raise InputError(f"{args.folder}: this run is not finished; resume it first")
    if args.output is not None:
        raise InputError(
            f"--output: the curves of a run go into {folder.path / 'discharge'}; "
            "expected -o beside --bpx only"
        )
    scenario, asked = asked_of_run(args, folder)
    if isinstance(scenario.electrode, Particle) or scenario.cell.kind == "none":
        raise InputError(
            f"{args.folder}: this run has no cell to discharge; expected the run of an electrode "
            'whose cell.kind is not "none"'
        )
    from scenarios.runner.discharging import finished_run

    with stop_on_signals() as stop:
        try:
            without = finished_run.discharge(folder, scenario, asked, Reporter(stop))
        except (Interrupted, KeyboardInterrupt):
            return failed(
                "interrupted; nothing but discharge curves is missing, and calendem report writes "
                "the page of those that stand",
                INTERRUPTED,
            )
        except OSError as error:
            return failed(f"the discharge failed: {reason(error)}", FAILED)
    if without:
        return failed(
            f"no curves of {', '.join(without)}: the reasons stand among the warnings", FAILED
        )
    return DONE


def _discharge_file(args: argparse.Namespace) -> int:
    with stop_on_signals() as stop:
        try:
            folder = discharge_file(args, Reporter(stop))
        except (Interrupted, KeyboardInterrupt):
            return failed("interrupted; the curves that are there are whole", INTERRUPTED)
        except OSError as error:
            return failed(f"the discharge failed: {reason(error)}", FAILED)
    print(f"Done: {folder.path}")
    return DONE
