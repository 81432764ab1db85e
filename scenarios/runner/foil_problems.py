"""What a scenario says of a foil that deforms, against the rest of what it says."""

from collections.abc import Iterator

from dem.start_checks import LEAST_METAL_DAMPING
from scenarios.runner.schema import Image, Particle, Scenario
from scenarios.runner.schema.materials import Collector
from scenarios.runner.units import length_in_words

Problem = tuple[str, str]


def foil_problems(scenario: Scenario) -> Iterator[Problem]:
    """A foil that deforms where there is none, and properties of one that does not."""
    electrode = scenario.electrode
    damping = scenario.mechanics.damping
    if scenario.decomposition.foil_grain_size is not None and damping < LEAST_METAL_DAMPING:
        yield (
            "mechanics.damping",
            f"is {damping:g}; expected at least {LEAST_METAL_DAMPING:g} with "
            "decomposition.foil_grain_size: a foil that nothing damps vibrates up",
        )
    if scenario.decomposition.foil_grain_size is None:
        yield from _idle_keys(scenario)
    elif isinstance(electrode, Particle):
        yield (
            "decomposition.foil_grain_size",
            "is given for a single particle, which lies on no foil; expected none",
        )
    elif not isinstance(electrode, Image):
        if electrode.foil_thickness == 0.0:
            yield (
                "decomposition.foil_grain_size",
                "is given where electrode.foil_thickness is 0 um; expected a foil, or none",
            )
        else:
            yield from symmetry_problems(scenario, electrode.foil_thickness)


def symmetry_problems(scenario: Scenario, thickness: float) -> Iterator[Problem]:
    """A foil coated on two sides that gives way below its middle, which by symmetry stays.

    thickness : [m], of the foil
    """
    divided = scenario.decomposition
    if divided.foil_grain_size is None or scenario.calendering.coated_sides == 1:
        return
    # Half of it to rounding.
    if divided.foil_depth is None or divided.foil_depth > 0.5001 * thickness:
        yield (
            "calendering.coated_sides",
            "is 2, where the middle of the foil stays, and its grains reach deeper; expected 1, or "
            "decomposition.foil_depth of no more than half the foil "
            f"({length_in_words(0.5 * thickness)})",
        )


def _idle_keys(scenario: Scenario) -> Iterator[Problem]:
    """What was said of a foil of grains though there is none."""
    without = "has no effect without decomposition.foil_grain_size; expected both or neither"
    if scenario.decomposition.foil_depth is not None:
        yield "decomposition.foil_depth", without
    # The scenario that a run keeps holds all defaults: these are no wish of anybody's.
    given, default = scenario.materials.collector, Collector()
    for name in Collector.model_fields:
        if getattr(given, name) != getattr(default, name):
            yield f"materials.collector.{name}", without
    for position, pair in enumerate(scenario.materials.pairs):
        if "collector" in pair.between:
            yield f"materials.pairs[{position}]", f'of the "collector" {without}'
