"""What is done to a cell beside discharges at rates: its protocol and its impedance, written."""

from dataclasses import dataclass

import numpy as np

from electrochem.porous_electrode.cell import Cell
from scenarios.runner.discharging.profiles import profiles_of
from scenarios.runner.discharging.protocol import ProtocolRun, run_protocol
from scenarios.runner.discharging.series import write_profiles
from scenarios.runner.discharging.tables import (
    AREAL,
    Extent,
    profiles_text,
    protocol_text,
    spectrum_text,
    step_rows,
)
from scenarios.runner.progress import ProgressCallback
from scenarios.runner.record import summary_csv
from scenarios.runner.run_folder import RunFolder
from scenarios.runner.schema.cell import Cell as Settings
from scenarios.runner.schema.protocol import Impedance, Step

PROTOCOL, STEPS, IMPEDANCE = "protocol", "protocol_steps", "impedance"
"""Endings of the files' names."""


@dataclass(frozen=True)
class Procedure:
    """What is done to a cell: of `schema.cell.Cell` the keys that say so; rates may be none."""

    rates: tuple[float, ...] = ()
    protocol: tuple[Step, ...] = ()
    cycles: int = 1
    initial_state_of_charge: float = 1.0
    impedance: Impedance | None = None

    @classmethod
    def of(cls, settings: Settings) -> "Procedure":
        """All that a scenario's cell asks for, each rate once."""
        return cls(
            tuple(dict.fromkeys(settings.rates)),
            settings.protocol,
            settings.cycles,
            settings.initial_state_of_charge,
            settings.impedance,
        )

    @property
    def parts(self) -> int:
        """How many there are: a rate, a cycle and a spectrum count one each."""
        cycles = self.cycles if self.protocol else 0
        return len(self.rates) + cycles + (self.impedance is not None)


def go_through(
    cell: Cell, asked: Procedure, nominal: float, progress: ProgressCallback
) -> ProtocolRun:
    """Take a cell through the protocol that is asked."""
    return run_protocol(
        cell, asked.protocol, asked.cycles, asked.initial_state_of_charge, nominal, progress
    )


def write_protocol(
    folder: RunFolder, stem: str, run: ProtocolRun, cell: Cell, extent: Extent = AREAL, *, vtk: bool
) -> list[dict]:
    """Write a protocol's curve, steps and profiles; returns the table of steps.

    stem : what the files' names begin with
    """
    rows, name = step_rows(run, extent), f"{stem}{PROTOCOL}"
    profiles = profiles_of(run.curve, _shown(run))
    folder.write_text(f"discharge/{name}_profiles.csv", profiles_text(profiles, extent))
    if vtk:
        at = profiles.index
        write_profiles(
            folder.path / "discharge", name, profiles, run.curve.voltage[at], run.curve.capacity[at]
        )  # fmt: skip
    folder.write_text(f"discharge/{stem}{STEPS}.csv", summary_csv(rows))
    # Last: where the curve stands, all of it does.
    folder.write_text(f"discharge/{name}.csv", protocol_text(run, cell, extent))
    return rows


def _shown(run: ProtocolRun) -> np.ndarray:
    """Points whose profiles are kept: where the last cycle began and each of its steps ended."""
    last = [each for each in run.done if each.cycle == run.done[-1].cycle]
    return np.array([last[0].first, *(each.last for each in last)])


def write_spectrum(
    folder: RunFolder, stem: str, found: tuple[np.ndarray, np.ndarray], extent: Extent = AREAL
) -> None:
    """Write a cell's impedance, as `spectrum_of` gives it."""
    frequency, spectrum = found
    text = spectrum_text(frequency, spectrum, extent)
    folder.write_text(f"discharge/{stem}{IMPEDANCE}.csv", text)
