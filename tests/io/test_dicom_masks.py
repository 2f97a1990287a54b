from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest

from radiobone.core.errors import (
    EmptyMask,
    GeometryMismatch,
    LabelNotFound,
    MaskLooksLikeImage,
    ProbabilisticMask,
    UnreadableImage,
)
from radiobone.core.validation import index_to_world
from radiobone.core.volume import Volume
from radiobone.core.warnings import GeometrySnapped, RoiNameAssumed
from radiobone.io.grid import reoriented
from radiobone.io.images import read_image
from radiobone.io.masks import open_mask

Save = Callable[..., Path]
FLIPPED = (-1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0)


def square(volume: Volume, z: float, y: tuple[float, float], x: tuple[float, float]) -> np.ndarray:
    """Corners of a rectangle in a slice, in mm."""
    corners = [(z, y[0], x[0]), (z, y[0], x[1]), (z, y[1], x[1]), (z, y[1], x[0])]
    return index_to_world(volume, corners)


def test_contours_become_voxels_whose_centre_is_inside(
    tmp_path: Path, ct_volume: Volume, save_rtstruct: Save
) -> None:
    hole = square(ct_volume, 2, (3.5, 5.5), (2.5, 4.5))
    rois = {
        "L1": [
            square(ct_volume, 2, (0.5, 7.5), (0.5, 6.5)),
            hole,
            square(ct_volume, 3, (1.5, 3.4), (1.6, 5.4)),
        ],
        "Inner": [hole],
        "Never drawn": [],
    }
    mask = open_mask(save_rtstruct(tmp_path / "rs.dcm", rois), ct_volume)
    expected = np.zeros(ct_volume.shape, np.uint8)
    expected[2, 1:8, 1:7] = 1
    expected[2, 4:6, 3:5] = 0
    expected[3, 2:4, 2:6] = 1
    assert mask.structures() == ("L1", "Inner", "Never drawn")
    region = mask.region(roi="l1", label=None)
    assert region.array.dtype == np.uint8
    assert np.array_equal(region.array, expected)
    assert np.array_equal(mask.region(roi=None, label=1).array, expected)
    inner = mask.region(roi="Inner", label=None).array
    assert inner.sum() == 4
    assert not (inner & expected).any()
    with pytest.raises(EmptyMask):
        mask.region(roi="Never drawn", label=None)
    for roi, label in [(None, None), ("L2", None), (None, 9)]:
        with pytest.raises(LabelNotFound, match="L1, Inner, Never drawn"):
            mask.region(roi=roi, label=label)


def test_one_roi_needs_no_name(tmp_path: Path, ct_volume: Volume, save_rtstruct: Save) -> None:
    path = save_rtstruct(tmp_path / "rs.dcm", {"GTV": [square(ct_volume, 1, (0.5, 2.5), (0.5, 3.5))]})
    mask = open_mask(path, ct_volume)
    for roi in (None, "gtv"):
        assert mask.region(roi=roi, label=None).array.sum() == 6
    with pytest.warns(
        RoiNameAssumed, match="'my bone' was asked for, and the only structure is called 'GTV'"
    ):
        assert mask.region(roi="my bone", label=None).array.sum() == 6
    with pytest.warns(RoiNameAssumed):
        assert mask.number(roi="my bone", label=None) == mask.names["GTV"]


@pytest.mark.parametrize(
    "direction",
    [FLIPPED, (0.0, 1.0, 0.0, 0.0, 0.0, -1.0, 1.0, 0.0, 0.0)],
    ids=["other sense", "other order"],
)
def test_contours_fill_the_same_place_on_an_image_with_other_axes(
    tmp_path: Path, ct_volume: Volume, save_rtstruct: Save, direction: tuple[float, ...]
) -> None:
    path = save_rtstruct(tmp_path / "rs.dcm", {"L1": [square(ct_volume, 2, (0.6, 7.3), (0.7, 4.2))]})
    template = Volume(np.zeros((2, 2, 2)), direction=direction)
    stored = reoriented(ct_volume, template)
    assert stored.direction == direction
    region = open_mask(path, stored).region(roi="L1", label=None)
    same = open_mask(path, ct_volume).region(roi="L1", label=None)
    assert np.array_equal(reoriented(region, ct_volume).array, same.array)
    assert same.array.sum() == 7 * 4


def test_contours_beside_their_slice_are_moved_a_little_or_refused(
    tmp_path: Path, ct_volume: Volume, save_rtstruct: Save
) -> None:
    near = save_rtstruct(tmp_path / "near.dcm", {"L1": [square(ct_volume, 2.1, (0.5, 3.5), (0.5, 3.5))]})
    with pytest.warns(GeometrySnapped, match=r"0\.1 slices"):
        assert open_mask(near, ct_volume).region(roi=None, label=None).array[2].sum() == 9
    for name, z in {"between": 2.5, "outside": 40.0}.items():
        path = save_rtstruct(tmp_path / f"{name}.dcm", {"L1": [square(ct_volume, z, (0.5, 3.5), (0.5, 3.5))]})
        with pytest.raises(GeometryMismatch, match="another scan"):
            open_mask(path, ct_volume).region(roi=None, label=None)
    slanted = square(ct_volume, 2, (0.5, 7.5), (0.5, 6.5))
    slanted[2:, 2] += 5
    path = save_rtstruct(tmp_path / "slanted.dcm", {"L1": [slanted]})
    with pytest.raises(GeometryMismatch, match="across"):
        open_mask(path, replace(ct_volume, spacing_mm=(2.5, 0.9, 0.8))).region(roi=None, label=None)


def test_an_rtstruct_without_structures_is_refused(
    tmp_path: Path, ct_volume: Volume, save_rtstruct: Save
) -> None:
    with pytest.raises(UnreadableImage, match="without structures"):
        open_mask(save_rtstruct(tmp_path / "rs.dcm", {}), ct_volume)


def blobs(volume: Volume) -> dict[str, np.ndarray]:
    first, second = np.zeros(volume.shape, bool), np.zeros(volume.shape, bool)
    first[1:4, 2:6, 1:5] = True
    second[3:5, 4:8, 3:7] = True
    return {"L1": first, "L2": second}


@pytest.mark.parametrize("flipped", [False, True], ids=["DICOM image", "image with other axes"])
def test_segments_may_overlap_and_land_where_they_belong(
    tmp_path: Path, ct_volume: Volume, save_series: Save, save_seg: Save, flipped: bool
) -> None:
    series = save_series(tmp_path / "ct", ct_volume)
    masks = blobs(ct_volume)
    path = save_seg(tmp_path / "seg.dcm", series, masks)
    image = read_image(series)
    if flipped:
        image = reoriented(image, Volume(np.zeros((2, 2, 2)), direction=FLIPPED))
    mask = open_mask(path, image)
    assert mask.structures() == ("L1", "L2")
    for number, (name, truth) in enumerate(masks.items(), start=1):
        for region in (mask.region(roi=name, label=None), mask.region(roi=None, label=number)):
            assert np.array_equal(reoriented(region, ct_volume).array, truth)
    with pytest.raises(LabelNotFound, match="L1, L2"):
        mask.region(roi="L3", label=None)


def test_label_map_segmentations_are_read(
    tmp_path: Path, ct_volume: Volume, save_series: Save, save_seg: Save
) -> None:
    series = save_series(tmp_path / "ct", ct_volume)
    masks = blobs(ct_volume)
    mask = open_mask(save_seg(tmp_path / "seg.dcm", series, masks, "LABELMAP"), read_image(series))
    assert mask.structures() == ("L1", "L2")
    assert np.array_equal(mask.region(roi="L2", label=None).array, masks["L2"])
    assert np.array_equal(mask.region(roi="L1", label=None).array, masks["L1"] & ~masks["L2"])


def test_fractions_are_refused(tmp_path: Path, ct_volume: Volume, save_series: Save, save_seg: Save) -> None:
    series = save_series(tmp_path / "ct", ct_volume)
    path = save_seg(tmp_path / "seg.dcm", series, {"L1": blobs(ct_volume)["L1"]}, "FRACTIONAL")
    with pytest.raises(ProbabilisticMask, match="Threshold"):
        open_mask(path, ct_volume)


@pytest.mark.parametrize(
    "change",
    [
        {"origin_mm": (-30.1, 12.25, -100.0)},
        {"spacing_mm": (2.5, 1.8, 1.6)},
        {"origin_mm": (-30.5, 12.25, 0.0)},
    ],
    ids=["half a voxel aside", "coarser", "elsewhere"],
)
def test_a_segmentation_of_another_grid_is_refused(
    tmp_path: Path, ct_volume: Volume, save_series: Save, save_seg: Save, change: dict
) -> None:
    series = save_series(tmp_path / "ct", ct_volume)
    path = save_seg(tmp_path / "seg.dcm", series, blobs(ct_volume))
    with pytest.raises(GeometryMismatch, match="grid"):
        open_mask(path, replace(ct_volume, **change)).region(roi="L1", label=None)


def test_two_segments_of_one_name_need_a_number(
    tmp_path: Path, ct_volume: Volume, save_series: Save, save_seg: Save
) -> None:
    series = save_series(tmp_path / "ct", ct_volume)
    masks = blobs(ct_volume)
    dataset = pydicom.dcmread(save_seg(tmp_path / "seg.dcm", series, masks))
    for item in dataset.SegmentSequence:
        item.SegmentLabel = "Vertebra"
    dataset.save_as(tmp_path / "alike.dcm")
    mask = open_mask(tmp_path / "alike.dcm", ct_volume)
    with pytest.raises(LabelNotFound, match="segment number"):
        mask.region(roi="Vertebra", label=None)
    assert np.array_equal(mask.region(roi="Vertebra", label=2).array, masks["L2"])


def test_a_folder_may_hold_the_segmentation_beside_the_series(
    tmp_path: Path, ct_volume: Volume, save_series: Save, save_rtstruct: Save
) -> None:
    series = save_series(tmp_path / "ct", ct_volume)
    with pytest.raises(MaskLooksLikeImage, match="swapped"):
        open_mask(series, ct_volume)
    contours = {"L1": [square(ct_volume, 2, (0.5, 3.5), (0.5, 3.5))]}
    save_rtstruct(series / "rs.dcm", contours)
    assert open_mask(series, read_image(series)).structures() == ("L1",)
    save_rtstruct(series / "rs2.dcm", contours)
    with pytest.raises(LabelNotFound, match="2 segmentations"):
        open_mask(series, ct_volume)


def test_a_segmentation_is_no_image(tmp_path: Path, ct_volume: Volume, save_rtstruct: Save) -> None:
    path = save_rtstruct(tmp_path / "rs.dcm", {"L1": [square(ct_volume, 2, (0.5, 3.5), (0.5, 3.5))]})
    with pytest.raises(UnreadableImage, match="RTSTRUCT"):
        read_image(path)


def test_a_damaged_contour_is_the_files_fault(tmp_path: Path, ct_volume: Volume, save_rtstruct: Save) -> None:
    path = save_rtstruct(tmp_path / "rs.dcm", {"L1": [square(ct_volume, 2, (0.5, 7.5), (0.5, 6.5))]})
    dataset = pydicom.dcmread(path)
    dataset.ROIContourSequence[0].ContourSequence[0].ContourData = [1.0, 2.0, 3.0, 4.0]
    dataset.save_as(path)
    with pytest.raises(UnreadableImage, match="RTSTRUCT header cannot be understood"):
        open_mask(path, ct_volume)
