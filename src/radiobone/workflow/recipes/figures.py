"""What one arm of a recipe reached: honestly, by its leaky twins, and beside the ceiling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from radiobone.evaluation.fold_score import FoldScore
from radiobone.evaluation.measure_names import AT_THRESHOLD
from radiobone.workflow.evaluated import Evaluation
from radiobone.workflow.recipes.schema import Arm

METERED = {"steps", "winner", "threshold"}
"""Leaky twins that the optimism meter runs."""
LEADING = 5


@dataclass(frozen=True)
class ArmFigures:
    """What one arm of a recipe reached on the synthetic cohort.

    Attributes
    ----------
    arm, measure : str
        Its name, and the headline score of its task.
    n_rows, n_patients, n_features : int
    honest, low, high : float or None
        By nested cross-validation, with its 95 % interval.
    leaky : dict of str to float or None
        What each leaky twin would have reported of this score.
    ceiling : float or None
        The best that any reader of the arm's columns could reach in patients without end; None of a table of one's own.
    band : tuple of float or None
        Where the score of that reader falls in a cohort of this size, with 95 % probability.
    threshold : dict of str to float or None
        ``honest_accuracy``, ``wrong_way_accuracy`` and so on: what a threshold chosen on the test rows would have reported; None
        where that is no leak of the study.
    implied : dict of str to float or None
        Of a predicted number: the AUC at each boundary of the classes that it implies, such as ``<= -2.5``.
    leading : dict of str to float
        The largest mean absolute SHAP values, where the recipe explains.
    """

    arm: str
    measure: str
    n_rows: int
    n_patients: int
    n_features: int
    honest: float | None
    low: float | None
    high: float | None
    leaky: dict[str, float | None]
    ceiling: float | None
    band: tuple[float, float] | None
    threshold: dict[str, float] | None = None
    implied: dict[str, float | None] = field(default_factory=dict)
    leading: dict[str, float] = field(default_factory=dict)


def arm_figures(
    name: str,
    found: Evaluation,
    score: FoldScore,
    leaky: dict[str, float | None],
    ceiling: tuple[float | None, tuple[float, float] | None],
    threshold: dict[str, float] | None,
) -> ArmFigures:
    """Put together what an arm reached."""
    value, summary = found.metrics[score.key], found.summary
    return ArmFigures(
        name, score.title, summary["n_rows"], summary["n_patients"], summary["n_features"],
        value.mean, value.low, value.high, leaky, *ceiling, threshold, _implied(summary), _leading(found),
    )  # fmt: skip


def metered(arm: Arm, summary: Mapping[str, Any], key: str) -> dict[str, float | None]:
    """Return what the leaky twins of the optimism meter would have reported."""
    meter = summary.get("optimism_meter", {})
    places = {"steps": meter, "winner": meter.get("winner", {})}
    return {kind: places[kind].get(f"wrong_way_{key}") for kind in arm.leaky if kind in places}


def at_threshold(arm: Arm, summary: Mapping[str, Any]) -> dict[str, float] | None:
    """Return what a threshold chosen on the test rows would have reported, where that is a leak of the study."""
    found = summary.get("optimism_meter", {}).get("threshold")
    if "threshold" not in arm.leaky or found is None:
        return None
    return {
        f"{way}_{name}": found[f"{way}_{name}"] for way in ("honest", "wrong_way") for name in AT_THRESHOLD
    }


def _implied(summary: Mapping[str, Any]) -> dict[str, float | None]:
    boundaries = (summary.get("implied") or {}).get("boundaries", ())
    return {str(one["name"]): one["metrics"]["auc"]["mean"] for one in boundaries}


def _leading(found: Evaluation) -> dict[str, float]:
    if found.explanation is None:
        return {}
    first = found.explanation.summary().head(LEADING)
    return dict(zip(first["feature"], first["mean_abs_shap"].tolist(), strict=True))
