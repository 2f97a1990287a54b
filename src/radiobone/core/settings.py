"""The base of all settings, and the strict reading of YAML."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

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
