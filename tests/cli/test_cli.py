"""The command line as a person meets it."""

from __future__ import annotations

import contextlib
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.main import get_command
from typer.testing import CliRunner

from radiobone.cli.app import COMMANDS, app

NAMES = [
    "demo",
    "manifest",
    "extract",
    "map",
    "bone",
    "dxa",
    "embed",
    "audit",
    "evaluate",
    "contrast",
    "report",
    "run",
    "fit",
    "validate",
    "score",
    "monitor",
    "recipes",
    "cards",
    "compare",
    "selftest",
    "ibsi",
    "bench",
]


def radiobone(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "radiobone", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from radiobone.cli.app import app;"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0;"
        "print(sorted({m.split('.')[0] for m in sys.modules} & "
        "{'numpy','pandas','sklearn','SimpleITK','shap','matplotlib','pydantic','scipy','joblib'}))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


@pytest.mark.parametrize("name", NAMES)
def test_every_command_explains_itself_with_an_example(name: str) -> None:
    answer = CliRunner().invoke(app, [name, "--help"])
    assert answer.exit_code == 0
    assert "Example" in answer.output


TAG = re.compile(r"(?<!\\)\[[a-z#/@][^\[\]]*\]")  # what rich takes for one and does not print


def test_no_help_has_brackets_that_the_terminal_would_swallow() -> None:
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        texts = [command.help, command.epilog, *(getattr(one, "help", "") for one in command.params)]
        lost = {tag for text in texts for tag in TAG.findall(text or "")} - {"[bold]", "[/bold]"}
        assert not lost, name
    assert "radiobone[optuna]" in " ".join(
        CliRunner().invoke(app, ["fit", "--help"]).output.replace("│", "").split()
    )


EXAMPLE = re.compile(r"\[bold\]radiobone (\S+)(.*?)\[/bold\]")


def test_every_example_of_the_help_is_a_command_line_that_is_understood() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    found = [match for one in commands.values() for match in EXAMPLE.findall(one.epilog or "")]
    assert {name for name, _ in found} == set(NAMES)
    for name, rest in found:
        given = shlex.split(rest.partition(" > ")[0])
        with contextlib.suppress(typer.Exit):  # an option that prints and ends, such as --list
            commands[name].make_context(name, given)


def test_commands_are_those_of_the_design() -> None:
    assert [command.__name__.rsplit(".", 1)[1] for command in COMMANDS] == NAMES


def test_wrong_usage_is_one_readable_message(tmp_path: Path) -> None:
    answer = radiobone("extract", str(tmp_path / "none.csv"), "-o", str(tmp_path / "out"))
    assert answer.returncode == 2
    assert "FileMissing: No table at" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_version() -> None:
    assert radiobone("--version").stdout.startswith("radiobone 0.")


def test_help_is_in_paragraphs_that_the_terminal_breaks():
    for name, command in get_command(app).commands.items():
        paragraphs = (command.help or "").split("\n\n")
        assert not [text for text in paragraphs if "\n" in text], name
    assert "where the voxels are small enough" in get_command(app).commands["bone"].help
