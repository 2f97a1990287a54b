"""Files that run code when Python opens them, told by their first bytes and never opened."""

from __future__ import annotations

from pathlib import Path

from radiobone.core.errors import UntrustedModel

PICKLE_SUFFIXES = (".pkl", ".pickle", ".joblib", ".dill", ".pt", ".pth")
PICKLE_STARTS = tuple(bytes([0x80, protocol]) for protocol in range(2, 6))
NUMPY_START = b"\x93NUMPY"
OBJECTS = (b"'|O'", b"'O'")
HEADER_BYTES = 256


def check_is_no_pickle(path: Path) -> None:
    """Refuse a pickle by its name or its first bytes; also an array of NumPy that holds one.

    Raises
    ------
    UntrustedModel
    """
    if path.name.lower().endswith(PICKLE_SUFFIXES) or _starts_as_pickle(path):
        raise UntrustedModel(
            f"{path} is a Python pickle: opening such a file runs whatever code its author put in, so it was not opened. A model "
            "is a file that radiobone wrote (.rbm); a table is CSV, Excel or Parquet; an array is saved as plain numbers."
        )


def _starts_as_pickle(path: Path) -> bool:
    try:
        with path.open("rb") as handle:
            start = handle.read(HEADER_BYTES)
    except (OSError, ValueError):
        return False
    holds_objects = start.startswith(NUMPY_START) and any(mark in start for mark in OBJECTS)
    return start.startswith(PICKLE_STARTS) or holds_objects
