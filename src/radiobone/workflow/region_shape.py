"""What the shape of a region tells before anything is measured in it."""

from __future__ import annotations

from typing import Any

import numpy as np
import SimpleITK as sitk

from radiobone.core.volume import Volume
from radiobone.core.warnings import DisconnectedRoi, RoiTouchesBorder, warn
from radiobone.imaging.crop import bounding_box


def shape_facts(mask: Volume) -> dict[str, Any]:
    """Tell of a region what ``warn_of_shape`` needs, without the libraries that draw pictures.

    Parameters
    ----------
    mask : Volume
        Not zero inside the region.

    Returns
    -------
    dict
        ``touches_border`` and ``n_components``, as in ``radiobone.imaging.pictures.picture_facts``.
    """
    region = mask.array != 0
    box = bounding_box(region).slices
    parts = sitk.ConnectedComponentImageFilter()
    parts.FullyConnectedOn()
    parts.Execute(sitk.GetImageFromArray(region[box].astype(np.uint8)))
    touches = any(
        size > 1 and (part.start == 0 or part.stop == size)
        for part, size in zip(box, region.shape, strict=True)
    )
    return {"touches_border": touches, "n_components": parts.GetObjectCount()}


def warn_of_shape(facts: dict[str, Any]) -> None:
    """Tell of a region that the image cuts, or that is in pieces.

    Parameters
    ----------
    facts : dict
        As ``radiobone.imaging.pictures.picture_facts`` gives them.

    Warns
    -----
    RoiTouchesBorder, DisconnectedRoi
    """
    if facts["touches_border"]:
        warn(
            "The region touches the image border: a part of the bone may be missing.",
            RoiTouchesBorder,
            stacklevel=3,
        )
    if facts["n_components"] > 1:
        warn(
            f"The region is in {facts['n_components']} pieces. Look at its picture: stray voxels change shape features.",
            DisconnectedRoi,
            stacklevel=3,
        )
