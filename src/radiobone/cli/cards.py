"""``radiobone cards``."""

from __future__ import annotations

from typing import Annotated

import typer

EPILOG = """Examples:

[bold]radiobone cards[/bold]

[bold]radiobone cards wani_arora[/bold]

[bold]radiobone cards wani_arora --json[/bold]"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(cards)


def cards(
    name: Annotated[
        str | None, typer.Argument(help="Print this card in full: a name from the list, or a YAML file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print all cards as a page in Markdown.")
    ] = False,
) -> None:
    """List the data sets that are described, or show one: counts, labels, licence, known faults."""
    from radiobone.workflow.data_cards import listing

    typer.echo(listing.asked_for(name, as_json=as_json, as_markdown=as_markdown))
