"""Feature maps against those that pyradiomics 3.0.1 made of a small image (``make_voxel_maps.py``)."""

from __future__ import annotations

import json
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from radiobone.core.volume import Volume
from radiobone.core.warnings import UndefinedInMap
from radiobone.workflow.feature_maps import feature_maps

pytestmark = pytest.mark.oracle
FloatArray = npt.NDArray[np.float64]
SPACING_MM = (2.0, 0.9, 0.8)
CASES = ("masked", "unmasked", "wide", "flat", "weighted", "one_way", "filtered")
UNTOUCHED = -12345.0  # initValue: what pyradiomics leaves where the computation failed


@cache
def kept() -> dict[str, npt.NDArray[Any]]:
    with np.load(Path(__file__).parent / "voxel_maps.npz") as file:
        return dict(file)


@pytest.mark.parametrize("case", CASES)
def test_maps_are_those_of_pyradiomics(case: str) -> None:
    image, mask = (Volume(kept()[name], SPACING_MM) for name in ("image", "mask"))
    of_case = {key.split(":")[1]: value for key, value in kept().items() if key.startswith(f"{case}:")}
    parameters = json.loads(str(of_case["parameters"]))
    expected = {name: value for name, value in of_case.items() if "_" in name}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedInMap)
        maps = feature_maps(image, mask, list(expected), parameters)
    assert list(maps) == list(expected)
    for name, found in maps.items():
        assert found.origin_mm == pytest.approx(tuple(of_case["origin"]), abs=1e-12)
        differs = ~np.isclose(found.array, expected[name], rtol=1e-9, atol=1e-9, equal_nan=True)
        ours, theirs = found.array[differs], expected[name][differs]
        if name.endswith("_glcm_Imc2"):
            assert leaves_directions_out(ours, theirs), name
        elif name.endswith("_glcm_MCC"):
            assert is_noise_or_undefined(ours, theirs), name
        elif case == "weighted" and name.endswith(("_RunEntropy", "_RunVariance")):
            assert np.isnan(ours).sum() == ours.size == 1, name  # a voxel without runs; pyradiomics has 0
            assert theirs == [0.0]
        else:
            assert not differs.any(), name


def leaves_directions_out(ours: FloatArray, theirs: FloatArray) -> bool:
    """Levels that meet by chance alone share 0 bits, or -1e-16, of which pyradiomics' root is NaN and left out."""
    directions_kept = 13 * ours / theirs
    return ours.size <= 3 and bool(np.allclose(directions_kept, directions_kept.round(), atol=1e-6))


def is_noise_or_undefined(ours: FloatArray, theirs: FloatArray) -> bool:
    """The root of an eigenvalue 0, rounded to 1e-16, is 1e-8; a voxel without pairs stops pyradiomics."""
    noise = np.isclose(ours, theirs, rtol=0, atol=1e-8) & (theirs > ours)
    return bool((noise | (np.isnan(ours) & (theirs == UNTOUCHED))).all()) and ours.size <= 6
