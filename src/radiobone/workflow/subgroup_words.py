"""Subgroups in lines for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def subgroup_lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """Yield the AUC of each subgroup, or why it is not shown; nothing where none were asked for.

    Parameters
    ----------
    summary : mapping
        ``metrics.json`` of an evaluation or a validation.
    """
    found = summary.get("subgroups")
    if found is None:
        return
    yield f"AUC of subgroups ({found['method']}):"
    for one in found["groups"]:
        yield f"  {one['column']} {one['label']}: {_told(one)}; {one['n_patients']} patients, {one['n_events']} of them positive"
    yield f"  {found['caution']}"


def _told(one: Mapping[str, Any]) -> str:
    if one["metrics"] is None:
        return str(one["note"])
    auc = one["metrics"]["auc"]
    if auc["mean"] is None:
        return "–"
    between = "" if auc["low"] is None else f" (95 % interval {auc['low']:.3f} to {auc['high']:.3f})"
    return f"{auc['mean']:.3f}{between}"
