"""A model that is loaded once and asked by many threads: every request ends in an outcome, none in an exception."""

from __future__ import annotations

import math
import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as OutOfTime
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from types import TracebackType
from typing import Any, Self

import numpy as np

from radiobone.core.errors import (
    BadSetting,
    RadioboneError,
    ResourceLimit,
    ServiceBusy,
    UnexpectedError,
)
from radiobone.core.memory import memory_allowed
from radiobone.core.warnings import collected
from radiobone.evaluation.certainty import Zone
from radiobone.io.images import files_read
from radiobone.workflow.compiling import compile_kernels
from radiobone.workflow.hospital.region import ScoredRegion
from radiobone.workflow.scorer import Scorer, load_model
from radiobone.workflow.single import ImageLike

GIGABYTE = 1 << 30


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of one request.

    Attributes
    ----------
    code : str
        "ok", or the code of an error.
    message : str
        Of the error, for a person; empty where there is none.
    scored : ScoredRegion or None
        None where there is an error.
    seconds : float
        From the request to the outcome, waiting included.
    """

    code: str
    message: str
    scored: ScoredRegion | None
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether there is a score."""
        return self.scored is not None

    def plain(self) -> dict[str, Any]:
        """Return plain data that JSON can hold: the columns of ``Scorer.score``, or code and message."""
        if self.scored is None:
            return {"ok": False, "code": self.code, "message": self.message}
        return {"ok": True, **{name: _plain(value) for name, value in self.scored.row.items()}}


class ScoringService:
    """Scores regions with one model, in as many threads as ask.

    The model is read and checked, kernels are compiled and the engine is compared with that of the training images when
    the service is made: what is wrong then is raised. Afterwards nothing is raised: ``score`` gives an outcome. Scores
    of many threads are those of one to the bit, and a warning is told with the image that it is of. The service sets
    nothing that belongs to the whole process.

    Parameters
    ----------
    model : path or Scorer
    at_once : int
        Regions that are measured at the same time; further requests wait.
    wait_seconds : float
        How long a request waits for its turn before it is told ``ServiceBusy``.
    limit_seconds : float
        How long a score may take before the request is told ``ResourceLimit``. Python cannot stop a thread: the work
        goes on, and counts as one of those at once, until it ends by itself.
    limit_bytes : int
        Largest size of the files of an image, and of a mask.
    memory_bytes : int, optional
        What one score may take, as far as can be told before an image is unpacked.
    grey_zone : (low, high), optional
        Probabilities between which no answer is wanted.

    Raises
    ------
    FileMissing, UntrustedModel, FeatureMismatch, SettingsMismatch, BadSetting
        If the model cannot score images here.
    """

    def __init__(
        self,
        model: str | Path | Scorer,
        *,
        at_once: int = 2,
        wait_seconds: float = 10.0,
        limit_seconds: float = 60.0,
        limit_bytes: int = 4 * GIGABYTE,
        memory_bytes: int | None = None,
        grey_zone: Zone | None = None,
    ) -> None:
        if at_once < 1 or not (wait_seconds >= 0 and limit_seconds > 0 and limit_bytes > 0):
            raise BadSetting(
                f"at_once={at_once}, wait_seconds={wait_seconds}, limit_seconds={limit_seconds}, limit_bytes={limit_bytes}: a "
                "service needs at least one region at once and limits above 0."
            )
        self.scorer = model if isinstance(model, Scorer) else load_model(model, grey_zone=grey_zone)
        self.at_once, self.wait_seconds, self.limit_seconds = at_once, wait_seconds, limit_seconds
        self.limit_bytes, self.memory_bytes = limit_bytes, memory_bytes
        compile_kernels(show=True)
        self.scorer.check_engine()
        self._is_closed = False
        self._turns = BoundedSemaphore(at_once)
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="radiobone-score")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Take no more requests and wait for those at work."""
        self._is_closed = True
        self._threads.shutdown(wait=True)

    def score(
        self, /, image: ImageLike, mask: ImageLike, *, label: int | str | None = None, **clinical: Any
    ) -> Outcome:
        """Score one region of one image; arguments as for ``Scorer.score``. Nothing is raised."""
        start = time.monotonic()
        try:
            scored = self._in_turn(image, mask, label, clinical)
            code, message = "ok", ""
        except RadioboneError as error:
            scored, code, message = None, error.code, str(error)
        except Exception as error:  # noqa: BLE001 - a request ends in an outcome, whatever happened
            told = UnexpectedError.of(error)
            scored, code, message = None, told.code, str(told)
        return Outcome(code, message, scored, time.monotonic() - start)

    def _in_turn(
        self, image: ImageLike, mask: ImageLike, label: int | str | None, clinical: dict[str, Any]
    ) -> ScoredRegion:
        if self._is_closed:
            raise ServiceBusy("The service is closed and takes no more requests. Ask another one.")
        if not self._turns.acquire(timeout=self.wait_seconds):
            raise ServiceBusy(
                f"{self.at_once} score(s) are being made and none was finished within {self.wait_seconds:g} s. Ask again later, or run "
                "more at once."
            )
        try:
            work: Future[ScoredRegion] = self._threads.submit(self._score, image, mask, label, clinical)
        except BaseException:
            self._turns.release()
            raise
        work.add_done_callback(lambda _done: self._turns.release())
        try:
            return work.result(timeout=self.limit_seconds)
        except OutOfTime:
            raise ResourceLimit(
                f"The score was not made within {self.limit_seconds:g} s. The image may be far larger than those of the training; cut it "
                "to the region, or allow more time."
            ) from None

    def _score(
        self, image: ImageLike, mask: ImageLike, label: int | str | None, clinical: dict[str, Any]
    ) -> ScoredRegion:
        for what, one in (("image", image), ("mask", mask)):
            self._check_size(what, one)
        with memory_allowed(self.memory_bytes), collected():  # warnings are in the row
            return self.scorer.score_region(image, mask, label=label, **clinical)

    def _check_size(self, what: str, one: ImageLike) -> None:
        if not isinstance(one, (str, Path)):
            return
        if not str(one).strip():
            raise BadSetting(f"The {what} has no path.")
        if not Path(one).exists():
            return
        size = sum(path.stat().st_size for path in files_read(Path(one)))
        if size > self.limit_bytes:
            raise ResourceLimit(
                f"The files of the {what} hold {size} bytes, and the service takes {self.limit_bytes}. Cut the image, or raise limit_bytes."
            )


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
