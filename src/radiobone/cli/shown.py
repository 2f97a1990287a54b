"""What several commands show of their results when they are done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

FAILURES_SHOWN = 10


def show_failures(cases: Any) -> None:
    """Print the first failed cases with their codes, and what is left."""
    failed = cases[cases["status"] == "failed"]
    for row in failed.head(FAILURES_SHOWN).itertuples():
        name = f"{row.patient_id}/{row.roi}" if row.roi else row.patient_id
        typer.secho(f"  {name}: {row.code}: {row.message}", fg=typer.colors.YELLOW, err=True)
    if len(failed) > FAILURES_SHOWN:
        typer.echo(f"  … and {len(failed) - FAILURES_SHOWN} more, in cases.csv.", err=True)


def show_ablation(folder: Path) -> None:
    """Print the ablation table of a result folder."""
    from radiobone.workflow.ablation_words import ablation_lines

    for line in ablation_lines(folder):
        typer.echo(f"  {line}")


def show_metrics(evaluation: Any) -> None:
    """Print the honest figures."""
    from radiobone.evaluation.measure_names import SHOWN
    from radiobone.workflow.control_words import control_lines
    from radiobone.workflow.subgroup_words import subgroup_lines

    summary = evaluation.result.summary
    titles = SHOWN[summary["task"]]
    for name, title in titles.items():
        typer.echo(_metric_line(title, evaluation.metrics[name]))
    for line, alarming in control_lines(summary):
        typer.secho(f"  {line}", fg=typer.colors.RED if alarming else None, bold=alarming)
    level, first = evaluation.result.patients, summary.get("headline", "auc")
    if level is not None and level.metrics[first].mean is not None:
        typer.echo(_patients_line(titles[first], level.metrics[first], level.rule))
    for line in subgroup_lines(summary):
        typer.echo(f"  {line}")
    optimism = summary.get("bootstrap_optimism")
    if optimism is not None:
        typer.echo(
            f"  Harrell's bootstrap: AUC on the training rows {optimism['apparent']:.3f}, optimism "
            f"{optimism['optimism']:.3f}, corrected {optimism['corrected']:.3f}; the figure above is the one to report"
        )


def _metric_line(title: str, value: Any) -> str:
    if value.mean is None or value.low is None:
        return f"  {title:<18} –  (too few folds in which it can be computed)"
    return f"  {title:<18} {value.mean:.3f}  (95 % interval {value.low:.3f} to {value.high:.3f})"


def _patients_line(title: str, value: Any, rule: str) -> str:
    between = "no interval" if value.low is None else f"95 % interval {value.low:.3f} to {value.high:.3f}"
    return f"  {f'{title} of patients':<18} {value.mean:.3f}  ({between}), {rule} of the rows of each"
