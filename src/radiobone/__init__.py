"""Radiomics and machine learning on bone images.

The public functions are loaded when they are first used, so that importing the package and
asking the command line for help are fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_PUBLIC = {
    "contrast": "radiobone.workflow.contrasting",
    "extract": "radiobone.workflow.extract",
    "extract_features": "radiobone.workflow.single",
    "feature_maps": "radiobone.workflow.feature_maps",
    "measure_bone": "radiobone.workflow.bone.measure",
    "evaluate": "radiobone.workflow.study",
    "ablation": "radiobone.workflow.ablating",
    "fit": "radiobone.workflow.study",
    "load_model": "radiobone.workflow.score",
    "load_result": "radiobone.workflow.study",
    "monitor": "radiobone.workflow.monitor",
    "on_cluster": "radiobone.core.cluster",
    "ScoringService": "radiobone.workflow.hospital.service",
    "validate": "radiobone.workflow.validating",
    "pseudonymise": "radiobone.core.pseudonymising",
    "pseudonymising": "radiobone.core.pseudonymising",
}

__all__ = ["__version__", *_PUBLIC]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'radiobone' has no attribute {name!r}")
    return getattr(import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
