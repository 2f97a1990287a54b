"""Letters of five by seven dots, to be written onto pictures: the name of a bone, the length of a scale bar, a side."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage

INK_RGB = (235, 235, 235)
WIDTH, HEIGHT, STEP = 5, 7, 6
_DOTS = {
    "A": "0E11111F111111", "B": "1E11111E11111E", "C": "0E11101010110E", "D": "1E11111111111E", "E": "1F10101E10101F",
    "F": "1F10101E101010", "G": "0E11101711110E", "H": "1111111F111111", "I": "0E04040404040E", "J": "0702020202120C",
    "K": "11121418141211", "L": "1010101010101F", "M": "111B1515111111", "N": "11191513111111", "O": "0E11111111110E",
    "P": "1E11111E101010", "Q": "0E11111115120D", "R": "1E11111E141211", "S": "0F10100E01011E", "T": "1F040404040404",
    "U": "1111111111110E", "V": "11111111110A04", "W": "11111115151B11", "X": "11110A040A1111", "Y": "11110A04040404",
    "Z": "1F01020408101F", "0": "0E11131519110E", "1": "040C040404040E", "2": "0E11010204081F", "3": "1F02040201110E",
    "4": "02060A121F0202", "5": "1F101E0101110E", "6": "0608101E11110E", "7": "1F010204080808", "8": "0E11110E11110E",
    "9": "0E11110F01020C", "m": "00001A15151515", "-": "00000000000000", " ": "00000000000000",
}  # fmt: skip
"""Seven rows of each, from the top, two hexadecimal digits a row."""


def glyph(letter: str) -> npt.NDArray[np.bool_]:
    """Return the dots of a letter, shape (7, 5); small letters but ``m`` as large ones, unknown ones as a space."""
    rows = _DOTS.get(letter) or _DOTS.get(letter.upper()) or _DOTS[" "]
    values = bytes.fromhex(rows)
    return np.array([[bool(row >> (WIDTH - 1 - place) & 1) for place in range(WIDTH)] for row in values])


def text_width(text: str) -> int:
    """Width of a text in pixels."""
    return STEP * len(text) - 1


def write(picture: npt.NDArray[np.uint8], text: str, top: int, left: int) -> bool:
    """Write a text in light dots on a dark seam, if it fits.

    Parameters
    ----------
    picture : ndarray of uint8, shape (height, width, 3)
        Changed in place.
    text : str
    top, left : int
        Pixel of its upper left dot.

    Returns
    -------
    bool
        Whether it was written.
    """
    ink = np.zeros((HEIGHT + 2, text_width(text) + 2), dtype=bool)
    for place, letter in enumerate(text):
        ink[1 : 1 + HEIGHT, 1 + STEP * place : 1 + STEP * place + WIDTH] = glyph(letter)
    rows, columns = slice(top - 1, top + HEIGHT + 1), slice(left - 1, left - 1 + ink.shape[1])
    if not text or top < 1 or left < 1 or rows.stop > picture.shape[0] or columns.stop > picture.shape[1]:
        return False
    corner = picture[rows, columns]
    corner[ndimage.binary_dilation(ink, structure=np.ones((3, 3)))] = 0
    corner[ink] = INK_RGB
    return True
