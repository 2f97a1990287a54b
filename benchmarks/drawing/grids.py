"""Grids of voxels at random: sizes, spacings, origins, directions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SPACINGS = (0.3, 0.5, 0.7, 0.75, 0.976562, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 3.27, 5.0)
SIZES = {"tiny": (3, 9), "small": (9, 21), "medium": (20, 41), "large": (40, 61)}


@dataclass(frozen=True)
class Grid:
    """Where the voxels lie.

    Attributes
    ----------
    size : tuple of int, (x, y, z) or (x, y)
    spacing_mm, origin_mm : tuple of float, the same axes
    direction : tuple of float
        Row-major direction cosines.
    kind : str
        What is special about it, for people.
    """

    size: tuple[int, ...]
    spacing_mm: tuple[float, ...]
    origin_mm: tuple[float, ...]
    direction: tuple[float, ...]
    kind: str

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of voxels along (z, y, x) or (y, x)."""
        return self.size[::-1]


def draw_grid(rng: np.random.Generator) -> Grid:
    """Draw a grid: three dimensions mostly, one slice or two dimensions now and then."""
    n_axes = 2 if rng.random() < 0.06 else 3
    extent = str(rng.choice(list(SIZES), p=[0.15, 0.4, 0.35, 0.1]))
    size = [int(rng.integers(*SIZES[extent])) for _ in range(n_axes)]
    kind = f"{n_axes}D {extent}"
    if n_axes == 3 and rng.random() < 0.1:
        size[int(rng.choice([2, 2, 1, 0]))] = 1
        kind += " one slice"
    name, direction = _direction(rng, n_axes)
    return Grid(
        tuple(size),
        _spacing(rng, n_axes),
        tuple(float(x) for x in np.round(rng.uniform(-300, 300, n_axes), int(rng.integers(0, 5)))),
        direction,
        f"{kind}, {name}",
    )


def _spacing(rng: np.random.Generator, n_axes: int) -> tuple[float, ...]:
    kind = rng.choice(["one", "in plane", "each"], p=[0.25, 0.45, 0.3])
    if kind == "one":
        return (float(rng.choice(SPACINGS)),) * n_axes
    if kind == "in plane":
        inside = float(rng.choice(SPACINGS))
        return (inside, inside, float(rng.choice(SPACINGS)))[:n_axes]
    return tuple(float(x) for x in rng.uniform(0.4, 4.0, n_axes))


def _direction(rng: np.random.Generator, n_axes: int) -> tuple[str, tuple[float, ...]]:
    kind = str(rng.choice(["straight", "flipped", "permuted", "oblique"], p=[0.55, 0.15, 0.1, 0.2]))
    matrix = np.eye(n_axes)
    if kind == "flipped":
        matrix = np.diag(rng.choice([-1.0, 1.0], n_axes))
    elif kind == "permuted":
        matrix = matrix[rng.permutation(n_axes)] * rng.choice([-1.0, 1.0], n_axes)
    elif kind == "oblique":
        matrix = _rotation(rng, n_axes)
    return kind, tuple(float(x) for x in matrix.ravel())


def _rotation(rng: np.random.Generator, n_axes: int) -> np.ndarray:
    """Return a rotation by a few degrees, or by any angle."""
    most = 0.15 if rng.random() < 0.6 else np.pi
    matrix = np.eye(n_axes)
    for first, second in ((0, 1), (0, 2), (1, 2))[: 1 if n_axes == 2 else 3]:
        angle = rng.uniform(-most, most)
        turn = np.eye(n_axes)
        turn[first, first] = turn[second, second] = np.cos(angle)
        turn[first, second], turn[second, first] = -np.sin(angle), np.sin(angle)
        matrix = matrix @ turn
    return matrix
