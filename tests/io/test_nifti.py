from __future__ import annotations

import contextlib
import gzip
import io
import os
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk

from radiobone.core.errors import (
    AmbiguousOrientation,
    BadSpacing,
    DimensionMismatch,
    FileMissing,
    NotARegularFile,
    RadioboneError,
    UnreadableImage,
    VectorImage,
)
from radiobone.core.volume import Volume
from radiobone.core.warnings import BadHeaderField, collected
from radiobone.io.images import read_image
from radiobone.io.nifti import label_names
from radiobone.io.write import write_volume

TYPES = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "int64", "uint64", "float32", "float64"]


@pytest.mark.parametrize("scaling", [None, (2.0, -1000.0), (0.37, 0.1), (1.0, -1024.0)])
@pytest.mark.parametrize("dtype", TYPES)
def test_values_and_type_are_those_of_simpleitk(tmp_path: Path, dtype: str, scaling: tuple | None) -> None:
    array = (np.random.default_rng(1).random((4, 5, 6)) * 120).astype(dtype)
    image = nibabel.Nifti1Image(array.T, np.diag([0.7, 0.8, 2.5, 1.0]), dtype=array.dtype)
    image.header.set_slope_inter(*(scaling or (None, None)))
    nibabel.save(image, tmp_path / "a.nii.gz")
    expected = sitk.ReadImage(str(tmp_path / "a.nii.gz"))
    volume = read_image(tmp_path / "a.nii.gz")
    assert volume.array.dtype == sitk.GetArrayFromImage(expected).dtype
    assert np.array_equal(volume.array, sitk.GetArrayFromImage(expected))
    assert volume.spacing_mm[::-1] == expected.GetSpacing()
    assert volume.origin_mm == expected.GetOrigin()
    assert volume.direction == expected.GetDirection()
    assert volume.modality is None


def test_values_are_those_of_nibabel_big_endian_too(tmp_path: Path) -> None:
    array = np.arange(60, dtype=">i2").reshape(3, 4, 5)
    header = nibabel.Nifti1Header(endianness=">")
    header.set_data_dtype(">i2")
    nibabel.save(nibabel.Nifti1Image(array.T, np.eye(4), header), tmp_path / "big.nii")
    assert np.array_equal(read_image(tmp_path / "big.nii").array, array)
    assert read_image(tmp_path / "big.nii").array.dtype.isnative


def test_nan_stays_nan(tmp_path: Path, save_nifti: Callable[..., Path]) -> None:
    array = np.ones((3, 4, 5), dtype=np.float32)
    array[1, 2, 3], array[0, 0, 0] = np.nan, np.inf
    read = read_image(save_nifti(tmp_path / "nan.nii.gz", array)).array
    assert np.array_equal(read, array, equal_nan=True)


@pytest.mark.parametrize(
    "name", ["IMAGE.NII.GZ", "scan.dat", "B.NII", "none", "pat.1.2.840.nii.gz", "ä b (1).nii.gz"]
)
def test_the_name_does_not_matter(tmp_path: Path, ct_volume: Volume, name: str) -> None:
    write_volume(tmp_path / "plain.nii.gz", ct_volume)
    shutil.copy(tmp_path / "plain.nii.gz", tmp_path / name)
    volume = read_image(tmp_path / name)
    assert np.array_equal(volume.array, ct_volume.array)
    assert volume.spacing_mm == pytest.approx(ct_volume.spacing_mm)


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.97])
def test_a_truncated_file_is_refused(tmp_path: Path, ct_volume: Volume, suffix: str, share: float) -> None:
    path = tmp_path / f"a{suffix}"
    write_volume(path, ct_volume)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(UnreadableImage, match="again"):
        read_image(path)


def test_a_flipped_byte_is_noticed(tmp_path: Path, ct_volume: Volume) -> None:
    write_volume(tmp_path / "a.nii.gz", ct_volume)
    content = bytearray((tmp_path / "a.nii.gz").read_bytes())
    content[-200] ^= 0xFF
    (tmp_path / "a.nii.gz").write_bytes(bytes(content))
    with pytest.raises(UnreadableImage, match="damaged"):
        read_image(tmp_path / "a.nii.gz")


@pytest.mark.parametrize("n_more", [0, 40])  # with more, the last member alone has the size that is needed
def test_gzip_in_several_members_is_read(tmp_path: Path, ct_volume: Volume, n_more: int) -> None:
    write_volume(tmp_path / "a.nii", ct_volume)
    content = (tmp_path / "a.nii").read_bytes() + bytes(n_more)
    (tmp_path / "b.nii.gz").write_bytes(gzip.compress(content[:400]) + gzip.compress(content[400:]))
    with collected() as told:
        found = read_image(tmp_path / "b.nii.gz")
    assert np.array_equal(found.array, ct_volume.array)
    assert [one.code for one in told] == ["BadHeaderField"] * bool(n_more)


@pytest.mark.parametrize("name", ["", "a", "ab"])  # the second begins at even and odd places
def test_an_image_that_stands_twice_in_a_gzip_file_is_refused(
    tmp_path: Path, ct_volume: Volume, name: str
) -> None:
    write_volume(tmp_path / "a.nii", ct_volume)
    content, first = (tmp_path / "a.nii").read_bytes(), io.BytesIO()
    with gzip.GzipFile(name, "wb", fileobj=first) as packing:
        packing.write(content)
    (tmp_path / "b.nii.gz").write_bytes(first.getvalue() + gzip.compress(content))
    with pytest.raises(UnreadableImage, match="two files were joined"):
        read_image(tmp_path / "b.nii.gz")


@pytest.mark.parametrize(
    "content", [b"", b"not an image", b"<html>log in</html>" * 40, b"\x1f\x8b" + b"x" * 500]
)
def test_something_else_under_that_name_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.nii.gz").write_bytes(content)
    with pytest.raises(UnreadableImage, match=r"a\.nii\.gz"):
        read_image(tmp_path / "a.nii.gz")


def test_a_missing_file_and_a_pipe_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match=r"gone\.nii"):
        read_image(tmp_path / "gone.nii")
    os.mkfifo(tmp_path / "pipe.nii")
    with pytest.raises(NotARegularFile):
        read_image(tmp_path / "pipe.nii")


@pytest.mark.parametrize("bad", [0.0, -0.8, float("nan")])
def test_spacing_that_itk_would_repair_is_refused(
    tmp_path: Path, save_nifti: Callable[..., Path], bad: float
) -> None:
    path = save_nifti(tmp_path / "a.nii", np.zeros((3, 4, 5), np.int16))
    content = bytearray(path.read_bytes())
    content[84:88] = np.float32(bad).tobytes()
    path.write_bytes(bytes(content))
    with pytest.raises(BadSpacing, match=r"a\.nii"):
        read_image(path)


def test_a_2d_image_is_one_slice(tmp_path: Path) -> None:
    array = np.arange(20, dtype=np.int16).reshape(4, 5)
    nibabel.save(nibabel.Nifti1Image(array.T, np.diag([0.5, 0.6, 1, 1])), tmp_path / "flat.nii")
    volume = read_image(tmp_path / "flat.nii")
    assert volume.is_2d
    assert np.array_equal(volume.array, array[np.newaxis])
    assert volume.spacing_mm == pytest.approx((1.0, 0.6, 0.5))


def test_a_fourth_axis_of_one_is_dropped_and_of_two_refused(tmp_path: Path) -> None:
    array = np.arange(48, dtype=np.int16).reshape(2, 3, 4, 2)
    nibabel.save(nibabel.Nifti1Image(array[..., :1], np.eye(4)), tmp_path / "one.nii.gz")
    nibabel.save(nibabel.Nifti1Image(array, np.eye(4)), tmp_path / "two.nii.gz")
    volume = read_image(tmp_path / "one.nii.gz")
    assert np.array_equal(volume.array, array[..., 0].T)
    assert not volume.is_2d
    with pytest.raises(DimensionMismatch, match="4 dimensions"):
        read_image(tmp_path / "two.nii.gz")


def test_colour_is_refused(tmp_path: Path) -> None:
    rgb = np.zeros((2, 3, 4), dtype=[("R", "u1"), ("G", "u1"), ("B", "u1")])
    nibabel.save(nibabel.Nifti1Image(rgb, np.eye(4)), tmp_path / "rgb.nii")
    with pytest.raises(VectorImage, match="3 values"):
        read_image(tmp_path / "rgb.nii")


def test_two_orientations_that_disagree_are_refused(tmp_path: Path) -> None:
    image = nibabel.Nifti1Image(np.zeros((3, 4, 5), np.int16), np.eye(4))
    image.set_qform(np.eye(4), code=1)
    moved = np.eye(4)
    moved[0, 3] = 40
    image.set_sform(moved, code=1)
    nibabel.save(image, tmp_path / "a.nii")
    with pytest.raises(AmbiguousOrientation, match="40 mm"):
        read_image(tmp_path / "a.nii")


def test_infinite_scaling_is_ignored_with_a_warning(tmp_path: Path, save_nifti: Callable[..., Path]) -> None:
    path = save_nifti(tmp_path / "a.nii", np.full((3, 4, 5), 7, np.int16))
    content = bytearray(path.read_bytes())
    content[112:116] = np.float32(np.inf).tobytes()
    path.write_bytes(bytes(content))
    with pytest.warns(BadHeaderField, match="scl_slope"):
        assert (read_image(path).array == 7).all()


def test_names_of_labels_come_from_the_header_extension(tmp_path: Path) -> None:
    image = nibabel.Nifti1Image(np.zeros((3, 4, 5), np.uint8), np.eye(4))
    text = (
        '<CaretExtension><LabelTable><Label Key="0"><![CDATA[background]]></Label>'
        '<Label Key="31" Red="1"><![CDATA[vertebrae_L1]]></Label><Label Key="30">vertebrae_L2</Label>'
        "</LabelTable></CaretExtension>"
    )
    image.header.extensions.append(nibabel.nifti1.Nifti1Extension(0, text.encode()))
    nibabel.save(image, tmp_path / "a.nii.gz")
    assert label_names(tmp_path / "a.nii.gz") == {"vertebrae_L1": 31, "vertebrae_L2": 30}


@pytest.mark.parametrize("seed", range(40))
def test_no_damage_to_a_header_ends_in_a_foreign_error(tmp_path: Path, ct_volume: Volume, seed: int) -> None:
    rng = np.random.default_rng(seed)
    write_volume(tmp_path / "a.nii", ct_volume)
    content = bytearray((tmp_path / "a.nii").read_bytes())
    for position in rng.integers(0, 352, size=6):
        content[position] = rng.integers(0, 256)
    (tmp_path / "a.nii").write_bytes(bytes(content))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with contextlib.suppress(RadioboneError):  # anything else fails the test
            assert read_image(tmp_path / "a.nii").array.size > 0
