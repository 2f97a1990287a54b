"""What decides the numbers of a case: the content of its files, the settings, the code. A stored case has such a key."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from radiobone.core.errors import RadioboneError
from radiobone.core.files import content_digest, file_digest
from radiobone.core.progress import progress
from radiobone.core.provenance import code_digest, package_version
from radiobone.features.definitions import AnySettings
from radiobone.io.case import Case, check_case_files
from radiobone.io.images import files_read
from radiobone.workflow.repeats import RepeatTask

ENGINE_PARTS = ("core", "io", "imaging", "features", "workflow/case_runner.py", "workflow/repeats.py")
ENGINE_PACKAGES = (
    "radiobone", "numpy", "scipy", "SimpleITK", "PyWavelets", "numba", "llvmlite", "pyradiomics", "pydicom",
    "pillow", "pylibjpeg", "pylibjpeg-libjpeg", "pylibjpeg-openjpeg", "pylibjpeg-rle", "pyjpegls", "python-gdcm",
)  # fmt: skip # the last are decoders that pydicom takes where they are installed
SETTLED_NS = 2_000_000_000  # clocks of file systems are this coarse: a younger file may change unseen
MOST_DIGESTS = 100_000
_digests: dict[Path, tuple[str, str]] = {}  # of each path: the state of its files, and their digest


@dataclass(frozen=True)
class CaseKey:
    """What decides a case's numbers.

    Attributes
    ----------
    image_digest, mask_digest : str
        SHA-256 of the content; of a header and its data file, that of their two digests.
    key : str
        SHA-256 of these, the region asked for, the effective settings, the engine's versions and the kind of machine.
    """

    image_digest: str
    mask_digest: str
    key: str


def engine_digest() -> str:
    """SHA-256 of the code between a file and its features: an edit is a new engine, whatever its version says."""
    return code_digest(ENGINE_PARTS)


def input_digest(path: Path) -> str:
    """Digest of all that is read for a path, computed once per run; what has changed is computed again."""
    begun_ns = time.time_ns()
    files = list(files_read(path))
    status = [file.stat() for file in files]
    state = content_digest(
        [
            (file, one.st_ino, one.st_mtime_ns, one.st_ctime_ns, one.st_size)
            for file, one in zip(files, status, strict=True)
        ]
    )
    known = _digests.get(path)
    if known is not None and known[0] == state:
        return known[1]
    digests = [file_digest(file) for file in ([path] if path.is_dir() else files)]
    found = digests[0] if len(digests) == 1 else content_digest(digests)
    youngest_ns = max((max(one.st_mtime_ns, one.st_ctime_ns) for one in status), default=begun_ns)
    if begun_ns - youngest_ns > SETTLED_NS:
        if len(_digests) >= MOST_DIGESTS:
            _digests.clear()
        _digests[path] = (state, found)
    return found


def case_key(
    case: Case,
    settings: AnySettings,
    modality: str | None,
    repeats: RepeatTask | None = None,
    *,
    digest: Callable[[Path], str] = input_digest,
) -> CaseKey | None:
    """Return the key of a case, or None if a file cannot be read (the case will then fail by name).

    The key of its repeats holds the plan too, and the patient's id, which decides what is drawn.
    """
    try:
        check_case_files(case)  # before anything outside the root, or no file at all, is read
        image, mask = digest(case.image), digest(case.mask)
    except (OSError, ValueError, RadioboneError):
        return None
    asked = {
        "image": image,
        "mask": mask,
        "roi": case.roi,
        "label": case.label,
        "modality": modality,
        "settings": settings.model_dump(mode="json"),
        "machine": [platform.system(), platform.machine()],
        "versions": {name: package_version(name) for name in ENGINE_PACKAGES},
        "engine": engine_digest(),
    }
    if case.concealed is not None:  # messages are kept too
        asked["pseudonym"] = case.patient_id
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
    show_progress: bool = False,
) -> list[CaseKey | None]:
    """Return the keys of several cases, in their order; several files are read at a time, each once."""
    by_image: dict[Path, list[int]] = {}
    for number, case in enumerate(cases):
        by_image.setdefault(case.image, []).append(number)

    def of_one_image(numbers: list[int]) -> list[CaseKey | None]:
        digest = cache(input_digest)  # regions of one image share their files
        return [case_key(cases[number], settings, modality, repeats, digest=digest) for number in numbers]

    found: dict[int, CaseKey | None] = {}
    threads = ThreadPoolExecutor(max_workers=n_threads)
    try:
        with progress("Comparing files with the last run", len(by_image), show=show_progress) as tell:
            for numbers, keys in zip(
                by_image.values(), threads.map(of_one_image, by_image.values()), strict=True
            ):
                found.update(zip(numbers, keys, strict=True))
                tell(cases[numbers[0]].case_id)
    finally:
        threads.shutdown(cancel_futures=True)  # an interruption waits for files that are being read alone
    return [found[number] for number in range(len(cases))]
