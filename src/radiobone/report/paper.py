"""What an author takes into the paper: the checklists to complete, the methods text and its references."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from radiobone.core.errors import OutputNotWritable
from radiobone.core.files import write_csv, write_text
from radiobone.core.outputs import prepare_folder
from radiobone.report.checklists.judge import Filled, filled_checklists
from radiobone.report.data import read_result
from radiobone.report.external import with_external
from radiobone.report.methods.text import methods_text
from radiobone.report.validation.data import is_validation

PAPER_FOLDER = "paper"
METHODS_FILE, REFERENCES_FILE = "methods.md", "references.bib"
COLUMNS = ("number", "section", "item", "decision", "evidence", "source", "page", "comment")


def write_paper(folder: Path, output: Path | None = None, *, beside: Sequence[Path] = ()) -> list[Path]:
    """Write one CSV per checklist, ``methods.md`` and ``references.bib``.

    Files that are there already may have been completed by hand, so they are never replaced.

    Parameters
    ----------
    folder : Path
        A result folder.
    output : Path, optional
        Where to; ``paper`` in the result folder unless given.
    beside : sequence of Path
        Folders of validations, which items on external testing look at.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    FileMissing, FileUnreadable
        If the folder is not a complete result.
    BadSetting
        If one of ``beside`` is no validation or of another task.
    OutputNotWritable
        If a file is there already, or the folder is one of a validation, which has no checklists.
    DiskFull
    """
    source = Path(folder)
    if is_validation(source):
        raise OutputNotWritable(
            f"{source} is a validation, and the checklists are filled in from an evaluation. Give the result folder that "
            "`radiobone evaluate` or `radiobone run` wrote."
        )
    data = with_external(read_result(source), beside)
    target = prepare_folder(source / PAPER_FOLDER if output is None else Path(output))
    filled, methods = filled_checklists(data), methods_text(data)
    tables = {target / f"{one.checklist.key}.csv": checklist_table(one) for one in filled}
    texts = {target / METHODS_FILE: methods.markdown, target / REFERENCES_FILE: methods.bibtex}
    for path in (*tables, *texts):
        _refuse_replacing(path)
    for path, table in tables.items():
        write_csv(path, table)
    for path, text in texts.items():
        write_text(path, text)
    return [*tables, *texts]


def checklist_table(filled: Filled) -> pd.DataFrame:
    """Return a checklist as a table; the author adds page, comment and what is still open."""
    rows = []
    for one in filled.items:
        found = one.evidence
        told = ("", "") if found is None else (found.text, found.source)
        rows.append((one.item.number, one.item.section, one.item.text, one.decision, *told, "", ""))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _refuse_replacing(path: Path) -> None:
    if path.exists():
        raise OutputNotWritable(
            f"{path} is there already, and may have been completed by hand. It is left as it is, and nothing was written. "
            "Move the folder away first."
        )
