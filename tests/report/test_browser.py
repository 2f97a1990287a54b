"""The pages in a real browser without a network: what they load, what their controls do, and what harms nobody."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from radiobone.report.build import write_report
from radiobone.report.data import read_result
from radiobone.report.shap_cases import case_shaps
from radiobone.report.shap_units import PROBABILITY

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
ATTACK = "<script>window.harmed = 1</script><img src=x onerror='window.harmed = 1'>"
DESK, PHONE = 1280, 390
A4_WITHOUT_MARGINS = 680
KINDS = ("binary", "ordinal", "number", "validation")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


@dataclass
class Seen:
    """What a page asked for, and what it complained of."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start the machine's own Chromium."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def folders(make_result, graded_folders, validation_folder) -> dict[str, Path]:
    """Make a folder of each kind, the first with a patient and a feature that are named to do harm."""
    binary = make_result(n=30, hostile=ATTACK)
    write_report(binary)
    return {"binary": binary, **graded_folders, "validation": validation_folder}


@pytest.fixture
def opened(chromium, folders) -> Iterator[Any]:
    """Open the page of a kind from disk; the network is off."""
    contexts = []

    def open_page(kind: str, *, width: int = DESK, scripts: bool = True) -> tuple[Page, Seen]:
        context = chromium.new_context(
            viewport={"width": width, "height": 800}, offline=True, java_script_enabled=scripts
        )
        contexts.append(context)
        page, seen = context.new_page(), Seen()
        page.on("request", lambda request: seen.requests.append(request.url))
        page.on("console", lambda message: seen.complaints.append(message.text))
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        page.goto((folders[kind] / "report.html").as_uri())
        return page, seen

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_asks_for_nothing_complains_of_nothing_and_fits(opened, folders, kind, width):
    page, seen = opened(kind, width=width)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    asked = [url for url in seen.requests if not url.startswith("data:")]
    assert asked == [(folders[kind] / "report.html").as_uri()]
    assert seen.complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("window.harmed") is None


@pytest.mark.parametrize("kind", KINDS)
def test_every_link_within_a_page_leads_somewhere(opened, kind):
    page, _ = opened(kind)
    lost = page.evaluate(
        "[...document.querySelectorAll('a[href^=\"#\"]')].map(one => one.getAttribute('href').slice(1))"
        ".filter(id => document.getElementById(id) === null)"
    )
    assert lost == []


@pytest.mark.parametrize("kind", KINDS)
def test_without_scripts_every_section_is_there_and_can_be_printed(opened, kind, tmp_path):
    page, _ = opened(kind, scripts=False)
    headings = page.locator("main section h1, main section h2")
    assert headings.count() > 4
    assert all(headings.nth(place).is_visible() for place in range(headings.count()))
    assert page.locator(".filter").count() == 0
    page.pdf(path=tmp_path / "page.pdf")
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")


def test_on_paper_tables_stay_tables_and_long_lists_stay_folded(opened):
    page, _ = opened("binary", width=A4_WITHOUT_MARGINS)
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    heads = page.locator("table.stack thead").evaluate_all(
        "all => all.map(one => getComputedStyle(one).display)"
    )
    assert set(heads) == {"table-header-group"}
    assert page.locator("details.screen[open]").count() == 0
    assert page.locator("#checklists details:not([open])").count() == 0
    rows = page.locator("#univariate .tall tbody tr, #images .tall tbody tr").locator("visible=true")
    assert rows.count() <= 2 * 40
    assert page.evaluate("document.documentElement.scrollWidth") <= A4_WITHOUT_MARGINS


def test_a_filter_leaves_the_rows_that_fit_and_a_click_sorts(opened):
    page, _ = opened("binary")
    section = page.locator("#images")
    rows = section.locator("table.filterable tbody tr")
    section.locator("label.filter", has_text="rows").locator("input").fill("bone-01")
    left = rows.locator("visible=true")
    assert left.count() == 10
    assert all("bone-01" in text for text in left.all_inner_texts())
    section.locator("label.filter", has_text="rows").locator("input").fill("")
    assert left.count() == rows.count() == 30
    for way in ("ascending", "descending"):
        section.get_by_role("button", name="Volume").click()
        values = [
            float(one)
            for one in section.locator("td[data-label=Volume] data").evaluate_all(
                "all => all.map(one => one.value)"
            )
        ]
        assert values == sorted(values, reverse=way == "descending")
        assert section.locator(f"th[aria-sort={way}]").count() == 1


def test_a_search_leaves_the_pictures_that_fit_and_a_click_enlarges(opened):
    page, _ = opened("binary")
    section = page.locator("#images")
    section.locator("label.filter", has_text="pictures").first.locator("input").fill("bone-007")
    shown = section.locator("ul.sheet").first.locator("> li").locator("visible=true")
    assert shown.count() == 1
    small = shown.first.bounding_box()["width"]
    shown.locator("img").click()
    assert shown.first.bounding_box()["width"] > small


def test_the_reader_chooses_a_case_and_a_hostile_one_does_nothing(opened, folders):
    page, seen = opened("binary")
    cases = case_shaps(read_result(folders["binary"]))
    place = page.locator(".chooser")
    assert place.locator("option").count() == len(cases) == 30
    hostile = next(number for number, case in enumerate(cases) if ATTACK in case.label)
    for number in (0, 7, hostile):
        case = cases[number]
        place.locator("select").select_option(str(number))
        caption = place.locator("figcaption").inner_text()
        assert caption.startswith(f"{case.label}: in truth {case.truth}.")
        assert f"From {PROBABILITY.total(case.base)} to {PROBABILITY.total(case.total)}" in caption
        assert place.locator("svg rect").count() == len(case.parts) + bool(case.n_rest)
        texts = place.locator("svg text").all_text_contents()
        assert all(PROBABILITY.signed(part.shap) in texts for part in case.parts)
        assert place.locator("img, script").count() == 0
    assert page.evaluate("window.harmed") is None
    assert seen.complaints == []


def test_a_search_leaves_the_cases_that_fit(opened):
    page, _ = opened("binary")
    place = page.locator(".chooser")
    place.locator("input").fill("bone-007")
    assert place.locator("option").count() == 1
    assert place.locator("figcaption").inner_text().startswith("bone-007")
    place.locator("input").fill("")
    assert place.locator("option").count() == 30


def test_a_checklist_shows_the_items_of_one_decision(opened):
    page, _ = opened("binary")
    page.evaluate("document.querySelectorAll('#checklists details').forEach(one => { one.open = true; })")
    first = page.locator("#checklists details").first
    first.locator("select").select_option("yes")
    shown = first.locator("tbody tr").locator("visible=true")
    assert 0 < shown.count() < first.locator("tbody tr").count()
    assert set(shown.evaluate_all("all => all.map(one => one.dataset.choice)")) == {"yes"}
