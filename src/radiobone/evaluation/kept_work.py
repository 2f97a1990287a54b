"""Pieces of a long computation, each kept as soon as it is done and not done again by the next run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from radiobone.core.entries import Entries
from radiobone.core.interruption import saying_what_is_kept
from radiobone.core.progress import progress
from radiobone.evaluation.parallel import run_all


@dataclass(frozen=True)
class Pieces:
    """Pieces of work of one kind.

    Attributes
    ----------
    title : str
        What they make, as progress shows it.
    unit : str
        What one is called, in the plural.
    folder : Path or None
        Where finished pieces are kept, apart from those of other kinds; None if nowhere.
    """

    title: str
    unit: str = "folds"
    folder: Path | None = None

    def done(
        self,
        work: Callable[..., Any],
        task: Callable[[int], tuple[Any, ...]],
        keys: Sequence[str],
        *,
        jobs: int,
        show_progress: bool,
    ) -> list[Any]:
        """Take what an earlier run kept, and compute and keep the rest.

        Parameters
        ----------
        work : callable
            A function at module level, which returns plain data.
        task : callable
            From the number of a piece to the arguments of ``work``; called for missing pieces alone.
        keys : sequence of str
            One per piece: a digest of all that decides it. Pieces of other keys are removed once all of these are done.
        jobs : int
            Processes.
        show_progress : bool

        Raises
        ------
        Interrupted
            If the user stops it and finished pieces are kept.
        """
        store = None if self.folder is None else Entries(self.folder)
        read = {at: None if store is None else store.read(key) for at, key in enumerate(keys)}
        found: dict[int, list[Any]] = {at: one for at, one in read.items() if isinstance(one, list)}
        missing = [at for at in range(len(keys)) if at not in found]
        if show_progress and found:
            print(
                f"{self.title}: {len(found)} of {len(keys)} {self.unit} are kept from the last run.",
                file=sys.stderr,
            )

        def tasks() -> Iterator[tuple[Any, ...]]:
            for at in missing:
                yield work, task(at), store, keys[at]

        kept = (
            None if store is None else lambda: f"{self.title}: {store.count(keys)} of {len(keys)} {self.unit}"
        )
        with saying_what_is_kept(kept), progress(self.title, len(missing), show=show_progress) as advance:
            done = run_all(_keeping, tasks(), n_tasks=len(missing), jobs=jobs, advance=advance)
        found |= dict(zip(missing, done, strict=True))
        if store is not None:
            store.prune(keys)
        return [found[at][0] for at in range(len(keys))]


def _keeping(work: Callable[..., Any], task: tuple[Any, ...], store: Entries | None, key: str) -> list[Any]:
    """Return the value in a list, so that a kept None is not taken for an absent one."""
    value = [work(*task)]
    if store is not None:
        store.write(key, value)
    return value
