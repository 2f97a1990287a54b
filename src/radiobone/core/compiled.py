"""Compiling numeric kernels, with the machine code kept between runs.

numba compiles a kernel for the types that it is first called with. What comes of it is kept as an object file
(``core/kept_code.py``), which a later process loads and calls without importing numba: importing it and filling its tables
takes longer than most extractions. Other kernels, such as those that return arrays, are left to numba altogether, its
own store included. The kept code of a kernel is renewed when its own file changes, not when another file does: a kernel
therefore calls kernels of its own module alone.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Hashable
from types import FunctionType
from typing import Any, TypeVar, cast

from radiobone.core.kept_code import KeptCode
from radiobone.core.kernel_types import Signature, read_signature, type_of
from radiobone.core.machine_code import load, working_here
from radiobone.core.object_code import make_object_code

Function = TypeVar("Function", bound=Callable[..., Any])
_LOCK = threading.RLock()


def compiled(function: Function) -> Function:
    """Compile a function of numbers and arrays on its first call.

    No fast mathematics: sums are added in the order written. Division by zero gives infinity or NaN, as
    in numpy. Other threads run meanwhile.
    """
    return cast(Function, Kernel(cast(FunctionType, function)))


def is_compiled(kernel: Any) -> bool:
    """Tell whether machine code of a kernel is there, made in this process or kept from an earlier one."""
    return bool(kernel.is_compiled())


class Kernel:
    """A function whose machine code is loaded, or made, when it is called with types that it has not met.

    Parameters
    ----------
    function : function
        In the part of Python that numba compiles.
    """

    def __init__(self, function: FunctionType) -> None:
        functools.update_wrapper(self, function)
        self.__name__ = function.__name__
        self._function = function
        self._kept = KeptCode(function.__code__.co_filename, f"{function.__module__}.{function.__name__}")
        self._ready: dict[tuple[Hashable, ...], Callable[..., Any]] = {}
        self._loaded: dict[Signature, Callable[..., Any]] = {}
        self._by_numba: dict[bool, Callable[..., Any]] = {}

    def __call__(self, *arguments: Any) -> Any:
        """Do what the function says, in machine code."""
        types = tuple([type_of(argument) for argument in arguments])
        ready = self._ready.get(types)
        if ready is None:
            with _LOCK:
                ready = self._ready[types] = self._find(read_signature(types), arguments)
        return ready(*arguments)

    def __reduce__(self) -> str:
        return self.__name__  # for another process: the name is enough to find it

    def is_compiled(self) -> bool:
        """Tell whether machine code is there, made in this process or kept from an earlier one."""
        return bool(self._ready) or self._kept.is_there()

    def _find(self, signature: Signature | None, arguments: tuple[Any, ...]) -> Callable[..., Any]:
        """Load the kept machine code for these types, or compile."""
        if signature is None or not working_here():
            return self.by_numba(keep=True)
        if signature not in self._loaded:
            code = self._kept.read(signature)
            if code is None:
                code = make_object_code(self.by_numba(keep=False), signature, arguments)
                self._kept.write(signature, code)
            self._loaded[signature] = load(code, signature, otherwise=lambda: self.by_numba(keep=True))
        return self._loaded[signature]

    def by_numba(self, *, keep: bool) -> Callable[..., Any]:
        """Hand the function to numba, with those that it calls.

        Parameters
        ----------
        keep : bool
            In numba's own store, where there is a folder for it.
        """
        if keep not in self._by_numba:
            self._by_numba[keep] = self._handed_over(keep=keep)
        return self._by_numba[keep]

    def _handed_over(self, *, keep: bool) -> Any:
        from numba import njit  # takes longer than loading all that is kept

        names = {
            name: value.by_numba(keep=keep) if isinstance(value, Kernel) else value
            for name, value in self._function.__globals__.items()
            if name in self._function.__code__.co_names and value is not self
        }
        plain = FunctionType(self._function.__code__, names, self.__name__)
        functools.update_wrapper(plain, self._function)
        options = {"nogil": True, "error_model": "numpy"}
        if not keep:  # nobody calls it from Python
            return njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, **options)(plain)
        try:
            return njit(cache=True, **options)(plain)
        except RuntimeError:  # no folder to keep machine code in: it is compiled anew in each process
            return njit(**options)(plain)
