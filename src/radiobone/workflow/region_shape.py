"""What the shape of a region tells before anything is measured in it."""

from __future__ import annotations

from typing import Any

from radiobone.core.warnings import DisconnectedRoi, RoiTouchesBorder, warn


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
