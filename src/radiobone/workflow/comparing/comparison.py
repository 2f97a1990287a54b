"""Two tables of features beside each other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from radiobone.core.errors import BadSetting
from radiobone.workflow.comparing.differences import Differences, differences
from radiobone.workflow.comparing.pattern import Pattern
from radiobone.workflow.comparing.reasons import reasons
from radiobone.workflow.comparing.recorded import Fact, recorded_differences
from radiobone.workflow.comparing.sides import Side, read_side


@dataclass(frozen=True, eq=False)
class Comparison:
    """What differs between two tables, and why it may.

    Attributes
    ----------
    a, b : Side
    differences : Differences
        Value by value.
    reasons : tuple of str
        What may explain the pattern.
    recorded : tuple of Fact
        Settings, versions and inputs that differ by the records.
    """

    a: Side
    b: Side
    differences: Differences
    reasons: tuple[str, ...]
    recorded: tuple[Fact, ...]


def compare_tables(a: Path, b: Path, *, tolerance: float) -> Comparison:
    """Compare two tables of features.

    Parameters
    ----------
    a, b : Path
        Tables (CSV, Excel, Parquet), folders of an extraction, or output of pyradiomics.
    tolerance : float
        Greatest relative difference of values that agree.

    Raises
    ------
    TableError, PathError, BadSetting
    """
    if not 0 <= tolerance < 1:
        raise BadSetting(
            f"The tolerance {tolerance:g} must be a relative difference from 0 to 1, such as 1e-6."
        )
    one, other = read_side(Path(a)), read_side(Path(b))
    found = differences(one, other, tolerance=tolerance)
    facts = recorded_differences(one, other, found.pairs)
    return Comparison(one, other, found, tuple(reasons(Pattern(found))), tuple(facts))
