from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from itertools import permutations, product
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk

from radiobone.core.errors import (
    EmptyMask,
    FileMissing,
    GeometryMismatch,
    LabelNotFound,
    MaskLooksLikeImage,
    ProbabilisticMask,
    UnreadableImage,
    VectorMask,
)
from radiobone.core.validation import index_to_world
from radiobone.core.volume import Volume
from radiobone.core.warnings import GeometrySnapped, MaskRounded, RoiNameAssumed, StructureNamesAssumed
from radiobone.imaging.mask_grid import MaskReading
from radiobone.io.grid import onto_grid
from radiobone.io.masks import open_mask
from radiobone.io.structures import by_name
from radiobone.io.totalsegmentator_classes import TOTAL_CLASSES
from radiobone.io.write import write_volume

Save = Callable[..., Path]


@pytest.fixture
def labels(ct_volume: Volume) -> np.ndarray:
    array = np.zeros(ct_volume.shape, dtype=np.uint8)
    array[1:3, 2:5, 1:4], array[4, 6:8, 5] = 20, 31
    return array


def turned(volume: Volume, order: tuple[int, ...], flips: tuple[bool, ...]) -> Volume:
    """Store the same voxels at the same places with other axes, by SimpleITK."""
    image = sitk.GetImageFromArray(volume.array)
    image.SetSpacing(volume.spacing_mm[::-1])
    image.SetOrigin(volume.origin_mm)
    image.SetDirection(volume.direction)
    image = sitk.Flip(sitk.PermuteAxes(image, list(order)), list(flips), False)
    return Volume(
        sitk.GetArrayFromImage(image),
        spacing_mm=image.GetSpacing()[::-1],
        origin_mm=image.GetOrigin(),
        direction=image.GetDirection(),
    )


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("flips", list(product([False, True], repeat=3)))
def test_a_mask_with_other_axes_is_turned_exactly(
    ct_volume: Volume, labels: np.ndarray, order: tuple[int, ...], flips: tuple[bool, ...]
) -> None:
    other = turned(ct_volume.with_array(labels), order, flips)
    places = index_to_world(other, np.argwhere(other.array == 20))
    expected = index_to_world(ct_volume, np.argwhere(labels == 20))
    assert sorted(map(tuple, places.round(6))) == sorted(map(tuple, expected.round(6)))
    assert np.array_equal(onto_grid(other, ct_volume, "mask").array, labels)


def test_one_label_needs_no_name_and_takes_any(
    tmp_path: Path, ct_volume: Volume, labels: np.ndarray, save_nifti: Save
) -> None:
    mask = open_mask(save_nifti(tmp_path / "m.nii.gz", (labels == 20) * np.int16(20), ct_volume), ct_volume)
    assert mask.structures() == ("label_20",)
    for roi in (None, "L1", "label_20"):
        region = mask.region(roi=roi, label=None)
        assert region.array.dtype == np.uint8
        assert np.array_equal(region.array, labels == 20)
        assert region.spacing_mm == ct_volume.spacing_mm


def test_of_several_labels_one_must_be_named(
    tmp_path: Path, ct_volume: Volume, labels: np.ndarray, save_nifti: Save
) -> None:
    mask = open_mask(save_nifti(tmp_path / "m.nii.gz", labels, ct_volume), ct_volume)
    assert mask.structures() == ("label_20", "label_31")
    assert np.array_equal(mask.region(roi=None, label=31).array, labels == 31)
    assert np.array_equal(mask.region(roi="label_20", label=None).array, labels == 20)
    assert np.array_equal(mask.region(roi="whatever", label=20).array, labels == 20)
    for roi in (None, "L1"):
        with pytest.raises(LabelNotFound, match="label_20, label_31"):
            mask.region(roi=roi, label=None)
    with pytest.raises(LabelNotFound, match="label 5"):
        mask.region(roi=None, label=5)


def test_totalsegmentators_names_serve_where_the_file_has_none(
    tmp_path: Path, ct_volume: Volume, labels: np.ndarray, save_nifti: Save
) -> None:
    mask = open_mask(save_nifti(tmp_path / "m.nii.gz", labels, ct_volume), ct_volume)
    with pytest.warns(StructureNamesAssumed, match="label 31"):
        region = mask.region(roi="vertebrae_L1", label=None)
    assert np.array_equal(region.array, labels == 31)


def test_names_in_the_header_count_and_may_be_empty(
    tmp_path: Path, ct_volume: Volume, labels: np.ndarray
) -> None:
    write_volume(tmp_path / "plain.nii.gz", ct_volume.with_array(labels))
    image = nibabel.load(tmp_path / "plain.nii.gz")
    text = "".join(
        f'<Label Key="{value}"><![CDATA[{name}]]></Label>'
        for value, name in {31: "vertebrae_L1", 20: "Hip", 7: "skull"}.items()
    )
    image.header.extensions.append(nibabel.nifti1.Nifti1Extension(0, text.encode()))
    nibabel.save(image, tmp_path / "named.nii.gz")
    mask = open_mask(tmp_path / "named.nii.gz", ct_volume)
    assert mask.structures() == ("vertebrae_L1", "Hip", "skull")
    assert np.array_equal(mask.region(roi="hip ", label=None).array, labels == 20)
    with pytest.raises(EmptyMask, match=r"label 7 has no voxel.*Labels with voxels: [0-9]"):
        mask.region(roi="skull", label=None)
    with pytest.raises(LabelNotFound, match="vertebrae_L2"):
        mask.region(roi="vertebrae_L2", label=None)


def test_names_of_slicers_segments_count(tmp_path: Path, ct_volume: Volume, labels: np.ndarray) -> None:
    image = sitk.GetImageFromArray(labels)
    image.SetSpacing(ct_volume.spacing_mm[::-1])
    image.SetOrigin(ct_volume.origin_mm)
    for number, (name, value) in enumerate({"L1": 31, "Hip left": 20}.items()):
        image.SetMetaData(f"Segment{number}_Name", name)
        image.SetMetaData(f"Segment{number}_LabelValue", str(value))
    sitk.WriteImage(image, str(tmp_path / "m.seg.nrrd"))
    mask = open_mask(tmp_path / "m.seg.nrrd", ct_volume)
    assert mask.structures() == ("L1", "Hip left")
    assert np.array_equal(mask.region(roi="Hip left", label=None).array, labels == 20)


@pytest.mark.parametrize("label", [None, 1])
def test_an_empty_mask_is_refused(
    tmp_path: Path, ct_volume: Volume, save_nifti: Save, label: int | None
) -> None:
    path = save_nifti(tmp_path / "m.nii.gz", np.zeros(ct_volume.shape, np.uint8), ct_volume)
    with pytest.raises(EmptyMask, match="no voxel"):
        open_mask(path, ct_volume).region(roi=None, label=label)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "uint64", "uint16"])
def test_labels_may_be_stored_in_any_type(
    tmp_path: Path, ct_volume: Volume, labels: np.ndarray, save_nifti: Save, dtype: str
) -> None:
    mask = open_mask(save_nifti(tmp_path / "m.nii.gz", labels.astype(dtype), ct_volume), ct_volume)
    assert np.array_equal(mask.region(roi=None, label=31).array, labels == 31)


def test_a_background_of_minus_one_is_background(
    tmp_path: Path, ct_volume: Volume, labels: np.ndarray, save_nifti: Save
) -> None:
    array = np.where(labels == 20, 1, -1).astype(np.int16)
    mask = open_mask(save_nifti(tmp_path / "m.nii.gz", array, ct_volume), ct_volume)
    assert np.array_equal(mask.region(roi=None, label=None).array, labels == 20)


def test_noise_of_resampling_is_rounded_with_a_warning(
    tmp_path: Path, ct_volume: Volume, labels: np.ndarray, save_nifti: Save
) -> None:
    noisy = np.where(labels == 20, 0.9999999, 1e-7).astype(np.float32)
    noisy[0, 0, 0] = np.nan
    path = save_nifti(tmp_path / "m.nii.gz", noisy, ct_volume)
    with pytest.warns(MaskRounded, match="nearest neighbour"):
        mask = open_mask(path, ct_volume)
    assert np.array_equal(mask.region(roi=None, label=1).array, labels == 20)


def test_probabilities_images_and_vectors_are_no_masks(
    tmp_path: Path, ct_volume: Volume, labels: np.ndarray, save_nifti: Save
) -> None:
    soft = save_nifti(tmp_path / "soft.nii.gz", labels.astype(np.float32) / 40, ct_volume)
    with pytest.raises(ProbabilisticMask, match="Threshold"):
        open_mask(soft, ct_volume)
    for name, array in {"int": ct_volume.array, "float": ct_volume.array + np.float32(0.25)}.items():
        with pytest.raises(MaskLooksLikeImage, match="swapped"):
            open_mask(save_nifti(tmp_path / f"{name}.nii.gz", array, ct_volume), ct_volume)
    photo = np.random.default_rng(0).integers(0, 255, ct_volume.shape).astype(np.uint8)
    with pytest.raises(MaskLooksLikeImage, match="neighbouring"):
        open_mask(save_nifti(tmp_path / "photo.nii.gz", photo, ct_volume), ct_volume)
    colour = sitk.GetImageFromArray(np.zeros((*ct_volume.shape, 2), np.uint8), isVector=True)
    sitk.WriteImage(colour, str(tmp_path / "v.nrrd"))
    with pytest.raises(VectorMask, match="label map"):
        open_mask(tmp_path / "v.nrrd", ct_volume)


def test_a_mask_of_another_scan_is_refused_and_a_rounded_header_taken(
    tmp_path: Path, ct_volume: Volume, labels: np.ndarray, save_nifti: Save
) -> None:
    moved = replace(ct_volume, origin_mm=(-25.5, 12.25, -100.0))
    with pytest.raises(GeometryMismatch, match=r"m\.nii\.gz"):
        open_mask(save_nifti(tmp_path / "m.nii.gz", labels, moved), ct_volume)
    cropped = save_nifti(tmp_path / "c.nii.gz", labels[:4], ct_volume)
    with pytest.raises(GeometryMismatch, match="8 × 9 × 4"):
        open_mask(cropped, ct_volume)
    near = replace(ct_volume, origin_mm=(-30.49, 12.25, -100.0))
    path = save_nifti(tmp_path / "n.nii.gz", labels, near)
    with pytest.warns(GeometrySnapped):
        region = open_mask(path, ct_volume).region(roi=None, label=20)
    assert region.origin_mm == ct_volume.origin_mm


def test_a_picture_mask_fits_a_radiograph_of_its_size(tmp_path: Path) -> None:
    flat = Volume(np.zeros((1, 10, 12), np.uint16), spacing_mm=(1.0, 0.2, 0.1), modality="DX", is_2d=True)
    drawn = np.zeros((10, 12), np.uint8)
    drawn[2:5, 3:9] = 255
    sitk.WriteImage(sitk.GetImageFromArray(drawn), str(tmp_path / "m.png"))
    region = open_mask(tmp_path / "m.png", flat).region(roi=None, label=None)
    assert np.array_equal(region.array[0], drawn > 0)
    assert region.spacing_mm == flat.spacing_mm


FLAT = Volume(np.zeros((1, 40, 48), np.uint16), spacing_mm=(1.0, 0.2, 0.1), modality="DX", is_2d=True)
RED, YELLOW, GREEN = (255, 0, 0), (255, 255, 0), (0, 255, 0)


def drawn_in_colour(path: Path, *, ramp: bool = False, second: tuple[int, int, int] = GREEN) -> np.ndarray:
    """Draw a red disc and a second one; a ramp of dark reds round the first is what smooth edges are."""
    y, x = np.mgrid[:40, :48]
    distance = np.hypot(y - 20, x - 15)
    pixels = np.zeros((40, 48, 3), np.uint8)
    pixels[distance < 10] = RED
    if ramp:
        pixels[..., 0] = np.clip(255 * (10.5 - distance), 0, 255)
    pixels[np.hypot(y - 20, x - 38) < 6] = second
    sitk.WriteImage(sitk.GetImageFromArray(pixels, isVector=True), str(path))
    return distance < 10


def test_a_channel_of_a_colour_picture_is_laid_on_its_radiograph(tmp_path: Path) -> None:
    disc = drawn_in_colour(tmp_path / "m.png")
    region = open_mask(tmp_path / "m.png", FLAT, MaskReading(channel=0)).region(roi=None, label=255)
    assert np.array_equal(region.array[0], disc)
    assert region.spacing_mm == FLAT.spacing_mm


@pytest.mark.parametrize(
    ("drawing", "error", "words"),
    [({"second": YELLOW}, VectorMask, "2 colours"), ({"ramp": True}, ProbabilisticMask, "smooth edges")],
)
def test_colours_that_run_together_and_smooth_edges_are_refused(
    tmp_path: Path, drawing: dict, error: type[Exception], words: str
) -> None:
    drawn_in_colour(tmp_path / "m.png", **drawing)
    with pytest.raises(error, match=words):
        open_mask(tmp_path / "m.png", FLAT, MaskReading(channel=0)).region(roi=None, label=255)
    if "ramp" in drawing:  # in grey it is the same
        grey = sitk.VectorIndexSelectionCast(sitk.ReadImage(str(tmp_path / "m.png")), 0)
        sitk.WriteImage(grey, str(tmp_path / "g.png"))
        with pytest.raises(error, match=words):
            open_mask(tmp_path / "g.png", FLAT).region(roi=None, label=255)


def test_a_missing_mask_is_named(tmp_path: Path, ct_volume: Volume) -> None:
    with pytest.raises(FileMissing, match="gone"):
        open_mask(tmp_path / "gone.nii.gz", ct_volume)


@pytest.fixture
def folder(tmp_path: Path, ct_volume: Volume, labels: np.ndarray, save_nifti: Save) -> Path:
    top = tmp_path / "structures"
    top.mkdir()
    save_nifti(top / "vertebrae_L1.nii.gz", (labels == 20).astype(np.uint8), ct_volume)
    overlapping = (labels > 0).astype(np.uint8)
    save_nifti(top / "hip_left.nii.gz", overlapping, ct_volume)
    save_nifti(top / "skull.nii.gz", np.zeros_like(labels), ct_volume)
    (top / "statistics.json").write_text("{}")
    return top


def test_a_folder_has_a_structure_per_file_and_they_may_overlap(
    folder: Path, ct_volume: Volume, labels: np.ndarray
) -> None:
    mask = open_mask(folder, ct_volume)
    assert mask.structures() == ("hip_left", "skull", "vertebrae_L1")
    assert np.array_equal(mask.region(roi="vertebrae_L1", label=None).array, labels == 20)
    assert np.array_equal(mask.region(roi="hip_left", label=1).array, labels > 0)
    with pytest.raises(EmptyMask, match="skull"):
        mask.region(roi="skull", label=None)
    for roi in (None, "rib_left_1"):
        with pytest.raises(LabelNotFound, match="hip_left, skull, vertebrae_L1"):
            mask.region(roi=roi, label=None)


def test_a_structure_taken_under_another_name_is_pointed_out(
    tmp_path: Path, folder: Path, ct_volume: Volume, labels: np.ndarray
) -> None:
    for name in ("hip_left", "skull"):
        (folder / f"{name}.nii.gz").unlink()
    image = sitk.GetImageFromArray((labels == 20).astype(np.uint8) * 20)
    image.SetSpacing(ct_volume.spacing_mm[::-1])
    image.SetOrigin(ct_volume.origin_mm)
    image.SetMetaData("Segment0_Name", "vertebrae_L1")
    image.SetMetaData("Segment0_LabelValue", "20")
    sitk.WriteImage(image, str(tmp_path / "m.seg.nrrd"))
    for source in (folder, tmp_path / "m.seg.nrrd"):
        mask = open_mask(source, ct_volume)
        assert np.array_equal(mask.region(roi="vertebrae_L1", label=None).array, labels == 20)
        with pytest.warns(RoiNameAssumed, match="'vertebrae_L4' was asked for.*'vertebrae_L1'"):
            taken = mask.region(roi="vertebrae_L4", label=None)
        assert np.array_equal(taken.array, labels == 20)


def test_only_the_file_asked_for_is_read(folder: Path, ct_volume: Volume) -> None:
    (folder / "rib_left_1.nii.gz").write_bytes(b"broken")
    mask = open_mask(folder, ct_volume)
    assert mask.region(roi="hip_left", label=None).array.any()
    with pytest.raises(UnreadableImage, match="rib_left_1"):
        mask.region(roi="rib_left_1", label=None)


def test_a_folder_without_masks_is_refused(tmp_path: Path, folder: Path, ct_volume: Volume) -> None:
    shutil.copy(folder / "statistics.json", tmp_path / "statistics.json")
    (tmp_path / "none").mkdir()
    with pytest.raises(UnreadableImage, match="no mask"):
        open_mask(tmp_path / "none", ct_volume)


def test_the_class_list_has_every_value_once() -> None:
    assert sorted(TOTAL_CLASSES.values()) == list(range(1, 118))
    assert TOTAL_CLASSES["sacrum"] == 25
    assert TOTAL_CLASSES["vertebrae_S1"] == 26
    assert TOTAL_CLASSES["vertebrae_L1"] == 31
    assert TOTAL_CLASSES["vertebrae_T12"] == 32
    assert TOTAL_CLASSES["hip_right"] == 78
    assert TOTAL_CLASSES["costal_cartilages"] == 117


def test_a_vertebra_may_be_called_by_its_level(ct_volume: Volume, labels: np.ndarray, tmp_path: Path) -> None:
    folder = tmp_path / "segmentations"
    folder.mkdir()
    for name, value in (("vertebrae_L3", 20), ("vertebrae_L1", 31)):
        part = (labels == value).astype(np.uint8)
        write_volume(folder / f"{name}.nii.gz", ct_volume.with_array(part))
    mask = open_mask(folder, ct_volume)
    full, short = (mask.region(roi=name, label=None) for name in ("vertebrae_L3", "l3"))
    np.testing.assert_array_equal(short.array, full.array)
    with pytest.raises(LabelNotFound):
        mask.region(roi="L4", label=None)
    assert by_name("L3", ["L3", "vertebrae_L3"]) == "L3"
    assert by_name("L3", ["vertebrae_L2"]) is None


@pytest.mark.parametrize("suffix", [".nii.gz", ".nrrd", ".mha"])
def test_a_mask_of_one_slice_may_have_its_axes_in_another_order(tmp_path: Path, suffix: str) -> None:
    """Arrays of one slice that are turned may lie in memory as they did, and their boxes are turned all the same."""
    inside = np.zeros((1, 24, 28), np.uint8)
    inside[0, 0:9, 4:21] = 1
    image = Volume(np.zeros(inside.shape, np.int16), (3.0, 1.0, 1.0))
    drawn = sitk.GetImageFromArray(np.ascontiguousarray(inside.transpose(1, 0, 2)))
    drawn.SetSpacing((1.0, 3.0, 1.0))
    drawn.SetDirection((1, 0, 0, 0, 0, 1, 0, 1, 0))
    sitk.WriteImage(drawn, str(tmp_path / f"mask{suffix}"))
    region = open_mask(tmp_path / f"mask{suffix}", image).region(roi=None, label=1)
    np.testing.assert_array_equal(region.array, inside)
