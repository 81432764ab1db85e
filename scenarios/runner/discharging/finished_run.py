"""A finished run is discharged without its mechanics."""

from scenarios.runner import results_file
from scenarios.runner.closing import tell_and_report
from scenarios.runner.discharges import Discharged, discharge_states
from scenarios.runner.discharging.kept import keep_summary, read_summary
from scenarios.runner.discharging.procedure import Procedure
from scenarios.runner.discharging.structure import refuse_older
from scenarios.runner.discharging.tables import capacity_table, step_table
from scenarios.runner.interrupt import Interrupted
from scenarios.runner.progress import Reporter
from scenarios.runner.run_folder import RunFolder
from scenarios.runner.schema import Scenario


def discharge(
    folder: RunFolder, scenario: Scenario, asked: Procedure, reporter: Reporter
) -> dict[str, str]:
    """Take the cells of a finished run through what is asked, without its mechanics.

    scenario : the run's, its cell as it is to be now. Returns the states that make no cell and the
    curves that could not be had, and why; where it is interrupted the summary tells what stands.
    """
    of_run = folder.scenario(protocol=False).cell
    figures = results_file.read_figures(folder.path / "run.h5")
    refuse_older(figures, folder.path)
    # Now, not when the curves are done.
    summary = read_summary(folder)
    names, found = [each.name for each in figures], Discharged()
    with folder.log():
        try:
            discharge_states(figures, scenario, folder, reporter, asked, of_run, found)
        except (Interrupted, KeyboardInterrupt):
            keep_summary(folder, summary, found.plain(), found.placeholders, names)
            raise
        keep_summary(folder, summary, found.plain(), found.placeholders, names)
        tell_and_report(folder, reporter, found.warnings)
    for line in [*capacity_table(found.rates), *step_table(found.steps)]:
        reporter.say(line)
    return found.failed
