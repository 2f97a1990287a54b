"""The small figures of a page of monitoring: one measure each, window by window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from matplotlib.figure import Figure

from radiobone.evaluation.drift.columns import PREDICTED
from radiobone.evaluation.drift.limits import LEVELS
from radiobone.report.figures.drift import moved_figure, trend_figure
from radiobone.report.figures.svg import to_svg

MOST_FEATURES = 6
MOST_BARS = 15
Record = Mapping[str, Any]


@dataclass(frozen=True)
class Panel:
    """A small figure.

    Attributes
    ----------
    title, svg, caption : str
    is_feature : bool
        Whether the title is the name of a feature.
    """

    title: str
    svg: Markup
    caption: str
    is_feature: bool = False


def panels(summary: Record) -> list[Panel]:
    """Draw everything that has a course over windows; nothing where there is one window."""
    windows = summary["drift"]["windows"]
    if len(windows) < 2:
        return []
    drawn = [
        *_of_all(summary, windows),
        *_of_answers(summary, windows),
        *_of_outcome(summary),
        *_of_features(summary, windows),
    ]
    return [
        Panel(
            title,
            to_svg(figure, key=f"panel{place}", title=title, description=text),
            caption,
            title in windows[0]["columns"],
        )
        for place, (title, figure, text, caption) in enumerate(drawn)
    ]


Drawn = tuple[str, Figure, str, str]


def _of_all(summary: Record, windows: Sequence[Record]) -> Iterator[Drawn]:
    names = [one["name"] for one in windows]
    counts = [float(one["n_rows"]) for one in windows]
    yield (
        "Cases", trend_figure(names, counts, [one["level"] for one in windows], axis="Cases", from_zero=True),
        _told(names, counts, "cases"), "The mark shows the most pressing level of any column.",
    )  # fmt: skip
    means = [one["mean_predicted"] for one in windows]
    axis = {"binary": "Mean probability", "ordinal": "Mean place"}.get(summary["task"], "Mean prediction")
    yield (
        axis, trend_figure(names, means, ["fine"] * len(names), axis=axis), _told(names, means, axis.lower()),
        "Moves with the patients as well as with the scanner.",
    )  # fmt: skip
    if _is_known(windows, PREDICTED):
        yield _of_column(summary, windows, PREDICTED, "PSI of the predictions")
    for key, title in (
        ("share_outside", "Values outside the training range"),
        ("share_missing", "Missing values"),
    ):
        shares = [
            _mean([column[key] for name, column in one["columns"].items() if name != PREDICTED])
            for one in windows
        ]
        if any(shares):
            yield (
                title, trend_figure(names, shares, ["fine"] * len(names), axis="Mean share", from_zero=True), _told(names, shares, title.lower()),
                "Mean over the features that the model needs.",
            )  # fmt: skip


def _of_answers(summary: Record, windows: Sequence[Record]) -> Iterator[Drawn]:
    usual = (summary["drift"]["uncertain"] or {}).get("training_share")
    names, shares = [one["name"] for one in windows], [one["share_uncertain"] for one in windows]
    if any(shares):
        title, lines = "Cases without an answer", {} if usual is None else {"training": usual}
        yield (
            title, trend_figure(names, shares, ["fine"] * len(names), axis="Share", lines=lines, from_zero=True),
            _told(names, shares, title.lower()), "Those that radiobone score calls uncertain.",
        )  # fmt: skip


def _of_features(summary: Record, windows: Sequence[Record]) -> Iterator[Drawn]:
    """Draw the features that moved most, in any window or in all."""
    reached = {
        name: (
            max(LEVELS.index(one["columns"][name]["level"]) for one in windows),
            max(one["columns"][name]["psi_excess"] or 0.0 for one in windows),
        )
        for name in windows[0]["columns"]
        if name != PREDICTED and _is_known(windows, name)
    }
    for name in sorted(reached, key=lambda one: (-reached[one][0], -reached[one][1], one))[:MOST_FEATURES]:
        yield _of_column(summary, windows, name, name)


def _is_known(windows: Sequence[Record], name: str) -> bool:
    """Whether any window has cases enough for the column's PSI."""
    return any(one["columns"][name]["psi_excess"] is not None for one in windows)


def _of_column(summary: Record, windows: Sequence[Record], name: str, title: str) -> Drawn:
    names, limits = [one["name"] for one in windows], summary["limits"]
    columns = [one["columns"][name] for one in windows]
    excess = [one["psi_excess"] for one in columns]
    figure = trend_figure(
        names, excess, [one["level"] for one in columns], axis="PSI beyond chance",
        lines={"watch": limits["watch_psi"], "act": limits["act_psi"]},
    )  # fmt: skip
    return title, figure, _told(names, excess, f"PSI of {title}"), ""


def _of_outcome(summary: Record) -> Iterator[Drawn]:
    outcome, limits = summary["outcome"], summary["limits"]
    if outcome is None or len(outcome["windows"]) < 2:
        return
    windows, chart = outcome["windows"], outcome["chart"]
    names = [one["name"] for one in windows]
    levels = [_level(one, limits) for one in windows]
    if "ratio" in windows[0]:
        values, lines, title = [one["ratio"] for one in windows], {"right": 1.0}, "Observed over expected"
        short = "O / E"
    else:
        values, title = [one["mean_error"] for one in windows], "Measured less predicted"
        short = title
        lines = {"training": windows[0]["usual"]}
    ends = [one["low"] for one in windows], [one["high"] for one in windows]
    yield (
        title, trend_figure(names, values, levels, axis=short, bars=ends, lines=lines), _told(names, values, title.lower()),
        "With 95 % intervals; a grey cross has too few labels to be judged.",
    )  # fmt: skip
    alarm = limits["cusum_alarm"]
    over = [
        "fine" if max(up, down) < alarm else "watch"
        for up, down in zip(chart["up"], chart["down"], strict=True)
    ]
    yield (
        "Cumulative sum", trend_figure(names, chart["up"], over, axis="Standard errors", lines={"alarm": alarm}, second=chart["down"], from_zero=True),
        _told(names, chart["up"], "cumulative sum upwards"),
        "Of what happened less what was predicted: blue, more happens than predicted; grey, less. Finds a small shift that lasts.",
    )  # fmt: skip


def _level(window: Record, limits: Record) -> str:
    if not window["enough"] or window["errors"] is None:
        return "too few"
    off = abs(window["errors"])
    return "act" if off >= limits["window_alarm"] else "watch" if off >= limits["window_error"] else "fine"


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _told(names: Sequence[str], values: Sequence[float | None], what: str) -> str:
    shown = ", ".join(
        f"{name}: {'–' if one is None else f'{one:.3g}'}" for name, one in zip(names, values, strict=True)
    )
    return f"{what} by window: {shown}."


def moved_panel(summary: Record) -> Panel | None:
    """Draw the columns that moved most over all rows; None where rows are too few for any."""
    limits = summary["limits"]
    known = [one for one in summary["drift"]["columns"] if one["psi_excess"] is not None]
    chosen = sorted(known, key=lambda one: (-one["psi_excess"], one["name"]))[:MOST_BARS]
    if not chosen:
        return None
    figure = moved_figure(chosen, {"watch": limits["watch_psi"], "act": limits["act_psi"]})
    title = "How far the columns moved"
    told = ", ".join(f"{one['name']}: {one['psi_excess']:.3g}" for one in chosen)
    return Panel(
        title, to_svg(figure, key="moved", title=title, description=told),
        "All cases together. Blue circle: nothing that chance would not do; orange triangle: look at it; red square: act. "
        "Dashed: from where on a change counts, if chance is no explanation.",
    )  # fmt: skip
