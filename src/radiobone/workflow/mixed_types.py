"""Images of one cohort that are stored as whole numbers and as decimals: resampling rounds the former alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from radiobone.core.warnings import MixedPixelTypes, warn
from radiobone.features.definitions import AnySettings
from radiobone.features.ibsi.settings import IbsiSettings
from radiobone.workflow.case_runner import Outcome

NAMES_SHOWN = 3


def told_of_mixed_types(outcomes: Sequence[Outcome], settings: AnySettings) -> list[Outcome]:
    """Warn where resampling rounds some images of the cohort and others not; the rarer kind is marked."""
    if isinstance(settings, IbsiSettings):  # whose steps are done in decimals, whatever is stored
        return list(outcomes)
    measured = [one for one in outcomes if one.pixel_type]
    whole = [one for one in measured if one.pixel_type == "integer"]
    n_decimal = len(measured) - len(whole)
    in_decimals = (
        settings.normalisation, settings.bias_correction, settings.denoising, settings.contrast
    )  # fmt: skip
    keeps_type = all(step is None for step in in_decimals)
    if settings.resampling is None or not keeps_type or not whole or not n_decimal:
        return list(outcomes)
    rarer = "integer" if len(whole) < n_decimal else "decimal"
    named = f" ({_first_names([one for one in measured if one.pixel_type == rarer])})"
    message = (
        f"The images of {len(whole)} regions are stored as whole numbers{named if rarer == 'integer' else ''} and "
        f"those of {n_decimal} as decimals{named if rarer == 'decimal' else ''}. "
        "Resampling keeps the type, as pyradiomics does, so the former are cut to whole numbers and their features "
        "differ slightly from the latter's. Store all images in one type (for CT, 16-bit integers in HU)."
    )
    warn(message, MixedPixelTypes, stacklevel=3)
    note = f"{MixedPixelTypes.code}: {message}"
    return [
        replace(one, warnings=(*one.warnings, note)) if one.pixel_type == rarer else one for one in outcomes
    ]


def _first_names(outcomes: Sequence[Outcome]) -> str:
    names = [one.case.case_id for one in outcomes]
    return ", ".join(names[:NAMES_SHOWN]) + (", …" if len(names) > NAMES_SHOWN else "")
