"""Messages without what they must not tell: ids beside pseudonyms, and the names of files and folders that hold them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

SHORT_WORD, SHORT_NUMBER = 3, 5
MOST_FILES = 20_000


@dataclass(frozen=True)
class Concealed:
    """What the messages of one case must not tell, with what stands in its place.

    Attributes
    ----------
    ids : mapping of str to str
        Ids and their pseudonyms. Very short ones are replaced only where they stand alone; short numbers are not searched
        for outside paths, since every message is full of them.
    paths : mapping of str to Path
        Files and folders, by the word that stands for each, such as ``image``.
    root : Path
        Folder below which the names of folders are concealed too.
    """

    ids: Mapping[str, str] = field(repr=False)
    paths: Mapping[str, Path] = field(repr=False)
    root: Path = field(repr=False)

    def text(self, message: str) -> str:
        """Return a message in which every path, file name and id is replaced."""
        words = self.names()
        for word, path in self.paths.items():
            for spelled, shown in _inside(word, path):
                words.setdefault(spelled, shown)
        message = replaced(message, words)
        for name, pseudonym in self.ids.items():
            message = without_id(message, name, pseudonym)
        return message

    def names(self) -> dict[str, str]:
        """Return how messages may spell the files and folders, with what stands for each."""
        words = {} if self.root == self.root.parent else {str(self.root): "<root>"}
        for word, path in self.paths.items():
            for spelled, shown in self._spellings(word, path):
                words.setdefault(spelled, shown)
        return words

    def _spellings(self, word: str, path: Path) -> Iterable[tuple[str, str]]:
        """Ways in which a message may spell a path: whole, resolved, from the root, its name, its folders' names."""
        shown = f"<{word}>"
        yield str(path), shown
        with suppress(OSError, RuntimeError):
            yield str(path.resolve()), shown
        folders: tuple[str, ...] = ()
        if path.is_relative_to(self.root):
            below = path.relative_to(self.root)
            yield str(below), shown
            folders = below.parts[:-1]
        for name in (path.name, path.name.split(".")[0]):
            if len(name) >= SHORT_WORD:
                yield name, shown
        for name in folders:
            if len(name) >= SHORT_WORD:
                yield name, "<folder>"


def _inside(word: str, path: Path) -> Iterable[tuple[str, str]]:
    """Names of the files below a folder, such as the slices of a series."""
    shown = f"<file of the {word}>"
    with suppress(OSError):
        for file in islice(path.rglob("*"), MOST_FILES) if path.is_dir() else ():
            yield str(file), shown
            yield str(file.relative_to(path)), shown
            if len(file.name) >= SHORT_WORD:
                yield file.name, shown


def replaced(message: str, words: Mapping[str, str]) -> str:
    """Replace words in a message, the longest first, each place once."""
    present = [one for one in words if one in message]
    if not present:
        return message
    longest_first = sorted(present, key=lambda one: (-len(one), one))
    return re.sub("|".join(map(re.escape, longest_first)), lambda found: words[found.group()], message)


def without_id(message: str, name: str, pseudonym: str) -> str:
    """Replace an id in a text, in any case; very short ones where they stand alone, and short numbers not at all."""
    if name.isdigit() and len(name) < SHORT_NUMBER:
        return message
    spelled = re.escape(name)
    if name.isdigit() or len(name) <= SHORT_WORD:
        spelled = rf"(?<![^\W_]){spelled}(?![^\W_])"
    return re.sub(spelled, pseudonym, message, flags=re.IGNORECASE)
