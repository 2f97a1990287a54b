"""What is wrong with a setting, in words for whoever wrote the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

WORDS = {
    "string_type": "must be text (in quotes)",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must hold 'key: value' lines",
    "model_type": "must hold 'key: value' lines",
    "model_attributes_type": "must hold 'key: value' lines",
    "greater_than_equal": "must be at least {ge}",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be at most {le}",
    "less_than": "must be less than {lt}",
    "literal_error": "must be {expected}",
    "too_short": "has {actual_length} of at least {min_length} entries",
    "too_long": "has {actual_length} of at most {max_length} entries",
    "union_tag_invalid": "must be of the kind {expected_tags}",
    "union_tag_not_found": "must say its kind",
}


def complaint(error: ValidationError, content: Any) -> str:
    """Say what is wrong first, with the value found.

    Parameters
    ----------
    error : pydantic.ValidationError
    content : object
        What was validated; tells keys of the file from names inside the program.
    """
    found = error.errors()
    first = found[0]
    path = place(first["loc"], content)
    if first["type"] == "missing":
        return f"'{path}' is missing. Add it"
    same = [one for one in found if place(one["loc"], content) == path]
    wrong = " or ".join(dict.fromkeys(map(_words, same))).replace(" or must be ", " or ")
    if not path:
        return wrong
    joint = ": " if first["type"] in ("value_error", "assertion_error") else " "
    given = first.get("input") if first["type"] != "union_tag_invalid" else first["ctx"]["tag"]
    return f"'{path}' = {given!r}{joint}{wrong}"


def _words(entry: Mapping[str, Any]) -> str:
    context = entry.get("ctx", {})
    if entry["type"] in ("value_error", "assertion_error"):
        return str(context["error"])
    if entry["type"] in WORDS:
        return WORDS[entry["type"]].format(**context)
    text = str(entry["msg"])
    return text.replace("Input should", "must", 1) if text.startswith("Input should") else text


def place(location: tuple[int | str, ...], content: Any) -> str:
    """Return the keys of the file that lead to a fault; kinds and types that pydantic puts between are left out.

    Examples
    --------
    >>> place(("bins", "bin_width", "width"), {"bins": {"kind": "bin_width", "width": -1}})
    'bins.width'
    """
    parts: list[str] = []
    here: Any = content
    for number, part in enumerate(location):
        below = _below(here, part)
        if below is None and (number < len(location) - 1 or not isinstance(here, Mapping)):
            continue
        here = below
        parts.append(str(part))
    return ".".join(parts)


def _below(content: Any, part: int | str) -> Any:
    """Return what is at a key or a place of a list; None if there is nothing."""
    if isinstance(content, Mapping):
        return content.get(part)
    if isinstance(content, list | tuple) and isinstance(part, int) and part < len(content):
        return content[part]
    return None


def unknown_key(error: ValidationError) -> tuple[int | str, ...] | None:
    """Return where a key stands that does not exist; one beside a missing key comes first, since it may be that key mistyped."""
    first, *rest = error.errors()
    if first["type"] == "extra_forbidden":
        return first["loc"]
    beside = (
        one["loc"]
        for one in rest
        if one["type"] == "extra_forbidden" and one["loc"][:-1] == first["loc"][:-1]
    )
    return next(beside, None) if first["type"] == "missing" else None


def known_keys(kind: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """Name the keys of the innermost settings class along ``location`` that can be found."""
    models = [kind]
    for part in location[:-1]:
        below = [
            model
            for one in models
            if part in one.model_fields
            for model in _models_in(one.model_fields[str(part)].annotation)
        ]
        tagged = [one for one in models if any(field.default == part for field in one.model_fields.values())]
        models = below or tagged or models
    return sorted({name for model in models for name in model.model_fields})


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
