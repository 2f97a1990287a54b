"""How bone is found in DXA images and measured."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from radiobone.core.settings import Settings, read_yaml, validate
from radiobone.features.density_calibration import Calibration
from radiobone.imaging.denoise import NonLocalMeans
from radiobone.imaging.pixel_forest import PixelForest

RECIPE = "recipe"
DxaSource = str | Path | Mapping[str, Any] | None


class ForestSettings(Settings):
    """The forest of pixels; see `radiobone.imaging.pixel_forest`.

    Attributes
    ----------
    n_estimators : int
        Trees.
    pixels_per_class : int
        Most pixels of bone, and of what is not bone, that are drawn from an image.
    most_pixels : int
        Of all images of a forest together: with many of them fewer are drawn from each.
    min_samples_leaf : int
        Pixels in a leaf at least.
    """

    n_estimators: int = Field(default=50, ge=5, le=500)
    pixels_per_class: int = Field(default=1000, ge=20)
    most_pixels: int = Field(default=200_000, ge=1000)
    min_samples_leaf: int = Field(default=5, ge=1)

    def forest(self, n_images: int, seed: int) -> PixelForest:
        """Return a forest that learns from so many images."""
        per_class = min(self.pixels_per_class, max(20, self.most_pixels // (2 * max(n_images, 1))))
        return PixelForest(self.n_estimators, per_class, self.min_samples_leaf, seed)


class SoftTissueRing(Settings):
    """Tissue beside the bone whose mean density is taken off, as the baseline.

    Attributes
    ----------
    from_mm, to_mm : float
        Nearest and farthest distance from the bone.
    """

    from_mm: float = Field(default=2.0, ge=0)
    to_mm: float = Field(default=8.0, gt=0)

    @model_validator(mode="after")
    def _has_width(self) -> SoftTissueRing:
        if self.to_mm <= self.from_mm:
            raise ValueError("'to_mm' must be larger than 'from_mm'")
        return self


class DxaSettings(Settings):
    """What is done with DXA images.

    Attributes
    ----------
    calibration : Calibration or None
        From grey values to g/cm². Needed; None only where another source adds it.
    pixel_mm : tuple of float or None
        Height and width of a pixel, of all images; None takes what each file tells.
    denoising : NonLocalMeans or None
        Before pixels are labelled; density is measured in the image as it is.
    forest : ForestSettings
    forests : {"by_region", "together"}
        One set of forests per region (femur, spine), or one for all images.
    n_folds : int
        Groups of patients with masks, each labelled by a forest of the others.
    smallest_part_share : float
        Parts of the bone that are smaller, against the largest, are dropped; holes are filled.
    baseline : SoftTissueRing or None
        None: calibrated density is 0 beside the bone.
    """

    calibration: Calibration | None = None
    pixel_mm: tuple[float, float] | None = None
    denoising: NonLocalMeans | None = NonLocalMeans()
    forest: ForestSettings = ForestSettings()
    forests: Literal["by_region", "together"] = "by_region"
    n_folds: int = Field(default=5, ge=2, le=50)
    smallest_part_share: float = Field(default=0.1, ge=0, le=1)
    baseline: SoftTissueRing | None = None

    @field_validator("pixel_mm")
    @classmethod
    def _positive(cls, value: tuple[float, float] | None) -> tuple[float, float] | None:
        if value is not None and min(value) <= 0:
            raise ValueError("the size of a pixel must be above 0 mm")
        return value


def read_dxa_settings(source: DxaSource) -> DxaSettings:
    """Read settings.

    Parameters
    ----------
    source : str, path, mapping or None
        Name of a recipe that has them, a YAML file, plain data (where ``recipe`` names one that they change); None for the
        defaults.

    Raises
    ------
    FileMissing, BadConfig, BadSetting
    """
    from radiobone.workflow.recipes.catalogue import is_recipe

    if source is None:
        return DxaSettings()
    if isinstance(source, Mapping):
        own = {key: value for key, value in source.items() if key != RECIPE}
        return validate(DxaSettings, {**_of_recipe(source.get(RECIPE)), **own}, source="dxa")
    name = str(source)
    if is_recipe(name):
        return validate(DxaSettings, _of_recipe(name), source=name)
    return read_dxa_settings(read_yaml(Path(name)))


def _of_recipe(name: Any) -> dict[str, Any]:
    """Return the settings of a recipe; none where none is named."""
    from radiobone.workflow.recipes.catalogue import dxa_of

    return {} if name is None else dxa_of(str(name))
