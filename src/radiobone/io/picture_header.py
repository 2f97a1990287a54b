"""What the header of a PNG, JPEG or TIFF says that ITK passes over: how the picture is to be turned, and inks."""

from __future__ import annotations

from pathlib import Path

from radiobone.core.errors import AmbiguousOrientation, ResourceLimit, VectorImage
from radiobone.core.lazy import lazily
from radiobone.core.warnings import silenced

pillow = lazily("PIL.Image")

ORIENTATION = 0x0112
UPRIGHT = {None, 0, 1}
INKS = {"CMYK", "LAB", "YCbCr"}


def check_picture_header(path: Path) -> None:
    """Refuse a picture that programs show turned in different ways, or whose values are not grey.

    Parameters
    ----------
    path : Path
        PNG, JPEG or TIFF; what Pillow does not know is let through.

    Raises
    ------
    AmbiguousOrientation
        If it says that it is to be turned or mirrored when shown.
    VectorImage
        If its values are amounts of ink.
    ResourceLimit
        If its header asks for more pixels than any radiograph has.
    """
    try:
        with silenced(), path.open("rb") as file, pillow.open(file) as picture:
            mode, turned = picture.mode, picture.getexif().get(ORIENTATION)
    except pillow.DecompressionBombError as error:
        raise ResourceLimit(
            f"{path} says that it has more pixels than any radiograph ({error}). It is damaged or made to harm; leave it out."
        ) from error
    except (OSError, SyntaxError, ValueError, EOFError, KeyError, TypeError, OverflowError):
        return  # ITK may know it, or says what is wrong
    if mode in INKS:
        raise VectorImage(f"{path} holds amounts of ink ({mode}), not grey values. Export it as greyscale.")
    if turned not in UPRIGHT:
        raise AmbiguousOrientation(
            f"{path} is marked to be turned or mirrored when it is shown (EXIF orientation {turned}); some programs do so and others "
            "do not, so a mask drawn on it may lie elsewhere. Save image and mask upright, without the mark."
        )
