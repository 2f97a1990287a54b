"""Intensities at random: noise, smooth fields, CT, few grey levels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import ndimage

Array = npt.NDArray[np.float64]
TYPES = ("int16", "float32", "float64", "uint8", "uint16", "int32")


def draw_image(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[str, npt.NDArray[np.generic]]:
    """Draw an image and the name of its kind."""
    kind = str(rng.choice(list(KINDS), p=[0.15, 0.15, 0.3, 0.3, 0.08, 0.02]))
    pixel = str(rng.choice(TYPES, p=[0.4, 0.2, 0.18, 0.08, 0.08, 0.06]))
    values = KINDS[kind](rng, shape)
    if pixel.startswith("uint"):
        values = values - values.min()
    if pixel == "uint8" and values.max() > 255:
        values = values * (255 / values.max())
    if not pixel.startswith("float"):
        values = np.round(values)
    return f"{kind}, {pixel}", values.astype(pixel)


def _noise(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return rng.normal(rng.uniform(-200, 800), rng.uniform(20, 200), shape)


def _uniform(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    low = rng.uniform(-500, 300)
    return rng.uniform(low, low + rng.uniform(50, 1500), shape)


def _smooth(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    field = ndimage.gaussian_filter(rng.normal(size=shape), rng.uniform(0.7, 3))
    spread = field.std() or 1.0
    return rng.uniform(-100, 500) + rng.uniform(30, 300) * (field - field.mean()) / spread


def _ct(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Air, a body of soft tissue, bones of uneven density, and the scanner's noise."""
    distance = np.sqrt(
        sum(
            ((axis - (n - 1) / 2) / (0.45 * n)) ** 2 for axis, n in zip(np.indices(shape), shape, strict=True)
        )
    )
    bumps = ndimage.gaussian_filter(rng.normal(size=shape), 1.5)
    bone = bumps > np.quantile(bumps, rng.uniform(0.5, 0.8))
    density = rng.uniform(200, 900) + 250 * rng.random(shape)
    body = np.where(bone, density, 40.0)
    return np.where(distance > 1, -1024.0, body + rng.normal(0, rng.uniform(5, 40), shape))


def _few_levels(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return rng.integers(0, int(rng.integers(2, 9)), shape).astype(float) * float(rng.choice([1, 25, 40]))


def _flat(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return np.full(shape, float(rng.integers(1, 200)))


KINDS: dict[str, Callable[[np.random.Generator, tuple[int, ...]], Array]] = {
    "noise": _noise,
    "uniform": _uniform,
    "smooth": _smooth,
    "CT": _ct,
    "few levels": _few_levels,
    "flat": _flat,
}
