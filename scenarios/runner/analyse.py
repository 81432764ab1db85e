"""The command `analyse`: all that a label volume alone can answer, in a run's tables."""

import argparse
import copy
import logging
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dem.errors import InputError
from scenarios.runner.analysis.areas import AREAS
from scenarios.runner.analysis.folder import write_analysis
from scenarios.runner.analysis.group import Found, Group, Sample
from scenarios.runner.analysis.groups import FIRST, GROUPS, chosen
from scenarios.runner.analysis.transport import TRANSPORT
from scenarios.runner.image import image_as_read, with_record
from scenarios.runner.load import Source, read
from scenarios.runner.option_names import in_options, options_named
from scenarios.runner.progress import Reporter
from scenarios.runner.report import write_report
from scenarios.runner.run_folder import ANALYSED, RunFolder, refuse_existing_run
from scenarios.runner.schema import Scenario
from voxelize.deposit.fractions import Fractions
from voxelize.read.fractions import read_fractions
from voxelize.volume import Volume

_THINNEST = 2
"""Voxels along an axis."""
logger = logging.getLogger("calendem")


def analyse(args: argparse.Namespace, reporter: Reporter) -> RunFolder:
    """Measure the volume that the arguments name and write what was found; returns the folder.

    Raises InputError for a wrong argument, an unreadable volume or a folder that holds a run.
    Nothing is left of an analysis that did not come to its end.
    """
    groups = chosen(args.only, args.without)
    for option in ("tensor", "richardson", "fields"):
        if getattr(args, option) and TRANSPORT not in groups:
            raise InputError(f"--{option}: is of the group transport, which is left out")
    if args.fractions is not None and not {AREAS, TRANSPORT} & set(groups):
        raise InputError("--fractions: is of the groups areas and transport, which are left out")
    told: list[str] = []

    def tell(text: str) -> None:
        told.append(in_options(text))
        reporter.say(told[-1])

    with options_named():
        scenario = _scenario(args)
        path = Path(args.output or f"{scenario.scenario.name}-run")
        refuse_existing_run(path)
        scenario = with_record(scenario, tell)
        volume = image_as_read(scenario, tell)
        _refuse_flat(volume, args)
    fractions = None if args.fractions is None else _fractions(args.fractions, volume)
    folder = RunFolder.create(path, scenario)
    with folder.log():
        for text in told:
            logger.info(text)
        try:
            (path / ANALYSED).mkdir()
            _measure(
                Sample(volume, scenario, fractions), groups, folder, reporter,
                asked_for=args.only is not None,
            )  # fmt: skip
        except BaseException:
            folder.discard()
            raise
        # No stage of its own, which would stop where asked to and say that nothing was written.
        write_report(folder.path)
        folder.mark_finished()
    reporter.say(f"Done: {folder.path}")
    return folder


def _measure(
    sample: Sample,
    groups: list[Group],
    folder: RunFolder,
    reporter: Reporter,
    asked_for: bool,
) -> None:
    """Measure the groups, tell what they found and write it.

    asked_for : whether each group was named: what the volume cannot show is refused then, and else
        left out with a warning
    """
    found: dict[str, Found] = {}
    left_out = {name: "not asked for" for name in GROUPS if name not in {g.name for g in groups}}
    warnings = []
    for group in (FIRST, *groups):
        try:
            with reporter.stage(group.title) as progress:
                found[group.name] = group.measure(sample, progress)
        except InputError as error:
            if group is FIRST:
                raise
            if asked_for:
                raise InputError(f"--only {group.name}: {error}") from None
            left_out[group.name] = str(error)
            warnings.append(f"{group.title} ({group.name}) left out: {error}")
            reporter.warn(warnings[-1])
            continue
        for remark in found[group.name].remarks:
            warnings.append(f"{group.title} ({group.name}): {remark}")
            reporter.warn(warnings[-1])
        for name, value in found[group.name].row.items():
            reporter.say(f"  {name:<52} {value:.6g}")
    # Measured in the order asked for, shown in one order.
    found = {name: found[name] for name in (FIRST.name, *GROUPS) if name in found}
    with reporter.stage("Tables and curves"):
        about = sample.scenario.scenario
        write_analysis(
            folder,
            sample,
            found,
            left_out,
            scenario={"name": about.name, "description": about.description},
            warnings=warnings,
        )


def _refuse_flat(volume: Volume, args: argparse.Namespace) -> None:
    """Refuse a single layer of voxels: no pore, surface or path can be told in it."""
    layers = volume.coating.stop - volume.coating.start
    shape = layers, *volume.labels.shape[1:]
    if min(shape) < _THINNEST:
        axes = " and ".join(name for name, size in zip("zyx", shape, strict=True) if size == 1)
        raise InputError(
            f"{'VOLUME' if args.crop is None else '--crop'}: the coating is one voxel thick along "
            f"{axes} ({' × '.join(map(str, shape))} voxels, z, y, x); expected at least "
            f"{_THINNEST} along each axis"
        )


def _fractions(path: str, volume: Volume) -> Fractions:
    try:
        return read_fractions(path, volume)
    except InputError as error:
        raise InputError(f"--fractions: {error}") from None


def _scenario(args: argparse.Namespace) -> Scenario:
    """The scenario that reads this volume, presses nothing and discharges nothing."""
    given = {
        "dataset": args.dataset,
        "voxel_size": _voxel_size(args.voxel_size),
        "axis_order": args.axis_order,
        "labels": _table(args.labels, "--labels", int),
        "thresholds": _table(args.thresholds, "--thresholds", _range),
        "crop": None if args.crop is None else [_bounds(part) for part in args.crop.split(",")],
        "resample_to": args.resample_to,
        "coarsening": args.coarsening,
        "sides": args.sides,
    }
    electrode = {"kind": "image", "image": args.volume}
    electrode |= {key: value for key, value in given.items() if value is not None}
    heading = {"description": f"{args.volume}, as read"}
    asked = {name: True for name in ("tensor", "richardson", "fields") if getattr(args, name)}
    data = {"scenario": heading, "electrode": electrode, "cell": {"kind": "none"}}
    data["analysis"] = asked
    name = Path(args.volume).resolve().stem
    source = Source("analyse", name, "", Path.cwd())
    spoken = {f"electrode.{key}": _spoken(key, getattr(args, key))
              for key in given if given[key] is not None}  # fmt: skip
    spoken |= {f"analysis.{key}": _spoken(key) for key in asked}
    return _one_value_each(data, source, args.set, {"electrode.image": args.volume} | spoken)


def _spoken(key: str, *value: str) -> str:
    return " ".join((f"--{key.replace('_', '-')}", *map(str, value)))


def _one_value_each(
    data: dict, source: Source, settings: Sequence[str], options: Mapping[str, str]
) -> Scenario:
    """The scenario with its settings put over it, where none of them contradicts an option.

    options : by the key that each gives, as it was typed
    """
    twice = {
        setting: key
        for setting in settings
        for key in options
        if f"{setting.partition('=')[0].strip()}.".startswith(f"{key}.")
    }
    scenario = read(copy.deepcopy(data), source, settings)
    if not twice:
        return scenario
    without = read(data, source, [setting for setting in settings if setting not in twice])
    for setting, key in twice.items():
        value_of = operator.attrgetter(key)
        if value_of(scenario) != value_of(without):
            raise InputError(
                f"{options[key]} and --set {setting} give two different values; expected one"
            )
    return scenario


def _voxel_size(text: str | None) -> str | list[str] | None:
    if text is None or "," not in text:
        return text
    return [edge.strip() for edge in text.split(",")]


def _table(text: str | None, option: str, read_value: Callable[[str], Any]) -> dict | None:
    """NAME=VALUE,… as a table."""
    if text is None:
        return None
    found = {}
    for count, pair in enumerate(text.split(","), start=1):
        name, equals, value = pair.partition("=")
        try:
            if not equals:
                raise ValueError
            found[name.strip()] = read_value(value.strip())
        except ValueError:
            raise InputError(f'{option}: "{pair}"; expected such as {_EXAMPLES[option]}') from None
        if len(found) < count:
            raise InputError(f'{option}: names "{name.strip()}" twice; expected each phase once')
    return found


def _range(text: str) -> list[float]:
    low, colon, high = text.partition(":")
    if not colon:
        raise ValueError
    return [float(low), float(high)]


def _bounds(text: str) -> list[int | str]:
    """FROM:TO in voxels or lengths, as a scenario has it."""
    parts = [part.strip() for part in text.split(":")]
    if len(parts) != 2:
        raise InputError(f'--crop: "{text}"; expected such as {_EXAMPLES["--crop"]}')
    return [int(part) if _WHOLE.fullmatch(part) else part for part in parts]


_WHOLE = re.compile(r"[+-]?\d+")
_EXAMPLES = {
    "--labels": "pore=0,active_material=1,cbd=2",
    "--thresholds": "pore=0:90,active_material=90:255",
    "--crop": "0:120,0:120,0:120",
}
