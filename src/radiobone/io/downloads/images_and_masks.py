"""Images with masks."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

from radiobone.core.data_layouts import ImagesAndMasks
from radiobone.io.downloads.found import Deviation, Found, FoundImage, files_in
from radiobone.io.pairing import pair_folders


def read_images_and_masks(folder: Path, layout: ImagesAndMasks) -> Found:
    """Read the pairs that the layout knows, or pair by name what is there.

    Parameters
    ----------
    folder : Path
    layout : ImagesAndMasks

    Returns
    -------
    Found
        What has no partner is a deviation.

    Raises
    ------
    EmptyTable
        If images are paired by name and not one has a mask.
    """
    return _known_pairs(folder, layout) if layout.pairs else _paired(folder, layout)


def _known_pairs(folder: Path, layout: ImagesAndMasks) -> Found:
    files = list(files_in(folder))
    images, deviations = [], []
    for pair in layout.pairs:
        image, mask = (_ending_in(files, folder, end) for end in (pair.image, pair.mask))
        if image is None or mask is None:
            missing = pair.image if image is None else pair.mask
            deviations.append(Deviation("FileMissing", pair.patient_id, f"No file ends in {missing}."))
        else:
            images.append(FoundImage(pair.patient_id, image, mask, roi=pair.roi))
    return Found(tuple(images), tuple(deviations))


def _ending_in(files: list[Path], folder: Path, end: str) -> Path | None:
    found = [path for path in files if f"/{path.relative_to(folder).as_posix()}".endswith(f"/{end}")]
    return min(found, key=lambda path: len(path.parts)) if found else None


def _paired(folder: Path, layout: ImagesAndMasks) -> Found:
    images_in, masks_in = folder / "images", folder / "masks"
    parted = images_in.is_dir() and masks_in.is_dir()
    sheet = folder / "manifest.csv"
    pairing = pair_folders(
        images_in if parted else folder,
        masks_in if parted else folder,
        sheet if sheet.is_file() else None,
        folder=folder,
        roi=layout.roi or None,
    )
    images = [_found(row, pairing.root) for row in pairing.table.to_dict("records")]
    lonely = [("image", "mask", path) for path in pairing.unmatched_images]
    lonely += [("mask", "image", path) for path in pairing.unmatched_masks]
    deviations = [
        Deviation(
            "Unpaired", path.relative_to(pairing.root).as_posix(), f"The {kind} {path.name} has no {other}."
        )
        for kind, other, path in lonely
    ]
    deviations += [
        Deviation("Unpaired", "", f"In doubt, and left out: {reason}") for reason in pairing.ambiguous
    ]
    return Found(tuple(images), tuple(deviations))


def _found(row: dict[Hashable, Any], root: Path) -> FoundImage:
    own = {"patient_id", "image", "mask", "roi", "sheet_image", "sheet_mask"}
    extra = {str(name): value for name, value in row.items() if name not in own}
    return FoundImage(
        row["patient_id"], root / row["image"], root / row["mask"], roi=row.get("roi") or "", extra=extra
    )
