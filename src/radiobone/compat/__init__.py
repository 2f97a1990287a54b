"""pyradiomics' interface on radiobone's engine: swap one import, and the rest of a script stays as it is.

``import radiobone.compat as radiomics`` and ``from radiobone.compat import featureextractor`` take the place of
``import radiomics`` and ``from radiomics import featureextractor``. Names are pyradiomics'; each is loaded when it is
first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from radiobone.compat.log import handler, logger, setVerbosity
from radiobone.compat.versions import __version__

_MODULES = (
    "featureextractor", "imageoperations",
    "firstorder", "glcm", "gldm", "glrlm", "glszm", "ngtdm", "shape", "shape2D",
)  # fmt: skip
_NAMES = {
    "RadiomicsFeatureExtractor": "featureextractor",
    "getFeatureClasses": "feature_classes",
    "getImageTypes": "parameters",
    "getTestCase": "test_cases",
    "testCases": "test_cases",
}

__all__ = ["__version__", "handler", "logger", "setVerbosity", *_MODULES, *_NAMES]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"radiobone.compat.{name}")
    if name in _NAMES:
        return getattr(import_module(f"radiobone.compat.{_NAMES[name]}"), name)
    raise AttributeError(f"module 'radiobone.compat' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
