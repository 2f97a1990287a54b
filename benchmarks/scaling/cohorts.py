"""Cohorts of any size, made on the spot: the same images for the same seed."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from radiobone.core.volume import Volume
from radiobone.io.write import write_volume
from radiobone.testing.scanner import correlated_field

EDGE_VOXELS = 32
CORRELATION_VOXELS = (1.2, 1.2, 1.2)
NOISE_HU = 12.0
LOWEST_HU = np.int16(-1024)
GZIP_LEVEL = 1
Row = tuple[str, Path, Path, str]


@dataclass(frozen=True)
class Mixed:
    """Sizes of a mixed cohort: edge of the image in voxels, and the share of it that the region takes."""

    edges: Sequence[int] = (32, 64, 96, 128)
    shares: Sequence[float] = (0.15, 0.3, 0.45)


def write_manifest(path: Path, rows: Sequence[Row]) -> Path:
    """Write a manifest of patient, image, mask and region."""
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["patient_id", "image", "mask", "roi"])
        table.writerows(rows)
    return path


def small_cases(folder: Path, n_cases: int, *, seed: int = 0) -> list[Row]:
    """Write cubes of 32 voxels with one region each; those that are there already are kept."""
    return [_cube(folder, number, EDGE_VOXELS, 0.31, seed) for number in range(n_cases)]


def mixed_cases(folder: Path, n_cases: int, *, seed: int = 0, sizes: Mixed = Mixed()) -> list[Row]:
    """Write cubes of different edges with regions of different sizes, by chance."""
    rng = np.random.default_rng([seed, n_cases])
    chosen = [(int(rng.choice(sizes.edges)), float(rng.choice(sizes.shares))) for _ in range(n_cases)]
    return [_cube(folder, number, edge, share, seed) for number, (edge, share) in enumerate(chosen)]


def _cube(folder: Path, number: int, edge: int, share: float, seed: int) -> Row:
    name = f"P{number:06d}"
    image, mask = folder / f"{name}.nii", folder / f"{name}_mask.nii"
    if not mask.exists():
        rng = np.random.default_rng([seed, number])
        field = correlated_field(rng, (edge,) * 3, CORRELATION_VOXELS)
        hounsfield = (200 + 100 * field).astype(np.int16)
        half_axes = edge * share * rng.uniform(0.85, 1.0, 3)
        centre = edge / 2 + rng.uniform(-1, 1, 3)
        grid = np.indices((edge,) * 3) - centre[:, None, None, None]
        inside = ((grid / half_axes[:, None, None, None]) ** 2).sum(axis=0) < 1
        volume = Volume(hounsfield, spacing_mm=(1.0, 1.0, 1.0))
        write_volume(image, volume)
        write_volume(mask, volume.with_array(inside.astype(np.uint8)))
    return name, image, mask, ""


def whole_scans(
    folder: Path, n_scans: int, source: Path, labels: Path, *, spacing_mm: float, seed: int = 0
) -> list[Row]:
    """Write copies of a real scan on finer voxels, each with noise of its own; all share one mask file.

    Parameters
    ----------
    folder : Path
        Where they are written, gzipped at level 1.
    n_scans : int
        How many.
    source, labels : Path
        The scan, and a label map that names its structures.
    spacing_mm : float
        Edge of the voxels that the copies have.
    """
    mask = folder / "labels.nii.gz"
    if not mask.exists():
        named = sitk.ReadImage(str(labels))
        finer = _resampled(named, spacing_mm, sitk.sitkNearestNeighbor)
        sitk.WriteImage(finer, str(mask), useCompression=True)
    scan = _resampled(sitk.ReadImage(str(source), sitk.sitkInt16), spacing_mm, sitk.sitkLinear)
    rows: list[Row] = []
    for number in range(n_scans):
        image = folder / f"S{number:05d}.nii.gz"
        if not image.exists():
            _write_noisy(scan, image, np.random.default_rng([seed, number]))
        rows.append((f"S{number:05d}", image, mask, "label_*"))
    return rows


def _resampled(image: sitk.Image, spacing_mm: float, interpolator: int) -> sitk.Image:
    size = [round(n * s / spacing_mm) for n, s in zip(image.GetSize(), image.GetSpacing(), strict=True)]
    return sitk.Resample(
        image, size, sitk.Transform(), interpolator, image.GetOrigin(), (spacing_mm,) * 3, image.GetDirection()
    )  # fmt: skip


def _write_noisy(scan: sitk.Image, path: Path, rng: np.random.Generator) -> None:
    array = sitk.GetArrayViewFromImage(scan)
    noise = rng.normal(0, NOISE_HU, array.shape).astype(np.int16)
    noisy = sitk.GetImageFromArray(np.maximum(array + noise, LOWEST_HU))
    noisy.CopyInformation(scan)
    part = path.with_name(f".{path.name}")
    sitk.WriteImage(noisy, str(part), useCompression=True, compressionLevel=GZIP_LEVEL)
    part.rename(path)
