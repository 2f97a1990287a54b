"""pyradiomics' feature classes: one family, measured on an image and a mask as they are."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from radiobone.compat.errors import as_pyradiomics
from radiobone.compat.log import logger
from radiobone.compat.parameters import WITHOUT_VALUE, extraction_settings
from radiobone.core.errors import LabelNotFound
from radiobone.features.engine import extract_features
from radiobone.features.parameter_file import BINS, OF_TEXTURE
from radiobone.features.registry import FAMILIES, feature_names, ordered
from radiobone.workflow.compiling import compile_kernels
from radiobone.workflow.single import as_volume

CLASS_NAMES = {
    "firstorder": "RadiomicsFirstOrder", "glcm": "RadiomicsGLCM", "gldm": "RadiomicsGLDM",
    "glrlm": "RadiomicsGLRLM", "glszm": "RadiomicsGLSZM", "ngtdm": "RadiomicsNGTDM",
    "shape": "RadiomicsShape", "shape2D": "RadiomicsShape2D",
}  # fmt: skip
Value = npt.NDArray[np.float64]


class RadiomicsFeaturesBase:
    """One family of features of one region.

    Parameters
    ----------
    inputImage, inputMask : SimpleITK image
        On one grid; neither is resampled or cropped.
    **kwargs
        pyradiomics' settings; those of earlier steps change nothing.

    Attributes
    ----------
    enabledFeatures : dict
        Names of the features to measure; none means all that are not deprecated.
    featureValues : dict
        What was measured.
    """

    family: ClassVar[str]

    def __init__(self, inputImage: sitk.Image, inputMask: sitk.Image, **kwargs: Any) -> None:
        if inputImage is None or inputMask is None:
            raise ValueError("Missing input image or mask")
        self.inputImage, self.inputMask, self.settings = inputImage, inputMask, kwargs
        self.label = int(kwargs.get("label", 1))
        self.enabledFeatures: dict[str, bool] = {}
        self.featureValues: dict[str, Value] = {}
        self.featureNames = self.getFeatureNames()

    @classmethod
    def getFeatureNames(cls) -> dict[str, bool]:
        """Return all names, and whether each is deprecated."""
        gone, deprecated = WITHOUT_VALUE.get(cls.family, frozenset()), FAMILIES[cls.family].deprecated
        return {
            name: name in deprecated or name in gone for name in ordered({*feature_names(cls.family), *gone})
        }

    def enableFeatureByName(self, featureName: str, enable: bool = True) -> None:
        """Enable a feature, or disable it.

        Raises
        ------
        LookupError
            If the family has no such feature.
        """
        if featureName not in self.featureNames:
            raise LookupError(f"Feature not found: {featureName}")
        if self.featureNames[featureName]:
            logger.warning("Feature %s is deprecated, use with caution!", featureName)
        self.enabledFeatures[featureName] = enable

    def enableAllFeatures(self) -> None:
        """Enable every feature that is not deprecated."""
        self.enabledFeatures.update(
            {name: True for name, deprecated in self.featureNames.items() if not deprecated}
        )

    def disableAllFeatures(self) -> None:
        """Disable every feature and forget what was measured."""
        self.enabledFeatures, self.featureValues = {}, {}

    def execute(self) -> dict[str, Value]:
        """Measure the enabled features.

        Raises
        ------
        ValueError, RuntimeError
            Every error is one of ``radiobone.core.errors`` and both of these.
        """
        if not self.enabledFeatures:
            self.enableAllFeatures()
        gone = WITHOUT_VALUE.get(self.family, frozenset())
        wanted = [name for name, enabled in self.enabledFeatures.items() if enabled and name not in gone]
        self.featureValues = self._measured(wanted) if wanted else {}
        return self.featureValues

    def _measured(self, names: list[str]) -> dict[str, Value]:
        own = {key: value for key, value in self.settings.items() if key in (*BINS, *OF_TEXTURE)}
        with as_pyradiomics():
            settings = extraction_settings(
                {**own, "minimumROIDimensions": 1}, {"Original": {}}, {self.family: names}
            )
            image, mask = as_volume(self.inputImage), as_volume(self.inputMask)
            region = mask.mask_of(self.label)
            if not region.array.any():
                raise LabelNotFound(
                    f"The mask has no label {self.label}. It has {np.unique(mask.array[mask.array != 0])[:20].tolist()}."
                )
            compile_kernels(show=True)
            found = extract_features(image, region, settings)
        return {name.rpartition("_")[2]: np.asarray(value) for name, value in found.items()}


def _getter(family: str, name: str) -> Callable[[RadiomicsFeaturesBase], Value]:
    def get(self: RadiomicsFeaturesBase) -> Value:
        return self._measured([name])[name]

    get.__name__ = f"get{name}FeatureValue"
    get.__doc__ = f"{name} of the family {family}, as pyradiomics defines it."
    return get


@cache
def feature_class(family: str) -> type[RadiomicsFeaturesBase]:
    """Return the class of a family, with one method ``get<name>FeatureValue`` for each feature."""
    getters = {f"get{name}FeatureValue": _getter(family, name) for name in feature_names(family)}
    members = {"family": family, "__doc__": f"The family {family} on an image and a mask.", **getters}
    return type(CLASS_NAMES[family], (RadiomicsFeaturesBase,), members)


def getFeatureClasses() -> dict[str, type[RadiomicsFeaturesBase]]:
    """Return the class of every family by its name."""
    return {family: feature_class(family) for family in CLASS_NAMES}
