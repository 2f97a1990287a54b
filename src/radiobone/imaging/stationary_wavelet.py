"""One step of the undecimated wavelet transform along one axis, to the last bit as PyWavelets computes it."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import pywt
from pydantic import AfterValidator

from radiobone.core.compiled import compiled

FloatArray = npt.NDArray[Any]  # single or double precision


def _known(name: str) -> str:
    if name not in pywt.wavelist(kind="discrete"):
        raise ValueError("not a discrete wavelet of PyWavelets, such as coif1, haar or db2")
    return name


DiscreteWavelet = Annotated[str, AfterValidator(_known)]
"""PyWavelets' name of a discrete wavelet."""


@lru_cache
def taps(wavelet: str, dtype: str) -> tuple[FloatArray, FloatArray]:
    """Low-pass and high-pass filter of a wavelet, as PyWavelets' tables hold them in this precision.

    The single-precision table is not the rounded double-precision one, so the taps are read off the
    transform of a single spike.
    """
    length = pywt.Wavelet(wavelet).dec_len
    spike = np.zeros(4 * length, dtype=dtype)
    spike[2 * length] = 1
    low, high = pywt.swt(spike, wavelet, level=1)[0]
    first = 2 * length - length // 2
    return low[first : first + length].copy(), high[first : first + length].copy()


def split(
    data: FloatArray, wavelet: str, axis: int, part: slice = slice(None)
) -> tuple[FloatArray, FloatArray]:
    """Low pass and high pass of an image along one axis, which counts as periodic.

    Parameters
    ----------
    data : ndarray of float32 or float64, shape (n_z, n_y, n_x)
        The axis has an even length.
    wavelet : str
        PyWavelets' name of a discrete wavelet.
    axis : int
        z, y, x = 0, 1, 2.
    part : slice
        What of the result is wanted along the axis.

    Returns
    -------
    tuple of ndarray
        In the precision of ``data``.
    """
    low, high = taps(wavelet, data.dtype.name)
    if data.shape[axis] < low.size:  # several turns round the axis: left to PyWavelets
        approximation, detail = pywt.swt(data, wavelet, level=1, axis=axis)[0]
        kept = tuple(part if other == axis else slice(None) for other in range(3))
        return np.ascontiguousarray(approximation[kept]), np.ascontiguousarray(detail[kept])
    first, last, _ = part.indices(data.shape[axis])
    shape = tuple(last - first if other == axis else size for other, size in enumerate(data.shape))
    low_pass, high_pass = np.zeros(shape, data.dtype), np.zeros(shape, data.dtype)
    if axis == 2:
        rows = [array.reshape(-1, array.shape[2]) for array in (data, low_pass, high_pass)]
        _along_rows(rows[0], rows[1], rows[2], low, high, first)
    else:
        before = int(np.prod(data.shape[:axis]))
        blocks = [array.reshape(before, array.shape[axis], -1) for array in (data, low_pass, high_pass)]
        _across_rows(blocks[0], blocks[1], blocks[2], low, high, first)
    return low_pass, high_pass


@compiled
def _tap_order(place: int, n: int, length: int, order: npt.NDArray[np.int64]) -> None:
    """Order in which the taps are added up; it differs where the filter reaches beyond the axis' end."""
    beyond = place + length // 2 - n
    for j in range(length):
        order[j] = beyond - j if j <= beyond else j


@compiled
def _add_six(
    data: FloatArray,
    block: int,
    places: npt.NDArray[np.int64],
    taps: FloatArray,
    j: int,
    out: FloatArray,
    o: int,
) -> None:
    """Add six rows, each multiplied by its tap, one after the other; six at once spare most of the writing."""
    a, b, c = places[o, j], places[o, j + 1], places[o, j + 2]
    d, e, f = places[o, j + 3], places[o, j + 4], places[o, j + 5]
    ta, tb, tc, td, te, tf = (
        taps[o, j],
        taps[o, j + 1],
        taps[o, j + 2],
        taps[o, j + 3],
        taps[o, j + 4],
        taps[o, j + 5],
    )
    for k in range(data.shape[2]):
        out[block, o, k] = (
            out[block, o, k]
            + ta * data[block, a, k]
            + tb * data[block, b, k]
            + tc * data[block, c, k]
            + td * data[block, d, k]
            + te * data[block, e, k]
            + tf * data[block, f, k]
        )


@compiled
def _across_rows(
    data: FloatArray,
    low_pass: FloatArray,
    high_pass: FloatArray,
    low: FloatArray,
    high: FloatArray,
    first: int,
) -> None:
    """Filter along the middle axis of arrays of shape (n_before, n, n_after)."""
    n, n_out, length = data.shape[1], low_pass.shape[1], low.size
    places = np.empty((n_out, length), dtype=np.int64)
    low_taps, high_taps = np.empty((n_out, length), low.dtype), np.empty((n_out, length), low.dtype)
    for o in range(n_out):
        _tap_order(first + o, n, length, places[o])
        low_taps[o], high_taps[o] = low[places[o]], high[places[o]]
        places[o] = (first + o + length // 2 - places[o]) % n
    for block in range(data.shape[0]):
        for o in range(n_out):
            for j in range(0, length - 5, 6):
                _add_six(data, block, places, low_taps, j, low_pass, o)
                _add_six(data, block, places, high_taps, j, high_pass, o)
            for j in range(length - length % 6, length):
                for k in range(data.shape[2]):
                    low_pass[block, o, k] += low_taps[o, j] * data[block, places[o, j], k]
                    high_pass[block, o, k] += high_taps[o, j] * data[block, places[o, j], k]


@compiled
def _add_six_shifts(
    padded: FloatArray, shift: int, taps: FloatArray, j: int, out: FloatArray, row: int, n_plain: int
) -> None:
    """Add a row six times, each time shifted by one place more and multiplied by the next tap."""
    a, b, c = padded[shift:], padded[shift - 1 :], padded[shift - 2 :]
    d, e, f = padded[shift - 3 :], padded[shift - 4 :], padded[shift - 5 :]
    ta, tb, tc, td, te, tf = taps[j], taps[j + 1], taps[j + 2], taps[j + 3], taps[j + 4], taps[j + 5]
    for o in range(n_plain):
        out[row, o] = out[row, o] + ta * a[o] + tb * b[o] + tc * c[o] + td * d[o] + te * e[o] + tf * f[o]


@compiled
def _along_rows(
    data: FloatArray,
    low_pass: FloatArray,
    high_pass: FloatArray,
    low: FloatArray,
    high: FloatArray,
    first: int,
) -> None:
    """Filter along the second axis of arrays of shape (n_rows, n); most places at once, the last singly."""
    n_rows, n = data.shape
    half = low.size // 2
    order = np.empty(low.size, dtype=np.int64)
    padded = np.empty(n + low.size, dtype=data.dtype)
    n_plain = max(0, min(low_pass.shape[1], n - half - first))
    for row in range(n_rows):
        for i in range(padded.size):
            padded[i] = data[row, (i - half) % n]
        for j in range(0, low.size - 5, 6):
            _add_six_shifts(padded, first + 2 * half - j, low, j, low_pass, row, n_plain)
            _add_six_shifts(padded, first + 2 * half - j, high, j, high_pass, row, n_plain)
        for j in range(low.size - low.size % 6, low.size):
            shifted = padded[first + 2 * half - j :]
            for o in range(n_plain):
                low_pass[row, o] += low[j] * shifted[o]
                high_pass[row, o] += high[j] * shifted[o]
        for o in range(n_plain, low_pass.shape[1]):
            _tap_order(first + o, n, low.size, order)
            for tap in order:
                low_pass[row, o] += low[tap] * padded[first + o + 2 * half - tap]
                high_pass[row, o] += high[tap] * padded[first + o + 2 * half - tap]
