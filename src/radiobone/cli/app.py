"""The program: its commands, and how it ends."""

from __future__ import annotations

import errno
import inspect
import sys
import warnings
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from radiobone import __version__
from radiobone.cli import (
    audit,
    bench,
    bone,
    cards,
    compare,
    contrast,
    demo,
    dxa,
    embed,
    evaluate,
    extract,
    fit,
    ibsi,
    manifest,
    map,
    monitor,
    recipes,
    report,
    run,
    score,
    selftest,
    validate,
)
from radiobone.core.errors import FileMissing, RadioboneError, UnexpectedError
from radiobone.core.interruption import exit_code, terminations_interrupt
from radiobone.core.output_lock import holding_outputs
from radiobone.core.pseudonymising import active_pseudonyms
from radiobone.core.unquoted import show_unquoted, unquoted_traceback
from radiobone.core.warnings import RadioboneWarning

COMMANDS = (
    demo,
    manifest,
    extract,
    map,
    bone,
    dxa,
    embed,
    audit,
    evaluate,
    contrast,
    report,
    run,
    fit,
    validate,
    score,
    monitor,
    recipes,
    cards,
    compare,
    selftest,
    ibsi,
    bench,
)
EXIT_DEFECT = 1
EXIT_WRONG_USAGE = 2
NOTHING_HALF_DONE = "No file is half-written. Run the same command again."


class StoppableGroup(TyperGroup):
    """The commands; an interruption ends in one message that says what is kept."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was typed."""
        try:
            with holding_outputs():
                return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = error.message.removeprefix(
                "Value error, "
            )  # a word of a library that nobody typed
            raise
        except OSError as error:
            if error.errno != errno.ENAMETOOLONG:
                raise
            raise FileMissing(
                f"Nothing can be at {str(error.filename)[:80]}…: the path is longer than the system allows. Check it."
            ) from error
        except KeyboardInterrupt as stop:
            typer.echo(f"\nInterrupted. {str(stop) or NOTHING_HALF_DONE}", err=True)
            raise typer.Exit(exit_code(stop)) from stop


app = typer.Typer(
    name="radiobone",
    cls=StoppableGroup,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _in_paragraphs(text: str) -> str:
    """Join the lines of each paragraph, so that the terminal's width decides where they end."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"radiobone {__version__}")
        raise typer.Exit


@app.callback()
def radiobone(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Radiomics and machine learning on bone images.

    Images + masks + labels → features → selection → nested cross-validation → SHAP → one HTML report.

    New here? [bold]radiobone demo -o demo[/bold] makes a cohort, does all of it, and says where the report lies.

    Your own data: [bold]manifest[/bold] (pair your files), [bold]extract[/bold], [bold]audit[/bold], [bold]evaluate[/bold], [bold]report[/bold];
    or all in one with [bold]run STUDY.yaml[/bold].
    """


for command in COMMANDS:
    command.register(app)
for registered in app.registered_commands:  # Typer would keep the line ends of the source
    registered.help = _in_paragraphs(inspect.getdoc(registered.callback) or "")


def main() -> None:
    """Run the program; every error of radiobone ends in one readable message."""
    warnings.showwarning = _show_warning
    try:
        with terminations_interrupt():
            app()
    except RadioboneError as error:
        typer.secho(f"\n{error.code}: {error}", fg=typer.colors.RED, err=True)
        sys.exit(EXIT_WRONG_USAGE)
    except Exception as error:  # noqa: BLE001 - its words may quote a header
        typer.echo(f"\n{unquoted_traceback(error)}\n{UnexpectedError.of(error)}", err=True)
        sys.exit(EXIT_DEFECT)


def _show_warning(message: Warning | str, category: type[Warning], *_where: object, **_more: object) -> None:
    if not issubclass(category, RadioboneWarning):
        return show_unquoted(message, category)
    pseudonyms = active_pseudonyms()
    shown = str(message) if pseudonyms is None else pseudonyms.text(str(message))
    typer.secho(f"{category.code}: {shown}", fg=typer.colors.YELLOW, err=True)
