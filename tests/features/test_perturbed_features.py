"""A region that nothing has changed has the features that it has without perturbation."""

from __future__ import annotations

import numpy as np
import pytest

from radiobone.core.seeds import rng_for
from radiobone.core.volume import Volume
from radiobone.features.engine import extract_features
from radiobone.features.perturbed import Perturbable
from radiobone.features.presets import CT, MR, RADIOGRAPH
from radiobone.features.settings import ExtractionSettings
from radiobone.imaging.filters.mean import Mean
from radiobone.imaging.filters.original import Original
from radiobone.imaging.filters.square import Square
from radiobone.imaging.filters.wavelet import Wavelet
from radiobone.imaging.perturb.shift import Shift
from radiobone.testing.phantoms import sphere

STILL = Shift(voxels_xyz=(0.0, 0.0, 0.0))
CASES = {
    "ct": CT,
    "mr": MR,
    "wide": CT.model_copy(update={"images": (Original(), Square(), Wavelet(), Mean(support_voxels=15))}),
    "native": ExtractionSettings(images=(Original(), Square(), Wavelet())),
    "cropped": ExtractionSettings(images=(Original(), Square(), Wavelet()), crop_margin_voxels=4),
    "flat": RADIOGRAPH,
}


@pytest.mark.parametrize("name", CASES)
def test_nothing_changed_gives_the_same_features(name: str) -> None:
    settings = CASES[name]
    mask = np.asarray(sphere(9.0, spacing_mm=(2.0, 0.8, 0.8), margin_mm=14.0).mask.array, dtype=np.uint8)
    values = np.random.default_rng(2).normal(100.0, 30.0, mask.shape) + 150.0 * mask
    image, region = Volume(values, (2.0, 0.8, 0.8)), Volume(mask, (2.0, 0.8, 0.8))
    if name == "flat":
        middle = slice(len(mask) // 2, len(mask) // 2 + 1)
        image = Volume(values[middle], (1.0, 0.8, 0.8), is_2d=True)
        region = Volume(mask[middle], (1.0, 0.8, 0.8), is_2d=True)
    start = Perturbable.of(image, region, settings)
    for steps in ((), (STILL,)):
        found = start.features(*start.perturbed(steps, lambda kind: rng_for(0, kind)))
        expected = extract_features(image, region, settings)
        assert list(found) == list(expected)
        np.testing.assert_allclose(
            list(found.values()), list(expected.values()), rtol=1e-6, atol=1e-6, err_msg=name
        )
