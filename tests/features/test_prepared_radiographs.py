"""Denoising, contrast and segmentation as settings: each changes the data as it says, against other programs and closed forms."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import SimpleITK as sitk
from hypothesis import given
from hypothesis import settings as drawn
from hypothesis import strategies as st
from PIL import Image

import radiobone as rb
from radiobone.core.errors import BadSetting, DimensionMismatch, RoiTooSmall
from radiobone.core.volume import Volume
from radiobone.features.by_pyradiomics import parameters_of
from radiobone.features.definitions import measure
from radiobone.features.perturbed import Perturbable
from radiobone.features.presets import load_settings
from radiobone.imaging.contrast import Clahe, equalise
from radiobone.imaging.denoise import denoise
from radiobone.imaging.segment import FuzzyCMeansPart, KMeansPart, OtsuThreshold, otsu_threshold, segment
from radiobone.report.extraction_words import intensity_words
from radiobone.workflow.catalogue import setting_lines

MEAN = [{"name": "firstorder", "features": ["Mean", "Variance"]}]
FLAT = {"plane": 0, "discretisation": {"kind": "bin_count", "n_bins": 16}, "families": MEAN}
TWO_PARTS = [{"kind": "otsu"}, {"kind": "kmeans"}, {"kind": "fcm"}]


def radiograph(array, mask=None):
    inside = np.ones(array.shape, dtype=np.uint8) if mask is None else mask.astype(np.uint8)
    return tuple(Volume(one[np.newaxis], (1.0, 0.2, 0.2), is_2d=True) for one in (array, inside))


def measured(array, mask=None, **steps):
    return measure(*radiograph(array, mask), load_settings({**FLAT, **steps}))


@pytest.fixture(scope="module")
def pores():
    """Return pores of about 60 in bone of about 160, and which is which."""
    rng = np.random.default_rng(3)
    bone = rng.random((48, 48)) < 0.65
    return np.where(bone, 160.0, 60.0) + 4 * rng.normal(size=bone.shape), bone


@given(st.lists(st.integers(0, 255), min_size=4, max_size=200).filter(lambda values: len(set(values)) > 1))
@drawn(deadline=None)
def test_otsu_parts_bytes_as_itk_does_or_as_well(values):
    pixels = np.array(values, dtype=np.uint8)
    spread = int(np.ptp(pixels)) + 1
    itk = sitk.OtsuThresholdImageFilter()
    itk.SetNumberOfHistogramBins(spread)
    itk.SetInsideValue(0)
    itk.SetOutsideValue(1)
    found = sitk.GetArrayFromImage(itk.Execute(sitk.GetImageFromArray(pixels[None]))).ravel() == 1
    ours = pixels >= otsu_threshold(pixels, spread)

    def within(bright):
        parts = [pixels[bright].astype(float), pixels[~bright].astype(float)]
        return sum(part.var() * part.size for part in parts if part.size)

    assert within(ours) <= within(found) + 1e-9 * max(1.0, within(found))


@given(st.lists(st.integers(0, 60), min_size=3, max_size=80).filter(lambda values: len(set(values)) > 1))
@drawn(deadline=None)
def test_otsu_with_a_bin_for_each_level_is_the_best_division_of_all(values):
    levels = np.array(values, dtype=float)
    n_bins = int(np.ptp(levels)) + 1
    bright = levels >= otsu_threshold(levels, n_bins)
    costs = [
        levels[levels < cut].var() * (levels < cut).sum()
        + levels[levels >= cut].var() * (levels >= cut).sum()
        for cut in np.unique(levels)[1:]
    ]
    cost = levels[bright].var() * bright.sum() + levels[~bright].var() * (~bright).sum()
    assert cost == pytest.approx(min(costs), abs=1e-6)  # each level is alone in its bin


@pytest.mark.parametrize("kind", TWO_PARTS, ids=lambda one: one["kind"])
def test_segmentation_measures_the_bone_alone(pores, kind):
    image, bone = pores
    found = measured(image, segmentation=kind)
    assert found["original_firstorder_Mean"] == pytest.approx(image[bone].mean(), rel=1e-12)
    dark = measured(image, segmentation={**kind, "part": "dark"})
    assert dark["original_firstorder_Mean"] == pytest.approx(image[~bone].mean(), rel=1e-12)
    assert measured(image)["original_firstorder_Mean"] == pytest.approx(image.mean(), rel=1e-12)


def test_segmentation_sees_the_region_alone_and_works_in_volumes(pores):
    image, bone = pores
    mask = np.zeros(image.shape, dtype=bool)
    mask[8:40, 10:38] = True
    bright = np.where(mask, image, 4000.0)
    found = measured(bright, mask, segmentation={"kind": "otsu"})
    assert found["original_firstorder_Mean"] == pytest.approx(image[mask & bone].mean(), rel=1e-12)
    volume, whole = (np.repeat(one[None], 3, axis=0) for one in (image, np.ones_like(bone)))
    kept = segment(volume, whole, OtsuThreshold())
    assert np.array_equal(kept, np.repeat(bone[None], 3, axis=0))


def test_three_clusters_keep_the_brightest():
    array = np.repeat([[10.0, 50.0, 90.0]], 6, axis=0).repeat(4, axis=1)
    for kind in (KMeansPart(n_clusters=3), FuzzyCMeansPart(n_clusters=3)):
        kept = segment(array[None], np.ones((1, *array.shape), bool), kind)[0]
        assert np.array_equal(kept, array == 90)


def test_the_shape_stays_that_of_the_mask_and_texture_is_of_the_bone(pores):
    image, bone = pores
    families = [
        {"name": "shape2D", "features": ["PixelSurface"]},
        {"name": "firstorder", "features": ["Energy"]},
    ]
    found = measured(image, families=families, segmentation={"kind": "otsu"})
    assert found["original_shape2D_PixelSurface"] == pytest.approx(image.size * 0.04)
    assert found["original_firstorder_Energy"] == pytest.approx(np.square(image[bone]).sum())


@pytest.mark.parametrize("kind", TWO_PARTS, ids=lambda one: one["kind"])
def test_a_region_without_parts_is_refused(kind):
    with pytest.raises(RoiTooSmall, match="bone cannot be told from the rest"):
        measured(np.full((8, 8), 7.0), segmentation=kind)
    speck = np.zeros((8, 8))
    speck[4, 4] = 9.0
    with pytest.raises(RoiTooSmall, match="keeps 1 of the region's 64 voxels"):
        measured(speck, segmentation=kind)


def test_denoising_and_contrast_are_those_of_the_whole_image_in_this_order():
    rng = np.random.default_rng(1)
    clean = np.kron(rng.integers(0, 3, (6, 6)) * 60.0, np.ones((10, 10)))
    noisy = clean + 8 * rng.normal(size=clean.shape)
    mask = np.zeros(clean.shape, dtype=bool)
    mask[20:44, 18:50] = True
    steps = {"denoising": {}, "contrast": {"n_tiles": 4}}
    once = measured(noisy, mask, **steps)
    by_hand = equalise(denoise(noisy), Clahe(n_tiles=4))[mask]
    assert once["original_firstorder_Mean"] == pytest.approx(by_hand.mean(), rel=1e-12)
    assert once["original_firstorder_Variance"] == pytest.approx(by_hand.var(), rel=1e-9)
    square = np.zeros(clean.shape, dtype=bool)
    square[21:29, 21:29] = True
    assert measured(noisy, square, denoising={})["original_firstorder_Variance"] < 0.2 * noisy[square].var()
    other_way = denoise(equalise(noisy, Clahe(n_tiles=4)))[mask]
    assert abs(other_way.var() - by_hand.var()) > 1e-3


def test_a_single_slice_of_a_sagittal_plane_is_prepared_like_a_radiograph(pores):
    image, _ = pores
    flat = measured(image, denoising={}, contrast={}, segmentation={"kind": "fcm"})
    volume = Volume(image[:, :, np.newaxis], (1.0, 1.0, 1.0))
    steps = {**FLAT, "plane": 2, "denoising": {}, "contrast": {}, "segmentation": {"kind": "fcm"}}
    slice_ = measure(volume, volume.with_array(np.ones(volume.shape, np.uint8)), load_settings(steps))
    assert slice_ == pytest.approx(flat, rel=1e-12)


@pytest.mark.parametrize("step", ["denoising", "contrast"])
def test_volumes_are_refused_by_name(step):
    volume = Volume(np.random.default_rng(0).normal(size=(4, 16, 16)), (1.0, 1.0, 1.0))
    settings = load_settings({**FLAT, step: {}})
    with pytest.raises(DimensionMismatch, match=rf"`{step}` looks at one image.*\(4, 16, 16\)"):
        measure(volume, volume.with_array(np.ones(volume.shape, np.uint8)), settings)


@pytest.mark.parametrize("step", [{"denoising": {}}, {"contrast": {}}, {"segmentation": {"kind": "otsu"}}])
def test_pyradiomics_is_not_asked_for_what_it_does_not_have(step):
    with pytest.raises(BadSetting, match=f"pyradiomics cannot do what `{next(iter(step))}` asks for"):
        parameters_of(load_settings({**FLAT, **step, "engine": "pyradiomics"}))


def test_wide_bins_after_contrast_are_refused():
    with pytest.raises(BadSetting, match="all lie in one bin of width 25"):
        load_settings({"plane": 0, "contrast": {}})
    with pytest.raises(BadSetting, match="segmentation"):
        load_settings({"segmentation": {"kind": "otsus"}})


def test_repeats_are_of_the_image_once_prepared(pores):
    image, _ = pores
    settings = load_settings({**FLAT, "denoising": {}, "contrast": {}, "segmentation": {"kind": "otsu"}})
    ready = Perturbable.of(*radiograph(image), settings)
    assert (ready.settings.denoising, ready.settings.contrast) == (None, None)
    again = ready.features(ready.subject.image, ready.subject.mask)
    assert again == pytest.approx(measure(*radiograph(image), settings), rel=1e-12)


def test_extraction_keeps_the_steps_in_provenance_and_in_its_keys(tmp_path, pores):
    image, bone = pores
    Image.fromarray(image.round().astype(np.uint8)).save(tmp_path / "knee.png")
    Image.fromarray(np.ones(image.shape, np.uint8)).save(tmp_path / "mask.png")
    manifest = tmp_path / "manifest.csv"
    pd.DataFrame([["P1", "knee.png", "mask.png"]], columns=["patient_id", "image", "mask"]).to_csv(
        manifest, index=False
    )

    def extracted(**steps):
        found = rb.extract(
            manifest, output=tmp_path / "out", settings={**FLAT, **steps}, modality="xr", show_progress=False
        )
        keys = {path.name for path in (tmp_path / "out" / "cache").rglob("*") if path.is_file()}
        return found.table["original_firstorder_Mean"][0], found.provenance["settings"], keys

    plain, _, key = extracted()
    parted, recorded, other = extracted(segmentation={"kind": "kmeans"})
    assert not key & other
    assert plain == pytest.approx(image.round().mean(), abs=1e-9)
    assert parted == pytest.approx(image.round()[bone].mean(), abs=1e-9)
    assert json.loads(json.dumps(recorded["segmentation"])) == {
        "kind": "kmeans",
        "n_clusters": 2,
        "part": "bright",
    }
    assert extracted(denoising={"noise_sd": 4.0}, contrast={})[1]["denoising"]["noise_sd"] == 4.0


def test_the_words_for_reports_name_every_step():
    settings = load_settings({**FLAT, "denoising": {}, "contrast": {}, "segmentation": {"kind": "fcm"}})
    assert intensity_words(settings.model_dump(mode="json")) == [
        "denoising by non-local means", "contrast-limited adaptive histogram equalisation",
        "fuzzy C-means segmentation (the bright part of the region was measured)",
    ]  # fmt: skip
    listed = "\n".join(setting_lines())
    for name in ("denoising", "contrast", "otsu", "kmeans", "fcm"):
        assert f"  {name} " in listed
