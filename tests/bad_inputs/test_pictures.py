"""Pictures as radiographs and as their masks, with one thing wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from radiobone.core.errors import RadioboneError
from radiobone.core.warnings import collected
from radiobone.io.images import read_image
from radiobone.io.masks import open_mask

GREY = np.random.default_rng(3).integers(0, 255, (20, 24)).astype(np.uint8)
MASK = np.zeros((20, 24), dtype=np.uint8)
MASK[5:15, 6:18] = 1


def saved(path: Path, array: np.ndarray[Any, Any] = GREY, **how: Any) -> Path:
    Image.fromarray(array).save(path, **how)
    return path


def turned(number: int) -> Image.Exif:
    mark = Image.Exif()
    mark[0x0112] = number
    return mark


def code_of(path: Path) -> str:
    with pytest.raises(RadioboneError) as caught, collected():
        read_image(path)
    return caught.value.code


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif"])
@pytest.mark.parametrize("number", [2, 3, 6])
def test_a_picture_that_is_to_be_turned_is_refused(tmp_path, suffix, number):
    how: dict[str, Any] = {"tiffinfo": {274: number}} if suffix == "tif" else {"exif": turned(number)}
    assert code_of(saved(tmp_path / f"a.{suffix}", **how)) == "AmbiguousOrientation"


@pytest.mark.parametrize("suffix", ["png", "tif", "bmp", "gif"])
def test_an_upright_picture_is_read_as_it_is(tmp_path, suffix):
    how: dict[str, Any] = {"exif": turned(1)} if suffix == "png" else {}
    with collected() as told:
        image = read_image(saved(tmp_path / f"a.{suffix}", **how))
    assert np.array_equal(image.array[0], GREY)
    assert [one.code for one in told] == ["SpacingAssumed"]


def test_inks_are_no_grey_values(tmp_path):
    Image.merge("CMYK", [Image.fromarray(GREY)] * 4).save(tmp_path / "a.jpg")
    assert code_of(tmp_path / "a.jpg") == "VectorImage"


@pytest.mark.parametrize("suffix", ["png", "bmp", "tif"])
@pytest.mark.parametrize("kept", [9, 40, -200, -20])
def test_pictures_that_end_too_early(tmp_path, suffix, kept):
    path = saved(tmp_path / f"a.{suffix}")
    path.write_bytes(path.read_bytes()[:kept])
    assert code_of(path) == "UnreadableImage"


@pytest.mark.parametrize(
    ("array", "code"),
    [
        (np.stack([MASK * 255, MASK * 0, MASK * 0], -1), "VectorMask"), (MASK[:-1], "GeometryMismatch"), (MASK.T.copy(), "GeometryMismatch"),
        (MASK * 0, "EmptyMask"), ((MASK * 0.5).astype(np.float32), "ProbabilisticMask"),
    ],
    ids=["coloured", "smaller", "turned", "empty", "halves"],
)  # fmt: skip
def test_masks_that_mean_nothing(tmp_path, array, code):
    image_path, mask_path = saved(tmp_path / "a.png"), saved(tmp_path / "m.tif", array)
    with pytest.raises(RadioboneError) as caught, collected():
        open_mask(mask_path, read_image(image_path)).region(roi=None, label=None)
    assert caught.value.code == code


@pytest.mark.parametrize("how", ["of 1", "of 255", "grey in colours", "with alpha", "of one bit", "16 bits"])
def test_masks_however_they_are_stored(tmp_path, how):
    white = MASK * 255
    array = {
        "of 1": MASK, "of 255": white, "grey in colours": np.stack([white] * 3, -1),
        "with alpha": np.stack([white] * 3 + [np.full_like(white, 255)], -1), "of one bit": MASK > 0,
        "16 bits": MASK.astype(np.uint16) * 65535,
    }[how]  # fmt: skip
    with collected():
        image = read_image(saved(tmp_path / "a.png"))
        region = open_mask(saved(tmp_path / "m.png", array), image).region(roi=None, label=None)
    assert np.array_equal(region.array[0], MASK)
