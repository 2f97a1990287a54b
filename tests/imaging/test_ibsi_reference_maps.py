"""IBSI 2's filters against the reference response maps."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk

from filter_responses import response
from radiobone.core.volume import Volume
from radiobone.imaging.filters.gabor import Gabor
from radiobone.testing.ibsi_filters import FILTER_TESTS, TOLERANCE, relative_difference

IN_SINGLE = 1e-7  # the reference maps are stored in single precision


def read(path) -> Volume:
    image = sitk.ReadImage(str(path))
    return Volume(sitk.GetArrayFromImage(image), image.GetSpacing()[::-1])


class TestReferenceMaps:
    @pytest.mark.shared_data
    @pytest.mark.parametrize("test", FILTER_TESTS, ids=lambda test: test.name)
    def test_response_is_the_reference_map(self, shared_data, test):
        folder = shared_data / "ibsi2"
        image = read(folder / f"phantoms/{test.phantom}/image/{test.phantom}.nii.gz")
        (path,) = (folder / "reference").glob(f"*_{test.phantom}_CT_{test.name}_*.nii.gz")
        due = read(path).array
        found = test.response(image)
        assert relative_difference(found, due) < TOLERANCE
        assert np.abs(found - due).max() < IN_SINGLE * np.abs(due).max()

    @pytest.mark.shared_data
    def test_every_reference_map_has_a_test(self, shared_data):
        maps = (shared_data / "ibsi2/reference").glob("*.nii.gz")
        assert sorted(path.name.split("_CT_")[1].split("_")[0] for path in maps) == [
            test.name for test in FILTER_TESTS
        ]

    @pytest.mark.shared_data
    @pytest.mark.parametrize("name", ["4A1", "4A2", "4B1", "4B2"])
    def test_gabor_kernels_of_the_default_length_are_within_the_tolerance(self, shared_data, name):
        (test,) = (test for test in FILTER_TESTS if test.name == name)
        folder = shared_data / "ibsi2"
        image = read(folder / f"phantoms/{test.phantom}/image/{test.phantom}.nii.gz")
        (path,) = (folder / "reference").glob(f"*_CT_{name}_*.nii.gz")
        longer = test.filter.model_copy(update={"truncate": Gabor.model_fields["truncate"].default})
        assert relative_difference(response(longer, image), read(path).array) < TOLERANCE / 4
