"""Ids replaced by pseudonyms in a table: all that a run does with its key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from radiobone.core.columns import choose_patient_column, names_patients, patient_columns, plain
from radiobone.core.concealed import replaced, without_id
from radiobone.core.errors import BadKey, PseudonymCollision
from radiobone.core.identifier_names import names_a_person, names_an_examination
from radiobone.core.lazy import lazily
from radiobone.core.pseudonym_key import SHAPE, PseudonymKey
from radiobone.core.warnings import IdentifierLeftOut, SimilarIds, warn

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = lazily("pandas")

SURE = 2
FEWEST = 3  # values of a column with a doubtful name, below which it rather holds classes
MOST_SHOWN = 5
PATH_NAMES = frozenset(
    [
        "image",
        "mask",
        "bodies",
        "imagepath",
        "maskpath",
        "file",
        "filename",
        "path",
        "filepath",
        "folder",
        "dicom",
        "dicomfolder",
    ]
)
FILE_ENDINGS = (
    ".nii",
    ".gz",
    ".dcm",
    ".nrrd",
    ".mha",
    ".mhd",
    ".png",
    ".jpg",
    ".jpeg",
    ".tif",
    ".tiff",
    ".npy",
    ".zip",
)


class Pseudonyms:
    """The pseudonyms of one run, with a check that no two ids share one.

    Parameters
    ----------
    key : PseudonymKey
    """

    def __init__(self, key: PseudonymKey) -> None:
        self.key = key
        self._ids: dict[str, str] = {}
        self._files: dict[str, str] = {}
        self._left_out: set[str] = set()

    def of(self, name: object) -> str:
        """Return the pseudonym of an id; one that this key has made stays as it is.

        Raises
        ------
        PseudonymCollision
            If another id has it already.
        """
        text = spelled(name)
        if self.key.is_own(text):
            return text
        made = self.key.pseudonym(text)
        if self._ids.setdefault(made, text) != text:
            raise PseudonymCollision(
                f"Two different ids have one pseudonym, {made}, and their patients would be taken for one. Make pseudonyms with "
                "another key (the same for all tables that shall be joined)."
            )
        return made

    def id_of(self, pseudonym: str) -> str | None:
        """Return the id that a pseudonym was made of in this run; it must not be shown."""
        return self._ids.get(pseudonym)

    def pairs(self) -> list[tuple[str, str]]:
        """Return every id of this run with its pseudonym, by id."""
        return sorted((name, made) for made, name in self._ids.items())

    def conceal(self, files: Mapping[str, str]) -> None:
        """Remember names of files and folders, with the word that stands for each in messages."""
        self._files.update(files)

    def text(self, message: str) -> str:
        """Return a message without the ids and the names of files that this run has read."""
        message = replaced(message, self._files)
        present = {name: made for made, name in self._ids.items() if name.casefold() in message.casefold()}
        for name in sorted(present, key=lambda one: (-len(one), one)):
            message = without_id(message, name, present[name])
        return message

    def table(self, table: pd.DataFrame, named: Collection[str | None] = ()) -> pd.DataFrame:
        """Replace the ids of a table, and leave out columns that name persons.

        Parameters
        ----------
        table : DataFrame
            Columns that are called like a patient's id, or like the number of an examination, are replaced; so are ids of
            the row in other cells of words. Paths are left as they are, since files are read by them.
        named : collection of str or None
            Further columns that hold ids.

        Returns
        -------
        DataFrame
            A new one, its rows in their order.

        Raises
        ------
        PseudonymCollision
        BadKey
            If the ids are pseudonyms already, of another key.

        Warns
        -----
        IdentifierLeftOut, SimilarIds
        """
        columns = [name for name in table.columns if holds_ids(table, name, named)]
        made = {name: self._column(table[name]) for name in columns}
        people = [name for name in table.columns if name not in columns and names_a_person(str(name))]
        self._tell([str(name) for name in people])
        result = table.drop(columns=people)
        for name in result.columns:
            if name in made:
                result[name] = pd.Series(made[name], index=result.index, dtype=object)
            elif _is_text(result[name]) and not holds_paths(name, result[name]):
                result[name] = _without_ids(
                    result[name], [table[one] for one in columns], list(made.values())
                )
        return result

    def _column(self, column: pd.Series) -> list[str | None]:
        cells = [None if _is_blank(cell) else spelled(cell) for cell in column]
        told = [cell for cell in cells if cell is not None]
        if told and all(SHAPE.fullmatch(cell) and not self.key.is_own(cell) for cell in told):
            raise BadKey(
                f"The ids in the column '{column.name}' are pseudonyms already ({told[0]}), made with another key than this one: "
                "pseudonyms of pseudonyms would match nothing. Give the key that they were made with, or leave --pseudonymise out."
            )
        self._warn_of_similar(told)
        return [None if cell is None else self.of(cell) for cell in cells]

    def _warn_of_similar(self, names: list[str]) -> None:
        """Warn of ids that differ in case or spaces: as pseudonyms nothing would show it any more."""
        spellings = defaultdict(set)
        for name in names:
            spellings["".join(name.split()).casefold()].add(self.of(name))
        alike = sorted(sorted(one) for one in spellings.values() if len(one) > 1)
        if alike:
            shown = "; ".join(" and ".join(one) for one in alike[:MOST_SHOWN])
            warn(
                SimilarIds(f"Ids that differ in case or spaces only count as different patients: {shown}."),
                stacklevel=5,
            )

    def _tell(self, people: list[str]) -> None:
        """Say once in a run which columns are left out."""
        if set(people) <= self._left_out:
            return
        self._left_out |= set(people)
        warn(
            IdentifierLeftOut(
                f"Column(s) {', '.join(map(repr, people))} tell who a person is, by their names, and are left out beside pseudonyms. "
                "If one holds something else, rename it."
            ),
            stacklevel=5,
        )


def holds_paths(name: object, column: pd.Series) -> bool:
    """Whether a column holds names of files, by its name or by its cells."""
    if plain(str(name)) in PATH_NAMES:
        return True
    cells = [str(cell).strip().lower() for cell in column if not _is_blank(cell)]
    return bool(cells) and any(cell.endswith(FILE_ENDINGS) or "\\" in cell for cell in cells)


def _is_text(column: pd.Series) -> bool:
    return bool(column.dtype == object or pd.api.types.is_string_dtype(column))


def _without_ids(column: pd.Series, ids: list[pd.Series], made: list[list[str | None]]) -> pd.Series:
    """Replace in every cell the ids of any row that it is, or of its own row that it holds."""
    known = {
        spelled(cell): one
        for names, ones in zip(ids, made, strict=True)
        for cell, one in zip(names, ones, strict=True)
        if one
    }
    cells = []
    for place, cell in enumerate(column):
        if isinstance(cell, str) and (text := cell.strip()):
            own = {
                spelled(names.iloc[place]): ones[place]
                for names, ones in zip(ids, made, strict=True)
                if ones[place]
            }
            for name, one in own.items():
                text = without_id(text, name, str(one))
            cell = known.get(cell.strip(), cell if text == cell.strip() else text)
        cells.append(cell)
    return pd.Series(cells, index=column.index, dtype=column.dtype)


def holds_ids(table: pd.DataFrame, name: object, named: Collection[str | None] = ()) -> bool:
    """Whether a column is taken for one of ids: it is named, called so, or has a doubtful name and many values."""
    text = str(name)
    if text in named or names_patients(text) >= SURE or names_an_examination(text):
        return True
    if not names_patients(text) or not _whole(table[name]):
        return False
    likely = [str(one) for one in table.columns if names_patients(str(one)) and _whole(table[one])]
    return text == choose_patient_column(table, patient_columns(likely)) or table[name].nunique() >= FEWEST


def _whole(column: pd.Series) -> bool:
    """Whether no cell is a number with decimals, which no id is: 'Id' is a feature's name too."""
    return not any(isinstance(cell, float) and cell == cell and not cell.is_integer() for cell in column)


def _is_blank(cell: Any) -> bool:
    return cell is None or bool(pd.isna(cell)) or not str(cell).strip()


def spelled(name: object) -> str:
    """Spell an id; 7.0 from a column of numbers is 7."""
    whole = isinstance(name, float) and name.is_integer()
    return str(int(name) if whole and isinstance(name, float) else name).strip()
