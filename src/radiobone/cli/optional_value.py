"""An option whose number may be left out, as in ``--null-control`` and ``--null-control 50``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from typer.core import TyperCommand

WITHOUT_NUMBER = {"--null-control": "20"}


def filled_in(arguments: Sequence[str]) -> list[str]:
    """Write the number out after each such option that is given without one."""
    found: list[str] = []
    for place, argument in enumerate(arguments):
        found.append(argument)
        follows = arguments[place + 1] if place + 1 < len(arguments) else ""
        if argument in WITHOUT_NUMBER and not follows.lstrip("-").isdecimal():
            found.append(WITHOUT_NUMBER[argument])
    return found


class OptionalNumbers(TyperCommand):
    """A command that takes such options."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read what was typed."""
        return super().parse_args(ctx, filled_in(args))
