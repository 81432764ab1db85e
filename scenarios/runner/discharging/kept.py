"""What stands in a run's `discharge/`: of which cell, and what was done to it.

A run's own tables are of the cell in its `scenario.toml`. Curves may be of another, which the
command made of it: `discharge/cell.toml` tells it, and no curve of an earlier cell stands beside.
"""

import json
import re
import shutil
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import tomlkit
from pydantic import ValidationError

from dem.errors import InputError
from scenarios.runner.damaged import readable
from scenarios.runner.discharging.procedure import IMPEDANCE, PROTOCOL, Procedure
from scenarios.runner.run_folder import RunFolder
from scenarios.runner.schema.cell import DONE_TO_IT, Cell

RECORD = "discharge/cell.toml"
_DONE = (
    (
        ("protocol", "cycles", "initial_state_of_charge"),
        lambda asked: bool(asked.protocol),
        PROTOCOL,
    ),
    (("impedance",), lambda asked: asked.impedance is not None, IMPEDANCE),
)
"""Keys that say what is done beside rates, whether it is asked, and what its files end with."""


class Room:
    """The place of new curves in `discharge/`: nothing there goes before the first of them stands
    ready to be written.

    Raises InputError where the record of what stands there cannot be read.
    """

    def __init__(
        self, folder: RunFolder, cell: Cell, asked: Procedure, of_run: Cell, say: Callable
    ) -> None:
        self._folder, self._cell, self._asked, self._of_run = folder, cell, asked, of_run
        self._place, self._say, self._entered = folder.path / "discharge", say, False
        recorded = _recorded(folder.path)
        before, now = _what_it_is(of_run if recorded is None else recorded), _what_it_is(cell)
        self._other = [key for key in now | before if now.get(key) != before.get(key)]

    def enter(self) -> None:
        """Remove what stands there of another cell, or was done otherwise, and say what comes."""
        if self._entered:
            return
        if self._other and self._place.is_dir():
            shutil.rmtree(self._place)
            self._say(f"Curves of another cell are removed; it differs in {', '.join(self._other)}")
        elif self._place.is_dir():
            for ending in _done_otherwise(self._folder.path, self._cell, self._asked, self._of_run):
                _remove(self._place.glob(f"*_{ending}*"))
        write_record(self._folder, self._cell, self._asked, self._of_run)
        self._entered = True

    def forget(self, name: str) -> None:
        """Remove what stands there of a state, or of one of its curves, as no new can be had."""
        if self._entered or not self._other:
            _remove([self._place / name, *self._place.glob(f"{name}[._]*")])


def _done_otherwise(folder: Path, cell: Cell, asked: Procedure, of_run: Cell) -> Iterator[str]:
    """Endings of files of what was done otherwise than it is asked now."""
    before, now = (
        of if isinstance(of, dict) else of.model_dump(mode="json", exclude_none=True)
        for of in (_recorded(folder) or of_run, cell)
    )
    tables = any(step.follow is not None for step in asked.protocol)
    for keys, was_asked, ending in _DONE:
        other = any(before.get(key) != now.get(key) for key in keys)
        # A table may have been edited.
        if was_asked(asked) and (other or (ending == PROTOCOL and tables)):
            yield ending


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def write_record(folder: RunFolder, cell: Cell, asked: Procedure, of_run: Cell) -> None:
    """Write the cell of the curves in `discharge/`, with all that was done to it so far."""
    data = cell.model_dump(mode="json", exclude_none=True)
    before = _recorded(folder.path)
    stands = (folder.path / "discharge").is_dir()
    if before is None:
        before = of_run.model_dump(mode="json", exclude_none=True) if stands else {}
    rates = [*before.get("rates", ()), *(data["rates"] if asked.rates else ())]
    data["rates"] = list(dict.fromkeys(rates))
    for keys, was_asked, _ in _DONE:
        for key in keys:
            if not was_asked(asked):
                data.pop(key, None)
                data |= {key: before[key]} if key in before else {}
    document = tomlkit.document()
    document.add(tomlkit.comment("The cell of the curves here, and what was done to it so far."))
    document.add("cell", tomlkit.item(data))
    folder.write_text(RECORD, tomlkit.dumps(document))


def changed_from(folder: Path, scenario: Mapping[str, Any]) -> dict[str, Any]:
    """Keys of the recorded cell that differ from that of a scenario's TOML, as recorded.

    Raises InputError for a record that cannot be read.
    """
    recorded = _recorded(folder)
    if recorded is None or "cell" not in scenario:
        return {}
    now, before = _what_it_is(recorded), _what_it_is(scenario["cell"])
    return {key: now.get(key) for key in now | before if now.get(key) != before.get(key)}


def read_summary(folder: RunFolder) -> dict[str, Any]:
    """A run's summary.json. Raises InputError where it is missing or damaged."""
    path = folder.path / "summary.json"
    with readable(path):
        return json.loads(path.read_text("utf-8"))


def keep_summary(
    folder: RunFolder,
    summary: dict[str, Any],
    new: Mapping[str, Any],
    placeholders: list[str],
    states: list[str],
) -> None:
    """Put into a run's summary.json what came of a discharge, beside what it says of the curves
    that stand from before; its states stay as they were."""
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
    if not path.is_file():
        return None
    try:
        cell = tomllib.loads(path.read_text("utf-8")).get("cell")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        why = f"is not valid TOML ({error})"
    else:
        if isinstance(cell, dict):
            return cell
        why = "has no section [cell]"
    raise InputError(
        f"{path}: {why}; expected the record of the cell whose curves stand there: remove the "
        "folder discharge, and ask for its curves again"
    )


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
