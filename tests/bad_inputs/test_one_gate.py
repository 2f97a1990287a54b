"""Whatever reads an image asks the same of it: is it of the modality said, and are its values what they are said to be."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import radiobone as rb
from radiobone.core.errors import BadSetting, ImplausibleIntensity
from radiobone.core.volume import Volume
from radiobone.core.warnings import NotHounsfield, collected

SPACING_MM = (3.0, 3.0, 3.0)
NAMES = {"vertebrae_L1": 1}
ENTRIES: dict[str, Callable[[Volume, Volume], object]] = {
    "features": lambda image, mask: rb.extract_features(image, mask, modality="ct"),
    "maps": lambda image, mask: rb.feature_maps(image, mask, "original_firstorder_Mean", modality="ct"),
    "bone": lambda image, mask: rb.measure_bone(image, mask, names=NAMES, levels=["L1"], measurements=["volume"]),
}  # fmt: skip


def body() -> tuple[np.ndarray, Volume]:
    """A cube of bone in soft tissue, and its mask."""
    labels = np.zeros((14, 14, 14), dtype=np.uint8)
    labels[3:11, 3:11, 3:11] = 1
    noise = np.random.default_rng(3).normal(0, 20, labels.shape)
    return np.where(labels, 200, -60) + noise, Volume(labels, SPACING_MM)


@pytest.mark.parametrize("entry", ENTRIES)
def test_wrapped_values_are_refused(entry):
    hu, mask = body()
    wrapped = Volume(hu.astype(np.int16).view(np.uint16), SPACING_MM)
    with pytest.raises(ImplausibleIntensity, match="wrapped"):
        ENTRIES[entry](wrapped, mask)


@pytest.mark.parametrize("entry", ENTRIES)
def test_another_modality_is_refused(entry):
    hu, mask = body()
    with pytest.raises(BadSetting, match="MR"):
        ENTRIES[entry](Volume(hu, SPACING_MM, modality="MR"), mask)


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("offset", [0, 1024])
def test_stored_values_without_their_intercept_are_told_and_sound_ones_are_not(entry, offset):
    hu, mask = body()
    with collected() as told:
        ENTRIES[entry](Volume(hu + offset, SPACING_MM), mask)
    assert (NotHounsfield in {type(one) for one in told}) == bool(offset)
