"""A score of a DICOM series unpacks the slices that it needs, and is that of the whole series to the bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import small_series
from radiobone.core.errors import ImplausibleIntensity
from radiobone.core.volume import Volume, VolumeOnDemand
from radiobone.core.warnings import NotHounsfield, SaturatedIntensity, collected
from radiobone.features.definitions import AnySettings
from radiobone.features.presets import load_settings
from radiobone.io.images import open_image, read_image
from radiobone.workflow.single import extract_named

N_SLICES, ROWS, COLUMNS = 130, 26, 24
MIDDLE = slice(60, 66)
FIRST_ORDER = [{"name": "firstorder"}, {"name": "glcm", "features": ["Contrast"]}]
RESAMPLED = {"resampling": {"spacing_xyz_mm": [1, 1, 1]}, "families": FIRST_ORDER}
FILTERS: dict[str, dict[str, Any]] = {
    "log": {"kind": "LoG", "sigma_mm": [1.0, 2.5]}, "lbp2d": {"kind": "LBP2D"}, "lbp3d": {"kind": "LBP3D"},
    "gradient": {"kind": "Gradient"}, "square": {"kind": "Square"}, "wavelet": {"kind": "Wavelet", "level": 2},
    "mean": {"kind": "Mean", "support_voxels": 5, "boundary": "mirror"},
    "ring": {"kind": "Mean", "support_voxels": 5, "boundary": "periodic"},
}  # fmt: skip
OTHER: dict[str, Any] = {
    "no resampling": {"families": FIRST_ORDER},
    "no resampling, cut": {"crop_margin_voxels": 3, "images": [{"kind": "Wavelet"}], "families": FIRST_ORDER},
    "linear": RESAMPLED | {"resampling": {"spacing_xyz_mm": [1, 1, 1], "interpolator": "sitkLinear"}},
    "finer, wide": RESAMPLED | {"resampling": {"spacing_xyz_mm": [0.7, 0.7, 0.7], "margin_voxels": 20}},
    "normalised": RESAMPLED | {"normalisation": {"scale": 100.0}, "discretisation": {"kind": "bin_count", "n_bins": 16}},
    "resegmented": RESAMPLED | {"resegmentation": {"limits": [-500, 700]}},
    "otsu": RESAMPLED | {"segmentation": {"kind": "otsu"}},
    "bone": {"families": [{"name": "bone"}]},
    "ibsi": "ibsi",
    "ct": "ct",
}  # fmt: skip
FEW = {"ct", "no resampling, cut", "finer, wide", "resegmented", "otsu"}


def hounsfield(number: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng((seed, number))
    found = rng.normal(180, 120, (ROWS, COLUMNS)) + 40 * np.sin(number / 3)
    found[:3] = -1000 + rng.normal(0, 15, (3, COLUMNS))
    return np.clip(np.rint(found), -1024, 3071).astype(np.int64)


def write(folder: Path, hu: np.ndarray | None = None, intercept: int = -1024) -> Path:
    voxels = np.stack([hounsfield(number) for number in range(N_SLICES)]) if hu is None else hu
    return small_series.series(
        folder,
        lambda number: {
            "Rows": ROWS, "Columns": COLUMNS, "RescaleIntercept": intercept,
            "PixelData": (voxels[number] - intercept).astype("<u2").tobytes(),
        },
        range(N_SLICES),
    )  # fmt: skip


def region_on(grid: Volume) -> Volume:
    z, y, x = np.indices(grid.shape)
    inside = ((z - 62.5) / 3) ** 2 + ((y - 13) / 8) ** 2 + ((x - 12) / 8) ** 2 <= 1.1
    return grid.with_array(inside.astype(np.uint8))


def outcome(image: Volume, mask: Volume, settings: AnySettings) -> tuple[dict[str, float], list[str]]:
    with collected() as told:
        found, _ = extract_named(image, mask, settings, 1)
    return found, [f"{one.code}: {one}" for one in told]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("series") / "ct")


@pytest.fixture(scope="module")
def whole(folder: Path) -> Volume:
    return read_image(folder)


def n_read(image: Volume) -> int:
    assert isinstance(image, VolumeOnDemand)
    return len(image.so_far().array)


@pytest.mark.parametrize("name", [*OTHER, *FILTERS])
def test_features_are_those_of_the_whole_series_to_the_bit(folder: Path, whole: Volume, name: str) -> None:
    source = OTHER[name] if name in OTHER else RESAMPLED | {"images": [FILTERS[name]]}
    settings = load_settings(source, modality="ct")
    image = open_image(folder)
    assert isinstance(image, VolumeOnDemand)
    mask = region_on(whole)
    assert outcome(image, mask, settings) == outcome(whole, mask, settings)
    if name in FEW:
        assert n_read(image) < N_SLICES


def test_a_region_at_the_end_of_the_series(folder: Path, whole: Volume) -> None:
    array = np.zeros(whole.shape, dtype=np.uint8)
    array[-5:, 8:20, 6:18] = 1
    settings = load_settings(RESAMPLED)
    image = open_image(folder)
    assert outcome(image, whole.with_array(array), settings) == outcome(
        whole, whole.with_array(array), settings
    )


def test_values_that_need_a_wider_type_far_from_the_region_change_nothing(tmp_path: Path) -> None:
    hu = np.stack([hounsfield(number) for number in range(N_SLICES)])
    hu[3, 5:9, 5:9] = 60_000
    folder = write(tmp_path / "ct", hu)
    whole, image = read_image(folder), open_image(folder)
    assert whole.array.dtype == np.int32
    settings, mask = load_settings("ct"), region_on(whole)
    assert outcome(image, mask, settings)[0] == outcome(whole, mask, settings)[0]
    assert n_read(image) < N_SLICES


def test_metal_beside_the_region_is_that_of_the_whole(tmp_path: Path) -> None:
    hu = np.stack([hounsfield(number) for number in range(N_SLICES)])
    hu[60:70, 5:9, 5:9] = 31_000  # overshoots of the spline reach the limit of 16 bits
    hu[3, 5:9, 5:9] = 33_000
    folder = write(tmp_path / "ct", hu)
    whole, image = read_image(folder), open_image(folder)
    bins = {"discretisation": {"kind": "bin_count", "n_bins": 32}}
    settings, mask = load_settings(RESAMPLED | bins), region_on(whole)
    assert outcome(image, mask, settings) == outcome(whole, mask, settings)
    assert n_read(image) == N_SLICES


def test_hounsfield_units_are_looked_for_beside_the_region(tmp_path: Path) -> None:
    hu = np.stack([hounsfield(number) for number in range(N_SLICES)])
    image = open_image(write(tmp_path / "wrapped", np.where(hu < 0, hu + 65_536, hu), 0))
    with pytest.raises(ImplausibleIntensity, match="wrapped"):
        extract_named(image, region_on(image), load_settings("ct"), 1)
    bright = open_image(write(tmp_path / "bright", np.abs(hu)))
    with collected() as told:
        extract_named(bright, region_on(bright), load_settings("ct"), 1)
    assert any(isinstance(one, NotHounsfield) for one in told)


def test_saturation_is_told_and_not_where_something_brighter_lies_far_off(tmp_path: Path) -> None:
    hu = np.minimum(np.stack([hounsfield(number) for number in range(N_SLICES)]), 250)
    settings = load_settings(RESAMPLED)
    clipped = open_image(write(tmp_path / "clipped", hu))
    assert any("SaturatedIntensity" in one for one in outcome(clipped, region_on(clipped), settings)[1])
    hu[2, 20, 20] = 900
    other = open_image(write(tmp_path / "brighter", hu))
    assert not any(SaturatedIntensity.code in one for one in outcome(other, region_on(other), settings)[1])


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        (RESAMPLED, [*range(50, 58), *range(67, 75)]),  # what the spline reaches
        (OTHER["normalised"], [*range(100, 120)]),  # what only the whole image holds
    ],
)
def test_what_enters_the_numbers_is_looked_at_too(
    tmp_path: Path, settings: dict[str, Any], where: list[int]
) -> None:
    hu = np.stack([hounsfield(number) for number in range(N_SLICES)])
    hu[where] = np.random.default_rng(1).integers(-3000, -1600, hu[where].shape)
    folder = write(tmp_path / "ct", hu, -3024)
    whole, image = read_image(folder), open_image(folder)
    chosen, mask = load_settings(settings), region_on(whole)
    found, told = outcome(image, mask, chosen)
    assert (found, sorted(told)) == (outcome(whole, mask, chosen)[0], sorted(outcome(whole, mask, chosen)[1]))
    assert any(NotHounsfield.code in one for one in told)
