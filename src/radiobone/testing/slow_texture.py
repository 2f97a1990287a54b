"""Slow, plain versions of the compiled texture kernels: one voxel at a time, in words of the definition.

Levels are arrays of whole numbers, shape (n_z, n_y, n_x), 0 outside the region. Tests hold the kernels to
these on random inputs. Nothing here is used by the product.
"""

from __future__ import annotations

from collections import Counter
from itertools import product

import numpy as np
import numpy.typing as npt

Levels = npt.NDArray[np.integer]
Place = tuple[int, ...]


def voxels(levels: Levels) -> list[Place]:
    """Places (z, y, x) inside the region, in raster order."""
    return [place for place in product(*map(range, levels.shape)) if levels[place] > 0]


def moved(place: Place, offset: Place, times: int = 1) -> Place:
    """Return the place some steps away."""
    return tuple(p + times * o for p, o in zip(place, offset, strict=True))


def level_at(levels: Levels, place: Place) -> int:
    """Level at a place, 0 outside the array."""
    inside = all(0 <= p < size for p, size in zip(place, levels.shape, strict=True))
    return int(levels[place]) if inside else 0


def all_offsets(distance: int, plane: int | None) -> set[Place]:
    """Offsets (z, y, x) at a Chebyshev distance, both of each opposite pair."""
    return {
        offset
        for offset in product(range(-distance, distance + 1), repeat=3)
        if max(map(abs, offset)) == distance and (plane is None or offset[plane] == 0)
    }


def pairs(levels: Levels, offset: Place) -> Counter[tuple[int, int]]:
    """How often a voxel of one level has a neighbour of another."""
    met = ((level_at(levels, place), level_at(levels, moved(place, offset))) for place in voxels(levels))
    return Counter(pair for pair in met if pair[1] > 0)


def dependences(levels: Levels, offsets: set[Place], alpha: int) -> Counter[tuple[int, int]]:
    """How many voxels of a level have how many neighbours of about the same level."""
    found: Counter[tuple[int, int]] = Counter()
    for place in voxels(levels):
        near = [level_at(levels, moved(place, offset)) for offset in offsets]
        alike = sum(other > 0 and abs(other - int(levels[place])) <= alpha for other in near)
        found[int(levels[place]), alike] += 1
    return found


def tone_differences(levels: Levels, offsets: set[Place]) -> dict[int, float]:
    """Sum over each level's voxels of the difference from the neighbours' mean."""
    found = {int(level): 0.0 for level in np.unique(levels) if level > 0}
    for place in voxels(levels):
        near = [level_at(levels, moved(place, offset)) for offset in offsets]
        near = [level for level in near if level > 0]
        if near:
            found[int(levels[place])] += abs(int(levels[place]) - sum(near) / len(near))
    return found


def runs(levels: Levels, offset: Place) -> Counter[tuple[int, int]]:
    """How many runs of a level have a length."""
    found: Counter[tuple[int, int]] = Counter()
    for place in voxels(levels):
        if level_at(levels, moved(place, offset, -1)) == levels[place]:
            continue
        length = 1
        while level_at(levels, moved(place, offset, length)) == levels[place]:
            length += 1
        found[int(levels[place]), length] += 1
    return found


def zones(levels: Levels, offsets: set[Place]) -> Counter[tuple[int, int]]:
    """How many zones of a level have a size, by flooding."""
    left, found = set(voxels(levels)), Counter[tuple[int, int]]()
    while left:
        seed = left.pop()
        zone, size = [seed], 0
        while zone:
            place = zone.pop()
            size += 1
            for offset in offsets:
                near = moved(place, offset)
                if near in left and levels[near] == levels[seed]:
                    left.remove(near)
                    zone.append(near)
        found[int(levels[seed]), size] += 1
    return found
