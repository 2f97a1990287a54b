"""Probabilities that stand in a table already, judged against its labels; nothing is trained."""

from __future__ import annotations

import glob
from collections.abc import Callable
from pathlib import Path
from typing import Any

from radiobone.cohort.readers import read_cohort
from radiobone.core.warnings import collected
from radiobone.evaluation.ready_model import ready_model
from radiobone.workflow.validating import Validation, validate_table


def judge_probabilities(
    source: str | Path,
    output: str | Path,
    *,
    probability: str,
    target: str,
    threshold: float = 0.5,
    positive: str | None = None,
    say: Callable[[str], None] = lambda _line: None,
    **more: Any,
) -> Validation:
    """Judge a column of probabilities as a frozen model, and write the result folder.

    AUC, calibration, decision curve and the rest with intervals, by subgroups where asked for, and recalibration beside
    them.

    Parameters
    ----------
    source : path
        A table with the labels and the probabilities.
    output : path
        The result folder, which ``radiobone report`` reads.
    probability : str
        Column of the probability of the positive class, from 0 to 1, as another program gave it.
    target : str
        Column of the label, of two classes.
    threshold : float
        From which probability on a row counts as positive.
    positive : str, optional
        The positive class.
    say : callable
        Told, line by line, which column was taken for what.
    **more
        ``id``, ``groups``, ``site``, ``unit``, ``duplicates``, ``subgroups``, ``against``, ``cuts``, ``seed`` and
        ``command``, as ``validate_table`` takes them.

    Raises
    ------
    BadSetting
        If a value is no probability.
    FeatureMismatch, TooFewPerClass, TableError, PathError
    """
    roles = {name: more[name] for name in ("id", "groups", "site", "unit", "duplicates") if name in more}
    with (
        collected()
    ):  # read for the names of the classes alone; what is to be told is told when it is read to be judged
        cohort = read_cohort(
            Path(source), target=target, positive=positive, features=[glob.escape(probability)], **roles
        )
    model = ready_model(
        probability,
        target=target,
        positive=cohort.positive,
        negative=cohort.negative,
        threshold=threshold,
    )
    return validate_table(
        model, Path(source), Path(output), target=target, positive=positive, say=say, **more
    )
