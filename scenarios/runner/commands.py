"""What each subcommand does; they return the exit code that it ends with."""

import argparse
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dem.errors import InputError
from scenarios.runner.ending import DONE, FAILED, FAILURES, INTERRUPTED, failed, reason
from scenarios.runner.interrupt import Interrupted, StopRequest, stop_on_signals
from scenarios.runner.load import load
from scenarios.runner.progress import Reporter
from scenarios.runner.run_folder import (
    RunFolder,
    TargetsMissed,
    holds_analysis,
    refuse_existing_run,
    versions,
)
from scenarios.runner.schema import Image, Meshes, Scenario, Table

logger = logging.getLogger("calendem")


def check(args: argparse.Namespace) -> int:
    from scenarios.runner.explain import explain

    if args.json_schema:
        print(json.dumps(Scenario.model_json_schema(), indent=2))
        return DONE
    if args.file is None:
        raise InputError("check: expected a scenario file or the name of a bundled one")
    scenario = _with_its_volume(load(args.file, args.set), checking=True)
    print(explain(scenario))
    print(f"{args.file}: nothing wrong found")
    return DONE


def _with_its_volume(scenario, checking: bool):
    """Read image, meshes or table as the run will: what is wrong is said before a run begins.

    checking : also print what was found, which a run tells and keeps by itself
    Returns the scenario with what the image records for keys that were left out.
    """
    if isinstance(scenario.electrode, Table):
        from scenarios.runner.table import read_table

        read_table(scenario)
    if isinstance(scenario.electrode, Meshes):
        from scenarios.runner.meshes import read_bodies

        read_bodies(scenario, print if checking else lambda text: None)
    if not isinstance(scenario.electrode, Image):
        return scenario
    from scenarios.runner.image import measures, read_image, with_record

    scenario = with_record(scenario, print)
    volume = read_image(scenario, print if checking else lambda text: None)
    if checking:
        print(f"{scenario.electrode.image}: {measures(volume)}")
    return scenario


def run(args: argparse.Namespace) -> int:
    with stop_on_signals() as stop:
        scenario = load(args.file, args.set)
        path = Path(args.output or f"{scenario.scenario.name}-run")
        refuse_existing_run(path)
        scenario = _with_its_volume(scenario, checking=False)
        try:
            folder = RunFolder.create(path, scenario)
        except OSError as error:
            return failed(f"{path}: {reason(error)}", FAILED)
        try:
            return _work(folder, scenario, stop, args.threads, fresh=True)
        except InputError as error:
            # A stage knows the key that is wrong, not the file in which it stands.
            raise InputError(f"{args.file}: {error}") from None


def resume(args: argparse.Namespace) -> int:
    from scenarios.runner.discharging.page import is_cell

    with stop_on_signals() as stop:
        if is_cell(Path(args.folder)):
            raise InputError(
                f"{args.folder}: holds the discharge of a BPX file's cell, which is done anew, not "
                "resumed; expected the folder of a run"
            )
        folder = RunFolder.open(Path(args.folder))
        if folder.is_finished:
            print(f"{args.folder}: this run is finished; nothing to resume")
            missed = folder.what_it_missed
            return failed(missed, FAILED) if missed else DONE
        if holds_analysis(folder.path):
            raise InputError(
                f"{args.folder}: holds an analysis that did not come to its end; remove it and "
                "analyse the volume again"
            )
        scenario = folder.scenario()
        if (now := versions()) != (then := scenario.scenario.versions):
            changed = [f"{k} {then.get(k)}, now {v}" for k, v in now.items() if then.get(k) != v]
            print(f"warning: the run began with other versions: {', '.join(changed)}")
        return _work(folder, scenario, stop, args.threads, fresh=False)


def _work(folder: RunFolder, scenario, stop: StopRequest, threads: int | None, fresh: bool) -> int:
    """Run or continue the pipeline in a folder and turn its end into an exit code."""
    from dem.jit import use_threads
    from scenarios.runner import pipeline

    reporter = Reporter(stop)
    how_to_go_on = f"go on with: calendem resume {folder.path}"
    try:
        with folder.log():
            use_threads(threads)
            with _failures_logged():
                try:
                    if folder.last_checkpoint() is None:
                        pipeline.run(scenario, folder, reporter)
                    else:
                        pipeline.resume(folder, reporter)
                except TargetsMissed as error:
                    folder.mark_finished(str(error))
                    return failed(f"{error}; what was reached stands in {folder.path}", FAILED)
                folder.mark_finished()
    except InputError:
        if fresh and folder.last_checkpoint() is None:
            folder.discard()
        raise
    except (Interrupted, KeyboardInterrupt):
        return failed(f"interrupted; {how_to_go_on}", INTERRUPTED)
    except OSError as error:
        return failed(f"the run failed: {reason(error)}; {how_to_go_on}", FAILED)
    except Exception as error:
        told = isinstance(error, FAILURES) and str(error)
        what = told or f"{type(error).__name__}: {error}".rstrip(": ")
        return failed(f"the run failed: {what}; {how_to_go_on}", FAILED)
    print(f"Done: {folder.path}")
    return DONE


@contextmanager
def _failures_logged() -> Iterator[None]:
    """Keep the traceback of a failure in the run's log; the terminal gets one sentence."""
    try:
        yield
    except (InputError, Interrupted):
        raise
    except Exception:
        logger.exception("the run failed")
        raise


def report(args: argparse.Namespace) -> int:
    from scenarios.runner.discharging.page import is_cell
    from scenarios.runner.report import write_report

    path = Path(args.folder)
    if not is_cell(path):
        path = RunFolder.open(path).path
    print(write_report(path))
    return DONE


def discharge(args: argparse.Namespace) -> int:
    from scenarios.runner.discharging.command import discharge

    return discharge(args)


def analyse(args: argparse.Namespace) -> int:
    with stop_on_signals() as stop:
        from dem.jit import use_threads
        from scenarios.runner.analyse import analyse

        reporter = Reporter(stop)
        use_threads(args.threads)
        try:
            analyse(args, reporter)
        except Interrupted:
            return failed("interrupted; nothing was written", INTERRUPTED)
    return DONE


def export(args: argparse.Namespace) -> int:
    from scenarios.runner.export import export

    with stop_on_signals() as stop:
        try:
            export(args, Reporter(stop))
        except Interrupted:
            return failed("interrupted; the files that are there are whole", INTERRUPTED)
    return DONE


def calibrate(args: argparse.Namespace) -> int:
    from dem.jit import use_threads
    from scenarios.runner.calibration.calibrate import begin, calibrate, open_folder

    with stop_on_signals() as stop:
        calibration, folder, resolved = open_folder(args.file, args.output)
        if folder.is_finished:
            print(f"{folder.path}: this calibration is finished; nothing to go on with")
            missed = folder.what_it_missed
            return failed(missed, FAILED) if missed else DONE
        again = f"go on with: calendem calibrate {args.file} -o {folder.path}"
        try:
            begin(folder, resolved)
            with folder.log(), _failures_logged():
                use_threads(args.threads)
                try:
                    calibrate(calibration, folder, Reporter(stop), stop)
                except TargetsMissed as error:
                    folder.mark_finished(str(error))
                    return failed(f"{error}; what was reached stands in {folder.path}", FAILED)
                folder.mark_finished()
        except InputError:
            raise
        except (Interrupted, KeyboardInterrupt):
            return failed(f"interrupted; {again}", INTERRUPTED)
        except OSError as error:
            return failed(f"the calibration failed: {reason(error)}; {again}", FAILED)
        except FAILURES as error:
            told = str(error) or type(error).__name__
            return failed(f"the calibration failed: {told}; {again}", FAILED)
    print(f"Done: {folder.path}")
    return DONE


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "check": check,
    "run": run,
    "resume": resume,
    "report": report,
    "analyse": analyse,
    "export": export,
    "discharge": discharge,
    "calibrate": calibrate,
}
