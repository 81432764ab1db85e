"""The page that shows a calibration: values, figures, plots in one self-contained HTML file."""

from pathlib import Path

import jinja2

from scenarios.runner.calibration import plots
from scenarios.runner.calibration.read import resolved_calibration
from scenarios.runner.calibration.results import Figure, Results, remarks
from scenarios.runner.page.figures import plot
from scenarios.runner.run_folder import RunFolder, versions

_TITLES = {
    "young_modulus": "Young's modulus in contacts",
    "bond_modulus": "Young's modulus of bonds",
    "bond_tensile_strength": "Tensile strength of bonds",
    "bond_cohesion": "Shear strength of bonds",
    "contact_yield_pressure": "Yield pressure of contacts",
    "modulus": "Modulus of the particle",
    "strength": "Crush strength",
    "secant": "Secant modulus at the crush",
    "hertz": "Modulus as a Hertz sphere",
}


def write_report(results: Results, folder: RunFolder) -> Path:
    """Write `report.html` of a calibration."""
    calibration = results.calibration
    templates = Path(__file__).parents[1] / "templates"
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates), autoescape=True,
        undefined=jinja2.StrictUndefined, trim_blocks=True,
    )  # fmt: skip
    best = results.best
    reference = f"{1e6 * calibration.target.reference_diameter:g} µm"
    page = environment.get_template("calibration.html.j2").render(
        title=calibration.calibration.name,
        description=calibration.calibration.description,
        reference=reference,
        crushed=len(best.crushes),
        rounds=len(results.fitted.rounds),
        met=results.fitted.met,
        remarks=remarks(results),
        values=[
            (_TITLES[v.name], _words(v.value), _range(v.interval), _range(v.target_range))
            for v in results.values
        ],
        figures=[
            (
                _TITLES[f.name],
                "–"
                if f.target is None
                else _words(f.target) + ("" if f.fitted else " (not fitted)"),
                _words(f.shown.value),
                _range(f.shown.interval),
                f"{100 * f.shown.scatter:.1f} %",
            )
            for f in results.figures
        ],
        plots=[
            plot(plots.curves(results), "Force on the platens; dots: the crush."),
            plot(plots.nominal_curves(results), "The same in nominal stress and closing."),
            plot(plots.size_effect(results), "Crush strength against diameter."),
            plot(plots.history(results), "Rounds of the fit, with 95 % intervals."),
        ],
        sources=calibration.target.sources,
        resolved=resolved_calibration(calibration, {}),
        versions=versions(),
    )
    return folder.write_text("report.html", page)


def _wanted(figure: Figure) -> str:
    if figure.target is None:
        return "–"
    return _words(figure.target) + ("" if figure.fitted else " (not fitted)")


def _words(value: float) -> str:
    return f"{value / 1e6:.4g} MPa" if value < 1e9 else f"{value / 1e9:.4g} GPa"


def _range(ends: tuple[float, float]) -> str:
    low, high = ends
    return "exact" if low == high else f"{_words(low)} – {_words(high)}"
