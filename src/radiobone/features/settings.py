"""Everything that decides the value of a feature, in one frozen object.

Each step's settings and defaults stand beside the step; here they are put together. The JSON form
(``model_dump(mode="json")``) is what caches and provenance keep.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, field_validator, model_serializer, model_validator

from radiobone.core.errors import BadSetting
from radiobone.core.settings import Settings
from radiobone.core.volume import Triple
from radiobone.features.bone.family import BoneSettings
from radiobone.features.maps.settings import MapSettings
from radiobone.features.region import Texture
from radiobone.features.registry import FAMILIES, OF_PYRADIOMICS, BoneFamily, feature_names
from radiobone.imaging.contrast import Clahe
from radiobone.imaging.denoise import NonLocalMeans
from radiobone.imaging.discretise import Discretisation, FixedBinWidth
from radiobone.imaging.filters.base import ImageFilter
from radiobone.imaging.filters.original import Original
from radiobone.imaging.filters.registry import AnyFilter
from radiobone.imaging.hounsfield import PlausibleRange
from radiobone.imaging.mask_grid import MaskReading
from radiobone.imaging.n4 import BiasCorrection
from radiobone.imaging.normalise import Normalisation
from radiobone.imaging.resample import Resampling
from radiobone.imaging.resegment import Resegmentation
from radiobone.imaging.segment import AnySegmentation


class FamilyChoice(Settings):
    """A family of features, whole or in part.

    Attributes
    ----------
    name : str
        A key of ``FAMILIES``.
    features : tuple of str
        The features wanted, in this order; none named means all that are not deprecated.
    """

    name: str
    features: tuple[str, ...] = ()

    @field_validator("name")
    @classmethod
    def _known_family(cls, name: str) -> str:
        if name not in FAMILIES:
            raise ValueError(f"no such family of features; there are {', '.join(FAMILIES)}")
        return name

    @model_validator(mode="after")
    def _known_features(self) -> FamilyChoice:
        for feature in self.features:
            if feature not in feature_names(self.name):
                raise ValueError(
                    f"{self.name} has no feature {feature!r}; it has {', '.join(feature_names(self.name))}"
                )
        return self


ALL_FAMILIES = tuple(FamilyChoice(name=name) for name in OF_PYRADIOMICS)


class RoiLimits(Settings):
    """What a region must have to be measured.

    Attributes
    ----------
    min_dimensions : int
        Axes along which it must be more than one voxel thick. A single voxel is never measured.
    more_voxels_than : int or None
        It must have more voxels than this.
    """

    min_dimensions: int = Field(default=2, ge=1, le=3)
    more_voxels_than: int | None = Field(default=None, ge=1)


class ImageSettings(Settings):
    """What one image type has of its own, in place of the general settings of the same names.

    Attributes
    ----------
    kind : str
        The filter.
    plane, voxel_array_shift, texture
        See ``ExtractionSettings``.
    """

    kind: str
    plane: Literal[0, 1, 2] | None = None
    voxel_array_shift: float = 0.0
    texture: Texture = Texture()


class ExtractionSettings(Settings):
    """How features are extracted; the steps are done in the order of the fields.

    Attributes
    ----------
    engine : {"radiobone", "pyradiomics"}
        Who computes; pyradiomics must be installed. The columns are the same.
    mask : MaskReading
        Which structure is meant where nothing else says so, and how far its grid may differ from the image's.
    bias_correction : BiasCorrection or None
        N4, for MR.
    denoising : NonLocalMeans or None
        Non-local means over the whole image, for radiographs and single slices.
    contrast : Clahe or None
        Adaptive histogram equalisation (CLAHE) over the whole image, for the same; grey levels are then 0 to 1.
    normalisation : Normalisation or None
        Standard scores over the whole image.
    resampling : Resampling or None
        The voxel size; None keeps the image's.
    crop_margin_voxels : int or None
        Without resampling, cut the image to the region and this margin before filtering; None filters
        the whole image.
    roi : RoiLimits
        What a region must have.
    resegmentation : Resegmentation or None
        Intensities to which the region is reduced.
    segmentation : OtsuThreshold, KMeansPart, FuzzyCMeansPart or None
        Bone inside the region by its own grey levels, to which the region is reduced; its shape stays that of the mask.
    plausible_hu : tuple of float or None
        Of CT: warn where the mean of a region, before any of the steps, is not between these two, as where a mask is mirrored or
        shifted onto soft tissue (0 to 60 HU). For whole bones ``[60, 1500]``: see docs/bone.md. None leaves it out.
    images : tuple of filters
        The filtered images, in the order of the features.
    discretisation : FixedBinWidth or FixedBinCount
        Grey levels, where a filter has none of its own.
    max_gray_levels : int
        More grey levels are refused before memory is taken.
    plane : {0, 1, 2} or None
        Axis (z, y, x) across which filters and textures mix nothing; None works in 3D.
    voxel_array_shift : float
        Added to intensities before they are squared (Energy, TotalEnergy, RootMeanSquared).
    texture : Texture
        How neighbours are counted.
    per_image : tuple of ImageSettings
        Image types that are measured with another plane, shift or texture.
    families : tuple of FamilyChoice
        The features, in order.
    bone : BoneSettings
        How the family bone measures; it does so before resampling, on the voxels that were scanned.
    maps : MapSettings
        The neighbourhood of feature maps; features of whole regions do not depend on it.
    """

    engine: Literal["radiobone", "pyradiomics"] = "radiobone"
    mask: MaskReading = MaskReading()
    bias_correction: BiasCorrection | None = None
    denoising: NonLocalMeans | None = None
    contrast: Clahe | None = None
    normalisation: Normalisation | None = None
    resampling: Resampling | None = None
    crop_margin_voxels: int | None = Field(default=None, ge=0)
    roi: RoiLimits = RoiLimits()
    resegmentation: Resegmentation | None = None
    segmentation: AnySegmentation | None = None
    plausible_hu: PlausibleRange | None = None
    images: tuple[AnyFilter, ...] = Field(default=(Original(),))
    discretisation: Discretisation = FixedBinWidth()
    max_gray_levels: int = Field(default=2000, ge=2, le=10_000)
    plane: Literal[0, 1, 2] | None = None
    voxel_array_shift: float = 0.0
    texture: Texture = Texture()
    per_image: tuple[ImageSettings, ...] = ()
    families: tuple[FamilyChoice, ...] = Field(default=ALL_FAMILIES, min_length=1)
    bone: BoneSettings = BoneSettings()
    maps: MapSettings = MapSettings()

    @model_serializer(mode="wrap")
    def _as_far_as_used(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out the settings of bone measurements that are not taken: they decide nothing, and are many."""
        content: dict[str, Any] = handler(self)
        return (
            content if self.measures_bone else {name: one for name, one in content.items() if name != "bone"}
        )

    @property
    def measures_bone(self) -> bool:
        """Whether a family of bone measurements is named."""
        return any(isinstance(FAMILIES[choice.name], BoneFamily) for choice in self.families)

    def of_image(self, entry: ImageFilter) -> ExtractionSettings:
        """Return the settings with which the images of one filter are measured."""
        for own in self.per_image:
            if own.kind == str(getattr(entry, "kind", "")):
                return self.model_copy(
                    update=own.model_dump(exclude={"kind", "texture"}) | {"texture": own.texture}
                )
        return self

    def reach_voxels(self, spacing_mm: Triple, plane: int | None, shape: tuple[int, int, int]) -> int:
        """Voxels beyond the region that the filters ask for, in an image of that shape."""
        if any(entry.sees_all for entry in self.images):
            return max(shape)
        return max((max(entry.reach(spacing_mm, plane)) for entry in self.images), default=0)

    def _image_names(self) -> list[str]:
        try:
            return [name for entry in self.images for name in entry.names(self.of_image(entry).plane)]
        except BadSetting as error:
            raise ValueError(str(error).rstrip(".")) from error

    @model_validator(mode="after")
    def _bone_in_hu(self) -> ExtractionSettings:
        steps = ("bias_correction", "denoising", "contrast", "normalisation")
        changed = [name for name in steps if getattr(self, name) is not None]
        if changed and self.measures_bone:
            raise ValueError(
                f"the family bone rests on HU, and {changed[0]} changes them; leave one of the two out"
            )
        return self

    @model_validator(mode="after")
    def _each_once(self) -> ExtractionSettings:
        for what, names in (
            ("images", self._image_names()),
            ("families", [choice.name for choice in self.families]),
        ):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(
                    f"{what} lists {twice[0]!r} twice, and their features would have the same names"
                )
        return self

    @model_validator(mode="after")
    def _bins_fit_the_contrast(self) -> ExtractionSettings:
        bins = self.discretisation
        if self.contrast is not None and isinstance(bins, FixedBinWidth) and bins.width >= 1:
            raise ValueError(
                f"after the step 'contrast' grey levels go from 0 to 1, and all lie in one bin of width {bins.width:g}; give "
                "{kind: bin_count, n_bins: 64} as 'discretisation', or a width below 1"
            )
        return self
