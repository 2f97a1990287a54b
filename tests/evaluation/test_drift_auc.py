"""When a monitoring says that a model ranks patients worse: beyond what chance does to both AUCs."""

from __future__ import annotations

from typing import Any

import pytest

from radiobone.evaluation.drift.verdict import _of_auc


@pytest.mark.parametrize(
    ("new", "internal", "levels"),
    [
        ((0.86, 0.62, 0.98), {"mean": 1.0, "low": 0.9}, []),  # few new patients, and few in training
        ((0.78, 0.74, 0.82), {"mean": 0.85, "low": 0.75}, []),
        ((0.78, 0.74, 0.82), {"mean": 0.85, "low": 0.81}, ["watch"]),
        ((0.60, 0.55, 0.65), {"mean": 0.85, "low": 0.81}, ["act"]),
        ((0.78, 0.74, 0.82), {"mean": 0.85}, ["act"]),  # nothing is known of the uncertainty in training
        ((0.90, 0.87, 0.93), {"mean": 0.85, "low": 0.81}, []),
    ],
)
def test_a_lower_auc_is_told_beyond_both_uncertainties(
    new: tuple[float, float, float], internal: dict[str, Any], levels: list[str]
) -> None:
    auc = dict(zip(("mean", "low", "high"), new, strict=True))
    assert [one["level"] for one in _of_auc(auc, internal)] == levels
