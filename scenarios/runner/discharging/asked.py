"""What the command `discharge` asks for: its rates, its file of a protocol, its settings."""

import argparse
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dem.errors import InputError
from electrochem.porous_electrode.cell import Cell as SolvedCell
from scenarios.runner.cell_problems import cell_problems
from scenarios.runner.discharging.procedure import Procedure
from scenarios.runner.load import apply
from scenarios.runner.protocol_problems import protocol_problems, voltage_problems
from scenarios.runner.refusals import refusal_lines, suggestion
from scenarios.runner.run_folder import RunFolder
from scenarios.runner.schema import Scenario
from scenarios.runner.schema.cell import DONE_TO_IT, Cell
from scenarios.runner.units import read_rate

IN_FILE = tuple(key for key in DONE_TO_IT if key != "rates")


def rates_of(given: str) -> tuple[float, ...]:
    """The C-rates of the option, each once."""
    rates = []
    for text in given.split(","):
        try:
            rates.append(read_rate(text))
        except ValueError as error:
            raise InputError(f'--rates: "{text}": {error}; expected such as 0.1C,1C,C/3') from None
    return tuple(dict.fromkeys(rates))


def asked_of_run(args: argparse.Namespace, folder: RunFolder) -> tuple[Scenario, Procedure]:
    """A run's scenario with its cell as the options have it, and what is done to it.

    Where no option says what is done, that is all that the scenario asks. Raises InputError for a
    key of another section, and as `load`.
    """
    given = _settings(args)
    scenario = folder.scenario(args.set, protocol=False)
    in_file = _of_file(args, given)
    cell = scenario.cell.model_copy(update=in_file)
    if args.rates is not None:
        cell = cell.model_copy(update={"rates": rates_of(args.rates)})
        given["rates"] = cell.rates
    asked = _procedure(cell, {*given, *in_file})
    done = {"protocol": asked.protocol, "impedance": asked.impedance}
    for key, text in cell_problems(cell.model_copy(update=done)):
        own = key.removeprefix("cell.")
        from_file = own.partition("[")[0] in in_file
        raise InputError(f"{args.protocol}: {own} {text}" if from_file else f"{key} {text}")
    return scenario.model_copy(update={"cell": cell}), asked


def asked_of_file(args: argparse.Namespace, of_file: SolvedCell) -> Procedure:
    """What is done to the cell of a BPX file; raises InputError where the options say nothing, or
    what the cell cannot do."""
    given = _settings(args)
    for key in given:
        if key not in DONE_TO_IT:
            raise InputError(
                f"--set cell.{key}: a BPX file says what its cell is; known here: "
                f"{', '.join(DONE_TO_IT)}"
            )
    cell = _validated(given, Path.cwd(), "--set")
    in_file = _of_file(args, given)
    cell = cell.model_copy(update=in_file)
    if args.rates is not None:
        cell = cell.model_copy(update={"rates": rates_of(args.rates)})
        given["rates"] = cell.rates
    limits = (of_file.lower_voltage, of_file.upper_voltage)
    for key, text in (
        *protocol_problems(cell.protocol, cell.cycles, has_area=True),
        *voltage_problems(cell.protocol, of_file.materials, limits),
    ):
        raise InputError(f"{args.protocol if 'protocol' in in_file else '--set'}: {key} {text}")
    if not {*given, *in_file}:
        raise InputError("discharge --bpx: expected --rates, --protocol or both")
    return _procedure(cell, {*given, *in_file})


def _procedure(cell: Cell, given: set[str]) -> Procedure:
    whole = Procedure.of(cell)
    if not given & set(DONE_TO_IT):
        return whole
    steps = given & {"protocol", "cycles", "initial_state_of_charge"}
    asked = replace(
        whole,
        rates=whole.rates if "rates" in given else (),
        protocol=whole.protocol if steps else (),
        impedance=whole.impedance if "impedance" in given else None,
    )
    if not asked.parts:
        keys = ", ".join(sorted(given & set(DONE_TO_IT)))
        raise InputError(
            f"discharge: {keys} given, but the protocol has no step; expected steps in "
            "cell.protocol, --rates or an impedance"
        )
    return asked


def _settings(args: argparse.Namespace) -> dict[str, Any]:
    """Keys of [cell] that --set gives, raw."""
    found: dict[str, Any] = {"cell": {}}
    for setting in args.set:
        key = setting.partition("=")[0].strip()
        if not key.startswith("cell."):
            raise InputError(
                f"--set {setting}: the structure is as the run left it; expected cell.KEY=VALUE"
            )
        # Entries of lists are set one by one in the scenario; here their names do.
        if key.count(".") == 1:
            apply(found, setting)
        else:
            found["cell"][key.split(".")[1]] = None
    return found["cell"]


def _of_file(args: argparse.Namespace, given: Mapping[str, Any]) -> dict[str, Any]:
    """Checked keys of the file of --protocol."""
    if args.protocol is None:
        return {}
    path = Path(args.protocol)
    data = _read_file(path)
    if twice := [key for key in data if key in given]:
        raise InputError(f"--set cell.{twice[0]}: stands in {path} too; expected it once")
    cell = _validated(data, path.resolve().parent, str(path))
    return {key: getattr(cell, key) for key in data}


def _validated(data: dict[str, Any], folder: Path, origin: str) -> Cell:
    try:
        return Cell.model_validate(data, context={"folder": folder})
    except ValidationError as error:
        lines = refusal_lines(error, data, Cell)
    raise InputError("\n".join(f"{origin}: {key} {text}" for key, text in lines))


def _read_file(path: Path) -> dict[str, Any]:
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: not valid TOML: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        told = getattr(error, "strerror", None) or "it is no text"
        raise InputError(f"{path}: cannot be read ({told})") from None
    for key in data:
        if key not in IN_FILE:
            raise InputError(
                f"{path}: {key} is not a known key{suggestion(key, IN_FILE)}; known here: "
                f"{', '.join(IN_FILE)}"
            )
    if "protocol" not in data and "impedance" not in data:
        raise InputError(f"{path}: has neither protocol nor impedance; expected one of them")
    return data
