"""Which files an image or a mask is read from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from radiobone.core.errors import FileMissing, UnreadableImage
from radiobone.io.images import files_read, read_image


def written(path: Path) -> Path:
    sitk.WriteImage(sitk.GetImageFromArray(np.arange(60, dtype=np.int16).reshape(3, 4, 5)), str(path))
    return path


@pytest.mark.parametrize("name", ["a.nii.gz", "a.nrrd", "a.mha"])
def test_an_image_in_one_file(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / name)
    assert files_read(path) == (path,)


@pytest.mark.parametrize("name", ["a.mhd", "a.nhdr"])
def test_a_header_and_its_data(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / name)
    assert files_read(path) == (path, tmp_path / "a.raw")
    (tmp_path / "a.raw").unlink()
    with pytest.raises(FileMissing, match=r"a\.raw"):
        files_read(path)


def test_a_folder_is_all_its_files(tmp_path: Path) -> None:
    (tmp_path / "deeper").mkdir()
    paths = [written(tmp_path / "b.nii.gz"), written(tmp_path / "deeper" / "a.nii.gz")]
    assert files_read(tmp_path) == tuple(paths)


def test_what_is_no_image_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("words")
    assert files_read(tmp_path / "a.txt") == (tmp_path / "a.txt",)


@pytest.mark.parametrize("binary", ["True", "False"])
def test_voxels_elsewhere_are_refused_also_where_they_are_text(tmp_path: Path, binary: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "v.txt").write_text(" ".join("1" for _ in range(8)))
    path = tmp_path / "in" / "a.mhd"
    path.write_text(
        f"ObjectType = Image\nNDims = 3\nBinaryData = {binary}\nDimSize = 2 2 2\n"
        "ElementType = MET_UCHAR\nElementDataFile = ../v.txt\n"
    )
    for read in (files_read, read_image):
        with pytest.raises(UnreadableImage, match=r"\.\./v\.txt"):
            read(path)
