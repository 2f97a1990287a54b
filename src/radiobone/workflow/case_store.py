"""Results of single cases on disk, written as they are finished and read again one by one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from radiobone.core.entries import Entries
from radiobone.core.errors import FileUnreadable
from radiobone.core.files import content_digest
from radiobone.io.case import Case
from radiobone.workflow.case_runner import Kept, Outcome
from radiobone.workflow.png_files import as_png
from radiobone.workflow.repeats import Repeat

PASSING = "this_run"
AS_THEY_ARE = ("status", "code", "message", "facts", "label", "pixel_type", "is_2d")
NOTHING: dict[str, Any] = {}  # one for all; outcomes are never written into
_names: dict[tuple[str, ...], tuple[str, ...]] = {}


class Cache:
    """One small file per case in ``folder``; damaged or foreign entries are computed anew.

    Outcomes go to disk as they are finished. What is handed back is small, whatever was measured: it says where the
    numbers and the picture lie, and ``whole`` reads them.
    """

    def __init__(self, folder: Path) -> None:
        self.entries = Entries(folder)
        self.passing = Entries(folder / PASSING)  # used by this run, never by the next
        self._last: tuple[str, list[dict[str, Any]]] | None = None

    def load(self, key: str, case: Case) -> list[Outcome] | None:
        """Return what was stored for ``case``, or None."""
        content = self.entries.read(key)
        if content is None:
            return None
        try:
            whole = [_from_plain(plain, case) for plain in content]
        except (KeyError, TypeError, ValueError):
            return None
        return [_small(one, key, place) for place, one in enumerate(whole)]

    def store(self, key: str | None, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """Keep the outcomes of one case, and return them small.

        Parameters
        ----------
        key : str or None
            None where the next run must not take them.
        outcomes : sequence of Outcome
            If one of them failed, the next run tries the case again.

        Raises
        ------
        OutputNotWritable, DiskFull
        """
        if all(one.status == "failed" for one in outcomes):
            return list(outcomes)
        again = key is None or any(one.status == "failed" for one in outcomes)
        case = outcomes[0].case
        name = (
            content_digest([str(case.image), *(one.case.case_id for one in outcomes)]) if again else str(key)
        )
        (self.passing if again else self.entries).write(name, [_to_plain(one) for one in outcomes])
        entry = f"{PASSING}/{name}" if again else name
        return [
            one if one.status == "failed" else _small(one, entry, place) for place, one in enumerate(outcomes)
        ]

    def whole(self, outcome: Outcome) -> Outcome:
        """Return an outcome with its numbers, facts and picture (a PNG).

        Raises
        ------
        FileUnreadable
            If its entry was taken away or damaged since it was written.
        """
        kept = outcome.kept
        if kept is None:
            return outcome
        if self._last is None or self._last[0] != kept.entry:  # the regions of a pattern follow each other
            self._last = (kept.entry, self._content(kept.entry))
        found = _from_plain(self._last[1][kept.place], outcome.case)
        return replace(
            outcome, features=found.features, facts=found.facts, picture=found.picture, repeats=found.repeats, kept=None
        )  # fmt: skip

    def _content(self, entry: str) -> list[dict[str, Any]]:
        folder, _, name = entry.rpartition("/")
        content = (self.passing if folder else self.entries).read(name)
        if content is None:
            raise FileUnreadable(
                f"{self.entries.folder} lost the results of a case while the run was going on: another program, or another run, "
                "writes there. See that none does, and run again: what is there is kept."
            )
        return list(content)

    def holds_any(self) -> bool:
        """Tell whether an earlier run has left anything."""
        return self.entries.folder.is_dir()

    def count(self, keys: Collection[str]) -> int:
        """Return how many of ``keys`` have an entry."""
        return self.entries.count(keys)

    def prune(self, keys: Collection[str]) -> None:
        """Remove entries that no case of the manifest needs any more."""
        self.entries.prune(keys)
        self.clear_passing()

    def clear_passing(self) -> None:
        """Remove what this run alone needed."""
        self.passing.prune(())


def _small(outcome: Outcome, entry: str, place: int) -> Outcome:
    """Leave out what lies on disk; the lists of names, the same for most cases, are held once."""
    names = tuple(outcome.features)
    kept = Kept(entry, place, _names.setdefault(names, names), outcome.picture is not None)
    return replace(outcome, features=NOTHING, facts=NOTHING, picture=None, repeats=(), kept=kept)


def _to_plain(outcome: Outcome) -> dict[str, Any]:
    return {
        **{name: getattr(outcome, name) for name in AS_THEY_ARE},
        "roi": outcome.case.roi,
        "warnings": list(outcome.warnings),
        "features": _pairs(outcome.features),
        "picture": None if outcome.picture is None else as_png(outcome.picture).hex(),
        "repeats": [{**asdict(one), "features": _pairs(one.features)} for one in outcome.repeats],
    }


def _from_plain(plain: dict[str, Any], case: Case) -> Outcome:
    content = dict(plain)
    roi = content.pop("roi")
    picture = content.pop("picture")
    content["warnings"] = tuple(content["warnings"])
    content["features"] = _features(content["features"])
    content["repeats"] = tuple(
        Repeat(**{**one, "features": _features(one["features"])}) for one in content["repeats"]
    )
    pixels = None if picture is None else bytes.fromhex(picture)
    whose = case if case.roi == roi else replace(case, roi=roi)
    return Outcome(case=whose, picture=pixels, **content)


def _pairs(features: dict[str, float]) -> list[list[Any]]:
    return [list(pair) for pair in features.items()]  # JSON objects are written sorted


def _features(pairs: list[tuple[str, Any]]) -> dict[str, float]:
    return {name: float(value) for name, value in pairs}
