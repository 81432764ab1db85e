"""What ends a run and a discharge alike: its warnings said, its page written."""

from scenarios.runner.progress import Reporter
from scenarios.runner.run_folder import RunFolder


def tell_and_report(folder: RunFolder, reporter: Reporter, warnings: list[str]) -> None:
    """Say each warning, and write the folder's page."""
    from scenarios.runner.report import write_report

    for text in warnings:
        reporter.warn(text)
    with reporter.stage("Report"):
        write_report(folder.path)
