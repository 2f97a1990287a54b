"""Machine code of a kernel as an object file that needs nothing of numba, which makes it.

numba passes an array to a kernel as a row of numbers (address, shape, strides), behind a layer that unpacks Python's
objects with numba's help. Here a short layer takes its place that reads address, shape and strides where numpy's C
interface has them. Memory for arrays inside a kernel comes from C's ``malloc``.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import Any

from radiobone.core.kernel_types import LETTERS, SCALARS, Signature
from radiobone.core.machine_code import HEADER, ObjectCode, processor

ONE_KIND_OF_POINTER = 17  # LLVM's version from which on pointers are all alike
LEFT_TO_NUMBA = ObjectCode("", "", is_tuple=False, needs=(), content=b"")
NUMBAS_OR_PYTHONS = ("NRT_", "numba_", "Py", "_Py")
MEMORY = """
declare ptr @malloc(i64)
declare void @free(ptr)
define ptr @NRT_Allocate(i64 %size) {
  %block = call ptr @malloc(i64 %size)
  ret ptr %block
}
define void @NRT_Free(ptr %block) {
  call void @free(ptr %block)
  ret void
}
define ptr @NRT_MemInfo_alloc_aligned(i64 %size, i32 %align) {
  %boundary = zext i32 %align to i64
  %with_header = add i64 %size, 64
  %whole = add i64 %with_header, %boundary
  %block = call ptr @malloc(i64 %whole)
  %failed = icmp eq ptr %block, null
  br i1 %failed, label %none, label %made
none:
  ret ptr null
made:
  %address = ptrtoint ptr %block to i64
  %after_header = add i64 %address, 63
  %beyond = add i64 %after_header, %boundary
  %behind = urem i64 %beyond, %boundary
  %begin = sub i64 %beyond, %behind
  %data = inttoptr i64 %begin to ptr
  %data_at = getelementptr i8, ptr %block, i64 24
  %size_at = getelementptr i8, ptr %block, i64 32
  store i64 1, ptr %block
  store ptr %data, ptr %data_at
  store i64 %size, ptr %size_at
  ret ptr %block
}
define void @NRT_MemInfo_call_dtor(ptr %block) {
  call void @free(ptr %block)
  ret void
}
"""
"""numba's functions for memory: a block begins with its count of users; its fourth word is the address of the array."""


@lru_cache(maxsize=1)
def is_known_numba() -> bool:
    """Tell whether this version of numba writes pointers, and begins its blocks of memory, as is assumed here."""
    import llvmlite.binding as llvm
    from numba.core.runtime import nrtdynmod

    block = str(getattr(nrtdynmod, "_meminfo_struct_type", ""))
    return llvm.llvm_version_info[0] >= ONE_KIND_OF_POINTER and block == "{i64, i8*, i8*, i8*, i64}"


def make_object_code(dispatcher: Any, signature: Signature, arguments: tuple[Any, ...]) -> ObjectCode:
    """Compile a kernel for the types of its arguments.

    Parameters
    ----------
    dispatcher : numba function
        Not from numba's store, which keeps no more than machine code.
    signature : tuple of str
        The types.
    arguments : tuple
        Of these types.

    Returns
    -------
    ObjectCode
        ``LEFT_TO_NUMBA`` where the kernel returns anything but numbers, or needs more than memory and C's functions.
    """
    from numba import typeof

    if not is_known_numba():
        return LEFT_TO_NUMBA
    types = tuple(typeof(argument) for argument in arguments)
    dispatcher.compile(types)
    made = dispatcher.overloads[types]
    result = _result_letters(made.signature.return_type)
    return LEFT_TO_NUMBA if result is None else _object_code(made, signature, *result)


def _result_letters(returned: Any) -> tuple[str, bool] | None:
    """Letters of what a kernel returns, and whether it is a tuple; None if there are others than numbers in it."""
    from numba import types
    from numba.np.numpy_support import as_dtype

    is_tuple = isinstance(returned, types.BaseTuple)
    parts = [] if returned is types.none else list(returned) if is_tuple else [returned]
    if not all(isinstance(part, types.Number | types.Boolean) for part in parts):
        return None
    letters = [LETTERS.get(as_dtype(part), "") for part in parts]
    return ("".join(letters), is_tuple) if all(letters) else None


def _object_code(made: Any, signature: Signature, result: str, is_tuple: bool) -> ObjectCode:
    """Take what numba compiled, put our own layer in front, and leave out all that nobody calls."""
    import llvmlite.binding as llvm

    module = llvm.parse_assembly(made.library.get_llvm_str())
    native = module.get_function(made.fndesc.llvm_func_name)
    expected = [piece for word in signature for piece in _pieces(word)]
    if [str(one.type) for one in native.arguments] != ["ptr", "ptr", *expected]:
        return LEFT_TO_NUMBA
    name = f"radiobone_{native.name}"
    for text in (MEMORY, _entry(native.name, name, signature)):
        part = llvm.parse_assembly(text)
        part.triple, part.data_layout = module.triple, module.data_layout
        module.link_in(part)
    _leave_out_all_but(name, module)
    everything = (*module.functions, *module.global_variables)
    missing = (one.name for one in everything if one.is_declaration)
    needs = tuple(one for one in missing if not one.startswith("llvm."))
    if any(one.startswith(NUMBAS_OR_PYTHONS) for one in needs):
        return LEFT_TO_NUMBA
    return ObjectCode(name, result, is_tuple, needs, processor().emit_object(module))


def _leave_out_all_but(name: str, module: Any) -> None:
    """Leave out what the function of this name does not use."""
    import llvmlite.binding as llvm

    for one in (*module.functions, *module.global_variables):
        if not one.is_declaration and one.name != name:
            one.linkage = "internal"
    passes = llvm.create_new_module_pass_manager()
    passes.add_global_dead_code_eliminate_pass()
    passes.run(module, llvm.create_pass_builder(processor(), llvm.create_pipeline_tuning_options()))


def _pieces(word: str) -> list[str]:
    """Types that numba passes: of an array owner, parent, number of elements, their size, address, shape, strides."""
    if len(word) == 1:
        return [SCALARS[word][0]]
    return ["ptr", "ptr", "i64", "i64", "ptr", *["i64"] * (2 * int(word[1]))]


def _entry(native: str, name: str, signature: Signature) -> str:
    """Write the function that is called from Python: where the result goes, then numbers, and arrays as objects."""
    lines, passed = [], ["ptr %result", "ptr %error"]
    for k, word in enumerate(signature):
        if len(word) == 1:
            passed.append(f"{SCALARS[word][0]} %a{k}")
            continue
        lines += _unpack(k, int(word[1]))
        passed += ["ptr null", "ptr null", f"i64 %n{k}", f"i64 {struct.calcsize(word[0])}", f"ptr %data{k}"]
        passed += [f"i64 %{what}{k}_{axis}" for what in ("shape", "stride") for axis in range(int(word[1]))]
    taken = ["ptr %result", *(f"{_entry_type(word)} %a{k}" for k, word in enumerate(signature))]
    types = ", ".join(one.split(" ")[0] for one in passed)
    return "\n".join(
        (
            f'declare i32 @"{native}"({types})',
            f'define i32 @"{name}"({", ".join(taken)}) {{',
            "%error = alloca ptr",
            *lines,
            f'%status = call i32 @"{native}"({", ".join(passed)})',
            "ret i32 %status\n}",
        )
    )


def _entry_type(word: str) -> str:
    return SCALARS[word][0] if len(word) == 1 else "ptr"


def _unpack(k: int, n_axes: int) -> list[str]:
    """Read address, shape and strides of array ``k`` where numpy's C interface has them."""
    lines = []
    for what, offset in (("data", 0), ("shapes", 16), ("strides", 24)):
        lines += [
            f"%{what}_at{k} = getelementptr i8, ptr %a{k}, i64 {HEADER + offset}",
            f"%{what}{k} = load ptr, ptr %{what}_at{k}",
        ]
    for what in ("shape", "stride"):
        for axis in range(n_axes):
            lines += [
                f"%{what}_at{k}_{axis} = getelementptr i64, ptr %{what}s{k}, i64 {axis}",
                f"%{what}{k}_{axis} = load i64, ptr %{what}_at{k}_{axis}",
            ]
    product = f"%shape{k}_0"
    for axis in range(1, n_axes):
        lines.append(f"%n{k}_{axis} = mul i64 {product}, %shape{k}_{axis}")
        product = f"%n{k}_{axis}"
    return [*lines, f"%n{k} = add i64 {product}, 0"]
