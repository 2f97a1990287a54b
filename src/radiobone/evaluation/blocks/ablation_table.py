"""The ablation table: what each block of columns adds, with intervals and differences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from radiobone.core.files import write_csv, write_json
from radiobone.evaluation.estimate import Estimate
from radiobone.evaluation.fold_score import FoldScore
from radiobone.evaluation.resampled_t import Comparison

ABLATION_FILE, ABLATION_TABLE = "ablation.json", "ablation.csv"
METHOD = (
    "{title}: mean over the outer folds, with the bootstrap of patients; differences on the same folds by the corrected "
    "resampled t (Nadeau and Bengio), p values corrected for the number of differences by Holm and by Benjamini-Hochberg"
)
Level = Literal["rows", "patients"]


@dataclass(frozen=True, eq=False)
class Scores:
    """What one variant scored at one level: its headline score, and that of each outer fold."""

    estimate: Estimate
    per_fold: tuple[float | None, ...]


@dataclass(frozen=True, eq=False)
class Ablation:
    """The ablation table.

    Attributes
    ----------
    names : tuple of str
        Blocks alone, then all blocks together (early, late), then the baseline.
    n_features : tuple of int
        Columns that each was given.
    scores : mapping of level to tuple of Scores
        ``rows``, and ``patients`` where the rows of patients are pooled; in the order of ``names``.
    differences : mapping of level to tuple of Comparison
        To the baseline and to the whole, corrected for their number within the level.
    whole : str
        What all blocks together are called.
    baseline : str or None
        The baseline's name; None where there is none.
    score : FoldScore
        What they are compared by.
    """

    names: tuple[str, ...]
    n_features: tuple[int, ...]
    scores: Mapping[Level, tuple[Scores, ...]]
    differences: Mapping[Level, tuple[Comparison, ...]]
    whole: str
    baseline: str | None
    score: FoldScore

    @property
    def table(self) -> pd.DataFrame:
        """One row per variant; columns of patients begin with ``patient_``."""
        return pd.DataFrame([self._row(number) for number in range(len(self.names))])

    def _row(self, number: int) -> dict[str, Any]:
        name = self.names[number]
        row: dict[str, Any] = {"model": name, "n_features": self.n_features[number]}
        for level, scores in self.scores.items():
            prefix = "patient_" if level == "patients" else ""
            one, key = scores[number].estimate, f"{prefix}{self.score.key}"
            row |= {key: one.mean, f"{key}_low": one.low, f"{key}_high": one.high}
            for what, other in (("baseline", self.baseline), ("whole", self.whole)):
                row |= _cells(f"{prefix}minus_{what}", self.difference(name, other, level))
        return row

    def difference(self, first: str, second: str | None, level: Level = "rows") -> Comparison | None:
        """Return the comparison of two variants; None if it was not made."""
        return next(
            (one for one in self.differences[level] if (one.first, one.second) == (first, second)), None
        )

    def as_plain(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return {
            "whole": self.whole,
            "baseline": self.baseline,
            "models": [
                {
                    "name": name,
                    "n_features": self.n_features[number],
                    **{level: asdict(scores[number].estimate) for level, scores in self.scores.items()},
                    **{
                        f"{level}_per_fold": list(scores[number].per_fold)
                        for level, scores in self.scores.items()
                    },
                }
                for number, name in enumerate(self.names)
            ],
            "differences": {
                level: [asdict(one) for one in found] for level, found in self.differences.items()
            },
            "metric": self.score.key,
            "title": self.score.title,
            "method": METHOD.format(title=self.score.title),
        }

    def save(self, folder: Path) -> None:
        """Write ``ablation.csv`` and ``ablation.json``.

        Raises
        ------
        OutputNotWritable, DiskFull
        """
        write_csv(Path(folder) / ABLATION_TABLE, self.table)
        write_json(Path(folder) / ABLATION_FILE, self.as_plain())

    def _repr_html_(self) -> str:
        return str(self.table.round(3).to_html(index=False, na_rep="–"))


def forget_ablation(folder: Path) -> None:
    """Remove the table of an earlier run."""
    for name in (ABLATION_TABLE, ABLATION_FILE):
        (folder / name).unlink(missing_ok=True)


def _cells(prefix: str, found: Comparison | None) -> dict[str, float | None]:
    if found is None:
        return dict.fromkeys((prefix, f"{prefix}_low", f"{prefix}_high", f"{prefix}_p_holm"))
    one = found.difference
    return {
        prefix: one.mean,
        f"{prefix}_low": one.low,
        f"{prefix}_high": one.high,
        f"{prefix}_p_holm": found.p_holm,
    }
