"""Subgroups in lines for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from radiobone.evaluation.measure_names import SHOWN, SUBGROUP_LEAD


def subgroup_lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """Yield the first measure of each subgroup, or why it is not shown; nothing where none were asked for.

    Parameters
    ----------
    summary : mapping
        ``metrics.json`` of an evaluation or a validation.
    """
    found = summary.get("subgroups")
    if found is None:
        return
    task = summary.get("task", "binary")
    titles = " and ".join(SHOWN[task][key] for key in SUBGROUP_LEAD[task])
    yield f"{titles} of subgroups ({found['method']}):"
    for one in found["groups"]:
        yield f"  {one['column']} {one['label']}: {_told(one, SUBGROUP_LEAD[task])}; {_counted(one)}"
    yield f"  {found['caution']}"


def _told(one: Mapping[str, Any], lead: Sequence[str]) -> str:
    if one["metrics"] is None:
        return str(one["note"])
    return " and ".join(_value(one["metrics"][key]) for key in lead)


def _value(found: Mapping[str, Any]) -> str:
    if found["mean"] is None:
        return "–"
    between = "" if found["low"] is None else f" (95 % interval {found['low']:.3f} to {found['high']:.3f})"
    return f"{found['mean']:.3f}{between}"


def _counted(one: Mapping[str, Any]) -> str:
    patients = f"{one['n_patients']} patients"
    if "n_events" in one:
        return f"{patients}, {one['n_events']} of them positive"
    if "n_of_class" in one:
        return f"{patients}, of the classes in their order {', '.join(map(str, one['n_of_class']))}"
    return patients if one["mean"] is None else f"{patients}, mean of the target {one['mean']:.3g}"
