"""A series read on demand: any box of it is that of the whole, and costs the slices that it crosses."""

from __future__ import annotations

import ast
import inspect
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset
from pydicom.datadict import keyword_dict

import small_series
from radiobone.core.errors import BadSpacing, FileUnreadable, MissingSlices, ResourceLimit, UnreadableImage
from radiobone.core.memory import memory_allowed
from radiobone.core.volume import Volume, VolumeOnDemand
from radiobone.io import burned_in, dicom_frames, dicom_planes, dicom_scaling, dicom_series
from radiobone.io.dicom_frames import OF_A_SLICE, rescaled
from radiobone.io.images import open_image, read_image

CUT = (slice(2, 4), slice(1, 5), slice(0, 3))
ENDS = st.integers(0, 6)


def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files whose pixels are decoded from here on."""
    names: list[str] = []
    stored_values = dicom_frames.stored_values

    def noted(path: Path, header: Dataset | None = None) -> np.ndarray:
        names.append(path.name)
        return stored_values(path, header)

    monkeypatch.setattr(dicom_frames, "stored_values", noted)
    return names


def slices_of(stored: list[np.ndarray], slope: float, intercept: float, folder: Path) -> Path:
    return small_series.series(
        folder,
        lambda number: {
            "PixelData": stored[number].astype("<u2").tobytes(), "RescaleSlope": slope, "RescaleIntercept": intercept,
        },
    )  # fmt: skip


def test_a_box_costs_the_slices_that_it_crosses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = small_series.series(tmp_path / "ct")
    whole = read_image(folder)
    names = decoded(monkeypatch)
    volume = open_image(folder)
    assert isinstance(volume, VolumeOnDemand)
    assert volume.shape == whole.shape
    assert names == []
    np.testing.assert_array_equal(volume.voxels[CUT], whole.array[CUT])
    assert names == ["002.dcm", "003.dcm"]
    np.testing.assert_array_equal(
        volume.voxels[slice(1, 4), slice(0, 5), slice(0, 4)], whole.array[1:4, :5, :4]
    )
    assert names == ["002.dcm", "003.dcm", "001.dcm"]  # none twice
    np.testing.assert_array_equal(volume.array, whole.array)
    assert volume.array.dtype == whole.array.dtype
    assert volume.voxels is volume.array


def test_the_rest_is_decoded_where_a_part_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = small_series.series(tmp_path / "ct")
    names = decoded(monkeypatch)
    volume = open_image(folder)
    _ = volume.voxels[CUT], volume.array
    assert sorted(names) == [f"{number:03d}.dcm" for number in range(6)]


def test_the_grid_is_that_of_the_whole(tmp_path: Path) -> None:
    folder = small_series.series(tmp_path / "ct")
    whole, volume = read_image(folder), open_image(folder)
    for name in (
        "spacing_mm",
        "origin_mm",
        "direction",
        "modality",
        "frame_of_reference",
        "padding",
        "is_2d",
    ):
        assert getattr(volume, name) == getattr(whole, name), name
    assert type(whole) is Volume


def test_what_is_read_cannot_be_written_to(tmp_path: Path) -> None:
    volume = open_image(small_series.series(tmp_path / "ct"))
    for read in (volume.voxels[CUT], volume.array):
        with pytest.raises(ValueError, match="read-only"):
            read[:] = 0


@given(
    data=st.data(),
    most=st.sampled_from([900, 9_100, 40_000, 65_535]),
    intercept=st.sampled_from([-1024.0, 0.0, -32768.0, 0.5]),
    slope=st.sampled_from([1.0, -1.0, 2.0, 0.25, 40_000.0]),
)
def test_any_boxes_in_any_order_are_those_of_the_whole(
    data: st.DataObject, most: int, intercept: float, slope: float
) -> None:
    seed = data.draw(st.integers(0, 1000))
    rng = np.random.default_rng(seed)
    tops = rng.choice([10, most], small_series.SHAPE[0])  # some slices need a wider type than others
    stored = [rng.integers(0, top, small_series.SHAPE[1:], endpoint=True) for top in tops]
    with tempfile.TemporaryDirectory() as place:
        folder = slices_of(stored, slope, intercept, Path(place) / "ct")
        whole, volume = read_image(folder).array, open_image(folder)
        expected = np.stack(stored) * slope + intercept
        np.testing.assert_array_equal(whole, expected)
        for _ in range(3):
            z, y, x = (slice(*sorted((data.draw(ENDS), data.draw(ENDS)))) for _ in range(3))
            cut = (z, y, x)
            box = volume.voxels[cut]
            np.testing.assert_array_equal(box, whole[cut])
            if (
                box.size and box.dtype != whole.dtype
            ):  # then no interpolation reaches the limits of the narrower
                assert np.abs(box.astype(np.int64)).max() * 1.55**3 < np.iinfo(box.dtype).max
        np.testing.assert_array_equal(volume.array, whole)
        assert volume.array.dtype == whole.dtype


def test_fractions_are_read_as_a_whole_so_that_they_can_be_checked(tmp_path: Path) -> None:
    folder = small_series.series(tmp_path / "ct", lambda number: {"RescaleSlope": 0.5} if number == 5 else {})
    volume = open_image(folder)
    assert not isinstance(volume, VolumeOnDemand)
    assert volume.array.dtype == np.float64


def test_damage_is_told_where_it_is_needed(tmp_path: Path) -> None:
    folder = small_series.series(
        tmp_path / "ct", lambda number: {"PixelData": b"\0\0"} if number == 5 else {}
    )
    volume = open_image(folder)
    assert volume.voxels[CUT].shape == (2, 4, 3)
    with pytest.raises(UnreadableImage, match=r"005\.dcm"):
        volume.voxels[slice(4, 6), slice(0, 5), slice(0, 4)]
    with pytest.raises(UnreadableImage, match=r"005\.dcm"):
        _ = volume.array
    with pytest.raises(UnreadableImage, match=r"005\.dcm"):
        read_image(folder)


def test_a_file_that_is_gone_meanwhile_is_told(tmp_path: Path) -> None:
    folder = small_series.series(tmp_path / "ct")
    volume = open_image(folder)
    (folder / "003.dcm").unlink()
    with pytest.raises(FileUnreadable, match=r"003\.dcm"):
        volume.voxels[CUT]


@pytest.mark.parametrize(
    "field", [{"Rows": 1}, {"Columns": 1}, {"RescaleIntercept": -2048}, {"SOPInstanceUID": "1.2.3"}]
)
def test_a_file_that_is_another_one_meanwhile_is_told(tmp_path: Path, field: dict[str, object]) -> None:
    folder = small_series.series(tmp_path / "ct")
    volume = open_image(folder)
    pixels = {} if "Rows" not in field and "Columns" not in field else {"PixelData": bytes(10)}
    small_series.dataset(3, **field, **pixels).save_as(folder / "003.dcm", enforce_file_format=True)
    with pytest.raises(UnreadableImage, match=r"003\.dcm changed while it was read"):
        volume.voxels[CUT]


@pytest.mark.parametrize(
    "field",
    [
        {"RescaleSlope": 100_000},
        {"BitsAllocated": 32, "BitsStored": 32, "HighBit": 31, "PixelData": bytes(80)},
    ],
)
def test_what_could_pass_32_bits_is_read_as_a_whole(tmp_path: Path, field: dict[str, object]) -> None:
    folder = small_series.series(tmp_path / "ct", lambda number: field if number == 5 else {})
    assert not isinstance(open_image(folder), VolumeOnDemand)


def test_twelve_bits_are_decoded_without_a_word_to_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    twelve = {"BitsStored": 12, "HighBit": 11, "PixelData": bytes(40)}
    read_image(small_series.series(tmp_path / "ct", lambda _number: twelve))
    assert caplog.records == []


def test_headers_of_all_slices_are_checked(tmp_path: Path) -> None:
    folder = small_series.series(tmp_path / "ct", numbers=[0, 1, 2, 4, 5])
    with pytest.raises(MissingSlices):
        open_image(folder)


def test_a_pixel_spacing_of_nan_is_no_mixed_series(tmp_path: Path) -> None:
    folder = small_series.series(tmp_path / "ct", lambda _number: {"PixelSpacing": [float("nan"), 0.8]})
    with pytest.raises(BadSpacing):
        open_image(folder)


def test_memory_counts_what_is_decoded(tmp_path: Path) -> None:
    folder = small_series.series(tmp_path / "ct")
    with memory_allowed(300):
        assert open_image(folder).voxels[CUT].shape == (2, 4, 3)
        with pytest.raises(ResourceLimit, match="6 × 5 × 4 voxels"):
            read_image(folder)


def test_every_field_that_is_asked_of_a_slice_is_read() -> None:
    """One that is not in the list would look as if the header did not have it."""
    asked: set[str] = set()
    for module in (burned_in, dicom_frames, dicom_planes, dicom_scaling, dicom_series):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value[:1].isupper():
                asked.add(node.value)
            if (
                isinstance(node, ast.Attribute)
                and getattr(node.value, "attr", getattr(node.value, "id", "")) == "header"
            ):
                asked.add(node.attr)
    fields = {name for name in asked if name in keyword_dict}
    inside = {
        "PlanePositionSequence", "PlaneOrientationSequence", "PixelMeasuresSequence", "PixelValueTransformationSequence",
    }  # fmt: skip
    of_pixels = {"PixelData", "TransferSyntaxUID", "MediaStorageSOPClassUID"}
    assert fields - inside - of_pixels <= set(OF_A_SLICE)
    assert set(OF_A_SLICE) <= set(keyword_dict)


@given(
    stored=st.lists(st.integers(-(2**15), 2**16 - 1), min_size=1, max_size=6),
    slope=st.sampled_from([1, -1, 2, 3, 1000, 70_000]),
    intercept=st.sampled_from([0, -1024, 32_767, -(2**31)]),
)
def test_whole_numbers_are_those_of_exact_arithmetic(stored: list[int], slope: int, intercept: int) -> None:
    exact = [value * slope + intercept for value in stored]
    found = rescaled(np.array(stored), float(slope), float(intercept))
    assert found.tolist() == exact
    fits = [
        kind
        for kind in (np.int16, np.int32)
        if np.iinfo(kind).min <= min(exact) and max(exact) <= np.iinfo(kind).max
    ]
    assert found.dtype == (fits[0] if fits else np.float64)
