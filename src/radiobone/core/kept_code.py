"""Where machine code of kernels is kept between runs: beside the source, or in a folder of the user's own.

A file holds the code of one kernel for one set of types, for one processor and one set of versions. It counts no more
when the kernel's source has changed since, or when it is damaged.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from contextlib import suppress
from functools import cached_property, lru_cache
from importlib.metadata import version
from pathlib import Path

from radiobone.core.kernel_types import Signature
from radiobone.core.machine_code import HEADER, ObjectCode, host_features

FORMAT = "1"
SUFFIX = ".kernel"


class KeptCode:
    """The files of one kernel.

    Parameters
    ----------
    source : path
        File that the kernel is written in.
    name : str
        Of the kernel, with its module.
    """

    def __init__(self, source: str | Path, name: str) -> None:
        self._source = Path(source)
        self._name = name

    def read(self, signature: Signature) -> ObjectCode | None:
        """Return the code for one set of types; None where there is none that counts."""
        found = None
        if self._folder is not None:
            with suppress(OSError, ValueError, KeyError):
                found = self._parsed(self._path(self._folder, signature).read_bytes())
        return found

    def write(self, signature: Signature, code: ObjectCode) -> None:
        """Keep the code; without a folder for it, it is made anew in each process."""
        if self._folder is None:
            return
        head = {
            "source": self._stamp,
            "name": code.name,
            "result": code.result,
            "is_tuple": code.is_tuple,
            "needs": code.needs,
            "sha256": hashlib.sha256(code.content).hexdigest(),
        }
        with suppress(OSError):  # a full disk: not worth failing for
            path = self._path(self._folder, signature)
            unfinished = path.with_suffix(f".{os.getpid()}.tmp")
            unfinished.write_bytes(json.dumps(head).encode() + b"\n" + code.content)
            unfinished.replace(path)

    def is_there(self) -> bool:
        """Tell whether code that counts is there, for any types."""
        if self._folder is None:
            return False
        for path in self._folder.glob(f"{self._begin}*{SUFFIX}"):
            with suppress(OSError, ValueError, KeyError):
                if self._parsed(path.read_bytes()) is not None:
                    return True
        return False

    def _parsed(self, content: bytes) -> ObjectCode | None:
        line, _, body = content.partition(b"\n")
        head = json.loads(line)
        if head["source"] != self._stamp or head["sha256"] != hashlib.sha256(body).hexdigest():
            return None
        return ObjectCode(head["name"], head["result"], head["is_tuple"], tuple(head["needs"]), body)

    def _path(self, folder: Path, signature: Signature) -> Path:
        types = hashlib.sha256(" ".join(signature).encode()).hexdigest()[
            :12
        ]  # some systems mix up q and Q in a name
        return folder / f"{self._begin}{types}{SUFFIX}"

    @property
    def _begin(self) -> str:
        return f"{self._name.rpartition('radiobone.')[2]}-{_surroundings()}-"

    @cached_property
    def _stamp(self) -> list[int]:
        """Age and size of the source."""
        told = self._source.stat()
        return [told.st_mtime_ns, told.st_size]

    @cached_property
    def _folder(self) -> Path | None:
        """The first folder that can be written to; none for a kernel whose source cannot be looked at for changes."""
        if not self._source.is_file():
            return None
        own = hashlib.sha256(str(self._source.parent).encode()).hexdigest()[:12]
        chosen = os.environ.get("NUMBA_CACHE_DIR")
        beside = Path(chosen) / own if chosen else self._source.parent / "__pycache__"
        return next((path for path in (beside, _user_folder() / own) if _is_writable(path)), None)


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def _user_folder() -> Path:
    """Return the folder that this system has for what programs keep for a user."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "radiobone" / "kernels"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "radiobone" / "kernels"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "radiobone" / "kernels"


@lru_cache(maxsize=1)
def _surroundings() -> str:
    """Name the processor, the versions and numpy's layout that machine code depends on."""
    import llvmlite.binding as llvm

    parts = [FORMAT, str(HEADER), sys.platform, llvm.get_process_triple(), llvm.get_host_cpu_name()]
    parts += [host_features(), *(version(package) for package in ("llvmlite", "numba"))]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:12]
