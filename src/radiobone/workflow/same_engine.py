"""Features to score must have been measured as the model's were: the same settings, and an engine of the same numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

from radiobone.core.errors import SettingsMismatch
from radiobone.core.provenance import versions
from radiobone.features.definitions import AnySettings
from radiobone.workflow.fingerprint import differing, fingerprint_of

SHOWN = 5
ABSENT = "not set"
DECIDING = ("radiobone", "numpy", "scipy", "SimpleITK", "PyWavelets", "numba", "pyradiomics")


def check_folder(
    extraction: Mapping[str, Any] | None,
    needed: Collection[str],
    record: Mapping[str, Any] | None,
    path: Path,
) -> None:
    """Refuse an extract folder whose features were measured otherwise than the model's.

    Parameters
    ----------
    extraction : mapping or None
        What the model knows of the extraction that it learned from.
    needed : collection of str
        Features that its scores depend on.
    record : mapping or None
        What the folder knows of its own; None of a table from elsewhere.
    path : Path

    Raises
    ------
    SettingsMismatch
        With every setting, feature or version that differs, there and in the model.
    """
    if not extraction or record is None:
        return
    kind = "settings" if "settings" in extraction else "dxa"
    other = differences(extraction[kind], record.get(kind, {}))
    if other:
        raise SettingsMismatch(
            f"The features in {path} were extracted with other settings than the model's: {_shown(other)}. The scores would "
            "mean nothing. Score the manifest or the images: the model carries its settings."
        )
    if kind == "settings":
        remedy = "Extract the images anew with the radiobone of the model, or fit the model anew on features of yours."
        _check_numbers(extraction, record, needed, f"The features in {path} were", remedy)


def check_here(extraction: Mapping[str, Any], needed: Collection[str], settings: AnySettings) -> None:
    """Refuse to measure images if this installation gives other numbers than the one that measured the training images.

    Raises
    ------
    SettingsMismatch
    """
    here = {"versions": versions(), "fingerprint": fingerprint_of(settings)}
    remedy = "Install the versions that the model names, or extract its training images and fit it anew with yours."
    _check_numbers(extraction, here, needed, "Features of images would be", remedy)


def differences(mine: Any, other: Any, name: str = "") -> dict[str, tuple[Any, Any]]:
    """Return every setting that differs, by its place, such as ``discretisation.width``, with both values."""
    if isinstance(mine, Mapping) and isinstance(other, Mapping):
        keys = sorted({*mine, *other})
        pairs = [(f"{name}.{key}".strip("."), mine.get(key, ABSENT), other.get(key, ABSENT)) for key in keys]
    elif isinstance(mine, list) and isinstance(other, list):
        both = enumerate(zip_longest(mine, other, fillvalue=ABSENT))
        pairs = [(f"{name}[{n}]", a, b) for n, (a, b) in both]
    else:
        return {} if mine == other else {name: (mine, other)}
    return {place: both for key, a, b in pairs for place, both in differences(a, b, key).items()}


def _check_numbers(
    extraction: Mapping[str, Any], other: Mapping[str, Any], needed: Collection[str], start: str, remedy: str
) -> None:
    mine, theirs = extraction.get("fingerprint"), other.get("fingerprint")
    changed = differences(_deciding(extraction), _deciding(other))
    if mine and theirs and mine["made"] == theirs["made"]:
        found = differing(mine, theirs)
        counted = (
            {name: both for name, both in found.items() if name in needed} if _any(mine, needed) else found
        )
        if counted:
            versions_say = f" Versions: {_shown(changed)}." if changed else ""
            raise SettingsMismatch(
                f"{start} measured by an engine whose numbers differ from the model's. On the made region that both measured, "
                f"{len(counted)} of the features that the model needs differ: {_shown(counted)}.{versions_say} The scores would "
                f"be wrong without a sign of it. {remedy}"
            )
    elif changed:
        raise SettingsMismatch(
            f"{start} measured with other versions than the model's ({_shown(changed)}), and nothing is stored that would show "
            f"whether their numbers agree. {remedy}"
        )


def _any(mine: Mapping[str, Any], needed: Collection[str]) -> bool:
    """Tell whether the needed columns are features by their own names; those of joined regions have others."""
    return any(name in mine["values"] for name in needed)


def _deciding(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: version for name, version in record.get("versions", {}).items() if name in DECIDING}


def _shown(found: Mapping[str, tuple[Any, Any]]) -> str:
    told = [f"{name}: {_value(a)} in the model, {_value(b)} here" for name, (a, b) in found.items()]
    return "; ".join(told[:SHOWN]) + (f"; and {len(told) - SHOWN} more" if len(told) > SHOWN else "")


def _value(value: Any) -> str:
    """Write a value as a settings file has it."""
    if value is None or value == ABSENT:
        return ABSENT
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_value(one)}" for key, one in value.items() if one is not None) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.10g}" if isinstance(value, float) else str(value)
