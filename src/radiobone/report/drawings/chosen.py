"""Figures of the features that were chosen."""

from __future__ import annotations

from radiobone.report.data import ResultData
from radiobone.report.drawings.base import Drawing, Drawn
from radiobone.report.figures.correlation import clustered_order, correlation_figure
from radiobone.report.figures.frequency import frequency_figure

MOST_DRAWN = 15
ALIKE = 0.8


def selection_rates(data: ResultData) -> list[tuple[str, int]]:
    """Count the folds that chose each feature, most frequent first, then by name."""
    counts = data.selected.groupby("feature").size()
    return sorted(((str(name), int(n)) for name, n in counts.items()), key=lambda item: (-item[1], item[0]))


def _frequency(data: ResultData) -> Drawn | None:
    drawn = selection_rates(data)[:MOST_DRAWN]
    if not drawn:
        return None
    names, rates = [name for name, _ in drawn], [n / data.n_folds_total for _, n in drawn]
    told = "; ".join(f"{name}: {round(100 * rate)} %" for name, rate in zip(names, rates, strict=True))
    return Drawn(frequency_figure(names, rates), f"{told}.")


def _title_of_frequency(data: ResultData) -> str:
    n = data.selected["feature"].nunique()
    return "How often chosen" + (f": the {MOST_DRAWN} most frequent" if n > MOST_DRAWN else "")


def _correlation(data: ResultData) -> Drawn | None:
    table = data.correlation
    if table is None or len(table) < 2:
        return None
    names = [str(name) for name in table["feature"]]
    matrix = table.drop(columns="feature").to_numpy(dtype=float)
    order = clustered_order(matrix)
    alike = sum(abs(matrix[i, j]) >= ALIKE for i in order for j in order if i < j)
    pairs = len(names) * (len(names) - 1) // 2
    return Drawn(
        correlation_figure(names, matrix),
        f"Rank correlations of {len(names)} features; {alike} of {pairs} pairs reach {ALIKE:g} in either direction.",
    )


def _caption_of_correlation(data: ResultData) -> str:
    n = 0 if data.correlation is None else len(data.correlation)
    return (
        f"The {n} features chosen in most folds, those alike side by side. Features that correlate strongly stand in for each "
        "other: which of them a fold chose is partly chance. On all rows, as a description; nothing was chosen by it."
    )


FREQUENCY = Drawing("frequency", _title_of_frequency, "", _frequency)
CORRELATION = Drawing("correlation", "Which of them say the same", _caption_of_correlation, _correlation)
CHOSEN = (FREQUENCY, CORRELATION)
