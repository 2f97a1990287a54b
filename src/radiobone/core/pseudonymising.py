"""``pseudonymising``: inside the block, whatever table or manifest is read has pseudonyms in place of ids."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radiobone.core.errors import OutputNotWritable
from radiobone.core.files import file_digest, write_csv
from radiobone.core.lazy import lazily
from radiobone.core.pseudonym_key import read_key
from radiobone.core.pseudonyms import Pseudonyms

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = lazily("pandas")

_ACTIVE: ContextVar[Pseudonyms | None] = ContextVar("pseudonyms", default=None)


def active_pseudonyms() -> Pseudonyms | None:
    """Return the pseudonyms that tables are read with; None where ids stay as they are."""
    return _ACTIVE.get()


def table_digest(path: Path) -> str:
    """SHA-256 of a table's file; keyed where ids are pseudonyms, so that it cannot be found by trying likely tables."""
    pseudonyms = active_pseudonyms()
    return file_digest(path) if pseudonyms is None else pseudonyms.key.digest(file_digest(path))


def pseudonym_record() -> dict[str, dict[str, str]]:
    """Return what results say of their pseudonyms: by which key they were made, and nothing that would help to find it."""
    pseudonyms = active_pseudonyms()
    return {} if pseudonyms is None else {"pseudonyms": {"method": "HMAC-SHA256", "key": pseudonyms.key.mark}}


def with_pseudonyms(table: pd.DataFrame, named: Collection[str | None] = ()) -> pd.DataFrame:
    """Replace the ids of a table that was just read, where that is asked for; see ``Pseudonyms.table``."""
    pseudonyms = active_pseudonyms()
    return table if pseudonyms is None else pseudonyms.table(table, named)


@contextmanager
def pseudonymising(
    key: str | Path | None, *, output: str | Path | None = None, linking_table: str | Path | None = None
) -> Iterator[Pseudonyms | None]:
    """Replace ids by pseudonyms in every table and manifest that is read inside the block.

    Parameters
    ----------
    key : path or None
        Key file; made if it is not there. None changes nothing.
    output : path, optional
        Where results go: neither the key nor the linking table may lie there.
    linking_table : path, optional
        CSV of ids and pseudonyms, written at the end for its owner's eyes alone; what it holds already stays in it.

    Raises
    ------
    BadKey
    OutputNotWritable
        If key or linking table would lie among the results.

    Examples
    --------
    >>> import radiobone as rb
    >>> with rb.pseudonymising("key.txt"):  # doctest: +SKIP
    ...     table = rb.extract("manifest.csv", output="features")
    """
    if key is None:
        yield None
        return
    for private in (Path(key), None if linking_table is None else Path(linking_table)):
        _check_apart(private, output)
    pseudonyms = Pseudonyms(read_key(key))
    token = _ACTIVE.set(pseudonyms)
    try:
        yield pseudonyms
    except Exception as error:
        error.args = tuple(pseudonyms.text(one) if isinstance(one, str) else one for one in error.args)
        error.__cause__ = error.__context__ = None  # which quote what was read
        raise
    finally:
        _ACTIVE.reset(token)
        if linking_table is not None:
            _write_links(Path(linking_table), pseudonyms)


def _check_apart(private: Path | None, output: str | Path | None) -> None:
    if private is None or output is None:
        return
    results = Path(output).resolve()
    if private.resolve() == results or private.resolve().is_relative_to(results):
        raise OutputNotWritable(
            f"{private} would lie among the results in {output}, and whoever gets these could link pseudonyms with patients. Nothing "
            "was done. Keep the key and the linking table elsewhere."
        )


def _write_links(path: Path, pseudonyms: Pseudonyms) -> None:
    from radiobone.core.tables import read_text_table

    before = read_text_table(path).to_numpy().tolist() if path.is_file() else []
    rows = sorted({(str(name), str(made)) for name, made in [*before, *pseudonyms.pairs()]})
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, stat.S_IRUSR | stat.S_IWUSR))
    write_csv(path, pd.DataFrame(rows, columns=["id", "pseudonym"]))


def pseudonymise(ids: Any, key: str | Path) -> list[str]:
    """Return the pseudonyms of ids: for arrays and data frames in Python, as ``--pseudonymise`` makes them for files.

    Parameters
    ----------
    ids : iterable
        Texts or whole numbers.
    key : path
        Key file; made if it is not there.

    Raises
    ------
    BadKey, PseudonymCollision

    Examples
    --------
    >>> import tempfile, warnings
    >>> with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(action="ignore"):
    ...     first, again = (pseudonymise(["P001", 7], f"{folder}/key") for _ in range(2))
    >>> first == again, len(first[0])
    (True, 15)
    """
    pseudonyms = Pseudonyms(read_key(key))
    return [pseudonyms.of(one) for one in ids]
