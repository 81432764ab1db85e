"""The page that shows a run: tables, plots and pictures in one self-contained HTML file."""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jinja2

from scenarios.runner.analysis import page as analysis_page
from scenarios.runner.discharging import page as discharge_page
from scenarios.runner.discharging.protocol_page import capacity_table, step_table
from scenarios.runner.page.abstract import abstract
from scenarios.runner.page.curves import TRUSTED, curves
from scenarios.runner.page.pore_laws import rate_estimate
from scenarios.runner.page.tables import figure_table, grain_table, observed_table
from scenarios.runner.page.views import begin_views
from scenarios.runner.results import Run, read_run, state_title


def write_report(folder: Path) -> Path:
    """Write `report.html` of a run, an analysis or a cell from the files in its folder alone;
    returns its path.

    Raises InputError when the folder holds no run, OSError when the page cannot be written.
    """
    run = read_run(Path(folder))
    if analysis_page.is_analysis(run):
        template, parts = analysis_page.TEMPLATE, analysis_page.parts(run)
    elif discharge_page.holds_cell(run.summary):
        template, parts = discharge_page.TEMPLATE, discharge_page.parts(run)
    else:
        template, parts = "report.html.j2", _parts(run)
    loader = jinja2.FileSystemLoader(Path(__file__).with_name("templates"))
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    page = environment.get_template(template).render(
        title=run.name,
        description=str(run.scenario.get("scenario", {}).get("description", "")),
        warnings=[str(text) for text in run.summary.get("warnings", [])],
        scenario_text=run.scenario_text,
        versions=_versions(run),
        **parts,
    )
    path = run.folder / "report.html"
    temporary = path.with_name(".report.html.partial")
    try:
        temporary.write_text(page, encoding="utf-8")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def _parts(run: Run) -> dict[str, Any]:
    """What the template shows of a run, by its names there."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        views = begin_views(run, beside)
        parts = {
            "abstract": abstract(run),
            "columns": [_state_title(row) for row in run.rows],
            "table": figure_table(run),
            "observed": observed_table(run),
            "grains": grain_table(run),
            "groups": curves(run),
            "trusted": TRUSTED,
            "tables": {"Discharge": capacity_table(run), "Protocol": step_table(run)},
            "estimate": rate_estimate(run),
        }
        pictures, sections, without_pictures = views()
    return parts | {
        "views": pictures,
        "sections": sections,
        "without_views": without_pictures,
    }


def _state_title(row: Mapping[str, float | str]) -> str:
    return state_title(str(row.get("state", "")))


def _versions(run: Run) -> dict[str, str]:
    resolved = run.scenario.get("scenario", {}).get("versions", {})
    return run.summary.get("versions") or resolved
