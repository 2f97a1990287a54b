"""``--pseudonymise``: the same two options for every command that reads ids."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

Key = Annotated[
    Path | None,
    typer.Option(
        "--pseudonymise",
        metavar="KEYFILE",
        help="Put pseudonyms (P-7F3K9Q-2M4XTB) in place of patient ids, made with this key file, which is made if it is not there. No id "
        "and no file name of an image comes into results or messages. The same key gives the same pseudonyms everywhere.",
    ),
]
LinkingTable = Annotated[
    Path | None,
    typer.Option(
        "--linking-table",
        metavar="CSV",
        help="With --pseudonymise: write ids and pseudonyms into this file, outside the results.",
    ),
]
IDENTIFIED = ("sr", "fhir")
OPTIONS = {"pseudonymise": Key, "linking_table": LinkingTable}


def pseudonymisable(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options ``--pseudonymise`` and ``--linking-table``, and run it inside ``pseudonymising``."""
    hints = get_type_hints(command, include_extras=True)

    @wraps(command)
    def with_options(*, pseudonymise: Path | None, linking_table: Path | None, **given: Any) -> None:
        if linking_table is not None and pseudonymise is None:
            raise typer.BadParameter(
                "--linking-table goes with --pseudonymise alone, and would do nothing here. Leave it out."
            )
        if pseudonymise is None:
            return command(**given)
        _refuse_identified(given)
        from radiobone.core.pseudonymising import pseudonymising

        with pseudonymising(pseudonymise, output=given.get("output"), linking_table=linking_table):
            return command(**given)

    own = inspect.signature(command)
    parameters = [one.replace(annotation=hints[name]) for name, one in own.parameters.items()]
    more = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind)
        for name, kind in OPTIONS.items()
    ]
    with_options.__signature__ = own.replace(parameters=[*parameters, *more])  # type: ignore[attr-defined]
    with_options.__annotations__ = {**hints, **OPTIONS}
    return with_options


def _refuse_identified(given: Mapping[str, Any]) -> None:
    named = [f"--{name}" for name in IDENTIFIED if given.get(name) is not None]
    if named:
        raise typer.BadParameter(
            f"{' and '.join(named)} writes the patient's own identity, as DICOM and FHIR demand, so --pseudonymise would hide nothing. "
            "Leave one of the two out."
        )
