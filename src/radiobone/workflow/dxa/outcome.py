"""What became of one DXA image, and how it is kept on disk."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from radiobone.core.errors import RadioboneError
from radiobone.core.lazy import lazily
from radiobone.io.case import Case
from radiobone.workflow.case_runner import Outcome
from radiobone.workflow.dxa.images import BoolArray
from radiobone.workflow.png_files import png_bytes

pillow = lazily("PIL.Image")


@dataclass(frozen=True, eq=False)
class DxaOutcome:
    """One image that was labelled and measured, or failed.

    Attributes
    ----------
    outcome : Outcome
        Densities as its features, the close-up picture, warnings; or code and message.
    mask : ndarray of bool, shape (n_rows, n_columns), or None
        The bone that was found.
    spacing_mm : tuple of float, (rows, columns)
    agreement : dict of float
        With the mask that was given; empty if there is none.
    fold : int or None
        In which fold its patient was held out; None for a patient without masks.
    tile : ndarray of uint8, shape (height, width, 3), or None
        The whole image with its outlines.
    """

    outcome: Outcome
    mask: BoolArray | None = None
    spacing_mm: tuple[float, float] = (1.0, 1.0)
    agreement: dict[str, float] = field(default_factory=dict)
    fold: int | None = None
    tile: Any = None

    def plain(self) -> dict[str, Any]:
        """Return it as plain data."""
        own = self.outcome
        return {
            "features": list(own.features.items()),
            "warnings": list(own.warnings),
            "facts": own.facts,
            "label": own.label,
            "pixel_type": own.pixel_type,
            "agreement": list(self.agreement.items()),
            "fold": self.fold,
            "spacing_mm": list(self.spacing_mm),
            "mask": png_bytes(np.asarray(self.mask, dtype=np.uint8)).hex(),
            "picture": png_bytes(own.picture).hex(),
            "tile": png_bytes(self.tile).hex(),
        }


def failed(case: Case, error: RadioboneError) -> DxaOutcome:
    """Return what is told of an image that could not be measured."""
    return DxaOutcome(Outcome(case, "failed", error.code, case.shown_text(str(error))))


def from_plain(content: Any, case: Case) -> DxaOutcome | None:
    """Return what was kept of a case; None if it is not as it was written."""
    try:
        own = Outcome(
            case, "done", warnings=tuple(content["warnings"]), features=dict(content["features"]),
            facts=content["facts"], picture=_pixels(content["picture"]), label=content["label"],
            pixel_type=content["pixel_type"], is_2d=True,
        )  # fmt: skip
        height_mm, width_mm = content["spacing_mm"]
        return DxaOutcome(
            own, _pixels(content["mask"]) != 0, (height_mm, width_mm), dict(content["agreement"]),
            content["fold"], _pixels(content["tile"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, OSError):
        return None


def _pixels(text: str) -> Any:
    return np.asarray(pillow.open(io.BytesIO(bytes.fromhex(text))))
