"""What is recorded beside two tables: settings, versions, digests of images and masks."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from radiobone.core.errors import RadioboneError
from radiobone.workflow.comparing.pairing import Pairs
from radiobone.workflow.comparing.sides import Side

SETTINGS = "diagnostics_Configuration_Settings"
IMAGES = "diagnostics_Configuration_EnabledImageTypes"
IGNORED = ("created", "machine", "manifest", "inputs", "feature_columns", "command", "repeats", "fingerprint")
UNKNOWN = "not recorded"
NOT_OURS = ("additionalInfo", "label", "label_channel")


@dataclass(frozen=True)
class Fact:
    """One thing that is recorded of both tables and differs.

    Attributes
    ----------
    name : str
    a, b : str
        What is recorded.
    """

    name: str
    a: str
    b: str


def recorded_differences(a: Side, b: Side, pairs: Pairs) -> list[Fact]:
    """Compare settings and versions one by one, and digests of images and masks row by row."""
    known_a, known_b = _facts(a, pairs.rows_a), _facts(b, pairs.rows_b)
    told = {name: (_told(known_a, name), _told(known_b, name)) for name in (*known_a, *known_b)}
    found = [
        Fact(name, _shown(one), _shown(other))
        for name, (one, other) in told.items()
        if UNKNOWN not in (one, other) and one != other
    ]
    return found + _of_rows(a, b, pairs)


def _told(known: Mapping[str, Any], name: str) -> Any:
    """Return what is recorded under a name; None where a whole that it is part of is switched off."""
    if name in known:
        return known[name]
    parts = name.split(".")
    wholes = (".".join(parts[:end]) for end in range(1, len(parts)))
    return None if any(known.get(whole, UNKNOWN) is None for whole in wholes) else UNKNOWN


def _facts(side: Side, rows: Sequence[int]) -> dict[str, Any]:
    if side.provenance:
        kept = {name: value for name, value in side.provenance.items() if name not in IGNORED}
        return _flat(kept)
    return _of_diagnostics(side.diagnostics.iloc[list(rows)])


def _of_diagnostics(diagnostics: pd.DataFrame) -> dict[str, Any]:
    """Take from pyradiomics' columns what is one for all rows: settings under our names, versions."""
    constant = {
        str(name): str(column.iloc[0])
        for name, column in diagnostics.items()
        if column.nunique() == 1 and len(column)
    }
    prefix = "diagnostics_Versions_"
    versions = {
        {"Numpy": "numpy", "PyWavelet": "PyWavelets", "Python": "python"}.get(name, name): value
        for name, value in (
            (key.removeprefix(prefix), text) for key, text in constant.items() if key.startswith(prefix)
        )
    }
    facts: dict[str, Any] = {"versions": versions}
    settings, images = (_literal(constant.get(name, "")) for name in (SETTINGS, IMAGES))
    if settings is not None:
        facts["settings"] = _as_ours(settings, images or {"Original": {}})
    return _flat(facts)


def _as_ours(settings: Mapping[str, Any], images: Mapping[str, Any]) -> dict[str, Any]:
    """Translate settings, or leave them as they are where this engine does not have them."""
    from radiobone.features.parameter_file import from_parameters

    given = {name: value for name, value in settings.items() if value is not None and name not in NOT_OURS}
    try:
        ours = from_parameters({"setting": given, "imageType": dict(images)}, source="diagnostics")
    except RadioboneError:
        return dict(given)
    return {name: value for name, value in ours.model_dump(mode="json").items() if name != "families"}


def _literal(text: str) -> dict[str, Any] | None:
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return None
    return value if isinstance(value, dict) else None


def _flat(content: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Flatten nested mappings; filters and families go by their kind or name."""
    flat: dict[str, Any] = {}
    for name, value in content.items():
        inner = _by_kind(value)
        if isinstance(inner, Mapping):
            flat |= _flat(inner, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def _by_kind(value: Any) -> Any:
    if not isinstance(value, list) or not value or not all(isinstance(one, dict) for one in value):
        return value
    keys = [one.get("kind", one.get("name")) for one in value]
    if None in keys:
        return value
    return {"names": keys} | {str(key): one for key, one in zip(keys, value, strict=True)}


def _shown(value: Any) -> str:
    text = "none" if value is None else str(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _of_rows(a: Side, b: Side, pairs: Pairs) -> list[Fact]:
    """Tell in how many rows image or mask are other files or have other sizes."""
    found = []
    for name in a.diagnostics.columns:
        if name not in b.diagnostics.columns or not str(name).endswith(
            ("_Hash", "_VoxelNum", "_Spacing", "_Size")
        ):
            continue
        one, other = (
            a.diagnostics[name].iloc[list(pairs.rows_a)],
            b.diagnostics[name].iloc[list(pairs.rows_b)],
        )
        n_differ = int((one.to_numpy() != other.to_numpy()).sum())
        if n_differ:
            what = f"{str(name).removeprefix('diagnostics_')} in {n_differ} of {len(one)} rows"
            at = int((one.to_numpy() != other.to_numpy()).argmax())
            found.append(Fact(what, _shown(one.iloc[at]), _shown(other.iloc[at])))
    return found + _of_inputs(a.provenance.get("inputs", {}), b.provenance.get("inputs", {}))


def _of_inputs(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[Fact]:
    both = [name for name in a if name in b]
    found = []
    for what in ("image", "mask"):
        key = f"{what}_sha256"
        other = [name for name in both if a[name].get(key) != b[name].get(key)]
        if other:
            first = str(other[0]).rpartition("#")[0]
            found.append(
                Fact(
                    f"content of the {what} in {len(other)} of {len(both)} cases, {first} first",
                    str(a[other[0]].get(key))[:12],
                    str(b[other[0]].get(key))[:12],
                )
            )
    return found
