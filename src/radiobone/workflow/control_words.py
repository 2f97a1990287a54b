"""What the controls found, in lines for the terminal; the wrong way's figure is never shown without saying what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from radiobone.evaluation.fold_score import FoldScore
from radiobone.evaluation.measure_names import AT_THRESHOLD
from radiobone.evaluation.tasks.registry import TASKS


def control_lines(summary: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Yield lines on the null control and the optimism meter, each with whether it is an alarm."""
    if "null_control" in summary:
        yield _null(summary["null_control"], TASKS[summary.get("task", "binary")].null_score)
    if "optimism_meter" in summary:
        found, score = summary["optimism_meter"], TASKS[summary.get("task", "binary")].headline
        yield _meter(found, score), False
        if "winner" in found:
            yield _winner(found, score), False
        if "threshold" in found:
            yield _threshold(found), False


def _null(found: Mapping[str, Any], score: FoldScore) -> tuple[str, bool]:
    figures = (
        f"mean {score.title} {found['mean']:.3f} over {found['n_shuffles']} shuffles of the {score.shuffled}, expected {found['low']:.3f} to "
        f"{found['high']:.3f}"
    )
    if found["departs"]:
        return (
            f"NULL CONTROL FAILED: {figures}. Nothing above is to be believed; see NullControlDeparts.",
            True,
        )
    return f"null control       passed: {figures}; permutation p {found['p']:.3g}", False


def _meter(found: Mapping[str, Any], score: FoldScore) -> str:
    honest, wrong = (found[f"{way}_{score.key}"] for way in ("honest", "wrong_way"))
    if wrong is None:
        return f"optimism meter     –  (no fold holds {score.needs})"
    return (
        f"optimism meter     the wrong way would have claimed {score.title} {wrong:.3f} instead of "
        f"{honest:.3f} on the same folds ({found['inflation']:+.3f}): {how_wrong(found)}. {found['label']}."
    )


def _winner(found: Mapping[str, Any], score: FoldScore) -> str:
    chosen = found["winner"]
    return (
        f"                   the best of {chosen['n_tried']} models and settings on the test rows themselves ({chosen['winner']['model']}) would have "
        f"claimed {score.title} {chosen[f'wrong_way_{score.key}']:.3f} ({chosen['inflation']:+.3f}). {found['label']}."
    )


def _threshold(found: Mapping[str, Any]) -> str:
    chosen = found["threshold"]
    changed = ", ".join(
        f"{title} {chosen[f'wrong_way_{name}']:.3f} instead of {chosen[f'honest_{name}']:.3f}"
        for name, title in AT_THRESHOLD.items()
    )
    return f"                   a threshold chosen on the test rows would have claimed {changed}. {found['label']}."


def how_wrong(found: Mapping[str, Any]) -> str:
    """Say what the wrong way does."""
    fitted, resampled = found["fitted_on_all_rows"], found["resampled_before_the_split"]
    parts = [f"{', '.join(fitted)} fitted on all rows"] if fitted else []
    parts += [f"{', '.join(resampled)} before the split"] if resampled else []
    return "; ".join(parts)
