"""Settings, versions, seeds, digests, and how to repeat it."""

from __future__ import annotations

import shlex
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

import yaml

from radiobone.report.data import ResultData
from radiobone.report.facts import Facts
from radiobone.report.pipeline_words import STEPS
from radiobone.report.sections.base import Context, Section


def _context(data: ResultData) -> Context:
    provenance, extraction = data.provenance, data.extraction
    pipeline = provenance.get("pipeline") or {}
    return {
        "searched": Facts(data).is_searched,
        "two_classes": data.metrics.get("task", "binary") == "binary",
        "created": provenance.get("created"),
        "pipeline": pipeline,
        "pipeline_text": as_yaml(pipeline),
        "steps": step_words(pipeline.get("steps") or []),
        "cohort": data.cohort,
        "source": flat(provenance.get("source") or data.cohort.get("source")),
        "versions": sorted((provenance.get("versions") or {}).items()),
        "machine": provenance.get("machine") or {},
        "seed": data.metrics.get("seed", provenance.get("seed")),
        "command": without_folders(provenance.get("command")),
        "extraction": None if extraction is None else _extraction(extraction),
    }


def _extraction(extraction: dict[str, Any]) -> dict[str, Any]:
    rest = {
        key: value
        for key, value in extraction.items()
        if key not in ("inputs", "feature_columns", "settings")
    }
    return {
        "settings": as_yaml(extraction.get("settings")),
        "command": without_folders(extraction.get("command")),
        "rest": as_yaml({key: value for key, value in rest.items() if key != "command"}),
    }


def without_folders(command: str | None) -> str | None:
    """Leave of every absolute path in a command its last part: the folders of a machine are nobody else's business."""
    if command is None:
        return None
    try:
        words = shlex.split(command)
    except ValueError:  # not as a shell would write it
        words = command.split()
    return shlex.join(f"{option}{equals}{_last_part(path)}" for option, equals, path in map(_option, words))


def _option(word: str) -> tuple[str, str, str]:
    option, equals, value = word.partition("=")
    return (option, equals, value) if option.startswith("--") and equals else ("", "", word)


def _last_part(path: str) -> str:
    for kind in (PurePosixPath(path), PureWindowsPath(path)):
        if kind.is_absolute():
            return kind.name
    return path


def as_yaml(content: Any) -> str:
    """Write plain data as YAML, which people can read."""
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=88).strip() if content else ""


def flat(content: Any) -> str:
    """Write a source as one line."""
    if isinstance(content, dict):
        return ", ".join(f"{key}: {value}" for key, value in content.items())
    return "" if content is None else str(content)


def step_words(steps: list[Any]) -> list[tuple[str, str]]:
    """Name each step of the pipeline and say what it does; a step is a name, or a mapping that begins with one."""
    names = [step_name(step) for step in steps]
    return [(name, STEPS.get(name, "")) for name in names]


def step_name(step: Any) -> str:
    """Return the name of one step of a stored pipeline."""
    if isinstance(step, dict):
        found = step.get("name") or step.get("step") or next(iter(step), "")
        return str(found)
    return str(step)


PROVENANCE = Section("provenance", "How it was made", _context)
