"""What `calendem check` prints: every key with its value, its default and a sentence."""

import textwrap
from collections.abc import Iterator
from typing import Any, get_args

from scenarios.runner.schema import Scenario
from scenarios.runner.schema.quantities import Quantity, Section, shown


def explain(scenario: Scenario) -> str:
    """Every section and key of a scenario as it will run, defaults marked."""
    return "\n".join(_section("", scenario, scenario.model_dump(mode="json")))


def _section(path: str, section: Section, values: dict[str, Any]) -> Iterator[str]:
    nested = [name for name in type(section).model_fields if _is_section(section, name)]
    own = [name for name in type(section).model_fields if name not in nested]
    if path and own:
        yield f"[{path}]"
    for name in own:
        if name == "versions":
            continue
        field = type(section).model_fields[name]
        value = getattr(section, name)
        given = "" if name in section.model_fields_set else "   (default)"
        yield f"  {name} = {_text(values[name])}{given}"
        sentence = f"{field.description} {_bounds(field.metadata, field.annotation)}".rstrip()
        yield textwrap.fill(sentence, 96, initial_indent=" " * 6, subsequent_indent=" " * 6)
        if isinstance(value, tuple) and value and isinstance(value[0], Section):
            for each, inner in zip(value, values[name], strict=True):
                yield from _entries(each, inner)
    if path and own:
        yield ""
    for name in nested:
        inner = f"{path}.{name}".removeprefix(".")
        yield from _section(inner, getattr(section, name), values[name])


def _entries(entry: Section, values: dict[str, Any]) -> Iterator[str]:
    for name, field in type(entry).model_fields.items():
        if values[name] is not None:
            yield f"        {name} = {_text(values[name])}: {field.description}"


def _is_section(section: Section, name: str) -> bool:
    return isinstance(getattr(section, name), Section)


def _bounds(metadata: list[Any], annotation: Any) -> str:
    inner = (m for part in get_args(annotation) for m in getattr(part, "__metadata__", ()))
    markers = [*metadata, *inner]
    bounds = next((m.bounds for m in markers if isinstance(m, Quantity)), "")
    return f"[{bounds}]" if bounds else ""


def _text(value: Any) -> str:
    if value is None:
        return "(none)"
    if isinstance(value, list):
        if value and isinstance(value[0], dict):
            return f"{len(value)} entries" if len(value) > 1 else "1 entry"
        return f"[{', '.join(_text(each) for each in value)}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_text(each)}" for key, each in value.items()) + " }"
    return f'"{value}"' if isinstance(value, str) else shown(value)
