from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from pydicom.dataset import Dataset
from pydicom.uid import JPEGLSLossless, RLELossless

from radiobone.core.errors import (
    DimensionMismatch,
    DuplicateSlices,
    GantryTilt,
    MissingRescale,
    MissingSlices,
    MixedPatients,
    MixedSeries,
    NonUniformSpacing,
    UnreadableImage,
    VectorImage,
)
from radiobone.core.volume import Volume
from radiobone.core.warnings import InvertedPhotometric, LocalizerIgnored, SpacingAssumed, collected
from radiobone.io import dicom_frames
from radiobone.io.dicom_frames import rescaled
from radiobone.io.dicom_series import open_dicom_series, read_dicom_series
from radiobone.io.gzipped import PADDING_BYTES
from radiobone.io.images import read_image

SaveSeries = Callable[..., Path]


@pytest.mark.parametrize(
    "direction",
    [(1, 0, 0, 0, 1, 0, 0, 0, 1), (0, 0, 1, 1, 0, 0, 0, 1, 0), (0.8, 0, 0.6, 0, 1, 0, -0.6, 0, 0.8)],
    ids=["axial", "sagittal", "oblique"],
)
def test_a_series_is_the_volume_it_was_made_of(
    tmp_path: Path, ct_volume: Volume, save_series: SaveSeries, direction: tuple[float, ...]
) -> None:
    turned = replace(ct_volume, direction=tuple(float(value) for value in direction))
    volume = read_image(save_series(tmp_path / "ct", turned))
    assert np.array_equal(volume.array, turned.array)
    assert volume.array.dtype == np.int16
    assert volume.spacing_mm == pytest.approx(turned.spacing_mm)
    assert volume.origin_mm == pytest.approx(turned.origin_mm)
    assert volume.direction == pytest.approx(turned.direction)
    assert volume.modality == "CT"


def test_the_grid_is_that_of_simpleitk(tmp_path: Path, ct_volume: Volume, save_series: SaveSeries) -> None:
    folder = save_series(tmp_path / "ct", ct_volume)
    itk = sitk.ReadImage(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder)))
    volume = read_image(folder)
    assert np.array_equal(sitk.GetArrayFromImage(itk), volume.array)
    assert volume.spacing_mm[::-1] == pytest.approx(itk.GetSpacing())
    assert volume.origin_mm == pytest.approx(itk.GetOrigin())
    assert volume.direction == pytest.approx(itk.GetDirection())


def test_a_list_of_files_in_any_order_is_a_series(
    tmp_path: Path, ct_volume: Volume, save_series: SaveSeries
) -> None:
    files = sorted(save_series(tmp_path, ct_volume).iterdir())
    shuffled = [files[i] for i in (3, 0, 5, 1, 4, 2)]
    assert np.array_equal(read_dicom_series(shuffled).array, ct_volume.array)


def test_rescaling_may_differ_from_slice_to_slice(
    tmp_path: Path, ct_volume: Volume, save_series: SaveSeries
) -> None:
    def change(dataset: Dataset, number: int) -> None:
        dataset.RescaleSlope, dataset.RescaleIntercept = str(0.5 + number), str(-number)

    volume = read_image(save_series(tmp_path, ct_volume, change))
    stored = ct_volume.array.astype(float) + 1024
    number = np.arange(6)[:, None, None]
    assert np.allclose(volume.array, stored * (0.5 + number) - number)
    assert volume.array.dtype == np.float64


def set_field(name: str, value: object, only: int | None = None) -> Callable[[Dataset, int], None]:
    def change(dataset: Dataset, number: int) -> None:
        if only is None or number == only:
            setattr(dataset, name, value)

    return change


def tilt(dataset: Dataset, number: int) -> None:
    x, y, z = dataset.ImagePositionPatient
    dataset.ImagePositionPatient = [x, y + 0.5 * number, z]


def move(slice_number: int, to: float) -> Callable[[Dataset, int], None]:
    def change(dataset: Dataset, number: int) -> None:
        if number == slice_number:
            dataset.ImagePositionPatient = [*dataset.ImagePositionPatient[:2], -100.0 + to]

    return change


@pytest.mark.parametrize(
    ("change", "error", "word"),
    [
        (set_field("PatientID", "P002", only=2), MixedPatients, "2 patients"),
        (set_field("SeriesInstanceUID", "1.2.3", only=2), MixedSeries, "2 series"),
        (set_field("PixelSpacing", [1.0, 1.0], only=2), MixedSeries, "pixel spacing"),
        (tilt, GantryTilt, "11°"),
        (move(2, 2.5), DuplicateSlices, "same position"),
        (move(5, 15.0), MissingSlices, "1 slice"),
        (move(2, 5.8), NonUniformSpacing, "1.700 to 3.300"),
        (set_field("RescaleSlope", None), MissingRescale, "Hounsfield"),
        (set_field("SamplesPerPixel", 3), VectorImage, "colour"),
        (set_field("ImagePositionPatient", None), UnreadableImage, "position"),
    ],
)
def test_a_series_that_cannot_be_trusted_is_refused(
    tmp_path: Path,
    ct_volume: Volume,
    save_series: SaveSeries,
    change: Callable[[Dataset, int], None],
    error: type[Exception],
    word: str,
) -> None:
    with pytest.raises(error, match=word):
        read_image(save_series(tmp_path, ct_volume, change))


def test_a_missing_slice_is_noticed_and_placed(
    tmp_path: Path, ct_volume: Volume, save_series: SaveSeries
) -> None:
    save_series(tmp_path, ct_volume)
    (tmp_path / "097.dcm").unlink()  # slice 2
    with pytest.raises(MissingSlices, match=r"098\.dcm and 096\.dcm"):
        read_image(tmp_path)


def test_mr_needs_no_rescale(tmp_path: Path, ct_volume: Volume, save_series: SaveSeries) -> None:
    def change(dataset: Dataset, _number: int) -> None:
        del dataset.RescaleSlope, dataset.RescaleIntercept
        dataset.Modality = "MR"

    volume = read_image(save_series(tmp_path, ct_volume, change))
    assert volume.modality == "MR"
    assert np.array_equal(volume.array, ct_volume.array + 1024)


def test_a_localizer_is_left_out_with_a_warning(
    tmp_path: Path, ct_volume: Volume, save_series: SaveSeries
) -> None:
    def change(dataset: Dataset, number: int) -> None:
        if number == 5:
            dataset.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
            dataset.ImageOrientationPatient = [1, 0, 0, 0, 0, -1]

    with pytest.warns(LocalizerIgnored, match="1 localizer"):
        volume = read_image(save_series(tmp_path, ct_volume, change))
    assert np.array_equal(volume.array, ct_volume.array[:5])


def test_truncated_pixels_are_refused(tmp_path: Path, ct_volume: Volume, save_series: SaveSeries) -> None:
    save_series(tmp_path, ct_volume)
    content = (tmp_path / "099.dcm").read_bytes()
    (tmp_path / "099.dcm").write_bytes(content[:-40])
    with pytest.raises(UnreadableImage, match=r"099\.dcm"):
        read_image(tmp_path)


@pytest.mark.parametrize("n_threads", [1, 3])
def test_slices_decoded_side_by_side_keep_their_order_and_what_is_told_of_them(
    tmp_path: Path,
    ct_volume: Volume,
    save_series: SaveSeries,
    monkeypatch: pytest.MonkeyPatch,
    n_threads: int,
) -> None:
    def pad(dataset: Dataset, number: int) -> None:
        dataset.PixelData += b"\0" * (2 * PADDING_BYTES) * (number == 2)

    monkeypatch.setattr(dicom_frames, "MOST_THREADS", n_threads)
    monkeypatch.setattr(dicom_frames.os, "cpu_count", lambda: 3)
    with collected() as told:
        volume = read_image(save_series(tmp_path / "ct", ct_volume, change=pad))
    assert np.array_equal(volume.array, ct_volume.array)
    assert [type(one).__name__ for one in told] == ["BadHeaderField"]


def test_a_folder_without_dicom_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(UnreadableImage, match="no DICOM image"):
        read_image(tmp_path)


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless])
def test_compression_changes_nothing(
    tmp_path: Path, ct_volume: Volume, save_series: SaveSeries, syntax: str
) -> None:
    folder = save_series(tmp_path, ct_volume, lambda dataset, _number: dataset.compress(syntax))
    assert np.array_equal(read_image(folder).array, ct_volume.array)


def test_an_enhanced_multi_frame_object_is_read(
    tmp_path: Path, ct_volume: Volume, save_series: SaveSeries
) -> None:
    from pydicom.sequence import Sequence

    save_series(tmp_path / "classic", ct_volume)
    enhanced = pydicom.dcmread(tmp_path / "classic" / "099.dcm")
    frames = []
    for number in (4, 0, 3, 1, 5, 2):  # in no order
        group, plane, scaling = Dataset(), Dataset(), Dataset()
        plane.ImagePositionPatient = [-30.5, 12.25, -100.0 + 2.5 * number]
        scaling.RescaleSlope, scaling.RescaleIntercept = "1", "-1024"
        group.PlanePositionSequence = Sequence([plane])
        group.PixelValueTransformationSequence = Sequence([scaling])
        frames.append(group)
    enhanced.PerFrameFunctionalGroupsSequence = Sequence(frames)
    enhanced.NumberOfFrames = 6
    enhanced.PixelData = (ct_volume.array[[4, 0, 3, 1, 5, 2]].astype(int) + 1024).astype(np.uint16).tobytes()
    del enhanced.ImagePositionPatient, enhanced.RescaleSlope, enhanced.RescaleIntercept
    enhanced.save_as(tmp_path / "enhanced.dcm", enforce_file_format=True)
    volume = read_image(tmp_path / "enhanced.dcm")
    on_demand = open_dicom_series([tmp_path / "enhanced.dcm"])
    box = (slice(1, 4), slice(0, 3), slice(1, 3))
    np.testing.assert_array_equal(on_demand.voxels[box], volume.array[box])
    assert np.array_equal(volume.array, ct_volume.array)
    assert volume.spacing_mm == pytest.approx(ct_volume.spacing_mm)


PIXELS = np.random.default_rng(3).integers(0, 4096, size=(12, 15)).astype(np.uint16)


def test_a_radiograph_is_flat_with_the_spacing_of_its_header(
    tmp_path: Path, save_radiograph: Callable[..., Path]
) -> None:
    volume = read_image(save_radiograph(tmp_path / "x.dcm", PIXELS, ImagerPixelSpacing=[0.2, 0.1]))
    assert volume.is_2d
    assert volume.spacing_mm == (1.0, 0.2, 0.1)
    assert volume.modality == "DX"
    assert np.array_equal(volume.array[0], PIXELS)


def test_monochrome1_is_turned_around_with_a_warning(
    tmp_path: Path, save_radiograph: Callable[..., Path]
) -> None:
    path = save_radiograph(tmp_path / "x.dcm", PIXELS, "MONOCHROME1", PixelSpacing=[0.1, 0.1], BitsStored=12)
    with pytest.warns(InvertedPhotometric, match="bone is bright"):
        volume = read_image(path)
    assert np.array_equal(volume.array[0].astype(int), 4095 - PIXELS.astype(int))


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless])
def test_a_compressed_radiograph_is_turned_around_once(
    tmp_path: Path, save_radiograph: Callable[..., Path], syntax: str
) -> None:
    path = save_radiograph(tmp_path / "x.dcm", PIXELS, "MONOCHROME1", PixelSpacing=[0.1, 0.1])
    dataset = pydicom.dcmread(path)
    dataset.compress(syntax)
    dataset.save_as(path)
    with pytest.warns(InvertedPhotometric):
        volume = read_image(path)
    assert np.array_equal(volume.array[0].astype(int), 65535 - PIXELS.astype(int))


def test_a_radiograph_without_pixel_size_says_so(
    tmp_path: Path, save_radiograph: Callable[..., Path]
) -> None:
    with pytest.warns(SpacingAssumed, match="1 mm"):
        volume = read_image(save_radiograph(tmp_path / "x.dcm", PIXELS))
    assert volume.spacing_mm == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("name", ["x.png", "x.tif", "x.jpg"])
def test_pictures_are_radiographs(tmp_path: Path, name: str) -> None:
    grey = (PIXELS // 16).astype(np.uint8)
    sitk.WriteImage(sitk.GetImageFromArray(grey), str(tmp_path / name))
    with pytest.warns(SpacingAssumed):
        volume = read_image(tmp_path / name)
    assert volume.is_2d
    assert np.array_equal(volume.array[0], sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / name))))


def test_sixteen_bits_of_a_png_are_kept(tmp_path: Path) -> None:
    sitk.WriteImage(sitk.GetImageFromArray(PIXELS), str(tmp_path / "x.png"))
    with pytest.warns(SpacingAssumed):
        assert np.array_equal(read_image(tmp_path / "x.png").array[0], PIXELS)


def test_grey_saved_in_colour_is_grey_and_colour_is_refused(tmp_path: Path) -> None:
    grey = (PIXELS // 16).astype(np.uint8)
    rgb = np.stack([grey] * 3, axis=-1)
    sitk.WriteImage(sitk.GetImageFromArray(rgb, isVector=True), str(tmp_path / "grey.png"))
    rgb[0, 0] = (255, 0, 0)
    sitk.WriteImage(sitk.GetImageFromArray(rgb, isVector=True), str(tmp_path / "colour.png"))
    with pytest.warns(SpacingAssumed):
        assert np.array_equal(read_image(tmp_path / "grey.png").array[0], grey)
    with pytest.raises(VectorImage, match="colour"):
        read_image(tmp_path / "colour.png")


@pytest.mark.parametrize("name", ["x.png", "x.jpg"])
def test_a_picture_cut_short_is_refused(tmp_path: Path, name: str) -> None:
    noise = np.random.default_rng(1).integers(0, 255, size=(150, 150)).astype(np.uint8)
    sitk.WriteImage(sitk.GetImageFromArray(noise), str(tmp_path / name))
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(UnreadableImage, match="end is missing"):
        read_image(tmp_path / name)


def test_a_cine_is_no_radiograph(tmp_path: Path, save_radiograph: Callable[..., Path]) -> None:
    from radiobone.io.radiograph import read_dicom_radiograph

    path = save_radiograph(tmp_path / "x.dcm", np.stack([PIXELS, PIXELS]), NumberOfFrames=2)
    with pytest.raises(DimensionMismatch, match="2 frames"):
        read_dicom_radiograph(path)


@pytest.mark.parametrize(
    ("stored", "kind"), [(1000, np.int16), (100_000, np.int32), (4_000_000_000, np.float64)]
)
def test_rescaled_values_fit_their_type(stored: int, kind: type) -> None:
    found = rescaled(np.array([stored], dtype=np.uint32), 1.0, -24.0)
    assert found.dtype == kind
    assert found[0] == stored - 24
