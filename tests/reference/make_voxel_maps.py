"""Maps that pyradiomics 3.0.1 makes of a small image, kept for the tests.

    PYTHON tests/reference/make_voxel_maps.py

PYTHON is an interpreter with pyradiomics 3.0.1. Writes voxel_maps.npz beside this file. Every voxel is a batch of its
own: in larger batches pyradiomics' JointAverage is NaN, and its MCC is left out, where a voxel has no pairs along a
direction in which another voxel has some.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
SPACING_XYZ_MM = (0.8, 0.9, 2.0)
FAMILIES = ("firstorder", "glcm", "gldm", "glrlm", "glszm", "ngtdm")

# name: general settings, voxel settings, image types
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "masked": ({"binWidth": 25}, {"kernelRadius": 1}, {"Original": {}}),
    "unmasked": ({"binWidth": 40}, {"kernelRadius": 1, "maskedKernel": False}, {"Original": {}}),
    "wide": ({"binCount": 8, "voxelArrayShift": 100}, {"kernelRadius": 2}, {"Original": {}}),
    "flat": (
        {"binWidth": 30, "force2D": True, "force2Ddimension": 1},
        {"kernelRadius": 2, "maskedKernel": False},
        {"Original": {}},
    ),
    "weighted": (
        {
            "binWidth": 60,
            "weightingNorm": "euclidean",
            "symmetricalGLCM": False,
            "distances": [1, 2],
            "gldm_a": 1,
        },
        {"kernelRadius": 1},
        {"Original": {}},
    ),
    "one_way": ({"binWidth": 90, "symmetricalGLCM": False}, {"kernelRadius": 1}, {"Original": {}}),
    "filtered": (
        {"binWidth": 25, "resampledPixelSpacing": [1, 1, 1], "interpolator": "sitkBSpline"},
        {"kernelRadius": 1},
        {"Wavelet": {}},
    ),
}
KEPT_IMAGES = ("original", "wavelet-LLH")


def small_case() -> tuple[np.ndarray, np.ndarray]:
    """Smooth noise of 16 bits, and a ball with holes, an appendix and a voxel alone."""
    rng = np.random.default_rng(20)
    noise = rng.normal(200, 160, (9, 11, 12))
    for axis in range(3):
        noise = noise + 0.7 * np.roll(noise, 1, axis)
    z, y, x = np.indices(noise.shape)
    mask = ((z - 4) / 2.6) ** 2 + ((y - 5) / 3.1) ** 2 + ((x - 5) / 3.6) ** 2 <= 1
    mask &= rng.random(noise.shape) > 0.12
    mask[4, 5, 5:11] = True
    mask[0, 0, 11] = True
    noise[3:6, 4:7, 2:4] = 300.0  # a flat part
    return noise.astype(np.int16), mask.astype(np.uint8)


def main() -> None:
    """Write the values inside the mask, by case and feature."""
    import SimpleITK as sitk
    from radiomics import featureextractor

    logging.getLogger("radiomics").setLevel(logging.CRITICAL)
    image, mask = small_case()
    volumes = [sitk.GetImageFromArray(array) for array in (image, mask)]
    for volume in volumes:
        volume.SetSpacing(SPACING_XYZ_MM)
    kept: dict[str, Any] = {"image": image, "mask": mask}
    for name, (setting, voxel, images) in CASES.items():
        parameters = {
            "setting": setting,
            "voxelSetting": {**voxel, "voxelBatch": 1, "initValue": -12345.0},
            "imageType": images,
            "featureClass": dict.fromkeys(FAMILIES),
        }
        extractor = featureextractor.RadiomicsFeatureExtractor(parameters)
        found = extractor.execute(*volumes, voxelBased=True)
        kept[f"{name}:parameters"] = json.dumps(parameters)
        for feature, volume in found.items():
            if isinstance(volume, sitk.Image) and feature.split("_")[0] in KEPT_IMAGES:
                kept[f"{name}:{feature}"] = sitk.GetArrayFromImage(volume)
                kept[f"{name}:origin"] = np.array(volume.GetOrigin())
    np.savez_compressed(HERE / "voxel_maps.npz", **kept)


if __name__ == "__main__":
    main()
