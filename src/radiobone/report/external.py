"""Validations of frozen models in other cohorts, to be shown beside the result that the models came from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from radiobone.core.errors import BadSetting
from radiobone.report.data import Record, ResultData
from radiobone.report.drawings.compared import OF_HEADLINE, task_of
from radiobone.report.validation.data import ValidationData, is_validation, read_validation


def with_external(data: ResultData, given: Sequence[Path]) -> ResultData:
    """Add validations to a result: those given, and those in folders right inside the result folder.

    Parameters
    ----------
    data : ResultData
    given : sequence of Path
        Folders that ``radiobone validate`` wrote.

    Raises
    ------
    BadSetting
        If one given is no validation, or of another task.
    FileMissing, FileUnreadable
    """
    inside = [path for path in sorted(data.folder.iterdir()) if path.is_dir() and is_validation(path)]
    known = {path.resolve() for path in given}
    found = [(path, _asked_for(path, data)) for path in given]
    found += [
        (path, one)
        for path in inside
        if path.resolve() not in known and _is_comparable(one := read_validation(path), data)
    ]
    names = _names([(path, one) for path, one in found])
    return replace(
        data, external=tuple((name, one.metrics) for name, (_, one) in zip(names, found, strict=True))
    )


def _asked_for(path: Path, data: ResultData) -> ValidationData:
    if not is_validation(path):
        raise BadSetting(
            f"{path} is not the folder of a validation, so it has no figure of another cohort to show beside the result. Give a "
            "folder that `radiobone validate` wrote."
        )
    found = read_validation(path)
    if not _is_comparable(found, data):
        raise BadSetting(
            f"{path} validates a model of task '{task_of(found.metrics)}', and {data.folder} is of task "
            f"'{task_of(data.metrics)}': their figures measure different things. Give a validation of a model of the same task."
        )
    return found


def _is_comparable(found: ValidationData, data: ResultData) -> bool:
    return task_of(found.metrics) == task_of(data.metrics)


def _names(found: Sequence[tuple[Path, ValidationData]]) -> list[str]:
    """Name cohorts by their tables, or by the folders of the validations where tables have no or the same name."""
    sources = [_source(one.provenance) for _, one in found]
    often = Counter(sources)
    return [
        source if source and often[source] == 1 else path.resolve().name
        for source, (path, _) in zip(sources, found, strict=True)
    ]


def _source(provenance: Record) -> str:
    source = (provenance.get("cohort") or {}).get("source")
    name = source.get("name") if isinstance(source, dict) else source
    return str(name or "")


def carries(metrics: Record, data: ResultData, key: str) -> bool:
    """Whether the model that was validated carries the figure of this very result."""
    inside = ((metrics["model"].get("internal") or {}).get("metrics") or {}).get(key)
    return inside is not None and inside.get("mean") == data.metrics["metrics"][key]["mean"]


def own_validations(data: ResultData) -> list[tuple[str, Record]]:
    """Return name and ``metrics.json`` of the validations beside a result whose models carry its figure."""
    key = OF_HEADLINE[task_of(data.metrics)][0]
    return [(name, metrics) for name, metrics in data.external if carries(metrics, data, key)]
