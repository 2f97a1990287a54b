"""Pieces of work in several processes; a process that the system ends costs its own piece alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import TypeVar

from joblib import Parallel, delayed, parallel_config
from joblib.externals.loky import ProcessPoolExecutor
from joblib.externals.loky.process_executor import TerminatedWorkerError

from radiobone.core.interruption import become_worker

Piece = TypeVar("Piece")
Found = TypeVar("Found")
DIED_TWICE = (
    "The system ended the worker process twice at this image, most often because memory ran out. "
    "Run again on a machine with more memory, or crop the image to the region."
)


def in_processes(
    work: Callable[[Piece], Found],
    pieces: Sequence[Piece],
    n_processes: int,
    died: Callable[[Piece], Found],
) -> Iterator[Found]:
    """Yield what comes of each piece, as it is finished.

    Parameters
    ----------
    work : callable
        What is done with a piece; it and the pieces go to other processes.
    pieces : sequence
        What is worked on.
    n_processes : int
        Worker processes.
    died : callable
        What stands for a piece whose process the system ended, twice.
    """
    finished: set[int] = set()
    tasks = (delayed(_numbered)(work, n, piece) for n, piece in enumerate(pieces))
    settings = parallel_config(
        backend="loky", inner_max_num_threads=1, initializer=become_worker, initargs=(os.getpid(),)
    )
    try:
        with settings:  # a pool takes them over when it is made
            pool = Parallel(n_jobs=min(n_processes, len(pieces)), return_as="generator_unordered")
            with closing(pool(tasks)) as found:
                for number, one in found:
                    finished.add(number)
                    yield one
    except TerminatedWorkerError:  # which piece ended the worker is not known: each once more, alone
        for piece in (piece for number, piece in enumerate(pieces) if number not in finished):
            yield _in_a_process_of_its_own(work, piece, died)


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
    if n_processes == 1 or len(pieces) < 2:
        return [work(piece) for piece in pieces]
    placed = list(enumerate(pieces))
    found = dict(
        in_processes(partial(_placed, work), placed, n_processes, lambda one: (one[0], died(one[1])))
    )
    return [found[place] for place in range(len(pieces))]


def _placed(work: Callable[[Piece], Found], placed: tuple[int, Piece]) -> tuple[int, Found]:
    return placed[0], work(placed[1])


def _numbered(work: Callable[[Piece], Found], number: int, piece: Piece) -> tuple[int, Found]:
    return number, work(piece)


def _in_a_process_of_its_own(
    work: Callable[[Piece], Found], piece: Piece, died: Callable[[Piece], Found]
) -> Found:
    with ProcessPoolExecutor(max_workers=1, initializer=become_worker, initargs=(os.getpid(),)) as process:
        try:
            found: Found = process.submit(work, piece).result()
        except TerminatedWorkerError:
            return died(piece)
        except KeyboardInterrupt:
            process.shutdown(kill_workers=True)
            raise
    return found
