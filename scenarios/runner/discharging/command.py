"""The command `discharge`: of the states of a finished run, or of a BPX file's cell."""

import argparse
from pathlib import Path

from dem.errors import InputError
from scenarios.runner.discharging.bpx_file import discharge_file
from scenarios.runner.ending import DONE, FAILED, INTERRUPTED, failed, reason
from scenarios.runner.interrupt import Interrupted, stop_on_signals
from scenarios.runner.progress import Reporter
from scenarios.runner.run_folder import RunFolder
from scenarios.runner.schema import Particle
from scenarios.runner.units import read_rate


def discharge(args: argparse.Namespace) -> int:
    """Discharge what the arguments name; returns the exit code."""
    rates = _rates(args.rates)
    if (args.bpx is None) == (args.folder is None):
        raise InputError("discharge: expected the folder of a run or --bpx with a file, not both")
    if args.bpx is not None:
        return _discharge_file(args, rates)
    folder = RunFolder.open(Path(args.folder))
    if not folder.is_finished:
        raise InputError(f"{args.folder}: this run is not finished; resume it first")
    if args.output is not None:
        raise InputError(
            f"--output: the curves of a run go into {folder.path / 'discharge'}; "
            "expected -o beside --bpx only"
        )
    scenario = folder.scenario()
    if isinstance(scenario.electrode, Particle) or scenario.cell.kind == "none":
        raise InputError(
            f"{args.folder}: this run has no cell to discharge; expected the run of an electrode "
            'whose cell.kind is not "none"'
        )
    from scenarios.runner import pipeline

    with stop_on_signals() as stop:
        try:
            pipeline.discharge(folder, rates, Reporter(stop))
        except (Interrupted, KeyboardInterrupt):
            return failed("interrupted; nothing but discharge curves is missing", INTERRUPTED)
        except OSError as error:
            return failed(f"the discharge failed: {reason(error)}", FAILED)
    return DONE


def _rates(given: str) -> tuple[float, ...]:
    """The C-rates of the option, each once."""
    rates = []
    for text in given.split(","):
        try:
            rates.append(read_rate(text))
        except ValueError as error:
            raise InputError(f'--rates: "{text}": {error}; expected such as 0.1C,1C') from None
    return tuple(dict.fromkeys(rates))


def _discharge_file(args: argparse.Namespace, rates: tuple[float, ...]) -> int:
    with stop_on_signals() as stop:
        try:
            folder = discharge_file(args, rates, Reporter(stop))
        except (Interrupted, KeyboardInterrupt):
            return failed("interrupted; the curves that are there are whole", INTERRUPTED)
        except OSError as error:
            return failed(f"the discharge failed: {reason(error)}", FAILED)
    print(f"Done: {folder.path}")
    return DONE
