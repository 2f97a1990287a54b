"""A volume cannot be changed, and keeps its grid."""

from __future__ import annotations

import numpy as np
import pytest

from radiobone.core.volume import Volume


def test_the_array_is_read_only_and_the_callers_is_not() -> None:
    mine = np.zeros((2, 3, 4))
    volume = Volume(mine)
    with pytest.raises(ValueError, match="read-only"):
        volume.array[0, 0, 0] = 1
    mine[0, 0, 0] = 1


def test_axes_and_size() -> None:
    volume = Volume(np.zeros((2, 3, 4)), spacing_mm=(3.0, 0.5, 0.5))
    assert volume.shape == (2, 3, 4)
    assert volume.voxel_volume_mm3 == pytest.approx(0.75)
    with pytest.raises(ValueError, match="three axes"):
        Volume(np.zeros((3, 4)))
    with pytest.raises(ValueError, match="not the grid's"):
        volume.with_array(np.zeros((1, 3, 4)))


def test_mask_of_one_label() -> None:
    labels = Volume(np.arange(8).reshape(2, 2, 2), spacing_mm=(2.0, 1.0, 1.0))
    region = labels.mask_of(5)
    assert region.array.sum() == 1
    assert region.array[1, 0, 1] == 1
    assert region.spacing_mm == labels.spacing_mm
