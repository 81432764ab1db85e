"""Simulated electrodes beside the published ones: `python benchmarks/published_figures.py RUN…`.

RUN are folders of finished runs of `lim2025` (Lim et al., Small 2025) or `beuse2021` (Beuse et al.,
Batteries 2021), several seeds of one scenario as it likes. Prints a Markdown table for each of the
two: every published figure of structure and mechanics, ours as the mean over the runs ± their
standard deviation, and what a published figure may miss. Nothing is fitted to any of them.
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scenarios.runner.results_file import read_figures
from scenarios.runner.states import StateFigures

MEASURED_ROLL = 0.4
"""Diameter [m] of the rolls that the runs' line loads are for; q goes with its root."""
ROLLS = (0.2, 0.4, 0.9)


@dataclass
class Row:
    """A published figure. ours : of the states of one run, None where it has no such state."""

    quantity: str
    theirs: str
    ours: Callable[[dict[str, StateFigures]], float | None]
    digits: int = 3


def states_of(folder: Path) -> dict[str, StateFigures]:
    """The states of a run by name."""
    return {figures.name: figures for figures in read_figures(folder / "run.h5")}


def of(name: str, column: str, factor: float = 1.0) -> Callable:
    """A column of a state."""

    def value(states):
        if name not in states or states[name].row.get(column) is None:
            return None
        return factor * states[name].row[column]

    return value


def over(first: Callable, second: Callable) -> Callable:
    """The ratio of two figures."""

    def value(states):
        above, below = first(states), second(states)
        return above / below if above is not None and below else None

    return value


def tortuosity(name: str) -> Callable:
    """τ of D_eff = ε D/τ²; the column holds τ²."""
    squared = of(name, "tortuosity_factor_z")

    def value(states):
        found = squared(states)
        return None if found is None else float(np.sqrt(found))

    return value


def steepest(column: str, names: tuple[str, ...]) -> Callable:
    """Largest relative change of a column over some states."""

    def value(states):
        found = [of(name, column)(states) for name in names]
        if None in found:
            return None
        return 100 * (max(found) / min(found) - 1)

    return value


def top_over_rest(share: float, key: str) -> Callable:
    """A profile's mean in the top third over that in the two others, at a total porosity [%]."""

    def value(states):
        name = state_at(share, states)
        if name is None:
            return None
        layers = np.array_split(states[name].profile[key], 3)
        return float(layers[2].mean() / np.concatenate(layers[:2]).mean())

    return value


def alike(name: str, one: str, other: str) -> Callable:
    """Correlation of two profiles, in tenths of the thickness."""

    def value(states):
        if name not in states or not {one, other} <= states[name].profile.keys():
            return None
        tenths = [
            [part.mean() for part in np.array_split(np.array(states[name].profile[key]), 10)]
            for key in (one, other)
        ]
        return float(np.corrcoef(tenths)[0, 1])

    return value


def lim_rows() -> list[Row]:
    """Lim et al. (2025)."""
    last = ("3.30", "3.40", "3.50", "3.60", "3.80", "4.00")
    rows = [
        Row(f"thickness at {name} / µm", theirs, of(name, "thickness_um"))
        for name, theirs in (("as_coated", "86.1"), ("3.60", "55.0"), ("4.00", "49.5"))
    ]
    sigma, tau = "electronic_conductivity_z_S_m", tortuosity
    pores, binder = "am_pore_area_m2_m3", "am_cbd_area_m2_m3"
    rows += [
        Row("porosity at 3.6 / %", "17.9 and 18.7", of("3.60", "porosity", 100)),
        Row("effective conductivity at 3.6 / S/m", "1.8 and 1.9", of("3.60", sigma)),
        Row("the same, 4.0 over 2.3", "2.3", over(of("4.00", sigma), of("as_coated", sigma))),
        Row("tortuosity τ at 3.6", "2.5 and 2.6", tau("3.60")),
        Row("the same, 3.8 over 3.6", "steep", over(tau("3.80"), tau("3.60"))),
        Row("AM–pore area at 3.6 / 1e5 m²/m³", "7.04 and 6.98", of("3.60", pores, 1e-5)),
        Row("its change, 3.3 to 4.0 / %", "flat", steepest(pores, last)),
        Row("AM–CBD area at 3.6 / 1e5 m²/m³", "8.74 and 8.63", of("3.60", binder, 1e-5)),
        Row("its change, 3.3 to 3.6 / %", "flat", steepest(binder, last[:4])),
        Row("the same, 3.8 over 3.6", "jump", over(of("3.80", binder), of("3.60", binder))),
    ]
    for name, above_100, above_150 in (
        ("2.80", "5.0 … 1.5", "5.0 … 1.5"),
        ("3.00", "5.0 … 1.5", "5.0 … 1.5"),
        ("3.40", "10", ""),
        ("3.60", "10", ""),
    ):
        for limit, theirs in ((100, above_100), (150, above_150)):
            rows.append(
                Row(
                    f"AM above {limit} MPa, pressed to {name} / %",
                    theirs,
                    of(name, f"am_volume_above_{limit}MPa", 100),
                )
            )
    rows.append(
        Row(
            "cracks' profile against that above 150 MPa at 3.6, correlation",
            "follows it",
            alike("3.60", "profile_crack_area_m2_m3", "profile_am_above_150MPa"),
        )
    )
    names = ("2.40", "2.50", "2.70", "2.80", "3.00", *last)
    for column, what, factor in (
        ("springback", "springback / %", 100),
        ("peak_pressure_MPa", "peak pressure / MPa", 1),
        ("broken_bond_fraction", "broken bonds / %", 100),
        ("cracked_particle_fraction", "cracked particles / %", 100),
        ("crack_volume_fraction", "opened cracks / % of the volume", 100),
    ):
        for name in names:
            rows.append(Row(f"{what} at {name}", "", of(name, column, factor)))
    for diameter in ROLLS:
        factor = float(np.sqrt(diameter / MEASURED_ROLL))
        for name in ("2.80", "3.30", "3.60", "4.00"):
            what = f"line load at {name}, rolls of {1000 * diameter:.0f} mm / N/mm"
            rows.append(Row(what, "100 … 2000", of(name, "line_load_N_mm", factor)))
    return rows


def beuse_rows() -> list[Row]:
    """Beuse et al. (2021), by gauge porosity."""
    rows = []
    for share, cracked in (
        (44, "almost none"), (39, ""), (30, "several"), (26, ""), (18, "about half"),
    ):  # fmt: skip
        rows += [
            Row(f"porosity at {share} % / %", f"{share}", at(share, "porosity", 100)),
            Row(f"cracked particles at {share} % / %", cracked,
                at(share, "cracked_particle_fraction", 100)),
            Row(f"the same of the top third at {share} % / %", "nearly all" if share == 18 else "",
                at(share, "cracked_particle_fraction_top_third", 100)),
            Row(f"peak pressure at {share} % / MPa", "", at(share, "peak_pressure_MPa")),
            Row(f"springback at {share} % / %", "", at(share, "springback", 100)),
        ]  # fmt: skip
    return [
        *rows,
        Row("rms roughness at 44 % / µm", "2.59", at(44, "surface_roughness_um")),
        Row("rms roughness at 18 % / µm", "0.74", at(18, "surface_roughness_um")),
        Row("new surface at 18 % / m²/g", "0.8 in pores", at(18, "new_surface_m2_g")),
        Row("porosity of the top third over that below, at 18 %", "below 1",
            top_over_rest(18, "profile_porosity")),
    ]  # fmt: skip


def at(share: float, column: str, factor: float = 1.0) -> Callable:
    """A column of the state of a total porosity [%]."""

    def value(states):
        name = state_at(share, states)
        return None if name is None else of(name, column, factor)(states)

    return value


def state_at(share: float, states: dict[str, StateFigures]) -> str | None:
    """The state of a total porosity [%], within half a point."""
    off = {name: abs(100 * figures.row["porosity"] - share) for name, figures in states.items()}
    nearest = min(off, key=off.get)
    return nearest if off[nearest] < 0.5 else None


def table(rows: list[Row], runs: list[dict[str, StateFigures]]) -> str:
    """A Markdown table, ours beside theirs."""
    lines = ["| | published | here |", "|---|---|---|"]
    for row in rows:
        found = [value for states in runs if (value := row.ours(states)) is not None]
        lines.append(f"| {row.quantity} | {row.theirs} | {in_words(found)} |")
    return "\n".join(lines)


def in_words(found: list[float]) -> str:
    """The mean of some runs ± their standard deviation, one alone without."""
    if not found:
        return "not reached"
    if len(found) == 1:
        return f"{found[0]:.3g}"
    return f"{np.mean(found):.3g} ± {np.std(found, ddof=1):.2g}"


def counted(name: str, states: dict[str, StateFigures], particles: int) -> str:
    """The share of cracked particles of one run with its interval of 95 % (Wilson 1927)."""
    share = states[name].row["cracked_particle_fraction"]
    low, high = proportion_interval(share, particles)
    return f"{name}: {100 * share:.1f} % ({100 * low:.1f} … {100 * high:.1f})"


def proportion_interval(share: float, count: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's interval of a proportion seen in `count` draws."""
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count)
    half *= np.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return middle - half, middle + half


def main() -> None:
    """Print a table for each scenario among the runs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "runs", type=Path, nargs="+", metavar="RUN", help="folders of finished runs"
    )
    chosen = parser.parse_args()
    by_scenario = {"lim2025": (lim_rows(), []), "beuse2021": (beuse_rows(), [])}
    for folder in dict.fromkeys(path.resolve() for path in chosen.runs):
        if not (folder / "summary.json").is_file():
            parser.error(f"{folder}: no summary.json; expected the folder of a finished run")
        name = json.loads((folder / "summary.json").read_text())["scenario"]["name"]
        if name not in by_scenario:
            parser.error(f"{folder}: a run of {name}; expected {' or '.join(by_scenario)}")
        by_scenario[name][1].append(folder)
    for name, (rows, folders) in by_scenario.items():
        if not folders:
            continue
        runs = [states_of(folder) for folder in folders]
        print(f"\n## {name}, {len(runs)} run{'s' * (len(runs) > 1)}\n\n{table(rows, runs)}")
        for folder, states in zip(folders, runs, strict=True):
            particles = json.loads((folder / "summary.json").read_text())["decomposition"]
            count = particles["particles"]
            print(
                f"\n{folder.name}, {count} particles, cracked with its interval of 95 %: "
                + "; ".join(counted(state, states, count) for state in states)
            )


if __name__ == "__main__":
    main()
