"""Where words turn up in whatever a command left: every byte of every file, unpacked."""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path

import pandas as pd

BASE64 = re.compile(rb"[A-Za-z0-9+/]{40,}={0,2}")
HEX = re.compile(rb"(?:[0-9a-f]{2}){64,}")


def contents(name: str, raw: bytes, depth: int = 0) -> Iterator[tuple[str, bytes]]:
    """Yield a file's bytes and whatever is packed in them: gzip, zip, Parquet, deflate in PNG, base64, hex."""
    yield name, raw
    if depth > 3:
        return
    for inner, unpacked in _unpacked(raw):
        yield from contents(f"{name}!{inner}", unpacked, depth + 1)


def _unpacked(raw: bytes) -> Iterator[tuple[str, bytes]]:
    if raw[:2] == b"\x1f\x8b":
        yield "gzip", gzip.decompress(raw)
    elif raw[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            yield from ((entry, archive.read(entry)) for entry in archive.namelist())
    elif raw[:4] == b"PAR1":
        yield "parquet", pd.read_parquet(io.BytesIO(raw)).to_csv().encode()
        yield (
            "schema",
            repr(__import__("pyarrow.parquet").parquet.read_metadata(io.BytesIO(raw)).metadata).encode(),
        )
    elif raw[:8] == b"\x89PNG\r\n\x1a\n":
        yield from _chunks(raw)
    else:
        for found in BASE64.finditer(raw):
            try:
                yield "base64", base64.b64decode(found.group(), validate=True)
            except binascii.Error:
                continue
        yield from (("hex", bytes.fromhex(found.group().decode())) for found in HEX.finditer(raw))


def _chunks(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """Text chunks of a PNG, packed or not; its pixels hold no words."""
    place = 8
    while place + 8 <= len(raw):
        length, kind = int.from_bytes(raw[place : place + 4], "big"), raw[place + 4 : place + 8]
        body = raw[place + 8 : place + 8 + length]
        if kind in (b"tEXt", b"eXIf"):
            yield kind.decode(), body
        elif kind in (b"zTXt", b"iTXt", b"iCCP"):
            yield kind.decode(), body
            for start in range(len(body)):
                if body[start] == 0x78:
                    try:
                        yield f"{kind.decode()} unpacked", zlib.decompress(body[start:])
                    except zlib.error:
                        continue
        place += 12 + length


def seen_in(folder: Path, words: Collection[str]) -> list[str]:
    """Return which words stand in which files below a folder, in any case, or in the files' names."""
    found = []
    for path in sorted(folder.rglob("*")):
        named = path.relative_to(folder).as_posix()
        found += [f"{word} in the name {named}" for word in words if word.casefold() in named.casefold()]
        if path.is_file():
            found += seen_in_bytes(named, path.read_bytes(), words)
    return found


def seen_in_bytes(name: str, raw: bytes, words: Collection[str]) -> list[str]:
    """As ``seen_in``, for the content of one file; UTF-8 and UTF-16."""
    found = []
    for place, content in contents(name, raw):
        lower = content.lower()
        for word in words:
            spelled = (word.lower().encode(), word.lower().encode("utf-16-le"))
            if any(one in lower for one in spelled):
                found.append(f"{word} in {place}")
    return found
