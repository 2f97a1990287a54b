"""Small images and one pyradiomics setting after the other, for comparison with pyradiomics itself.

``python tests/helpers/setting_cases.py`` computes the reference values anew; it needs pyradiomics 3.0.1,
scikit-image, trimesh and a SciPy from 1.15 to 1.16 (the last that has the functions pyradiomics asks for).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

VALUES = Path(__file__).parents[1] / "reference" / "pyradiomics" / "settings.json"
DIAGNOSTICS = VALUES.with_name("diagnostics.json")
SHAPE = (14, 19, 17)
FEATURES = {
    "shape": ["MeshVolume", "Sphericity", "MajorAxisLength"],
    "firstorder": ["10Percentile", "Energy", "Entropy", "Kurtosis", "Mean", "RootMeanSquared", "TotalEnergy"],
    "glcm": ["Contrast", "Correlation", "Imc1", "JointEntropy", "MCC"],
    "gldm": ["DependenceEntropy", "SmallDependenceHighGrayLevelEmphasis"],
    "glrlm": ["LongRunEmphasis", "RunEntropy", "RunPercentage"],
    "glszm": ["ZoneEntropy", "ZonePercentage"],
    "ngtdm": ["Busyness", "Coarseness"],
}
TEXTURE = {name: chosen for name, chosen in FEATURES.items() if name != "shape"}
FLAT = {"shape2D": ["PixelSurface", "Sphericity"], **TEXTURE}
OBLIQUE = (0.8, -0.36, 0.48, 0.6, 0.48, -0.64, 0.0, 0.8, 0.6)
TURNED = (1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, -1.0)


def voxels(seed: int) -> np.ndarray:
    """Whole numbers with a slope, a ball and noise; the same on every machine."""
    noise = (np.random.PCG64(seed).random_raw(int(np.prod(SHAPE))) % 90).astype(np.int64).reshape(SHAPE)
    z, y, x = np.indices(SHAPE)
    ball = 120 * ((z - 6) ** 2 * 4 + (y - 9) ** 2 + (x - 8) ** 2 < 40)
    return (noise + 7 * x - 5 * y + 3 * z + ball - 60).astype(np.int16)


def placed(
    array: np.ndarray, *, direction: Any = None, spacing: Any = None, origin: Any = None, **kind: Any
) -> sitk.Image:
    image = sitk.GetImageFromArray(array, **kind)
    image.SetSpacing(spacing or (0.9, 1.1, 2.5))
    image.SetOrigin(origin or (-31.7, 12.3, 104.9))
    image.SetDirection(direction or (1, 0, 0, 0, 1, 0, 0, 0, 1))
    return image


def labels() -> np.ndarray:
    """An ellipsoid of 1 and a box of 3 beside it."""
    z, y, x = np.indices(SHAPE)
    found = (((z - 6) / 4.2) ** 2 + ((y - 9) / 6.1) ** 2 + ((x - 8) / 5.3) ** 2 < 1).astype(np.uint8)
    found[10:13, 1:6, 11:16] = 3
    return found


def slab(axis: int) -> np.ndarray:
    """The ellipsoid, one voxel thick."""
    found = np.zeros(SHAPE, dtype=np.uint8)
    kept = tuple(slice(7, 8) if axis == other else slice(None) for other in range(3))
    found[kept] = labels()[kept] == 1
    return found


def image_of(name: str) -> sitk.Image:
    array = voxels(7)
    if name == "decimal":
        return placed((array * 0.37 + 11.1).astype(np.float32))
    directions = {"oblique": OBLIQUE, "turned": TURNED}
    return placed(array, direction=directions.get(name))


def mask_of(name: str) -> sitk.Image:
    directions = {"oblique": OBLIQUE, "turned": TURNED}
    if name.startswith("slab"):
        return placed(slab(int(name[-1])))
    if name == "channels":
        return placed(np.stack([labels() == 3, labels() == 1], axis=-1).astype(np.uint8), isVector=True)
    if name == "coarse":  # another lattice that lies inside the image
        found = labels()[1:13:2, 2:18, 1:16:2]
        return placed((found == 1).astype(np.uint8), spacing=(1.8, 1.1, 5.0), origin=(-30.6, 14.6, 107.7))
    if name == "shifted":
        return placed((labels() == 1).astype(np.uint8), origin=(-31.7 + 0.02, 12.3 - 0.01, 104.9))
    if name == "finer":
        return placed(
            np.repeat(labels() == 1, 2, axis=2).astype(np.uint8),
            spacing=(0.45, 1.1, 2.5),
            origin=(-31.925, 12.3, 104.9),
        )
    return placed(labels(), direction=directions.get(name))


def case(
    settings: dict[str, Any] | None = None,
    *,
    image: str = "whole",
    mask: str = "labels",
    families: Any = None,
    **types: Any,
) -> dict[str, Any]:
    return {
        "image": image,
        "mask": mask,
        "parameters": {
            "setting": {"label": 1, **(settings or {})},
            "imageType": types or {"Original": {}},
            "featureClass": families or FEATURES,
        },
    }


INTERPOLATORS = (
    "sitkNearestNeighbor", "sitkLinear", "sitkBSpline", "sitkGaussian", "sitkLabelGaussian",
    "sitkHammingWindowedSinc", "sitkCosineWindowedSinc", "sitkWelchWindowedSinc", "sitkLanczosWindowedSinc",
    "sitkBlackmanWindowedSinc",
)  # fmt: skip
COARSER = {"resampledPixelSpacing": [1.3, 1.7, 2.1]}
PLAIN: dict[str, dict[str, Any]] = {
    "defaults": {},
    "binWidth 10": {"binWidth": 10},
    "binWidth 7.3": {"binWidth": 7.3},
    "binCount 16": {"binCount": 16},
    "label 3": {"label": 3},
    **{f"interpolator {name}": {**COARSER, "interpolator": name} for name in INTERPOLATORS},
    "interpolator as ITK's number": {**COARSER, "interpolator": 2},
    "resampling in the plane": {"resampledPixelSpacing": [1.3, 1.3, 0]},
    "resampling to smaller voxels": {"resampledPixelSpacing": [0.5, 0.6, 1.1]},
    "resampling to the same spacing": {"resampledPixelSpacing": [0.9, 1.1, 2.5], "padDistance": 2},
    "normalize": {"normalize": True, "binWidth": 0.3},
    "normalizeScale": {"normalize": True, "normalizeScale": 100},
    "removeOutliers": {"normalize": True, "normalizeScale": 100, "removeOutliers": 1.5},
    "resegmentRange absolute": {"resegmentRange": [0, 120]},
    "resegmentRange lower limit alone": {"resegmentRange": [40]},
    "resegmentMode relative": {"resegmentRange": [0.2, 0.9], "resegmentMode": "relative"},
    "resegmentMode sigma": {"resegmentRange": [-1, 1.5], "resegmentMode": "sigma"},
    "resegmentShape": {"resegmentRange": [-1, 1.5], "resegmentMode": "sigma", "resegmentShape": True},
    "resegmentation after resampling": {**COARSER, "resegmentRange": [-1, 1], "resegmentMode": "sigma"},
    "resegmentation after normalisation": {"normalize": True, "resegmentRange": [-1, 1], "binWidth": 0.2},
    **{f"force2D across {axis}": {"force2D": True, "force2Ddimension": axis} for axis in range(3)},
    "distances 2": {"distances": [2]},
    "distances 1, 3": {"distances": [1, 3]},
    **{f"weightingNorm {name}": {"weightingNorm": name} for name in ("manhattan", "euclidean", "infinity", "no_weighting")},
    "weightingNorm and distances": {"weightingNorm": "euclidean", "distances": [1, 2], "force2D": True},
    "symmetricalGLCM off": {"symmetricalGLCM": False},
    "gldm_a 2": {"gldm_a": 2, "binWidth": 5},
    "voxelArrayShift": {"voxelArrayShift": 1000},
    "minimumROIDimensions 3": {"minimumROIDimensions": 3},
    "minimumROISize": {"minimumROISize": 100},
}  # fmt: skip

WAVELETS = ("haar", "db3", "sym4", "coif2", "bior2.2", "rbio3.1", "dmey")
FILTERED: dict[str, dict[str, Any]] = {
    **{f"wavelet {name}": {"Wavelet": {"wavelet": name}} for name in WAVELETS},
    "wavelet level 2": {"Wavelet": {"level": 2}},
    "wavelet start_level 1": {"Wavelet": {"start_level": 1, "level": 2, "wavelet": "db2"}},
    "sigma": {"LoG": {"sigma": [0.8, 2, 3.5]}},
    "derived images": {"Square": {}, "SquareRoot": {}, "Logarithm": {}, "Exponential": {}, "Gradient": {}},
    "gradientUseSpacing off": {"Gradient": {"gradientUseSpacing": False}},
    "bins of one image type": {"Original": {}, "Square": {"binWidth": 5}, "Logarithm": {"binCount": 12}},
    "LBP2D": {"LBP2D": {"binWidth": 1}},
    "LBP2D default": {"LBP2D": {"lbp2DMethod": "default", "lbp2DSamples": 6, "lbp2DRadius": 1.5}},
    "LBP2D ror": {"LBP2D": {"lbp2DMethod": "ror", "binWidth": 1}},
    "LBP2D var": {"LBP2D": {"lbp2DMethod": "var", "binCount": 16}},
    "LBP3D": {"LBP3D": {"binWidth": 1}},
    "LBP3D levels": {"LBP3D": {"lbp3DLevels": 3, "lbp3DIcosphereRadius": 1.5, "lbp3DIcosphereSubdivision": 2, "binWidth": 1}},
    "distances of one image type": {"Original": {}, "Gradient": {"distances": [2], "weightingNorm": "manhattan", "gldm_a": 1}},
    "shift of one image type": {"Original": {}, "LoG": {"sigma": [2.0], "voxelArrayShift": 500, "symmetricalGLCM": False}},
    "plane of one image type": {"Original": {}, "Wavelet": {"force2D": True, "force2Ddimension": 1, "wavelet": "haar"}},
}  # fmt: skip

CASES: dict[str, dict[str, Any]] = {
    **{name: case(settings) for name, settings in PLAIN.items()},
    **{name: case(families=TEXTURE, **types) for name, types in FILTERED.items()},
    "decimal image": case({"binWidth": 3.7}, image="decimal"),
    "decimal image resampled": case({**COARSER, "binWidth": 3.7}, image="decimal", Original={}, Wavelet={}, LoG={"sigma": [1.5]}),
    "decimal image, LBP": case({"binWidth": 1}, image="decimal", LBP2D={}, LBP3D={}),
    **{
        f"padDistance {pad}": case({**COARSER, "padDistance": pad}, families=TEXTURE, Wavelet={}, LoG={"sigma": [1.5]})
        for pad in (0, 1, 10)
    },
    "preCrop": case({"preCrop": True}, families=TEXTURE, Wavelet={}, LoG={"sigma": [1.5]}),
    "preCrop with padDistance": case({"preCrop": True, "padDistance": 1}, families=TEXTURE, Wavelet={}, LBP3D={"binWidth": 1}),
    "oblique": case(image="oblique", mask="oblique", Original={}, Wavelet={}, LoG={"sigma": [1.5]}, Gradient={}),
    "oblique resampled": case(COARSER, image="oblique", mask="oblique", Original={}, LoG={"sigma": [1.5]}),
    "oblique, linear": case({**COARSER, "interpolator": "sitkLinear"}, image="oblique", mask="oblique"),
    "turned axes": case(image="turned", mask="turned", Original={}, Wavelet={}),
    "turned axes resampled": case(COARSER, image="turned", mask="turned"),
    **{
        f"one slice across {axis}": case(
            {"force2D": True, "force2Ddimension": axis}, mask=f"slab {axis}", families=FLAT, Original={}, LBP2D={"binWidth": 1}
        )
        for axis in range(3)
    },
    "one slice in 3D": case(mask="slab 0", Original={}, Wavelet={}),
    "one slice resampled": case({"force2D": True, "resampledPixelSpacing": [1.3, 1.7, 2.1]}, mask="slab 0", families=FLAT),
    "wavelet of slices": case({"force2D": True, "force2Ddimension": 2}, families=TEXTURE, Wavelet={"level": 2}),
    "label_channel": case({"label_channel": 1}, mask="channels"),
    "geometryTolerance": case({"geometryTolerance": 0.05}, mask="shifted", Original={}, LoG={"sigma": [1.5]}),
    "geometryTolerance, resampled": case({"geometryTolerance": 0.05, **COARSER}, mask="shifted"),
    "correctMask of a shift": case({"correctMask": True}, mask="shifted"),
    "correctMask of a coarse mask": case({"correctMask": True}, mask="coarse", Original={}, LoG={"sigma": [1.5]}),
    "correctMask of a fine mask": case({"correctMask": True}, mask="finer"),
    "correctMask, resampled": case({"correctMask": True, **COARSER}, mask="coarse"),
    "correctMask, same spacing": case({"correctMask": True, "resampledPixelSpacing": [0.9, 1.1, 2.5]}, mask="coarse"),
    "correctMask, preCrop": case({"correctMask": True, "preCrop": True}, mask="coarse", families=TEXTURE, Wavelet={}),
}  # fmt: skip


DIAGNOSED = (
    "label 3", "resegmentation after resampling", "label_channel", "correctMask of a coarse mask", "oblique resampled",
    "preCrop", "decimal image",
)  # fmt: skip


def diagnostics_of(name: str, extractor_class: Any) -> dict[str, Any]:
    """What an extractor of pyradiomics' kind tells of image and mask in one case, as plain data."""
    chosen = CASES[name]
    extractor = extractor_class(
        {**json.loads(json.dumps(chosen["parameters"])), "featureClass": {"firstorder": ["Mean"]}}
    )
    found = extractor.execute(image_of(chosen["image"]), mask_of(chosen["mask"]))
    own = {
        key: value
        for key, value in found.items()
        if key.startswith(("diagnostics_Image", "diagnostics_Mask"))
    }
    return json.loads(json.dumps(own, default=float))


def features_of(name: str, extractor_class: Any) -> dict[str, float]:
    """Values of one case by an extractor of pyradiomics' kind."""
    chosen = CASES[name]
    extractor = extractor_class(json.loads(json.dumps(chosen["parameters"])), additionalInfo=False)
    found = extractor.execute(image_of(chosen["image"]), mask_of(chosen["mask"]))
    return {key: float(value) for key, value in found.items()}


def main() -> None:
    from radiomics import featureextractor, setVerbosity

    setVerbosity(60)
    values = {}
    for name in CASES:
        sitk.ProcessObject.SetGlobalDefaultCoordinateTolerance(1e-6)
        sitk.ProcessObject.SetGlobalDefaultDirectionTolerance(1e-6)
        try:
            values[name] = features_of(name, featureextractor.RadiomicsFeatureExtractor)
        except Exception as error:
            raise RuntimeError(name) from error
    VALUES.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    told = {name: diagnostics_of(name, featureextractor.RadiomicsFeatureExtractor) for name in DIAGNOSED}
    DIAGNOSTICS.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
