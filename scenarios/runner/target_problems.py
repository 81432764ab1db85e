"""What targets of a pressing must be: to the electrode that they press, and to each other."""

from collections.abc import Iterator

from scenarios.runner.densities import target_density
from scenarios.runner.schema import Scenario
from scenarios.runner.schema.values import STRUCTURAL_TARGETS
from scenarios.runner.units import KINDS, density_in_words, write_rounded

Problem = tuple[str, str]


def target_kind_problems(scenario: Scenario) -> Iterator[Problem]:
    """Targets that repeat, lie beyond the limit of pressure, or have no order among each other."""
    pressed = scenario.calendering
    names = [target.text for target in pressed.targets]
    applied = [target.kind not in STRUCTURAL_TARGETS for target in pressed.targets]
    for position, (target, name) in enumerate(zip(pressed.targets, names, strict=True)):
        key = f"calendering.targets[{position}]"
        # A machine may pass a web at one load twice; the same state is reached only once.
        if name in names[:position] and not (pressed.mode == "passes" and applied[position]):
            yield key, f'repeats "{name}"'
        if target.kind == "pressure" and target.value > pressed.pressure_limit:
            limit = write_rounded(pressed.pressure_limit, KINDS["pressure"])
            yield key, f'is "{name}"; expected at most calendering.pressure_limit ({limit})'
    kinds = {"line_load": "a line load", "pressure": "a pressure"}
    asked = [
        kinds.get(target.kind, "a density, thickness or porosity") for target in pressed.targets
    ]
    if pressed.mode == "series":
        for position, kind in enumerate(asked):
            if kind != asked[0]:
                yield (
                    f"calendering.targets[{position}]",
                    f'"{names[position]}" is {kind} beside {asked[0]}, and which comes first on '
                    "the loading path shows only there; expected one kind, or calendering.mode = "
                    '"passes", whose order is the one given',
                )
                return
    elif scenario.mechanics.prove_quasi_static:
        yield (
            "mechanics.prove_quasi_static",
            f'compares one loading path; expected false with calendering.mode = "{pressed.mode}"',
        )


def target_problems(
    scenario: Scenario, start: float, crystal: float, shut: float, thickness: float
) -> Iterator[Problem]:
    """Densities, thicknesses and porosities that the electrode cannot be pressed to.

    start, crystal, shut : densities [kg/m³] as it is, of its solids, and with its pores shut
    """
    pressed, reached = scenario.calendering, start
    for position, target in enumerate(pressed.targets):
        if target.kind not in STRUCTURAL_TARGETS:
            continue
        density = target_density(target, start, crystal, thickness)
        if density < start * (1.0 + pressed.tolerance):
            why = f"not denser than the electrode at the start ({density_in_words(start)})"
        elif density >= crystal:
            why = f"not below the crystal density ({density_in_words(crystal)})"
        elif density >= shut:
            why = (
                f"denser than the electrode with all pores shut but the carbon-binder domain's "
                f"smallest nanoporosity ({density_in_words(shut)})"
            )
        elif pressed.mode == "passes" and density < reached * (1.0 + pressed.tolerance):
            why = f"not denser than what a pass before it leaves ({density_in_words(reached)})"
        else:
            reached = max(reached, density)
            continue
        given = target.given or target.text
        as_shown = target.kind == "density" and given == target.text
        known = "" if as_shown else f", that is {density_in_words(density)},"
        yield (
            f"calendering.targets[{position}]",
            f'"{given}"{known} is {why}; expected between {density_in_words(start)} and '
            f"{density_in_words(shut)}",
        )
