"""Every figure as SVG and PNG, every table as CSV and LaTeX, and a list of their captions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from radiobone.core.files import write_bytes, write_csv, write_text
from radiobone.core.folders import journal_kind, prepare_journal_folder
from radiobone.core.markdown import without_markup
from radiobone.core.run_record import finish
from radiobone.report.drawings.base import plain_text
from radiobone.report.drawings.registry import Judged, drawings_of
from radiobone.report.figures.svg import png, raw_svg
from radiobone.report.journal.table import as_frame, as_latex
from radiobone.report.journal.tables import tables_of

DPI, FIGURE = 300, "figure_"
CAPTIONS = "captions.md"
Writer = Callable[[Path], None]
Entry = tuple[str, str, dict[str, Writer]]
"""Name of the files, caption, and who writes the file of each ending."""


def write_journal(data: Judged, folder: str | Path) -> list[Path]:
    """Write everything that a manuscript needs.

    Parameters
    ----------
    data : ResultData or ValidationData
    folder : path
        New, empty, or written by this function before.

    Returns
    -------
    list of Path
        What was written; ``captions.md`` comes first.

    Raises
    ------
    OutputTaken
        If files of others would be replaced.
    OutputNotWritable, DiskFull
    """
    tables = _tables(data)
    possible = [f"{FIGURE}{one.name}{ending}" for one in drawings_of(data) for ending in (".svg", ".png")]
    kind = journal_kind([CAPTIONS, *possible, *_names(tables)])
    where = prepare_journal_folder(folder, kind)  # before the figures, whose drawing takes its time
    entries = [*_figures(data), *tables]
    for name, _, files in entries:
        for ending, write in files.items():
            write(where / f"{name}{ending}")
    write_text(where / CAPTIONS, _captions(str(data.metrics["target"]), entries))
    finish(where, kind)
    return [where / name for name in (CAPTIONS, *_names(entries))]


def _names(entries: Sequence[Entry]) -> list[str]:
    return [f"{name}{ending}" for name, _, files in entries for ending in files]


def _figures(data: Judged) -> list[Entry]:
    found: list[Entry] = []
    for one in drawings_of(data):
        drawn = one.draw(data)
        if drawn is None:
            continue
        svg, picture = raw_svg(drawn.figure, one.name), png(drawn.figure, DPI)
        caption = " ".join(
            part for part in (f"{one.title_of(data)}.", plain_text(one.caption_of(data))) if part
        )
        writers: dict[str, Writer] = {
            ".svg": partial(write_bytes, content=svg),
            ".png": partial(write_bytes, content=picture),
        }
        found.append((f"{FIGURE}{one.name}", caption, writers))
    return found


def _tables(data: Judged) -> list[Entry]:
    found: list[Entry] = []
    for table in tables_of(data):
        frame, latex = as_frame(table), as_latex(table)
        writers: dict[str, Writer] = {
            ".csv": partial(write_csv, table=frame),
            ".tex": partial(write_text, text=latex),
        }
        found.append((f"table_{table.name}", table.caption, writers))
    return found


def _captions(target: str, entries: Sequence[Entry]) -> str:
    lines = [f"# Figures and tables: {target}", ""]
    for name, caption, files in entries:
        lines += [f"**{name}** ({', '.join(ending[1:].upper() for ending in files)}): {caption}", ""]
    return without_markup("\n".join(lines))
