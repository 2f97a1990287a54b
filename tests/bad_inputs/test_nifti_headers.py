"""NIfTI headers with one field wrong: right numbers, a named warning, or a named error."""

from __future__ import annotations

import gzip
import math
from typing import Any

import numpy as np
import pytest

from radiobone.core.errors import RadioboneError
from radiobone.core.volume import Volume
from radiobone.core.warnings import collected
from radiobone.io.images import read_image
from raw_files import AFFINE, RAW, SPACING_MM, VOXELS, nifti, written

NAN, INF = math.nan, math.inf
SHEARED = AFFINE + np.array([[0, 0.2, 0, 0], [0] * 4, [0] * 4])
MOVED = AFFINE + np.array([0, 0, 0, 40])


def read(tmp_path, packed: bool = False, name: str = "image.nii", **fields: Any) -> tuple[Volume, list[str]]:
    content = nifti(**fields)
    path = written(tmp_path / name, gzip.compress(content) if packed else content)
    with collected() as told:
        volume = read_image(path)
    return volume, [one.code for one in told]


def check_right(volume: Volume, voxels=VOXELS) -> None:
    assert np.array_equal(volume.array, voxels)
    assert volume.spacing_mm == pytest.approx(SPACING_MM, rel=1e-6)


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize(
    "fields",
    [
        {"order": ">", "data": VOXELS.astype(">i2").tobytes()},
        {"sizeof": 0}, {"sizeof": 540}, {"slope": 0}, {"slope": NAN, "intercept": NAN}, {"vox_offset": 0},
        {"dim": (4, 6, 5, 4, 1)}, {"dim": (7, 6, 5, 4)}, {"units": 0}, {"units": 7}, {"data": RAW + bytes(16)},
        {"units": 1, "pixdim": (1, 0.0008, 0.0009, 0.002), "quaternion": (0, 0, 0, 0.01, 0.02, 0.03), "sform": AFFINE / 1000},
        {"units": 3, "pixdim": (1, 800, 900, 2000), "quaternion": (0, 0, 0, 1e4, 2e4, 3e4), "sform": AFFINE * 1000},
        *({"pixdim": (handed, 0.8, 0.9, 2), "sform_code": 0} for handed in (0, -1, 2, -7, NAN)),
        *({"qform_code": q, "sform_code": s} for q in (-1, 0, 1, 2, 5) for s in (-1, 0, 1, 4, 5)),
        *({"qform_code": q, "sform_code": s, "sform": MOVED} for q, s in ((0, 1), (1, 0), (0, 0), (-3, 2))),
    ],
    ids=str,
)  # fmt: skip
def test_headers_that_are_sound(tmp_path, fields, packed):
    volume, codes = read(tmp_path, packed, **fields)
    check_right(volume)
    assert codes == []


@pytest.mark.parametrize(
    "fields",
    [
        {"slope": NAN}, {"slope": INF}, {"intercept": -INF}, {"slope": 0, "intercept": 5}, {"bitpix": 32}, {"bitpix": 0},
        {"data": RAW + bytes(100)},
    ],
    ids=str,
)  # fmt: skip
def test_a_field_that_is_ignored_is_told(tmp_path, fields):
    volume, codes = read(tmp_path, **fields)
    check_right(volume)
    assert codes == ["BadHeaderField"]


@pytest.mark.parametrize(
    ("scaling", "expected"), [((2, -1000), 2.0 * VOXELS - 1000), ((-1, 0), -1.0 * VOXELS), ((1, 0.5), VOXELS + 0.5)]
)  # fmt: skip
def test_scaling_is_applied_whatever_its_sign(tmp_path, scaling, expected):
    volume, codes = read(tmp_path, slope=scaling[0], intercept=scaling[1])
    check_right(volume, expected)
    assert codes == []


@pytest.mark.parametrize(
    "fields", [{"units": 1}, {"units": 3}, {"pixdim": (1, 0.8, 0.9, 500), "sform_code": 0}], ids=str
)  # fmt: skip
def test_lengths_that_no_patient_has_are_told(tmp_path, fields):
    assert "ImplausibleSpacing" in read(tmp_path, **fields)[1]


REFUSED = {
    "BadSpacing": [
        *({"pixdim": (1, 0.8, 0.9, length), "sform_code": 0} for length in (0, -2, NAN, INF, 1e-20, 1e20)),
        {"pixdim": (1, 0.8, 0.9, 2.5)}, {"sform": AFFINE * [2, 2, 2, 1], "qform_code": 0}, {"pixdim": (1, 0.8, 0.91, 2), "qform_code": 0},
    ],
    "AmbiguousOrientation": [
        {"sform": MOVED}, {"quaternion": (1, 1, 1, 10, 20, 30)}, {"quaternion": (NAN, 0, 0, 10, 20, 30)},
        {"quaternion": (0, 0, 0, NAN, 20, 30), "sform_code": 0}, {"sform": np.full((3, 4), NAN), "qform_code": 0},
        {"sform": [*AFFINE[:2], [0, 0, 2, INF]], "qform_code": 0},
    ],
    "NonOrthogonalGrid": [
        {"sform": SHEARED, "qform_code": 0}, {"sform": np.zeros((3, 4)), "qform_code": 0},
        {"sform": AFFINE[[0, 0, 2]], "qform_code": 0},
    ],
    "VectorImage": [
        {"datatype": kind, "bitpix": bits, "data": RAW * 8} for kind, bits in ((32, 64), (128, 24), (1792, 128), (2048, 256), (2304, 32))
    ],
    "DimensionMismatch": [{"dim": (4, 6, 5, 4, 3), "data": RAW * 3}, {"dim": (5, 6, 5, 4, 1, 3), "data": RAW * 3}, {"dim": (1, 120)}],
    "UnreadableImage": [
        *({"dim": (n, 6, 5, 4)} for n in (0, 8, -3, 32767)), {"dim": (3, 6, -5, 4)}, {"dim": (3, 6, 0, 4)}, {"dim": (4, 6, 5, 4, 0)},
        {"dim": (3, 6, 5, 5)}, {"dim": (3, 6, 5, 4), "data": RAW * 3}, {"datatype": 2, "bitpix": 8, "data": RAW * 4},
        {"datatype": 16, "bitpix": 32}, *({"datatype": kind} for kind in (0, 1, 255, 1536)),
        *({"vox_offset": at} for at in (1, 348, 351, 353, 360, -1, 352.5, 1e9, NAN, INF)),
        {"vox_offset": 0, "data": bytes(8) + RAW},
        *({"magic": magic} for magic in (b"ni1\0", b"n+2\0", b"n+1 ", b"\0\0\0\0", b"N+1\0")),
    ],
    "ResourceLimit": [{"vox_offset": 3e38}, {"dim": (3, 30000, 30000, 2000)}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "fields"),
    [(code, fields) for code, cases in REFUSED.items() for fields in cases],
    ids=lambda value: (
        value if isinstance(value, str) else " ".join(f"{key} {str(one)[:40]}" for key, one in value.items())
    ),
)
def test_headers_that_cannot_be_right_are_refused(tmp_path, code, fields):
    with pytest.raises(RadioboneError) as caught, collected():
        read(tmp_path, **fields)
    assert caught.value.code == code
    assert "image.nii" in str(caught.value)


def test_too_large_a_slope_is_infinite_values_and_no_warning_of_numpy(tmp_path):
    volume, _ = read(tmp_path, slope=1e38)
    assert np.isinf(volume.array).any()


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz", "a.NII.GZ", "a.dcm", "a", "a.nrrd", "骨 é\n.nii.gz"])
def test_content_tells_the_format_and_not_the_name(tmp_path, name, packed):
    check_right(read(tmp_path, packed, name)[0])


@pytest.mark.parametrize("count", [1, 2, 3, 10, 20, 100, -9, -8, -4, -1])
def test_packed_files_that_end_too_early(tmp_path, count):
    path = written(tmp_path / "a.nii.gz", gzip.compress(nifti())[:count])
    with pytest.raises(RadioboneError) as caught:
        read_image(path)
    assert caught.value.code == "UnreadableImage"


@pytest.mark.parametrize(
    ("start", "hint"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"), (b"<!DOCTYPE html><html>", "password"),
        (b'{"error": "denied"}', "Download"), (b"PK\3\4" + bytes(99), "Unpack"), (gzip.compress(gzip.compress(nifti())), "twice"),
        (nifti(magic=b"ni1\0"), "second file"), (b"\x89HDF\r\n\x1a\n", "Convert"), (b"\x1f\x8b\x08", "damaged"),
    ],
    ids=["lfs", "html", "json", "zip", "packed twice", "pair", "hdf5", "cut"],
)  # fmt: skip
def test_what_is_no_image_is_told(tmp_path, start, hint):
    with pytest.raises(RadioboneError, match=hint) as caught:
        read_image(written(tmp_path / "a.nii.gz", start))
    assert caught.value.code == "UnreadableImage"
