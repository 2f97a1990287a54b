"""What a command prints."""

from __future__ import annotations

from typer.testing import CliRunner

from radiobone.cli.app import app


def printed(*arguments: str) -> str:
    """Type a command that must end well, and return what it printed."""
    answer = CliRunner().invoke(app, list(arguments), terminal_width=200)
    assert answer.exit_code == 0, answer.output
    return answer.output
