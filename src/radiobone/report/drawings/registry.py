"""Every figure by its name. To add one: its module here, and its name in the list of its task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure

from radiobone.core.errors import BadSetting
from radiobone.core.near_names import nearest
from radiobone.report.data import ResultData
from radiobone.report.drawings.base import Drawing
from radiobone.report.drawings.chosen import CHOSEN
from radiobone.report.drawings.cohort import FLOW
from radiobone.report.drawings.compared import COMPARED, SUBGROUPS
from radiobone.report.drawings.graded import GRADED_DRAWINGS
from radiobone.report.drawings.interactions import INTERACTIONS
from radiobone.report.drawings.linear import LINEAR
from radiobone.report.drawings.method import NULL
from radiobone.report.drawings.relied_on import RELIED_ON
from radiobone.report.drawings.two_classes import INTERVAL, TWO_CLASSES
from radiobone.report.validation.data import ValidationData

Judged = ResultData | ValidationData
OF_RESULTS: Sequence[Drawing[Any]] = (
    *COMPARED,
    NULL,
    FLOW,
    *CHOSEN,
    *RELIED_ON,
    *INTERACTIONS.values(),
    *LINEAR,
)
OF_VALIDATIONS: Sequence[Drawing[Any]] = (SUBGROUPS,)


def drawings_of(data: Judged) -> tuple[Drawing[Any], ...]:
    """Return the figures that the task of a result or a validation has, in the order of the page."""
    two_classes = data.metrics.get("task", "binary") == "binary"
    first = (INTERVAL, *TWO_CLASSES) if two_classes else GRADED_DRAWINGS
    return (*first, *(OF_VALIDATIONS if isinstance(data, ValidationData) else OF_RESULTS))


def figure_of(data: Judged, name: str) -> Figure:
    """Draw one figure by its name.

    Parameters
    ----------
    data : ResultData or ValidationData
    name : str
        Such as ``roc``.

    Raises
    ------
    BadSetting
        If there is no such figure, or nothing to draw in it; the message names those that there are.
    """
    there = {one.name: one for one in drawings_of(data)}
    drawn = there[name].draw(data) if name in there else None
    if drawn is not None:
        return drawn.figure
    others = [key for key, one in there.items() if key != name and one.draw(data) is not None]
    near = nearest(name, others)
    meant = f" Did you mean '{near[0]}'?" if near else ""
    why = "has nothing to draw in this result" if name in there else "is not the name of a figure"
    raise BadSetting(f"'{name}' {why}. There are: {', '.join(others)}.{meant}")
