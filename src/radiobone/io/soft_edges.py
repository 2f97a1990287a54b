"""Whether the border of a mask is a ramp of values, as drawing programs and interpolation leave it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import ProbabilisticMask
from radiobone.core.lazy import lazily
from radiobone.core.volume import Cut

ndimage = lazily("scipy.ndimage")

FEWEST_STEPS = 4  # values of a ramp; labels of as few structures may well lie round another
RIM_VOXELS = 5
RIM_SHARE = 0.9  # of the voxels with other values
LARGEST_RIM = 3  # times the region
MOST_ALIKE = 0.5  # of neighbours in the rim: those of one structure have one value, those of a ramp seldom


def check_hard_edge(labels: npt.NDArray[Any], chosen: int, present: Mapping[int, Cut], what: str) -> None:
    """Refuse a region, of the highest value, round which nearly all voxels of all other values lie as a thin rim.

    Parameters
    ----------
    labels : ndarray of int, shape (n_z, n_y, n_x)
    chosen : int
        Value of the region.
    present : mapping
        Positive values that occur, and the box of each.
    what : str
        The file, for the message.

    Raises
    ------
    ProbabilisticMask
    """
    if chosen not in present or len(present) <= FEWEST_STEPS or chosen < max(present):
        return
    n_region = int(np.count_nonzero(labels[present[chosen]] == chosen))
    n_others = int(np.count_nonzero(labels > 0)) - n_region
    if n_others > LARGEST_RIM * n_region:
        return
    near = labels[
        tuple(slice(max(one.start - RIM_VOXELS, 0), one.stop + RIM_VOXELS) for one in present[chosen])
    ]
    rim = ndimage.binary_dilation(near == chosen, iterations=RIM_VOXELS) & (near > 0) & (near != chosen)
    if np.count_nonzero(rim) < RIM_SHARE * n_others or _alike(near, rim) > MOST_ALIKE:
        return
    raise ProbabilisticMask(
        f"{what}: round the region of value {chosen} lies a rim of {n_others} voxels with {len(present) - 1} values from {min(present)} to "
        f"{max(value for value in present if value != chosen)}: smooth edges, of a drawing program or of interpolation. Where the "
        "border lies would be a guess. Threshold the mask (usually at half its highest value) and save it with whole labels."
    )


def _alike(values: npt.NDArray[Any], rim: npt.NDArray[np.bool_]) -> float:
    """Return which share of neighbours within the rim have one value, along the axis of the slices on which fewest have."""
    shares = []
    for axis in (-1, -2):
        own, inside = np.moveaxis(values, axis, 0), np.moveaxis(rim, axis, 0)
        both = inside[1:] & inside[:-1]
        alike = np.count_nonzero(both & (own[1:] == own[:-1]))
        shares.append(alike / n_pairs if (n_pairs := np.count_nonzero(both)) else 1.0)
    return min(shares)
