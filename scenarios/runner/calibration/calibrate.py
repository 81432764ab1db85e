"""The command `calibrate`: from a calibration file to a materials file and its report."""

from pathlib import Path

from dem.errors import InputError
from scenarios.runner.calibration.crushes import Particle, divided, scenario_of
from scenarios.runner.calibration.fit import fit
from scenarios.runner.calibration.materials_file import materials_text
from scenarios.runner.calibration.read import read_calibration, resolved_calibration
from scenarios.runner.calibration.report import write_report
from scenarios.runner.calibration.results import misses, remarks, results_of
from scenarios.runner.calibration.rounds import Crusher
from scenarios.runner.calibration.table import crushes_csv
from scenarios.runner.interrupt import StopRequest
from scenarios.runner.progress import Reporter
from scenarios.runner.run_folder import RunFolder, TargetsMissed, versions
from scenarios.runner.schema.calibration import Calibration

_RESOLVED = "calibration.toml"


def calibrate(calibration: Calibration, folder: RunFolder, reporter: Reporter, stop) -> None:
    """Fit, and write what was found into the folder.

    Raises Interrupted, RunFailed and, with everything written, TargetsMissed.
    """
    crusher = Crusher(calibration, folder, reporter, stop)
    speed = calibration.mechanics.inertial_number
    fitted = fit(
        calibration, lambda name, material: crusher.round(name, material, speed), reporter.say
    )
    half = None
    if calibration.fit.prove_quasi_static:
        best = fitted.rounds[fitted.best].material
        half = crusher.round("Crushing at half the speed", best, 0.5 * speed)
    results = results_of(calibration, fitted, half)
    folder.write_text("crushes.csv", crushes_csv(results.best))
    materials = f"{calibration.calibration.name}.toml"
    folder.write_text(materials, materials_text(results, versions()))
    with reporter.stage("Report"):
        write_report(results, folder)
    for text in remarks(results):
        reporter.say(f"  {text}")
    if missed := misses(results):
        raise TargetsMissed("\n".join(f"target not met: {text}" for text in missed))


def open_folder(file: str, output: str | None) -> tuple[Calibration, RunFolder, str]:
    """The calibration of a file, the folder that it goes on or begins in, and what it was given.

    Raises InputError, with nothing written, where the file is wrong, its particles cannot break,
    or the folder holds anything else.
    """
    calibration = read_calibration(file)
    path = Path(output or f"{calibration.calibration.name}-calibration")
    resolved = resolved_calibration(calibration, versions())
    if path.exists() and not path.is_dir():
        raise InputError(f"{path}: is a file; expected a folder to calibrate in")
    if (path / _RESOLVED).is_file():
        if (path / _RESOLVED).read_text("utf-8") != resolved:
            raise InputError(
                f"{path}: holds another calibration, or one by other versions; choose another "
                "folder with -o"
            )
        return calibration, RunFolder(path), resolved
    if path.is_dir() and any(path.iterdir()):
        raise InputError(f"{path}: is not empty; expected a new or an empty folder")
    _refuse_what_cannot_break(calibration, file)
    return calibration, RunFolder(path), resolved


def begin(folder: RunFolder, resolved: str) -> None:
    """Write what is calibrated, where that is not there yet; InputError where nothing can be."""
    if (folder.path / _RESOLVED).is_file():
        return
    try:
        folder.path.mkdir(parents=True, exist_ok=True)
        folder.write_text(_RESOLVED, resolved)
    except (PermissionError, NotADirectoryError, FileExistsError) as error:
        raise InputError(f"{folder.path}: cannot be written to ({error.strerror})") from None


def _refuse_what_cannot_break(calibration: Calibration, file: str) -> None:
    chosen = calibration.particles
    for diameter in sorted(chosen.diameters):
        particle = Particle(diameter, chosen.first_seed, calibration.material, 0.01)
        if len(divided(scenario_of(calibration, particle), StopRequest()).bonds.first) == 0:
            raise InputError(
                f"{file}: particles.diameters: one of {1e6 * diameter:g} um stays a single grain, "
                "which cannot crush; expected larger particles, or a smaller "
                "decomposition.grain_size or decomposition.minimum_grains"
            )
