"""How warm rolls soften the binder: its stiffness and strength from a table over temperature."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from scenarios.runner.schema import Scenario
from scenarios.runner.schema.carbon_binder import CarbonBinder
from scenarios.runner.units import KINDS, write_quantity, write_rounded

MODULI = ("young_modulus", "bond_modulus")
STRENGTHS = (
    "contact_yield_pressure",
    "bond_yield_strength",
    "bond_tensile_strength",
    "bond_cohesion",
)


def factors(scenario: Scenario) -> tuple[float, float]:
    """Modulus and strength of the binder at the rolls' temperature over those given."""
    table = scenario.materials.cbd.temperature_table
    at = [row.temperature for row in table]
    modulus, strength = (
        float(np.interp(scenario.calendering.roll_temperature, at, values))
        for values in ([row.modulus_factor for row in table], [row.yield_factor for row in table])
    )
    return modulus, strength


def warm_binder(scenario: Scenario) -> CarbonBinder:
    """The binder as the rolls meet it; the very one given where both factors are 1."""
    cbd = scenario.materials.cbd
    modulus, strength = factors(scenario)
    scaled = {name: modulus * getattr(cbd, name) for name in MODULI}
    given = {name: getattr(cbd, name) for name in STRENGTHS}
    scaled |= {name: strength * value for name, value in given.items() if value is not None}
    return cbd.model_copy(update=scaled)


def temperature_problems(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Key and sentence of a table that does not rise, and of rolls colder or warmer than it."""
    at = [row.temperature for row in scenario.materials.cbd.temperature_table]
    for row, (before, after) in enumerate(pairwise(at), 1):
        if after <= before:
            yield (
                f"materials.cbd.temperature_table[{row}].temperature",
                f"is {_in_words(after)}, not above the {_in_words(before)} before it; expected "
                "rising temperatures",
            )
    given = scenario.calendering.roll_temperature
    if not min(at) <= given <= max(at):
        yield (
            "calendering.roll_temperature",
            f"is {_in_words(given)}, outside materials.cbd.temperature_table; expected "
            f"{_in_words(min(at))} to {_in_words(max(at))}",
        )


def warm_binder_in_words(scenario: Scenario) -> list[str]:
    """Lines on how stiff and strong the binder is between warm rolls; none where as given."""
    if factors(scenario) == (1.0, 1.0):
        return []
    binder = warm_binder(scenario)
    lines = [f"materials.cbd as pressed at {_in_words(scenario.calendering.roll_temperature)}:"]
    for name in (*MODULI, *STRENGTHS):
        value = getattr(binder, name)
        if value is not None:
            kind = KINDS["modulus" if name in MODULI else "pressure"]
            lines.append(f"  {name} = {write_rounded(value, kind)}")
    return lines


def _in_words(temperature: float) -> str:
    return write_quantity(temperature, KINDS["temperature"])
