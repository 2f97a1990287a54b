"""Packages that are imported when they are first used: some take half a second, and most work needs none of them."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class _Lazy:
    """Stands for a module."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)


def lazily(name: str) -> Any:
    """Return what stands for a module, and imports it when a name in it is first asked for.

    Parameters
    ----------
    name : str
        Full name of the module, such as ``scipy.sparse.linalg``.
    """
    return _Lazy(name)
