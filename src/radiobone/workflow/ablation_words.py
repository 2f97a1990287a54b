"""The ablation table in lines for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from radiobone.core.files import read_json
from radiobone.evaluation.blocks.ablation_table import ABLATION_FILE


def ablation_lines(folder: Path) -> Iterator[str]:
    """Yield the score of each model of the table in a result folder."""
    found = read_json(folder / ABLATION_FILE)
    for model in found["models"]:
        one = model["rows"]
        value = "–" if one["mean"] is None else f"{one['mean']:.3f}"
        between = "" if one["low"] is None else f"  (95 % interval {one['low']:.3f} to {one['high']:.3f})"
        yield f"{model['name']:<40} {found['title']} {value}{between}"
