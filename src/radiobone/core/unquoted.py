"""Messages of other packages without what they quote: it may be a header's, and name a patient."""

from __future__ import annotations

import re
import sys
import traceback

_QUOTED = re.compile(r"(?<!\w)b?(?P<mark>['\"])(?:\\.|(?!(?P=mark)).)*(?P=mark)(?!\w)", re.DOTALL)
_OPEN = re.compile(r"(?<!\w)b?['\"].*", re.DOTALL)


def unquoted(message: str) -> str:
    r"""Replace what stands in quotes by dots; a quotation that does not end is cut off.

    Examples
    --------
    >>> unquoted("could not convert string to float: 'DOE^JOHN'")
    "could not convert string to float: '…'"
    >>> unquoted("it isn't in b'1.2.3\\x00', and 7 < 9")
    "it isn't in '…', and 7 < 9"
    """
    return _OPEN.sub("'…'", _QUOTED.sub("«»", message)).replace("«»", "'…'")


def show_unquoted(message: Warning | str, category: type[Warning], *_where: object, **_more: object) -> None:
    """Print a warning of another package, as ``warnings.showwarning`` does, without what it quotes."""
    print(f"{category.__name__}: {unquoted(str(message))}", file=sys.stderr)


def unquoted_traceback(error: BaseException) -> str:
    """Return where an error arose, and out of which others, without what their messages quote."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    first = "" if before is None else f"{unquoted_traceback(before)}\nDuring which:\n\n"
    where = "".join(traceback.format_tb(error.__traceback__))
    return (
        f"{first}Traceback (most recent call last):\n{where}{type(error).__name__}: {unquoted(str(error))}\n"
    )
