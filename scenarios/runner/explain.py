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
        elif not value and (kind := _section_kind(field.annotation)):
            yield from _possible(kind)
    if path and own:
        yield ""
    for name in nested:
        inner = f"{path}.{name}".removeprefix(".")
        yield from _section(inner, getattr(section, name), values[name])


def _entries(entry: Section, values: dict[str, Any]) -> Iterator[str]:
    for name, field in type(entry).model_fields.items():
        if values[name] is not None:
            yield f"        {name} = {_text(values[name])}: {field.description}"


def _possible(kind: type[Section]) -> Iterator[str]:
    """The keys that entries of a list that is empty, or a section that is left out, may have."""
    yield "        its keys:" if len(kind.model_fields) > 1 else "        its key:"
    for name, field in kind.model_fields.items():
        default = f"; by default {_text(field.default)}" if field.default is not None else ""
        sentence = f"{name}: {field.description}".rstrip(".") + (
            "" if field.is_required() else default
        )
        yield textwrap.fill(sentence, 96, initial_indent=" " * 8, subsequent_indent=" " * 10)


def _section_kind(annotation: Any) -> type[Section] | None:
    """The kind of section in an annotation such as `tuple[Step, ...]` or `Impedance | None`."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    found = (_section_kind(part) for part in get_args(annotation))
    return next((kind for kind in found if kind is not None), None)


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
    if isinstance(value, list | tuple):
        if value and isinstance(value[0], dict):
            return f"{len(value)} entries" if len(value) > 1 else "1 entry"
        return f"[{', '.join(_text(each) for each in value)}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_text(each)}" for key, each in value.items()) + " }"
    return f'"{value}"' if isinstance(value, str) else shown(value)
