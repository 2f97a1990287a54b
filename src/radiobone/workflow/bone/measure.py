"""All measurements of bone in one scan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from radiobone.core.lazy import lazily
from radiobone.core.progress import Progress, progress
from radiobone.core.volume import Triple, Volume
from radiobone.features.bone.base import BoneRegion
from radiobone.imaging.pictures import three_planes
from radiobone.imaging.planes import Picture, draw_name
from radiobone.workflow.bone.anatomy import VERTEBRA, Anatomy, anatomy_of, bodies_of
from radiobone.workflow.bone.levels import (
    Level,
    Plan,
    measure_level,
    neighbours,
    plan_of,
    with_fractures,
)
from radiobone.workflow.bone.patient import ScanFacts, patient_row
from radiobone.workflow.bone.wanted import none_found, wanted_of
from radiobone.workflow.modality import admitted
from radiobone.workflow.single import ImageLike, as_volume

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = lazily("pandas")

LUMBAR = ("L1", "L2", "L3", "L4")
HEIGHTS_ALONE = "heights"


@dataclass(frozen=True, eq=False)
class BoneResult:
    """What was measured in one scan.

    Attributes
    ----------
    levels : DataFrame
        One row per structure: measurements, flags, what was left out and why.
    patient : dict
        Means over levels without a flag, and what is missing; see ``workflow.bone.patient``.
    pictures : dict
        Contour of what was measured over the image, in three planes, by structure; empty unless asked for.
    """

    levels: pd.DataFrame
    patient: dict[str, Any]
    pictures: dict[str, Picture]


def measure_bone(
    image: ImageLike,
    mask: ImageLike,
    *,
    levels: Sequence[str] = LUMBAR,
    bodies: ImageLike | None = None,
    measurements: Sequence[str] | None = None,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    names: Mapping[str, int] | None = None,
    spacing_mm: Triple | None = None,
    kvp: float | None = None,
    contrast: str | None = None,
    height_m: float | None = None,
    pictures: bool = False,
    show_progress: bool = False,
) -> BoneResult:
    """Measure bones outlined in a CT: vertebrae by their bodies, other bones as they are.

    Parameters
    ----------
    image : path, SimpleITK image, Volume, or ndarray of shape (n_z, n_y, n_x)
        CT in HU.
    mask : path, SimpleITK image, Volume, or ndarray of shape (n_z, n_y, n_x)
        A TotalSegmentator label map or folder, RTSTRUCT, DICOM-SEG, or any mask on the image's grid.
    levels : sequence of str
        Vertebrae (``L1``) or names of structures in the mask (``hip_left``); ``*`` stands for any part. A mask of one
        structure is measured whatever its name, unless that is no bone's. What a pattern takes in beside bones is left out, and
        named in ``no_bones`` of the patient.
    bodies : like ``mask``, optional
        Vertebral bodies, outlined apart from the posterior elements: one structure per body, or one of all
        bodies. Default: the body is found in the mask of the vertebra.
    measurements : sequence of str, optional
        Of ``radiobone.features.bone.registry``. Default: all.
    settings : mapping, optional
        What differs from the defaults: ``{"trabecular": {"erosion_mm": 3}}``; of the patient's density too, under ``density``.
    names : mapping, optional
        Value by name, for a label map that names nothing. Default: TotalSegmentator's.
    spacing_mm : tuple of float, (z, y, x)
        Needed for arrays, whose axes are taken to run to the head, the back and the left.
    kvp, contrast : float and str, optional
        Tube voltage, and ``no`` or the contrast agent or phase: told beside the thresholds of L1, which they shift.
    height_m : float, optional
        Body height, for the psoas index.
    pictures : bool
        Whether to draw what was measured.
    show_progress : bool
        Whether to tell the time left.

    Returns
    -------
    BoneResult

    Raises
    ------
    ImageError, MaskError, SettingError, PathError
        If nothing at all can be measured. A measurement that one level does not allow is left out of its row, with
        the reason in ``left_out``.
    """
    plan = plan_of(measurements, settings)
    facts = ScanFacts(kvp, contrast, height_m)
    volume = admitted(as_volume(image, spacing_mm), "The image", "ct")
    anatomy = anatomy_of(volume, mask, names)
    drawn = None if bodies is None else bodies_of(anatomy, bodies)
    chosen = wanted_of(anatomy, levels)
    wanted = chosen.names
    with progress("Measuring bones", len(wanted), show=show_progress) as tell:
        found, drawings = _measured(anatomy, drawn, wanted, plan, pictures, tell)
    if not found:
        raise none_found(anatomy, wanted)
    rows = [found[name].row() for name in wanted if name in found]
    return BoneResult(
        pd.DataFrame(rows),
        patient_row(anatomy, found, wanted, facts, plan.density) | {"no_bones": "; ".join(chosen.no_bones)},
        drawings,
    )


def _measured(
    anatomy: Anatomy,
    bodies: Anatomy | None,
    wanted: Sequence[str],
    plan: Plan,
    pictures: bool,
    tell: Progress,
) -> tuple[dict[str, Level], dict[str, Picture]]:
    found: dict[str, Level] = {}
    drawings: dict[str, Picture] = {}
    for name in wanted:
        mask = anatomy.find(name)
        if mask is not None:
            level = measure_level(anatomy, name, mask, bodies, plan)
            if pictures and level.region is not None:
                drawings[name] = _drawn(anatomy.image, level.region, name)
            found[name] = replace(level, region=None)
        tell(name)
    beside = _heights_beside(anatomy, bodies, found, plan)
    graded = with_fractures({**found, **beside})
    return {name: graded[name] for name in found}, drawings


def _heights_beside(
    anatomy: Anatomy, bodies: Anatomy | None, found: Mapping[str, Level], plan: Plan
) -> dict[str, Level]:
    """Heights of the vertebrae next to those asked for, which these are compared with."""
    if HEIGHTS_ALONE not in plan.measurements:
        return {}
    alone = replace(plan, measurements=(HEIGHTS_ALONE,))
    others = dict.fromkeys(one for name in found for one in neighbours(name) if one not in found)
    masks = {name: anatomy.find(name) for name in others}
    return {
        name: measure_level(anatomy, name, mask, bodies, alone)
        for name, mask in masks.items()
        if mask is not None
    }


def _drawn(image: Volume, region: BoneRegion, name: str) -> Picture:
    """Draw what was measured: of a vertebra its body; its name, or the level of a vertebra, stands in the corner."""
    inside = np.zeros(image.shape, dtype=np.uint8)
    inside[region.box.slices] = region.mask
    picture = three_planes(replace(image, modality="CT"), image.with_array(inside))
    draw_name(picture, name.removeprefix(VERTEBRA))
    return picture
