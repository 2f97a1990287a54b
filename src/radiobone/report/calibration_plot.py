"""The calibration plot of a result, from what ``metrics.json`` holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from radiobone.report.figures.calibration import calibration_figure
from radiobone.report.figures.svg import to_svg
from radiobone.report.numbers import decimals


def calibration_plot(about: Mapping[str, Any], predictions: pd.DataFrame) -> Markup | None:
    """Draw the calibration of predictions; None for a result of an older version, which has none."""
    binned = (about.get("calibration") or {}).get("binned")
    if binned is None:
        return None
    pairs = [
        f"{decimals(p)} predicted, {decimals(o)} observed"
        for p, o in zip(binned["probability"], binned["observed"], strict=True)
    ]
    figure = calibration_figure(
        binned,
        predictions["y"],
        predictions["probability"],
        positive=about["positive"],
        negative=about["negative"],
    )
    return to_svg(
        figure,
        key="calibration",
        title="Calibration plot",
        description="Groups from low to high probability: " + "; ".join(pairs) + ".",
    )
