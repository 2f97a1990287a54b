"""Words that mean harm in every name that a table can have: pages, pictures, cards, tables for print and CSV show them as text."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from radiobone.cli.app import app
from radiobone.core.csv_cells import is_dangerous

HARM = "window.harmed=1"
WORDS = (
    f"<script>{HARM}</script>", f'"><img src=x onerror="{HARM}">', f"</svg><script>{HARM}</script>", f"'-{HARM}-'", "{{7*7*1347}}",
    "{% raise %}", r"\input{/etc/passwd}", "]] --> <b>bold</b>", "\u202egnp.exe", "=HYPERLINK(1)", "a|b](javascript:x)", "nul\x00 bell\x07", "100 % & $x_1^2 #",
)  # fmt: skip
PIPELINE = "outer: {folds: 3}\ninner: {folds: 2}\nsteps: [impute, scale]\nmodels:\n  - lr: {C: [1.0]}\n"
TARGET, POSITIVE, NEGATIVE, SITE = f"</title>{WORDS[0]}", WORDS[1], WORDS[2], f"<i>{WORDS[4]}"
N = 40


class Elements(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("words")
    rng = np.random.default_rng(0)
    sick = np.arange(N) % 2
    table = pd.DataFrame({"patient_id": [f"{WORDS[n % len(WORDS)]} {n}" for n in range(N)]})
    for number, word in enumerate(WORDS):
        table[f"{word} f{number}"] = rng.normal(size=N) + sick * (number < 3)
    table[TARGET] = np.where(sick, POSITIVE, NEGATIVE)
    table[SITE] = [WORDS[(n // 2) % 3] for n in range(N)]
    table.to_parquet(folder / "table.parquet")
    (folder / "pipeline.yaml").write_text(PIPELINE)
    source, roles = folder / "table.parquet", ("--target", TARGET, "--positive", POSITIVE)
    fitted = ("-p", folder / "pipeline.yaml", "--site", SITE, "--features", "* f*", "-j", 1)
    commands = [
        [
            "evaluate",
            source,
            *roles,
            *fitted,
            "--subgroups",
            SITE,
            "--min-patients",
            5,
            "--min-events",
            2,
            "-o",
            folder / "r",
            "--no-shap",
            "-q",
        ],
        ["report", folder / "r", "--paper", "--journal", folder / "journal"],
        ["fit", source, *roles, *fitted, "-o", folder / "m.rbm"],
        ["validate", folder / "m.rbm", source, "--target", TARGET, "-o", folder / "v"],
        ["report", folder / "v"],
        ["monitor", folder / "m.rbm", source, "-o", folder / "d"],
        ["score", folder / "m.rbm", source, "-o", folder / "scores.csv"],
    ]
    for words in commands:
        answer = CliRunner().invoke(app, [str(word) for word in words])
        assert answer.exit_code == 0, (words[0], answer.output[-1500:], answer.exception)
    return folder


def pages(left: Path) -> list[Path]:
    found = sorted(left.rglob("*.html"))
    assert {page.relative_to(left).parts[0] for page in found} >= {"r", "v", "d"}
    return found


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::radiobone.core.warnings.RadioboneWarning")
def test_pages_hold_no_element_that_a_word_made(left: Path) -> None:
    for page in pages(left):
        text = page.read_text("utf-8")
        parser = Elements()
        parser.feed(text)
        tags = [tag for tag, _ in parser.found]
        assert not {"b", "i"} & set(tags), page
        assert not [given for _, given in parser.found if any(name.startswith("on") for name in given)], page
        assert not [given for tag, given in parser.found if tag == "img" and given.get("src") == "x"], page
        assert not [given for _, given in parser.found if "javascript:" in (given.get("href") or "")], page
        assert any(
            given.get("http-equiv") == "Content-Security-Policy"
            for tag, given in parser.found
            if tag == "meta"
        ), page
        assert "66003" not in text  # what the template would have made of 7*7*1347
        assert HARM in text  # the words are there, as text


@pytest.mark.slow
def test_in_a_browser_they_do_nothing(left: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for page in pages(left):
            asked, dialogs = [], []
            tab = browser.new_page(offline=True)
            tab.on("request", lambda one, asked=asked: asked.append(one.url))
            tab.on("dialog", lambda one, dialogs=dialogs: dialogs.append(one.message))
            tab.goto(page.as_uri())
            assert tab.evaluate("window.harmed") is None, page
            assert [url for url in asked if not url.startswith(("data:", page.as_uri()))] == []
            assert dialogs == []
            tab.close()
        browser.close()


@pytest.mark.slow
def test_tables_and_cards_for_print_show_them_as_text(left: Path) -> None:
    latex = [path.read_text("utf-8") for path in left.rglob("*.tex")]
    assert latex
    assert any(r"\textbackslash" in text for text in latex)
    for text in latex:
        assert not re.search(r"\\(?:input|write|include)", text)
        assert not re.search(r"(?<!\\)[&$#](?=x_| \\\$)", text)
    cards = [path.read_text("utf-8") for path in left.rglob("*.md")]
    assert cards
    for text in cards:
        assert not re.search(r"<(?!!--)[/a-z]", text)
        assert not re.search(r"(?<!\\)\]\(javascript", text)
    for path in left.rglob("*.svg"):
        root = ET.parse(path).getroot()
        assert not [
            one
            for one in root.iter()
            if one.tag.endswith("script") or any(name.startswith("on") for name in one.attrib)
        ]


@pytest.mark.slow
def test_no_csv_has_a_cell_that_a_spreadsheet_runs(left: Path) -> None:
    files = list(left.rglob("*.csv"))
    assert len(files) > 3
    for path in files:
        with path.open(newline="", encoding="utf-8") as stream:
            for row in csv.reader(stream):
                assert not [cell for cell in row if is_dangerous(cell) and not cell.startswith("'")], path
