"""A manifest of images where a table of features is due."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from radiobone.cohort.numbers import is_missing
from radiobone.core.errors import NotATable
from radiobone.core.file_kinds import IMAGE_SUFFIXES

LISTED = ("image", "mask")
FAMILY = re.compile(r"original|wavelet|log-sigma|firstorder|gl[cd]m|glrlm|glszm|gldzm|ng[tl]dm|shape|lbp")


def check_is_no_manifest(table: pd.DataFrame, source: Path) -> None:
    """Refuse a table that lists paths of images and masks, and has no feature called as radiomics' are.

    Raises
    ------
    NotATable
    """
    by_name = {str(name).strip().casefold(): name for name in table.columns}
    if not all(name in by_name and _holds_paths(table[by_name[name]]) for name in LISTED):
        return
    if any(FAMILY.search(name) for name in by_name):
        return
    raise NotATable(
        f"{source} is a manifest of images: its columns '{by_name['image']}' and '{by_name['mask']}' hold paths, and no column "
        "holds a feature measured on them; the result would be that of the other columns alone, such as the age. Run "
        f"radiobone extract {source} -o features first, and evaluate the folder 'features'. If other columns are meant, "
        "name them with --features, such as --features age,bmi."
    )


def _holds_paths(column: pd.Series) -> bool:
    """Whether most cells that hold something are paths or names of images."""
    cells = [str(cell).strip().lower() for cell in column if not is_missing(cell)]
    n_paths = sum("/" in cell or "\\" in cell or cell.endswith(IMAGE_SUFFIXES) for cell in cells)
    return n_paths * 2 > len(cells)
