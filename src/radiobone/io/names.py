"""Patient ids hidden in file names: what is left when the words that every name has are taken off."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Key = tuple[str, ...]

# Words that tell what a file is, not whose it is.
_COMMON = """
    seg segm segmentation segmentations label labels labelmap mask masks roi rois image images img ct cta mr mri
    xr dx cr dxa scan volume vol total totalseg totalsegmentator rtstruct rtss rs dicom dcm series gt groundtruth
    contour contours structures manual annotation annotations nii pred prediction input output data
"""
_MASK = """
    seg segm segmentation segmentations label labels labelmap mask masks roi rois rtstruct rtss gt groundtruth
    contour contours annotation annotations totalseg totalsegmentator
"""
COMMON_WORDS = frozenset(_COMMON.split())
MASK_WORDS = frozenset(_MASK.split())
ENDINGS = re.compile(
    r"\.(seg\.nrrd|nii\.gz|nii|nrrd|nhdr|mha|mhd|dcm|ima|png|jpg|jpeg|tif|tiff)$", flags=re.IGNORECASE
)
NNUNET_CHANNEL = re.compile(r"^\d{4}$")


@dataclass(frozen=True)
class Name:
    """What a path says of whose file it is.

    Attributes
    ----------
    key : tuple of str
        Runs of letters and of digits, in lower case: ``STS_001`` and ``sts001`` are alike.
    text : str
        The id as it is spelled.
    """

    key: Key
    text: str


def name_of(relative_path: str, *, channel: bool = False) -> Name:
    """Take the id out of a path.

    Parameters
    ----------
    relative_path : str
        Below the folder that is searched, with ``/``.
    channel : bool
        Whether a last word of four digits may be nnU-Net's channel (``_0000``).
    """
    words: list[str] = []
    for number, part in enumerate(parts := ENDINGS.sub("", relative_path).split("/")):
        kept = _words(part)
        if channel and number == len(parts) - 1 and len(kept) > 1 and NNUNET_CHANNEL.match(kept[-1]):
            kept = kept[:-1]
        stripped = _without_common(kept)
        if stripped and stripped != words:
            words += stripped
    if not words:
        words = _words(parts[-1])
    return Name(key_of(words), _spelled(relative_path, words))


def has_mask_word(relative_path: str) -> bool:
    """Whether the last part of a path says that it is a mask."""
    last = ENDINGS.sub("", relative_path).split("/")[-1]
    return any(word.lower() in MASK_WORDS for word in _words(last)) or relative_path.lower().endswith(
        ".seg.nrrd"
    )


def key_of(words: Iterable[str]) -> Key:
    """Split words into runs of letters and of digits."""
    return tuple(run.lower() for word in words for run in re.findall(r"[^\W\d_]+|\d+", word))


def without_zeros(key: Key) -> Key:
    """Take leading zeros off the numbers of a key."""
    return tuple(run.lstrip("0") or "0" if run.isdigit() else run for run in key)


def contains(longer: Key, shorter: Key) -> bool:
    """Whether one key is a run within the other."""
    n = len(shorter)
    return 0 < n <= len(longer) and any(longer[i : i + n] == shorter for i in range(len(longer) - n + 1))


def remainder(longer: Key, shorter: Key) -> Key:
    """Return what is left of a key when the other, at its beginning, is taken off; empty if it is not there."""
    return longer[len(shorter) :] if longer[: len(shorter)] == shorter else ()


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


def _without_common(words: Sequence[str]) -> list[str]:
    """Take common words off both ends."""
    first, last = 0, len(words)
    while first < last and words[first].lower() in COMMON_WORDS:
        first += 1
    while last > first and words[last - 1].lower() in COMMON_WORDS:
        last -= 1
    return list(words[first:last])


def _spelled(path: str, words: Sequence[str]) -> str:
    """Return the part of the path from the first word to the last, as it is spelled there."""
    pattern = r"[\W_]+".join(re.escape(word) for word in words)
    found = re.search(rf"(?<![^\W_]){pattern}(?![^\W_])", path)
    return found[0].replace("/", "_") if found else "_".join(words)
