"""Says in one sentence a key what a refused scenario was given and what was expected."""

import difflib
from collections.abc import Iterable, Iterator
from typing import Any, get_args

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from scenarios.runner.schema import Scenario
from scenarios.runner.schema.quantities import Quantity, Section, shown

_EXPECTED = {
    "int_type": "a whole number",
    "bool_type": "true or false",
    "string_type": "a text in quotes",
    "tuple_type": "a list in square brackets",
    "list_type": "a list in square brackets",
    "dict_type": "a table",
    "model_type": "a section (a table of keys)",
    "model_attributes_type": "a section (a table of keys)",
    "string_pattern_mismatch": "letters, digits, '.', '_' and '-' only",
}


def refusal_lines(
    error: ValidationError, data: dict[str, Any], root: type[Section] = Scenario
) -> list[tuple[str, str]]:
    """Key and sentence of everything that is wrong, in the order of the sections of `root`."""
    found = error.errors(include_url=False)
    return [_line(problem, data, root) for problem in found if not _is_echo(problem, found)]


def _is_echo(problem: Any, found: list[Any]) -> bool:
    """Whether a list is called too short only because entries of it were refused."""
    loc = problem["loc"]
    return problem["type"] == "too_short" and any(
        other["loc"][: len(loc)] == loc and len(other["loc"]) > len(loc) for other in found
    )


def suggestion(name: str, known: Iterable[str]) -> str:
    """' (did you mean "…"?)' with the nearest known name, empty where none is near."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f' (did you mean "{near[0]}"?)' if near else ""


def _line(problem: Any, data: dict[str, Any], root: type[Section]) -> tuple[str, str]:
    kind, loc, given = problem["type"], tuple(problem["loc"]), problem.get("input")
    context = problem.get("ctx", {})
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        kinds = "'recipe', 'image', 'meshes', 'particle' or 'table'"
        expected = context.get("expected_tags") or kinds
        got = f"got {shown(context['tag'])}" if "tag" in context else "is missing"
        return f"{loc[0]}.kind", f"{got}; expected one of {expected}"
    if loc[0] == "electrode":
        # The chosen kind stands in pydantic's path, but is no key.
        loc = loc[:1] + loc[2:]
    if loc[-1] == "[key]":
        loc = loc[:-1]
        return _key(loc), f"is not a known name; expected one of {context['expected']}"
    if kind == "extra_forbidden":
        return _key(loc), _unknown(loc, data, root)
    if kind == "missing" and isinstance(loc[-1], int):
        return _key(loc[:-1]), _too_few(loc[:-1], data, root)
    if kind == "missing":
        return _key(loc), f"is missing: {_meaning(loc, data, root)}"
    if kind == "value":
        return _key(loc), problem["msg"]
    if kind == "literal_error":
        return _key(loc), f"got {shown(given)}; expected {context['expected']}"
    expected = _EXPECTED.get(kind) or _bound(kind, context)
    if expected is None:
        return _key(loc), f"got {shown(given)}: {problem['msg'][0].lower()}{problem['msg'][1:]}"
    return _key(loc), f"got {shown(given)}; expected {expected}"


def _bound(kind: str, context: dict[str, Any]) -> str | None:
    """What pydantic's own bounds on lists, texts and whole numbers expect, in words."""
    if kind in ("too_short", "too_long"):
        name, words = (
            ("min_length", "at least") if kind == "too_short" else ("max_length", "at most")
        )
        number = context[name]
        return f"a list of {words} {number} {'entry' if number == 1 else 'entries'}"
    if kind == "string_too_long":
        return f"a text of at most {context['max_length']} characters"
    for name, words in (("ge", "at least"), ("gt", "above"), ("le", "at most"), ("lt", "below")):
        if name in context:
            return f"a whole number, {words} {context[name]}"
    return None


def _key(loc: tuple[str | int, ...]) -> str:
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def _unknown(loc: tuple[str | int, ...], data: dict[str, Any], root: type[Section]) -> str:
    name = str(loc[-1])
    section = _section_at(loc[:-1], data, root)
    what = "section" if len(loc) == 1 else "key"
    known = section.model_fields if section else {}
    homes = [] if len(loc) == 1 else [_home(*key) for key in all_keys(root) if key[1] == name]
    near = f" (it belongs to {homes[0]})" if homes else suggestion(name, known)
    return f"is not a known {what}{near}; known here: {', '.join(known)}"


def _home(path: str, name: str, section: type[Section]) -> str:
    kind = section.model_fields.get("kind")
    if kind is None or not kind.is_required():
        return f"[{path}]"
    return f'[{path}] of kind = "{get_args(kind.annotation)[0]}"'


def _too_few(loc: tuple[str | int, ...], data: dict[str, Any], root: type[Section]) -> str:
    """What a list of a fixed length is that has fewer entries."""
    given: Any = data
    for part in loc:
        given = _inside(given, part)
    section = _section_at(loc[:-1], data, root)
    field = section.model_fields[str(loc[-1])] if section else None
    count = len(get_args(field.annotation)) if field else len(given) + 1
    return f"got {shown(given)}; expected a list of {count} entries"


def _meaning(loc: tuple[str | int, ...], data: dict[str, Any], root: type[Section]) -> str:
    section = _section_at(loc[:-1], data, root)
    if section is None:
        return "it is required"
    field = section.model_fields[str(loc[-1])]
    sentence = (field.description or "").rstrip(".")
    quantity = next((m for m in field.metadata if isinstance(m, Quantity)), None)
    text = f"{sentence}; expected {quantity.expected}" if quantity else sentence
    return f"{text}; {section.beside_required}" if section.beside_required else text


def _section_at(loc: tuple[str | int, ...], data: Any, root: type[Section]) -> type[Section] | None:
    """The section's class at a place below `root`, unions resolved by the data's `kind`."""
    section = root
    for part in loc:
        data = _inside(data, part)
        if isinstance(part, int):
            continue
        kind = data.get("kind") if isinstance(data, dict) else None
        found = [s for s in sections_in(section.model_fields[part]) if _is_kind(s, kind)]
        if not found:
            return None
        section = found[0]
    return section


def _inside(data: Any, part: str | int) -> Any:
    if isinstance(data, dict):
        return data.get(part)
    return data[part] if isinstance(data, list) and isinstance(part, int) else None


def _is_kind(section: type[Section], kind: object) -> bool:
    field = section.model_fields.get("kind")
    return (
        field is None
        or (field.default is not None and not field.is_required())
        or (kind in get_args(field.annotation))
    )


def sections_in(field: FieldInfo) -> list[type[Section]]:
    """Every section class in a field's type: one, the members of a union, or a list's items."""
    pending, found = [field.annotation], []
    while pending:
        annotation = pending.pop(0)
        if isinstance(annotation, type) and issubclass(annotation, Section):
            found.append(annotation)
        else:
            pending.extend(get_args(annotation))
    return found


def all_keys(
    section: type[Section] = Scenario, path: str = ""
) -> Iterator[tuple[str, str, type[Section]]]:
    """Path, name and section of every key of the schema, in order."""
    for name, field in section.model_fields.items():
        inner = sections_in(field)
        if path:
            yield path, name, section
        for each in inner:
            yield from all_keys(each, f"{path}.{name}".removeprefix("."))
