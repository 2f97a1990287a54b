"""Telling a study file from a folder, a table or an image that was given in its place."""

from __future__ import annotations

from pathlib import Path

from radiobone.core.errors import BadConfig
from radiobone.core.file_kinds import kind_of


def check_is_study(path: Path) -> None:
    """Refuse what is another command's, and name that command.

    Raises
    ------
    BadConfig
    """
    needed = "and a study file (YAML) is needed; `radiobone run --help` shows one"
    kind = "folder" if path.is_dir() else kind_of(path)
    if kind in ("table", "folder"):
        images = (
            f"If it lists images and masks: radiobone extract {path} -o features"
            if kind == "table"
            else f"If it holds images: radiobone manifest {path} MASKS -o manifest.csv"
        )
        raise BadConfig(
            f"{path} is a {kind}, {needed}. To evaluate features in it: radiobone evaluate {path} --target COLUMN -o "
            f"result. {images}"
        )
    if kind == "image":
        raise BadConfig(
            f"{path} is an image, {needed}. To begin with images: radiobone manifest {path.parent} MASKS -o manifest.csv"
        )
