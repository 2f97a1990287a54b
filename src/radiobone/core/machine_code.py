"""Machine code of a kernel, loaded by llvmlite and called through ctypes: nothing of numba is needed."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from radiobone.core.kernel_types import SCALARS, Signature

HEADER = object.__basicsize__
"""Bytes that any Python object begins with; an array of numpy's goes on with address, number of axes, shape, strides."""

FOR_FAULTFINDING = ("NUMBA_DISABLE_JIT", "NUMBA_BOUNDSCHECK")
"""Settings of numba's that change what a kernel does: numba does all then."""


@dataclass(frozen=True)
class ObjectCode:
    """Machine code of one kernel for one signature.

    Attributes
    ----------
    name : str
        Of the function in the object file.
    result : str
        Letters of the numbers that it returns (``struct``).
    is_tuple : bool
        They are returned as a tuple, even if it is one.
    needs : tuple of str
        Functions of C that it calls.
    content : bytes
        The object file; nothing where the kernel is left to numba.
    """

    name: str
    result: str
    is_tuple: bool
    needs: tuple[str, ...]
    content: bytes


@lru_cache(maxsize=1)
def processor() -> Any:
    """Return LLVM's picture of this processor."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=host_features(),
        opt=3,
        reloc="static" if target.name.startswith("x86") else "default",
        codemodel="jitdefault",
        jit=True,
    )


def host_features() -> str:
    """Return what this processor can do, in LLVM's words; nothing where it cannot be told."""
    import llvmlite.binding as llvm

    try:
        return str(llvm.get_host_cpu_features().flatten())
    except RuntimeError:
        return ""


@lru_cache(maxsize=1)
def working_here() -> bool:
    """Tell whether machine code can be called this way here, by reading an array of numpy's as it will."""
    if struct.calcsize("P") != 8 or any(os.environ.get(name, "0") != "0" for name in FOR_FAULTFINDING):
        return False
    probe = np.zeros((3, 5, 7))[:, ::2]
    words = (ctypes.c_int64 * 4).from_address(id(probe) + HEADER)
    if words[0] != probe.ctypes.data or words[1] & 0xFFFFFFFF != probe.ndim:
        return False
    shape, strides = ((ctypes.c_int64 * 3).from_address(words[k]) for k in (2, 3))
    return tuple(shape) == probe.shape and tuple(strides) == probe.strides


@lru_cache(maxsize=1)
def _engine() -> Any:
    """Return what holds the loaded machine code."""
    import llvmlite.binding as llvm

    return llvm.create_mcjit_compiler(llvm.parse_assembly(""), processor())


def load(
    code: ObjectCode, signature: Signature, *, otherwise: Callable[[], Callable[..., Any]]
) -> Callable[..., Any]:
    """Load machine code and return what calls it.

    Parameters
    ----------
    code : ObjectCode
    signature : tuple of str
        What it takes.
    otherwise : callable
        Gives numba's own function, for a kernel that is left to it, and where a function of C is not to be found;
        called again where the machine code gives up, it raises the error by its name.
    """
    import llvmlite.binding as llvm

    engine = _engine()  # before C's functions are asked for: it makes them known
    if not code.content or any(llvm.address_of_symbol(name) is None for name in code.needs):
        return otherwise()
    engine.add_object_file(llvm.ObjectFileRef.from_data(code.content))
    engine.finalize_object()
    given = [ctypes.py_object if len(word) > 1 else SCALARS[word][1] for word in signature]
    kind = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, *given)
    entry = kind(engine.get_function_address(code.name))
    return _caller(entry, code, otherwise)


def _caller(entry: Any, code: ObjectCode, otherwise: Callable[[], Callable[..., Any]]) -> Callable[..., Any]:
    size = max(struct.calcsize(code.result), 8)

    def call(*arguments: Any) -> Any:
        room = ctypes.create_string_buffer(size)
        if entry(room, *arguments):
            otherwise()(*arguments)
            raise RuntimeError(f"{code.name} gave up, and why cannot be told.")
        found = struct.unpack_from(code.result, room)
        return found if code.is_tuple else found[0] if found else None

    return call
