"""Everything that an estimator has learned, as bytes that can be compared.

Two estimators that learned the same give the same bytes, in whatever process; a value that moved in its
last bit gives others. Time stamps, durations and addresses are left out.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Feed = Callable[[bytes], None]
PLAIN = (type(None), bool, int, float, complex, str, bytes, bytearray)
DURATIONS = ("refit_time_", "mean_fit_time", "std_fit_time", "mean_score_time", "std_score_time")


def fitted_state(estimator: Any) -> bytes:
    """Digest of an estimator's parameters and of all it learned.

    Parameters
    ----------
    estimator : object
        A scikit-learn estimator, pipeline or search, a resampler, an XGBoost or CatBoost model, or a
        dataclass, dict or list of them.

    Returns
    -------
    bytes
        SHA-256, 32 bytes.
    """
    digest = hashlib.sha256()
    _encode(estimator, digest.update, ())
    return digest.digest()


def _encode(value: Any, feed: Feed, inside: tuple[int, ...]) -> None:
    """Feed one value; ``inside`` holds the ids of the objects it lies in, to end circles."""
    if isinstance(value, PLAIN):
        feed(f"{type(value).__name__}:{value!r};".encode())
        return
    if id(value) in inside:
        feed(f"circle:{len(inside) - inside.index(id(value))};".encode())
        return
    feed(f"<{type(value).__module__}.{type(value).__qualname__}>".encode())
    for kind, encode in ENCODERS:
        if isinstance(value, kind):
            encode(value, feed, (*inside, id(value)))
            return
    _foreign(value)(value, feed, (*inside, id(value)))


def _encode_array(value: Any, feed: Feed, inside: tuple[int, ...]) -> None:
    array: npt.NDArray[Any] = np.asarray(value)
    feed(f"{array.dtype.str}{array.shape}".encode())
    if array.dtype.names:  # field by field: the gaps between fields hold whatever was in memory
        for name in array.dtype.names:
            _encode_array(array[name], feed, inside)
    elif array.dtype.hasobject:
        for item in array.ravel():
            _encode(item, feed, inside)
    else:
        feed(np.ascontiguousarray(array).tobytes())


def _encode_mapping(value: Mapping[Any, Any], feed: Feed, inside: tuple[int, ...]) -> None:
    for key in sorted(value, key=repr):
        if key not in DURATIONS:
            _encode(key, feed, inside)
            _encode(value[key], feed, inside)


def _encode_sequence(value: Any, feed: Feed, inside: tuple[int, ...]) -> None:
    feed(f"{len(value)}".encode())
    for item in value:
        _encode(item, feed, inside)


def _encode_set(value: Any, feed: Feed, inside: tuple[int, ...]) -> None:
    _encode_sequence(sorted(value, key=repr), feed, inside)


def _encode_table(value: Any, feed: Feed, inside: tuple[int, ...]) -> None:
    if isinstance(value, pd.DataFrame):
        _encode_sequence(list(value.columns), feed, inside)
    if not isinstance(value, pd.Index):
        _encode_array(value.index.to_numpy(), feed, inside)
    _encode_array(value.to_numpy(), feed, inside)


def _encode_generator(value: Any, feed: Feed, inside: tuple[int, ...]) -> None:
    bits = value._bit_generator if isinstance(value, np.random.RandomState) else value.bit_generator
    _encode_mapping(bits.state, feed, inside)


def _encode_name(value: Any, feed: Feed, inside: tuple[int, ...]) -> None:
    feed(f"{value.__module__}.{value.__qualname__};".encode())


def _encode_method(value: Any, feed: Feed, inside: tuple[int, ...]) -> None:
    _encode_name(value.__func__, feed, inside)
    _encode(value.__self__, feed, inside)


ENCODERS: tuple[tuple[Any, Callable[[Any, Feed, tuple[int, ...]], None]], ...] = (
    ((np.ndarray, np.generic), _encode_array),
    (Mapping, _encode_mapping),
    ((list, tuple), _encode_sequence),
    ((set, frozenset), _encode_set),
    ((pd.DataFrame, pd.Series, pd.Index), _encode_table),
    ((np.random.RandomState, np.random.Generator), _encode_generator),
    ((type, FunctionType, BuiltinFunctionType), _encode_name),
    (MethodType, _encode_method),
)


def _foreign(value: Any) -> Callable[[Any, Feed, tuple[int, ...]], None]:
    for kind in type(value).__mro__:
        name = (kind.__module__.partition(".")[0], kind.__name__)
        if name in LIBRARIES:
            return LIBRARIES[name]
    return _encode_object


def _encode_object(value: Any, feed: Feed, inside: tuple[int, ...]) -> None:
    """Whatever pickle would store, with the parts in an order of their own."""
    reduced = value.__reduce_ex__(4)
    if isinstance(reduced, str):
        feed(reduced.encode())
        return
    make, arguments, *rest = reduced
    _encode(make, feed, inside)
    _encode(arguments, feed, inside)
    for part in rest:
        _encode(list(part) if hasattr(part, "__next__") else part, feed, inside)


def _encode_booster(value: Any, feed: Feed, inside: tuple[int, ...]) -> None:
    feed(bytes(value.save_raw(raw_format="ubj")))


def _encode_catboost(value: Any, feed: Feed, inside: tuple[int, ...]) -> None:
    _encode_mapping(value.get_params(), feed, inside)
    if not value.is_fitted():
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        value.save_model(str(path), format="json")
        trees = json.loads(path.read_text(encoding="utf-8"))
    trees.pop("model_info", None)  # holds a random identifier and the time of training
    feed(json.dumps(trees, sort_keys=True).encode())


LIBRARIES: dict[tuple[str, str], Callable[[Any, Feed, tuple[int, ...]], None]] = {
    ("xgboost", "Booster"): _encode_booster,
    ("catboost", "CatBoost"): _encode_catboost,
}
