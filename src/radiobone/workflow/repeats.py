"""Perturbed repeats of one region. Runs inside a worker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import RadioboneError, UnexpectedError
from radiobone.core.seeds import rng_for
from radiobone.core.volume import Volume
from radiobone.core.warnings import collected
from radiobone.features.perturbed import Perturbable
from radiobone.features.settings import ExtractionSettings
from radiobone.imaging.perturb.plan import Chain, Perturbations
from radiobone.imaging.pictures import contact_sheet, three_planes
from radiobone.io.case import Case

PANEL_PX = 128
PANELS_PER_ROW = 6
MOST_PANELS = 12


@dataclass(frozen=True)
class Repeat:
    """One perturbed repeat of a region.

    Attributes
    ----------
    number : int
        From 1.
    perturbation : str
        What was done, such as ``noise; rotate -3.1°``.
    features : dict of float
        By pyradiomics' names; empty if it failed.
    code, message : str
        Of the error; empty if there was none.
    """

    number: int
    perturbation: str
    features: dict[str, float] = field(default_factory=dict)
    code: str = ""
    message: str = ""


@dataclass(frozen=True)
class RepeatTask:
    """Which repeats are made of every region.

    Attributes
    ----------
    plan : Perturbations
        What is done, and the seed.
    drawn : frozenset of str
        Cases (``case_id``) of which the repeats are drawn.
    """

    plan: Perturbations
    drawn: frozenset[str] = frozenset()


def measure_repeats(
    case: Case, label: int | None, image: Volume, mask: Volume, settings: ExtractionSettings, task: RepeatTask
) -> tuple[tuple[Repeat, ...], npt.NDArray[np.uint8] | None]:
    """Perturb and measure a region as often as planned.

    Parameters
    ----------
    case : Case
        Decides, with the plan's seed and the repeat's number, every draw.
    label : int or None
        Value of the region in its mask.
    image, mask : Volume
        As for ``extract_features``.
    settings : ExtractionSettings
        How features are extracted.
    task : RepeatTask
        What is done.

    Returns
    -------
    tuple of Repeat
        In order; those that failed carry their code.
    ndarray of uint8, shape (height, width, 3), or None
        The original and the first repeats with their contours, if this case is drawn.

    Raises
    ------
    RadioboneError
        Where the region itself cannot be measured.
    """
    with collected():  # what the region is warned of is told with its own features
        start = Perturbable.of(image, mask, settings)
        panels = [_panel(*start.perturbed((), partial(rng_for, 0)))]  # the original, cut like the repeats
        repeats = []
        for number, chain in task.plan.numbered():
            key = (case.patient_id, case.roi, "" if label is None else label, number)
            found, seen = _measured(start, number, chain, partial(rng_for, task.plan.seed, "perturb", *key))
            repeats.append(found)
            if seen is not None and case.case_id in task.drawn and len(panels) < MOST_PANELS:
                panels.append(_panel(*seen))
    return tuple(repeats), contact_sheet(panels, PANELS_PER_ROW) if case.case_id in task.drawn else None


def _measured(
    start: Perturbable, number: int, chain: Chain, random: Any
) -> tuple[Repeat, tuple[Volume, Volume] | None]:
    steps = [step.drawn(random("draw", step.kind)) for step in chain.steps]
    said = "; ".join(step.said() for step in steps)
    try:
        seen = start.perturbed(steps, random)
        return Repeat(number, said, start.features(*seen)), seen
    except RadioboneError as error:
        return Repeat(number, said, code=error.code, message=str(error)), None
    except Exception as error:  # noqa: BLE001 - a defect in one repeat must not cost the others
        defect = UnexpectedError.of(error)
        return Repeat(number, said, code=defect.code, message=str(defect)), None


def _panel(image: Volume, mask: Volume) -> npt.NDArray[np.uint8]:
    """First plane of a region's picture: axial, or the radiograph."""
    return three_planes(image, mask, height_px=PANEL_PX)[:, :PANEL_PX]


def failures(repeats: tuple[Repeat, ...]) -> Iterator[str]:
    """Say which repeats failed, one text for all that failed alike."""
    codes = dict.fromkeys(one.code for one in repeats if one.code)
    for code in codes:
        failed = [one for one in repeats if one.code == code]
        numbers = ", ".join(str(one.number) for one in failed)
        yield (
            f"Repeat {numbers} of {len(repeats)}: {code}: {failed[0].message} ({failed[0].perturbation}). The other "
            "repeats are there."
        )
