"""DXA images whose bone and areal density are known: two energies, bone in lean and fat tissue, counted photons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from radiobone.core.seeds import rng_for

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

REGIONS = ("femur", "spine", "forearm")
SHAPE = (96, 72)
SPACING_MM = (1.2, 1.0)
BONE, LEAN, FAT = (0.67, 0.22), (0.262, 0.182), (0.240, 0.180)
"""Mass attenuation in cm²/g at a low and a high energy: round numbers near those of 40 and 80 keV."""

ASSUMED_FAT_SHARE = 0.4
PHOTONS = 5e5


@dataclass(frozen=True, eq=False)
class MadeDxa:
    """One made image.

    Attributes
    ----------
    image : ndarray, shape (n_rows, n_columns)
        Areal density in g/cm² as the two energies give it, for a share of fat that is the same everywhere: where the tissue
        has more fat the image is too dark, where it has less too bright.
    bone : ndarray of bool, shape (n_rows, n_columns)
        Where bone is.
    density : ndarray, shape (n_rows, n_columns)
        True areal density in g/cm²; 0 beside the bone.
    """

    image: FloatArray
    bone: BoolArray
    density: FloatArray

    @property
    def bmd_g_per_cm2(self) -> float:
        """True mean over the bone."""
        return float(self.density[self.bone].mean())


def made_dxa(
    region: str, bmd_g_per_cm2: float, *, shape: tuple[int, int] = SHAPE, drift: float = 0.6, seed: int = 0
) -> MadeDxa:
    """Make a DXA image of a region whose mean areal density is given.

    Parameters
    ----------
    region : {"femur", "spine", "forearm"}
        A shaft with neck and head, four blocks one above the other, or two shafts side by side.
    bmd_g_per_cm2 : float
        Mean over the bone, exact.
    shape : tuple of int, (n_rows, n_columns)
    drift : float
        Most that the share of fat in the tissue departs from what the image's maker assumed; it varies smoothly.
    seed : int
        Of place and size of the bone, tissue and photons.

    References
    ----------
    The two equations: Blake GM, Fogelman I. Semin Nucl Med 1997;27:210–228.
    """
    rng = rng_for(seed, "made DXA", region)
    profile = _bone(region, shape, rng)
    bone = profile > 0
    density = np.where(bone, profile * bmd_g_per_cm2 / profile[bone].mean(), 0.0)
    soft = 16 + 6 * rng.random() + 3 * _smooth(shape, rng)
    fat = np.clip(ASSUMED_FAT_SHARE + drift * _smooth(shape, rng), 0, 1)
    return MadeDxa(_decomposed(*_counted(density, soft, fat, rng)), bone, density)


def _counted(
    density: FloatArray, soft: FloatArray, fat: FloatArray, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Attenuation at the two energies, of photons that are counted."""
    found = []
    for energy in (0, 1):
        tissue = (1 - fat) * LEAN[energy] + fat * FAT[energy]
        passing = PHOTONS * np.exp(-(BONE[energy] * density + tissue * soft))
        found.append(np.log(PHOTONS / np.maximum(rng.poisson(passing), 1)))
    return found[0], found[1]


def _decomposed(low: FloatArray, high: FloatArray) -> FloatArray:
    """Solve both energies for bone, where tissue has the share of fat that is assumed."""
    tissue = [
        (1 - ASSUMED_FAT_SHARE) * lean + ASSUMED_FAT_SHARE * fat for lean, fat in zip(LEAN, FAT, strict=True)
    ]
    ratio = tissue[0] / tissue[1]
    return np.asarray((low - ratio * high) / (BONE[0] - ratio * BONE[1]))


def _smooth(shape: tuple[int, int], rng: np.random.Generator) -> FloatArray:
    """Return a smooth field between -1 and 1: a slope in a random direction and one long wave."""
    rows, columns = np.mgrid[: shape[0], : shape[1]] / max(shape)
    angle, phase, across = rng.uniform(0, 2 * np.pi, 3)
    slope = np.cos(angle) * (rows - rows.mean()) + np.sin(angle) * (columns - columns.mean())
    wave = np.sin(2 * np.pi * (np.cos(across) * rows + np.sin(across) * columns) + phase)
    return np.asarray(np.clip(0.9 * slope / np.abs(slope).max() + 0.3 * wave, -1, 1))


def _bone(region: str, shape: tuple[int, int], rng: np.random.Generator) -> FloatArray:
    """How dense each pixel of a bone is against the others; 0 beside it."""
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(float)
    y, x = rows / shape[0], columns / shape[1]
    shift, size = rng.uniform(-0.06, 0.06, 2), rng.uniform(0.85, 1.15)
    y, x = y - shift[0], x - shift[1]
    parts = {"femur": _femur, "spine": _spine, "forearm": _forearm}[region](y, x, size, rng)
    return np.asarray(np.max(parts, axis=0))


def _femur(y: FloatArray, x: FloatArray, size: float, rng: np.random.Generator) -> list[FloatArray]:
    bend = 0.04 * np.sin(3 * y + rng.uniform(0, 6))
    shaft = _tube(np.abs(x - 0.42 - bend) / (0.11 * size)) * (y > 0.30)
    along = (x - 0.45) * 0.77 - (y - 0.38) * 0.64
    beside = (x - 0.45) * 0.64 + (y - 0.38) * 0.77
    neck = _tube(np.abs(beside) / (0.08 * size)) * ((along > 0) & (along < 0.3))
    head = _tube(np.hypot(x - 0.66, y - 0.20) / (0.13 * size))
    return [shaft, neck, head]


def _spine(y: FloatArray, x: FloatArray, size: float, rng: np.random.Generator) -> list[FloatArray]:
    half = 0.16 * size
    blocks = []
    for number in range(4):
        centre = 0.16 + 0.22 * number, 0.5 + 0.03 * rng.normal()
        far = np.maximum(np.abs(x - centre[1]) / half, np.abs(y - centre[0]) / 0.085)
        blocks.append(_tube(far))
    return blocks


def _forearm(y: FloatArray, x: FloatArray, size: float, rng: np.random.Generator) -> list[FloatArray]:
    bend = 0.03 * np.sin(4 * y + rng.uniform(0, 6))
    inside = (y > 0.06) & (y < 0.94)
    radius = _tube(np.abs(x - 0.33 - bend) / (0.09 * size)) * inside
    ulna = _tube(np.abs(x - 0.68 + bend) / (0.07 * size)) * inside
    return [radius, ulna]


def _tube(far: FloatArray) -> FloatArray:
    """Projection of a tube, ``far`` being 1 at its edge: thin there, densest where the cortex is seen side on."""
    whole = np.sqrt(np.maximum(1 - far**2, 0))
    hollow = 0.7 * np.sqrt(np.maximum(0.7**2 - far**2, 0))
    return np.asarray(np.where(far < 1, np.maximum(whole - hollow, 0.05), 0.0))
