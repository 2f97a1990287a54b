"""What was run, with which versions, on which machine."""

from __future__ import annotations

import hashlib
import os
import platform
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import radiobone

PACKAGES = (
    "radiobone", "numpy", "scipy", "pandas", "scikit-learn", "imbalanced-learn", "SimpleITK", "PyWavelets",
    "xgboost-cpu", "xgboost", "catboost", "shap", "numba", "pydicom", "pyradiomics", "pillow",
)  # fmt: skip


@cache
def package_version(name: str) -> str | None:
    """Version of an installed package, or None; looked up once, since every case of a cohort asks for several."""
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


def made_now() -> dict[str, Any]:
    """When something is made, with which versions and on what kind of machine: the beginning of every provenance."""
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "radiobone": radiobone.__version__,
        "versions": versions(),
        "machine": machine(),
    }


def _modules(part: Path) -> list[Path]:
    return list(part.rglob("*.py")) if part.is_dir() else [part]


@cache
def code_digest(parts: tuple[str, ...]) -> str:
    """SHA-256 of the code in these subpackages and modules: an edit is new code, whatever its version says."""
    package = Path(radiobone.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(path for part in parts for path in _modules(package / part)):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
