"""Decision curve: whether acting on the model does more good than acting on everyone or no one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from radiobone.report.figures.style import BLUE, MUTED, ORANGE, legend, new_figure, tidy

DEEPEST = -0.05
"""How far below 0 the figure goes; treating all falls without bound."""


def decision_figure(curve: Mapping[str, Any]) -> Figure:
    """Draw net benefit over thresholds, with the model's 95 % band.

    Parameters
    ----------
    curve : dict
        ``decision_curve`` of ``metrics.json``.
    """
    figure = new_figure(4.2)
    ax = figure.subplots()
    threshold = np.array(curve["threshold"], dtype=float)
    model = {part: np.array(curve["model"][part], dtype=float) for part in ("value", "low", "high")}
    treat_all = np.array(curve["treat_all"]["value"], dtype=float)
    ax.axhline(0.0, color=MUTED, linewidth=1, linestyle=(0, (4, 3)), label="Treat none")
    ax.plot(threshold, treat_all, color=ORANGE, linewidth=1.6, label="Treat all")
    ax.fill_between(
        threshold, model["low"], model["high"], color=BLUE, alpha=0.16, linewidth=0, label="95 % interval"
    )
    ax.plot(threshold, model["value"], color=BLUE, linewidth=2.2, label="Model")
    highest = max(float(np.nanmax([*model["high"], *model["value"], *treat_all])), 0.1)
    ax.set_xlim(0, 1)
    ax.set_ylim(DEEPEST, highest * 1.35)
    ax.set_xlabel("Threshold: probability from which one would act")
    ax.set_ylabel("Net benefit")
    tidy(ax)
    legend(ax, "upper center", columns=2)
    return figure
