"""One setting of pyradiomics after the other, against values that pyradiomics 3.0.1 computed."""

from __future__ import annotations

import json
import warnings

import pytest

from radiobone.core.warnings import GeometrySnapped, MaskResampled, SingleSliceRoi
from radiobone.workflow.single import extract_features
from setting_cases import CASES, VALUES, image_of, mask_of

pytestmark = pytest.mark.oracle

EXPECTED = json.loads(VALUES.read_text(encoding="utf-8"))
ONLY_OURS = {  # pyradiomics 3.0.1 looks up the slice's thickness along another axis, and leaves these out
    "one slice across 1": {"original_shape2D_PixelSurface", "original_shape2D_Sphericity"},
}


def test_every_case_has_values():
    assert list(EXPECTED) == list(CASES)


@pytest.mark.parametrize("name", CASES)
def test_a_setting_changes_what_it_changes_in_pyradiomics(name):
    case, expected = CASES[name], EXPECTED[name]
    with warnings.catch_warnings():
        for kind in (GeometrySnapped, MaskResampled, SingleSliceRoi):
            warnings.simplefilter("ignore", kind)
        found = extract_features(image_of(case["image"]), mask_of(case["mask"]), case["parameters"])
    more = ONLY_OURS.get(name, set())
    assert set(found) - set(expected) == more
    assert [key for key in found if key not in more] == list(expected)
    assert {key: found[key] for key in expected} == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_settings_make_a_difference():
    """A case whose values are those of the defaults would show nothing; here the region has to be the same."""
    same = {name for name in CASES if EXPECTED[name] == EXPECTED["defaults"]}
    assert same == {
        "defaults", "resampling to the same spacing", "minimumROIDimensions 3", "minimumROISize", "label_channel",
        "correctMask of a shift", "correctMask of a fine mask",
    }  # fmt: skip
