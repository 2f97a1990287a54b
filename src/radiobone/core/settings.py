"""The base of all settings, and the strict reading of YAML."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast, get_args

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from radiobone.core.complaints import complaint, known_keys, place, unknown_key
from radiobone.core.errors import BadConfig, BadSetting, FileMissing, FileUnreadable
from radiobone.core.file_kinds import did_you_mean, is_file
from radiobone.core.near_names import nearest
from radiobone.core.strict_yaml import plain_data

S = TypeVar("S", bound="Settings")
MAX_BYTES = 4 << 20


class Settings(BaseModel):
    """Frozen, and refuses keys that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _truths_are_no_numbers(cls, content: Any) -> Any:
        """Refuse true and false where a number is due, which would count as 1 and 0."""
        for name, value in content.items() if isinstance(content, Mapping) else ():
            given = value if isinstance(value, list | tuple) else (value,)
            if name in cls.model_fields and any(isinstance(one, bool) for one in given):
                kinds = _kinds_in(cast(Hashable, cls.model_fields[name].annotation))
                if kinds & {int, float} and not kinds & {bool, Any}:
                    raise ValueError(f"'{name}' must be a number, and true and false are none")
        return content


@cache
def _kinds_in(annotation: Hashable) -> frozenset[Any]:
    """Plain types that an annotation is made of."""
    inner = get_args(annotation)
    return frozenset({annotation}).union(*map(_kinds_in, inner)) if inner else frozenset({annotation})


def parse_yaml(text: str, *, source: str = "YAML") -> dict[str, Any]:
    """Read a mapping; duplicate keys and anything but a mapping are errors.

    Raises
    ------
    BadConfig
        If the text is not YAML, repeats a key, uses aliases, or is not a mapping (see ``core.strict_yaml``).
    """
    content = plain_data(text, source)
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise BadConfig(f"{source} must hold 'key: value' lines, not a {type(content).__name__}.")
    return content


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML file as ``parse_yaml`` does.

    Raises
    ------
    FileMissing, FileUnreadable, BadConfig
    """
    return parse_yaml(read_settings_text(path), source=path.name)


def read_settings_text(path: Path) -> str:
    """Read the text of a file of settings.

    Raises
    ------
    FileMissing, FileUnreadable
    BadConfig
        If it is not UTF-8, or far larger than settings are.
    """
    if not is_file(path):
        raise FileMissing(f"No file at {path}. Check the path.{did_you_mean(path)}")
    try:
        with path.open("rb") as handle:
            raw = handle.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise BadConfig(
                f"{path.name} is larger than {MAX_BYTES:,} bytes, which no settings are. Is it another file?"
            )
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadConfig(f"{path.name} is not UTF-8 text (byte {error.start}). Save it as UTF-8.") from error
    except OSError as error:
        raise FileUnreadable(f"{path} cannot be read ({error.strerror}).") from error


def validate(kind: type[S], content: Any, *, source: str) -> S:
    """Build settings from plain data, with errors that a person can act on.

    Raises
    ------
    BadConfig
        For a key that does not exist.
    BadSetting
        For a value that makes no sense.
    """
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        unknown = unknown_key(error)
        if unknown is not None:
            known = known_keys(kind, unknown)
            near = nearest(str(unknown[-1]), known)
            meant = f"Did you mean '{near[0]}'? " if near else ""
            raise BadConfig(
                f"{source}: '{place(unknown, content)}' is not a known key. {meant}Known here: {', '.join(known)}."
            ) from error
        raise BadSetting(f"{source}: {complaint(error, content)}.") from error
