"""One image, however it is given: the same numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

import radiobone as rb
from radiobone.core.errors import (
    BadSetting,
    DimensionMismatch,
    EmptyMask,
    GeometryMismatch,
    LabelNotFound,
    VectorImage,
)
from small_cohort import QUICK, bone, two_labels, write_image


def pair(tmp_path: Path) -> tuple[Path, Path]:
    image, mask = tmp_path / "image.nii.gz", tmp_path / "mask.nii.gz"
    write_image(image, bone(1))
    write_image(mask, two_labels())
    return image, mask


def test_paths_images_and_arrays_agree(tmp_path: Path) -> None:
    image, mask = pair(tmp_path)
    from_paths = rb.extract_features(image, mask, QUICK, label=1)
    from_itk = rb.extract_features(sitk.ReadImage(str(image)), sitk.ReadImage(str(mask)), QUICK, label=1)
    from_arrays = rb.extract_features(bone(1), two_labels(), QUICK, label=1, spacing_mm=(2, 1, 1))
    assert len(from_paths) == 107
    assert from_paths == pytest.approx(from_itk, rel=1e-12)
    assert from_paths == pytest.approx(from_arrays, rel=1e-6)  # files keep spacing as float32


def test_several_labels_give_a_table(tmp_path: Path) -> None:
    image, mask = pair(tmp_path)
    table = rb.extract_features(image, mask, QUICK, label=[1, 2])
    assert list(table.index) == [1, 2]
    assert dict(table.loc[2]) == pytest.approx(rb.extract_features(image, mask, QUICK, label=2))


@pytest.mark.parametrize(
    ("mask", "label", "error"),
    [
        (two_labels(), 7, LabelNotFound),
        (two_labels(), None, LabelNotFound),
        (two_labels(), "vertebrae_L1", LabelNotFound),
        (np.zeros_like(two_labels()), 1, EmptyMask),
        (two_labels()[:-1], 1, GeometryMismatch),
    ],
)
def test_faults_are_named(mask: np.ndarray, label: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        rb.extract_features(bone(1), mask, QUICK, label=label, spacing_mm=(2, 1, 1))


def test_an_array_needs_its_spacing_and_three_axes() -> None:
    with pytest.raises(BadSetting, match="spacing_mm"):
        rb.extract_features(bone(1), two_labels(), QUICK)
    with pytest.raises(DimensionMismatch):
        rb.extract_features(bone(1)[None], two_labels(), QUICK, spacing_mm=(2, 1, 1))


def test_one_label_needs_no_name() -> None:
    only_two = np.where(two_labels() == 2, 2, 0)
    found = rb.extract_features(bone(1), only_two, QUICK, spacing_mm=(2, 1, 1))
    assert found == rb.extract_features(bone(1), two_labels(), QUICK, label=2, spacing_mm=(2, 1, 1))


def test_a_mask_of_0_and_255_needs_no_label(tmp_path: Path) -> None:
    white = np.where(two_labels() == 2, 255, 0).astype(np.uint8)
    write_image(tmp_path / "image.nii.gz", bone(1))
    write_image(tmp_path / "mask.nii.gz", white)
    found = rb.extract_features(tmp_path / "image.nii.gz", tmp_path / "mask.nii.gz", QUICK)
    assert found["original_shape_VoxelVolume"] == pytest.approx(2 * (two_labels() == 2).sum())


@pytest.mark.parametrize("as_file", [True, False])
def test_of_several_labels_none_is_guessed_and_python_is_advised(tmp_path: Path, as_file: bool) -> None:
    image, mask = pair(tmp_path)
    with pytest.raises(LabelNotFound, match=r"1.*2.*`label=`") as caught:
        rb.extract_features(image, mask if as_file else sitk.ReadImage(str(mask)), QUICK)
    assert "in the manifest." not in str(caught.value)


def test_flat_and_coloured_itk_images() -> None:
    flat, mask = (sitk.GetImageFromArray(array[5]) for array in (bone(1), two_labels()))
    settings = {
        "imageType": {"Original": {}},
        "featureClass": {"firstorder": None},
        "setting": {"force2D": True},
    }
    found = rb.extract_features(flat, mask, settings)
    assert found["original_firstorder_Mean"] == pytest.approx(bone(1)[5][two_labels()[5] == 1].mean())
    coloured = sitk.GetImageFromArray(np.zeros((4, 5, 6, 3)), isVector=True)
    with pytest.raises(VectorImage):
        rb.extract_features(coloured, mask, settings)
