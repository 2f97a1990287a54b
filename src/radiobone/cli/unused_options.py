"""Options that would do nothing are refused by their names, not ignored."""

from __future__ import annotations

from collections.abc import Collection

import typer

TRAINING = frozenset(
    {
        *(
            "task",
            "order",
            "pipeline",
            "search",
            "clinical",
            "features",
            "outer",
            "splits",
            "time",
            "external",
            "parent",
        ),
        *("block", "fusion", "null_control", "optimism_meter", "pool", "compare_with", "bootstrap_optimism"),
        *("no_shap", "ablation", "baseline", "scheduler"),
    }
)
"""Parameters of `evaluate` that say how models are trained and judged, which ready probabilities are not."""


def refuse_training(context: typer.Context) -> None:
    """Refuse options of training beside --probability.

    Raises
    ------
    typer.BadParameter
    """
    given = _given(context, TRAINING)
    if given:
        raise typer.BadParameter(
            f"{', '.join(given)} {'says' if len(given) == 1 else 'say'} how models are trained, and with --probability nothing is "
            "trained: the column is judged as it is. Leave them out; or leave --probability out to train, with the column among "
            "the features if you like."
        )


def refuse_without(context: typer.Context, names: Collection[str], needed: str) -> None:
    """Refuse options that mean something beside another option alone.

    Raises
    ------
    typer.BadParameter
    """
    given = _given(context, names)
    if given:
        raise typer.BadParameter(
            f"{', '.join(given)} goes with {needed} alone, and would do nothing here. Leave it out."
        )


def _given(context: typer.Context, names: Collection[str]) -> list[str]:
    """Return those options that were typed, as they are called."""
    return [
        max(parameter.opts, key=len)
        for parameter in context.command.params
        if parameter.name in names
        and str(context.get_parameter_source(parameter.name)).endswith("COMMANDLINE")
    ]
