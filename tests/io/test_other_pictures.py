"""BMP, GIF and WebP are read as radiographs; what is no radiograph is told by name."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, features

from radiobone.core.errors import DimensionMismatch, ResourceLimit, UnreadableImage, VectorImage
from radiobone.core.warnings import SpacingAssumed, collected
from radiobone.io.flat import is_radiograph
from radiobone.io.images import read_image
from radiobone.workflow.data_cards.gate import GateImage, run_gate

KINDS = [
    "a.bmp",
    "a.gif",
    pytest.param("a.webp", marks=pytest.mark.skipif(not features.check("webp"), reason="Pillow has no WebP")),
]
GREY = np.random.default_rng(0).integers(0, 256, (31, 22), dtype=np.uint8)


def saved(path: Path, pixels: np.ndarray = GREY) -> Path:
    Image.fromarray(pixels).save(path, **({"lossless": True} if path.suffix == ".webp" else {}))
    return path


@pytest.mark.parametrize("name", KINDS)
def test_the_pixels_are_those_that_were_written(tmp_path: Path, name: str) -> None:
    path = saved(tmp_path / name)
    with collected() as told:
        volume = read_image(path)
    np.testing.assert_array_equal(volume.array[0], GREY)
    assert volume.is_2d
    assert volume.spacing_assumed
    assert [type(one) for one in told] == [SpacingAssumed]
    assert is_radiograph(path)


@pytest.mark.parametrize("name", KINDS)
def test_a_colour_picture_is_refused(tmp_path: Path, name: str) -> None:
    colours = np.zeros((8, 8, 3), dtype=np.uint8)
    colours[..., 0] = 200
    with pytest.raises(VectorImage, match="colour"):
        read_image(saved(tmp_path / name, colours))


def test_a_film_is_refused(tmp_path: Path) -> None:
    pages = [Image.fromarray(GREY), Image.fromarray(GREY[::-1])]
    pages[0].save(tmp_path / "a.gif", save_all=True, append_images=pages[1:])
    with pytest.raises(DimensionMismatch, match="2 pages"):
        read_image(tmp_path / "a.gif")


@pytest.mark.parametrize("name", KINDS)
def test_a_cut_file_is_told(tmp_path: Path, name: str) -> None:
    path = saved(tmp_path / name)
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(UnreadableImage, match="damaged"):
        read_image(path)


def test_a_header_that_asks_for_too_much_is_told(tmp_path: Path) -> None:
    content = bytearray(saved(tmp_path / "a.bmp").read_bytes())
    content[18:26] = struct.pack("<ii", 100_000, 100_000)
    (tmp_path / "a.bmp").write_bytes(content)
    with pytest.raises(ResourceLimit, match="pixels"):
        read_image(tmp_path / "a.bmp")


def test_one_image_in_four_formats_is_one_in_the_gate_with_any_number_of_processes(tmp_path: Path) -> None:
    names = ["a.bmp", "a.gif", "a.png", "a.tif", *(["a.webp"] if features.check("webp") else [])]
    images = [GateImage(name, saved(tmp_path / name)) for name in names]
    other = np.random.default_rng(1).integers(0, 256, (31, 22), dtype=np.uint8)
    images.append(GateImage("other", saved(tmp_path / "other.png", other)))
    one, two = (run_gate(images, jobs=jobs, show_progress=False) for jobs in (1, 2))
    assert one.groups.tolist() == two.groups.tolist() == [0] * len(names) + [len(names)]
    assert {pair.kind for pair in one.pairs} == {"same pixels"}
    assert one.pairs == two.pairs
