"""A picture of each group of copies, for the eye to confirm."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from radiobone.core.files import replacing
from radiobone.core.warnings import collected
from radiobone.imaging.pictures import contact_sheet
from radiobone.imaging.reduced import reduced
from radiobone.io.images import read_image
from radiobone.workflow.data_cards.gate import Gate

SIDE = 192
TEXT_HEIGHT = 30
PER_ROW = 6
MOST_SHEETS = 200
MOST_PICTURES = 36
LETTERS = 31  # that fit under a picture

Picture = npt.NDArray[np.uint8]


def draw_groups(gate: Gate, folder: Path) -> tuple[list[str], int]:
    """Write a contact sheet of each group of copies.

    Parameters
    ----------
    gate : Gate
    folder : Path
        Where ``group_001.png`` and so on are written.

    Returns
    -------
    names : list of str
        Of the files.
    left_out : int
        Groups beyond the first 200.
    """
    groups = gate.copy_groups
    names = []
    for number, members in enumerate(groups[:MOST_SHEETS], start=1):
        pictures = [_picture(gate, place) for place in members[:MOST_PICTURES]]
        name = f"group_{number:03d}.png"
        with replacing(folder / name) as target:
            Image.fromarray(contact_sheet(pictures, PER_ROW)).save(target, format="PNG")
        names.append(name)
    return names, max(len(groups) - MOST_SHEETS, 0)


def _picture(gate: Gate, place: int) -> Picture:
    """Draw one image with the name of its file and its label under it; a volume as its mean along y."""
    image = gate.images[place]
    with collected():  # what is to be told was told when the image was read first
        array = read_image(image.path).array
    flat = array[0] if len(array) == 1 else array.mean(axis=1)[::-1]
    grey = _fitting(flat)
    low, high = np.percentile(grey, (1, 99))
    levels = np.clip((grey - low) / max(float(high - low), 1e-12), 0, 1) * 255
    canvas = np.full((SIDE + TEXT_HEIGHT, SIDE, 3), 255, dtype=np.uint8)
    top, left = (SIDE - grey.shape[0]) // 2, (SIDE - grey.shape[1]) // 2
    canvas[top : top + grey.shape[0], left : left + grey.shape[1]] = levels.astype(np.uint8)[..., None]
    return _captioned(canvas, image.path.name, image.label)


def _fitting(flat: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
    """Scale a picture so that its longer side fits, with its own proportions."""
    height, width = flat.shape
    square = reduced(flat, SIDE)
    rows = max(round(SIDE * min(1.0, height / width)), 1)
    columns = max(round(SIDE * min(1.0, width / height)), 1)
    down = np.linspace(0, SIDE - 1, rows).round().astype(int)
    right = np.linspace(0, SIDE - 1, columns).round().astype(int)
    return np.asarray(square[np.ix_(down, right)])


def _captioned(canvas: Picture, name: str, label: str) -> Picture:
    drawn = Image.fromarray(canvas)
    pen = ImageDraw.Draw(drawn)
    for line, text in enumerate((_short(name), _short(label))):
        pen.text(
            (3, SIDE + 2 + 13 * line), text.encode("latin-1", "replace").decode("latin-1"), fill=(0, 0, 0)
        )
    return np.asarray(drawn)


def _short(text: str) -> str:
    return text if len(text) <= LETTERS else f"{text[: LETTERS - 8]}..{text[-6:]}"
