"""Model card and data card as Markdown files; what an author has edited stays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from radiobone.core.files import write_text
from radiobone.report.cards.base import Card, as_markdown, is_untouched
from radiobone.report.cards.data_card import data_card
from radiobone.report.cards.model_card import model_card
from radiobone.report.data import ResultData

CARDS: Mapping[str, Callable[[ResultData], Card]] = {"model_card": model_card, "data_card": data_card}


def write_cards(data: ResultData, folder: Path) -> list[Path]:
    """Write both cards; beside one that somebody has edited, the new one as ``<name>.new.md``.

    Parameters
    ----------
    data : ResultData
    folder : Path
        Where they go.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    OutputNotWritable, DiskFull
    """
    written = []
    for name, make in CARDS.items():
        target = folder / f"{name}.md"
        if target.is_file() and not _may_be_replaced(target):
            target = folder / f"{name}.new.md"
        write_text(target, as_markdown(make(data)))
        written.append(target)
    return written


def _may_be_replaced(path: Path) -> bool:
    try:
        return is_untouched(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return False
