"""What decides the numbers of a case: the content of its files, the settings, the code. A stored case has such a key."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from radiobone.core.cluster import active_cluster
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
_Numbered = tuple[list[int], list[Case]]  # places of cases in the manifest, and the cases, all of one image
_Keys = tuple[list[int], list["CaseKey | None"]]
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
    state : str
        What the system said of the files before they were read: see ``is_as_read``.
    """

    image_digest: str
    mask_digest: str
    key: str
    state: str = ""


def engine_digest() -> str:
    """SHA-256 of the code between a file and its features: an edit is a new engine, whatever its version says."""
    return code_digest(ENGINE_PARTS)


def input_digest(path: Path) -> str:
    """Digest of all that is read for a path, computed once per run; what has changed is computed again."""
    begun_ns = time.time_ns()
    files, status = _files_of(path)
    state = _state_of(files, status)
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


def _files_of(path: Path) -> tuple[list[Path], list[os.stat_result]]:
    files = list(files_read(path))
    return files, [file.stat() for file in files]


def _state_of(files: Sequence[Path], status: Sequence[os.stat_result]) -> str:
    return content_digest(
        [
            (file, one.st_ino, one.st_mtime_ns, one.st_ctime_ns, one.st_size)
            for file, one in zip(files, status, strict=True)
        ]
    )


def _state(case: Case) -> str:
    return content_digest([_state_of(*_files_of(path)) for path in (case.image, case.mask)])


def is_as_read(case: Case, key: CaseKey | None) -> bool:
    """Tell whether the files of a case are those that its key was made of, as far as the system tells."""
    if key is None or not key.state:
        return True
    try:
        return _state(case) == key.state
    except (OSError, ValueError, RadioboneError):
        return False


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
        state = _state(case)
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
    return CaseKey(image, mask, content_digest(asked), state)


def case_keys(
    cases: Sequence[Case],
    settings: AnySettings,
    modality: str | None,
    repeats: RepeatTask | None = None,
    *,
    n_threads: int = 1,
    show_progress: bool = False,
    doing: str = "Reading files",
) -> list[CaseKey | None]:
    """Return the keys of several cases, in their order; several files are read at a time, each once.

    Inside ``on_cluster`` the workers read them.
    """
    by_image: dict[Path, list[int]] = {}
    for number, case in enumerate(cases):
        by_image.setdefault(case.image, []).append(number)
    pieces = [(numbers, [cases[number] for number in numbers]) for numbers in by_image.values()]
    work = partial(_keys_of_image, settings=settings, modality=modality, repeats=repeats)
    found: dict[int, CaseKey | None] = {}
    with (
        progress(doing, len(pieces), show=show_progress) as tell,
        closing(_each_image(work, pieces, n_threads)) as finished,
    ):
        for numbers, keys in finished:
            found.update(zip(numbers, keys, strict=True))
            tell(cases[numbers[0]].case_id)
    return [found[number] for number in range(len(cases))]


def _each_image(
    work: Callable[[_Numbered], _Keys], pieces: Sequence[_Numbered], n_threads: int
) -> Generator[_Keys, None, None]:
    cluster = active_cluster()
    if cluster is not None:
        yield from cluster.each(work, pieces, _unread)
        return
    threads = ThreadPoolExecutor(max_workers=n_threads)
    try:
        yield from threads.map(work, pieces)
    finally:
        threads.shutdown(cancel_futures=True)  # an interruption waits for files that are being read alone


def _keys_of_image(
    numbered: _Numbered, *, settings: AnySettings, modality: str | None, repeats: RepeatTask | None
) -> _Keys:
    numbers, cases = numbered
    digest = cache(input_digest)  # regions of one image share their files
    return numbers, [case_key(case, settings, modality, repeats, digest=digest) for case in cases]


def _unread(numbered: _Numbered) -> _Keys:
    """Stand for an image at which workers ended: it will fail by name."""
    return numbered[0], [None] * len(numbered[0])
