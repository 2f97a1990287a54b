"""Flow of cases: asked for, failed, left out, analysed."""

from __future__ import annotations

from radiobone.report.data import ResultData
from radiobone.report.drawings.base import Drawing, Drawn
from radiobone.report.figures.flow import flow_figure
from radiobone.report.flow import failure_counts, flow
from radiobone.report.numbers import count

MOST_CODES = 4


def _flow(data: ResultData) -> Drawn:
    about = data.metrics
    steps = []
    for box in flow(data):
        lost = [f"{count(n)} {why}" for n, why in box["lost"]]
        if data.cases is not None and box["what"] == "regions asked for":
            lost[1:1] = _reasons(failure_counts(data.cases))
        steps.append((f"{count(box['n'])} {box['what']}", lost))
    rows = f"{count(about['n_rows'])} cases of " if about["n_rows"] != about["n_patients"] else ""
    final = f"{rows}{count(about['n_patients'])} patients analysed"
    classes = _classes(data)
    told = [f"{text}{'; ' if lost else ''}{', '.join(lost)}" for text, lost in steps]
    return Drawn(flow_figure(steps, final, classes), ". ".join([*told, final, *classes]) + ".")


def _reasons(codes: list[tuple[str, int]]) -> list[str]:
    """Say why regions failed, the most frequent reasons by their codes."""
    rest = sum(n for _, n in codes[MOST_CODES:])
    named = [f"· {code}: {count(n)}" for code, n in codes[:MOST_CODES]]
    return [*named, f"· other reasons: {count(rest)}"] if rest else named


def _classes(data: ResultData) -> list[str]:
    about = data.metrics
    if "positive" in about:
        sides = ("positive", "negative")
        return [f"{count(about[f'n_{side}'])} {about[side]}" for side in sides]
    return [f"{count(level['n'])} {level['name']}" for level in about.get("levels", [])]


FLOW = Drawing(
    "flow",
    "Flow of cases",
    "Cases asked for, those that failed or were left out with the reason, and those analysed.",
    _flow,
)
