"""What a file is that is no image of a known format, by how it begins, and what to do with it."""

from __future__ import annotations

from radiobone.io.files import GZIP_MAGIC

CONVERT = "Convert it to .nii.gz or .nrrd"
KINDS = (
    (b"version https://git-lfs", "a pointer of Git LFS, not the file itself. Fetch it with `git lfs pull`"),
    (b"PK\x03\x04", "a zip archive. Unpack it"),
    (b"BZh", "packed with bzip2. Unpack it"),
    (b"\xfd7zXZ", "packed with xz. Unpack it"),
    (b"7z\xbc\xaf", "a 7z archive. Unpack it"),
    (GZIP_MAGIC, "packed twice, or damaged where the gzip begins. Unpack it once, or copy it again"),
    (b"\x89HDF", f"HDF5 (MINC, MATLAB). {CONVERT}"),
    (b"\x93NUMPY", "an array of NumPy, which has no spacing. Pass it to radiobone in Python with spacing_mm"),
    (b"%PDF", "a PDF. Export the image itself"),
)  # fmt: skip
PAGES = (b"<!doctype", b"<html", b"<?xml", b"{")
MAGIC = slice(344, 348)
NIFTI_SIZES = {348: "NIfTI-1 or Analyze", 540: "NIfTI-2"}


def what_it_is(start: bytes) -> str:
    """Say what begins in this way, and what to do.

    Parameters
    ----------
    start : bytes
        First bytes of the content, unpacked where that is possible.

    Returns
    -------
    str
        A sentence; empty if it is nothing that is often mistaken for an image.
    """
    for mark, words in KINDS:
        if start.startswith(mark):
            return f"It is {words}."
    if start.lstrip().lower().startswith(PAGES):
        return "It is text, such as the page of a server that asked for a password. Download the image again."
    sizes = {int.from_bytes(start[:4], order) for order in ("little", "big")} & NIFTI_SIZES.keys()
    if sizes and len(start) >= MAGIC.stop:
        return (
            f"It looks like a {NIFTI_SIZES[sizes.pop()]} header whose voxels are in a second file, or of a version that is not "
            "read. Save it as NIfTI-1 in one file (.nii.gz)."
        )
    return ""
