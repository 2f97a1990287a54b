"""Unpacking an archive that somebody else has made, without trusting it."""

from __future__ import annotations

import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from radiobone.core.errors import FileUnreadable, ResourceLimit, UnsafeArchive
from radiobone.core.outputs import writing
from radiobone.io.files import check_file

MAX_BYTES = 64 << 30
MAX_MEMBERS = 200_000
MAX_RATIO = 200  # unpacked to packed bytes; radiographs and tables stay below 20
RATIO_COUNTS_FROM = 64 << 20
CHUNK_BYTES = 1 << 20
ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")


@dataclass(frozen=True)
class Limits:
    """Caps on what an archive may become.

    Attributes
    ----------
    total_bytes : int
    members : int
    ratio : float
        Unpacked to packed bytes, beyond the first 64 MB.
    """

    total_bytes: int = MAX_BYTES
    members: int = MAX_MEMBERS
    ratio: float = MAX_RATIO


@dataclass(frozen=True)
class _Member:
    """A file in an archive."""

    name: str
    open: Callable[[], IO[bytes]]


def is_archive(path: Path) -> bool:
    """Tell an archive by its name."""
    return path.name.lower().endswith(ENDINGS)


def unpack(path: Path, folder: Path, limits: Limits | None = None) -> int:
    """Unpack a zip or tar archive below a folder.

    Parameters
    ----------
    path : Path
        The archive.
    folder : Path
        Made if it is not there; files in it are replaced.
    limits : Limits, optional

    Returns
    -------
    int
        Number of files.

    Raises
    ------
    UnsafeArchive
        If a member is a link or a device, or its name leads out of the folder; nothing is written then.
    ResourceLimit
        If it has too many members or grows beyond its cap. Sizes are counted while unpacking, not believed.
    FileUnreadable
        If it is damaged, or packed with a password.
    """
    check_file(path)
    limits = limits or Limits()
    with _understood(path), _opened(path) as archive:
        members = list(_members(archive, path, limits))
        allowed = min(limits.total_bytes, max(RATIO_COUNTS_FROM, int(limits.ratio * path.stat().st_size)))
        left = allowed
        for member in members:
            left -= _write(member, folder / member.name, left, path, allowed)
    return len(members)


@contextmanager
def _understood(path: Path) -> Iterator[None]:
    try:
        yield
    except (
        zipfile.BadZipFile,
        tarfile.TarError,
        zlib.error,
        EOFError,
        RuntimeError,
        NotImplementedError,
    ) as error:
        raise FileUnreadable(
            f"{path} cannot be unpacked ({error}): it is damaged, not an archive, or packed with a password. Download it again."
        ) from error


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile | tarfile.TarFile]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield archive
    else:
        with tarfile.open(path) as archive:
            yield archive


def _members(archive: zipfile.ZipFile | tarfile.TarFile, path: Path, limits: Limits) -> Iterator[_Member]:
    found = _of_zip(archive, path) if isinstance(archive, zipfile.ZipFile) else _of_tar(archive, path)
    for number, member in enumerate(found, start=1):
        if number > limits.members:
            raise ResourceLimit(
                f"{path} has more than {limits.members:,} files, more than any data set described here. Unpack it yourself, "
                "and give the folder."
            )
        _check_name(member.name, path)
        yield member


def _of_zip(archive: zipfile.ZipFile, path: Path) -> Iterator[_Member]:
    for info in archive.infolist():
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise _special(path, info.filename)
        _check_name(info.orig_filename, path)
        if not info.is_dir():
            yield _Member(info.filename, partial(archive.open, info))


def _of_tar(archive: tarfile.TarFile, path: Path) -> Iterator[_Member]:
    for info in archive:
        if not (info.isreg() or info.isdir()):
            raise _special(path, info.name)
        _check_name(info.name, path)
        if info.isreg():
            yield _Member(info.name, partial(_extracted, archive, info))


def _extracted(archive: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    handle = archive.extractfile(info)
    if handle is None:
        raise tarfile.ReadError(f"{info.name} has no content")
    return handle


def _special(path: Path, name: str) -> UnsafeArchive:
    return UnsafeArchive(
        f"{path} holds '{name}', a link or device, by which files outside its folder could be reached. Nothing was unpacked. "
        "Get the archive from its owner."
    )


def _check_name(name: str, path: Path) -> None:
    parts = PurePosixPath(name.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or ":" in name.split("/")[0] or "\0" in name:
        raise UnsafeArchive(
            f"{path} holds '{name}', which would be written outside its folder and could replace any file of yours. Nothing was "
            "unpacked. Get the archive from its owner."
        )


def _write(member: _Member, target: Path, left: int, path: Path, allowed: int) -> int:
    """Write one file; stop as soon as it is larger than what is left."""
    written = 0
    with member.open() as packed, writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as handle:
            while chunk := packed.read(CHUNK_BYTES):
                written += len(chunk)
                if written > left:
                    raise ResourceLimit(
                        f"{path} unpacks to more than {allowed:,} bytes, which fills disks and is far more than images pack to. It "
                        "was stopped at "
                        + f"'{member.name}'. If you trust it, unpack it yourself, and give the folder."
                    )
                handle.write(chunk)
    return written
