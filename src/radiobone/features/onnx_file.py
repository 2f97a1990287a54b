"""What an ONNX file asks for, read from its bytes before any runtime opens it: other files, and operators of others.

ONNX is a protocol buffer: fields of a number and a wire type, messages within messages. Only what is looked for is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from radiobone.core.errors import FileMissing, FileUnreadable, UnsafeNetwork

STANDARD_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml"})
VARINT, FIXED_64, BYTES, FIXED_32 = 0, 1, 2, 5
MODEL_GRAPH, MODEL_OPSETS, MODEL_FUNCTIONS = 7, 8, 25
GRAPH_NODES, GRAPH_TENSORS, GRAPH_SPARSE = 1, 5, 15
NODE_OPERATOR, NODE_ATTRIBUTES, NODE_DOMAIN = 4, 5, 7
ATTRIBUTE_TENSOR, ATTRIBUTE_GRAPH, ATTRIBUTE_TENSORS, ATTRIBUTE_GRAPHS = 5, 6, 10, 11
FUNCTION_NODES = 7
TENSOR_EXTERNAL, TENSOR_LOCATION, EXTERNAL = 13, 14, 1
DEEPEST = 20

Field = tuple[int, int | bytes]


def check_network(path: Path) -> None:
    """Check that a network is whole in its file and uses ONNX's own operators alone.

    Parameters
    ----------
    path : Path

    Raises
    ------
    FileMissing, FileUnreadable
        If there is no such file, or it is no ONNX.
    UnsafeNetwork
        If it keeps weights in other files, or uses operators that other programs define.

    References
    ----------
    onnx.proto of the ONNX project, IR version 10.
    """
    if not path.is_file():
        raise FileMissing(f"No network at {path}. Check the path.")
    try:
        _check_model(path.read_bytes(), path.name)
    except (ValueError, IndexError, UnicodeDecodeError) as error:
        raise FileUnreadable(f"{path} is no network in ONNX ({error}). Export it again.") from error
    except OSError as error:
        raise FileUnreadable(f"{path} cannot be read ({error.strerror}).") from error


def _check_model(content: bytes, name: str) -> None:
    graphs = 0
    for number, value in _fields(content):
        if number == MODEL_GRAPH:
            graphs += 1
            _check_graph(_message(value), name, 0)
        elif number == MODEL_FUNCTIONS:
            _check_nodes(_message(value), FUNCTION_NODES, name, 0)
    if graphs != 1:
        raise ValueError(f"it holds {graphs} graphs, not one")


def _check_graph(content: bytes, name: str, depth: int) -> None:
    if depth > DEEPEST:
        raise ValueError("graphs lie too deep in each other")
    for number, value in _fields(content):
        if number == GRAPH_TENSORS:
            _check_tensor(_message(value), name)
        elif number == GRAPH_SPARSE:
            for _, part in _fields(_message(value)):
                if isinstance(part, bytes):
                    _check_tensor(part, name)
    _check_nodes(content, GRAPH_NODES, name, depth)


def _check_nodes(content: bytes, field: int, name: str, depth: int) -> None:
    for number, value in _fields(content):
        if number != field:
            continue
        operator, domain = "", ""
        for part, inner in _fields(_message(value)):
            if part == NODE_OPERATOR:
                operator = _message(inner).decode()
            elif part == NODE_DOMAIN:
                domain = _message(inner).decode()
            elif part == NODE_ATTRIBUTES:
                _check_attribute(_message(inner), name, depth)
        if domain not in STANDARD_DOMAINS:
            raise UnsafeNetwork(
                f"{name} uses the operator '{operator}' of '{domain}', which is not one of ONNX's own: what it computes is decided by "
                "another program. Export the network with standard operators."
            )


def _check_attribute(content: bytes, name: str, depth: int) -> None:
    for number, value in _fields(content):
        if number in (ATTRIBUTE_TENSOR, ATTRIBUTE_TENSORS):
            _check_tensor(_message(value), name)
        elif number in (ATTRIBUTE_GRAPH, ATTRIBUTE_GRAPHS):
            _check_graph(_message(value), name, depth + 1)


def _check_tensor(content: bytes, name: str) -> None:
    for number, value in _fields(content):
        if number == TENSOR_EXTERNAL or (number == TENSOR_LOCATION and value == EXTERNAL):
            raise UnsafeNetwork(
                f"{name} keeps weights in other files, which its digest does not cover and whose paths it chooses itself. Save it as one "
                "file (onnx.save without external data)."
            )


def _message(value: int | bytes) -> bytes:
    if not isinstance(value, bytes):
        raise ValueError("a number stands where a message should")
    return value


def _fields(content: bytes) -> Iterator[Field]:
    """Yield number and value of each field of a message."""
    place = 0
    while place < len(content):
        key, place = _varint(content, place)
        number, kind = key >> 3, key & 7
        if kind == VARINT:
            whole, place = _varint(content, place)
            yield number, whole
            continue
        if kind == BYTES:
            length, place = _varint(content, place)
        elif kind in (FIXED_64, FIXED_32):
            length = 8 if kind == FIXED_64 else 4
        else:
            raise ValueError(f"unknown wire type {kind}")
        if number == 0 or place + length > len(content):
            raise ValueError("its end is missing")
        yield number, content[place : place + length]
        place += length


def _varint(content: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if not byte & 0x80:
            return value, place
        if shift > 63:
            raise ValueError("a number is too long")
