"""A feature map in colour over the image that it was made of, in three planes, with its scale below."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.core.volume import Volume
from radiobone.imaging.pictures import GAP_PX, three_planes
from radiobone.imaging.planes import INK_RGB, PLANES, RADIOGRAPH, Picture, cut_unsmoothed, scene_of

PERCENTILES = (2.0, 98.0)  # a few extreme voxels take no colour from the rest
STRIP_PX, BAR_PX, TEXT_PX = 30, 120, 13
GROUND_RGB = (22, 25, 33)


def map_planes(image: Volume, mask: Volume, values: Volume, caption: str, *, height_px: int = 240) -> Picture:
    """Draw a map over its image: axial, coronal and sagittal planes through the region, and a scale of colours.

    Parameters
    ----------
    image : Volume
        Grey values.
    mask : Volume
        The region as 0 and 1 (or bool), on the image's grid.
    values : Volume
        The map on the same grid; NaN where nothing is to be coloured.
    caption : str
        What the map shows.
    height_px : int
        Height of the planes, and width of each.

    Returns
    -------
    ndarray of uint8, shape (height_px + STRIP_PX, 3 * height_px + 2 * GAP_PX, 3)
        RGB; of a radiograph one plane wide. The colours, viridis, run from the 2nd to the 98th percentile of the
        map, which are written at the scale's ends.

    Raises
    ------
    EmptyMask
        If the region has no voxel.
    DimensionMismatch
        If image and mask differ in shape.
    """
    picture = three_planes(image, mask, height_px=height_px)
    finite = values.array[np.isfinite(values.array)]
    low, high = np.percentile(finite, PERCENTILES) if finite.size else (0.0, 0.0)
    scene = scene_of(values, mask)
    for number, plane in enumerate((RADIOGRAPH,) if image.is_2d else PLANES):
        left = number * (height_px + GAP_PX)
        panel = picture[:, left : left + height_px]
        shown = cut_unsmoothed(scene, plane, height_px)
        there = np.isfinite(shown)
        panel[there] = _colours((shown[there] - low) / max(high - low, np.finfo(float).tiny))
    return np.concatenate([picture, _strip(picture.shape[1], caption, float(low), float(high))])


def _colours(share: npt.NDArray[np.float64]) -> Picture:
    """Viridis: from dark blue at 0 to yellow at 1, as bright as the value is high, whatever one's colour vision."""
    from matplotlib import colormaps

    rgba = colormaps["viridis"](np.clip(share, 0, 1), bytes=True)
    return np.asarray(rgba[..., :3], dtype=np.uint8)


def _strip(width_px: int, caption: str, low: float, high: float) -> Picture:
    """Caption on the left, scale with the values of its ends on the right."""
    from PIL import Image, ImageDraw, ImageFont

    strip = Image.new("RGB", (width_px, STRIP_PX), GROUND_RGB)
    draw, font = ImageDraw.Draw(strip), ImageFont.load_default(size=TEXT_PX)
    middle = STRIP_PX // 2
    top = f"{high:.4g}"
    right = width_px - 8 - round(draw.textlength(top, font=font))
    draw.text((right, middle), top, INK_RGB, font=font, anchor="lm")
    bar = _colours(np.linspace(0, 1, BAR_PX))[np.newaxis].repeat(STRIP_PX // 2, axis=0)
    strip.paste(Image.fromarray(bar), (right - 6 - BAR_PX, STRIP_PX // 4))
    draw.text((right - 12 - BAR_PX, middle), f"{low:.4g}", INK_RGB, font=font, anchor="rm")
    if width_px > 3 * BAR_PX:  # below a radiograph there is no room for both
        draw.text((8, middle), caption, INK_RGB, font=font, anchor="lm")
    return np.asarray(strip)
