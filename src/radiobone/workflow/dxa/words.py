"""What the terminal says of DXA images that were measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from radiobone.core.counting import counted
from radiobone.workflow.case_report import warning_lines
from radiobone.workflow.dxa.written import DxaTables


def dxa_lines(tables: DxaTables, folder: Path) -> Iterator[str]:
    """Yield what was measured, how well the bone was found, where to look, and what comes next."""
    counts = ", ".join(f"{n} {status}" for status, n in tables.cases["status"].value_counts().items())
    measured = tables.features.table
    yield f"{counted(len(tables.cases), 'image')}: {counts}. Results: {folder}"
    for roi in measured["roi"].unique():
        own = measured[measured["roi"] == roi]
        bmd = own["bmd_g_per_cm2"]
        yield (
            f"  {roi or 'bone'}: areal BMD {bmd.mean():.3f} g/cm² on average ({bmd.min():.3f} to {bmd.max():.3f}) in "
            f"{counted(len(own), 'image')}"
        )
    for one in tables.agreement:
        yield from _agreement_lines(one)
    if tables.sheets:
        more = "" if len(tables.sheets) == 1 else f" and {len(tables.sheets) - 1} more"
        yield f"Look at every outline (orange found, blue given; the worst first): {tables.sheets[0]}{more}"
    yield from warning_lines(tables.cases, folder / "cases.csv")
    if len(measured):
        yield f"Next: radiobone evaluate {folder} --target COLUMN --pipeline hussain2019_dxa_plrf -o result"


def _agreement_lines(one: Mapping[str, Any]) -> Iterator[str]:
    where = f"{one['roi']}, " if one["roi"] else ""
    yield (
        f"  {where}{counted(one['n_images'], 'image')} with masks of {counted(one['n_patients'], 'patient')}, each labelled by a "
        f"forest that never saw the patient: Dice {one['dice_median']:.3f} (median; lowest {one['dice_lowest']:.3f}), "
        f"{one['pixel_accuracy']:.1%} of the pixels as in the masks"
    )
    if one["drawn_pixels_mixed"] is not None:
        yield (
            f"    of drawn pixels {one['drawn_pixels_patients_apart']:.2%} right; splitting pixels in place of patients, which leaks, "
            f"would have reported {one['drawn_pixels_mixed']:.2%}"
        )
