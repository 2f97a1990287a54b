"""Which loader reads which layout: to add one, write ``io/downloads/<layout>.py`` and one entry here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from radiobone.core.data_layouts import (
    AnyLayout,
    ClassFolders,
    ImagesAndMasks,
    ManyTables,
    NoLoader,
    OneTable,
    SheetAndImages,
)
from radiobone.core.errors import BadSetting
from radiobone.io.downloads.class_folders import read_class_folders
from radiobone.io.downloads.found import Deviation, Found
from radiobone.io.downloads.images_and_masks import read_images_and_masks
from radiobone.io.downloads.many_tables import read_many_tables
from radiobone.io.downloads.one_table import read_one_table
from radiobone.io.downloads.sheet_and_images import read_sheet_and_images

Classes = Mapping[str, Sequence[str]]


def read_download(folder: Path, layout: AnyLayout, classes: Classes, target: str = "diagnosis") -> Found:
    """Read a download by its layout; images that do not lie as expected are looked for in the other way.

    Parameters
    ----------
    folder : Path
        Unpacked; a table may be given itself.
    layout : AnyLayout
    classes : mapping of str to sequence of str
        Names of the classes, each with other spellings.
    target : str
        What the column of the class is called.

    Raises
    ------
    BadSetting
        If the layout has no loader. And the errors of the loaders.
    """
    if isinstance(layout, NoLoader):
        raise BadSetting(f"This data set has no loader: {layout.reason}.")
    if isinstance(layout, OneTable):
        return read_one_table(folder, layout, classes, target)
    if isinstance(layout, ManyTables):
        return read_many_tables(folder, layout)
    if isinstance(layout, ImagesAndMasks):
        return read_images_and_masks(folder, layout)
    return _either_way(folder, layout, classes)


def _either_way(folder: Path, layout: ClassFolders | SheetAndImages, classes: Classes) -> Found:
    def by_folders() -> Found:
        return read_class_folders(
            folder, layout if isinstance(layout, ClassFolders) else ClassFolders(), classes
        )

    def by_sheet() -> Found:
        chosen = layout if isinstance(layout, SheetAndImages) else SheetAndImages()
        return read_sheet_and_images(folder, chosen, classes)

    first, second = (by_folders, by_sheet) if isinstance(layout, ClassFolders) else (by_sheet, by_folders)
    found = first()
    if found.images:
        return found
    other = second()
    if not other.images:
        return found
    expected, there = (
        ("class folders", "a sheet") if isinstance(layout, ClassFolders) else ("a sheet", "class folders")
    )
    note = Deviation(
        "LayoutDiffers", folder.name, f"{expected.capitalize()} were expected, and {there} found and read."
    )
    return replace(other, deviations=(note, *other.deviations))
