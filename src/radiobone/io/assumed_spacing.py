"""One millimetre where a file does not tell the size of a voxel, and the warning that says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from radiobone.core.volume import Volume
from radiobone.core.warnings import SpacingAssumed, warn


def assumed_spacing(path: Path) -> tuple[float, float, float]:
    """Return 1 mm for each axis, and say so.

    Warns
    -----
    SpacingAssumed
    """
    warn(
        SpacingAssumed(
            f"{path} does not tell the size of a pixel in the patient; 1 mm was assumed. "
            "Lengths and areas are in pixels, and textures of images with other pixel sizes do not compare."
        ),
        stacklevel=3,
    )
    return (1.0, 1.0, 1.0)


def with_assumed_spacing(volume: Volume, path: Path) -> Volume:
    """Give a volume 1 mm along each axis; see ``assumed_spacing``."""
    return replace(volume, spacing_mm=assumed_spacing(path), spacing_assumed=True)
