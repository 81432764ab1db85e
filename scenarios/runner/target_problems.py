"""Targets that an electrode cannot be pressed to."""

from collections.abc import Iterator

from scenarios.runner.densities import target_density
from scenarios.runner.schema import Scenario, Target
from scenarios.runner.units import density_in_words


def repeated_targets(targets: tuple[Target, ...]) -> Iterator[tuple[str, str]]:
    """Key and sentence of each target that stands there twice."""
    names = [target.text for target in targets]
    for position, name in enumerate(names):
        if name in names[:position]:
            yield f"calendering.targets[{position}]", f'repeats "{name}"'


def target_problems(
    scenario: Scenario, start: float, crystal: float, shut: float, thickness: float
) -> Iterator[tuple[str, str]]:
    """Key and sentence of each target out of reach.

    start, crystal, shut : [kg/m³], densities as it is, without pores, with shut pores; thickness :
        [m], as it is
    """
    for position, target in enumerate(scenario.calendering.targets):
        density = target_density(target, start, crystal, thickness)
        if density < start * (1.0 + scenario.calendering.tolerance):
            why = f"not denser than the electrode at the start ({density_in_words(start)})"
        elif density >= crystal:
            why = f"not below the crystal density ({density_in_words(crystal)})"
        elif density >= shut:
            why = (
                f"denser than the electrode with all pores shut but the carbon-binder domain's "
                f"smallest nanoporosity ({density_in_words(shut)})"
            )
        else:
            continue
        given = target.given or target.text
        as_shown = target.kind == "density" and given == target.text
        known = "" if as_shown else f", that is {density_in_words(density)},"
        yield (
            f"calendering.targets[{position}]",
            f'"{given}"{known} is {why}; expected between {density_in_words(start)} and '
            f"{density_in_words(shut)}",
        )
