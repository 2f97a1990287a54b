"""Whether a region holds what is no measurement: values that were cut off, or the mark of what was not scanned."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.volume import Volume
from radiobone.core.warnings import ImplausibleRoiIntensity, SaturatedIntensity, warn
from radiobone.imaging.crop import bounding_box

SATURATED_SHARE = 0.05  # of a region; of noise alone, far fewer voxels have the highest value
FEWEST_LEVELS = 16  # drawn images, label maps and flat phantoms have fewer


def check_saturation(image: Volume, mask: Volume) -> None:
    """Tell of a region many of whose voxels have the highest value of the whole image.

    Parameters
    ----------
    image, mask : Volume
        On one grid; the mask is not zero inside.

    Warns
    -----
    SaturatedIntensity
    """
    near, values = _cut(image, mask)
    highest = values.max()
    share = float(np.mean(values == highest))
    if not SATURATED_SHARE <= share < 1 or highest < near.max() or len(np.unique(near)) < FEWEST_LEVELS:
        return
    if highest < image.array.max():  # looked for last, since the image may not be read as a whole yet
        return
    warn(
        f"{share:.0%} of the region's {values.size} voxels have {float(highest):g}, the highest value of the image: what is brighter was "
        "cut off, by the detector, the number of bits or a display window, and its texture is lost. Export the image without a "
        "window, in 16 bits.",
        SaturatedIntensity,
        stacklevel=3,
    )


def check_padding(image: Volume, mask: Volume) -> None:
    """Tell of a region that holds voxels which the scanner marked as not scanned.

    Parameters
    ----------
    image, mask : Volume
        On one grid; the mask is not zero inside.

    Warns
    -----
    ImplausibleRoiIntensity
    """
    if image.padding is None:
        return
    _, values = _cut(image, mask)
    n_padding = int(np.count_nonzero(values == image.padding))
    if n_padding:
        warn(
            f"{n_padding} of the region's {values.size} voxels have {image.padding:g}, by which the header marks what was not scanned "
            "(PixelPaddingValue): features would be of the mark too. Leave those voxels out of the mask.",
            ImplausibleRoiIntensity,
            stacklevel=3,
        )


def _cut(image: Volume, mask: Volume) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Values of the box round the region, and of the region alone."""
    box = bounding_box(mask.array).slices
    near = image.voxels[box]
    return near, near[mask.array[box] != 0]
