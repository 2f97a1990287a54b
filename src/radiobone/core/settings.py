"""The base of all settings, and the strict reading of YAML."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from radiobone.core.complaints import complaint, known_keys, place, unknown_key
from radiobone.core.errors import BadConfig, BadSetting, FileMissing, FileUnreadable
from radiobone.core.file_kinds import did_you_mean
from radiobone.core.near_names import nearest

S = TypeVar("S", bound="Settings")


class Settings(BaseModel):
    """Frozen, and refuses keys that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class _StrictLoader(yaml.SafeLoader):
    """A safe loader that refuses aliases, and a key given twice."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise BadConfig("YAML aliases (*name) are not accepted. Write the value out.")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise BadConfig(f"Line {key_node.start_mark.line + 1}: a list or mapping cannot be a key.")
            if key in seen:
                raise BadConfig(
                    f"Line {key_node.start_mark.line + 1}: the key '{key}' is given twice, "
                    "and only one of the two values could count. Remove one."
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def parse_yaml(text: str, *, source: str = "YAML") -> dict[str, Any]:
    """Read a mapping; duplicate keys and anything but a mapping are errors.

    Raises
    ------
    BadConfig
        If the text is not YAML, repeats a key, uses aliases, or is not a mapping.
    """
    try:
        content = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a subclass of SafeLoader
    except yaml.YAMLError as error:
        raise BadConfig(f"{source} is not valid YAML: {error}") from error
    except BadConfig as error:
        raise BadConfig(f"{source}: {error}") from error
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
    if not path.is_file():
        raise FileMissing(f"No file at {path}. Check the path.{did_you_mean(path)}")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadConfig(f"{path.name} is not UTF-8 text (byte {error.start}). Save it as UTF-8.") from error
    except OSError as error:
        raise FileUnreadable(f"{path} cannot be read ({error.strerror}).") from error
    return parse_yaml(text, source=path.name)


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
