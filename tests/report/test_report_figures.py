"""The figures of the report: what they place, and what they write."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from radiobone.evaluation.fold_score import AUC
from radiobone.evaluation.null_control import null_control, null_entry
from radiobone.evaluation.result_statistics import calibration_entry, decision_curve_entry
from radiobone.evaluation.weighted import HeldOut
from radiobone.explain.nomogram import Nomogram, NomogramLine
from radiobone.report.curves import roc_band
from radiobone.report.figures.beeswarm import beeswarm_figure, rank_share, swarm_offsets
from radiobone.report.figures.calibration import calibration_figure
from radiobone.report.figures.confusion import confusion_figure
from radiobone.report.figures.decision import decision_figure
from radiobone.report.figures.dependence import Dependence, dependence_figure
from radiobone.report.figures.frequency import frequency_figure
from radiobone.report.figures.importance import importance_figure
from radiobone.report.figures.interval import interval_figure
from radiobone.report.figures.nomogram import nomogram_figure
from radiobone.report.figures.null import null_figure
from radiobone.report.figures.roc import roc_figure
from radiobone.report.figures.style import wrapped
from radiobone.report.figures.svg import to_svg


@given(st.lists(st.integers(-50, 50), max_size=60))
def test_swarm_dots_stay_in_their_row(points):
    offsets = swarm_offsets(np.sort(np.array(points, dtype=float)), width=1.0)
    assert (np.abs(offsets) <= 1).all()


def test_colours_follow_ranks():
    assert rank_share(np.array([1.0, 1000.0, 2.0])).tolist() == [0.0, 1.0, 0.5]
    assert rank_share(np.array([5.0, 5.0])).tolist() == [0.5, 0.5]


DRAWN = np.random.default_rng(1)
Y, P = np.tile([0, 1], 40), DRAWN.random(80)
WORDS: dict[str, Any] = {"axis": "points", "ends": ("away from $1", "towards " + "b" * 99)}
NAMES = ["a_$b$_c", "_hidden", "x" * 200]
COLUMNS = [DRAWN.normal(size=30) for _ in NAMES]
NULL, DEPARTED = DRAWN.normal(0.5, 0.1, 20), DRAWN.normal(0.7, 0.1, 20)
MANY = DRAWN.normal(size=(2, 3000))


def binned() -> dict[str, Any]:
    return calibration_entry(HeldOut(Y, P, Y, np.arange(80), Y * 0), Y * 0, seed=0)["binned"]


def decided() -> dict[str, Any]:
    return decision_curve_entry(HeldOut(Y, P, Y, np.arange(80), Y * 0), Y * 0, seed=0)


FIGURES: dict[str, Callable[[], Figure]] = {
    "roc": lambda: roc_figure(roc_band([(Y, P)]), operating_point=(0.2, 0.8)),
    "decision": lambda: decision_figure(decided()),
    "empty roc": lambda: roc_figure(roc_band([])),
    "calibration": lambda: calibration_figure(binned(), Y, P, positive="$1", negative="_n"),
    "null": lambda: null_figure(null_entry(null_control(0.9, NULL)), AUC),
    "null that departs": lambda: null_figure(null_entry(null_control(0.9, DEPARTED)), AUC),
    "confusion": lambda: confusion_figure({"tp": 0, "fp": 3, "tn": 4, "fn": 0}, "a" * 99, "<b>"),
    "frequency": lambda: frequency_figure(NAMES, [1.0, 0.5, 0.1]),
    "beeswarm": lambda: beeswarm_figure(NAMES, COLUMNS, [np.full(30, np.nan), *COLUMNS[1:]], **WORDS),
    "many dots": lambda: beeswarm_figure(["a"], [MANY[0]], [MANY[1]], **WORDS),
    "flat": lambda: beeswarm_figure(["a"], [np.zeros(5)], [np.zeros(5)], **WORDS),
    "importance": lambda: importance_figure(NAMES, [[10.0], [0.0], [20.0]], axis="points"),
    "dependence": lambda: dependence_figure([Dependence("_a$", *MANY)], axis="points"),
    "dependence of three": lambda: dependence_figure(
        [
            Dependence(name, column, column, "$p", -column)
            for name, column in zip(NAMES, COLUMNS, strict=True)
        ],
        axis="points",
    ),
    "interval": lambda: interval_figure(0.2, 0.1, 0.3),
    "no interval": lambda: interval_figure(0.7, None, None),
}


@pytest.mark.parametrize("name", sorted(FIGURES))
def test_each_figure_is_plain_svg_with_a_name(name):
    figure = FIGURES[name]()
    assert isinstance(figure, Figure)
    text = str(to_svg(figure, key="k", title="T <b>", description="D & more"))
    root = ElementTree.fromstring(text)
    assert root.get("viewBox")
    assert root[0].text == "T <b>"
    assert root[1].text == "D & more"
    for element in root.iter():
        assert "style" not in element.attrib
        assert not element.tag.endswith("}style")
        assert not element.tag.endswith("}script")
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert all(one.startswith("k-") for one in ids)
    assert len(ids) == len(set(ids))
    assert text == str(to_svg(FIGURES[name](), key="k", title="T <b>", description="D & more"))


def test_long_class_names_are_broken_and_not_cut():
    assert wrapped("no osteoporosis of the hip") == "no osteoporosis of\nthe hip"
    assert "\n" not in wrapped("yes")
    assert wrapped("a " * 60).count("\n") == 1
    assert wrapped("_x$") == " _x\\$"


def test_labels_of_a_nomogram_do_not_lie_on_each_other_and_each_line_is_as_long_as_its_range():
    reaches = (3.7, 1.1, 0.4, 0.2, 0.09, 0.01)
    lines = tuple(
        NomogramLine(f"feature{number}", sign * reach / 7, -3.3, 3.7, in_sd=False)
        for number, (reach, sign) in enumerate(zip(reaches, (1, -1, 1, -1, 1, 1), strict=True))
    )
    figure = nomogram_figure(Nomogram(lines, -0.4, "log odds"), outcome="Probability")
    ax, canvas = figure.axes[0], FigureCanvasAgg(figure)
    canvas.draw()
    boxes = [text.get_window_extent(canvas.get_renderer()) for text in ax.texts]
    assert not [1 for a, b in itertools.combinations(boxes, 2) if a.overlaps(b)]
    spans = {
        line.get_ydata()[0]: np.ptp(line.get_xdata()) for line in ax.lines if len(set(line.get_ydata())) == 1
    }
    assert [spans[row] for row in range(1, 7)] == pytest.approx([reach / 3.7 for reach in reaches])
    assert "−3.3 to 3.7" in [text.get_text() for text in ax.texts]
