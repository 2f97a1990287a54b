"""Masks on grids of their own: tolerated, resampled, or refused, as the settings say."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest

from radiobone.core.errors import DimensionMismatch, GeometryMismatch
from radiobone.core.volume import Volume
from radiobone.core.warnings import GeometrySnapped, MaskResampled
from radiobone.imaging.mask_grid import MaskReading, onto_image
from radiobone.imaging.resample import nearest_on, on_one_grid

IMAGE = Volume(np.zeros((8, 9, 10), dtype=np.int16), spacing_mm=(2.0, 1.0, 1.0), origin_mm=(-5.0, 3.0, 7.0))


def region() -> Volume:
    array = np.zeros(IMAGE.shape, dtype=np.uint8)
    array[2:5, 3:7, 4:6] = 1
    return IMAGE.with_array(array)


def moved(by_mm: float) -> Volume:
    return replace(region(), origin_mm=(-5.0 + by_mm, 3.0, 7.0))


def test_strict_is_the_default():
    with pytest.raises(GeometryMismatch, match="correctMask"):
        onto_image(IMAGE, moved(0.2), MaskReading())
    assert onto_image(IMAGE, region(), MaskReading()).origin_mm == IMAGE.origin_mm


@pytest.mark.parametrize(("by_mm", "tolerance"), [(0.2, 0.21), (1e-3, 2e-3)])
def test_within_a_tolerance_voxels_keep_their_index(by_mm, tolerance):
    with pytest.warns(GeometrySnapped, match="within the tolerance"):
        found = onto_image(IMAGE, moved(by_mm), MaskReading(grid_tolerance=tolerance))
    assert (found.array == region().array).all()
    assert on_one_grid(IMAGE, found)


@pytest.mark.parametrize("change", [{"origin_mm": (-4.8, 3.0, 7.0)}, {"spacing_mm": (2.0, 1.2, 1.0)}])
def test_beyond_a_tolerance_is_refused_or_corrected(change):
    mask = replace(region(), **change)
    with pytest.raises(GeometryMismatch, match=r"tolerance of 0\.01.*geometryTolerance"):
        onto_image(IMAGE, mask, MaskReading(grid_tolerance=0.01))
    with pytest.warns(MaskResampled, match="nearest neighbour"):
        onto_image(IMAGE, mask, MaskReading(grid_tolerance=0.01, correct_grid=True))


def test_rounding_of_headers_is_not_worth_a_word():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = onto_image(IMAGE, moved(1e-6), MaskReading(correct_grid=True))
    assert on_one_grid(IMAGE, found)


def test_a_finer_mask_is_sampled_at_the_voxels_of_the_image():
    fine = Volume(
        np.repeat(region().array, 2, axis=0), spacing_mm=(1.0, 1.0, 1.0), origin_mm=(-5.0, 3.0, 6.5)
    )
    with pytest.warns(MaskResampled):
        found = onto_image(IMAGE, fine, MaskReading(correct_grid=True))
    assert (found.array == region().array).all()


def test_turned_axes_are_sampled_where_they_lie():
    turned = Volume(
        region().array[:, :, ::-1], IMAGE.spacing_mm, origin_mm=(4.0, 3.0, 7.0),
        direction=(-1.0, 0, 0, 0, 1, 0, 0, 0, 1),
    )  # fmt: skip
    assert (nearest_on(IMAGE, turned).array == region().array).all()


def test_a_region_that_leaves_the_image_cannot_be_corrected():
    with pytest.raises(GeometryMismatch, match="no intensities"):
        onto_image(IMAGE, moved(6.0), MaskReading(correct_grid=True))


def test_a_slice_is_no_mask_for_a_volume():
    with pytest.raises(DimensionMismatch):
        onto_image(IMAGE, Volume(np.ones((1, 9, 10)), is_2d=True), MaskReading(correct_grid=True))
