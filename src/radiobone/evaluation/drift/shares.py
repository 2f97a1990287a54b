"""Shares that should be near nothing: cases unlike training, failed cases."""

from __future__ import annotations

from scipy.stats import beta

from radiobone.evaluation.drift.limits import Level, Limits

ONE_SIDED = 0.05


def least_share(k: int, n: int) -> float:
    """Return the lower end of the one-sided 95 % interval of a share (Clopper and Pearson); 0 where nothing was counted."""
    return float(beta.ppf(ONE_SIDED, k, n - k + 1)) if k else 0.0


def share_level(k: int, n: int, limits: Limits) -> Level:
    """Return the level of a share that should be near nothing, of which chance is no explanation."""
    sure = least_share(k, n)
    return "act" if sure >= limits.act_share else "watch" if sure >= limits.watch_share else "fine"
