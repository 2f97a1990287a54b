"""What the engine measures on a made region: equal values are the same engine, whatever versions say."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from radiobone.core.errors import RadioboneError
from radiobone.core.volume import Volume
from radiobone.core.warnings import collected
from radiobone.features.definitions import AnySettings, measure

MADE = 1  # a change of the region below is another fingerprint: count up
SPACING_MM = (1.5, 0.9, 0.8)
RELATIVE = 1e-6  # machines differ in the last digits, engines in more
ABSOLUTE = 1e-9


def fingerprint_of(settings: AnySettings) -> dict[str, Any] | None:
    """Measure the made region.

    Returns
    -------
    dict or None
        ``made``, which region it was, and ``values`` by feature; None if settings allow no feature of it, such as
        those that need a whole vertebra.
    """
    values = _measured(settings.model_dump_json(), settings)
    return {"made": MADE, "values": dict(values)} if values else None


def differing(
    mine: Mapping[str, Any], other: Mapping[str, Any]
) -> dict[str, tuple[float | None, float | None]]:
    """Return the features whose values differ by more than machines do, or that only one has."""
    a, b = mine["values"], other["values"]
    return {
        name: (a.get(name), b.get(name))
        for name in sorted({*a, *b})
        if name not in a
        or name not in b
        or not math.isclose(a[name], b[name], rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    }


def made_region(*, is_2d: bool) -> tuple[Volume, Volume]:
    """Return a rough ball (a disc in 2D) of bone-like grey values in soft tissue, and its mask; no random numbers."""
    shape = (1, 40, 40) if is_2d else (20, 24, 28)
    z, y, x = np.indices(shape)
    rough = ((z * 7919) ^ (y * 104729) ^ (x * 1299709) ^ (x * y * 31)) % 211
    from_centre = [(axis - (size - 1) / 2) / (size / 3) for axis, size in zip((z, y, x), shape, strict=True)]
    squared = sum(part**2 for part in (from_centre[1:] if is_2d else from_centre))
    inside = (squared <= 1) & ~((y % 11 == 0) & (x % 7 == 0))  # with holes
    grey = np.where(squared <= 1, 150 + rough - np.round(60 * squared), 30 + rough // 4)
    image = Volume(grey.astype(np.int16), SPACING_MM, is_2d=is_2d)
    return image, image.with_array(inside.astype(np.uint8))


@lru_cache(maxsize=16)
def _measured(_key: str, settings: AnySettings) -> tuple[tuple[str, float], ...]:
    for is_2d in (False, True):
        image, mask = made_region(is_2d=is_2d)
        try:
            with collected():
                found = measure(image, mask, settings)
        except RadioboneError:
            continue
        return tuple((name, float(value)) for name, value in found.items() if math.isfinite(value))
    return ()
