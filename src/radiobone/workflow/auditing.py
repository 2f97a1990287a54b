"""The leaks and faults of a table, without training."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from radiobone.cohort.cohort import Cohort
from radiobone.cohort.readers import read_cohort
from radiobone.cohort.task import parse_task
from radiobone.core.files import write_json
from radiobone.core.outputs import prepare_file
from radiobone.evaluation.adequacy import development_adequacy
from radiobone.evaluation.audit.finding import Finding
from radiobone.evaluation.audit.registry import CHECKS, audit_cohort
from radiobone.workflow.announce import described

WORST_FIRST: tuple[Literal["serious", "warning", "note"], ...] = ("serious", "warning", "note")
WIDTH = 100


def audit_table(
    source: str | Path,
    *,
    output: Path | None = None,
    task: str = "binary",
    order: str | Sequence[str] | None = None,
    **roles: Any,
) -> tuple[Cohort, list[Finding]]:
    """Read a table or an extract folder and run every check on it.

    Parameters
    ----------
    source : path
        A folder made by ``extract``, or a table.
    output : Path, optional
        A JSON file to write the findings into.
    task, order : str
        What the target is, as ``evaluate`` takes them.
    **roles
        As ``radiobone.cohort.readers.read_cohort`` takes them.

    Returns
    -------
    (Cohort, list of Finding)
        The findings with the worst first.

    Raises
    ------
    TableError, StudyError, PathError, BadSetting
    """
    if output is not None:
        prepare_file(output, example="audit.json", suffix=".json", inputs=[source])
    cohort = read_cohort(Path(source), **roles, task=parse_task(task, order))
    findings = sorted(audit_cohort(cohort), key=lambda one: WORST_FIRST.index(one.severity))
    if output is not None:
        found = {"findings": [asdict(one) for one in findings]}
        size = development_adequacy(cohort) if cohort.task.kind == "binary" else None
        write_json(output, {**found, "checks": list(CHECKS), "sample_size": size})
    return cohort, findings


def audit_lines(cohort: Cohort, findings: Sequence[Finding]) -> Iterator[str]:
    """Yield what was read, what was found and what to do, in lines to be shown."""
    yield from described(cohort)
    for finding in findings:
        yield ""
        yield f"{finding.severity.upper()}  {finding.code}"
        yield from textwrap.wrap(
            finding.message, WIDTH, initial_indent="  ", subsequent_indent="  ", break_long_words=False
        )
    yield ""
    if cohort.task.kind == "binary":  # Riley's criteria as computed here are of two classes
        yield from textwrap.wrap(str(development_adequacy(cohort)["sentence"]), WIDTH)
    counts = Counter(finding.severity for finding in findings)
    told = ", ".join(f"{counts[severity]} {severity}" for severity in WORST_FIRST if counts[severity])
    yield f"{len(CHECKS)} checks ({', '.join(CHECKS)}): {told or 'nothing found'}."
