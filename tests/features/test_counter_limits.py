"""What the counters of the kernels hold: more is refused before memory is taken."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from radiobone.core.errors import ResourceLimit
from radiobone.core.volume import Volume
from radiobone.core.warnings import ConstantRoi, SingleSliceRoi
from radiobone.features.engine import extract_features
from radiobone.features.matrices.directions import count_runs
from radiobone.features.matrices.grid import Layout, LevelGrid, offsets
from radiobone.features.matrices.limits import MOST_NEIGHBOURS, check_neighbours, count_offsets
from radiobone.features.region import Texture
from radiobone.features.settings import ExtractionSettings, FamilyChoice


@pytest.mark.parametrize("plane", [None, 0, 1, 2])
@pytest.mark.parametrize("distances", [(1,), (2, 2), (3, 1), (1, 2, 10_000)])
@pytest.mark.parametrize("box", [(5, 5, 5), (1, 4, 2), (2, 1, 7), (1, 1, 1)])
def test_offsets_are_counted_without_listing_them(box, distances, plane):
    assert count_offsets(box, distances, plane) == 2 * len(offsets(box, distances=distances, plane=plane))


def test_the_limit_is_what_16_bits_hold():
    check_neighbours((200, 200, 200), (52,), None)  # 24 times the square of the distance, and 2
    assert count_offsets((200, 200, 200), (52,), None) == 64_898 <= MOST_NEIGHBOURS == np.iinfo(np.uint16).max
    with pytest.raises(ResourceLimit, match=r"67,418 neighbours .* at most 65,535"):
        check_neighbours((200, 200, 200), (53,), None)


def test_extraction_refuses_more_neighbours_than_can_be_counted():
    inside = np.zeros((300, 300, 300), dtype=np.uint8)
    inside[0, 0, 0] = inside[-1, -1, -1] = 1
    image = Volume(np.indices(inside.shape, dtype=np.int16)[0], (1.0, 1.0, 1.0))
    mask = image.with_array(inside)
    settings = ExtractionSettings(texture=Texture(distances=(1, 120)), families=(FamilyChoice(name="gldm"),))
    with pytest.raises(ResourceLimit, match="distances"):
        extract_features(image, mask, settings)


def test_dependences_are_right_up_to_the_limit():
    """In a flat strip of two lines every voxel depends on every one, more than a byte counts."""
    n = 151
    image = Volume(np.full((1, 2, n), 7, dtype=np.int16), (1.0, 1.0, 1.0))
    mask = image.with_array(np.ones(image.shape, dtype=np.uint8))
    settings = ExtractionSettings(
        texture=Texture(distances=tuple(range(1, n))), families=(FamilyChoice(name="gldm"),)
    )
    with pytest.warns(ConstantRoi), pytest.warns(SingleSliceRoi):
        found = extract_features(image, mask, settings)
    assert found["original_gldm_LargeDependenceEmphasis"] == pytest.approx((2 * n) ** 2)


@pytest.mark.parametrize("shape", [(1300, 1300, 1300), (1, 2, 70_000)])
def test_a_region_larger_than_places_can_be_numbered_is_refused(shape):
    endless = np.broadcast_to(np.True_, shape)  # takes no memory itself
    with pytest.raises(ResourceLimit, match="box"):
        Layout.of(endless)


@pytest.mark.parametrize("longest", [255, 256, 65_535])
def test_runs_as_long_as_a_region_may_be(longest):
    grid = LevelGrid.from_levels(np.ones((1, 1, longest), dtype=np.int64))
    counts = count_runs(grid, offsets((1, 1, 3)))
    assert counts.shape == (1, 1, longest)
    assert counts[0, 0, -1] == 1
    assert counts.sum() == 1


def test_a_difference_of_levels_beyond_all_levels_is_refused():
    with pytest.raises(ValidationError, match="gldm_alpha"):
        Texture(gldm_alpha=2**32)
    assert Texture(gldm_alpha=10_000).gldm_alpha == 10_000


def test_there_are_levels_for_a_16_bit_rank():
    with pytest.raises(ValidationError, match="max_gray_levels"):
        ExtractionSettings(max_gray_levels=np.iinfo(np.uint16).max)
