"""A feature map in colour over the image that it was made of, in three planes, with its scale below."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.core.volume import Volume
from radiobone.imaging.lettering import INK_RGB
from radiobone.imaging.pictures import GAP_PX, three_planes
from radiobone.imaging.planes import PLANES, RADIOGRAPH, Picture, bar_mm, cut_unsmoothed, scene_of

PERCENTILES = (2.0, 98.0)  # a few extreme voxels take no colour from the rest
STRIP_PX, BAR_PX, TEXT_PX, BAR_TEXT_PX = 30, 120, 13, 11
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
        map, which are written at the scale's ends: with < and > where the map goes on beyond them. The scale bar
        of each plane has its length beside it.

    Raises
    ------
    EmptyMask
        If the region has no voxel.
    DimensionMismatch
        If image and mask differ in shape.
    """
    low, high = colour_range(values.array)
    picture = coloured_planes(image, mask, values, (low, high), height_px=height_px)
    finite = values.array[np.isfinite(values.array)]
    ends = _number(low), _number(high)
    if finite.size:
        ends = "< " * bool(finite.min() < low) + ends[0], "> " * bool(finite.max() > high) + ends[1]
    return np.concatenate([picture, _strip(picture.shape[1], caption, *ends)])


def colour_range(values: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Return the values between which colours run: the 2nd and the 98th percentile; zeros where nothing is finite."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 0.0, 0.0
    low, high = np.percentile(finite, PERCENTILES)
    return float(low), float(high)


def coloured_planes(
    image: Volume, mask: Volume, values: Volume, limits: tuple[float, float], *, height_px: int = 240
) -> Picture:
    """Draw a map over its image as ``map_planes`` does, without a scale of colours below.

    Parameters
    ----------
    image, mask, values : Volume
        As there.
    limits : tuple of float
        Values at the ends of the colours, so that several maps can share them.
    height_px : int
        Height of the planes, and width of each.

    Returns
    -------
    ndarray of uint8, shape (height_px, 3 * height_px + 2 * GAP_PX, 3)
        RGB; of a radiograph one plane wide.

    Raises
    ------
    EmptyMask, DimensionMismatch
        As there.
    """
    picture = three_planes(image, mask, height_px=height_px)
    low, high = limits
    scene = scene_of(values, mask)
    for number, plane in enumerate((RADIOGRAPH,) if image.is_2d else PLANES):
        left = number * (height_px + GAP_PX)
        panel = picture[:, left : left + height_px]
        shown, pitch_mm = cut_unsmoothed(scene, plane, height_px)
        there = np.isfinite(shown)
        panel[there] = _colours((shown[there] - low) / max(high - low, np.finfo(float).tiny))
        length_mm = None if image.spacing_assumed else bar_mm(height_px, pitch_mm)
        if length_mm is not None:
            _write(panel, f"{length_mm:g} mm")
    return picture


def _number(value: float) -> str:
    """Three digits, or all of a whole number of up to seven: 0.0741, 549, 35,140."""
    return f"{value:,.0f}" if 1e3 <= abs(value) < 1e7 else f"{value:.3g}"


def _write(panel: Picture, text: str) -> None:
    """Write above the scale bar, bottom right."""
    from PIL import Image, ImageDraw, ImageFont

    drawn = Image.fromarray(panel)
    right, bottom = panel.shape[1] - 5, panel.shape[0] - 9
    ImageDraw.Draw(drawn).text(
        (right, bottom),
        text,
        INK_RGB,
        font=ImageFont.load_default(size=BAR_TEXT_PX),
        anchor="rs",
        stroke_width=1,
        stroke_fill=(0, 0, 0),
    )
    panel[:] = np.asarray(drawn)


def _colours(share: npt.NDArray[np.float64]) -> Picture:
    """Viridis: from dark blue at 0 to yellow at 1, as bright as the value is high, whatever one's colour vision."""
    from matplotlib import colormaps

    rgba = colormaps["viridis"](np.clip(share, 0, 1), bytes=True)
    return np.asarray(rgba[..., :3], dtype=np.uint8)


def _strip(width_px: int, caption: str, low: str, high: str) -> Picture:
    """Caption on the left, scale with the values of its ends on the right."""
    from PIL import Image, ImageDraw, ImageFont

    strip = Image.new("RGB", (width_px, STRIP_PX), GROUND_RGB)
    draw, font = ImageDraw.Draw(strip), ImageFont.load_default(size=TEXT_PX)
    middle = STRIP_PX // 2
    right = width_px - 8 - round(draw.textlength(high, font=font))
    draw.text((right, middle), high, INK_RGB, font=font, anchor="lm")
    bar = _colours(np.linspace(0, 1, BAR_PX))[np.newaxis].repeat(STRIP_PX // 2, axis=0)
    strip.paste(Image.fromarray(bar), (right - 6 - BAR_PX, STRIP_PX // 4))
    draw.text((right - 12 - BAR_PX, middle), low, INK_RGB, font=font, anchor="rm")
    if width_px > 3 * BAR_PX:  # below a radiograph there is no room for both
        draw.text((8, middle), caption, INK_RGB, font=font, anchor="lm")
    return np.asarray(strip)
