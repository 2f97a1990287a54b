"""Small files that unpack to far more than an image: refused before the memory is taken, and masks are not."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from radiobone.core.errors import ResourceLimit, UnreadableImage
from radiobone.core.volume import Volume
from radiobone.core.warnings import collected
from radiobone.io import packing
from radiobone.io.images import read_image
from radiobone.io.masks import open_mask

ZEROS = gzip.compress(bytes(1 << 26))
SIDE = 1 << 10


def nifti_header(sizes: tuple[int, int, int], kind: tuple[int, int] = (4, 16)) -> bytes:
    """Of voxels of 1 mm; ``kind`` is type and bits."""
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, *sizes, 1, 1, 1, 1)
    struct.pack_into("<2h", header, 70, *kind)
    struct.pack_into("<8f", header, 76, *[1] * 8)
    struct.pack_into("<2f", header, 108, 352, 1)
    header[344:348] = b"n+1\0"
    return bytes(header)


def bomb(path: Path, start: bytes, n_members: int = 32) -> Path:
    path.write_bytes(gzip.compress(start) + n_members * ZEROS)
    return path


@pytest.mark.parametrize(
    "sizes", [(SIDE, SIDE, SIDE), (8, 8, 8), (SIDE, SIDE, 8)],
    ids=["its header says so", "its header says less", "its header says a little less"],
)  # fmt: skip
def test_two_gigabytes_of_zeros_are_not_unpacked(tmp_path, monkeypatch, sizes):
    if sizes[2] == 8:  # a tenth of the time for what has to be read through
        monkeypatch.setattr(packing, "FREE_BYTES", 1 << 27)
    start = nifti_header(sizes)
    with pytest.raises(ResourceLimit, match="images do not pack"):
        read_image(bomb(tmp_path / "bomb.nii.gz", start))


def test_zeros_without_a_header(tmp_path):
    packed = gzip.compress(bytes(512) + np.random.default_rng(1).bytes(2 << 20))
    (tmp_path / "bomb.nii.gz").write_bytes(packed[:-4] + struct.pack("<I", 2_000_000_000))
    with pytest.raises(ResourceLimit):
        read_image(tmp_path / "bomb.nii.gz")


@pytest.mark.parametrize("kind", ["nrrd", "mha"])
def test_packed_data_of_other_formats(tmp_path, kind):
    sizes = f"{SIDE} {SIDE} {SIDE}"
    text = {
        "nrrd": f"NRRD0004\ntype: short\ndimension: 3\nsizes: {sizes}\nendian: little\nencoding: gzip\n\n",
        "mha": f"ObjectType = Image\nNDims = 3\nDimSize = {sizes}\nElementType = MET_SHORT\nElementSpacing = 1 1 1\n"
        "BinaryData = True\nCompressedData = True\nElementDataFile = LOCAL\n",
    }[kind]
    (tmp_path / f"bomb.{kind}").write_bytes(text.encode() + ZEROS)
    with pytest.raises(ResourceLimit, match="images do not pack"):
        read_image(tmp_path / f"bomb.{kind}")


def test_a_mask_may_be_as_large_as_its_image_needs_and_no_larger(tmp_path, monkeypatch):
    monkeypatch.setattr(packing, "FREE_BYTES", 1 << 12)
    image = Volume(np.zeros((32, 32, 32), dtype=np.int16))
    labels = np.zeros(image.shape)
    labels[8:20, 8:20, 8:20] = 1
    content = nifti_header((32, 32, 32), (64, 64)) + labels.tobytes()
    (tmp_path / "mask.nii.gz").write_bytes(gzip.compress(content))
    origin = Volume(image.array, direction=(1, 0, 0, 0, 1, 0, 0, 0, 1))
    mask = open_mask(tmp_path / "mask.nii.gz", origin)
    assert mask.region(roi=None, label=None).array.sum() == 12**3
    with pytest.raises(ResourceLimit):
        open_mask(bomb(tmp_path / "bomb.nii.gz", nifti_header((SIDE, SIDE, 8)), 1), origin)


@pytest.mark.parametrize("packed", [True, False])
def test_what_follows_the_voxels_is_told(tmp_path, packed):
    """A little, such as the mark of some program, is passed over; much more is voxels that the header does not know."""
    content = nifti_header((8, 8, 64)) + bytes(8192)
    path = tmp_path / "long.nii.gz"
    path.write_bytes(gzip.compress(content + bytes(50)) if packed else content + bytes(50))
    with collected() as told:
        assert read_image(path).shape == (64, 8, 8)
    assert [one.code for one in told] == ["BadHeaderField"]
    path.write_bytes(gzip.compress(content + bytes(1 << 25)) if packed else content + bytes(8192))
    with pytest.raises(UnreadableImage, match="announces"):
        read_image(path)
