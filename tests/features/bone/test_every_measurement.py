"""What every measurement of bone promises: its numbers, its defaults as told, its range of voxel sizes, a refusal."""

from __future__ import annotations

import re
import warnings

import numpy as np
import pytest

from radiobone.core.errors import MaskError, VoxelTooLarge
from radiobone.core.volume import Triple, Volume
from radiobone.core.warnings import CoarseVoxels
from radiobone.features.bone import psoas
from radiobone.features.bone.base import BoneRegion, VoxelRange
from radiobone.features.bone.registry import MEASUREMENTS

NEVER_TOO_SMALL = ("volume", "metal")
RANGES = {**{name: one.voxels for name, one in MEASUREMENTS.items()}, "psoas": psoas.VOXELS}


def block(shape: tuple[int, int, int], spacing_mm: Triple, inside: int | None = None) -> BoneRegion:
    """Make noise about trabecular bone; all of it inside, or the first voxels of each axis in the middle."""
    image = Volume(np.random.default_rng(0).normal(200, 80, shape), spacing_mm)
    mask = np.zeros(shape, dtype=np.uint8)
    cut = slice(None) if inside is None else slice(3, 3 + inside)
    mask[cut, cut, cut] = 1
    return BoneRegion.of(image, image.with_array(mask))


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("name", RANGES)
def test_the_longest_edge_of_a_voxel_decides(name: str, axis: int) -> None:
    voxels: VoxelRange = RANGES[name]

    def edges(longest_mm: float) -> Triple:
        z, y, x = (longest_mm if one == axis else longest_mm / 2 for one in range(3))
        return z, y, x

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        voxels.check(edges(voxels.warned_above_mm), name)
    for longest_mm in (1.02 * voxels.warned_above_mm, voxels.refused_above_mm):
        with pytest.warns(CoarseVoxels, match=f"^{name}: a voxel is"):
            voxels.check(edges(longest_mm), name)
    with pytest.raises(VoxelTooLarge, match=f"^{name} is refused.*resampling brings nothing back"):
        voxels.check(edges(1.02 * voxels.refused_above_mm), name)


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_voxels_are_looked_at_before_anything_is_measured(name: str) -> None:
    one = MEASUREMENTS[name]
    with pytest.raises(VoxelTooLarge):
        one.measure(block((4, 4, 4), (1.1 * one.voxels.refused_above_mm,) * 3))


@pytest.mark.parametrize("name", [name for name in MEASUREMENTS if name not in NEVER_TOO_SMALL])
def test_a_speck_is_refused(name: str) -> None:
    with pytest.raises(MaskError):
        MEASUREMENTS[name].measure(block((9, 9, 9), (0.3, 0.3, 0.3), inside=2))


@pytest.mark.parametrize("name", [name for name, one in MEASUREMENTS.items() if name != "cortical_thickness"])
def test_what_is_given_is_what_is_told(name: str) -> None:
    """All numbers of its units and no other, finite; noise has no cortex, which is refused by that measurement alone."""
    found = MEASUREMENTS[name].measure(block((64, 64, 64), (0.3, 0.3, 0.3), inside=56))
    assert list(found) == list(MEASUREMENTS[name].units)
    assert np.isfinite(list(found.values())).all()


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_defaults_in_the_definition_are_those_of_the_settings(name: str) -> None:
    one = MEASUREMENTS[name]
    told = {float(number) for number in re.findall(r"default (\d+(?:\.\d+)?)", one.definition)}
    assert told <= {float(value) for value in one.settings.model_dump().values()}
