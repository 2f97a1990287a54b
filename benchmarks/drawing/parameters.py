"""Settings at random, as a pyradiomics parameter file holds them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pywt

from drawing.grids import Grid
from radiobone.features.registry import feature_names

INTERPOLATORS = (
    "sitkBSpline", "sitkLinear", "sitkNearestNeighbor", "sitkGaussian", "sitkLabelGaussian",
    "sitkHammingWindowedSinc", "sitkCosineWindowedSinc", "sitkWelchWindowedSinc", "sitkLanczosWindowedSinc",
    "sitkBlackmanWindowedSinc",
)  # fmt: skip
TEXTURES = ("firstorder", "glcm", "gldm", "glrlm", "glszm", "ngtdm")
NORMS = ("manhattan", "euclidean", "infinity", "no_weighting")
MOST_VOXELS = 150_000  # of the resampled box of the region; keeps a draw short
MOST_LEVELS = 120


def draw_parameters(
    rng: np.random.Generator, grid: Grid, image: npt.NDArray[Any], region: npt.NDArray[np.bool_]
) -> dict[str, Any]:
    """Draw settings, image types and feature classes that make sense for an image and a region."""
    setting = _preparation(rng, grid, region)
    spread = float(np.ptp(image[region].astype(float))) or 25.0
    if "normalize" in setting:
        spread *= setting["normalizeScale"] / (float(image.astype(float).std()) or 1.0)
    setting |= _bins(rng, spread)
    setting |= _resegmentation(rng, image[region].astype(float), normalised="normalize" in setting)
    setting |= _textures(rng)
    plane = int(rng.integers(3)) if len(grid.size) == 3 and rng.random() < 0.25 else None
    if plane is not None:
        setting |= {"force2D": True, "force2Ddimension": plane}
    parameters = {"setting": setting, "imageType": _image_types(rng, spread)}
    thin = plane is not None and len(np.unique(np.nonzero(region)[plane])) == 1
    classes = _feature_classes(rng, plane, thin=thin)
    return parameters | ({"featureClass": classes} if classes else {})


def _bins(rng: np.random.Generator, spread: float) -> dict[str, Any]:
    kind = rng.choice(["default", "width", "odd width", "count"], p=[0.1, 0.4, 0.2, 0.3])
    if kind == "default" and spread / 25 < MOST_LEVELS:
        return {}
    if kind == "count":
        return {"binCount": int(rng.integers(2, 129))}
    width = float(rng.choice([0.5, 1, 5, 10, 16, 25, 40, 64]))
    if kind == "odd width" or spread / width > MOST_LEVELS:
        width = spread / float(rng.uniform(3, MOST_LEVELS / 2))
    return {"binWidth": width}


def _preparation(rng: np.random.Generator, grid: Grid, region: npt.NDArray[np.bool_]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if rng.random() < 0.2:
        found |= {"normalize": True, "normalizeScale": float(rng.choice([1, 100, 500]))}
        if rng.random() < 0.5:
            found["removeOutliers"] = float(rng.choice([1, 2, 2.5, 3]))
    if rng.random() < 0.55:
        found |= {"resampledPixelSpacing": _new_spacing(rng, grid, region)}
        found |= {"interpolator": str(rng.choice(INTERPOLATORS, p=[0.37, *[0.07] * 9]))}
    if rng.random() < 0.4:
        found["padDistance"] = int(rng.choice([0, 1, 2, 3, 8, 10]))
    if rng.random() < 0.4:
        found["preCrop"] = True
    if rng.random() < 0.3:
        found["minimumROIDimensions"] = int(rng.choice([1, 2, 3], p=[0.5, 0.35, 0.15]))
    if rng.random() < 0.2:
        found["minimumROISize"] = int(rng.choice([1, 5, 20, 200], p=[0.35, 0.35, 0.2, 0.1]))
    return found


def _new_spacing(rng: np.random.Generator, grid: Grid, region: npt.NDArray[np.bool_]) -> list[float]:
    """Draw a voxel size, not so small that the region's box gets too many voxels."""
    n_axes = len(grid.size)
    kind = rng.choice(["one", "in plane", "each", "the same"], p=[0.5, 0.2, 0.25, 0.05])
    new = np.full(n_axes, float(rng.choice([0.5, 0.8, 1.0, 1.0, 1.3, 2.0, 3.0])))
    if kind == "in plane":
        new[-1] = 0
    elif kind == "each":
        new = rng.uniform(0.5, 3.5, n_axes)
    elif kind == "the same":
        new = np.asarray(grid.spacing_mm)
    old = np.asarray(grid.spacing_mm)
    extent_mm = np.array([np.ptp(axis) + 1 for axis in np.nonzero(region)[::-1]]) * old
    n_voxels = float(np.prod(extent_mm / np.where(new == 0, old, new)))
    return [float(x) for x in new * max(1.0, (n_voxels / MOST_VOXELS) ** (1 / n_axes))]


def _resegmentation(
    rng: np.random.Generator, values: npt.NDArray[np.float64], *, normalised: bool
) -> dict[str, Any]:
    if rng.random() >= 0.25:
        return {}
    mode = str(rng.choice(["absolute", "sigma", "relative", "default"]))
    if normalised and mode != "relative":
        mode = "sigma"  # the intensities are no longer those of the image
    ends = {
        "absolute": np.quantile(values, [rng.uniform(0, 0.3), rng.uniform(0.7, 1)]),
        "default": np.quantile(values, [rng.uniform(0, 0.3), rng.uniform(0.7, 1)]),
        "sigma": np.array([-rng.uniform(0.8, 3), rng.uniform(0.8, 3)]),
        "relative": np.array([rng.uniform(0, 0.5), rng.uniform(0.8, 1.1)]),
    }[mode]
    limits = [float(x) for x in np.round(ends, 2)]
    found: dict[str, Any] = {"resegmentRange": limits[:1] if rng.random() < 0.2 else limits}
    if mode != "default":
        found["resegmentMode"] = mode
    if rng.random() < 0.4:
        found["resegmentShape"] = True
    return found


def _textures(rng: np.random.Generator) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if rng.random() < 0.3:
        found["distances"] = [
            int(x) for x in rng.choice([1, 2, 3, 4], int(rng.integers(1, 4)), replace=False)
        ]
    if rng.random() < 0.3:
        found["weightingNorm"] = str(rng.choice(NORMS))
    if rng.random() < 0.3:
        found["symmetricalGLCM"] = False
    if rng.random() < 0.3:
        found["gldm_a"] = int(rng.integers(0, 4))
    if rng.random() < 0.3:
        found["voxelArrayShift"] = int(rng.choice([-100, 1, 300, 1000]))
    return found


def _image_types(rng: np.random.Generator, spread: float) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    if rng.random() < 0.85:
        found["Original"] = {}
    if rng.random() < 0.35:
        found["Wavelet"] = _wavelet(rng, spread)
    if rng.random() < 0.25:
        n_sigmas = int(rng.integers(1, 4))
        found["LoG"] = {
            "sigma": [float(x) for x in rng.choice([0.5, 1, 1.5, 2, 3, 4], n_sigmas, replace=False)]
        }
    for name in ("Square", "SquareRoot", "Logarithm", "Exponential", "Gradient"):
        if rng.random() < 0.18:
            found[name] = {}
    if "Gradient" in found and rng.random() < 0.5:
        found["Gradient"] = {"gradientUseSpacing": bool(rng.random() < 0.3)}
    names = list(found) or ["Original"]
    if rng.random() < 0.2:  # one image type with bins of its own
        name = str(rng.choice(names))
        own = {"binCount": int(rng.integers(4, 65))} if rng.random() < 0.5 else {"binWidth": spread / 20}
        found[name] = own | found.get(name, {})
    return {name: found.get(name, {}) for name in rng.permutation(names).tolist()}


def _wavelet(rng: np.random.Generator, spread: float) -> dict[str, Any]:
    """Draw a wavelet; each level multiplies the low pass by up to √8, so deeper ones have bins of their own."""
    found: dict[str, Any] = {}
    if rng.random() < 0.6:
        found["wavelet"] = str(rng.choice(pywt.wavelist(kind="discrete")))
    if rng.random() < 0.25:
        found["level"] = int(rng.integers(1, 4))
    if rng.random() < 0.2:
        found["start_level"] = int(rng.integers(1, 3))
    depth = found.get("level", 1) + found.get("start_level", 0)
    if depth > 1:
        own = {"binWidth": spread * 8 ** (depth / 2) / float(rng.uniform(10, 60))}
        found |= own if rng.random() < 0.7 else {"binCount": int(rng.integers(4, 65))}
    return found


def _feature_classes(rng: np.random.Generator, plane: int | None, *, thin: bool) -> dict[str, list[str]]:
    """Draw classes, whole or by feature; none means all, and in 2D settings not all classes are possible."""
    if plane is None and rng.random() < 0.5:
        return {}
    kind = rng.choice(["textures", "some", "by name"], p=[0.5, 0.3, 0.2])
    names = [*TEXTURES, "shape"]
    if plane is not None and rng.random() < (0.8 if thin else 0.05):
        names.append("shape2D")
    if kind == "textures":
        return {name: [] for name in names}
    chosen = rng.permutation(names)[: int(rng.integers(1, len(names) + 1))].tolist()
    if kind == "some":
        return {name: [] for name in chosen}
    return {name: _by_name(rng, name) for name in chosen}


def _by_name(rng: np.random.Generator, family: str) -> list[str]:
    names = feature_names(family)
    return rng.permutation(names)[: int(rng.integers(1, len(names) + 1))].tolist()
