"""``radiobone cards``: the list, one in full, JSON, and the page of the documentation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from radiobone.cli.app import app
from radiobone.cohort.data_cards import list_cards
from radiobone.core.errors import BadConfig

ROOT = Path(__file__).resolve().parents[2]


def printed(*arguments: str) -> str:
    answer = CliRunner().invoke(app, ["cards", *arguments], terminal_width=200)
    assert answer.exit_code == 0, answer.output
    return answer.output


def test_all_are_listed_in_columns() -> None:
    head, *rows = printed().split("\n\n")[0].splitlines()
    assert [row.split()[0] for row in rows] == list(list_cards())
    begins = head.index("access")
    assert all(row[begins - 1] == " " != row[begins] for row in rows)


@pytest.mark.parametrize("name", list_cards())
def test_one_in_full_tells_licence_and_faults(name: str) -> None:
    told, card = printed(name), list_cards()[name]
    assert card.licence in told
    assert all(fault in told for fault in card.faults)
    assert json.loads(printed(name, "--json"))["name"] == name


def test_json_of_all() -> None:
    assert [card["name"] for card in json.loads(printed("--json"))] == list(list_cards())


def test_a_name_that_is_not_there() -> None:
    answer = CliRunner().invoke(app, ["cards", "oxk"])
    assert isinstance(answer.exception, BadConfig)
    assert "okx" in str(answer.exception)


def test_the_page_is_current() -> None:
    page = (ROOT / "docs" / "data_cards.md").read_text(encoding="utf-8")
    assert page == printed("--markdown"), "radiobone cards --markdown > docs/data_cards.md"


def test_help_has_examples() -> None:
    assert "radiobone cards wani_arora" in printed("--help")
