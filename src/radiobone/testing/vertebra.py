"""CT-like phantoms of lumbar vertebrae whose bone mineral density is known.

Trabecular bone is a random texture around the density, stretched along the loads that a spine bears (from
foot to head). The more porous the bone, the larger and the deeper its pores; so the mean and the texture
both tell of the density, each through noise, blur and an unknown share of fat in the marrow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from radiobone.core.volume import Triple, Volume
from radiobone.testing.anatomy import Points, Shape, body_distance, canal_distance, posterior_distance
from radiobone.testing.scanner import Scanner, acquire, correlated_field

Array = npt.NDArray[np.float32]
BODY, POSTERIOR = 1, 2
DISC_MM = 8.0
MARROW_HU, MUSCLE_HU, FAT_HU, CANAL_HU, DISC_HU, GAS_HU = -12.0, 52.0, -100.0, 22.0, 80.0, -900.0
DENSE_MG_CM3, POROUS_MG_CM3 = 190.0, 40.0


@dataclass(frozen=True)
class Vertebra:
    """One vertebra, as it is and as it was outlined.

    Attributes
    ----------
    density_mg_cm3 : float
        Mineral in its trabecular bone; about 170 in young adults, below 80 in osteoporosis (QCT).
    cortex_mm : float
        Thickness of the cortical shell and the end plates.
    marrow_hu : float
        HU of marrow without mineral: the lower, the more fat.
    tilt_deg : float
        Rotation of the front towards the feet.
    outline_mm : float
        By how much the outline lies outside the true surface.
    shape : Shape
        Size.
    body_label, posterior_label : int
        Values in the label map; 0 leaves a part unlabelled.
    """

    density_mg_cm3: float
    cortex_mm: float = 0.9
    marrow_hu: float = MARROW_HU
    tilt_deg: float = 0.0
    outline_mm: float = 0.0
    shape: Shape = field(default_factory=Shape)
    body_label: int = BODY
    posterior_label: int = POSTERIOR


def vertebra(
    rng: np.random.Generator,
    *,
    density_mg_cm3: float,
    cortex_mm: float = 0.9,
    spacing_mm: Triple = (2.0, 0.78, 0.78),
    kernel: Literal["soft", "sharp"] = "soft",
    noise_hu: float = 14.0,
    tilt_deg: float = 0.0,
) -> tuple[Volume, Volume]:
    """Scan one vertebra.

    Parameters
    ----------
    rng : numpy.random.Generator
        For texture and noise.
    density_mg_cm3 : float
        Mineral in its trabecular bone.
    cortex_mm : float
        Thickness of the cortical shell.
    spacing_mm : tuple of float, (z, y, x)
        Voxel size of the image.
    kernel : {"soft", "sharp"}
        Reconstruction kernel.
    noise_hu : float
        Standard deviation of the image noise.
    tilt_deg : float
        Rotation of the front towards the feet.

    Returns
    -------
    image : Volume
        int16, HU, axes to the head, the back and the left.
    labels : Volume
        uint8: `BODY`, `POSTERIOR`, or 0.
    """
    bone = Vertebra(density_mg_cm3, cortex_mm=cortex_mm, tilt_deg=tilt_deg)
    return spine(rng, [bone], Scanner(spacing_mm=spacing_mm, kernel=kernel, noise_hu=noise_hu))


def spine(
    rng: np.random.Generator,
    vertebrae: Sequence[Vertebra],
    scanner: Scanner,
    *,
    margin_mm: Triple = (6.0, 8.0, 6.0),
    behind_mm: float = 16.0,
) -> tuple[Volume, Volume]:
    """Scan vertebrae that lie on top of each other, with discs between them.

    Parameters
    ----------
    rng : numpy.random.Generator
        For texture and noise.
    vertebrae : sequence of Vertebra
        From head to feet.
    scanner : Scanner
        Protocol.
    margin_mm : tuple of float, (z, y, x)
        Field of view beyond the bodies: above and below, in front, on each side.
    behind_mm : float
        Field of view behind the bodies. With 90 or more, skin, air and the table come into view.

    Returns
    -------
    image : Volume
        int16, HU, axes to the head, the back and the left.
    labels : Volume
        uint8, each vertebra's labels.
    """
    grid = _Grid.around(vertebrae, scanner, margin_mm, behind_mm)
    fine = grid.points(scanner.fine_spacing_mm, scanner.slices_per_slice)
    coarse = grid.points(scanner.spacing_mm, 1)
    tissue = _soft_tissue(fine, vertebrae[0].shape)
    labels = np.zeros(grid.shape, dtype=np.uint8)
    for bone, height_mm in zip(vertebrae, _heights_mm(vertebrae), strict=True):
        _place(tissue, bone, fine, height_mm, scanner, rng)
        _label(labels, bone, coarse, height_mm)
    image = acquire(tissue, scanner, rng)
    scan = Volume(image, spacing_mm=scanner.spacing_mm, origin_mm=grid.origin_mm, modality="CT")
    return scan, replace(scan, array=labels, modality=None)


@dataclass(frozen=True)
class _Grid:
    """Voxels of the image; the origin is the patient position (x, y, z) of the first."""

    shape: tuple[int, int, int]
    origin_mm: Triple

    @classmethod
    def around(
        cls, vertebrae: Sequence[Vertebra], scanner: Scanner, margin_mm: Triple, behind_mm: float
    ) -> _Grid:
        width = max(bone.shape.width_mm for bone in vertebrae)
        depth = max(bone.shape.depth_mm for bone in vertebrae)
        height = sum(bone.shape.height_mm for bone in vertebrae) + DISC_MM * (len(vertebrae) - 1)
        above, front, beside = margin_mm
        extent_mm = (height + 2 * above, depth + front + behind_mm, width + 2 * beside)
        n_z, n_y, n_x = (round(e / s) for e, s in zip(extent_mm, scanner.spacing_mm, strict=True))
        z, y, x = scanner.spacing_mm
        first = (-(n_x - 1) / 2 * x, -depth / 2 - front + y / 2, -(n_z - 1) / 2 * z)
        return cls((n_z, n_y, n_x), first)

    def points(self, spacing_mm: Triple, slices_per_slice: int) -> Points:
        """Positions of voxel centres, one open axis per array."""
        n_z, n_y, n_x = self.shape
        x0, y0, z0 = self.origin_mm
        z_mm, y_mm, x_mm = spacing_mm
        z0 -= (slices_per_slice - 1) / 2 * z_mm
        u = x0 + x_mm * np.arange(n_x, dtype=np.float32)
        v = y0 + y_mm * np.arange(n_y, dtype=np.float32)
        w = z0 + z_mm * np.arange(n_z * slices_per_slice, dtype=np.float32)
        return Points(u[None, None, :], v[None, :, None], w[:, None, None])


def _heights_mm(vertebrae: Sequence[Vertebra]) -> list[float]:
    """Positions of the bodies' middles along the spine, the first the highest."""
    total = sum(bone.shape.height_mm for bone in vertebrae) + DISC_MM * (len(vertebrae) - 1)
    heights, top = [], total / 2
    for bone in vertebrae:
        heights.append(top - bone.shape.height_mm / 2)
        top -= bone.shape.height_mm + DISC_MM
    return heights


def _own_points(points: Points, bone: Vertebra, height_mm: float) -> tuple[Points, slice]:
    """Points in the vertebra's own axes, and the slices that it reaches."""
    reach_mm = 0.5 * bone.shape.height_mm + 13.0
    (near,) = np.nonzero(np.abs(points.w.ravel() - height_mm) <= reach_mm)
    slices = slice(int(near[0]), int(near[-1]) + 1)
    cos, sin = np.float32(np.cos(np.radians(bone.tilt_deg))), np.float32(np.sin(np.radians(bone.tilt_deg)))
    w = points.w[slices] - np.float32(height_mm)
    return Points(points.u, cos * points.v + sin * w, cos * w - sin * points.v), slices


def _place(
    tissue: Array,
    bone: Vertebra,
    points: Points,
    height_mm: float,
    scanner: Scanner,
    rng: np.random.Generator,
) -> None:
    """Put a vertebra and the canal behind it into the tissue."""
    own, slices = _own_points(points, bone, height_mm)
    here = tissue[slices]
    voxel_mm = float(np.mean(scanner.fine_spacing_mm))
    surface = np.minimum(body_distance(own, bone.shape), posterior_distance(own, bone.shape))
    bone_hu = _bone_hu(surface, bone, scanner, rng, voxel_mm)
    for distance, inside_hu in ((canal_distance(own, bone.shape), CANAL_HU), (surface, bone_hu)):
        share = _inside_share(distance, voxel_mm)
        here += share * (inside_hu - here)


def _bone_hu(
    surface: Array, bone: Vertebra, scanner: Scanner, rng: np.random.Generator, voxel_mm: float
) -> Array:
    """HU of textured marrow within a cortical shell; of no meaning outside."""
    z_mm, y_mm, x_mm = scanner.fine_spacing_mm
    porosity = float(np.clip((DENSE_MG_CM3 - bone.density_mg_cm3) / (DENSE_MG_CM3 - POROUS_MG_CM3), 0, 1))
    grain_mm = 0.4 + 0.6 * porosity
    sigmas = (1.8 * grain_mm / z_mm, grain_mm / y_mm, grain_mm / x_mm)
    spread = 0.2 + 0.3 * porosity
    texture = np.exp(spread * correlated_field(rng, surface.shape, sigmas) - spread**2 / 2)  # mean 1
    trabecular = bone.marrow_hu + scanner.hu_per_density * bone.density_mg_cm3 * texture
    cortical_hu = 620.0 + 1.2 * bone.density_mg_cm3
    core = _inside_share(surface + np.float32(bone.cortex_mm), voxel_mm)
    return np.asarray(cortical_hu + core * (trabecular - cortical_hu), dtype=np.float32)


def _label(labels: npt.NDArray[np.uint8], bone: Vertebra, points: Points, height_mm: float) -> None:
    own, slices = _own_points(points, bone, height_mm)
    here = labels[slices]
    if bone.posterior_label:
        here[(posterior_distance(own, bone.shape) < bone.outline_mm) & (here == 0)] = bone.posterior_label
    here[body_distance(own, bone.shape) < bone.outline_mm] = bone.body_label


def _soft_tissue(points: Points, shape: Shape) -> Array:
    """Muscle, fat, vessel, gas, disc, skin and table around a spine along the patient's axis."""
    u, v, _ = points
    front, side = shape.depth_mm / 2, shape.width_mm / 2
    plane = np.full(np.broadcast_shapes(u.shape, v.shape), FAT_HU, dtype=np.float32)
    parts = (
        (_disc_of(u, v, (0.0, front + 24.0), (55.0, 20.0)), MUSCLE_HU),  # erector spinae
        (_disc_of(u, v, (side + 9.0, 3.0), (11.0, 14.0)), MUSCLE_HU),  # psoas, left and right
        (_disc_of(u, v, (-side - 9.0, 3.0), (11.0, 14.0)), MUSCLE_HU),
        (_disc_of(u, v, (7.0, -front - 10.0), (9.0, 9.0)), 45.0),  # aorta, left of the midline
        (_disc_of(u, v, (-14.0, -front - 20.0), (9.0, 13.0)), GAS_HU),  # bowel
        (_disc_of(u, v, (0.0, 0.0), (side, front)), DISC_HU),  # discs fill the column between the bodies
        (front + 62.0 - v, -1000.0),  # beyond the skin
        (np.abs(v - (front + 76.0)) - 2.0, 60.0),  # table top
    )
    for distance, hu in parts:
        plane += _inside_share(np.asarray(distance, dtype=np.float32), 1.0) * (np.float32(hu) - plane)
    return np.repeat(plane, points.w.size, axis=0)


def _disc_of(u: Array, v: Array, centre: tuple[float, float], half: tuple[float, float]) -> Array:
    """Distance to an ellipse in the axial plane, roughly."""
    level = np.hypot((u - centre[0]) / half[0], (v - centre[1]) / half[1])
    return np.asarray((level - 1) * min(half), dtype=np.float32)


def _inside_share(distance: Array, voxel_mm: float) -> Array:
    """Share of a voxel that lies inside a surface at some distance from its centre."""
    return np.asarray(np.clip(0.5 - distance / np.float32(voxel_mm), 0, 1), dtype=np.float32)
