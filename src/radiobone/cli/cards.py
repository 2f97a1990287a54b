"""``radiobone cards``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from radiobone.cli import options

EPILOG = """Examples:

[bold]radiobone cards[/bold]

[bold]radiobone cards wani_arora[/bold]  (one in full; --json for programs)

[bold]radiobone cards okx --check ~/Downloads/archive.zip -o okx[/bold]  (compare, group copies, write okx/manifest.csv)

[bold]radiobone cards new manifest.csv --target osteoporosis -o data[/bold]  (draft a card of your own data)

Exit code: 0 if nothing differs; 3 if something does, or copies were found."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(cards)


def cards(
    name: Annotated[
        str | None,
        typer.Argument(
            help="Print this card in full: a name from the list, or a YAML file. 'new' drafts one."
        ),
    ] = None,
    manifest: Annotated[
        Path | None, typer.Argument(help="For 'new': the manifest of the images that the card is of.")
    ] = None,
    check: Annotated[
        Path | None,
        typer.Option("--check", help="What you have downloaded: a folder, a zip or tar archive, or a table."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder for what --check and 'new' write.")
    ] = None,
    conflicts: Annotated[
        Literal["set-aside", "keep"],
        typer.Option(
            "--conflicts", help="Copies of one image with two labels: left out of the manifest, or kept."
        ),
    ] = "set-aside",
    target: Annotated[
        str | None,
        typer.Option("--target", "-t", help="Column of the class, for 'new' and for feature tables."),
    ] = None,
    site: options.Site = None,
    root: options.Root = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print all cards as a page in Markdown.")
    ] = False,
    jobs: options.Jobs = options.ALL_CORES,
    quiet: options.Quiet = False,
) -> None:
    """List the data sets that are described, show one, check a download against its card, or draft a card.

    A check finds copies of one image (the same pixels, near-duplicates, turned, mirrored, brighter, cropped a little) and writes a
    manifest whose column copy_group keeps them together: evaluate --groups copy_group. Nothing is ever downloaded.
    """
    from radiobone.workflow.data_cards import asked

    told = asked.answer(
        asked.Request(
            name,
            manifest,
            check,
            output,
            conflicts,
            target,
            site,
            root,
            as_json,
            as_markdown,
            jobs,
            show_progress=not quiet,
        )
    )
    typer.echo("\n".join(told.lines))
    if told.n_deviations:
        raise typer.Exit(options.EXIT_SOME_FAILED)
