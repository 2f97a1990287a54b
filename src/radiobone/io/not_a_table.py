"""What stands where a table is due: a folder, an image, or another kind of table."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from radiobone.core.errors import NotATable
from radiobone.io.files import first_bytes
from radiobone.io.registry import IMAGE_FORMATS

SUFFIXES = tuple(suffix for image_format in IMAGE_FORMATS for suffix in image_format.suffixes if suffix)


def is_image(path: Path) -> bool:
    """Tell an image file by its name's ending, or else by its first bytes; a folder is none."""
    if path.is_dir():
        return False
    if path.name.lower().endswith(SUFFIXES):
        return True
    start = first_bytes(path) if path.is_file() else b""
    return any(image_format.recognises(start) for image_format in IMAGE_FORMATS)


def holds_images(folder: Path) -> bool:
    """Tell whether an image lies in a folder or its subfolders."""
    return any(is_image(path) for path in folder.rglob("*"))


def names_images(columns: Iterable[str]) -> bool:
    """Tell a manifest (columns of images and masks) from a table of features by the names of its columns."""
    names = {name.lower() for name in columns}
    return {"image", "mask"} <= names and not any("firstorder" in name for name in names)


def check_is_manifest(path: Path) -> None:
    """Refuse a folder or an image where a manifest is needed.

    Raises
    ------
    NotATable
    """
    if path.is_dir():
        raise NotATable(
            f"{path} is a folder, and a manifest is needed: a table that says which image and which mask belong to "
            f"which patient. Make one first: radiobone manifest {path} MASKS -o manifest.csv"
        )
    if is_image(path):
        raise NotATable(
            f"{path} is an image, and a manifest is needed: a table that says which image and which mask belong to "
            f"which patient. Make one first: radiobone manifest {path.parent} MASKS -o manifest.csv"
        )


def check_is_scorable(model: Path, path: Path) -> None:
    """Refuse an image, or a folder of images, that is to be scored without a mask.

    Raises
    ------
    NotATable
    """
    if is_image(path):
        raise NotATable(
            f"{path} is an image, and features are measured inside a mask. Give the mask as well: "
            f"radiobone score {model} {path} MASK"
        )
    if path.is_dir() and not any(path.glob("features.*")) and holds_images(path):
        raise NotATable(
            f"{path} is a folder of images, and features are measured inside masks. For one DICOM series, give the "
            f"mask as well: radiobone score {model} {path} MASK. For many images, make a manifest first: "
            f"radiobone manifest {path} MASKS -o manifest.csv"
        )
