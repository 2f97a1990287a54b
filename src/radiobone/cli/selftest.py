"""``radiobone selftest``."""

from __future__ import annotations

from typing import Annotated

import typer

EPILOG = """Examples:

[bold]radiobone selftest[/bold]  (some seconds; does this installation compute as it should?)

[bold]radiobone selftest --verbose[/bold]  (every value beside its consensus)

Exit code: 0 if all values agree, 1 if not."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(selftest)


def selftest(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show every value.")] = False,
) -> None:
    """Check this installation: features of IBSI's digital phantom against the consensus values."""
    from radiobone.workflow.ibsi import digital_phantom_rows
    from radiobone.workflow.ibsi_document import summary_lines
    from radiobone.workflow.selftest import QUICK, run_selftest

    rows, alike = digital_phantom_rows(), run_selftest(QUICK)
    shown = [(row.tag, row.value, row.reference, row.tolerance, row.passed) for row in rows]
    shown += [(row.feature, row.value, row.consensus, row.tolerance, row.passed) for row in alike]
    for name, value, consensus, tolerance, passed in shown:
        if verbose or not passed:
            found = "not computed" if value is None else f"{value:.6g}"
            mark = "ok  " if passed else "FAIL"
            typer.echo(f"{mark} {name:<45} {found:<12} consensus {consensus:g} ± {tolerance:g}")
    for line in summary_lines(rows):
        typer.echo(line)
    agreed, agreed_alike = (sum(row.passed for row in some) for some in (rows, alike))
    typer.echo(
        f"{agreed} of {len(rows)} IBSI values of the digital phantom agree on this machine; so do {agreed_alike} of "
        f"{len(alike)} under pyradiomics' names, where both define a feature alike."
    )
    if agreed < len(rows) or agreed_alike < len(alike):
        raise typer.Exit(1)
