"""Whole DXA images with the outline that was found and the one that was given, for the eye to judge."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw
from scipy import ndimage

from radiobone.core.outputs import writing
from radiobone.imaging.pictures import CONTOUR_RGB, PERCENTILES, contact_sheet
from radiobone.workflow.dxa.images import BoolArray, DxaImage
from radiobone.workflow.dxa.outcome import DxaOutcome
from radiobone.workflow.png_files import write_png

SIDE = 220
TEXT_HEIGHT = 32
PER_ROW, PER_SHEET = 8, 48
GIVEN_RGB = (86, 180, 233)  # sky blue, told from orange by every kind of colour vision
LEGEND_HEIGHT, MARK = 20, 10
LETTERS = 35  # that fit under a picture
NAME = "outlines_{:03d}.png"

Picture = npt.NDArray[np.uint8]


def tile(image: DxaImage, found: BoolArray) -> Picture:
    """Draw a whole image with its outlines: given (blue) below found (orange).

    Returns
    -------
    ndarray of uint8, shape (SIDE, SIDE, 3)
        Proportions are those of the body.
    """
    rows, columns = _places(found.shape, image.spacing_mm)
    grey = image.pixels[np.ix_(rows, columns)]
    low, high = np.percentile(grey, PERCENTILES)
    levels = np.clip((grey - low) / max(float(high - low), 1e-12), 0, 1) * 255
    drawn = np.repeat(levels.astype(np.uint8)[..., np.newaxis], 3, axis=2)
    for region, colour in ((image.bone, GIVEN_RGB), (found, CONTOUR_RGB)):
        if region is not None:
            shown = region[np.ix_(rows, columns)]
            drawn[ndimage.binary_dilation(shown) & ~shown] = colour
    canvas = np.full((SIDE, SIDE, 3), 255, dtype=np.uint8)
    top, left = (SIDE - len(rows)) // 2, (SIDE - len(columns)) // 2
    canvas[top : top + len(rows), left : left + len(columns)] = drawn
    return canvas


def _places(
    shape: tuple[int, ...], spacing_mm: tuple[float, float]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Which rows and columns are shown, so that the longer side fits."""
    sizes_mm = shape[0] * spacing_mm[0], shape[1] * spacing_mm[1]
    rows, columns = (
        np.minimum(((np.arange(n) + 0.5) * length / n).astype(np.int64), length - 1)
        for length, n in (
            (length, max(1, round(SIDE * size / max(sizes_mm))))
            for length, size in zip(shape, sizes_mm, strict=True)
        )
    )
    return rows, columns


def write_sheets(outcomes: Sequence[DxaOutcome], folder: Path) -> list[str]:
    """Write contact sheets, the worst agreement first; those of an earlier run go.

    Returns
    -------
    list of str
        Names of the files.
    """
    shown = sorted(
        (one for one in outcomes if one.tile is not None),
        key=lambda one: (one.agreement.get("dice", math.inf), one.outcome.case.case_id),
    )
    names = []
    for number, start in enumerate(range(0, len(shown), PER_SHEET), start=1):
        pictures = [_captioned(one) for one in shown[start : start + PER_SHEET]]
        names.append(NAME.format(number))
        write_png(folder / names[-1], _with_legend(contact_sheet(pictures, PER_ROW)))
    for stale in folder.glob("outlines_*.png"):
        if stale.name not in names:
            with writing(stale):
                stale.unlink(missing_ok=True)
    return names


def _with_legend(sheet: Picture) -> Picture:
    """Say above a sheet which outline has which colour."""
    strip = np.full((LEGEND_HEIGHT, sheet.shape[1], 3), 255, dtype=np.uint8)
    drawn = Image.fromarray(strip)
    pen = ImageDraw.Draw(drawn)
    top = (LEGEND_HEIGHT - MARK) // 2
    for left, colour, text in ((3, CONTOUR_RGB, "bone found"), (SIDE // 2, GIVEN_RGB, "mask given")):
        pen.rectangle((left, top, left + MARK, top + MARK), fill=colour)
        pen.text((left + MARK + 5, top - 1), text, fill=(0, 0, 0))
    return np.concatenate([np.asarray(drawn), sheet])


def _captioned(one: DxaOutcome) -> Picture:
    canvas = np.full((SIDE + TEXT_HEIGHT, SIDE, 3), 255, dtype=np.uint8)
    canvas[:SIDE] = one.tile
    drawn = Image.fromarray(canvas)
    pen = ImageDraw.Draw(drawn)
    bmd = f"BMD {one.outcome.features['bmd_g_per_cm2']:.3f} g/cm2"  # the picture's font has no ²
    agreed = f"Dice {one.agreement['dice']:.3f}" if one.agreement else "no mask given"
    for line, text in enumerate((one.outcome.case.case_id, f"{bmd}  {agreed}")):
        cut = text if len(text) <= LETTERS else f"{text[: LETTERS - 2]}.."
        pen.text(
            (3, SIDE + 2 + 14 * line), cut.encode("latin-1", "replace").decode("latin-1"), fill=(0, 0, 0)
        )
    return np.asarray(drawn)
