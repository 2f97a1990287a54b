"""Fitted steps applied to rows, where some of them ask for the site of each row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt
import pandas as pd

Sites = npt.ArrayLike | None


def takes_sites(step: Any) -> bool:
    """Tell whether a step, or one of a pipeline's, corrects rows by their site: its ``transform`` takes ``sites``."""
    inner = getattr(step, "steps", None)
    if isinstance(inner, list):
        return any(takes_sites(one) for _, one in inner)
    return "sites" in getattr(step, "row_metadata", ())


def knows_names(step: Any) -> bool:
    """Tell whether a step, or a kind of step, looks columns up by their names."""
    return takes_sites(step) or getattr(step, "by_name", False)


def apply_step(step: Any, table: Any, sites: Sites) -> Any:
    """Transform rows by one fitted step; one that asks for sites also gets the columns' names, by which it knows them."""
    if not takes_sites(step):
        return step.transform(table)
    if not isinstance(table, pd.DataFrame):
        table = named_columns(table, step.feature_names_in_)
    return step.transform(table, sites=sites)


def apply_pipeline(pipeline: Any, table: Any, sites: Sites) -> Any:
    """Transform rows by every step of a fitted pipeline."""
    for _, step in pipeline.steps:
        table = apply_step(step, table, sites)
    return table


def named_columns(table: Any, names: Sequence[str]) -> pd.DataFrame:
    """Return the table as a data frame with these columns, unless it is one."""
    return table if isinstance(table, pd.DataFrame) else pd.DataFrame(table, columns=list(names))
