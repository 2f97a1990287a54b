"""Whether the brightest part of a region was cut off, so that all of it has one value."""

from __future__ import annotations

import numpy as np

from radiobone.core.volume import Volume
from radiobone.core.warnings import SaturatedIntensity, warn
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
    box = bounding_box(mask.array).slices
    values = image.array[box][mask.array[box] != 0]
    highest = values.max()
    share = float(np.mean(values == highest))
    if not SATURATED_SHARE <= share < 1 or highest < image.array.max():
        return
    if len(np.unique(image.array[box])) < FEWEST_LEVELS:
        return
    warn(
        f"{share:.0%} of the region's {values.size} voxels have {float(highest):g}, the highest value of the image: what is brighter was "
        "cut off, by the detector, the number of bits or a display window, and its texture is lost. Export the image without a "
        "window, in 16 bits.",
        SaturatedIntensity,
        stacklevel=3,
    )
