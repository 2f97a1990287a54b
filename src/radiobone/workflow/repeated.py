"""What an extraction with perturbed repeats gives, beside the features themselves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from radiobone.core.counting import counted
from radiobone.core.folder_kinds import ICC_FILE, REPEAT_FILES
from radiobone.imaging.perturb.plan import Perturbations
from radiobone.workflow.case_runner import Outcome
from radiobone.workflow.feature_rows import Whole, held

ROBUST = 0.75


@dataclass(frozen=True)
class PlannedRepeats:
    """Perturbed repeats that a run would make.

    Attributes
    ----------
    plan : Perturbations
        Which repeats of each region.
    n_regions : int
        Regions that can be measured.
    """

    plan: Perturbations
    n_regions: int

    def lines(self) -> list[str]:
        """Say how many repeats there would be, what is done in them, and how many rows they fill."""
        each = self.plan.n_repeats
        n_made = each * self.n_regions
        return [
            f"A real run also makes {counted(each, 'repeat')} of each of {counted(self.n_regions, 'region')} ({self.plan.in_words}): "
            f"{counted(n_made, 'repeat')} and {counted(self.n_regions, 'original')}, "
            f"{counted(n_made + self.n_regions, 'row')} in {REPEAT_FILES[0]}"
        ]


@dataclass(frozen=True, eq=False)
class Repeats:
    """Perturbed repeats of a cohort.

    Attributes
    ----------
    table : DataFrame
        ``patient_id``, ``roi``, ``repeat`` (0: the original), ``perturbation``, then the features.
    icc : DataFrame
        For each feature ICC(1,1) over the repeats, with the ends of its 95 % interval; no rows if fewer than two
        regions have repeats.
    n_planned : int
        Repeats asked for of each region.
    outcomes : tuple of Outcome
        Of the regions, each with its repeats, or where they lie.
    whole : callable
        Gives an outcome with its repeats and picture.
    """

    table: pd.DataFrame
    icc: pd.DataFrame
    n_planned: int
    outcomes: tuple[Outcome, ...]
    whole: Whole = held

    def lines(self, folder: Path) -> list[str]:
        """Say what there is in the extraction's folder, and how robust the features are."""
        n_made = int((self.table["repeat"] > 0).sum())
        n_regions = len(self.outcomes)
        file = next((name for name in REPEAT_FILES if (folder / name).is_file()), "not written")
        made = f"{n_made} of {n_regions * self.n_planned} repeats of {counted(n_regions, 'region')}: {file}"
        if self.icc.empty:
            return [made, "  An intraclass correlation needs repeats of two regions or more."]
        n_robust = int((self.icc["low"] >= ROBUST).sum())
        return [
            made,
            f"  {n_robust} of {len(self.icc)} features have an ICC(1,1) of {ROBUST} or more (lower end of the 95 % interval, "
            f"{int(self.icc['n_regions'].iloc[0])} regions): {ICC_FILE}",
        ]
