"""What was run, with which versions, on which machine."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

PACKAGES = (
    "radiobone", "numpy", "scipy", "pandas", "scikit-learn", "imbalanced-learn", "SimpleITK", "PyWavelets",
    "xgboost-cpu", "xgboost", "catboost", "shap", "pydicom",
)  # fmt: skip


def package_version(name: str) -> str | None:
    """Version of an installed package, or None."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that numbers can depend on."""
    found = {name: package_version(name) for name in PACKAGES}
    return {"python": platform.python_version(), **{name: v for name, v in found.items() if v is not None}}


def machine() -> dict[str, Any]:
    """Kind of machine; no host or user name."""
    return {"system": platform.system(), "architecture": platform.machine(), "cpus": os.cpu_count()}
