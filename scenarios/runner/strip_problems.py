"""What a scenario that rolls a strip must be."""

from collections.abc import Iterator

from scenarios.runner.densities import recipe_densities, target_density
from scenarios.runner.schema import Particle, Recipe, Scenario
from scenarios.runner.schema.values import STRUCTURAL_TARGETS
from scenarios.runner.units import density_in_words

Problem = tuple[str, str]

LEAST_CLOSING = 0.02
"""Of the thickness: a gap that closes by less has a nip of a few grains."""


def strip_problems(scenario: Scenario) -> Iterator[Problem]:
    """What keeps a roll from passing over copies of the electrode."""
    if scenario.calendering.mode != "strip":
        return
    electrode, gap = scenario.electrode, scenario.strip.gap
    alone = isinstance(electrode, Particle)
    if alone or getattr(electrode, "sides", "periodic") != "periodic":
        what = "is a single particle" if alone else "has symmetric sides"
        yield (
            "calendering.mode",
            f'is "strip", and the electrode {what}; expected one that repeats in its plane, such '
            "as a recipe",
        )
    if scenario.calendering.targets:
        yield (
            "calendering.targets",
            'has no effect with calendering.mode = "strip"; expected none, and strip.gap to say '
            "what the strip is pressed to",
        )
    if gap.kind not in STRUCTURAL_TARGETS:
        yield "strip.gap", f'is "{gap.text}"; expected a density, a thickness or a porosity'
    elif isinstance(electrode, Recipe):
        yield from _recipe_gap(scenario, electrode)


def _recipe_gap(scenario: Scenario, recipe: Recipe) -> Iterator[Problem]:
    start, (crystal, shut) = recipe.coated_density, recipe_densities(scenario)
    gap = scenario.strip.gap
    density = target_density(gap, start, crystal, recipe.loading / start)
    least = start / (1.0 - LEAST_CLOSING)
    if not least <= density < shut:
        yield (
            "strip.gap",
            f'"{gap.text}" means {density_in_words(density)} under load; expected between '
            f"{density_in_words(least)} and {density_in_words(shut)}",
        )
