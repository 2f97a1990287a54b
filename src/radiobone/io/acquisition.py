"""How images were acquired and regions outlined, as DICOM headers tell it; no name of a person or place is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radiobone.core.errors import RadioboneError
from radiobone.core.warnings import collected, silenced
from radiobone.io.case import Case, check_case_files

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    Reader = Callable[[Path, tuple[str, ...]], Dataset | None]

PARAMETERS = (
    "Manufacturer", "ManufacturerModelName", "SliceThickness", "PixelSpacing", "KVP", "XRayTubeCurrent", "ConvolutionKernel",
    "ContrastBolusAgent", "MagneticFieldStrength", "ScanningSequence", "RepetitionTime", "EchoTime", "FlipAngle",
)  # fmt: skip
MOST_VALUES = 20
PREAMBLE = 132
HEADERS_KEPT = 64
ALGORITHMS = ("AUTOMATIC", "SEMIAUTOMATIC", "MANUAL")


def acquisition_record(cases: Iterable[Case]) -> dict[str, Any]:
    """Sum up the headers of the cases that were measured.

    Parameters
    ----------
    cases : iterable of Case
        What is not DICOM, or cannot be read, counts as a case without a header.

    Returns
    -------
    dict
        ``n_cases``; ``n_headers`` and ``parameters`` (DICOM keyword to values and the cases of each; of many different
        numbers the range) where images are DICOM; ``segmentation`` (the way of outlining to cases) and ``n_readers``
        (creators named in all masks; None if one has none) where masks are. Empty if nothing is DICOM.
    """
    given, read = (
        list(cases),
        lru_cache(maxsize=HEADERS_KEPT)(_first_header),
    )  # regions of an image share its headers
    told = [found for one in given if (found := _image_told(one, read))]
    masks = [mask for one in given if (mask := _mask_told(one, read)) is not None]
    summary: dict[str, Any] = {}
    if told:
        values = {name: Counter(one[name] for one in told if name in one) for name in PARAMETERS}
        parameters = {name: _shortened(counts) for name, counts in values.items() if counts}
        summary |= {"n_headers": len(told), "parameters": parameters}
    if masks:
        readers = {reader for _, reader in masks}
        summary |= {
            "segmentation": dict(sorted(Counter(way for way, _ in masks).items())),
            "n_readers": None if "" in readers or len(masks) < len(given) else len(readers),
        }
    return {"n_cases": len(given), **summary} if summary else {}


def _shortened(counts: Counter[str]) -> dict[str, int]:
    """Keep values with their counts, or the range of many different numbers."""
    if len(counts) <= MOST_VALUES:
        return dict(sorted(counts.items()))
    try:
        numbers = sorted(float(value) for value in counts)
    except ValueError:
        return {f"{len(counts)} different values": counts.total()}
    return {f"{numbers[0]:g} to {numbers[-1]:g}": counts.total()}


def _image_told(case: Case, read: Reader) -> dict[str, str]:
    header = _header(case, case.image, (), read)
    if header is None:
        return {}
    found = {name: _value(header, name) for name in PARAMETERS}
    return {name: text for name, text in found.items() if text}


def _value(header: Dataset, name: str) -> str:
    """Return a field as text, as the header has it; empty where it is not filled in."""
    with silenced():  # the image was read before, and told what was to be told
        return _as_text(header.get(name))


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    parts = value if isinstance(value, (list, tuple)) or type(value).__name__ == "MultiValue" else [value]
    return " × ".join(f"{float(one):g}" if _is_number(one) else str(one).strip() for one in parts)


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _mask_told(case: Case, read: Reader) -> tuple[str, str] | None:
    """Return the way of outlining and who did it; None unless the mask says how it was made."""
    header = _header(case, case.mask, ("SEG", "RTSTRUCT"), read)
    if header is None:
        return None
    if header.get("Modality") == "SEG":
        items = [
            (item.get("SegmentNumber"), item.get("SegmentLabel"), item.get("SegmentAlgorithmType"))
            for item in header.get("SegmentSequence") or ()
        ]
        reader = header.get("ContentCreatorName")
    else:
        items = [
            (item.get("ROINumber"), item.get("ROIName"), item.get("ROIGenerationAlgorithm"))
            for item in header.get("StructureSetROISequence") or ()
        ]
        reader = header.get("OperatorsName")
    own = [
        way for number, name, way in items if number == case.label or str(name).lower() == case.roi.lower()
    ]
    ways = set(own or [way for *_, way in items])
    way = str(next(iter(ways))) if len(ways) == 1 else ""
    return (way, str(reader or "")) if way in ALGORITHMS else None


def _header(case: Case, path: Path, kinds: tuple[str, ...], read: Reader) -> Dataset | None:
    """Read the first header below a path that is of an image, or of the kinds asked for; None where there is none."""
    try:
        check_case_files(case)
        with silenced(), collected():  # likewise
            return read(path, kinds)
    except (RadioboneError, OSError):
        return None


def _first_header(path: Path, kinds: tuple[str, ...]) -> Dataset | None:
    from radiobone.io.dicom_frames import (
        is_image,
        read_dicom_header,
    )  # pydicom, which other formats do not need

    for file in _dicom_files(path):
        header = read_dicom_header(file)
        if header is not None and (header.get("Modality") in kinds if kinds else is_image(header)):
            return header
    return None


def _dicom_files(path: Path) -> Iterator[Path]:
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            with file.open("rb") as stream:
                start = stream.read(PREAMBLE)
            if start[PREAMBLE - 4 :] == b"DICM":
                yield file
