"""Telling single 2D images from volumes by the beginning of a file, before anything is decoded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from radiobone.core.errors import NotNumeric, PathError
from radiobone.io.case import Case, check_case_files
from radiobone.io.files import first_bytes
from radiobone.io.masks import dicom_modality
from radiobone.io.other_pictures import is_other_picture
from radiobone.io.radiograph import is_picture

RADIOGRAPHS = {"CR", "DX", "RG", "XA", "RF", "MG", "IO", "PX"}


def is_radiograph(path: Path) -> bool:
    """Tell whether a file is a picture (PNG, JPEG, TIFF, BMP, GIF, WebP) or a DICOM radiograph."""
    if not path.is_file():
        return False
    start = first_bytes(path)
    return is_picture(start) or is_other_picture(start) or dicom_modality(path) in RADIOGRAPHS


def count_radiographs(cases: Sequence[Case]) -> tuple[int, int]:
    """Count the images of a manifest that are radiographs, and all of its images.

    Returns
    -------
    tuple of int
        Radiographs, or 0 if any other image is among them or half of the images cannot be looked at; images.
    """
    seen: dict[Path, Case] = {}
    for case in cases:
        seen.setdefault(case.image, case)
    found = 0
    for path, case in seen.items():
        try:
            check_case_files(case)
            if not is_radiograph(path):
                return 0, len(seen)
        except (PathError, NotNumeric):
            continue  # the case will fail by name
        found += 1
    return (found if 2 * found > len(seen) else 0), len(seen)
