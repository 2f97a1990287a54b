"""NRRD and MetaImage headers with one field wrong: right numbers, a named warning, or a named error."""

from __future__ import annotations

import bz2
import gzip
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from radiobone.core.errors import RadioboneError
from radiobone.core.volume import Volume
from radiobone.core.warnings import collected
from radiobone.io.images import read_image
from raw_files import RAW, SPACING_MM, VOXELS, metaimage, nrrd, written

WRITERS = {"nrrd": nrrd, "mha": metaimage}
TEXT = " ".join(map(str, VOXELS.ravel())).encode()
BIG = VOXELS.astype(">i2").tobytes()
Given = tuple[str, dict[str, Any], bytes]


def read(tmp_path: Path, given: Given) -> tuple[Volume, list[str]]:
    kind, changed, data = given
    path = written(tmp_path / f"image.{kind}", WRITERS[kind](changed, data))
    with collected() as told:
        volume = read_image(path)
    return volume, [one.code for one in told]


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 255]) + data[at + 1 :]


def of(kind: str, *cases: dict[str, Any] | tuple[dict[str, Any], bytes]) -> list[Given]:
    return [(kind, *case) if isinstance(case, tuple) else (kind, case, RAW) for case in cases]


SOUND = [
    *of("nrrd", {}, ({"encoding": "gz"}, gzip.compress(RAW)), ({"encoding": "GZIP"}, gzip.compress(RAW)),
        ({"encoding": "bzip2"}, bz2.compress(RAW)), ({"encoding": "ascii"}, TEXT), ({"encoding": "text"}, TEXT.replace(b" ", b"\n")),
        ({"encoding": "hex"}, RAW.hex().encode()), ({"endian": "big"}, BIG), ({"byte skip": 10}, bytes(10) + RAW),
        ({"byte skip": -1}, bytes(77) + RAW), ({"line skip": 2}, b"a\nb\n" + RAW), ({"encoding": "gzip", "line skip": 1}, b"a\n" + gzip.compress(RAW)),
        ({"encoding": "gzip", "byte skip": 9}, gzip.compress(bytes(9) + RAW)), ({}, RAW + b"\n"), {"space units": '"mm" "mm" "mm"'},
        {"space": "RAS"}, {"space": "left-anterior-superior"}, {"space directions": "(-0.8,0,0) (0,0.9,0) (0,0,2)"}, {"type": "int16_t"},
        {"space": None, "space directions": None, "space origin": None, "spacings": "0.8 0.9 2"}, {"kinds": None}, {"space origin": None}),
    *of("mha", {}, ({"CompressedData": True}, zlib.compress(RAW)), ({"BinaryData": False}, TEXT), ({"BinaryDataByteOrderMSB": True}, BIG),
        ({"CompressedData": True, "CompressedDataSize": len(zlib.compress(RAW))}, zlib.compress(RAW)), {"HeaderSize": -1},
        ({"BinaryDataByteOrderMSB": None, "ElementByteOrderMSB": "true"}, BIG), {"ElementSpacing": None, "ElementSize": "0.8 0.9 2"},
        {"TransformMatrix": None, "Orientation": "1 0 0 0 1 0 0 0 1"}, {"Offset": None, "Position": "-10 -20 30"}, {"Foo": "Bar"},
        {"TransformMatrix": "-1 0 0 0 1 0 0 0 1"}, {"NDims": 4, "DimSize": "6 5 4 1", "ElementSpacing": "0.8 0.9 2 1", "Offset": None,
         "TransformMatrix": None}),
]  # fmt: skip


@pytest.mark.parametrize("given", SOUND, ids=lambda given: f"{given[0]} {given[1]}")
def test_headers_that_are_sound(tmp_path, given):
    volume, codes = read(tmp_path, given)
    assert np.array_equal(volume.array, VOXELS)
    assert volume.spacing_mm == pytest.approx(SPACING_MM, rel=1e-12)
    assert codes == []


TOLD = {
    "SpacingAssumed": [
        *of("nrrd", {"space": None, "space directions": None, "space origin": None}),
        *of("nrrd", {"space": None, "space directions": None, "space origin": None, "thicknesses": "0.8 0.9 2"}),
        *of("mha", {"ElementSpacing": None}),
    ],
    "BadHeaderField": [*of("mha", {"ElementSize": "1 1 1"}), *of("nrrd", ({}, RAW + bytes(99))), *of("mha", ({}, RAW + bytes(99)))],
}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "given"), [(code, given) for code, cases in TOLD.items() for given in cases], ids=str
)
def test_what_is_assumed_or_ignored_is_told(tmp_path, code, given):
    volume, codes = read(tmp_path, given)
    assert np.array_equal(volume.array, VOXELS)
    assert codes == [code]


REFUSED = {
    "UnreadableImage": [
        *of("nrrd", {"encoding": "zrl"}, {"encoding": None}, {"endian": None}, {"endian": "foo"}, {"byte skip": -5}, {"byte skip": 10},
            {"line skip": 2000}, {"byte skip": "x"}, {"sizes": "6 5 5"}, {"sizes": "6 -5 4"}, {"sizes": "6 0 4"}, {"sizes": "6 x 4"},
            {"sizes": "6 20"}, {"sizes": "6 5 4 1"}, {"dimension": 2}, {"dimension": None}, {"type": "double"}, {"type": "foo"},
            {"type": None}, {"type": "block"}, {"space": "foo"}, {"space origin": "(nan,0,0)"}, {"space directions": "(a,b,c) (0,1,0) (0,0,1)"},
            {"kinds": "foo domain domain"}, {"spacings": "1 1 1"}, ({"encoding": "bzip2"}, bz2.compress(RAW)[:-9]),
            ({"encoding": "bzip2"}, flipped(bz2.compress(RAW), 100)), ({"encoding": "gzip"}, gzip.compress(RAW)[:-9]),
            ({"encoding": "gzip"}, flipped(gzip.compress(RAW), -8)), ({"encoding": "ascii"}, TEXT[:99]), ({"encoding": "ascii"}, TEXT + b" 1"),
            ({"encoding": "ascii"}, TEXT.replace(b" ", b".7 ")), ({"encoding": "ascii"}, TEXT.replace(b" ", b"00000 ")),
            ({"encoding": "ascii"}, b"foo " * 120), ({"encoding": "hex"}, RAW.hex().encode()[:-1]), ({"encoding": "hex"}, b"zz" * len(RAW)),
            ({}, RAW[:-1]), ({}, RAW * 4), ({"type": "uchar"}, RAW * 4), ({"encoding": "gzip"}, gzip.compress(RAW * 4)),
            ({"encoding": "bzip2"}, bz2.compress(RAW * 4)), {"data file": "/etc/passwd"}, {"data file": "../a.raw"}, {"data file": "LIST"},
            {"data file": "v%03d.raw 1 4 1"}, {"data file": ""}),
        *of("mha", *({"NDims": n} for n in (2, 0, -1, 99, "x", None)), *({"DimSize": n} for n in ("6 5 5", "6 -5 4", "6 0 4", "a b c", "6 20", "6.7 5 4")),
            {"ElementType": "MET_FOO"}, {"ElementType": None}, {"ElementType": "MET_DOUBLE"}, ({"ElementType": "MET_UCHAR"}, RAW * 4),
            {"ElementType": "MET_SHORT_ARRAY"}, {"BinaryDataByteOrderMSB": "foo"}, {"ElementByteOrderMSB": True}, {"CompressedData": True},
            ({"CompressedData": True}, zlib.compress(RAW)[:-2]), ({"CompressedData": True, "CompressedDataSize": 9999}, zlib.compress(RAW)),
            ({"CompressedData": True, "CompressedDataSize": -5}, zlib.compress(RAW)), ({"CompressedData": True}, zlib.compress(RAW * 4)),
            ({"BinaryData": False}, TEXT[:99]), ({"BinaryData": False}, b"foo " * 120), {"ElementSpacing": "0,8 0,9 2"}, {"ElementSpacing": "1 1"},
            {"TransformMatrix": "1 0 0 1"}, {"Offset": "a b c"}, {"Offset": "1 2"}, *({"ElementNumberOfChannels": n} for n in (0, -1, "x")),
            {"ElementToIntensityFunctionSlope": 2}, {"HeaderSize": 10}, {"HeaderSize": -7}, ({}, RAW[:-1]), ({}, RAW * 4), {"ObjectType": "Mesh"},
            {"ElementDataFile": "/etc/passwd"}, {"ElementDataFile": "LIST"}, {"ElementDataFile": "."}, {"ElementDataFile": ""},
            {"Comment": "x\nDimSize = 6 5 3"}),
    ],
    "BadSpacing": [
        *of("nrrd", *({"space directions": f"({length},0,0) (0,0.9,0) (0,0,2)"} for length in ("0", "nan", "1e20", "inf")),
            {"space directions": "none (0,0.9,0) (0,0,2)"}, {"space units": '"cm" "cm" "cm"'}, {"space units": '"m" "m" "m"'},
            *({"space": None, "space directions": None, "space origin": None, "spacings": f"{length} 0.9 2"} for length in ("0", "-1", "nan"))),
        *of("mha", *({"ElementSpacing": f"{length} 0.9 2"} for length in ("0", "-0.8", "nan", "inf", "1e20")), {"DistanceUnits": "um"}),
    ],
    "AmbiguousOrientation": of("mha", {"Offset": "nan 0 0"}, {"Rotation": "0 1 0 1 0 0 0 0 1"}, {"TransformMatrix": "nan 0 0 0 1 0 0 0 1"},
                               {"Position": "1 2 3"}),
    "NonOrthogonalGrid": [
        *of("nrrd", {"space directions": "(0.8,0.2,0) (0,0.9,0) (0,0,2)"}, {"space directions": "(0.8,0,0) (0.8,0,0) (0,0,2)"}),
        *of("mha", *({"TransformMatrix": matrix} for matrix in ("1 0.2 0 0 1 0 0 0 1", "0 0 0 0 0 0 0 0 0", "2 0 0 0 2 0 0 0 2"))),
    ],
    "VectorImage": [
        *of("nrrd", ({"dimension": 4, "sizes": "3 6 5 4", "kinds": "vector domain domain domain",
                      "space directions": "none (0.8,0,0) (0,0.9,0) (0,0,2)"}, RAW * 3)),
        *of("mha", ({"ElementNumberOfChannels": 3}, RAW * 3)),
    ],
    "DimensionMismatch": [
        *of("nrrd", ({"dimension": 4, "sizes": "6 5 4 3", "kinds": "domain domain domain time",
                      "space directions": "(0.8,0,0) (0,0.9,0) (0,0,2) none"}, RAW * 3)),
        *of("mha", ({"NDims": 4, "DimSize": "6 5 4 3"}, RAW * 3)),
    ],
    "ResourceLimit": [*of("nrrd", {"sizes": "4294967296 4294967296 1"}), *of("mha", {"DimSize": "4294967296 4294967296 1"})],
    "FileMissing": [*of("nrrd", {"data file": "nothing.raw"}), *of("mha", {"ElementDataFile": "nothing.raw"})],
}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "given"), [(code, given) for code, cases in REFUSED.items() for given in cases],
    ids=lambda value: value if isinstance(value, str) else f"{value[0]} {value[1]} {len(value[2])}",
)  # fmt: skip
def test_headers_that_cannot_be_right_are_refused(tmp_path, code, given):
    with pytest.raises(RadioboneError) as caught, collected():
        read(tmp_path, given)
    assert caught.value.code == code, caught.value
    assert len(str(caught.value)) > 60


def test_packed_text_bombs_are_refused(tmp_path):
    """A hundred megabytes in a hundred bytes, of which the header announces a few."""
    with pytest.raises(RadioboneError) as caught:
        read(tmp_path, ("nrrd", {"encoding": "bzip2"}, bz2.compress(bytes(10_000_000))))
    assert caught.value.code == "UnreadableImage"


@pytest.mark.parametrize("changed", [{"NDims": -1}, {"NDims": 99}, {"DimSize": "6 5"}], ids=str)
def test_no_header_ends_the_process(tmp_path, changed):
    """ITK's reader of MetaImage dies of some."""
    path = written(tmp_path / "a.mha", metaimage(changed))
    script = (
        "from pathlib import Path\nfrom radiobone.core.errors import RadioboneError\nfrom radiobone.io.images import read_image\n"
        f"try: read_image(Path({str(path)!r}))\nexcept RadioboneError as error: print(error.code)\n"
    )  # fmt: skip
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "UnreadableImage"
