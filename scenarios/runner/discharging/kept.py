"""What stands in a run's `discharge/`: of which cell, and what was done to it.

A run's own tables are of the cell in its `scenario.toml`. Curves may be of another, which the
command made of it: `discharge/cell.toml` tells it, and no curve of an earlier cell stands beside.
"""

import json
import re
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit
from pydantic import ValidationError

from scenarios.runner.discharging.procedure import PROTOCOL, Procedure
from scenarios.runner.run_folder import RunFolder
from scenarios.runner.schema.cell import DONE_TO_IT, Cell

RECORD = "discharge/cell.toml"


def make_room(folder: RunFolder, cell: Cell, of_run: Cell) -> list[str]:
    """Remove what stands in `discharge/` of another cell; returns the keys that tell them apart."""
    recorded = _recorded(folder.path)
    before, now = _what_it_is(of_run if recorded is None else recorded), _what_it_is(cell)
    other = [key for key in now | before if now.get(key) != before.get(key)]
    stale = folder.path / "discharge"
    if other and stale.is_dir():
        shutil.rmtree(stale)
    return other


def forget_state(folder: RunFolder, state: str) -> None:
    """Remove every curve of a state of which no new ones can be had."""
    for path in (folder.path / "discharge").glob(f"{state}_*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def write_record(folder: RunFolder, cell: Cell, asked: Procedure, of_run: Cell) -> None:
    """Write the cell of the curves in `discharge/`, with all that was done to it so far."""
    data = cell.model_dump(mode="json", exclude_none=True)
    before = _recorded(folder.path)
    stands = (folder.path / "discharge").is_dir()
    if before is None:
        before = of_run.model_dump(mode="json", exclude_none=True) if stands else {}
    rates = [*before.get("rates", ()), *(data["rates"] if asked.rates else ())]
    data["rates"] = list(dict.fromkeys(rates))
    for keys, was_asked in (
        (("protocol", "cycles", "initial_state_of_charge"), asked.protocol),
        (("impedance",), asked.impedance),
    ):
        for key in keys:
            if not was_asked:
                data.pop(key, None)
                data |= {key: before[key]} if key in before else {}
    document = tomlkit.document()
    document.add(tomlkit.comment("The cell of the curves here, and what was done to it so far."))
    document.add("cell", tomlkit.item(data))
    folder.write_text(RECORD, tomlkit.dumps(document))


def changed_from(folder: Path, scenario: Mapping[str, Any]) -> dict[str, Any]:
    """Keys of the recorded cell that differ from that of a scenario's TOML, as recorded."""
    recorded = _recorded(folder)
    if recorded is None or "cell" not in scenario:
        return {}
    now, before = _what_it_is(recorded), _what_it_is(scenario["cell"])
    return {key: now.get(key) for key in now | before if now.get(key) != before.get(key)}


def keep_summary(
    folder: RunFolder, new: Mapping[str, Any], placeholders: list[str], states: list[str]
) -> None:
    """Put into a run's summary.json what came of a discharge, beside what it says of the curves
    that stand from before; its states stay as they were."""
    summary = json.loads((folder.path / "summary.json").read_text("utf-8"))
    old = summary.get("discharge", {})
    redone = {_curve(row) for row in new["rates"]} | {_protocol(row) for row in new["steps"]}

    def stands(name: str) -> bool:
        return name not in redone and (folder.path / "discharge" / f"{name}.csv").is_file()

    rates = [row for row in old.get("rates", ()) if stands(_curve(row))] + new["rates"]
    steps = [row for row in old.get("steps", ()) if stands(_protocol(row))] + new["steps"]
    told = [text for text in old.get("warnings", ()) if stands(text.partition(": ")[0])]
    # Earlier versions kept no list of their own: warnings on curves begin with their names.
    of_curve = re.compile(rf"({'|'.join(map(re.escape, states))})_(\S+C|protocol)")
    others = []
    for text in summary.get("warnings", ()):
        name = text.partition(": ")[0]
        if text not in old.get("warnings", ()) and (not of_curve.fullmatch(name) or stands(name)):
            others.append(text)
    summary["warnings"] = list(dict.fromkeys([*told, *new["warnings"], *others]))
    summary["placeholders"] = placeholders or summary.get("placeholders", [])
    summary["discharge"] = {
        "rates": sorted(rates, key=lambda row: (states.index(row["state"]), row["rate_C"])),
        "steps": sorted(steps, key=lambda row: states.index(row["state"])),
        "failed": new["failed"],
        "warnings": [*told, *new["warnings"]],
    }
    folder.write_text("summary.json", json.dumps(summary, indent=1, allow_nan=False) + "\n")


def _curve(row: Mapping[str, Any]) -> str:
    return f"{row['state']}_{row['rate_C']:g}C"


def _protocol(row: Mapping[str, Any]) -> str:
    return f"{row['state']}_{PROTOCOL}"


def _recorded(folder: Path) -> dict[str, Any] | None:
    path = folder / RECORD
    return tomllib.loads(path.read_text("utf-8"))["cell"] if path.is_file() else None


def _what_it_is(cell: Cell | Mapping[str, Any]) -> dict[str, Any]:
    """Keys that say what the cell is, written alike whatever version wrote them."""
    if not isinstance(cell, Cell):
        own = {key: value for key, value in cell.items() if key not in DONE_TO_IT}
        try:
            cell = Cell.model_validate(own)
        except ValidationError:
            return own
    data = cell.model_dump(mode="json", exclude_none=True)
    return {key: value for key, value in data.items() if key not in DONE_TO_IT}
