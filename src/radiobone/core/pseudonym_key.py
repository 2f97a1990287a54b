"""Pseudonyms of ids by a keyed hash: the same from the same key everywhere, and nothing to anyone without it."""

from __future__ import annotations

import hmac
import os
import re
import secrets
import stat
import unicodedata
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from radiobone.core.errors import BadKey
from radiobone.core.outputs import writing
from radiobone.core.warnings import KeyMade, KeyReadable, warn

FIRST_LINE = "radiobone key of pseudonyms, version 1. Whoever has it can link pseudonyms with ids: keep it apart from results."
SECRET_BYTES = 32
MAX_CHARACTERS = 1 << 16
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: none is taken for another
N_OF_ID, N_OF_CHECK = 10, 2
SHAPE = re.compile(rf"P-[{LETTERS}]{{6}}-[{LETTERS}]{{6}}")


@dataclass(frozen=True)
class PseudonymKey:
    """A secret that pseudonyms are made with.

    Attributes
    ----------
    secret : bytes
        At least 32; never shown, never written to results.
    """

    secret: bytes = field(repr=False)

    def pseudonym(self, name: str) -> str:
        """Return the pseudonym of an id.

        Parameters
        ----------
        name : str
            Spaces around it, and the ways in which Unicode writes one letter, make no difference.

        Returns
        -------
        str
            ``P-`` and twice six letters: ten are 50 bits of HMAC-SHA256 of the id, and two are a check by which the key
            knows its own pseudonyms again.

        References
        ----------
        RFC 2104 (HMAC); ENISA, Pseudonymisation techniques and best practices, 2019.
        """
        letters = self._letters("id", unicodedata.normalize("NFC", name).strip(), N_OF_ID)
        whole = letters + self._letters("check", letters, N_OF_CHECK)
        return f"P-{whole[:6]}-{whole[6:]}"

    def is_own(self, text: str) -> bool:
        """Tell whether a text is a pseudonym that this key made; it then needs no other."""
        if not SHAPE.fullmatch(text):
            return False
        whole = text[2:].replace("-", "")
        return hmac.compare_digest(self._letters("check", whole[:N_OF_ID], N_OF_CHECK), whole[N_OF_ID:])

    def digest(self, text: str) -> str:
        """Return a keyed digest, in place of one that could be found by trying likely contents."""
        return self._hash("digest", text).hex()

    @property
    def mark(self) -> str:
        """What tells two keys apart and nothing of either: written beside results."""
        return self._hash("mark", "").hex()[:12]

    def _letters(self, purpose: str, text: str, count: int) -> str:
        number = int.from_bytes(self._hash(purpose, text))
        return "".join(LETTERS[number >> (5 * place) & 31] for place in range(count))

    def _hash(self, purpose: str, text: str) -> bytes:
        return hmac.new(self.secret, f"{purpose}\0{text}".encode("utf-8", "surrogatepass"), sha256).digest()


def read_key(path: str | Path) -> PseudonymKey:
    """Read a key file; one that is not there is made, with a secret by chance, for its owner's eyes alone.

    Raises
    ------
    BadKey
        If the file is no key.
    OutputNotWritable, DiskFull
        If it cannot be made.

    Warns
    -----
    KeyMade, KeyReadable
    """
    file = Path(path)
    if not file.exists():
        _make(file)
        warn(
            KeyMade(
                f"No key at {file}, so a new one was made there. The same ids get the same pseudonyms only with this very file: keep "
                "it, keep it apart from results, and give it to other sites only if their patients shall be linked."
            ),
            stacklevel=3,
        )
    return _read(file)


def _make(file: Path) -> None:
    with writing(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
        with os.fdopen(handle, "w", encoding="ascii", newline="\n") as stream:
            stream.write(f"{FIRST_LINE}\n{secrets.token_hex(SECRET_BYTES)}\n")


def _read(file: Path) -> PseudonymKey:
    try:
        with file.open(encoding="ascii") as stream:
            text = stream.read(MAX_CHARACTERS + 1)
        first, secret = text.split("\n")[:2]
        found = bytes.fromhex(secret)
    except (OSError, ValueError) as error:
        raise _bad(file) from error
    if first.strip() != FIRST_LINE or len(found) < SECRET_BYTES or len(text) > MAX_CHARACTERS:
        raise _bad(file)
    if os.name != "nt" and file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        warn(
            KeyReadable(
                f"Others on this machine may read or change the key {file}, and so link pseudonyms with ids. Say: chmod 600 {file}"
            ),
            stacklevel=4,
        )
    return PseudonymKey(found)


def _bad(file: Path) -> BadKey:
    return BadKey(
        f"{file} is no key of pseudonyms (it does not begin as one, or is damaged), and is left as it is: other pseudonyms than "
        "before would come out of another key. Give the key that was made at first, or a name that is free: a new key is then made."
    )
