"""What ``radiobone cards`` was asked for, and the answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from radiobone.cohort.data_cards import list_cards, load_card
from radiobone.core.errors import BadSetting
from radiobone.workflow.data_cards.check import check_download
from radiobone.workflow.data_cards.draft import draft_card
from radiobone.workflow.data_cards.judged import Conflicts
from radiobone.workflow.data_cards.words import card_lines, list_lines, page

NEW = "new"


@dataclass(frozen=True)
class Request:
    """What was typed; see ``radiobone cards --help``."""

    name: str | None = None
    manifest: Path | None = None
    check: Path | None = None
    output: Path | None = None
    conflicts: Conflicts = "set-aside"
    target: str | None = None
    site: str | None = None
    root: Path | None = None
    as_json: bool = False
    as_markdown: bool = False
    jobs: int = 1
    show_progress: bool = True


@dataclass(frozen=True)
class Answer:
    """Lines to print, and how many things were not as they should be."""

    lines: tuple[str, ...]
    n_deviations: int = 0


def answer(request: Request) -> Answer:
    """Do what was asked for.

    Raises
    ------
    BadSetting
        If something is missing for it. And the errors of what is done.
    """
    if request.name == NEW:
        return _drafted(request)
    if request.manifest is not None:
        raise BadSetting(
            f"'{request.manifest}' is given beside '{request.name}', and only 'new' takes a manifest. Say `radiobone cards new "
            f"{request.manifest} -o DIR`."
        )
    if request.check is not None:
        return _checked(request, request.check)
    return Answer(tuple(_printed(request)))


def _drafted(request: Request) -> Answer:
    if request.manifest is None or request.output is None:
        raise BadSetting("'new' needs a manifest and a folder: `radiobone cards new MANIFEST -o DIR`.")
    drafted = draft_card(
        request.manifest,
        request.output,
        conflicts=request.conflicts,
        target=request.target,
        site=request.site,
        root=request.root,
        jobs=request.jobs,
        show_progress=request.show_progress,
    )
    return Answer(drafted.lines, len(drafted.deviations))


def _checked(request: Request, source: Path) -> Answer:
    if request.name is None or request.output is None:
        raise BadSetting("--check needs a card and a folder: `radiobone cards NAME --check DOWNLOAD -o DIR`.")
    checked = check_download(
        request.name,
        source,
        request.output,
        conflicts=request.conflicts,
        target=request.target,
        jobs=request.jobs,
        show_progress=request.show_progress,
    )
    return Answer(checked.lines, len(checked.deviations))


def _printed(request: Request) -> list[str]:
    if request.as_json:
        cards = list_cards().values() if request.name is None else [load_card(request.name)]
        plain = [card.model_dump(mode="json") for card in cards]
        return [json.dumps(plain if request.name is None else plain[0], indent=1, ensure_ascii=False)]
    if request.as_markdown:
        return page().rstrip("\n").splitlines()
    return list_lines() if request.name is None else card_lines(load_card(request.name))
