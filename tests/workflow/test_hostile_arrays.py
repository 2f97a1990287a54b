"""Arrays that no scanner makes: finite features or a named error, and nothing else."""

from __future__ import annotations

import math
import tracemalloc
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from radiobone.core import errors
from radiobone.core.errors import RadioboneError
from radiobone.core.warnings import NonFiniteIntensityOutside, RadioboneWarning
from radiobone.workflow.single import extract_features

SHAPE = (12, 13, 14)
REGION = np.zeros(SHAPE, np.uint8)
REGION[3:9, 4:10, 3:11] = 1
VALUES = np.random.default_rng(0).normal(100.0, 30.0, SHAPE)
POINTWISE = ("Square", "SquareRoot", "Logarithm", "Exponential", "Gradient")


def kinds(*names: str, **setting: object) -> dict[str, Any]:
    return {"imageType": {name: {} for name in names}, "setting": {"binWidth": 25, **setting}}


LOG = {"LoG": {"sigma": [1.0, 2.0, 3.0, 4.0, 5.0]}}
SETTINGS: dict[str, Any] = {
    "original": kinds("Original"),
    "1316": {
        "imageType": {"Original": {}, "Wavelet": {}, **LOG},
        "setting": {"binWidth": 25, "resampledPixelSpacing": [1, 1, 1]},
    },
    "pointwise": kinds("Original", *POINTWISE),
    "count": kinds("Original", "Wavelet", *POINTWISE, binCount=32),
    "mr": "mr",
    "ibsi": {"definitions": "ibsi", "aggregations": ["2D_comb", "2_5D_comb", "3D_avg"]},
    "one dimension": kinds("Original", "Wavelet", minimumROIDimensions=1),
}


def outcome(image: Any, mask: Any = REGION, chosen: Any = "original", **more: Any) -> str:
    """Return ``ok`` or the code of the error; radiobone's warnings are allowed, others are errors."""
    given_ = {"spacing_mm": (1.0, 1.0, 1.0), **more}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RadioboneWarning)
        try:
            features = extract_features(image, mask, SETTINGS[chosen], **given_)
        except RadioboneError as error:
            return error.code if len(str(error)) < 600 else "a message too long to read"
    assert all(math.isfinite(value) for value in features.values())
    return "ok"


def with_voxels(*values: float, at: tuple[int, int, int] = (5, 6, 5), dtype: Any = float) -> npt.NDArray[Any]:
    """Return the image with a few voxels of its own, in a row from one inside the region."""
    image = VALUES.astype(dtype)
    z, y, x = at
    image[z, y, x : x + len(values)] = values
    return image


ENDS = {name: np.iinfo(name) for name in ("int16", "int32", "int64", "uint64")}
IMAGES: dict[str, tuple[Any, str, str]] = {  # image, code with bins of a width, code with a number of bins
    **{
        name: (np.clip(VALUES, 0, 120).astype(name), "ok", "ok")
        for name in (
            "int8",
            "uint8",
            "uint16",
            "int64",
            "uint64",
            "float16",
            "float32",
            "longdouble",
            ">i2",
            ">f8",
        )
    },
    "bool": (VALUES > 100, "ok", "ok"),
    "complex": (VALUES + 1j, "UnreadableImage", "UnreadableImage"),
    "objects": (VALUES.astype(object), "UnreadableImage", "UnreadableImage"),
    "words": (VALUES.astype(str), "UnreadableImage", "UnreadableImage"),
    "dates": (VALUES.astype("datetime64[s]"), "UnreadableImage", "UnreadableImage"),
    "nan": (with_voxels(np.nan), "NonFiniteIntensity", "NonFiniteIntensity"),
    "infinite": (with_voxels(-np.inf), "NonFiniteIntensity", "NonFiniteIntensity"),
    "spike of 1e12": (with_voxels(1e12), "TooManyGrayLevels", "ok"),
    "spike of 1e300": (with_voxels(1e300), "ImplausibleIntensity", "ImplausibleIntensity"),
    "ends of double": (with_voxels(-1.7e308, 1.7e308), "ImplausibleIntensity", "ImplausibleIntensity"),
    "ends of single": (with_voxels(-3e38, 3e38, dtype="f4"), "ImplausibleIntensity", "ImplausibleIntensity"),
    "range of 1e6": (VALUES * 1e6, "TooManyGrayLevels", "ok"),
    "flat at 1e308": (VALUES * 0 + 1e308, "ImplausibleIntensity", "ImplausibleIntensity"),
    "at 1e17": (VALUES + 1e17, "ImplausibleIntensity", "ImplausibleIntensity"),
    "single at 1e9": ((VALUES + 1e9).astype("f4"), "ImplausibleIntensity", "ImplausibleIntensity"),
    "all 7": (np.full(SHAPE, 7), "ok", "ok"),
    "two values": ((VALUES > 100) * 1.0, "ok", "ok"),
    **{
        f"ends of {name}": (
            np.where(VALUES > 100, *np.array([ends.max, ends.min], dtype=name)),
            "TooManyGrayLevels",
            "",
        )
        for name, ends in ENDS.items()
    },
    "end of int64": (
        np.where(VALUES > 100, 2**63 - 1, 2**63 - 4),
        "ImplausibleIntensity",
        "ImplausibleIntensity",
    ),
}


@pytest.mark.parametrize("name", IMAGES)
def test_every_kind_of_image_is_measured_or_named(name: str) -> None:
    image, code, code_of_count = IMAGES[name]
    assert outcome(image) == code
    counted = outcome(image, chosen="count")
    assert counted == code_of_count or (not code_of_count and counted in ("ok", "ImplausibleIntensity"))


@pytest.mark.parametrize("chosen", SETTINGS)
def test_no_image_breaks_any_settings(chosen: str) -> None:
    for name, (image, _, _) in IMAGES.items():
        found = outcome(image, chosen=chosen)
        assert found == "ok" or hasattr(errors, found), name


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300, -3.4e38])
@pytest.mark.parametrize("chosen", ["original", "1316", "pointwise"])
def test_what_is_no_intensity_outside_the_region_is_set_to_0_and_told(value: float, chosen: str) -> None:
    clean, spoilt = with_voxels(0.0, at=(0, 0, 0)), with_voxels(value, at=(0, 0, 0))
    expected = extract_features(clean, REGION, SETTINGS[chosen], spacing_mm=(1.0, 1.0, 1.0))
    with pytest.warns(NonFiniteIntensityOutside, match="1 voxels outside the region"):
        found = extract_features(spoilt, REGION, SETTINGS[chosen], spacing_mm=(1.0, 1.0, 1.0))
    assert found == expected


@pytest.mark.parametrize("scale", [0.0, 1e-300, 1e-19])
def test_filters_that_divide_by_the_greatest_intensity_name_an_image_that_is_next_to_0(scale: float) -> None:
    assert outcome(VALUES * scale, chosen="pointwise") == "ImplausibleIntensity"
    assert outcome(VALUES * scale) == "ok"
    assert outcome(VALUES * 1e-9, chosen="count") == "ok"  # such as mm²/s in SI units


def test_an_image_of_one_value_cannot_be_normalised() -> None:
    assert outcome(np.full(SHAPE, 7.0), chosen="mr") == "ImplausibleIntensity"
    assert outcome(VALUES, chosen="mr") == "ok"


def lines_and_points() -> dict[str, npt.NDArray[np.uint8]]:
    found = {}
    for axis in range(3):
        for name, length in (("pair", 2), ("line", 7)):
            index: list[Any] = [5, 6, 5]
            index[axis] = slice(index[axis], index[axis] + length)
            found[f"{name} along {axis}"] = index
        for name, end in (("first", slice(0, 1)), ("last", slice(-1, None))):
            index = [slice(2, 9)] * 3
            index[axis] = end
            found[f"{name} slice of {axis}"] = index
            index = list(index)
            index[axis] = slice(0, 4) if name == "first" else slice(-4, None)
            found[f"{name} slices of {axis}"] = index
    masks = {}
    for name, place in found.items():
        masks[name] = np.zeros(SHAPE, np.uint8)
        masks[name][tuple(place)] = 1
    masks["whole"] = np.ones(SHAPE, np.uint8)
    masks["checkerboard"] = (np.indices(SHAPE).sum(axis=0) % 2).astype(np.uint8)
    masks["lattice"] = np.zeros(SHAPE, np.uint8)
    masks["lattice"][::2, ::2, ::2] = 1
    masks["two apart"] = np.zeros(SHAPE, np.uint8)
    masks["two apart"][2, 3, 4] = masks["two apart"][9, 9, 9] = 1
    return masks


@pytest.mark.parametrize("name", lines_and_points())
@pytest.mark.parametrize("chosen", ["original", "1316", "one dimension"])
def test_thin_regions_and_regions_at_the_border_are_measured_or_too_small(name: str, chosen: str) -> None:
    found = outcome(VALUES, lines_and_points()[name], chosen)
    solid = "slice" in name or name == "whole"
    assert found == "ok" if solid else found in ("ok", "RoiTooSmall")


@pytest.mark.parametrize(
    ("mask", "code"),
    [
        (REGION * 0, "EmptyMask"),
        (REGION * 0.5, "ProbabilisticMask"),
        (np.where(REGION, 1.0, np.nan), "ok"),  # NaN is background, as in a file, with MaskRounded
        (REGION + 1j, "UnreadableImage"),
        (REGION.astype(str), "UnreadableImage"),
        (REGION.astype(bool), "ok"),
        (REGION.astype(float), "ok"),
        (REGION.astype(">i8"), "ok"),
        (REGION.astype(np.uint64), "ok"),
        (REGION * 255, "ok"),
        (REGION[1:], "GeometryMismatch"),
        (REGION[0], "DimensionMismatch"),
    ],
)
def test_masks_of_every_type_are_read_or_named(mask: Any, code: str) -> None:
    assert outcome(VALUES, mask) == code


@pytest.mark.parametrize(
    ("spacing_mm", "code"),
    [
        *(
            ((length, 1.0, 1.0), "BadSpacing")
            for length in (0.0, -1.0, np.nan, np.inf, 1e-300, 1e-9, 1e9, 1e150)
        ),
        ((1.0, 1.0), "BadSetting"),
        (1.0, "BadSetting"),
        ("abc", "BadSetting"),
        ((1.0, 1.0, "x"), "BadSetting"),
        (None, "BadSetting"),
        ((np.float32(0.5), 1, 2), "ok"),
    ],
)
@pytest.mark.parametrize("chosen", ["original", "1316"])
def test_spacing_is_three_lengths_or_named(spacing_mm: Any, code: str, chosen: str) -> None:
    assert outcome(VALUES, spacing_mm=spacing_mm, chosen=chosen) == code


@pytest.mark.parametrize("shape", [(0, 5, 5), (5, 0, 5), (0, 0, 0), (1, 1, 1), (5,), (2, 2, 2, 2), (0, 5)])
def test_empty_and_odd_shapes_are_named(shape: tuple[int, ...]) -> None:
    code = outcome(np.ones(shape), np.ones(shape, np.uint8))
    assert code in ("EmptyMask", "RoiTooSmall", "DimensionMismatch")


def test_no_memory_is_taken_for_bins_that_are_refused() -> None:
    wide = with_voxels(1e12, -1e12)
    tracemalloc.start()
    assert outcome(wide) == "TooManyGrayLevels"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * wide.nbytes


EXTREMES = st.sampled_from(
    [
        0.0,
        -0.0,
        1.0,
        -1.0,
        25.0,
        1e-310,
        1e-30,
        1e15,
        -1e15,
        1e30,
        -1e30,
        1e31,
        3e38,
        1e308,
        np.nan,
        np.inf,
        -np.inf,
    ]
)


@st.composite
def hostile(draw: Any) -> tuple[npt.NDArray[Any], npt.NDArray[np.uint8]]:
    """Return a small image of moderate values with a few extreme ones, and any region."""
    shape = draw(st.tuples(*[st.integers(1, 7)] * 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scale = draw(st.sampled_from([1e-12, 1.0, 50.0, 1e4, 1e12]))
    image = rng.normal(draw(st.sampled_from([0.0, 100.0, -1e3])), 1.0, shape) * scale
    for value in draw(st.lists(EXTREMES, max_size=3)):
        image[tuple(rng.integers(0, size) for size in shape)] = value
    mask = (rng.random(shape) < draw(st.sampled_from([0.1, 0.5, 1.0]))).astype(np.uint8)
    dtype = draw(st.sampled_from([np.float64, np.float32, np.int16, np.int64]))
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return image.astype(dtype), mask


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(hostile(), st.sampled_from(list(SETTINGS)))
def test_anything_is_measured_or_named(
    given_: tuple[npt.NDArray[Any], npt.NDArray[np.uint8]], chosen: str
) -> None:
    outcome(*given_, chosen=chosen)
