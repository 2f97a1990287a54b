"""Compiling numeric kernels, with the machine code kept between runs.

The code is kept beside the source, or in the user's cache folder where the installation is read-only.
The kept code of a kernel is renewed when its own file changes, not when another file does: a kernel
therefore calls kernels of its own module alone.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(function: Kernel) -> Kernel:
    """Compile a function of numbers and arrays on its first call.

    No fast mathematics: sums are added in the order written. Division by zero gives infinity or NaN, as
    in numpy. Other threads run meanwhile.
    """
    options = {"nogil": True, "error_model": "numpy"}
    try:
        return cast(Kernel, njit(cache=True, **options)(function))
    except RuntimeError:  # no folder to keep machine code in: it is compiled anew in each process
        return cast(Kernel, njit(**options)(function))


def is_compiled(kernel: Any) -> bool:
    """Tell whether machine code of a kernel is there, made in this process or kept from an earlier one."""
    folder = getattr(getattr(kernel, "stats", None), "cache_path", None)
    module, name = kernel.__module__.rsplit(".", 1)[-1], kernel.__name__
    return bool(kernel.signatures) or (
        folder is not None and any(Path(folder).glob(f"{module}.{name}-*.nbi"))
    )
