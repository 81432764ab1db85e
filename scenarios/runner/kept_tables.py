"""The tables that a protocol follows, kept in the run's own folder."""

from pathlib import Path

from scenarios.runner.schema import Scenario


def with_tables(scenario: Scenario) -> tuple[Scenario, dict[str, str]]:
    """A scenario whose protocol follows copies in the run's folder, and their texts by name."""
    steps, texts = [], {}
    for number, step in enumerate(scenario.cell.protocol, 1):
        if step.follow is not None:
            name = f"tables/step_{number}/{step.follow.name}"
            texts[name] = step.follow.read_text("utf-8")
            step = step.model_copy(update={"follow": Path(name)})
        steps.append(step)
    cell = scenario.cell.model_copy(update={"protocol": tuple(steps)})
    return scenario.model_copy(update={"cell": cell}) if texts else scenario, texts
