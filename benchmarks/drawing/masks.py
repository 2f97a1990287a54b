"""Regions at random: balls, boxes, blobs, pieces, shells, sheets, specks, at the border too."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import ndimage

BoolArray = npt.NDArray[np.bool_]


def draw_mask(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[str, npt.NDArray[np.uint8], int]:
    """Draw a label map, the name of its kind, and the label to measure."""
    kind, region = _region(rng, shape)
    label = 1 if rng.random() < 0.7 else int(rng.integers(2, 30))
    labels = np.where(region, label, 0)
    if rng.random() < 0.3:  # another structure, which may lie against it
        other = label + 1 if label > 1 or rng.random() < 0.5 else 7
        labels = np.where(_ball(rng, shape) & ~region, other, labels)
    return f"{kind}, label {label}", labels.astype(np.uint8), label


def _region(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[str, BoolArray]:
    """Draw until there is something to measure; now and then take what comes."""
    for _ in range(20):
        kind = str(rng.choice(list(KINDS), p=[0.25, 0.15, 0.25, 0.1, 0.1, 0.1, 0.05]))
        region = KINDS[kind](rng, shape)
        n_thick = sum(np.ptp(axis) > 0 for axis in np.nonzero(region)) if region.any() else 0
        if (n_thick >= 2 and region.sum() > 5) or (region.any() and rng.random() < 0.05):
            return kind, region
    return "everything", np.ones(shape, dtype=bool)


def _ball(rng: np.random.Generator, shape: tuple[int, ...]) -> BoolArray:
    """Return an ellipsoid, which may reach over the border."""
    axes = zip(np.indices(shape), shape, strict=True)
    return np.asarray(
        sum(
            ((axis - rng.uniform(0.2, 0.8) * n) / (rng.uniform(0.15, 0.5) * n + 0.7)) ** 2 for axis, n in axes
        )
        <= 1
    )


def _box(rng: np.random.Generator, shape: tuple[int, ...]) -> BoolArray:
    region = np.zeros(shape, dtype=bool)
    ends = [sorted(rng.integers(0, n + 1, 2)) for n in shape]
    region[tuple(slice(low, max(high, low + 1)) for low, high in ends)] = True
    return region


def _blob(rng: np.random.Generator, shape: tuple[int, ...]) -> BoolArray:
    field = ndimage.gaussian_filter(rng.normal(size=shape), rng.uniform(0.8, 2.5))
    return np.asarray(field > np.quantile(field, rng.uniform(0.5, 0.95)))


def _pieces(rng: np.random.Generator, shape: tuple[int, ...]) -> BoolArray:
    return _ball(rng, shape) ^ _ball(rng, shape) ^ _box(rng, shape)


def _shell(rng: np.random.Generator, shape: tuple[int, ...]) -> BoolArray:
    """Return a ball with a hole in it."""
    ball = _ball(rng, shape)
    return np.asarray(ball & ~ndimage.binary_erosion(ball, iterations=int(rng.integers(1, 4))))


def _sheet(rng: np.random.Generator, shape: tuple[int, ...]) -> BoolArray:
    """Return a region one voxel thick."""
    region = np.zeros(shape, dtype=bool)
    axis = int(rng.integers(len(shape)))
    cut = tuple(slice(None) if other != axis else int(rng.integers(n)) for other, n in enumerate(shape))
    region[cut] = _blob(rng, shape)[cut]
    return region


def _specks(rng: np.random.Generator, shape: tuple[int, ...]) -> BoolArray:
    return np.asarray(rng.random(shape) < rng.uniform(0.02, 0.3))


KINDS: dict[str, Callable[[np.random.Generator, tuple[int, ...]], BoolArray]] = {
    "ball": _ball,
    "box": _box,
    "blob": _blob,
    "pieces": _pieces,
    "shell": _shell,
    "sheet": _sheet,
    "specks": _specks,
}
