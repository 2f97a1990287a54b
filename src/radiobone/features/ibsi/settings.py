"""Settings of extraction by IBSI's definitions.

IBSI's processing differs from pyradiomics' at every step (the grid, the rounding, where bins start, which voxels count),
so it has settings of its own; ``definitions: ibsi`` in a file asks for them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from radiobone.core.errors import BadSetting
from radiobone.core.settings import Settings
from radiobone.features.settings import RoiLimits
from radiobone.imaging.centred_grid import Interpolation
from radiobone.imaging.filters.gabor import Gabor
from radiobone.imaging.filters.laplacian_of_gaussian import LaplacianOfGaussian
from radiobone.imaging.filters.laws import Laws
from radiobone.imaging.filters.mean import Mean
from radiobone.imaging.filters.original import Original
from radiobone.imaging.filters.separable_wavelet import SeparableWavelet
from radiobone.imaging.filters.simoncelli import Simoncelli
from radiobone.imaging.hounsfield import PlausibleRange
from radiobone.imaging.ibsi_bins import Bins, FixedBinNumber, FixedBinSize, WholeLevels
from radiobone.imaging.mask_grid import MaskReading

IbsiImage = Annotated[
    Original | Mean | LaplacianOfGaussian | Laws | Gabor | SeparableWavelet | Simoncelli,
    Field(discriminator="kind"),
]
Family = Literal["morph", "loc", "stat", "ih", "ivh", "cm", "rlm", "szm", "dzm", "ngt", "ngl"]
Aggregation = Literal["2D_avg", "2D_comb", "2_5D_avg", "2_5D_comb", "3D_avg", "3D_comb"]
ALL_FAMILIES: tuple[Family, ...] = (
    "morph", "loc", "stat", "ih", "ivh", "cm", "rlm", "szm", "dzm", "ngt", "ngl",
)  # fmt: skip
ALL_AGGREGATIONS: tuple[Aggregation, ...] = (
    "2D_avg",
    "2D_comb",
    "2_5D_avg",
    "2_5D_comb",
    "3D_avg",
    "3D_comb",
)


class Resegmentation(Settings):
    """Which voxels of the region count as intensities; its shape stays as drawn.

    Attributes
    ----------
    lower, upper : float or None
        Intensities kept, both included. Bins of a fixed size start at ``lower``.
    outlier_sd : float or None
        Keep what lies within so many standard deviations of the region's mean; both conditions hold together.
    """

    lower: float | None = None
    upper: float | None = None
    outlier_sd: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _ordered(self) -> Resegmentation:
        if self.lower is not None and self.upper is not None and self.lower >= self.upper:
            raise ValueError(f"lower, {self.lower:g}, must be below upper, {self.upper:g}")
        return self


class IbsiSettings(Settings):
    """How features are extracted by IBSI's definitions; the steps are done in the order of the fields.

    Attributes
    ----------
    definitions : "ibsi"
        Tells these settings from pyradiomics'.
    mask : MaskReading
        Which structure is meant where nothing else says so, and how far its grid may differ from the image's.
    interpolation : Interpolation or None
        The voxel size; None keeps the image's.
    resegmentation : Resegmentation
        The intensities that count.
    roi : RoiLimits
        What a region must have.
    plausible_hu : tuple of float or None
        Of CT: warn where the mean of a region, before any of the steps, is not between these two.
    images : tuple of filters
        The image as it is (``Original``) and the filters of IBSI's second chapter, in the order of the features.
    filter_slices : bool
        Filter each axial slice by itself.
    discretisation : WholeLevels, FixedBinSize or FixedBinNumber
        Grey levels of textures and of the intensity histogram.
    response_discretisation : WholeLevels, FixedBinSize or FixedBinNumber
        The same for filtered images, whose values are no Hounsfield units.
    ivh_discretisation : WholeLevels, FixedBinSize or FixedBinNumber
        Steps of the intensity-volume histogram; ``none`` takes whole numbers, as Hounsfield units are.
    max_gray_levels : int
        More grey levels are refused before memory is taken.
    aggregations : tuple of str
        How textures of slices (2D, 2.5D) or of the volume (3D), and of directions (``avg``: features averaged,
        ``comb``: matrices merged), become one value. Families without directions come once for 2D, 2.5D and 3D each.
    families : tuple of str
        The features, in order: morphology, local intensity, statistics, intensity histogram, intensity-volume
        histogram, co-occurrence, run length, size zone, distance zone, tone difference, dependence. Morphology, local
        intensity and the intensity-volume histogram are of the image as it is alone.
    """

    definitions: Literal["ibsi"] = "ibsi"
    mask: MaskReading = MaskReading()
    interpolation: Interpolation | None = None
    resegmentation: Resegmentation = Resegmentation()
    roi: RoiLimits = RoiLimits()
    plausible_hu: PlausibleRange | None = None
    images: tuple[IbsiImage, ...] = Field(default=(Original(),), min_length=1)
    filter_slices: bool = False
    discretisation: Bins = FixedBinSize()
    response_discretisation: Bins = FixedBinNumber()
    ivh_discretisation: Bins = WholeLevels()
    max_gray_levels: int = Field(default=2000, ge=2, le=10_000)
    aggregations: tuple[Aggregation, ...] = Field(default=("3D_avg",), min_length=1)
    families: tuple[Family, ...] = Field(default=ALL_FAMILIES, min_length=1)

    @field_validator("aggregations", "families")
    @classmethod
    def _each_once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return _all_different(names)

    @model_validator(mode="after")
    def _images_fit(self) -> IbsiSettings:
        if any(entry.discretisation is not None for entry in self.images):
            raise ValueError("a filter has no discretisation of its own here: give response_discretisation")
        try:
            _all_different(self.image_names(is_2d=False))
        except BadSetting as error:
            raise ValueError(str(error).rstrip(".")) from error
        return self

    def filter_plane(self, *, is_2d: bool) -> int | None:
        """Axis (z = 0) across which filters mix nothing; None if they work in the volume."""
        return 0 if self.filter_slices or is_2d else None

    def image_names(self, *, is_2d: bool) -> tuple[str, ...]:
        """Names of the images, in the order of the features."""
        plane = self.filter_plane(is_2d=is_2d)
        return tuple(name for entry in self.images for name in entry.names(plane))


def _all_different(names: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{twice[0]!r} is listed twice, and its features would have the same names")
    return names
