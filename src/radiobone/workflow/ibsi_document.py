"""The comparison with IBSI's reference values, as a page and a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from radiobone.core.files import write_csv, write_text
from radiobone.core.ibsi_names import FAMILIES
from radiobone.core.outputs import writing
from radiobone.workflow.ibsi import CT_SOURCE, DIAGNOSTICS, PHANTOM, IbsiRow, without_reference

PAGE, TABLE = "ibsi.md", "ibsi_values.csv"
VALUE_DIGITS = 6  # more differ between machines
DIFFERENCES = (
    "- The new grid has the centre of the old one, not its corner; new values are linear or cubic in between and rounded to",
    "  whole numbers; a new voxel is in the region if half of it is (`partial_volume`), not if its nearest voxel is.",
    "- The shape is that of the region as drawn; intensities and textures leave out what re-segmentation excludes.",
    "- Bins of a fixed size start at the lower bound of the re-segmentation, the same in every image.",
    "- Kurtosis is reduced by 3. Variances of the axes are divided by one less than the number of voxels. Energy is not shifted.",
    "- Slices can be measured one by one (2D), or their matrices added (2.5D); directions averaged (`avg`) or merged (`comb`).",
    "- Voxels without a neighbour do not count in tone differences. Directions along which no two voxels lie have runs, of length 1.",
    "- The area of the enclosing ellipsoid follows the manual's series, whose eccentricities both refer to the major axis. The true",
    "  area is a little smaller (2 % for half axes of 5, 4 and 3).",
)
OPEN_BOX = "how the smallest box is found is left open (exactly, or by one of several approximations)"
OPEN_ELLIPSOID = "the ellipsoid is approximated, and by which of several methods is left open"
LEFT_OPEN = {
    "ZH1A": OPEN_BOX,
    "IQYR": OPEN_BOX,
    "SWZ1": OPEN_ELLIPSOID,
    "BRI8": OPEN_ELLIPSOID,
    "9CMM": "whether the axis is a fraction of the range or an intensity is left open, and the value depends on it",
}


def save_comparison(rows: Sequence[IbsiRow], folder: Path) -> None:
    """Write ``ibsi.md``, the summary, and ``ibsi_values.csv``, every value, into a folder that is there."""
    table = pd.DataFrame([asdict(row) for row in rows])
    table["value"] = [None if row.value is None else float(f"{row.value:.{VALUE_DIGITS}g}") for row in rows]
    with writing(folder):
        write_csv(folder / TABLE, table)
        write_text(folder / PAGE, "\n".join(_page(rows)) + "\n")


def summary_lines(rows: Sequence[IbsiRow]) -> list[str]:
    """Return how many values agree, by data set and family, for a terminal."""
    width = max(len(name) for name in FAMILIES.values())
    sets = _data_sets(rows)
    lines = [" ".join([f"{'':<{width}}", *(f"{_short(name):>12}" for name in sets)])]
    for family in (*FAMILIES.values(), DIAGNOSTICS, None):
        counts = [_count(rows, name, family) for name in sets]
        if any(counts):
            lines.append(" ".join([f"{family or 'all':<{width}}", *(f"{count:>12}" for count in counts)]))
    return lines


def failed_lines(rows: Sequence[IbsiRow]) -> list[str]:
    """Return a line for every value that does not agree."""
    return [
        f"{_short(row.data_set)} {row.tag}: "
        f"{'not computed' if row.value is None else f'{row.value:.6g}'}, "
        f"consensus {row.reference:g} ± {row.tolerance:g}"
        for row in rows
        if not row.passed
    ]


def _page(rows: Sequence[IbsiRow]) -> Iterator[str]:
    yield from _opening(rows)
    yield from _summary_table(rows)
    failed = failed_lines(rows)
    yield from ("", "## Values that do not agree", "")
    yield from [f"- {line}" for line in failed] or ["None."]
    yield from ("", "## What is not computed", "")
    yield (
        "Features of which the manual says that they have no reference values at present and should not be used. Programs "
        "may differ in them, and nothing tells which is right:"
    )
    yield ""
    yield from (f"- {title} ({code}): {LEFT_OPEN[code]}." for code, title in without_reference().items())
    yield from ("", "## How these differ from the features under pyradiomics' names", "", *DIFFERENCES)


def _opening(rows: Sequence[IbsiRow]) -> Iterator[str]:
    agreed = sum(row.passed for row in rows)
    yield "# Agreement with IBSI's reference values"
    yield ""
    yield (
        f"{agreed} of {len(rows)} values of chapter 1 of the Image Biomarker Standardisation Initiative agree. "
        f"[{TABLE}]({TABLE}) lists every one: ours, the reference, its tolerance and consensus. "
        "`radiobone ibsi --image IMAGE --mask MASK -o DIR` makes this page and the table on your machine; the CT phantom is "
        f"at {CT_SOURCE}, the digital phantom is built in."
    )
    yield ""
    yield (
        "The references are those of the digital phantom and of the CT phantom in the configurations A to E (IBSI reference "
        "manual, arXiv:1612.07003, https://ibsi.readthedocs.io), whose settings are the presets `ibsi-a` to `ibsi-e` "
        "(`radiobone recipes ibsi-c` prints one). A value agrees if, rounded to three significant digits, it lies within the "
        "tolerance of the reference. Where a reference has more digits (125256 voxels), it is rounded to as many. What is "
        "not computed counts as not agreeing."
    )
    yield ""


def _summary_table(rows: Sequence[IbsiRow]) -> Iterator[str]:
    sets = _data_sets(rows)
    yield "| agreeing / all | " + " | ".join(_short(name) for name in sets) + " | all |"
    yield "|---" * (len(sets) + 2) + "|"
    for family in (*FAMILIES.values(), DIAGNOSTICS, None):
        counts = [_count(rows, name, family) for name in (*sets, None)]
        if any(counts):
            yield f"| {family or '**all**'} | " + " | ".join(counts) + " |"


def _data_sets(rows: Sequence[IbsiRow]) -> list[str]:
    return list(dict.fromkeys(row.data_set for row in rows))


def _short(data_set: str) -> str:
    return "dig. phantom" if data_set == PHANTOM else data_set


def _count(rows: Sequence[IbsiRow], data_set: str | None, family: str | None) -> str:
    """Agreeing of all rows of a data set and family, None for any; nothing if there are none."""
    of_both = [row for row in rows if data_set in (None, row.data_set) and family in (None, row.family)]
    return f"{sum(row.passed for row in of_both)} / {len(of_both)}" if of_both else ""
