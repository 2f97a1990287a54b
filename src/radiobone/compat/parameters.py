"""pyradiomics' three dictionaries (settings, image types, features) become extraction settings."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from radiobone.compat.log import logger
from radiobone.core.near_names import nearest
from radiobone.features.parameter_file import IMAGE_TYPES, KNOWN_SETTINGS, OF_MAPS, from_parameters
from radiobone.features.settings import ExtractionSettings

Plain = dict[str, Any]

DEFAULT_SETTINGS: Mapping[str, Any] = MappingProxyType(
    {
        "minimumROIDimensions": 2, "minimumROISize": None,
        "normalize": False, "normalizeScale": 1, "removeOutliers": None,
        "resampledPixelSpacing": None, "interpolator": "sitkBSpline", "preCrop": False, "padDistance": 5,
        "distances": [1], "force2D": False, "force2Ddimension": 0, "resegmentRange": None,
        "label": 1, "additionalInfo": True,
    }
)  # fmt: skip
OBSOLETE = (
    "verbose",
    "enableCExtensions",
    "voxelBased",
)  # in scripts for older versions, which take no notice
WITHOUT_VALUE: Mapping[str, frozenset[str]] = (
    MappingProxyType(  # names that pyradiomics knows and computes no more
        {
            "glcm": frozenset({"Dissimilarity", "Homogeneity1", "Homogeneity2", "SumVariance"}),
            "gldm": frozenset({"DependencePercentage", "GrayLevelNonUniformityNormalized"}),
        }
    )
)


def getImageTypes() -> list[str]:
    """Return the names of the image types."""
    return sorted(IMAGE_TYPES)


def extraction_settings(settings: Plain, image_types: Plain, features: Plain) -> ExtractionSettings:
    """Build extraction settings from what a feature extractor holds.

    Parameters
    ----------
    settings : dict
        By pyradiomics' names; unknown ones are told in the log and change nothing, as in pyradiomics.
    image_types : dict
        Own settings by image type; none means that there is nothing but shape.
    features : dict
        Names of features by family; empty or None for all of a family. One family at least.

    Raises
    ------
    BadConfig, BadSetting
    """
    plain = {"label_channel": 0, **known_settings(_plain(settings))}
    kinds = _with_images(image_types, plain)
    content = {
        "setting": {key: value for key, value in plain.items() if key not in OF_MAPS},
        "voxelSetting": {key: value for key, value in plain.items() if key in OF_MAPS},
        "imageType": kinds,
        "featureClass": _with_values(features),
    }
    found = from_parameters(content, source="settings")
    return found if kinds else found.model_copy(update={"images": ()})


def check_content(content: Plain) -> None:
    """Check the content of a parameter file, in which nothing unknown may stand.

    Raises
    ------
    BadConfig, BadSetting
    """
    kinds, features = content.get("imageType"), content.get("featureClass")
    plain = content.get("setting")
    checked = dict(content)
    if isinstance(kinds, Mapping) and isinstance(plain or {}, Mapping):
        checked["imageType"] = _with_images(kinds, plain or {})
    if isinstance(features, Mapping):
        checked["featureClass"] = _with_values(features)
    from_parameters(checked, source="Parameters")


def _with_images(image_types: Mapping[str, Any], setting: Mapping[str, Any]) -> Plain:
    """Return the image types that give an image; LoG does not without a sigma."""
    kinds = {
        kind: _plain(custom) if isinstance(custom, Mapping) else custom
        for kind, custom in image_types.items()
    }
    own = kinds.get("LoG", {})
    if (
        isinstance(own or {}, Mapping)
        and "LoG" in kinds
        and not (own or {}).get("sigma", setting.get("sigma"))
    ):
        logger.warning("LoG is enabled without sigma, so there are no LoG images")
        kinds.pop("LoG")
    return kinds


def _with_values(features: Mapping[str, Any]) -> Plain:
    return {family: _with_value(family, names) for family, names in features.items()}


def known_settings(settings: Plain) -> Plain:
    """Return the settings that have a meaning, and tell the others."""
    known = (*KNOWN_SETTINGS, *OF_MAPS)
    for key in settings:
        if key not in (*known, *OBSOLETE):
            near = nearest(key, known)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            logger.warning("%r is not a setting and changes nothing%s", key, hint)
    return {key: value for key, value in settings.items() if key in known}


def _plain(settings: Mapping[str, Any]) -> Plain:
    """Return plain numbers and lists for numpy's."""
    return {
        key: value.tolist() if isinstance(value, np.ndarray | np.generic) else value
        for key, value in settings.items()
    }


def _with_value(family: str, names: Any) -> Any:
    if not isinstance(names, list | tuple):
        return names
    gone = WITHOUT_VALUE.get(family, frozenset())
    for name in names:
        if name in gone:
            logger.warning("Feature %s of %s is deprecated in pyradiomics and has no value", name, family)
    return [name for name in names if name not in gone]
