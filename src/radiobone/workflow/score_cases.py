"""Scores of regions that were just measured; what an image cannot have is said, not filled in."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from radiobone.cohort.checks import texts
from radiobone.core.errors import BadSetting, FeatureMismatch
from radiobone.core.ids import brief_id
from radiobone.evaluation.certainty import Zone
from radiobone.evaluation.model import Model
from radiobone.selection.row_sites import takes_sites
from radiobone.workflow.case_runner import WARNING_SEPARATOR
from radiobone.workflow.feature_table import FeatureTable
from radiobone.workflow.rows_to_score import sites_of, warn_of_missing_codes, warn_of_regions

NAMES_SHOWN = 5
BONE = "_bone_"
OF_BONE = "Image or region do not allow every measurement of bone (its warnings say why)"
OF_ANOTHER_KIND = "The image is of another kind (2D among volumes, or a volume among 2D)"
OF_A_REGION = "Not all regions of the row were measured"
FAILED = ["patient_id", "roi", "code", "message"]


def check_row(model: Model, row: pd.DataFrame, name: str, *, is_2d: bool) -> None:
    """Check that a measured image and the clinical variables given for it make a whole row.

    Raises
    ------
    FeatureMismatch
    """
    unmeasured, clinical = _missing(model, row.columns)
    if unmeasured:
        raise _not_measured(
            model, unmeasured, f"{name} is a single 2D image" if is_2d else f"{name} is a volume"
        )
    if clinical:
        given = " ".join(f"--clinical {one}=VALUE" for one in clinical)
        raise FeatureMismatch(
            f"The model needs {', '.join(clinical)}, which no image holds, and nothing can stand in for it. "
            f"Give it: {given} (from Python by name: {clinical[0]}=…)."
        )


def check_label(label: object) -> None:
    """Check that a region is named by one number or one name.

    Raises
    ------
    BadSetting
    """
    if isinstance(label, bool) or not isinstance(label, int | np.integer | str | None):
        raise BadSetting(
            f"The label is {brief_id(str(label))}, and one region is scored at a time: give its value in the mask, or its name."
        )


def check_clinical(model: Model, given: Collection[str]) -> None:
    """Check that the clinical variables given for an image are such as the model takes.

    Raises
    ------
    BadSetting
        If it does not use one, so that a score with it would be the score without it.
    """
    training = model.about.get("training", {})
    site = (training.get("columns") or {}).get("site") if takes_sites(model.steps) else None
    taken = sorted({*model.clinical, *([site] if site else [])})
    names = pd.DataFrame(columns=list(given))
    about_rows = {*model.patients_in(names), *model.regions_in(names)}
    unused = [name for name in given if name not in {*taken, *about_rows}]
    if unused:
        takes = f"It takes {', '.join(taken)}" if taken else "It takes none"
        raise BadSetting(
            f"The model does not use {', '.join(unused)}: the score would be the same whatever the value. {takes}. Leave "
            f"{'it' if len(unused) == 1 else 'them'} out, or check the name and the model."
        )


def score_cases(
    model: Model, measured: FeatureTable, site: str | None = None, grey_zone: Zone | None = None
) -> pd.DataFrame:
    """Score the regions of a manifest; failed ones keep their row, code and message."""
    done = measured.cases["status"] == "done"
    failed = measured.cases.loc[~done, FAILED]
    table = measured.table.reset_index(drop=True)
    told = measured.cases.loc[done, "warnings"].reset_index(drop=True)
    unmeasured, _ = _missing(model, table.columns) if len(table) else ([], [])
    if unmeasured:
        raise _not_measured(model, unmeasured, "No image of the manifest is such")
    whole = _whole_rows(model, measured, table)
    failed = pd.concat([failed, _unmeasured_rows(model, table[~whole])], ignore_index=True)
    chosen = table[whole]
    warn_of_regions(model, texts(chosen["roi"], empty="") if "roi" in chosen else ())
    measured_here = set(measured.feature_columns)
    warn_of_missing_codes(model, chosen[[name for name in chosen if name not in measured_here]])
    scored = (
        model.predict(chosen, sites_of(chosen, site), grey_zone=grey_zone) if whole.any() else pd.DataFrame()
    )
    if whole.any():
        scored["warnings"] = [
            WARNING_SEPARATOR.join(filter(None, pair))
            for pair in zip(told[whole], scored["warnings"], strict=True)
        ]
    if failed.empty:
        return scored.reset_index(drop=True)
    whole_numbers = [name for name in ("predicted", "outside_range") if name in scored]
    counts = [name for name in whole_numbers if scored[name].dtype.kind == "i"]
    return pd.concat([scored.astype(dict.fromkeys(counts, "Int64")), failed], ignore_index=True)


def _whole_rows(model: Model, measured: FeatureTable, table: pd.DataFrame) -> pd.Series:
    needed = [name for name in model.needed if name in set(measured.feature_columns)]
    return table[needed].notna().all(axis=1)


def _unmeasured_rows(model: Model, rows: pd.DataFrame) -> pd.DataFrame:
    found = []
    for row in rows.to_dict("records"):
        names = [name for name in model.needed if name in row and pd.isna(row[name])]
        joined = bool((model.about["extraction"] or {}).get("wide"))
        other = OF_A_REGION if joined else OF_ANOTHER_KIND
        error = _not_measured(model, names, OF_BONE if all(BONE in one for one in names) else other)
        who = {name: row[name] for name in ("patient_id", "roi")}
        found.append({**who, "code": error.code, "message": str(error)})
    return pd.DataFrame(found, columns=FAILED)


def _missing(model: Model, columns: Collection[str]) -> tuple[list[str], list[str]]:
    """Needed features that are not there, and needed clinical variables that are not."""
    there = set(columns)
    clinical = set(model.about["training"]["clinical"])
    missing = [name for name in model.needed if name not in there]
    variables = [name.rpartition("=")[0] or name for name in missing if name in clinical]
    return [name for name in missing if name not in clinical], [
        name for name in dict.fromkeys(variables) if name not in there
    ]


def _not_measured(model: Model, names: list[str], start: str) -> FeatureMismatch:
    shown = ", ".join(names[:NAMES_SHOWN]) + (", …" if len(names) > NAMES_SHOWN else "")
    return FeatureMismatch(
        f"{start}, and {len(names)} of the {len(model.needed)} features that the model needs cannot be measured on it: "
        f"{shown}. Nothing can stand in for them. Score images of the kind that the model was trained on."
    )
