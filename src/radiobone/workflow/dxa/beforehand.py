"""A look at images before any forest is learned: a fault that all of them share is said once, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from radiobone.core.errors import ImplausibleIntensity, RadioboneError
from radiobone.core.warnings import collected
from radiobone.features.areal_bmd import DensityCalibration
from radiobone.io.case import Case
from radiobone.workflow.dxa.images import has_mask, read_dxa
from radiobone.workflow.dxa.measure import densities
from radiobone.workflow.dxa.settings import DxaSettings


def check_beforehand(cases: Sequence[Case], settings: DxaSettings, calibration: DensityCalibration) -> None:
    """Refuse images of which none can be measured, all for one reason: the size of a pixel, the kind of image, the calibration.

    Images are read until one is sound, so that a sound cohort costs no more than the first of them. The calibration is
    tried on the masks that were given.

    Parameters
    ----------
    cases : sequence of Case
    settings : DxaSettings
    calibration : DensityCalibration

    Raises
    ------
    BadSpacing, ImplausibleIntensity
        And whatever else all images share.
    """

    def read(case: Case) -> None:
        read_dxa(case, settings)

    def measure(case: Case) -> None:
        image = read_dxa(case, settings)
        if image.bone is not None:
            try:
                densities(image, image.bone, calibration, settings.baseline)
            except ImplausibleIntensity as error:
                raise ImplausibleIntensity(f"{case.image.name}: {error}") from error

    _refuse_if_all_fail(cases, read, "image")
    _refuse_if_all_fail([case for case in cases if has_mask(case)], measure, "image with a mask")


def _refuse_if_all_fail(cases: Sequence[Case], attempt: Callable[[Case], None], what: str) -> None:
    """Raise the first error if every case fails with its code; other faults are told with each case."""
    first: RadioboneError | None = None
    for case in cases:
        try:
            with collected():
                attempt(case)
        except RadioboneError as error:
            first = first or error
            if error.code != first.code:
                return
        except Exception:  # noqa: BLE001 - told with the case, when it is to be labelled
            return
        else:
            return
    if first is not None:
        raise type(first)(f"{first} So it is with every {what} ({len(cases)}); nothing was computed.")
