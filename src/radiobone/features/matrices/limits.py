"""How much the counting kernels can count.

Ranks of levels, neighbours of a voxel and lengths of runs are kept in 16 bits, places and voxels in 31: small numbers
are counted several times faster. More would wrap round to small numbers without a word, so it is refused first. Grey
levels need no limit of their own here: settings allow 10,000 at most, and 65,535 neighbours of that level add up to
less than 31 bits hold.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from radiobone.core.errors import ResourceLimit

MOST_NEIGHBOURS = 2**16 - 1
LONGEST_AXIS = 2**16 - 1
MOST_PLACES = 2**31 - 1


def check_box(shape: Sequence[int], margin: int) -> None:
    """Refuse a region whose box has more voxels than can be numbered.

    Parameters
    ----------
    shape : sequence of int, (n_z, n_y, n_x)
        The region's box.
    margin : int
        Room on each side, in voxels.

    Raises
    ------
    ResourceLimit
    """
    n_places = math.prod(size + 2 * margin for size in shape)
    if max(shape) > LONGEST_AXIS or n_places > MOST_PLACES:
        raise ResourceLimit(
            f"The region's box has {tuple(shape)} voxels (z, y, x) and, with {margin} round it for neighbours, "
            f"{n_places:.2g} in all; texture can be counted up to {LONGEST_AXIS:,} along an axis and {MOST_PLACES:.2g} "
            "in all. Check the mask for stray voxels, use larger voxels, or shorter distances."
        )


def check_neighbours(box: Sequence[int], distances: Sequence[int], plane: int | None) -> None:
    """Refuse distances at which a voxel has more neighbours than can be counted; see ``count_offsets``.

    Raises
    ------
    ResourceLimit
    """
    found = count_offsets(box, distances, plane)
    if found > MOST_NEIGHBOURS:
        raise ResourceLimit(
            f"At the distances {', '.join(map(str, distances))} a voxel has up to {found:,} neighbours in a region of "
            f"{tuple(box)} voxels (z, y, x); at most {MOST_NEIGHBOURS:,} can be counted. Use fewer or shorter distances."
        )


def count_offsets(box: Sequence[int], distances: Sequence[int], plane: int | None) -> int:
    """Count the offsets to neighbours at given distances, both ways, without listing them.

    Parameters
    ----------
    box : sequence of int, (n_z, n_y, n_x)
        The region's box; longer offsets have no neighbour.
    distances : sequence of int
        Greatest absolute component of the offsets, in voxels.
    plane : int or None
        Axis along which offsets stay 0.
    """
    sizes = [size for axis, size in enumerate(box) if axis != plane]
    return sum(_within(sizes, distance) - _within(sizes, distance - 1) for distance in set(distances))


def _within(sizes: Sequence[int], distance: int) -> int:
    return math.prod(2 * min(distance, size - 1) + 1 for size in sizes)
