"""``radiobone selftest``."""

from __future__ import annotations

from typing import Annotated

import typer

EPILOG = "Example: [bold]radiobone selftest[/bold]"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(selftest)


def selftest(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show every value.")] = False,
) -> None:
    """Compare features on this machine with the IBSI consensus values."""
    from radiobone.workflow.selftest import run_selftest

    rows = run_selftest()
    failed = [row for row in rows if not row.passed]
    for row in rows if verbose else failed:
        mark = "ok  " if row.passed else "FAIL"
        typer.echo(
            f"{mark} {row.feature:<45} {row.value:<12.6g} consensus {row.consensus:g} ± {row.tolerance:g}"
        )
    typer.echo(
        f"{len(rows) - len(failed)} of {len(rows)} IBSI values of the digital phantom agree on this machine."
    )
    if failed:
        raise typer.Exit(1)
