"""Work on the workers of a dask cluster instead of processes of this machine, while a block runs."""

from __future__ import annotations

import logging
import queue
import secrets
import sys
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

from radiobone.core.cluster_probe import probe
from radiobone.core.cluster_worker import Expected, check_here, do_packed, versions_here
from radiobone.core.counting import counted
from radiobone.core.errors import BadSetting, MissingExtra, RadioboneError, SchedulerLost, WorkerMismatch
from radiobone.core.output_lock import holding_outputs
from radiobone.core.outputs import prepare_folder

Piece = TypeVar("Piece")
Found = TypeVar("Found")
PROTOCOLS = ("tcp://", "tls://", "ws://", "wss://", "ucx://", "inproc://")
CONNECT_S = 8.0
ANSWER_S = 30.0
CLOSE_S = 2.0
FIRST_WORKER_S = 600.0
WITHOUT_WORKERS_S = 120.0
SECONDS_BETWEEN_LOOKS = 5.0
AT_A_TIME = 2
"""Pieces of work that are sent for each worker: one to do, and one that is there when it is done."""
_ACTIVE: ContextVar[Cluster | None] = ContextVar("cluster", default=None)


def active_cluster() -> Cluster | None:
    """Return the cluster that works are sent to, or None: they are done on this machine."""
    return _ACTIVE.get()


@contextmanager
def on_cluster(scheduler: str | Path, *, output: str | Path, show: bool = True) -> Iterator[Cluster]:
    """Send the images of an extraction and the folds of an evaluation to a dask cluster, while the block runs.

    Whoever can speak to the scheduler can run code on the workers and in this process: see ``docs/clusters.md``.

    Parameters
    ----------
    scheduler : str or path
        Address such as ``tcp://host:8786`` or ``tls://host:8786``, or dask's scheduler file.
    output : path
        Folder that is written to; made if it is not there. All workers must see it under this path.
    show : bool
        Whether to say which cluster it is.

    Raises
    ------
    MissingExtra
        If dask is not installed.
    BadSetting
        If ``scheduler`` is neither an address nor a file.
    SchedulerLost
        If it does not answer, or has no workers.
    WorkerMismatch
        If a worker has other versions, does several tasks at a time, or does not see the output.
    OutputLocked
        If another run writes into the output.
    """
    how = _how_to_connect(scheduler)
    folder = prepare_folder(output)
    with holding_outputs(), _quiet(), probe(folder) as expected, _connected(how) as client:
        cluster = Cluster(client, expected)
        cluster.wait_for_workers(show=show)
        cluster.check_workers()
        if show:
            print(f"Working on {counted(cluster.n_workers(), 'worker')} of {scheduler}.", file=sys.stderr)
        token = _ACTIVE.set(cluster)
        try:
            yield cluster
        finally:
            _ACTIVE.reset(token)


class Cluster:
    """Workers of a scheduler, which have been checked.

    Parameters
    ----------
    client : distributed.Client
    expected : Expected
        What workers must have in common with this process.
    """

    def __init__(self, client: Any, expected: Expected) -> None:
        self._client, self._expected = client, expected
        self._name, self._n_sent = secrets.token_hex(4), 0
        self._seen = monotonic()

    def each(
        self, work: Callable[[Piece], Found], pieces: Iterable[Piece], died: Callable[[Piece], Found]
    ) -> Generator[Found, None, None]:
        """Yield what comes of each piece, as it is finished; only a few pieces more than there are workers are sent at a time.

        Parameters
        ----------
        work : callable
            What is done with a piece; it and the pieces go to the workers.
        pieces : iterable
            What is worked on.
        died : callable
            What stands for a piece at which one worker after the other died.

        Raises
        ------
        SchedulerLost
            If the scheduler is gone, or no worker is left.
        """
        coming, held = iter(pieces), dict[Any, Piece]()
        done: queue.SimpleQueue[Any] = queue.SimpleQueue()
        try:
            self._send(work, islice(coming, self._room()), held, done)
            while held:
                future = self._next(done)
                piece = held.pop(future)
                yield self._answer(future, piece, died)
                del future
                self._send(work, islice(coming, max(self._room() - len(held), 0)), held, done)
        finally:
            with suppress(Exception):  # the scheduler may be gone
                self._client.cancel(list(held), force=True)

    def n_workers(self) -> int:
        """Return how many workers there are now."""
        return len(self._asked(self._client.nthreads))

    def wait_for_workers(self, *, show: bool) -> None:
        """Wait until there is a worker, as when a queue of a cluster starts them later.

        Raises
        ------
        SchedulerLost
        """
        if show and not self.n_workers():
            print(f"Waiting up to {FIRST_WORKER_S / 60:.0f} minutes for a worker …", file=sys.stderr)
        try:
            self._client.wait_for_workers(1, timeout=FIRST_WORKER_S)
        except TimeoutError as error:
            raise SchedulerLost(
                f"The scheduler has had no worker for {FIRST_WORKER_S / 60:.0f} minutes. Start some (dask worker ADDRESS "
                "--nworkers N --nthreads 1), see whether their log says why they do not connect, and run the same command again."
            ) from error

    def check_workers(self) -> None:
        """Check the scheduler and all workers that there are; those that come later are checked at their first piece.

        Raises
        ------
        WorkerMismatch
        """
        try:
            self._client.submit(versions_here, pure=False).result(timeout=ANSWER_S)
        except RuntimeError as error:
            raise WorkerMismatch(
                f"The scheduler cannot pass on work of radiobone: {error} Start it in the same environment or container as "
                "the workers, with radiobone installed."
            ) from error
        for address, n_threads in self._asked(self._client.nthreads).items():
            try:
                self._client.run(check_here, self._expected, n_threads, workers=[address])
            except WorkerMismatch as error:
                raise WorkerMismatch(f"{error} (The worker is {address}.)") from error
            except RadioboneError:
                raise
            except Exception as error:
                raise WorkerMismatch(
                    f"The worker {address} cannot run radiobone: {type(error).__name__}: {error}. Install the same radiobone "
                    "in the environment or container that the workers run in, and start them anew."
                ) from error

    def _send(
        self, work: Callable[[Piece], Found], some: Iterable[Piece], held: dict[Any, Piece], done: Any
    ) -> None:
        from distributed.protocol.pickle import dumps

        for piece in some:
            self._n_sent += 1
            name = (f"radiobone-{self._name}", self._n_sent)  # one group of tasks, however many
            future = self._client.submit(
                do_packed, dumps((work, piece)), self._expected, key=name, pure=False
            )
            held[future] = piece
            future.add_done_callback(done.put)

    def _room(self) -> int:
        """How many pieces may be with the workers at a time."""
        if monotonic() - self._seen > SECONDS_BETWEEN_LOOKS or not hasattr(self, "_n_workers"):
            self._seen, self._n_workers = monotonic(), self.n_workers()
        return AT_A_TIME * max(self._n_workers, 1)

    def _next(self, done: Any) -> Any:
        """Wait for a piece that is finished, as long as there is somebody who could finish one."""
        alone_since = None
        while True:
            try:
                return done.get(timeout=SECONDS_BETWEEN_LOOKS)
            except queue.Empty:
                alone_since = None if self.n_workers() else (alone_since or monotonic())
                if alone_since is not None and monotonic() - alone_since > WITHOUT_WORKERS_S:
                    raise SchedulerLost(
                        f"No worker has been left for {WITHOUT_WORKERS_S / 60:.0f} minutes. What is finished is kept. See why they "
                        "ended (memory, time limit of a job), start workers, and run the same command again."
                    ) from None

    def _answer(self, future: Any, piece: Piece, died: Callable[[Piece], Found]) -> Found:
        from distributed import CancelledError, KilledWorker

        try:
            found: Found = future.result()
        except KilledWorker:
            return died(piece)
        except (CancelledError, OSError) as error:
            if isinstance(error, OSError) and future.status == "error":
                raise  # the work's own
            raise _lost() from error
        return found

    def _asked(self, question: Callable[[], Any]) -> Any:
        """Ask the scheduler something that it can always answer."""
        try:
            if self._client.status in ("running", "newly-created"):
                return question()
        except (OSError, RuntimeError, ValueError, TimeoutError) as error:
            raise _lost() from error
        raise _lost()


def _lost() -> SchedulerLost:
    return SchedulerLost(
        "The connection to the scheduler was lost. What is finished is kept. See whether it still runs, start it and its workers "
        "anew if not, and run the same command again."
    )


def _how_to_connect(scheduler: str | Path) -> dict[str, Any]:
    if find_spec("distributed") is None:
        raise MissingExtra(
            "Work on a cluster needs dask.distributed, which is not installed. Install it here and for the workers "
            "(pip install 'radiobone[dask]'), or leave --scheduler out and work on this machine."
        )
    if str(scheduler).startswith(PROTOCOLS):
        return {"address": str(scheduler)}
    if Path(scheduler).is_file():
        return {"scheduler_file": str(scheduler)}
    raise BadSetting(
        f"'{scheduler}' is neither the address of a dask scheduler ({', '.join(PROTOCOLS[:2])}HOST:8786) nor a scheduler file "
        "that is there. `dask scheduler` prints its address when it starts, and writes a file with --scheduler-file FILE."
    )


@contextmanager
def _connected(how: dict[str, Any]) -> Iterator[Any]:
    import dask

    kind = _client_class()  # dask's settings of it are there from here on, and stay when ours are taken back
    large = {"distributed.admin.large-graph-warning-threshold": "1TB"}  # a fold carries its training rows
    with dask.config.set(large):
        try:
            client = kind(**how, timeout=CONNECT_S, set_as_default=False, name="radiobone")
        except (OSError, TimeoutError, ValueError) as error:
            raise SchedulerLost(
                f"No dask scheduler answers at {how.get('address') or how['scheduler_file']} ({error}). See that it runs, that the "
                "address and port are right and not behind a firewall, and for tls:// that the certificates are configured."
            ) from error
        try:
            yield client
        finally:
            client.close()


def _client_class() -> Any:
    """Return dask's client, which ends soon and silently also where it was interrupted before it was connected."""
    from distributed import Client

    class SoonClosed(Client):
        def close(self, timeout: float = CLOSE_S) -> None:
            with suppress(Exception):  # the scheduler may be gone
                super().close(timeout=timeout)

    return SoonClosed


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep dask's own log off the terminal, where one sentence says what is wrong."""
    logs = [logging.getLogger(name) for name in ("distributed", "distributed.client")]
    before = [log.level for log in logs]
    for log in logs:
        log.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=UserWarning, module=r"distributed\.")
            yield
    finally:
        for log, level in zip(logs, before, strict=True):
            log.setLevel(level)
