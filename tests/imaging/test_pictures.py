"""Pictures of regions: orientation, aspect, contour, window and the facts beside them."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
from scipy.spatial.transform import Rotation

from radiobone.core.errors import DimensionMismatch, EmptyMask
from radiobone.core.volume import Volume
from radiobone.imaging.lettering import INK_RGB, glyph, write
from radiobone.imaging.pictures import (
    BONE_WINDOW,
    CONTOUR_RGB,
    GAP_PX,
    picture_facts,
    three_planes,
)

HEIGHT = 160
RIGHT, FRONT, HEAD = 400, 700, 1000  # intensity of the bright block on each side of the region


def patient() -> tuple[np.ndarray, np.ndarray]:
    """A region in the middle with one block of its own brightness to the right, in front and above.

    Axes (z, y, x) point to the head, the back and the left, 1 mm voxels.
    """
    image = np.zeros((48, 48, 48), dtype=np.int16)
    region = np.zeros(image.shape, dtype=np.uint8)
    region[19:29, 19:29, 19:29] = 1
    image[19:29, 19:29, 14:17] = RIGHT
    image[19:29, 14:17, 19:29] = FRONT
    image[31:34, 19:29, 19:29] = HEAD
    return image, region


def stored(array: np.ndarray, order: tuple[int, ...], flipped: tuple[bool, ...], tilt: np.ndarray) -> Volume:
    """Store an array of patient axes (head, back, left) with other array axes and the direction that says so."""
    turned = array.transpose(order)[tuple(slice(None, None, -1 if flip else 1) for flip in flipped)]
    axis_of = {0: (0, 0, 1), 1: (0, 1, 0), 2: (1, 0, 0)}  # patient axis as LPS vector
    columns = [
        np.array(axis_of[order[array_axis]]) * (-1 if flipped[array_axis] else 1) for array_axis in (2, 1, 0)
    ]
    direction = tilt @ np.array(columns, dtype=float).T
    return Volume(turned, direction=tuple(direction.ravel()))


def panels(picture: np.ndarray) -> list[np.ndarray]:
    step = picture.shape[0] + GAP_PX
    return [picture[:, i * step : i * step + picture.shape[0]] for i in range(3)]


def centre_of(panel: np.ndarray, grey: int) -> tuple[float, float]:
    """Median row and column of the pixels of one grey value, from the panel's centre."""
    rows, columns = np.nonzero((np.abs(panel.astype(int) - grey) <= 1).all(axis=2))
    assert len(rows) > 20, f"no pixel of grey {grey}"
    return np.median(rows) - panel.shape[0] / 2, np.median(columns) - panel.shape[1] / 2


ORIENTATIONS = [
    (order, flips)
    for order in itertools.permutations(range(3))
    for flips in itertools.product((False, True), repeat=3)
]


@pytest.mark.parametrize("tilt_deg", [0.0, 25.0])
@pytest.mark.parametrize(("order", "flips"), ORIENTATIONS)
def test_head_is_up_and_right_is_left_whatever_the_storage(order, flips, tilt_deg):
    image, region = patient()
    tilt = Rotation.from_euler("xyz", [tilt_deg, -0.6 * tilt_deg, 0.3 * tilt_deg], degrees=True).as_matrix()
    picture = three_planes(
        stored(image, order, flips, tilt), stored(region, order, flips, tilt), window=(637.5, 1275.0)
    )
    axial, coronal, sagittal = panels(picture)
    right, front, head = (round(hu / 1275 * 255) for hu in (RIGHT, FRONT, HEAD))
    assert centre_of(axial, right)[1] < -30  # the patient's right is on the left
    assert abs(centre_of(axial, right)[0]) < 8
    assert centre_of(axial, front)[0] < -30  # front is up
    assert centre_of(coronal, right)[1] < -30
    assert centre_of(coronal, head)[0] < -30  # head is up
    assert centre_of(sagittal, front)[1] < -30  # front is on the left
    assert centre_of(sagittal, head)[0] < -30


def test_storage_does_not_change_the_picture():
    image, region = patient()
    plain = three_planes(Volume(image), Volume(region))
    for order, flips in ORIENTATIONS[1::5]:
        again = three_planes(stored(image, order, flips, np.eye(3)), stored(region, order, flips, np.eye(3)))
        assert (again != plain).any(axis=2).mean() < 0.02  # an even number of slices has two middles


@pytest.mark.parametrize("spacing_mm", [(3.0, 0.75, 0.75), (0.5, 1.0, 2.0)])
def test_pixels_are_square_whatever_the_spacing(spacing_mm):
    axes = [(np.arange(round(80 / step)) + 0.5) * step - 40 for step in spacing_mm]
    z, y, x = np.meshgrid(*axes, indexing="ij")
    ball = x**2 + y**2 + z**2 <= 20**2
    picture = three_planes(
        Volume(np.where(ball, 1000, 0).astype(np.int16), spacing_mm),
        Volume(ball.astype(np.uint8), spacing_mm),
    )
    for panel in panels(picture):
        rows, columns = np.nonzero((panel == CONTOUR_RGB).all(axis=2))
        assert np.ptp(rows) / np.ptp(columns) == pytest.approx(1, abs=0.09)
        assert np.ptp(rows) == pytest.approx(40 / (40 + 16) * HEIGHT, rel=0.08)


def test_contour_surrounds_the_region_and_covers_none_of_it():
    image, region = patient()
    bright = image.copy()
    bright[region == 1] = 1275
    axial = panels(three_planes(Volume(bright), Volume(region), window=(637.5, 1275.0)))[0]
    inside = (axial == 255).all(axis=2)
    contour = (axial == CONTOUR_RGB).all(axis=2)
    rows, _ = np.nonzero(inside[30:130, 30:130])
    side = np.ptp(rows) + 1
    assert inside[30:130, 30:130].sum() == pytest.approx(side * side, rel=0.1)
    assert contour.sum() == pytest.approx(4 * side, rel=0.15)


def test_planes_cut_a_large_cross_section():
    region = np.zeros((30, 30, 30), dtype=np.uint8)
    region[5:25, 14:16, 14:16] = 1
    region[20:23, 8:22, 8:22] = 1  # the widest slices are z = 20–22
    image = np.zeros(region.shape, dtype=np.int16)
    image[20:23] = 1000
    axial = panels(three_planes(Volume(image), Volume(region), window=(500.0, 1000.0)))[0]
    assert axial[40, 80].tolist() == [255, 255, 255]


def test_planes_cut_the_middle_of_a_waisted_region():
    z, y, x = np.indices((40, 40, 40)) - 20
    region = (np.abs(z) <= 12) & (np.hypot(x, y) <= 10 + np.abs(z) / 12)
    image = np.zeros(region.shape, dtype=np.int16)
    image[17:24] = 1000
    axial = panels(three_planes(Volume(image), Volume(region), window=(500.0, 1000.0)))[0]
    assert axial[80, 80].tolist() == [255, 255, 255]


def test_ct_has_a_bone_window_and_others_their_own_range():
    image, region = patient()
    low, high = BONE_WINDOW[0] - BONE_WINDOW[1] / 2, BONE_WINDOW[0] + BONE_WINDOW[1] / 2
    grey = round((0 - low) / (high - low) * 255)
    assert three_planes(Volume(image, modality="CT"), Volume(region))[80, 80, 0] == grey
    other = three_planes(Volume(image), Volume(region))
    assert other[80, 80, 0] == 0
    doubled = three_planes(Volume((image * 2 + 100).astype(np.int16)), Volume(region))
    assert np.abs(doubled.astype(int) - other).max() <= 1


def test_air_is_told_from_beyond_the_image():
    image = np.full((20, 60, 60), -1000, dtype=np.int16)
    region = np.zeros(image.shape, dtype=np.uint8)
    region[8:12, 20:40, 20:40] = 1
    coronal = panels(three_planes(Volume(image, modality="CT"), Volume(region)))[1]
    assert coronal[50, 80].tolist() == [0, 0, 0]
    assert coronal[5, 80].tolist() not in ([0, 0, 0], [255, 255, 255])


def test_a_radiograph_has_one_plane_as_stored():
    image = np.zeros((1, 60, 40), dtype=np.uint16)
    image[0, :20] = 1000
    region = np.zeros(image.shape, dtype=np.uint8)
    region[0, 25:35, 15:25] = 1
    flipped = (-1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0)
    picture = three_planes(
        Volume(image, direction=flipped, is_2d=True),
        Volume(region, direction=flipped, is_2d=True),
        height_px=120,
    )
    assert picture.shape == (120, 120, 3)
    assert picture[5, 60].tolist() == [255, 255, 255]
    assert picture[115, 10].tolist() == [0, 0, 0]


@pytest.mark.parametrize("height_px", [16, 64, 320])
def test_any_height_and_a_region_of_one_voxel(height_px):
    region = np.zeros((5, 5, 5), dtype=np.uint8)
    region[2, 2, 2] = 1
    picture = three_planes(Volume(region.astype(float)), Volume(region), height_px=height_px)
    assert picture.shape == (height_px, 3 * height_px + 2 * GAP_PX, 3)
    assert picture.dtype == np.uint8
    assert (picture == CONTOUR_RGB).all(axis=2).any()


def test_nothing_but_nan_and_infinity_still_gives_a_picture():
    _, region = patient()
    for value in (np.nan, np.inf):
        picture = three_planes(Volume(np.full(region.shape, value)), Volume(region))
        assert (picture == CONTOUR_RGB).all(axis=2).any()


def test_thin_region_survives_a_coarse_picture():
    region = np.zeros((200, 200, 200), dtype=np.uint8)
    region[:, 100, 100] = 1
    coronal = panels(three_planes(Volume(region), Volume(region), height_px=50))[1]
    assert (coronal == CONTOUR_RGB).all(axis=2).any(axis=1).mean() > 0.9


def test_facts_of_a_region():
    region = np.zeros((10, 10, 10), dtype=np.uint8)
    region[2:4, 2:4, 2:4] = 1
    region[7, 7, 7] = 1
    image = np.where(region == 1, 100.0, np.nan)
    image[7, 7, 7] = 190.0
    facts = picture_facts(Volume(image, (2.0, 1.0, 0.5)), Volume(region, (2.0, 1.0, 0.5)))
    assert facts == {
        "n_voxels": 9, "volume_mm3": 9.0, "mean": 110.0, "touches_border": False, "n_components": 2,
        "is_2d": False, "area_mm2": None, "spacing_assumed": False, "box_mm": [12.0, 6.0, 3.0],
    }  # fmt: skip


def test_a_radiograph_has_an_area_and_no_scale_bar_of_a_made_up_length():
    region = np.zeros((1, 60, 60), dtype=np.uint8)
    region[0, 20:40, 20:40] = 1
    image = Volume(np.full(region.shape, 50.0), (1.0, 0.5, 0.2), is_2d=True)
    facts = picture_facts(image, Volume(region, image.spacing_mm, is_2d=True))
    assert (facts["is_2d"], facts["area_mm2"], facts["spacing_assumed"]) == (True, pytest.approx(40.0), False)
    unknown = replace(image, spacing_assumed=True)
    assert picture_facts(unknown, Volume(region))["spacing_assumed"] is True
    with_bar, without = (three_planes(one, Volume(region)) for one in (image, unknown))
    assert (with_bar == INK_RGB).all(axis=2).any()
    assert not (without == INK_RGB).all(axis=2).any()


def test_facts_at_the_border_and_of_values_that_are_not_finite():
    region = np.zeros((10, 10, 10), dtype=np.uint8)
    region[5, 5, 9] = region[4, 4, 8] = 1
    facts = picture_facts(Volume(np.full(region.shape, np.nan)), Volume(region))
    assert facts["touches_border"] is True
    assert facts["mean"] is None
    assert facts["n_components"] == 1  # they share a corner


def test_one_slice_does_not_count_as_border():
    region = np.zeros((1, 10, 10), dtype=np.uint8)
    region[0, 4:6, 4:6] = 1
    assert picture_facts(Volume(region), Volume(region))["touches_border"] is False


def test_empty_and_unequal_are_refused():
    empty = Volume(np.zeros((4, 4, 4), dtype=np.uint8))
    for function in (three_planes, picture_facts):
        with pytest.raises(EmptyMask):
            function(empty, empty)
        with pytest.raises(DimensionMismatch):
            function(empty, Volume(np.ones((4, 4, 5), dtype=np.uint8)))


def test_real_vertebra_has_its_spinous_process_behind_and_its_aorta_in_front(shared_data):
    """L4 of a real CT, stored with its x and y axes flipped: soft tissue in front, bone behind."""
    stored_image = sitk.ReadImage(str(shared_data / "totalseg" / "ct_3mm.nii.gz"))
    labels = sitk.GetArrayFromImage(sitk.ReadImage(str(shared_data / "totalseg" / "ct_3mm_total.nii.gz")))
    assert stored_image.GetDirection()[0] == -1
    ct = Volume(
        sitk.GetArrayFromImage(stored_image),
        stored_image.GetSpacing()[::-1],
        stored_image.GetOrigin(),
        stored_image.GetDirection(),
        "CT",
    )
    axial, coronal, sagittal = panels(three_planes(ct, ct.with_array((labels == 28).astype(np.uint8))))
    widths = (axial == CONTOUR_RGB).all(axis=2).sum(axis=1)  # the body in front is wide and has no tip
    rows = np.flatnonzero(widths)
    assert np.ptp(np.nonzero((axial[rows[-1] - 8] == CONTOUR_RGB).all(axis=1))[0]) < 40  # the spinous process
    assert np.median(sagittal[60:100, :20, 0]) < np.median(sagittal[60:100, 60:80, 0])
    assert (coronal == CONTOUR_RGB).all(axis=2).any()


def test_letters_are_as_drawn_and_stay_inside():
    drawn = ["".join("#" if dot else "." for dot in row) for row in glyph("R")]
    assert drawn == ["####.", "#...#", "#...#", "####.", "#.#..", "#..#.", "#...#"]
    assert not glyph("?").any()
    panel = np.full((20, 20, 3), 90, dtype=np.uint8)
    assert not write(panel, "L10", 5, 5)
    assert (panel == 90).all()
    assert write(panel, "L1", 5, 5)
    assert (panel[5:12, 5:10] == INK_RGB).all(axis=2).sum() == glyph("L").sum()


def test_the_length_of_the_scale_bar_is_written_above_it():
    region = np.zeros((30, 40, 40), dtype=np.uint8)
    region[10:20, 10:30, 10:30] = 1
    image = Volume(np.zeros(region.shape, dtype=np.int16), (2.0, 1.0, 1.0), modality="CT")
    picture = three_planes(image, Volume(region, (2.0, 1.0, 1.0)))
    panel = picture[:, :160]
    text = (panel[160 - 5 - 10 : 160 - 5 - 3, 160 - 5 - 29 : 160 - 5] == INK_RGB).all(axis=2)
    for place, letter in enumerate("10 mm"):
        assert np.array_equal(text[:, 6 * place : 6 * place + 5], glyph(letter)), letter
