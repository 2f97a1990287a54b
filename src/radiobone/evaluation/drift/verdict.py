"""The verdict of a comparison with training: a level, a sentence, and the reasons, the most pressing first."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from radiobone.evaluation.drift.columns import PREDICTED, Entry
from radiobone.evaluation.drift.limits import LEVELS, Level, Limits, worst
from radiobone.evaluation.drift.summary import moved_first

Reason = dict[str, str]
MOST_NAMED = 5
SENTENCES: dict[Level, str] = {
    "fine": "No drift seen.",
    "watch": "Look at these before you rely on the scores.",
    "act": "Stop using the scores until this is explained.",
    "too few": "Too few cases to tell.",
}
AGAIN = "These are the training cases: nothing can be told of new ones."
WHY_AGAIN = (
    "Number, range and distribution of every feature are those of the training rows, or the file is that of training. Labels are not "
    "compared: the model learned from them, so that it would seem better than it is. Give cases that came later."
)


def verdict(found: Mapping[str, Any], limits: Limits) -> dict[str, Any]:
    """Weigh everything that was found.

    Parameters
    ----------
    found : mapping
        ``drift`` (from ``drift_entry``), ``empty``; ``cases``, ``kinds`` and ``outcome`` where there are such;
        ``training_again``, whether the rows are those of training.
    limits : Limits

    Returns
    -------
    dict
        ``level``, ``sentence`` and ``reasons`` (each with ``level`` and ``sentence``).
    """
    if found.get("training_again"):
        return {
            "level": "watch",
            "sentence": AGAIN,
            "reasons": [{"level": "watch", "sentence": WHY_AGAIN}],
        }
    drift = found["drift"]
    reasons = [
        *_of_columns(drift["columns"], limits, ""),
        *(
            []
            if drift["last"] is None
            else _of_columns(drift["last"]["columns"], limits, f" in {drift['last']['name']}")
        ),
        *_of_unlike(drift),
        *_of_uncertain(drift["uncertain"]),
        *_of_empty(found["empty"], drift),
        *_of_cases(found.get("cases")),
        *_of_kinds(found.get("kinds") or []),
        *_of_outcome(found.get("outcome"), found.get("internal_auc"), limits),
    ]
    reasons = sorted(reasons, key=lambda one: -LEVELS.index(_level(one["level"])))
    level = worst([_level(one["level"]) for one in reasons])
    if level == "fine" and all(one["psi"] is None and not one["constant"] for one in drift["columns"]):
        level = "too few"
        reasons.append({"level": "too few", "sentence": _too_few(drift, limits)})
    return {"level": level, "sentence": SENTENCES[level], "reasons": reasons}


def _level(text: str) -> Level:
    return next(one for one in LEVELS if one == text)


def _of_columns(entries: Sequence[Entry], limits: Limits, when: str) -> list[Reason]:
    """Say what moved; features alone stop the use of a model only where a good share of them did."""
    moved = [one for one in moved_first(entries) if one["level"] in ("watch", "act")]
    features = [one for one in moved if one["name"] != PREDICTED]
    n_features = len(entries) - 1
    n_act = sum(one["level"] == "act" for one in features)
    reasons = []
    for one in moved:
        if one["name"] == PREDICTED:
            text = f"The predictions are spread otherwise than in training{when}: {_of_one(one)}."
            reasons.append({"level": one["level"], "sentence": text})
    if features:
        named = "; ".join(f"{one['name']} ({_of_one(one)})" for one in features[:MOST_NAMED])
        more = f"; and {len(features) - MOST_NAMED} more" if len(features) > MOST_NAMED else ""
        many = n_act >= max(limits.act_features * n_features, 1)
        text = f"{len(features)} of {n_features} features moved{when}: {named}{more}."
        reasons.append({"level": "act" if many else "watch", "sentence": text})
    return reasons


def _of_one(entry: Entry) -> str:
    parts = []
    if entry["psi"] is not None:
        parts.append(f"PSI {entry['psi']:.2f}, {entry['psi_expected']:.2f} by chance alone")
    if entry["share_outside"] > 2 * entry["expected_outside"] and entry["n_below"] + entry["n_above"] > 0:
        parts.append(f"{100 * entry['share_outside']:.0f} % outside the training range")
    if abs(entry["share_missing"] - entry["training_share_missing"]) >= 0.01:
        parts.append(
            f"{100 * entry['share_missing']:.0f} % missing, {100 * entry['training_share_missing']:.0f} % in training"
        )
    return "; ".join(parts)


def _of_unlike(drift: Mapping[str, Any]) -> list[Reason]:
    unlike = drift["unlike"]
    if unlike["level"] == "fine":
        return []
    text = (
        f"{unlike['n']} of {drift['n_rows']} cases have half or more of their features outside the training range: their scores mean "
        "nothing. Look at their images and masks."
    )
    return [{"level": unlike["level"], "sentence": text}]


def _of_uncertain(uncertain: Mapping[str, Any] | None) -> list[Reason]:
    if uncertain is None or uncertain["level"] == "fine":
        return []
    text = (
        f"{100 * uncertain['share']:.0f} % of the cases get no answer ('uncertain'), where {100 * uncertain['training_share']:.0f} % of the "
        "training cases would."
    )
    return [{"level": uncertain["level"], "sentence": text}]


def _of_empty(empty: Mapping[str, Any], drift: Mapping[str, Any]) -> list[Reason]:
    if empty["level"] == "fine":
        return []
    text = f"{empty['n']} of {empty['n'] + drift['n_rows']} rows hold no value of any feature that the model needs: measuring failed."
    return [{"level": empty["level"], "sentence": text}]


def _of_cases(cases: Mapping[str, Any] | None) -> list[Reason]:
    if cases is None or cases["level"] == "fine":
        return []
    codes = ", ".join(f"{one['code']} {one['n']}" for one in cases["failed"][:MOST_NAMED])
    text = f"{cases['n_failed']} of {cases['n']} cases failed before they could be scored: {codes}."
    return [{"level": cases["level"], "sentence": text}]


def _of_kinds(kinds: Sequence[Mapping[str, Any]]) -> list[Reason]:
    reasons = []
    for one in kinds:
        if one["level"] == "fine":
            continue
        unseen = f"{one['n_unseen']} of {one['n_new']} cases have a value that training did not have"
        mix = "the mix is another than in training" if one["q_psi"] is not None else ""
        told = unseen if one["n_unseen"] else mix
        reasons.append(
            {"level": str(one["level"]), "sentence": f"Images are made otherwise: {one['name']}: {told}."}
        )
    return reasons


def _of_outcome(
    outcome: Mapping[str, Any] | None, internal: Mapping[str, Any] | None, limits: Limits
) -> list[Reason]:
    if outcome is None:
        return []
    everyone = outcome["all"]
    reasons = _of_ratio(everyone, limits) if "ratio" in everyone else _of_error(everyone)
    reasons += _of_slope((outcome.get("calibration") or {}).get("slope"), limits)
    reasons += _of_auc((outcome.get("measures") or {}).get("auc"), internal)
    return reasons + _of_chart(outcome, limits)


def _of_ratio(everyone: Mapping[str, Any], limits: Limits) -> list[Reason]:
    ratio, low, high = (everyone[name] for name in ("ratio", "low", "high"))
    if (
        ratio is None
        or not everyone["enough"]
        or low <= 1 <= high
        or abs(everyone["errors"] or 0) < limits.window_error
    ):
        return []
    size = max(ratio, 1 / ratio) if ratio > 0 else float("inf")
    if size < limits.watch_ratio:
        return []
    level = "act" if size >= limits.act_ratio else "watch"
    way = "low" if ratio > 1 else "high"
    text = (
        f"Probabilities are too {way}: {everyone['observed']:.0f} observed, {everyone['expected']:.1f} expected (ratio {ratio:.2f}, "
        f"95 % interval {low:.2f} to {high:.2f}). Recalibration may mend it: radiobone validate shows what it would do."
    )
    return [{"level": level, "sentence": text}]


def _of_error(everyone: Mapping[str, Any]) -> list[Reason]:
    errors = everyone["errors"]
    if errors is None or not everyone["enough"] or abs(errors) < 3:
        return []
    text = (
        f"What was measured is {abs(everyone['mean_error']):.3g} {'above' if everyone['mean_error'] > 0 else 'below'} what was predicted "
        f"on average, {abs(errors):.1f} standard errors from training."
    )
    return [{"level": "watch", "sentence": text}]


def _of_slope(slope: Mapping[str, Any] | None, limits: Limits) -> list[Reason]:
    if slope is None or slope["value"] is None or slope["high"] is None or slope["high"] >= 1:
        return []
    if slope["value"] >= limits.watch_slope:
        return []
    level = "act" if slope["value"] < limits.act_slope else "watch"
    text = f"Probabilities are too extreme: calibration slope {slope['value']:.2f} ({slope['low']:.2f} to {slope['high']:.2f}), 1 is right."
    return [{"level": level, "sentence": text}]


def _of_auc(auc: Mapping[str, Any] | None, internal: Mapping[str, Any] | None) -> list[Reason]:
    if auc is None or auc["high"] is None:
        return []
    told = f"AUC {auc['mean']:.2f} ({auc['low']:.2f} to {auc['high']:.2f})"
    if internal is None or internal.get("mean") is None:
        return []
    lost = internal["mean"] - auc["mean"]
    low = internal["mean"] if internal.get("low") is None else internal["low"]
    half_interval = math.hypot(auc["high"] - auc["mean"], internal["mean"] - low)  # of the difference, 95 %
    if lost <= half_interval:
        return []
    level = "act" if auc["high"] < low else "watch"
    text = f"The model ranks patients worse than in training: {told}, where nested cross-validation had {internal['mean']:.2f}."
    return [{"level": level, "sentence": text}]


def _of_chart(outcome: Mapping[str, Any], limits: Limits) -> list[Reason]:
    windows, chart = outcome["windows"], outcome["chart"]
    if len(windows) < 2:
        return []
    reasons, last = [], windows[-1]
    if last["enough"] and last["errors"] is not None and abs(last["errors"]) >= limits.window_alarm:
        text = f"In {last['name']} outcomes are {abs(last['errors']):.1f} standard errors from what was predicted."
        reasons.append({"level": "watch", "sentence": text})
    if max(chart["up"][-1], chart["down"][-1]) >= limits.cusum_alarm:
        text = f"Outcomes stay on one side of what is predicted: the cumulative sum gives alarm since {windows[chart['alarm']]['name']}."
        reasons.append({"level": "watch", "sentence": text})
    return reasons


def _too_few(drift: Mapping[str, Any], limits: Limits) -> str:
    needed = drift["cases_needed"]
    how_many = (
        f"About {needed} cases show a PSI of {limits.act_psi:g} in any single feature"
        if needed is not None
        else "The training rows are too few for a small change to be seen with any number of new cases"
    )
    return (
        f"{drift['n_rows']} case(s) of {drift['n_patients']} patient(s): distributions are compared from {drift['fewest_cases']} cases on. "
        f"{how_many}. Gather more, or give several months together."
    )
