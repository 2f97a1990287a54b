"""The compiled maps against each family computed on one neighbourhood after the other."""

from __future__ import annotations

from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from radiobone.features.maps.glszm import zones
from radiobone.features.maps.neighbourhoods import Window
from radiobone.features.maps.region import Batch, MapRegion, padded
from radiobone.features.maps.registry import MAP_FAMILIES
from radiobone.features.region import Texture
from radiobone.features.registry import FAMILIES, TextureFamily, feature_names
from radiobone.testing.slow_maps import slow_maps

SPACING_MM = (2.0, 0.9, 0.7)
SHIFT = 3.5
# The root of an eigenvalue or a number of bits that is 0 up to rounding.
ROOT_OF_ROUNDING = {"MCC": 1e-7, "Imc2": 2e-6}

LEVELS = st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(2, 5)).flatmap(
    lambda shape: arrays(np.int64, shape, elements=st.sampled_from([0, 1, 2, 2, 3, 7]))
)
TEXTURES = st.builds(
    Texture,
    distances=st.sampled_from([(1,), (2,), (1, 2)]),
    symmetrical_glcm=st.booleans(),
    weighting_norm=st.sampled_from([None, None, None, "euclidean", "manhattan", "infinity", "no_weighting"]),
    gldm_alpha=st.integers(0, 2),
)

WINDOWS_OF_FEW_CELLS = st.sampled_from(
    [Window(1, None), *(Window(radius, plane) for radius in (1, 2, 3) for plane in (0, 1, 2))]
)


def region_of(levels: Any, intensities: Any, radius: int, plane: int | None, texture: Texture) -> MapRegion:
    counts = levels > 0
    flat = padded(levels.shape, counts, radius, levels[counts].astype(np.uint16))
    return MapRegion(
        levels=flat,
        intensities=padded(levels.shape, counts, radius, intensities[counts]),
        intensity_levels=flat,
        centres=np.flatnonzero(flat),
        shape=tuple(size + 2 * radius for size in levels.shape),
        window=Window(radius, plane),
        spacing_mm=SPACING_MM,
        texture=texture,
        voxel_array_shift=SHIFT,
    )


def fast_maps(family: str, region: MapRegion, batch_size: int) -> dict[str, Any]:
    parts = [
        MAP_FAMILIES[family].compute(batch, frozenset(feature_names(family)))
        for _, batch in region.batches(batch_size)
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


@pytest.mark.parametrize("family", MAP_FAMILIES)
@given(
    levels=LEVELS.filter(lambda levels: (levels > 0).sum() > 1),
    radius=st.integers(1, 3),  # in one plane, zones of radius 3 just fit into 64 bits
    plane=st.sampled_from([None, None, 0, 1, 2]),
    texture=TEXTURES,
    batch_size=st.sampled_from([3, 1000]),
    seed=st.integers(0, 5),
)
@settings(max_examples=40, deadline=None)
def test_a_map_is_the_family_on_each_neighbourhood(
    family: str,
    levels: Any,
    radius: int,
    plane: int | None,
    texture: Texture,
    batch_size: int,
    seed: int,
) -> None:
    intensities = levels * 10.0 + np.random.default_rng(seed).integers(-9, 9, levels.shape) * 0.5
    region = region_of(levels, intensities, radius, plane, texture)
    with (  # maps take no part in what rounding decides
        mock.patch("radiobone.features.glcm.rounding_decides", return_value=False),
        mock.patch("radiobone.features.glcm.LITTLE_INFORMATION", -1.0),
    ):
        expected = slow_maps(
            family,
            levels,
            intensities,
            radius=radius,
            plane=plane,
            texture=texture,
            spacing_mm=SPACING_MM,
            shift=SHIFT,
        )
    found = fast_maps(family, region, batch_size)
    assert set(found) == set(expected)
    for name, values in found.items():
        if name == "Correlation" and not texture.symmetrical_glcm:
            continue  # 1 or 0 where one side has one level, as rounding will; the kept maps have this case
        atol = ROOT_OF_ROUNDING.get(name, 1e-10)
        np.testing.assert_allclose(values, expected[name], rtol=1e-9, atol=atol, err_msg=name)


def test_busyness_of_equal_products_is_decided_by_the_rounding_of_probabilities() -> None:
    levels = np.array([[[0, 3, 3], [2, 2, 2]]])  # 3 voxels of 2 and 2 voxels of 3: 0.6 * 2 and 0.4 * 3
    texture = Texture()
    region = region_of(levels, levels * 10.0, 1, None, texture)
    expected = slow_maps(
        "ngtdm",
        levels,
        levels * 10.0,
        radius=1,
        plane=None,
        texture=texture,
        spacing_mm=SPACING_MM,
        shift=SHIFT,
    )
    found = fast_maps("ngtdm", region, 10)
    assert max(expected["Busyness"]) > 1e15
    np.testing.assert_allclose(found["Busyness"], expected["Busyness"], rtol=1e-9)


def test_mcc_of_pairs_that_weights_make_rare() -> None:
    levels = np.array([[[2, 2, 1, 2]], [[0, 2, 2, 2]], [[0, 2, 2, 2]]])
    texture = Texture(distances=(2,), symmetrical_glcm=False, weighting_norm="manhattan")
    region = region_of(levels, levels * 10.0, 1, None, texture)
    with mock.patch("radiobone.features.glcm.rounding_decides", return_value=False):
        expected = slow_maps(
            "glcm",
            levels,
            levels * 10.0,
            radius=1,
            plane=None,
            texture=texture,
            spacing_mm=SPACING_MM,
            shift=SHIFT,
        )
    found = fast_maps("glcm", region, 10)
    assert np.nanmax(expected["MCC"]) > 0.1
    np.testing.assert_allclose(found["MCC"], expected["MCC"], rtol=1e-9, atol=1e-7)


@given(levels=LEVELS.filter(lambda levels: (levels > 0).any()), window=WINDOWS_OF_FEW_CELLS)
@settings(max_examples=40, deadline=None)
def test_zones_are_the_same_by_bits_and_by_pairs(levels: Any, window: Window) -> None:
    region = region_of(levels, levels * 1.0, window.radius, window.plane, Texture())
    around = Batch(region, region.centres).around
    by_bits = listed(*zones(around, window))
    with mock.patch("radiobone.features.maps.glszm.BITS", 0):
        assert listed(*zones(around, window)) == by_bits


def listed(ranks: Any, sizes: Any) -> list[list[tuple[int, int]]]:
    both = [zip(*of_voxel, strict=True) for of_voxel in zip(ranks.tolist(), sizes.tolist(), strict=True)]
    return [sorted((rank, size) for rank, size in of_voxel if size) for of_voxel in both]


def test_every_texture_family_has_maps_of_the_same_features() -> None:
    assert set(MAP_FAMILIES) == {name for name, one in FAMILIES.items() if isinstance(one, TextureFamily)}
