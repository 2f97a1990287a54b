"""Features of images filtered as in IBSI 2: what the filters see, their names, their settings files."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from radiobone.core.errors import BadSetting, ResourceLimit, RoiTooSmall
from radiobone.core.settings import parse_yaml
from radiobone.core.volume import Volume
from radiobone.features.definitions import measure
from radiobone.features.engine import extract_features, prepare
from radiobone.features.names import expected_names
from radiobone.features.presets import load_settings
from radiobone.features.settings import ExtractionSettings, FamilyChoice
from radiobone.features.source import Source
from radiobone.imaging.crop import Box
from radiobone.imaging.filters.gabor import Gabor
from radiobone.imaging.filters.laplacian_of_gaussian import LaplacianOfGaussian
from radiobone.imaging.filters.laws import Laws
from radiobone.imaging.filters.mean import Mean
from radiobone.imaging.filters.original import Original
from radiobone.imaging.filters.separable_wavelet import SeparableWavelet
from radiobone.imaging.filters.simoncelli import Simoncelli
from radiobone.imaging.filters.wavelet import Wavelet
from radiobone.imaging.resample import Resampling

PAGE = Path(__file__).resolve().parents[2] / "docs" / "ibsi_filters.md"
FAR = (
    Mean(support_voxels=15),
    LaplacianOfGaussian(sigma_mm=(1.0, 2.5)),
    Laws(kernels=("L5E5S5",), rotation_invariance="max", energy_distance=7),
    Gabor(sigma_mm=2.5, wavelength_mm=4.0, theta_step_deg=45.0, rotation_invariance="average"),
    SeparableWavelet(wavelet="db3", level=2, bands=("LLH",), rotation_invariance="average"),
    SeparableWavelet(wavelet="coif1", bands=("HHL",), boundary="periodic"),
    Simoncelli(level=(1, 2)),
)


@pytest.fixture
def image() -> Volume:
    noise = np.random.default_rng(3).normal(300, 80, (22, 50, 52))
    return Volume(noise, spacing_mm=(2.0, 0.9, 0.9), origin_mm=(-20.0, 7.0, 100.0))


@pytest.fixture
def mask(image) -> Volume:
    inside = np.zeros(image.shape, dtype=np.uint8)
    inside[8:13, 20:31, 22:33] = 1
    inside[0:4, 28:31, 22:33] = 1  # to the border
    return image.with_array(inside)


def measured(image, mask, **steps) -> dict[str, float]:
    families = (FamilyChoice(name="firstorder"), FamilyChoice(name="glcm"))
    return extract_features(image, mask, ExtractionSettings(families=families, **steps))


@pytest.mark.parametrize("entry", FAR, ids=lambda entry: entry.names(None)[0])
def test_filters_see_as_far_as_they_look_whatever_is_cut(image, mask, entry):
    whole = measured(image, mask, images=(entry,))
    cut = measured(image, mask, images=(entry,), crop_margin_voxels=1)
    assert cut == pytest.approx(whole, rel=1e-9)
    near, far = (
        measured(image, mask, images=(entry,), resampling=Resampling(margin_voxels=margin))
        for margin in (2, 200)
    )
    assert near == pytest.approx(far, rel=1e-6)


def test_filters_of_pyradiomics_see_what_they_saw(image, mask):
    plain = (Original(), Wavelet())
    alone = measured(image, mask, images=plain, resampling=Resampling())
    beside = measured(image, mask, images=(*plain, *FAR), resampling=Resampling())
    assert {name: beside[name] for name in alone} == alone


@pytest.mark.parametrize("plane", [None, 0, 1])
def test_a_box_beyond_the_region_is_seen_as_well(image, mask, plane):
    settings = ExtractionSettings(images=FAR[:1], crop_margin_voxels=3, plane=plane)
    prepared = prepare(image, mask, settings)
    larger = prepared.box.grown(2, prepared.image.shape)
    seen, box = prepared.seen_by(FAR[0], larger)
    ((_, found),) = FAR[0].images(seen, plane, box)
    place = Box((0, 18, 20), (14, 32, 34))  # in the whole image
    ((_, due),) = FAR[0].images(image, plane, place)
    assert found == pytest.approx(due, abs=1e-9)


def test_the_settings_of_the_page_are_read_and_give_the_names_it_tells(image, mask):
    page = PAGE.read_text(encoding="utf-8")
    example = re.search(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert example
    settings = load_settings(parse_yaml(example[1]))
    found = extract_features(image, mask, settings)
    assert tuple(found) == expected_names(settings)
    (told,) = re.findall(r"`(laws-\S+_firstorder_\S+)`", page)
    assert told in found


def test_one_kind_may_stand_several_times_with_other_settings():
    ExtractionSettings(images=(Laws(kernels=("L5S5E5",)), Laws(kernels=("L5S5E5",), energy_distance=7)))
    with pytest.raises(ValueError, match="laws-L5S5E5-mirror-3D' twice"):
        ExtractionSettings(images=(Laws(kernels=("L5S5E5",)), Laws(kernels=("E5E5E5", "L5S5E5"))))


def test_settings_that_do_not_fit_the_dimensions_are_refused_when_read():
    with pytest.raises(BadSetting, match=r"L5S5 has 2 parts.*plane: 0"):
        load_settings({"images": [{"kind": "Laws", "kernels": ["L5S5"]}]})
    with pytest.raises(BadSetting, match="LHL has 3 parts"):
        load_settings({"images": [{"kind": "SeparableWavelet", "bands": ["LHL"]}], "plane": 0})
    with pytest.raises(BadSetting, match="L5S6"):
        load_settings({"images": [{"kind": "Laws", "kernels": ["L5S6E5"]}]})


def test_a_filter_too_large_for_the_image_is_refused_before_the_image_is_resampled(image, mask, monkeypatch):
    entry = LaplacianOfGaussian(sigma_mm=(30.0,))
    made = []
    monkeypatch.setattr(Source, "wide", lambda *given: made.append(given))
    with pytest.raises(RoiTooSmall, match="44 voxels along z, and LaplacianOfGaussian looks 120"):
        measured(image, mask, images=(entry,), resampling=Resampling())
    assert not made


@pytest.mark.parametrize("settings", [
    {"images": [{"kind": "Simoncelli"}], "resampling": {"spacing_xyz_mm": [0.05, 0.05, 0.05]}},
    {"images": [{"kind": "Mean", "support_voxels": 3, "boundary": "periodic"}],
     "resampling": {"spacing_xyz_mm": [0.05, 0.05, 0.05]}},
    {"images": [{"kind": "Simoncelli"}], "definitions": "ibsi",
     "interpolation": {"spacing_xyz_mm": [0.05, 0.05, 0.05]}},
], ids=["Simoncelli", "periodic", "ibsi"])  # fmt: skip
def test_a_whole_image_that_takes_too_much_memory_is_refused(image, mask, settings):
    inside = np.zeros(image.shape, dtype=np.uint8)
    inside[10:12, 20:22, 20:22] = 1
    with pytest.raises(ResourceLimit, match=r"sees the whole image, which has 7\.4e"):
        measure(image, image.with_array(inside), load_settings(settings))
