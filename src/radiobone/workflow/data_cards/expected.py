"""What a card expects to find in a download, in words: for whoever gave another folder."""

from __future__ import annotations

from collections.abc import Iterable

from radiobone.cohort.data_card import DataCard
from radiobone.core.data_layouts import ClassFolders, ImagesAndMasks, SheetAndImages
from radiobone.io.downloads.found import PICTURE_SUFFIXES

ENDINGS = ", ".join(PICTURE_SUFFIXES)
SHOWN = 3


def expected_words(card: DataCard) -> str:
    """Name the folders, sheets and kinds of files that the loader of a card looks for."""
    layout = card.layout
    if isinstance(layout, ClassFolders):
        return f"images ({ENDINGS}) in folders called {_classes(card)}, at any depth"
    if isinstance(layout, SheetAndImages):
        return (
            f"a sheet (CSV or Excel) whose column of file names is called one of {_quoted(layout.file_columns)}, and images "
            f"({ENDINGS}) at any depth"
        )
    if isinstance(layout, ImagesAndMasks) and layout.pairs:
        more = f" and {len(layout.pairs) - SHOWN} more" if len(layout.pairs) > SHOWN else ""
        return f"images with masks: {'; '.join(f'{one.image} with {one.mask}' for one in layout.pairs[:SHOWN])}{more}"
    return "images with masks that are named alike, such as images/P01.nii.gz and masks/P01.nii.gz"


def _classes(card: DataCard) -> str:
    if not card.classes:
        return "after their class"
    return " / ".join(
        f"'{one.name}'" + (f" (or {_quoted(one.folders)})" if one.folders else "") for one in card.classes
    )


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
