"""The references of the methods text, in BibTeX files, of which a study cites what it used."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

ENTRY = re.compile(r"^@(\w+)\{([\w-]+),$(.*?)^\}$", re.MULTILINE | re.DOTALL)
FIELD = re.compile(r"^  (\w+) = \{(.*)\},?$", re.MULTILINE)
MOST_NAMED = 3
STUDIES = "studies.bib"
FILES = ("references.bib", "bone.bib", STUDIES)
LATEX = {
    r"{\'e}": "é", r"{\"e}": "ë", r"{\"u}": "ü", r"{\v S}": "Š", r"{\^i}": "î", r"{\'a}": "á", r"{\`e}": "è", r"{\~n}": "ñ",
    r"{\'\i}": "í",
    "--": "–", r"\&": "&",
}  # fmt: skip


@dataclass(frozen=True)
class Reference:
    """One entry of a file.

    Attributes
    ----------
    key : str
        By which sentences cite it.
    bibtex : str
        The entry as it is.
    fields : dict of str
        Its fields, in plain letters.
    """

    key: str
    bibtex: str
    fields: dict[str, str]

    @property
    def text(self) -> str:
        """The reference as a line of a reference list, without a link."""
        one = self.fields
        where = one.get("journal") or one.get("booktitle") or one.get("publisher") or ""
        place = " ".join(part for part in (where, one.get("volume", "")) if part)
        pages = f":{one['pages']}" if "pages" in one else ""
        return f"{_authors(one['author']).rstrip('.')}. {one['title']}. {place}{pages}, {one['year']}."


def _authors(text: str) -> str:
    names = [name.strip() for name in text.split(" and ")]
    named = [name for name in names if name != "others"]
    if len(names) > MOST_NAMED or named != names:
        return f"{named[0]} et al."
    return "; ".join(named)


def _plain(text: str) -> str:
    for coded, letter in LATEX.items():
        text = text.replace(coded, letter)
    return text.replace("{", "").replace("}", "")


@cache
def references() -> dict[str, Reference]:
    """Read all files, by key."""
    return {key: one for name in FILES for key, one in _read(name).items()}


def study_keys() -> frozenset[str]:
    """Return the keys of the published studies that recipes are made after: the names of the recipes."""
    return frozenset(_read(STUDIES))


@cache
def _read(name: str) -> dict[str, Reference]:
    text = resources.files("radiobone.report.methods").joinpath(name).read_text(encoding="utf-8")
    return {
        found[2]: Reference(
            found[2], found[0], {field: _plain(value) for field, value in FIELD.findall(found[3])}
        )
        for found in ENTRY.finditer(text)
    }
