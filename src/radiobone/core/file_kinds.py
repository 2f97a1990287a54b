"""What a file is, by its name's ending or its first bytes, where another kind of file is due.

A list of endings only, for messages: which image can be read is the business of ``radiobone.io``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from radiobone.core.near_names import nearest

Kind = Literal["image", "yaml", "table"]

TABLE_SUFFIXES = (".csv", ".csv.gz", ".tsv", ".xlsx", ".xlsm", ".xls", ".parquet", ".pq")
YAML_SUFFIXES = (".yaml", ".yml")
IMAGE_SUFFIXES = (
    *(".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd", ".dcm", ".dicom", ".ima"),
    *(".png", ".tif", ".tiff", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".hdr", ".img"),
)
SUFFIXES: dict[Kind, tuple[str, ...]] = {
    "image": IMAGE_SUFFIXES,
    "yaml": YAML_SUFFIXES,
    "table": TABLE_SUFFIXES,
}
STARTS: tuple[tuple[int, bytes, Kind], ...] = (
    (128, b"DICM", "image"),
    (344, b"n+1\0", "image"),
    (0, b"NRRD", "image"),
    (0, b"\x89PNG", "image"),
    (0, b"\xff\xd8\xff", "image"),
    (0, b"II*\0", "image"),
    (0, b"MM\0*", "image"),
    (0, b"PAR1", "table"),
    (0, b"PK\x03\x04", "table"),
)
LONGEST_START = 352


def kind_of(path: Path) -> Kind | None:
    """Return what a file seems to be; None for a folder, and where neither its name nor its start tells.

    Examples
    --------
    >>> kind_of(Path("ct.nii.gz")), kind_of(Path("study.yaml")), kind_of(Path("features.CSV"))
    ('image', 'yaml', 'table')
    """
    if is_folder(path):
        return None
    name = path.name.lower()
    by_name = next((kind for kind, suffixes in SUFFIXES.items() if name.endswith(suffixes)), None)
    return by_name or _by_start(path)


def is_file(path: Path) -> bool:
    """Whether a path leads to a regular file; one that the system cannot even look at (too long, a NUL in it) does not."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Whether a path leads to a folder; one that the system cannot even look at does not."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _by_start(path: Path) -> Kind | None:
    try:
        with path.open("rb") as handle:
            start = handle.read(LONGEST_START)
    except (OSError, ValueError):
        return None
    return next((kind for place, bytes_, kind in STARTS if start.startswith(bytes_, place)), None)


def did_you_mean(path: Path) -> str:
    """Return `` Did you mean …?`` with the path nearest to one that is not there; empty if none is near.

    The parts that are there are kept; of the others, each is replaced by the nearest name in its folder.
    """
    found = Path(path.anchor)
    for part in path.parts[len(found.parts) :]:
        there = found / part
        if not (is_file(there) or is_folder(there)):
            near = nearest(part, _names(found))
            if not near:
                return ""
            there = found / near[0]
        found = there
    return f" Did you mean {found}?" if found != path else ""


def _names(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in folder.iterdir())
    except OSError:
        return []
