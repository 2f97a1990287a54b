"""Results of single regions on disk, trusted only if nothing that decides them has changed."""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from radiobone.core.entries import Entries
from radiobone.core.errors import RadioboneError
from radiobone.core.files import content_digest, file_digest, write_bytes
from radiobone.core.lazy import lazily
from radiobone.core.provenance import code_digest, package_version
from radiobone.features.definitions import AnySettings
from radiobone.io.case import Case, check_case_files
from radiobone.io.images import files_read
from radiobone.workflow.case_runner import Outcome
from radiobone.workflow.repeats import Repeat, RepeatTask

pillow = lazily("PIL.Image")

ENGINE_PARTS = ("core", "io", "imaging", "features", "workflow/case_runner.py", "workflow/repeats.py")
ENGINE_PACKAGES = (
    "radiobone", "numpy", "scipy", "SimpleITK", "PyWavelets", "pyradiomics", "pydicom", "pillow",
    "pylibjpeg", "pylibjpeg-libjpeg", "pylibjpeg-openjpeg", "pylibjpeg-rle", "pyjpegls", "python-gdcm",
)  # fmt: skip # the last are decoders that pydicom takes where they are installed
FileState = tuple[Path, int, int, int]  # name, times of change of content and of name, size


@dataclass(frozen=True)
class CaseKey:
    """What decides a case's numbers.

    Attributes
    ----------
    image_digest, mask_digest : str
        SHA-256 of the content; of a header and its data file, that of their two digests.
    key : str
        SHA-256 of these, the region asked for, the effective settings and the engine's versions.
    """

    image_digest: str
    mask_digest: str
    key: str


def engine_digest() -> str:
    """SHA-256 of the code between a file and its features: an edit is a new engine, whatever its version says."""
    return code_digest(ENGINE_PARTS)


@cache
def _digest_once(path: Path, state: tuple[FileState, ...]) -> str:
    files = [path] if path.is_dir() else [file for file, *_ in state]
    digests = [file_digest(file) for file in files]
    return digests[0] if len(digests) == 1 else content_digest(digests)


def input_digest(path: Path) -> str:
    """Digest of all that is read for a path, computed once per run; what has changed is computed again."""
    return _digest_once(path, tuple(_state(file) for file in files_read(path)))


def _state(file: Path) -> FileState:
    status = file.stat()
    return file, status.st_mtime_ns, status.st_ctime_ns, status.st_size


def case_key(
    case: Case, settings: AnySettings, modality: str | None, repeats: RepeatTask | None = None
) -> CaseKey | None:
    """Return the key of a case, or None if a file cannot be read (the case will then fail by name).

    The key of its repeats holds the plan too, and the patient's id, which decides what is drawn.
    """
    try:
        check_case_files(case)  # before anything outside the root, or no file at all, is read
        image, mask = input_digest(case.image), input_digest(case.mask)
    except (OSError, ValueError, RadioboneError):
        return None
    asked = {
        "image": image,
        "mask": mask,
        "roi": case.roi,
        "label": case.label,
        "modality": modality,
        "settings": settings.model_dump(mode="json"),
        "versions": {name: package_version(name) for name in ENGINE_PACKAGES},
        "engine": engine_digest(),
    }
    if repeats is not None:
        asked["repeats"] = {
            "plan": repeats.plan.model_dump(mode="json"),
            "patient": case.patient_id,
            "drawn": case.case_id in repeats.drawn,
        }
    return CaseKey(image, mask, content_digest(asked))


def case_keys(
    cases: Sequence[Case],
    settings: AnySettings,
    modality: str | None,
    repeats: RepeatTask | None = None,
    *,
    n_threads: int = 1,
) -> list[CaseKey | None]:
    """Return the keys of several cases, in their order; several files are read at a time, each once."""
    by_image: dict[Path, list[int]] = {}
    for number, case in enumerate(cases):
        by_image.setdefault(case.image, []).append(number)

    def of_one_image(numbers: list[int]) -> list[CaseKey | None]:
        return [case_key(cases[number], settings, modality, repeats) for number in numbers]

    found: dict[int, CaseKey | None] = {}
    with ThreadPoolExecutor(max_workers=n_threads) as threads:
        for numbers, keys in zip(
            by_image.values(), threads.map(of_one_image, by_image.values()), strict=True
        ):
            found.update(zip(numbers, keys, strict=True))
    return [found[number] for number in range(len(cases))]


class Cache:
    """One small file per case in ``folder``; damaged or foreign entries are computed anew."""

    def __init__(self, folder: Path) -> None:
        self.entries = Entries(folder)

    def load(self, key: str, case: Case) -> list[Outcome] | None:
        """Return what was stored for ``case``, or None."""
        content = self.entries.read(key)
        if content is None:
            return None
        try:
            return [_from_plain(plain, case) for plain in content]
        except (KeyError, TypeError, ValueError):
            return None

    def store(self, key: str, outcomes: list[Outcome]) -> None:
        """Keep the outcomes of one case; failures are not kept, so that they are tried again."""
        if any(outcome.status == "failed" for outcome in outcomes):
            return
        self.entries.write(key, [_to_plain(outcome) for outcome in outcomes])

    def count(self, keys: Collection[str]) -> int:
        """Return how many of ``keys`` have an entry."""
        return self.entries.count(keys)

    def prune(self, keys: Collection[str]) -> None:
        """Remove entries that no case of the manifest needs any more."""
        self.entries.prune(keys)


def _to_plain(outcome: Outcome) -> dict[str, Any]:
    plain = {name: value for name, value in asdict(replace(outcome, picture=None)).items() if name != "case"}
    picture = None if outcome.picture is None else png_bytes(outcome.picture).hex()
    plain["features"] = _pairs(outcome.features)
    plain["repeats"] = [{**asdict(one), "features": _pairs(one.features)} for one in outcome.repeats]
    return {**plain, "roi": outcome.case.roi, "warnings": list(outcome.warnings), "picture": picture}


def _from_plain(plain: dict[str, Any], case: Case) -> Outcome:
    content = dict(plain)
    roi = content.pop("roi")
    picture = content.pop("picture")
    pixels = None if picture is None else np.asarray(pillow.open(io.BytesIO(bytes.fromhex(picture))))
    content["warnings"] = tuple(content["warnings"])
    content["features"] = _features(content["features"])
    content["repeats"] = tuple(
        Repeat(**{**one, "features": _features(one["features"])}) for one in content["repeats"]
    )
    return Outcome(case=replace(case, roi=roi), picture=pixels, **content)


def _pairs(features: dict[str, float]) -> list[list[Any]]:
    return [list(pair) for pair in features.items()]  # JSON objects are written sorted


def _features(pairs: list[tuple[str, Any]]) -> dict[str, float]:
    return {name: float(value) for name, value in pairs}


def png_bytes(pixels: Any) -> bytes:
    """Encode an RGB picture as PNG; the smallest file would take ten times as long as one nearly as small."""
    buffer = io.BytesIO()
    pillow.fromarray(pixels).save(buffer, format="PNG")
    return buffer.getvalue()


def write_png(path: Path, pixels: Any) -> None:
    """Write an RGB picture as PNG, whole or not at all; see ``png_bytes``."""
    write_bytes(path, png_bytes(pixels))
