"""Tiny networks as ONNX files, written byte by byte as onnx.proto says, so that the tests need no other package."""

from __future__ import annotations

import struct
from pathlib import Path

FLOAT = 1


def _varint(value: int) -> bytes:
    parts = bytearray()
    while True:
        value, low = value >> 7, value & 0x7F
        parts.append(low | (0x80 if value else 0))
        if not value:
            return bytes(parts)


def number(field: int, value: int) -> bytes:
    """Field of a whole number."""
    return _varint(field << 3) + _varint(value)


def message(field: int, *parts: bytes | str) -> bytes:
    """Field of bytes, text, or a message of fields."""
    content = b"".join(part.encode() if isinstance(part, str) else part for part in parts)
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def node(operator: str, inputs: list[str], outputs: list[str], *more: bytes, domain: str = "") -> bytes:
    """A NodeProto in a graph."""
    names = [message(1, one) for one in inputs] + [message(2, one) for one in outputs]
    return message(1, *names, message(4, operator), *([message(7, domain)] if domain else []), *more)


def value_info(field: int, name: str, shape: list[int | str] | None) -> bytes:
    """A ValueInfoProto of floats: field 11 of a graph's inputs, 12 of its outputs."""
    axes = [message(1, number(1, one) if isinstance(one, int) else message(2, one)) for one in shape or []]
    dimensions = [] if shape is None else [message(2, *axes)]
    return message(field, message(1, name), message(2, message(1, number(1, FLOAT), *dimensions)))


def tensor(name: str, value: float, *more: bytes) -> bytes:
    """An initializer that holds one number."""
    return message(5, number(2, FLOAT), message(8, name), message(9, struct.pack("<f", value)), *more)


def model(*graph: bytes, opset: int = 17, more: bytes = b"") -> bytes:
    """A ModelProto of one graph."""
    return number(1, 9) + message(7, *graph, message(2, "tiny")) + message(8, number(2, opset)) + more


def write_pooling(path: Path, shape: list[int | str], *, factor: float = 2.0) -> Path:
    """Write a network that gives the mean over rows and columns of each channel, times a factor."""
    path.write_bytes(
        model(
            node("GlobalAveragePool", ["image"], ["pooled"]),
            node("Mul", ["pooled", "factor"], ["vector"]),
            tensor("factor", factor),
            value_info(11, "image", shape),
            value_info(12, "vector", None),
        )
    )
    return path
