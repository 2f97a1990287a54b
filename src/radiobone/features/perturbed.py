"""Features of a region whose image or contour was changed a little."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from radiobone.core.volume import Volume
from radiobone.features.checks import check_inputs
from radiobone.features.definitions import measure
from radiobone.features.engine import corrected
from radiobone.features.prepared import plane_of
from radiobone.features.settings import ExtractionSettings
from radiobone.features.source import shape_on
from radiobone.imaging.perturb.base import Perturbation
from radiobone.imaging.perturb.chain import Random, Target, grid_spacing, perturb
from radiobone.imaging.perturb.subject import Subject


@dataclass(frozen=True, eq=False)
class Perturbable:
    """A region ready to be perturbed again and again.

    Attributes
    ----------
    subject : Subject
        Image and region after the steps that need the whole image (bias correction, denoising, contrast,
        normalisation), which repeats do not change.
    settings : ExtractionSettings
        The steps left: those that come after resampling.
    target : Target
        The grid of the features.
    """

    subject: Subject
    settings: ExtractionSettings
    target: Target

    @classmethod
    def of(cls, image: Volume, mask: Volume, settings: ExtractionSettings) -> Perturbable:
        """Check and correct an image; parameters and errors as for ``extract_features``."""
        image, mask = check_inputs(image, mask, settings.mask)
        target = Target(settings.resampling, settings.crop_margin_voxels, plane_of(image, settings))
        subject = Subject(corrected(image, settings), mask)
        spacing_mm = grid_spacing(subject, target)
        reach = settings.reach_voxels(spacing_mm, target.plane, shape_on(image, spacing_mm))
        done: dict[str, int | None] = {
            "bias_correction": None,
            "denoising": None,
            "contrast": None,
            "normalisation": None,
            "resampling": None,
            "crop_margin_voxels": None,
        }
        if target.margin_voxels is not None and reach > target.margin_voxels:
            done["crop_margin_voxels"] = target.margin_voxels  # of all filters but those that look further
            target = target.with_margin(reach)
        return cls(subject, settings.model_copy(update=done), target)

    def perturbed(self, steps: Sequence[Perturbation], random: Random) -> tuple[Volume, Volume]:
        """Return image and region after the steps; see ``imaging.perturb.chain.perturb``."""
        return perturb(self.subject, steps, self.target, random)

    def features(self, image: Volume, mask: Volume) -> dict[str, float]:
        """Measure a perturbed image and region.

        Raises
        ------
        EmptyMask, RoiTooSmall, NonFiniteIntensity, TooManyGrayLevels
        """
        return measure(image, mask, self.settings)
