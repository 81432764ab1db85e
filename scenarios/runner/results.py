"""Reading a run folder back, as far as its report shows it."""

import csv
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

import h5py
import numpy as np

from dem.errors import InputError
from scenarios.runner.damaged import readable

_RATE = re.compile(r"[\d.]+(e[+-]?\d+)?C")
Rows = Sequence[Mapping[str, float | str]]


@dataclass
class Run:
    """What a run folder holds, as far as the page shows it; whatever the run left out is empty."""

    folder: Path
    rows: list[dict[str, float | str]] = field(default_factory=list)
    summary: dict = field(default_factory=dict)
    scenario_text: str = ""
    scenario: dict = field(default_factory=dict)
    path: dict[str, np.ndarray] = field(default_factory=dict)
    crush: dict[str, np.ndarray] = field(default_factory=dict)
    releases: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    profiles: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    overlap: dict[str, np.ndarray] = field(default_factory=dict)
    half_speed: dict[str, np.ndarray] = field(default_factory=dict)
    companion: dict[str, np.ndarray] = field(default_factory=dict)
    breaks: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    fragments: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    nips: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    strip: dict[str, np.ndarray] = field(default_factory=dict)
    strip_grains: dict[str, np.ndarray] = field(default_factory=dict)
    heights: dict[str, np.ndarray] = field(default_factory=dict)
    laws: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    discharges: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    curve_stems: dict[str, str] = field(default_factory=dict)
    protocols: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    protocol_steps: dict[str, list[dict[str, float | str]]] = field(default_factory=dict)
    spectra: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of the scenario, or of the folder."""
        return str(self.scenario.get("scenario", {}).get("name") or self.folder.name)

    @property
    def wants_pictures(self) -> bool:
        """Whether the scenario asks for 3-D pictures."""
        return bool(self.scenario.get("output", {}).get("pictures", True))

    @property
    def was_pressed(self) -> bool:
        """Whether the table has a state that was pressed to."""
        peaks = [row.get("peak_pressure_MPa") for row in self.rows]
        return any(isinstance(peak, float) and peak > 0.0 for peak in peaks)

    @property
    def states(self) -> list[str]:
        """Names of the states along the path; of a run without a table, those of its volumes."""
        named = [str(row["state"]) for row in self.rows if "state" in row]
        series = self.folder / "volume.pvd"
        if named or not series.is_file():
            return named
        entries = ElementTree.parse(series).getroot().iterfind("Collection/DataSet")
        return [PurePosixPath(entry.get("file", "")).stem for entry in entries]


def read_run(folder: Path) -> Run:
    """Read a run folder; files that the run did not write leave their part empty.

    Raises InputError when neither `summary.csv` nor `run.h5` is there, or a file is damaged.
    """
    if not (folder / "summary.csv").is_file() and not (folder / "run.h5").is_file():
        raise InputError(f"{folder} holds no finished run: neither summary.csv nor run.h5 is there")
    run = Run(folder.resolve())
    if (path := folder / "summary.csv").is_file():
        run.rows = read_table(path)
    if (path := folder / "summary.json").is_file():
        with readable(path):
            summary = json.loads(path.read_text(encoding="utf-8"))
        run.summary = summary if isinstance(summary, dict) else {}
    if (path := folder / "scenario.toml").is_file():
        with readable(path):
            run.scenario_text = path.read_text(encoding="utf-8")
            run.scenario = tomllib.loads(run.scenario_text)
    if (path := folder / "run.h5").is_file():
        with readable(path), h5py.File(path) as file:
            run.path = _arrays(file, "path")
            run.crush = _arrays(file, "crush")
            run.overlap = _arrays(file, "overlap")
            run.strip = _arrays(file, "strip")
            run.strip_grains = _arrays(file, "strip/grains")
            run.half_speed = _arrays(file, "half_speed")
            run.companion = _arrays(file, "companion")
            run.releases = _arrays_by_state(file, "release")
            run.profiles = _arrays_by_state(file, "states")
            run.breaks = _arrays_by_state(file, "states", "breaks")
            run.laws = _arrays_by_state(file, "empirical_laws")
            run.nips = _arrays_by_state(file, "states", "nip")
            run.fragments = _arrays_by_state(file, "states", "fragments")
            maps = {name: f"states/{name}/surface/height_um" for name in run.profiles}
            run.heights = {name: file[path][()] for name, path in maps.items() if path in file}
    _read_discharges(run)
    return run


def _read_discharges(run: Run) -> None:
    """Curves, protocols and spectra in the order of the states and rates."""
    order = {name: index for index, name in enumerate(run.states)}

    def place(path: Path) -> tuple[int, str, float]:
        state, _, rate = path.stem.removesuffix("_steps").rpartition("_")
        return order.get(state, -1), state, rate_of(rate)

    for path in sorted(run.folder.glob("discharge/*.csv"), key=place):
        state, _, what = path.stem.removesuffix("_steps").rpartition("_")
        if not (_RATE.fullmatch(what) or what in ("protocol", "impedance")):
            continue
        if not (rows := read_table(path)):
            continue
        names = dict.fromkeys(name for row in rows for name in row)
        title, arrays = with_unit(state), {name: column(rows, name) for name in names}
        if path.stem.endswith("protocol_steps"):
            run.protocol_steps[title] = rows
        elif what == "protocol":
            run.protocols[title] = arrays
        elif what == "impedance":
            run.spectra[title] = arrays
        else:
            title = _discharge_title(path.stem)
            run.discharges[title] = arrays
            run.curve_stems[title] = path.stem


def rate_of(text: str) -> float:
    """The C-rate that a file's name tells, 0 where it tells none."""
    number = number_or_text(text.removesuffix("C"))
    return number if isinstance(number, float) else 0.0


def read_table(path: Path) -> list[dict[str, float | str]]:
    """Rows of a CSV file with a heading; numbers as floats, `inf` included, blanks left out."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            {name: number_or_text(text) for name, text in row.items() if name != "state" and text}
            | ({"state": row["state"]} if "state" in row else {})
            for row in csv.DictReader(file)
        ]


def column(rows: Rows, name: str) -> np.ndarray:
    """A column as floats, nan where a row leaves it blank or it is not a figure."""
    values = [row.get(name, float("nan")) for row in rows]
    return np.array([v if isinstance(v, float) else float("nan") for v in values])


def number_or_text(text: str) -> float | str:
    """The number that a text is, or else the text."""
    try:
        return float(text)
    except ValueError:
        return text


def state_title(name: str) -> str:
    """A state's name as it is read: underscores are blanks, a line load's unit has its stroke."""
    return name.replace("_N_mm", " N/mm").replace("_", " ")


def with_unit(name: str) -> str:
    """A state's name for a plot that stands alone, where a density needs its unit."""
    is_density = isinstance(number_or_text(name.rpartition("_")[2]), float)
    return f"{state_title(name)} g cm⁻³" if is_density else state_title(name)


def _discharge_title(stem: str) -> str:
    state, separator, rate = stem.rpartition("_")
    return f"{with_unit(state)}, {rate}" if separator else stem


def _arrays(file: h5py.File, group: str) -> dict[str, np.ndarray]:
    if group not in file:
        return {}
    return {
        name: np.asarray(item, dtype=np.float64)
        for name, item in file[group].items()
        # An electrode that nobody pressed has a path without a point, which no figure shows.
        if isinstance(item, h5py.Dataset)
        and item.dtype.kind in "fiu"
        and item.ndim == 1
        and item.size
    }


def _arrays_by_state(
    file: h5py.File, group: str, inner: str = ""
) -> dict[str, dict[str, np.ndarray]]:
    if group not in file:
        return {}
    order = [str(name) for name in file[group].attrs.get("order", [])]
    names = [name for name in order if name in file[group]]
    names += [name for name in file[group] if name not in names]
    return {name: _arrays(file, f"{group}/{name}/{inner}".rstrip("/")) for name in names}
