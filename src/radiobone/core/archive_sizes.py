"""What a zip archive says it unpacks to, looked at before anything is unpacked."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

from radiobone.core.errors import ResourceLimit

MAX_BYTES = 2 << 30
MAX_MEMBERS = 10_000
MAX_RATIO = 100  # unpacked to packed bytes; models and workbooks stay below 30
RATIO_COUNTS_FROM = 64 << 20
DEFLATE_RATIO, SMALL_BYTES = 1032, 1024  # the most that deflate can pack


def check_sizes(entries: Sequence[zipfile.ZipInfo], path: Path, packed_bytes: int) -> None:
    """Refuse an archive that would fill the memory: a zip bomb, which is small and unpacks to far more.

    Python's reader stops at the size that is announced, so what is announced can be relied on.

    Parameters
    ----------
    entries : sequence of zipfile.ZipInfo
        Its members.
    path : Path
        For the message.
    packed_bytes : int
        Size of the archive.

    Raises
    ------
    ResourceLimit
    zipfile.BadZipFile
        If a member announces more than its packed bytes can hold.
    """
    for entry in entries:
        if entry.file_size > DEFLATE_RATIO * entry.compress_size + SMALL_BYTES:
            raise zipfile.BadZipFile(f"{entry.filename!r} announces more than it holds")
    total = sum(entry.file_size for entry in entries)
    allowed = min(MAX_BYTES, max(RATIO_COUNTS_FROM, MAX_RATIO * packed_bytes))
    if total > allowed or len(entries) > MAX_MEMBERS:
        raise ResourceLimit(
            f"{path} has {packed_bytes:,} bytes and unpacks to {total:,} in {len(entries):,} file(s), far more than such a file "
            "should: it would fill the memory. It was not opened. Get it again from whoever made it."
        )
