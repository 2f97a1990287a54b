from __future__ import annotations

import bz2
import gzip
import re
import sys
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from radiobone.core.errors import (
    BadSetting,
    BadSpacing,
    DimensionMismatch,
    NonOrthogonalGrid,
    UnreadableImage,
    VectorImage,
)
from radiobone.core.volume import Volume
from radiobone.io.images import read_image
from radiobone.io.write import write_volume

SUFFIXES = [".nrrd", ".mha"]


def as_itk(volume: Volume) -> sitk.Image:
    image = sitk.GetImageFromArray(volume.array)
    image.SetSpacing(volume.spacing_mm[::-1])
    image.SetOrigin(volume.origin_mm)
    image.SetDirection(volume.direction)
    return image


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz", *SUFFIXES])
@pytest.mark.parametrize("dtype", ["uint8", "int16", "int32", "float32", "float64"])
def test_what_is_written_is_read_back(tmp_path: Path, ct_volume: Volume, suffix: str, dtype: str) -> None:
    oblique = Volume(
        ct_volume.array.astype(dtype),
        spacing_mm=ct_volume.spacing_mm,
        origin_mm=ct_volume.origin_mm,
        direction=(0.0, 0.6, -0.8, 1.0, 0.0, 0.0, 0.0, -0.8, -0.6),
    )
    path = tmp_path / f"a{suffix}"
    write_volume(path, oblique)
    for volume in (read_image(path), oblique):
        assert np.array_equal(volume.array, sitk.GetArrayFromImage(sitk.ReadImage(str(path))))
    volume = read_image(path)
    assert volume.array.dtype == np.dtype(dtype)
    assert volume.spacing_mm == pytest.approx(oblique.spacing_mm)
    assert volume.origin_mm == pytest.approx(oblique.origin_mm)
    assert volume.direction == pytest.approx(oblique.direction, abs=1e-6)


NRRD_TYPES = {
    "uchar": "u1", "signed char": "i1", "short": "i2", "unsigned short": "u2", "int": "i4", "uint32": "u4",
    "longlong": "i8", "ulonglong": "u8", "float": "f4", "double": "f8",
}  # fmt: skip
ENCODERS = {"raw": bytes, "gzip": gzip.compress, "bzip2": bz2.compress}


@pytest.mark.parametrize("kind", NRRD_TYPES)
@pytest.mark.parametrize(
    ("encoding", "skip"), [("raw", 0), ("raw", 3), ("gzip", 0), ("gzip", 3), ("bzip2", 0)]
)
@pytest.mark.parametrize("endian", ["little", "big"])
def test_nrrd_voxels_are_those_that_itk_reads(
    tmp_path: Path, kind: str, encoding: str, endian: str, skip: int
) -> None:
    dtype = np.dtype(NRRD_TYPES[kind])
    voxels = np.random.default_rng(0).integers(0, 120, (3, 4, 5)).astype(dtype)
    stored = voxels if endian == sys.byteorder else voxels.astype(dtype.newbyteorder("swap"))
    header = f"NRRD0004\ntype: {kind}\ndimension: 3\nsizes: 5 4 3\nspacings: 1 1 2\n"
    header += f"encoding: {encoding}\nendian: {endian}\n" + (f"byte skip: {skip}\n" if skip else "") + "\n"
    content = header.encode() + ENCODERS[encoding](b"x" * skip + stored.tobytes())
    (tmp_path / "a.nrrd").write_bytes(content)
    found = read_image(tmp_path / "a.nrrd").array
    assert found.dtype == dtype
    assert np.array_equal(found, voxels)
    if encoding != "bzip2":  # which ITK is built without
        assert np.array_equal(found, sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "a.nrrd"))))


@pytest.mark.parametrize("suffix", [".nii.gz", *SUFFIXES])
def test_a_flat_image_stays_flat(tmp_path: Path, suffix: str) -> None:
    flat = Volume(np.arange(20, dtype=np.uint16).reshape(1, 4, 5), spacing_mm=(1.0, 0.2, 0.1), is_2d=True)
    write_volume(tmp_path / f"a{suffix}", flat)
    back = read_image(tmp_path / f"a{suffix}")
    assert back.is_2d
    assert np.array_equal(back.array, flat.array)
    assert back.spacing_mm == pytest.approx(flat.spacing_mm)
    assert len(sitk.ReadImage(str(tmp_path / f"a{suffix}")).GetSize()) == 2


def test_an_unknown_ending_cannot_be_written(tmp_path: Path, ct_volume: Volume) -> None:
    with pytest.raises(BadSetting, match=r"\.nii\.gz"):
        write_volume(tmp_path / "a.dcm", ct_volume)


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_truncated_file_is_refused(
    tmp_path: Path, ct_volume: Volume, suffix: str, compressed: bool
) -> None:
    path = tmp_path / f"a{suffix}"
    sitk.WriteImage(as_itk(ct_volume), str(path), useCompression=compressed)
    content = path.read_bytes()
    path.write_bytes(content[:-100])
    with pytest.raises(UnreadableImage, match="again"):
        read_image(path)


@pytest.mark.parametrize(("header", "data"), [("a.mhd", "a.raw"), ("a.nhdr", "a.raw")])
def test_a_header_with_its_data_beside_it_is_read(
    tmp_path: Path, ct_volume: Volume, header: str, data: str
) -> None:
    sitk.WriteImage(as_itk(ct_volume), str(tmp_path / header), useCompression=False)
    assert np.array_equal(read_image(tmp_path / header).array, ct_volume.array)
    (tmp_path / data).write_bytes((tmp_path / data).read_bytes()[:-1])
    with pytest.raises(UnreadableImage, match="again"):
        read_image(tmp_path / header)


@pytest.mark.parametrize("header", ["a.mhd", "a.nhdr"])
def test_data_may_not_lie_in_another_folder(tmp_path: Path, ct_volume: Volume, header: str) -> None:
    sitk.WriteImage(as_itk(ct_volume), str(tmp_path / header), useCompression=False)
    text = (tmp_path / header).read_text().replace("a.raw", "../../etc/passwd")
    (tmp_path / header).write_text(text)
    with pytest.raises(UnreadableImage, match="beside the header"):
        read_image(tmp_path / header)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_colour_and_time_are_refused(tmp_path: Path, suffix: str) -> None:
    colour = sitk.GetImageFromArray(np.zeros((2, 3, 4, 3), np.uint8), isVector=True)
    sitk.WriteImage(colour, str(tmp_path / f"c{suffix}"))
    with pytest.raises(VectorImage):
        read_image(tmp_path / f"c{suffix}")
    sitk.WriteImage(sitk.JoinSeries([sitk.Image(4, 3, 2, sitk.sitkInt16)] * 2), str(tmp_path / f"t{suffix}"))
    with pytest.raises(DimensionMismatch, match="4 dimensions"):
        read_image(tmp_path / f"t{suffix}")


def test_zero_spacing_is_refused(tmp_path: Path, ct_volume: Volume) -> None:
    sitk.WriteImage(as_itk(ct_volume), str(tmp_path / "a.mha"), useCompression=False)
    content = (tmp_path / "a.mha").read_bytes()
    (tmp_path / "a.mha").write_bytes(re.sub(rb"(ElementSpacing = )\S+", rb"\g<1>0", content))
    with pytest.raises(BadSpacing, match=r"0 × 0\.9"):
        read_image(tmp_path / "a.mha")


def test_a_sheared_nrrd_is_refused(tmp_path: Path, ct_volume: Volume) -> None:
    sitk.WriteImage(as_itk(ct_volume), str(tmp_path / "a.nrrd"), useCompression=False)
    content = (tmp_path / "a.nrrd").read_bytes()
    sheared = content.replace(b"(0,0,2.5)", b"(0,0.6,2.5)")
    assert sheared != content
    (tmp_path / "a.nrrd").write_bytes(sheared)
    with pytest.raises((NonOrthogonalGrid, UnreadableImage)):
        read_image(tmp_path / "a.nrrd")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.nrrd", "NRRD0004\ntype: short\nsizes: two three\n\n"),
        ("a.nrrd", "NRRD0004\ndimension: 3\n\n"),
        ("a.mha", "ObjectType = Image\nDimSize = 2 x 3\nElementType = MET_SHORT\nElementDataFile = LOCAL\n"),
        ("a.mha", "ObjectType = Image\nNDims = 3\n"),
    ],
)
def test_a_header_that_makes_no_sense_is_named(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UnreadableImage, match=name):
        read_image(tmp_path / name)
