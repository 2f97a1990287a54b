"""Scans that were measured, kept on disk, and trusted only if nothing that decides them has changed."""

from __future__ import annotations

import io
import platform
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from radiobone.core.entries import Entries
from radiobone.core.errors import RadioboneError
from radiobone.core.files import content_digest
from radiobone.core.lazy import lazily
from radiobone.core.provenance import code_digest, package_version
from radiobone.workflow.bone.scan_runner import BoneTask, ScanOutcome
from radiobone.workflow.bone.scans import Scan
from radiobone.workflow.cache import ENGINE_PACKAGES, ENGINE_PARTS, input_digest
from radiobone.workflow.png_files import png_bytes

pillow = lazily("PIL.Image")
PARTS = (*ENGINE_PARTS, "workflow/bone")


def engine_digest() -> str:
    """SHA-256 of the code between the files of a scan and its rows."""
    return code_digest(PARTS)


def scan_key(scan: Scan, task: BoneTask) -> str | None:
    """Return the key of what decides a scan's rows; None if a file cannot be read (the scan will then fail by name)."""
    try:
        scan.check_files()
        files = [scan.case.image, scan.case.mask, *([scan.bodies] if scan.bodies else [])]
        digests = [input_digest(path) for path in files]
    except (OSError, ValueError, RadioboneError):
        return None
    asked: dict[str, Any] = {
        "files": digests,
        "names": [path.name for path in files],  # a folder of masks, or a label map, is told by its name
        "levels": scan.levels,
        "facts": asdict(scan.facts),
        "task": asdict(task),
        "machine": [platform.system(), platform.machine()],
        "versions": {name: package_version(name) for name in ENGINE_PACKAGES},
        "engine": engine_digest(),
    }
    if scan.case.concealed is not None:  # messages are kept too
        asked["pseudonym"] = scan.case.patient_id
    return content_digest(asked)


class ScanCache:
    """One small file per scan in ``folder``; damaged or foreign entries are measured anew."""

    def __init__(self, folder: Path) -> None:
        self.entries = Entries(folder)

    def load(self, key: str, scan: Scan) -> ScanOutcome | None:
        """Return what was stored for ``scan``, or None."""
        content = self.entries.read(key)
        try:
            return None if content is None else _from_plain(content, scan)
        except (KeyError, TypeError, ValueError):
            return None

    def store(self, key: str, outcome: ScanOutcome) -> None:
        """Keep an outcome; a failure is not kept, so that it is tried again."""
        if not outcome.code:
            self.entries.write(key, _to_plain(outcome))

    def count(self, keys: Collection[str]) -> int:
        """Return how many of ``keys`` have an entry."""
        return self.entries.count(keys)

    def prune(self, keys: Collection[str]) -> None:
        """Remove entries that no scan needs any more."""
        self.entries.prune(keys)


def _to_plain(outcome: ScanOutcome) -> dict[str, Any]:
    return {
        "warnings": list(outcome.warnings),
        "levels": [list(map(list, row.items())) for row in outcome.levels],  # JSON objects are written sorted
        "patient": list(map(list, outcome.patient.items())),
        "pictures": [[name, png_bytes(pixels).hex()] for name, pixels in outcome.pictures.items()],
    }


def _from_plain(plain: dict[str, Any], scan: Scan) -> ScanOutcome:
    return ScanOutcome(
        scan,
        warnings=tuple(plain["warnings"]),
        levels=tuple(dict(row) for row in plain["levels"]),
        patient=dict(plain["patient"]),
        pictures={
            name: np.asarray(pillow.open(io.BytesIO(bytes.fromhex(pixels))))
            for name, pixels in plain["pictures"]
        },
    )
