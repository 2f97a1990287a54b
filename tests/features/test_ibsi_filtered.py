"""Features of filtered images by IBSI's definitions (chapter 2)."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from radiobone.core.errors import BadSetting
from radiobone.core.settings import parse_yaml
from radiobone.core.volume import Volume
from radiobone.features.definitions import names_of
from radiobone.features.ibsi.engine import extract_ibsi_features
from radiobone.features.ibsi.settings import IbsiSettings, Resegmentation
from radiobone.features.presets import load_settings
from radiobone.imaging.centred_grid import Interpolation, interpolate_centred
from radiobone.imaging.crop import bounding_box
from radiobone.imaging.discretise import FixedBinCount
from radiobone.imaging.filters.laplacian_of_gaussian import LaplacianOfGaussian
from radiobone.imaging.filters.laws import Laws
from radiobone.imaging.filters.mean import Mean
from radiobone.imaging.filters.original import Original
from radiobone.imaging.filters.simoncelli import Simoncelli
from radiobone.imaging.ibsi_bins import FixedBinNumber
from radiobone.testing.ibsi_filter_features import FILTER_FEATURE_TESTS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "ibsi_filters.md"
LIMITS = Resegmentation(lower=-1000.0, upper=400.0)
MILLIMETRE = Interpolation(spacing_xyz_mm=(1.0, 1.0, 1.0), method="cubic")


@pytest.fixture
def image() -> Volume:
    noise = np.random.default_rng(7).normal(200, 150, (20, 40, 38)).round()
    return Volume(noise, spacing_mm=(3.0, 0.9, 0.9), origin_mm=(5.0, -9.0, 40.0))


@pytest.fixture
def mask(image) -> Volume:
    inside = np.zeros(image.shape, dtype=np.uint8)
    inside[8:12, 15:24, 14:22] = 1
    return image.with_array(inside)


@pytest.mark.parametrize("slices", [True, False], ids=["slices", "volume"])
@pytest.mark.parametrize("test", ["2", "3", "4", "5", "6", "7", "8", "9"])
def test_statistics_are_those_of_the_whole_filtered_image(image, mask, test, slices):
    settings = FILTER_FEATURE_TESTS[f"{test}.{'A' if slices else 'B'}"]
    found = extract_ibsi_features(image, mask, settings)
    if slices:
        grid, region = image, mask.array != 0
    else:
        grid, outline = interpolate_centred(image, mask, MILLIMETRE, margin_mm=None)
        region = outline.array != 0
    region = region & (grid.array >= -1000) & (grid.array <= 400)
    whole = bounding_box(np.ones(grid.shape, dtype=bool))
    ((name, response),) = settings.images[0].images(grid, 0 if slices else None, whole)
    values = response[region]
    assert found[f"{name}_stat_mean"] == pytest.approx(values.mean(), abs=1e-9)
    assert found[f"{name}_stat_var"] == pytest.approx(values.var(), rel=1e-9)
    assert found[f"{name}_stat_max"] == pytest.approx(values.max(), rel=1e-9)
    assert tuple(found) == names_of(settings)


def test_filtered_images_have_neither_shape_nor_units(image, mask):
    entry = LaplacianOfGaussian(sigma_mm=(1.5,))
    alone = extract_ibsi_features(image, mask, IbsiSettings(interpolation=MILLIMETRE, resegmentation=LIMITS))
    both = IbsiSettings(interpolation=MILLIMETRE, resegmentation=LIMITS, images=(Original(), entry))
    found = extract_ibsi_features(image, mask, both)
    assert {name: value for name, value in found.items() if name.startswith("original_")} == alone
    families = {name.split("_")[1] for name in found if name.startswith("laplacian")}
    assert families == {"stat", "ih", "cm", "rlm", "szm", "dzm", "ngt", "ngl"}
    assert tuple(found) == names_of(both)


def test_grey_levels_of_responses_are_their_own(image, mask):
    entry = Mean(support_voxels=3)
    few, many = (
        IbsiSettings(
            images=(entry,),
            families=("ih",),
            resegmentation=LIMITS,
            response_discretisation=FixedBinNumber(n_bins=n),
        )
        for n in (8, 16)
    )
    name = f"{entry.names(None)[0]}_ih_max"
    assert extract_ibsi_features(image, mask, few)[name] == 8
    assert extract_ibsi_features(image, mask, many)[name] == 16


def test_single_images_are_filtered_in_their_plane(image, mask):
    flat, region = (Volume(one.array[10:11], one.spacing_mm, is_2d=True) for one in (image, mask))
    settings = IbsiSettings(images=(Mean(support_voxels=3), Simoncelli()), families=("stat",))
    found = extract_ibsi_features(flat, region, settings)
    assert {name.split("_")[0] for name in found} == {"mean-support-3-mirror-2D", "simoncelli-level-1-2D"}
    assert tuple(found) == names_of(settings, is_2d=True)


def test_settings_that_make_no_sense_are_refused():
    with pytest.raises(BadSetting, match=r"L5S5 has 2 parts"):
        load_settings({"definitions": "ibsi", "images": [{"kind": "Laws", "kernels": ["L5S5"]}]})
    with pytest.raises(BadSetting, match="'mean-support-3-mirror-3D' is listed twice"):
        load_settings({"definitions": "ibsi", "images": [{"kind": "Mean", "support_voxels": 3}] * 2})
    with pytest.raises(ValueError, match="give response_discretisation"):
        IbsiSettings(images=(Laws(kernels=("L5L5L5",), discretisation=FixedBinCount(n_bins=8)),))
    with pytest.raises(BadSetting, match="'Wavelet'"):
        load_settings({"definitions": "ibsi", "images": [{"kind": "Wavelet"}]})


def test_the_settings_of_the_page_are_read(image, mask):
    (example,) = re.findall(r"```yaml\n(definitions: ibsi\n.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    settings = load_settings(parse_yaml(example))
    assert tuple(extract_ibsi_features(image, mask, settings)) == names_of(settings)
