"""Pieces of work in several processes, or on a cluster; a process that the system ends, or that exceeds a limit, costs its own piece alone."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Generic, TypeVar

from radiobone.core.cluster import active_cluster
from radiobone.core.errors import ResourceLimit, WorkerDied
from radiobone.core.memory import resident_bytes
from radiobone.workflow.workers import Worker, first_to_tell, given_back, taken

Piece = TypeVar("Piece")
Found = TypeVar("Found")
SECONDS_BETWEEN_LOOKS = 0.5
SECONDS_TO_START = 600.0
MOST_FALSE_STARTS = 3
MOST_DEATHS = 8
DIED_TWICE = (
    "The system ended the worker process twice at this image, most often because memory ran out. "
    "Run again on a machine with more memory, or crop the image to the region."
)


@dataclass(frozen=True)
class Limits(Generic[Piece, Found]):
    """What one part of a piece may take, and what becomes of it beyond.

    Attributes
    ----------
    case_s : float or None
        Time between two signs of life (``worker_process.at``).
    case_bytes : int or None
        Memory of the process.
    refused : callable
        What stands for a piece that took more.
    """

    case_s: float | None
    case_bytes: int | None
    refused: Callable[[Piece, ResourceLimit], Found]


@dataclass
class _Sent(Generic[Piece]):
    """A piece in a worker."""

    piece: Piece
    worker: Worker
    since_s: float
    begun: bool = False
    working: bool = False
    place: int = 0


Split = Callable[[Piece, int], tuple[list[Piece], Piece]]


def in_processes(
    work: Callable[[Piece], Found],
    pieces: Sequence[Piece],
    n_processes: int,
    died: Callable[[Piece], Found],
    *,
    limits: Limits[Piece, Found] | None = None,
    split: Split[Piece] | None = None,
) -> Iterator[Found]:
    """Yield what comes of each piece, as it is finished; inside ``on_cluster`` the pieces go to its workers.

    Parameters
    ----------
    work : callable
        What is done with a piece; it and the pieces go to other processes.
    pieces : sequence
        What is worked on.
    n_processes : int
        Worker processes.
    died : callable
        What stands for a piece whose process the system ended, twice: among others, and when it was tried again alone.
    limits : Limits, optional
        Beyond them a process is ended, and its piece is not tried again. Workers of a cluster have their own.
    split : callable, optional
        Given a piece and the part of it that a worker was at (``worker_process.at``), returns the other parts, to be
        worked on as before, and that part alone. Without it a piece stands or falls as a whole.

    Raises
    ------
    WorkerDied
        If worker processes end before they begin to work, or at every piece.
    """
    cluster = active_cluster()
    if cluster is not None:
        yield from cluster.each(work, pieces, died)
        return
    pool = _Pool(work, died, limits, split)
    try:
        yield from pool.together(deque(pieces), n_processes)
        yield from pool.alone()
    finally:
        pool.close()


class _Pool(Generic[Piece, Found]):
    def __init__(
        self,
        work: Callable[[Piece], Found],
        died: Callable[[Piece], Found],
        limits: Limits[Piece, Found] | None,
        split: Split[Piece] | None,
    ) -> None:
        self._work, self._died, self._limits = work, died, limits
        self._split = split or _whole
        self._sent: list[_Sent[Piece]] = []
        self._suspects: list[Piece] = []
        self._false_starts = self._deaths = 0
        self._any_done = False

    def together(self, queue: deque[Piece], n_processes: int) -> Iterator[Found]:
        """Work on the pieces side by side; those at which a process ended are set aside."""
        while queue or self._sent:
            while queue and len(self._sent) < n_processes:
                self._send(queue.popleft())
            first_to_tell([one.worker for one in self._sent], self._pause_s)
            for one in list(self._sent):
                yield from self._heard(one, queue)

    def alone(self) -> Iterator[Found]:
        """Try each piece that was set aside once more, one at a time."""
        while self._suspects:
            suspect = self._suspects.pop(0)
            yield from self.together(deque([suspect]), 1)
            if self._suspects and self._suspects[-1] is suspect:
                self._suspects.pop()
                self._deaths += 1
                if self._deaths >= MOST_DEATHS and not self._any_done:
                    raise WorkerDied(
                        f"Worker processes were ended at each of the first {MOST_DEATHS} images, so something is wrong with this "
                        "machine or installation and not with the images. Try `radiobone selftest`, or --jobs 1."
                    )
                yield self._died(suspect)

    def close(self) -> None:
        """End the processes that are at work."""
        for one in self._sent:
            one.worker.end()
        self._sent.clear()

    @property
    def _pause_s(self) -> float | None:
        return None if self._limits is None else SECONDS_BETWEEN_LOOKS

    def _send(self, piece: Piece) -> None:
        one = _Sent(piece, taken(), monotonic())
        self._sent.append(one)
        one.worker.send(self._work, piece)

    def _heard(self, one: _Sent[Piece], queue: deque[Piece]) -> Iterator[Found]:
        """Take what a worker has to say, look whether it is alive, and whether it keeps to its limits."""
        try:
            while one.worker.connection.poll():
                kind, content = one.worker.received()
                one.since_s = monotonic()
                if kind == "begun":
                    one.begun, self._false_starts = True, 0
                elif kind == "at":
                    one.working = True
                    one.place = one.place if content is None else content
                else:
                    self._sent.remove(one)
                    given_back(one.worker)
                    if kind == "failed":
                        raise content[0] from content[1]
                    self._any_done = True
                    yield content
                    return
        except (EOFError, OSError):
            self._lost(one, queue)
            return
        excess = self._excess(one)
        if excess is not None and self._limits is not None:
            rest, part = self._without(one)
            queue.extend(rest)
            yield self._limits.refused(part, excess)

    def _lost(self, one: _Sent[Piece], queue: deque[Piece]) -> None:
        """Set aside the piece at which a worker was ended; if it had not begun, the piece is not to blame."""
        rest, part = self._without(one)
        if one.begun:
            queue.extend(rest)
            self._suspects.append(part)
            return
        queue.appendleft(one.piece)
        self._false_starts += 1
        if self._false_starts > MOST_FALSE_STARTS:
            raise WorkerDied(
                f"Worker processes end before they begin to work: {self._false_starts} in a row. Memory or the number of "
                "processes may be limited. Run again with fewer --jobs."
            )

    def _without(self, one: _Sent[Piece]) -> tuple[list[Piece], Piece]:
        self._sent.remove(one)
        one.worker.end()
        return self._split(one.piece, one.place) if one.begun else ([], one.piece)

    def _excess(self, one: _Sent[Piece]) -> ResourceLimit | None:
        if self._limits is None or not one.begun:
            return None
        spent_s, most_s, most = monotonic() - one.since_s, self._limits.case_s, self._limits.case_bytes
        if most_s is not None and not one.working:  # imports what the work needs, on a busy machine for long
            most_s = max(most_s, SECONDS_TO_START)
        if most_s is not None and spent_s > most_s:
            return ResourceLimit(
                f"It took more than {most_s / 60:g} minutes and was stopped; the other cases go on. If it may take longer, give more "
                "with --case-minutes; else crop the image to the region, or use larger voxels."
            )
        used = 0 if most is None else resident_bytes(one.worker.process_id)
        if most is not None and used > most:
            return ResourceLimit(
                f"Its process took {used / 1e9:.2g} GB of memory, where {most / 1e9:.2g} GB are allowed, and was stopped; the other "
                "cases go on. Give more with --case-memory and fewer --jobs, crop the image to the region, or use larger voxels."
            )
        return None


def _whole(piece: Piece, _place: int) -> tuple[list[Piece], Piece]:
    return [], piece


def is_alone(n_processes: int, n_pieces: int) -> bool:
    """Tell whether pieces are done in this process: there is no cluster, and one process or one piece."""
    return active_cluster() is None and (n_processes == 1 or n_pieces < 2)


def workers(n_processes: int) -> int:
    """Return how many pieces are done at a time."""
    cluster = active_cluster()
    return n_processes if cluster is None else cluster.n_workers()


def in_order(
    work: Callable[[Piece], Found],
    pieces: Sequence[Piece],
    n_processes: int,
    died: Callable[[Piece], Found],
) -> list[Found]:
    """Return what comes of each piece, in their order; in this process where one is asked for or there is one piece.

    Parameters
    ----------
    work, pieces, n_processes, died
        As ``in_processes`` takes them.
    """
    if is_alone(n_processes, len(pieces)):
        return [work(piece) for piece in pieces]
    placed = list(enumerate(pieces))
    found = dict(
        in_processes(partial(_placed, work), placed, n_processes, lambda one: (one[0], died(one[1])))
    )
    return [found[place] for place in range(len(pieces))]


def _placed(work: Callable[[Piece], Found], placed: tuple[int, Piece]) -> tuple[int, Found]:
    return placed[0], work(placed[1])
