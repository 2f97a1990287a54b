"""Bones whose heights, cortex, thickness, spacing and dimension are known."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.volume import Triple, Volume

Float = npt.NDArray[np.float64]
CORTEX_HU, TRABECULAR_HU, MARROW_HU, SOFT_HU = 800, 150, 0, 40


@dataclass(frozen=True, eq=False)
class BonePhantom:
    """A CT and the region in it.

    Attributes
    ----------
    image : Volume
        int16, HU.
    mask : Volume
        uint8, 1 inside.
    """

    image: Volume
    mask: Volume


@dataclass(frozen=True)
class BodyShape:
    """A vertebral body as a block with curved end plates, in mm.

    Attributes
    ----------
    anterior_mm, middle_mm, posterior_mm : float
        Heights at the front wall, half-way, and at the back wall; a parabola runs between them, half of it above and
        half below the middle.
    depth_mm, width_mm : float
        Front to back, and left to right.
    """

    anterior_mm: float = 25.0
    middle_mm: float = 25.0
    posterior_mm: float = 25.0
    depth_mm: float = 32.0
    width_mm: float = 42.0

    def height_mm(self, share: npt.ArrayLike) -> Float:
        """Height at a share of the depth, 0 being the front wall and 1 the back wall."""
        t = np.asarray(share, dtype=np.float64)
        front = self.anterior_mm * (1 - t) * (1 - 2 * t)
        return front + 4 * self.middle_mm * t * (1 - t) + self.posterior_mm * t * (2 * t - 1)


def vertebral_body(
    shape: BodyShape,
    *,
    spacing_mm: Triple = (1.0, 1.0, 1.0),
    turned_deg: Triple = (0.0, 0.0, 0.0),
    margin_mm: float = 8.0,
) -> BonePhantom:
    """Make a body that is turned in the patient.

    Parameters
    ----------
    shape : BodyShape
        Its size.
    spacing_mm : tuple of float, (z, y, x)
        Voxel size.
    turned_deg : tuple of float
        Turns about the axes to the left (nodding), to the back (leaning to a side) and to the head, one after another.
    margin_mm : float
        Soft tissue around it; negative cuts it.
    """
    reach = math.hypot(shape.depth_mm, shape.width_mm, max(shape.anterior_mm, shape.posterior_mm)) / 2
    size = [2 * math.ceil((reach + margin_mm) / step) + 1 for step in spacing_mm]
    z, y, x = ((np.arange(n) - n // 2) * step for n, step in zip(size, spacing_mm, strict=True))
    points = np.stack(np.meshgrid(z, y, x, indexing="ij"))[::-1].reshape(3, -1)  # left, back, head
    u, v, w = (_turn(turned_deg).T @ points).reshape(3, *size)
    share = v / shape.depth_mm + 0.5
    inside = (share >= 0) & (share <= 1) & (np.abs(u) <= shape.width_mm / 2)
    inside &= np.abs(w) <= shape.height_mm(np.clip(share, 0, 1)) / 2
    return _phantom(np.where(inside, TRABECULAR_HU, SOFT_HU), inside, spacing_mm)


def cylinder(
    radius_mm: float, cortex_mm: float, height_mm: float, *, spacing_mm: Triple = (1.0, 1.0, 1.0)
) -> BonePhantom:
    """Make a closed cylinder along z with a cortex of one thickness all round, end plates included."""
    size = [
        2 * math.ceil((half + 5) / step) + 1
        for half, step in zip((height_mm / 2, radius_mm, radius_mm), spacing_mm, strict=True)
    ]
    z, y, x = np.meshgrid(
        *((np.arange(n) - n // 2) * step for n, step in zip(size, spacing_mm, strict=True)), indexing="ij"
    )
    depth = np.minimum(height_mm / 2 - np.abs(z), radius_mm - np.hypot(y, x))
    hu = np.select([depth <= 0, depth <= cortex_mm], [SOFT_HU, CORTEX_HU], TRABECULAR_HU)
    return _phantom(hu, depth > 0, spacing_mm)


def plates(
    thickness_mm: float,
    gap_mm: float,
    *,
    size_mm: Triple = (24.0, 24.0, 24.0),
    spacing_mm: Triple = (1.0, 1.0, 1.0),
    axis: int = 0,
    turned_deg: float = 0.0,
) -> BonePhantom:
    """Make parallel plates of bone in marrow, which fill the image.

    Parameters
    ----------
    thickness_mm, gap_mm : float
        Of the plates, and between them.
    size_mm, spacing_mm : tuple of float, (z, y, x)
        Size of the image, and of a voxel.
    axis : {0, 1, 2}
        Axis (z, y, x) across which the plates lie.
    turned_deg : float
        Turn of the plates, from that axis towards the next.
    """
    points = _centres(size_mm, spacing_mm)
    angle = math.radians(turned_deg)
    along = math.cos(angle) * points[axis] + math.sin(angle) * points[(axis + 1) % 3]
    bone = np.broadcast_to(
        (along % (thickness_mm + gap_mm)) < thickness_mm, np.broadcast_shapes(*(p.shape for p in points))
    )
    return _structure(bone, spacing_mm)


def rods(
    diameter_mm: float,
    pitch_mm: float,
    *,
    size_mm: Triple = (12.0, 24.0, 24.0),
    spacing_mm: Triple = (1.0, 1.0, 1.0),
) -> BonePhantom:
    """Make parallel round rods along z on a square lattice, which fill the image."""
    z, y, x = _centres(size_mm, spacing_mm)
    away = np.hypot(*((axis % pitch_mm) - pitch_mm / 2 for axis in (y, x)))
    bone = np.broadcast_to(away <= diameter_mm / 2, np.broadcast_shapes(z.shape, y.shape, x.shape))
    return _structure(bone, spacing_mm)


def menger_sponge(level: int, *, voxel_mm: float = 1.0) -> BonePhantom:
    """Make a Menger sponge of 3^level voxels along each edge; its dimension is ln 20 / ln 3."""
    n = 3**level
    digits = [np.arange(n) // 3**power % 3 == 1 for power in range(level)]
    bone = np.ones((n, n, n), dtype=bool)
    for middle in digits:
        z, y, x = middle[:, None, None], middle[None, :, None], middle[None, None, :]
        bone &= ~((z & y) | (y & x) | (x & z))
    return _structure(bone, (voxel_mm,) * 3)


def sierpinski_carpet(level: int, *, voxel_mm: float = 1.0) -> BonePhantom:
    """Make a Sierpinski carpet in one slice; its dimension is ln 8 / ln 3."""
    n = 3**level
    bone = np.ones((1, n, n), dtype=bool)
    for power in range(level):
        middle = np.arange(n) // 3**power % 3 == 1
        bone &= ~(middle[None, :, None] & middle[None, None, :])
    return _structure(bone, (voxel_mm,) * 3)


def _turn(turned_deg: Triple) -> Float:
    about_left, about_back, about_head = (math.radians(angle) for angle in turned_deg)
    turn = np.eye(3)
    for angle, (first, second) in ((about_left, (1, 2)), (about_back, (2, 0)), (about_head, (0, 1))):
        one = np.eye(3)
        one[first, first] = one[second, second] = math.cos(angle)
        one[first, second], one[second, first] = -math.sin(angle), math.sin(angle)
        turn = one @ turn
    return turn


def _centres(size_mm: Triple, spacing_mm: Triple) -> tuple[npt.NDArray[Any], ...]:
    z, y, x = (
        (np.arange(round(size / step), dtype=np.float64) + 0.5) * step
        for size, step in zip(size_mm, spacing_mm, strict=True)
    )
    return z[:, None, None], y[None, :, None], x[None, None, :]


def _structure(bone: npt.NDArray[np.bool_], spacing_mm: Triple) -> BonePhantom:
    return _phantom(np.where(bone, CORTEX_HU, MARROW_HU), np.ones(bone.shape, dtype=bool), spacing_mm)


def _phantom(hu: npt.NDArray[np.integer], inside: npt.NDArray[np.bool_], spacing_mm: Triple) -> BonePhantom:
    image = Volume(hu.astype(np.int16), spacing_mm, modality="CT")
    return BonePhantom(image, Volume(inside.astype(np.uint8), spacing_mm))
