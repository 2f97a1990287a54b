"""Headers damaged at random: a named error, the same numbers, or those that the damaged header means; never a crash."""

from __future__ import annotations

import gzip
import io
import os
import tempfile
import zlib
from pathlib import Path

import nibabel
import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from radiobone.core.errors import RadioboneError, UnexpectedError
from radiobone.core.volume import Volume
from radiobone.core.warnings import collected
from radiobone.io.images import read_image
from raw_files import RAW, VOXELS, metaimage, nifti, nrrd
from small_series import HU, SHAPE, dataset

EXAMPLES = int(os.environ.get("RADIOBONE_FUZZ_EXAMPLES", "60"))  # by hand: thousands
PROFILE = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=EXAMPLES == 60, suppress_health_check=list(HealthCheck)
)


def slice_bytes() -> bytes:
    made = io.BytesIO()
    dataset(0).save_as(made, enforce_file_format=True)
    return made.getvalue()


SOUND = {
    "nii": nifti(), "nii.gz": gzip.compress(nifti()), "nrrd": nrrd(), "gz.nrrd": nrrd({"encoding": "gzip"}, gzip.compress(RAW)),
    "mha": metaimage(), "z.mha": metaimage({"CompressedData": True}, zlib.compress(RAW)), "dcm": slice_bytes(),
}  # fmt: skip
HEADER_BYTES = {
    kind: len(content) - (0 if "z" in kind else len(RAW) if kind != "dcm" else HU[0].nbytes)
    for kind, content in SOUND.items()
}
TEXT = st.sampled_from(
    [b"0", b"-1", b"nan", b"inf", b"1e30", b"99999999999", b" ", b"\n", b":", b"=", b"(", b")", b"LIST", b"/", b"..", b"%d", b"none", b"\0", b"\xff"]
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, kind: str) -> bytes:
    """Bytes of a sound file, with some of its header changed, put in or taken away, or its end cut off."""
    content, end = bytearray(SOUND[kind]), HEADER_BYTES[kind]
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, end - 1))
        how = draw(st.sampled_from(["bit", "byte", "zero", "text", "cut", "drop", "copy"]))
        if how == "bit":
            content[at] ^= 1 << draw(st.integers(0, 7))
        elif how == "byte":
            content[at] = draw(st.integers(0, 255))
        elif how == "zero":
            content[at : at + 4] = bytes(4)
        elif how == "text":
            word = draw(TEXT)
            content[at : at + draw(st.sampled_from([0, len(word)]))] = word
        elif how == "cut":
            return bytes(content[: draw(st.integers(0, len(content)))])
        elif how == "drop":
            del content[at : at + draw(st.integers(1, 8))]
        else:
            content[at:at] = content[at : at + draw(st.integers(1, 64))]
        end = min(end, len(content))
    return bytes(content)


def outcome(kind: str, content: bytes) -> Volume | None:
    """Return what is read; None after an error with a name."""
    with tempfile.TemporaryDirectory() as folder, collected():
        path = Path(folder) / f"a.{kind}"
        path.write_bytes(content)
        try:
            return read_image(path)
        except RadioboneError as error:
            caught = error
    assert caught.code != UnexpectedError.code
    assert len(str(caught)) > 40
    return None


def check_grid(volume: Volume) -> None:
    assert all(1e-6 <= length <= 1e6 for length in volume.spacing_mm)
    matrix = np.reshape(volume.direction, (3, 3))
    assert np.allclose(matrix.T @ matrix, np.eye(3), atol=2e-3)
    assert volume.array.dtype.kind in "iuf"


def as_nibabel_reads(content: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Values by an independent reader, slowest axis first."""
    image = nibabel.Nifti1Image.from_bytes(content)
    values = np.asarray(image.dataobj, dtype=np.float64)
    return values.reshape(values.shape[:3]).T


@PROFILE
@given(damaged("nii"))
def test_nifti(content):
    volume = outcome("nii", content)
    if volume is None:
        return
    check_grid(volume)
    values = volume.array if volume.array.shape[0] > 1 or not volume.is_2d else volume.array[0]
    assert np.array_equal(values, VOXELS) or _agrees(values, content)


def _agrees(values, content: bytes) -> bool:
    """Whether an independent reader finds the same; a header that it refuses is held to the bytes alone."""
    try:
        expected = as_nibabel_reads(content)
    except (
        nibabel.spatialimages.HeaderDataError,
        nibabel.filebasedimages.ImageFileError,
        OSError,
        ValueError,
    ):
        return values.size * values.dtype.itemsize <= len(content)
    return values.shape == expected.shape and np.allclose(values, expected, rtol=1e-6, equal_nan=True)


@PROFILE
@given(damaged("nii.gz"))
def test_packed_nifti(content):
    """A checksum stands over all of it, so that what is read is what was packed."""
    volume = outcome("nii.gz", content)
    assert volume is None or np.array_equal(volume.array, VOXELS)


@PROFILE
@given(
    st.sampled_from(["nrrd", "gz.nrrd", "mha", "z.mha"]).flatmap(
        lambda kind: st.tuples(st.just(kind), damaged(kind))
    )
)
def test_nrrd_and_metaimage(given_):
    kind, content = given_
    volume = outcome(kind, content)
    if volume is not None:
        check_grid(volume)
        stored = volume.array.astype(volume.array.dtype.newbyteorder("<")).tobytes()
        swapped = volume.array.astype(volume.array.dtype.newbyteorder(">")).tobytes()
        assert (
            {stored, swapped} & {RAW[: len(stored)], RAW[-len(stored) :]}
            or stored in content
            or swapped in content
        )


@pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
@PROFILE
@given(damaged("dcm"))
def test_dicom(content):
    volume = outcome("dcm", content)
    if volume is None:
        return
    assert volume.array.size == SHAPE[1] * SHAPE[2] or volume.array.nbytes <= len(content) * 4
    if np.array_equal(volume.array[0], HU[0]):
        return
    with pydicom.config.disable_value_validation():
        header = pydicom.dcmread(io.BytesIO(content), force=True)
        said = (
            header.get("RescaleSlope"),
            header.get("RescaleIntercept"),
            header.get("PhotometricInterpretation"),
        )
        sizes = [
            header.get(name)
            for name in ("Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation")
        ]
    sound = [SHAPE[1], SHAPE[2], 16, 16, 15, 0]
    assert (
        (said != (1, -1024, "MONOCHROME2"))
        or sizes != sound
        or header.get("PixelData") != dataset(0).PixelData
    )
