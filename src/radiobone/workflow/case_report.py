"""What the terminal says of an extraction when it is done."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd

from radiobone.core.counting import counted
from radiobone.core.warnings import meaning
from radiobone.workflow.case_runner import WARNING_SEPARATOR
from radiobone.workflow.estimate import estimate_lines
from radiobone.workflow.extraction import Extraction

PICTURES = "pictures"
MOST_NAMES = 8


def extraction_lines(result: Extraction, folder: Path, *, measured: bool) -> list[str]:
    """Return what was done, where it lies, and the warnings.

    Parameters
    ----------
    result : Extraction
        Of ``extract_files`` or ``dry_run``.
    folder : Path
        Where it was written.
    measured : bool
        False after a dry run.
    """
    counts = ", ".join(f"{count} {status}" for status, count in result.cases["status"].value_counts().items())
    n_features = len(result.feature_columns)
    regions = counted(len(result.cases), "region")
    if measured:
        done = f"{regions}: {counts}; {n_features} features each. Results: {folder}"
    else:
        done = (
            f"{regions}: {counts}. Nothing was measured; a real run gives {n_features} features each. "
            f"Every region is drawn: look through {folder / PICTURES}"
        )
    repeated = [] if result.repeats is None else result.repeats.lines(folder)
    planned = [] if result.planned_repeats is None else result.planned_repeats.lines()
    taking = [] if result.estimate is None else estimate_lines(result.estimate)
    empty = empty_lines(result) if measured else []
    return [done, *empty, *repeated, *planned, *taking, *warning_lines(result.cases, folder / "cases.csv")]


def empty_lines(result: Extraction) -> list[str]:
    """Name the features that no measured region has a value of; nothing if there are none, or no region was measured."""
    empty = result.empty_features
    if not empty:
        return []
    shown = ", ".join(empty[:MOST_NAMES]) + (", …" if len(empty) > MOST_NAMES else "")
    return [f"  Without a value in any region: {counted(len(empty), 'feature')} ({shown})."]


def warning_lines(cases: pd.DataFrame, written: Path) -> list[str]:
    """Return how many regions have a warning, which ones and what they mean; nothing if there are none."""
    told = cases.loc[cases["warnings"] != "", "warnings"]
    if told.empty:
        return []
    counts = Counter(code for cell in told for code in sorted(_codes(cell)))
    lines = [f"{counted(len(told), 'region')} with a warning: see {written}"]
    for code, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        lines.append(f"  {code}: {count}. {meaning(code)}")
    return lines


def _codes(cell: str) -> set[str]:
    """Codes in a cell such as ``RoiTouchesBorder: … | ConstantRoi: …``."""
    starts = {part.partition(":")[0].strip() for part in cell.split(WARNING_SEPARATOR)}
    return {start for start in starts if meaning(start)}
