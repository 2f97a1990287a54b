"""The paragraphs, with numbered citations, as text, Markdown and BibTeX."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from radiobone.core.markdown import without_markup
from radiobone.report.data import ResultData
from radiobone.report.facts import Facts
from radiobone.report.methods.data import FEATURES, PATIENTS
from radiobone.report.methods.evaluation import STATISTICS, TESTING
from radiobone.report.methods.modelling import MODELLING
from radiobone.report.methods.references import Reference, references

Sentence = Callable[[Facts], str | None]
PARTS: tuple[tuple[str, Sequence[Sentence]], ...] = (
    ("Patients and outcome", PATIENTS),
    ("Images and features", FEATURES),
    ("Model", MODELLING),
    ("Testing", TESTING),
    ("Statistics", STATISTICS),
)
CITATIONS = re.compile(r" ?((?:\[@[\w-]+\])+)")
KEY = re.compile(r"@([\w-]+)")
NOTE = "Written from the record of the run; add what it cannot know: who was eligible, ethics, scanners, who outlined the regions."


@dataclass(frozen=True)
class Methods:
    """The methods text of a run.

    Attributes
    ----------
    paragraphs : tuple of (heading, text)
        Citations are numbers in brackets, in the order in which they come.
    cited : tuple of Reference
        In that order.
    """

    paragraphs: tuple[tuple[str, str], ...]
    cited: tuple[Reference, ...]

    @property
    def markdown(self) -> str:
        """All of it as Markdown, references at the end."""
        parts = [f"## {heading}\n\n{without_markup(text)}" for heading, text in self.paragraphs]
        listed = [f"{n}. {one.text}{_link(one)}" for n, one in enumerate(self.cited, start=1)]
        return "\n\n".join(["# Methods", NOTE, *parts, "## References", "\n".join(listed)]) + "\n"

    @property
    def bibtex(self) -> str:
        """The references that are cited, as BibTeX."""
        return "\n\n".join(one.bibtex for one in self.cited) + "\n"


def _link(one: Reference) -> str:
    where = f"https://doi.org/{one.fields['doi']}" if "doi" in one.fields else one.fields.get("url", "")
    return f" {where}" if where else ""


def methods_text(data: ResultData) -> Methods:
    """Write the methods of a run, each sentence from a fact of its folder; a missing fact leaves its sentence out."""
    facts, known = Facts(data), references()
    numbers: dict[str, int] = {}

    def numbered(found: re.Match[str]) -> str:
        keys = KEY.findall(found[1])
        for key in keys:
            numbers.setdefault(key, len(numbers) + 1)
        return f" [{', '.join(str(one) for one in sorted(numbers[key] for key in keys))}]"

    paragraphs = []
    for heading, sentences in PARTS:
        said = [text for one in sentences if (text := one(facts))]
        if said:
            paragraphs.append((heading, CITATIONS.sub(numbered, " ".join(said))))
    return Methods(tuple(paragraphs), tuple(known[key] for key in numbers))
