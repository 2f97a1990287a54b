"""Masks, grids and intensities with one thing wrong, through the interface for Python: right numbers, a warning or an error."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import radiobone as rb
from radiobone.core.errors import BadSetting, RadioboneError
from radiobone.core.volume import Volume
from radiobone.core.warnings import collected
from radiobone.imaging.mask_grid import MaskReading
from radiobone.io.masks import open_mask
from radiobone.io.write import write_volume

SPACING_MM = (2.0, 0.9, 0.8)
SHAPE = (12, 14, 16)
Z, Y, X = np.indices(SHAPE)
INSIDE = ((Z - 6) / 3) ** 2 + ((Y - 7) / 4) ** 2 + ((X - 8) / 5) ** 2 <= 1
HU = (np.where(INSIDE, 300, -60) + np.random.default_rng(8).normal(0, 25, SHAPE)).astype(np.int16)
SETTINGS = {
    "setting": {"binWidth": 25}, "imageType": {"Original": {}}, "featureClass": {"firstorder": ["Mean"], "shape": ["VoxelVolume"]},
}  # fmt: skip
TRUE = HU[INSIDE].mean()
DIRECTION = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


def measured(image: Any, mask: Any, **more: Any) -> tuple[float, set[str]]:
    """Mean of the region, and the codes of warnings."""
    given = {"settings": SETTINGS, "modality": "ct"} | more
    with collected() as told:
        found = rb.extract_features(image, mask, **given)
    return found["original_firstorder_Mean"], {one.code for one in told}


def refused(image: Any, mask: Any, **more: Any) -> str:
    with pytest.raises(RadioboneError) as caught:
        measured(image, mask, **more)
    return caught.value.code


def ct(array: npt.NDArray[Any] = HU, **more: Any) -> Volume:
    return Volume(array, **({"spacing_mm": SPACING_MM} | more))


def on_disk(tmp_path, array: npt.NDArray[Any], **more: Any) -> tuple[str, str]:
    write_volume(tmp_path / "image.nii.gz", ct())
    write_volume(tmp_path / "mask.nii.gz", ct(array, **more))
    return str(tmp_path / "image.nii.gz"), str(tmp_path / "mask.nii.gz")


MASKS: dict[str, tuple[npt.NDArray[Any], set[str]]] = {
    "float": (INSIDE.astype(np.float32), set()),
    "of 255": (INSIDE.astype(np.uint8) * 255, set()),
    "of a large value": (INSIDE.astype(np.uint32) * 4_000_000_000, set()),
    "nearly whole": (INSIDE * 0.999999, {"MaskRounded"}),
    "with noise": (INSIDE + np.random.default_rng(1).normal(0, 1e-9, SHAPE), {"MaskRounded"}),
    "NaN outside": (np.where(INSIDE, 1, np.nan), {"MaskRounded"}),
    "negative outside": (np.where(INSIDE, 1, -1).astype(np.int16), set()),
}  # fmt: skip


@pytest.mark.parametrize("name", MASKS)
def test_masks_that_mean_one_thing(tmp_path, name):
    array, due = MASKS[name]
    mean, codes = measured(*on_disk(tmp_path, array))
    assert mean == pytest.approx(TRUE, rel=1e-9)
    assert codes == due


REFUSED_MASKS: dict[str, tuple[npt.NDArray[Any], str]] = {
    "half": (INSIDE * 0.5, "ProbabilisticMask"),
    "probabilities": (np.random.default_rng(2).random(SHAPE), "ProbabilisticMask"),
    "infinite": (np.where(INSIDE, np.inf, 0), "EmptyMask"),
    "beyond any integer": (np.where(INSIDE, 1e30, 0), "ProbabilisticMask"),
    "beyond signed integers": (INSIDE.astype(np.uint64) * np.uint64(1 << 63), "MaskLooksLikeImage"),
    "negative": (-INSIDE.astype(np.int16), "EmptyMask"),
    "two grey levels": (np.where(INSIDE, 255, 254).astype(np.uint8), "LabelNotFound"),
    "the image itself": (HU, "MaskLooksLikeImage"),
    "empty": (np.zeros(SHAPE, dtype=np.uint8), "EmptyMask"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED_MASKS)
def test_masks_that_mean_nothing_are_refused(tmp_path, name):
    array, code = REFUSED_MASKS[name]
    assert refused(*on_disk(tmp_path, array)) == code


@pytest.mark.parametrize(
    ("label", "code"), [(1.5, "BadSetting"), (float("nan"), "BadSetting"), (2, "LabelNotFound"), (2**70, "LabelNotFound"), (0, "LabelNotFound")]
)  # fmt: skip
def test_labels_that_are_not_there(tmp_path, label, code):
    image, mask = on_disk(tmp_path, INSIDE.astype(np.uint8))
    assert refused(image, mask, label=label) == code
    if code == "BadSetting":
        assert refused(ct(), ct(INSIDE), label=label) == code


@pytest.mark.parametrize("label", [1, 1.0, "1", " 1", "1.0", np.int64(1), np.float64(1), "label_1", None])
def test_labels_however_they_are_written(tmp_path, label):
    assert measured(*on_disk(tmp_path, INSIDE.astype(np.uint8)), label=label)[0] == pytest.approx(TRUE)


TURNS = {
    (0,): {"origin_mm": (0.0, 0.0, 22.0), "direction": (1, 0, 0, 0, 1, 0, 0, 0, -1)},
    (1,): {"origin_mm": (0.0, 0.9 * 13, 0.0), "direction": (1, 0, 0, 0, -1, 0, 0, 0, 1)},
    (1, 2): {"origin_mm": (0.8 * 15, 0.9 * 13, 0.0), "direction": (-1, 0, 0, 0, -1, 0, 0, 0, 1)},
}  # fmt: skip


@pytest.mark.parametrize("axes", TURNS)
def test_a_mask_stored_in_another_sense_lies_where_it_lies(tmp_path, axes):
    turned = TURNS[axes]
    assert measured(*on_disk(tmp_path, np.flip(INSIDE, axes).astype(np.uint8), **turned))[0] == pytest.approx(
        TRUE
    )
    sign_alone = {"direction": turned["direction"]}
    assert refused(*on_disk(tmp_path, INSIDE.astype(np.uint8), **sign_alone)) == "GeometryMismatch"


@pytest.mark.parametrize(
    ("shift_voxels", "due"), [(1e-6, set()), (1e-3, {"GeometrySnapped"}), (0.04, {"GeometrySnapped"}), (0.5, None), (1, None), (10, None)]
)  # fmt: skip
def test_a_shifted_mask(tmp_path, shift_voxels, due):
    files = on_disk(tmp_path, INSIDE.astype(np.uint8), origin_mm=(0.8 * shift_voxels, 0.0, 0.0))
    if due is None:
        assert refused(*files) == "GeometryMismatch"
    else:
        mean, codes = measured(*files)
        assert (mean, codes) == (pytest.approx(TRUE), due)


def test_a_mask_on_its_own_grid_is_brought_to_a_ct_where_the_settings_allow_it(tmp_path):
    """The check of Hounsfield units looks at the region where it lies in the image."""
    smaller = INSIDE[2:].astype(np.uint8)
    image, mask = on_disk(tmp_path, smaller, origin_mm=(0.0, 0.0, 4.0))
    asked = SETTINGS | {"setting": {"binWidth": 25, "correctMask": True}}
    mean, codes = measured(image, mask, settings=asked)
    assert mean == pytest.approx(TRUE)
    assert codes == {"MaskResampled"}
    assert open_mask(tmp_path / "mask.nii.gz", ct(), MaskReading(correct_grid=True))


def test_the_interface_for_python_tells_of_the_region_what_the_command_tells():
    whole = np.ones(SHAPE, dtype=np.uint8)
    assert "RoiTouchesBorder" in measured(ct(), ct(whole))[1]
    stray = INSIDE.copy()
    stray[1, 1, 1] = True
    assert measured(ct(), ct(stray))[1] == {"DisconnectedRoi"}


def one_voxel(value: float, *, inside: bool = True) -> npt.NDArray[np.float64]:
    array = HU.astype(float)
    array[(6, 7, 8) if inside else (0, 0, 0)] = value
    return array


@pytest.mark.parametrize(
    ("value", "code"),
    [(np.nan, "NonFiniteIntensity"), (np.inf, "NonFiniteIntensity"), (-np.inf, "NonFiniteIntensity"), (1e300, "ImplausibleIntensity"),
     (1e30, "TooManyGrayLevels"), (-32768, "ImplausibleIntensity"), (-3024, "ImplausibleIntensity")],
)  # fmt: skip
def test_one_voxel_of_the_region(value, code):
    texture = SETTINGS | {"featureClass": {"firstorder": ["Entropy"]}}
    assert refused(ct(one_voxel(value)), ct(INSIDE), settings=texture) == code


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300, -32768, -3024, 32767])
def test_one_voxel_outside(value):
    mean, codes = measured(ct(one_voxel(value, inside=False)), ct(INSIDE))
    assert mean == pytest.approx(TRUE)
    assert codes == ({"NonFiniteIntensity"} if not abs(value) < 1e30 else set())


@pytest.mark.parametrize(
    ("change", "due"),
    [
        (lambda hu: hu, set()), (lambda hu: hu + 1024, {"NotHounsfield"}), (lambda hu: (hu - hu.min()) / np.ptp(hu), {"NotHounsfield"}),
        (lambda hu: hu / 1000, {"NotHounsfield"}), (lambda hu: (hu - hu.mean()) / hu.std(), {"NotHounsfield"}),
        (lambda hu: np.minimum(hu, 310), {"SaturatedIntensity"}), (lambda hu: np.minimum(12 * hu, 3071), {"SaturatedIntensity", "ImplausibleRoiIntensity"}),
        (lambda hu: 10 * hu, {"ImplausibleRoiIntensity"}), (lambda hu: np.where(X < 2, -10_000 - 20 * Y, 10 * hu), {"ImplausibleRoiIntensity", "NotHounsfield"}),
        (lambda hu: np.where(X == 0, -3024, np.where(X < 3, -2000 - 10 * Y, hu)), set()), (lambda hu: np.where(X < 10, hu, 29_000 + hu), set()),
    ],
    ids=["as it is", "plus 1024", "0 to 1", "thousandths", "standard scores", "windowed", "12 bits", "ten times", "ten times with air", "padded and resampled", "with metal"],
)  # fmt: skip
def test_scales_of_a_ct(change, due):
    array = change(HU.astype(float))
    mean, codes = measured(ct(array), ct(INSIDE))
    assert mean == pytest.approx(array[INSIDE].mean())
    assert codes == due


def test_bone_is_brighter_in_scanners_of_fine_voxels():
    """Those have tubes of low voltage: half of a region beyond 2500 HU is told in a clinical scanner alone."""
    fine = {"spacing_mm": (0.061, 0.061, 0.061)}
    assert measured(ct(10 * HU, **fine), ct(INSIDE, **fine))[1] <= {"ImplausibleSpacing"}


@pytest.mark.parametrize(
    "array",
    [HU.astype(str), HU.astype("datetime64[s]"), HU.astype(object), HU.astype(complex), None, 5],
    ids=lambda one: str(getattr(one, "dtype", one)),
)
def test_what_is_no_array_of_numbers_is_named(array):
    assert refused(array, INSIDE, spacing_mm=SPACING_MM) in {"UnreadableImage", "DimensionMismatch"}


def test_a_masked_array_is_not_measured_as_if_it_were_whole():
    with pytest.raises(BadSetting, match="masks some"):
        measured(np.ma.masked_array(HU, mask=INSIDE), INSIDE, spacing_mm=SPACING_MM)
    assert measured(np.ma.masked_array(HU, mask=False), INSIDE, spacing_mm=SPACING_MM)[0] == pytest.approx(
        TRUE
    )


def test_an_empty_name_is_not_the_folder_of_the_user():
    assert refused("", ct(INSIDE)) == "FileMissing"
    assert refused(ct(), "") == "FileMissing"


@pytest.mark.parametrize(
    ("padding", "due"), [(-1024.0, {"ImplausibleRoiIntensity"}), (-2000.0, set()), (None, set())]
)
def test_the_mark_of_what_was_not_scanned(padding, due):
    assert measured(ct(one_voxel(-1024), padding=padding), ct(INSIDE))[1] == due
