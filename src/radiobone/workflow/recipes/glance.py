"""All recipes side by side: what is honest, what leaks, what was possible, and what the study reported of its own patients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from radiobone.core.lazy import lazily
from radiobone.workflow.recipes.figures import ArmFigures
from radiobone.workflow.recipes.schema import Recipe
from radiobone.workflow.recipes.words import honest, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

figures = lazily("matplotlib.figure")

MEASURE = "AUC"
HONEST, LEAKY, REPORTED, CEILING = "#1f5fa8", "#c0392b", "#6b6b6b", "#2e7d32"
HEAD = (
    "| recipe, analysis | patients, columns | honest (95 % interval) | leaky twin | ceiling | the study reported |",
    "|---|---|---|---|---|---|",
)


@dataclass(frozen=True)
class Glance:
    """One analysis of a recipe whose score is an AUC.

    Attributes
    ----------
    recipe : str
        Its name.
    arm : ArmFigures
        On the synthetic cohort.
    reported : float or None
        AUC that the study reported of patients that it did not learn from; None where it told another measure.
    """

    recipe: str
    arm: ArmFigures
    reported: float | None

    @property
    def leaky(self) -> tuple[str, float] | None:
        """Kind and score of the leaky twin that flatters most."""
        told = [(kind, value) for kind, value in self.arm.leaky.items() if value is not None]
        return max(told, key=lambda one: one[1]) if told else None


def glances(recipes: Mapping[str, Recipe], results: Mapping[str, Any]) -> list[Glance]:
    """Return the first analysis of each recipe that has an AUC and was run.

    Parameters
    ----------
    recipes : mapping of str to Recipe
    results : mapping of str to mapping
        As for ``studies_page``.
    """
    found = []
    for name, recipe in recipes.items():
        arms = [ArmFigures(**entry) for entry in results.get(name, {"arms": ()})["arms"]]
        arm = next((one for one in arms if one.measure == MEASURE and one.honest is not None), None)
        if arm is not None:
            found.append(Glance(name, arm, _reported(recipe, arm.arm)))
    return found


def _reported(recipe: Recipe, arm: str) -> float | None:
    told = [
        one.value
        for one in recipe.reported
        if one.arm == arm and one.measure.startswith(MEASURE) and "training" not in one.measure
    ]
    return next((value for value in told if isinstance(value, float)), None)


def glance_table(seen: Sequence[Glance]) -> Iterator[str]:
    """Yield the lines of a table in Markdown."""
    yield from HEAD
    for one in seen:
        leaky = "–" if one.leaky is None else f"{shown(one.leaky[1])} ({one.leaky[0]})"
        reported = "–" if one.reported is None else shown(one.reported)
        size = f"{one.arm.n_patients}, {one.arm.n_features}"
        named = f"[{one.recipe}](#{one.recipe}), `{one.arm.arm}`"
        yield f"| {named} | {size} | {honest(one.arm)} | {leaky} | {shown(one.arm.ceiling)} | {reported} |"


def draw_glance(seen: Sequence[Glance]) -> Figure:
    """Draw a line for each analysis: the honest AUC with its interval, the leaky twin, the ceiling, the AUC reported."""
    figure: Figure = figures.Figure(figsize=(8.4, 0.36 * len(seen) + 1.3), layout="constrained")
    axes = figure.subplots()
    for place, one in enumerate(reversed(seen)):
        _draw_line(axes, place, one)
    axes.set_yticks(range(len(seen)), [one.recipe for one in reversed(seen)])
    axes.set_xlim(0.4, 1.0)
    axes.set_xlabel("AUC on the synthetic cohort; diamonds: what the study reported of its own patients")
    axes.axvline(0.5, color="#999999", linewidth=0.8, linestyle=":")
    axes.grid(axis="x", color="#e6e6e6", linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", length=0)
    handles, labels = axes.get_legend_handles_labels()
    first = dict(zip(reversed(labels), reversed(handles), strict=True))
    order = [name for name in ("honest, 95 % interval", "leaky twin", "ceiling", "reported") if name in first]
    figure.legend([first[name] for name in order], order, loc="outside upper right", ncols=4, frameon=False)
    return figure


def _draw_line(axes: Axes, place: int, one: Glance) -> None:
    arm = one.arm
    if arm.low is not None and arm.high is not None:
        axes.plot(
            [arm.low, arm.high], [place, place], color=HONEST, linewidth=2, alpha=0.5, solid_capstyle="round"
        )
    axes.plot([arm.honest or 0.0], [place], "o", color=HONEST, markersize=7, label="honest, 95 % interval")
    if arm.ceiling is not None:
        axes.plot(arm.ceiling, place, "|", color=CEILING, markersize=13, markeredgewidth=2, label="ceiling")
    if one.leaky is not None:
        (ring,) = axes.plot(one.leaky[1], place, "o", color=LEAKY, markersize=10, label="leaky twin")
        ring.set(markerfacecolor="none", markeredgewidth=1.6)
    if one.reported is not None:
        axes.plot(one.reported, place, "D", color=REPORTED, markersize=6, label="reported")
