"""Several perturbations of one region, one after the other."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.volume import Triple, Volume
from radiobone.imaging.crop import bounding_box, crop
from radiobone.imaging.perturb.base import Motion, OnGrid, OnImage, OnMask, Perturbation
from radiobone.imaging.perturb.regrid import regrid
from radiobone.imaging.perturb.subject import Subject
from radiobone.imaging.resample import Resampling, new_spacing

NATIVE_INTERPOLATOR = "sitkBSpline"
Random = Callable[[str], np.random.Generator]


@dataclass(frozen=True)
class Target:
    """The grid on which features are computed.

    Attributes
    ----------
    resampling : Resampling or None
        None keeps the image's voxels.
    crop_margin_voxels : int or None
        Without resampling, what of the image the filters see round the region; None is all of it.
    plane : int or None
        Axis (z, y, x) across which nothing is mixed.
    """

    resampling: Resampling | None = None
    crop_margin_voxels: int | None = None
    plane: int | None = None

    @property
    def margin_voxels(self) -> int | None:
        """New voxels that the filters see round the region."""
        return self.crop_margin_voxels if self.resampling is None else self.resampling.margin_voxels

    def with_margin(self, margin_voxels: int) -> Target:
        """Return the same grid with more, or less, round the region."""
        if self.resampling is None:
            return replace(self, crop_margin_voxels=margin_voxels)
        wider = self.resampling.model_copy(update={"margin_voxels": margin_voxels})
        return replace(self, resampling=wider)


def perturb(
    subject: Subject, steps: Sequence[Perturbation], target: Target, random: Random
) -> tuple[Volume, Volume]:
    """Perturb an image and its region.

    Parameters
    ----------
    subject : Subject
        Image and region.
    steps : sequence of Perturbation
        With numbers in place of ranges (``drawn``).
    target : Target
        Resampling to this grid is part of what is done: the result needs none any more.
    random : callable
        Returns the generator for a step's kind, so that one step's draws do not depend on the others.

    Returns
    -------
    tuple of Volume
        All that the filters are to see: no cropping is to follow.

    Raises
    ------
    EmptyMask, RoiTooSmall, ResourceLimit
    """
    image, mask = subject.image, subject.mask
    on_image = [subject.settled(one, target.plane) for one in steps if isinstance(one, OnImage)]
    on_grid = [one for one in steps if isinstance(one, OnGrid)]
    on_mask = [one for one in steps if isinstance(one, OnMask)]

    def change(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
        for step in on_image:
            array = step.change_image(array, target.plane, random(_kind(step)))
        return array

    spacing_mm = grid_spacing(subject, target)
    margin = _margin(subject.volume_mm3, on_mask, spacing_mm, target)
    if target.resampling is not None or on_grid:
        image, mask = regrid(
            subject, _motion(image, on_grid, spacing_mm, target), change,
            spacing_mm=spacing_mm, interpolator=_interpolator(target), margin_voxels=margin,
            whole=target.resampling is not None,
        )  # fmt: skip
    else:
        if margin is not None:
            box = subject.box.grown(margin, image.shape)
            image, mask = crop(image, box), crop(mask, box)
        image = image.with_array(change(image.array)) if on_image else image
    inside = mask.array != 0
    for step in on_mask:
        inside = step.change_mask(image, inside, target.plane, random(_kind(step)))
    mask = mask.with_array(inside.view(np.uint8))
    return _seen(image, mask, target) if on_mask else (image, mask)


def _kind(step: Perturbation) -> str:
    return str(type(step).model_fields["kind"].default)


def _interpolator(target: Target) -> str:
    return NATIVE_INTERPOLATOR if target.resampling is None else target.resampling.interpolator


def grid_spacing(subject: Subject, target: Target) -> Triple:
    """Voxel size of the features."""
    if target.resampling is None:
        return subject.image.spacing_mm
    old = np.asarray(subject.image.spacing_mm[::-1])
    x, y, z = new_spacing(old, subject.box, target.resampling).tolist()
    return z, y, x


def _motion(image: Volume, steps: Sequence[OnGrid], spacing_mm: Triple, target: Target) -> Motion:
    """All movements as one; nothing moves along an axis of one voxel, or across the plane."""
    z, y, x = (image.shape[axis] > 1 and axis != target.plane for axis in range(3))
    motion = Motion.none()
    for step in steps:
        motion = motion.then(step.motion(spacing_mm, (z, y, x)))
    return motion


def _seen(image: Volume, mask: Volume, target: Target) -> tuple[Volume, Volume]:
    """Cut off what lay there for the region to grow into."""
    if target.margin_voxels is None:
        return image, mask
    rounded = 0 if target.resampling is None else 1  # resampling keeps up to one more, for whole voxels
    box = bounding_box(mask.array).grown(target.margin_voxels + rounded, image.shape)
    return crop(image, box), crop(mask, box)


def _margin(volume_mm3: float, steps: Sequence[OnMask], spacing_mm: Triple, target: Target) -> int | None:
    """Voxels round the region that the filters see, and those into which the region may grow."""
    if target.margin_voxels is None:
        return None
    reach_mm = sum(step.reach_mm(volume_mm3) for step in steps)
    return target.margin_voxels + math.ceil(reach_mm / min(spacing_mm))
