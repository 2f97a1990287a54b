"""The types that a kernel is called with, told apart quickly and written as text."""

from __future__ import annotations

import ctypes
from collections.abc import Hashable, Iterable
from typing import Any, cast

import numpy as np

Signature = tuple[str, ...]

IN_ROWS, IN_COLUMNS, ALIGNED, WRITEABLE = 0x0001, 0x0002, 0x0100, 0x0400  # numpy's flags
LAYOUT = IN_ROWS | IN_COLUMNS | ALIGNED | WRITEABLE
SCALARS: dict[str, tuple[str, Any]] = {
    "?": ("i8", ctypes.c_bool),
    "b": ("i8", ctypes.c_int8),
    "B": ("i8", ctypes.c_uint8),
    "h": ("i16", ctypes.c_int16),
    "H": ("i16", ctypes.c_uint16),
    "i": ("i32", ctypes.c_int32),
    "I": ("i32", ctypes.c_uint32),
    "q": ("i64", ctypes.c_int64),
    "Q": ("i64", ctypes.c_uint64),
    "f": ("float", ctypes.c_float),
    "d": ("double", ctypes.c_double),
}
"""What a number is to LLVM and to ctypes, by Python's letter (``struct``)."""
LETTERS: dict[Hashable, str] = {
    bool: "?",
    int: "q",
    float: "d",
    **{np.dtype(letter): letter for letter in SCALARS},
}


def type_of(value: Any) -> Hashable:
    """Return what tells one machine code from another: of an array its type, number of axes and layout."""
    if type(value) is np.ndarray:
        return (value.dtype, value.ndim, value.flags.num & LAYOUT)
    return cast(Hashable, value.dtype if isinstance(value, np.generic) else type(value))


def read_signature(types: Iterable[Hashable]) -> Signature | None:
    """Write types as text: ``d`` is a number, ``d3Cw`` an array; None where one is neither."""
    words = [_array_word(*one) if isinstance(one, tuple) else LETTERS.get(one, "") for one in types]
    return tuple(words) if all(words) else None


def _array_word(dtype: np.dtype[Any], n_axes: int, flags: int) -> str:
    if dtype not in LETTERS or not 0 < n_axes < 10 or not flags & ALIGNED:
        return ""
    layout = "C" if flags & IN_ROWS else "F" if flags & IN_COLUMNS else "A"
    return f"{LETTERS[dtype]}{n_axes}{layout}{'w' if flags & WRITEABLE else 'r'}"
