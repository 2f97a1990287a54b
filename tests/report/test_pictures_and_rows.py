"""Every picture leads to its row and every row to its picture, without scripts, in the report and on the sheets beside it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from radiobone.report import sheets
from radiobone.report.build import render, write_report
from radiobone.report.data import read_result
from radiobone.report.regions import regions_of
from radiobone.report.sections.cohort import COHORT
from radiobone.report.sections.images import IMAGES
from radiobone.report.sheets import Sheets

ATTACK = "<script>alert(1)</script>\"'#&"
PICTURE = re.compile(
    r'<li id="(picture-\d+)".*?<a href="([^"]*)">\s*<strong class="id">(.*?)</strong>', flags=re.DOTALL
)
ROW = re.compile(r'<tr id="(region-\d+)"><th scope="row"><a class="id" href="([^"]*)">(.*?)</a>')


@pytest.fixture(autouse=True)
def regions_alone(monkeypatch):
    """A report of this section alone, which takes a moment."""
    monkeypatch.setattr("radiobone.report.build.sections_of", lambda _data: (IMAGES,))


@pytest.fixture
def few_in_report(monkeypatch):
    """A report that shows 8 pictures, and sheets of 12."""
    for module in ("sheets", "sections.images"):
        monkeypatch.setattr(f"radiobone.report.{module}.MOST_IN_REPORT", 8)
    monkeypatch.setattr(sheets, "PER_SHEET", 12)


def links_of(pattern: re.Pattern[str], text: str) -> dict[str, tuple[str, str]]:
    """Anchor to link and patient."""
    return {anchor: (unescape(link), unescape(name)) for anchor, link, name in pattern.findall(text)}


def test_every_picture_and_its_row_lead_to_each_other(result_folder):
    text = write_report(result_folder).read_text(encoding="utf-8")
    pictures, rows = links_of(PICTURE, text), links_of(ROW, text)
    assert len(pictures) == len(rows) == 60
    assert len(set(re.findall(r'id="(picture-\d+|region-\d+)"', text))) == 120
    for anchor, (link, name) in pictures.items():
        assert rows[link.removeprefix("#")] == (f"#{anchor}", name)


def test_a_region_with_a_warning_leads_to_its_picture(result_folder, monkeypatch):
    monkeypatch.setattr("radiobone.report.build.sections_of", lambda _data: (COHORT, IMAGES))
    data = read_result(result_folder)
    warned = data.cases.copy()
    warned.loc[warned["patient_id"] == "bone-004", "warnings"] = "RoiTouchesBorder: At the border."
    text = render(replace(data, cases=warned))
    link = re.search(r'<a href="#(picture-\d+)">bone-004', text)
    assert link is not None
    assert links_of(PICTURE, text)[link[1]][1] == "bone-004"
    assert re.search(r'<th scope="row">\s*bone-900', text)  # failed: no picture, no link


def test_a_row_holds_the_class_and_the_held_out_prediction(result_folder):
    data = read_result(result_folder)
    own = data.predictions.groupby("patient_id").agg(probability=("probability", "mean"), y=("y", "first"))
    text = write_report(result_folder).read_text(encoding="utf-8")
    for line in re.findall(r'<tr id="region-\d+">.*', text):
        name = re.search(r'class="id"[^>]*>(.*?)</a>', line)[1]
        assert f">{'STANDARD' if own.loc[name, 'y'] else 'LUNG'}<" in line
        exact, shown = re.search(r'<data value="([^"]*)">([^<]*)</data>', line).groups()
        assert float(exact) == pytest.approx(own.loc[name, "probability"], rel=1e-5)
        assert abs(float(shown) - own.loc[name, "probability"]) <= 0.005 + 1e-9


@pytest.mark.usefixtures("few_in_report")
def test_beyond_what_the_report_holds_all_are_on_sheets_linked_both_ways(make_result, tmp_path):
    folder = make_result(n=30, hostile=ATTACK)
    target = tmp_path / "my report #1.html"
    text = write_report(folder, target).read_text(encoding="utf-8")
    names = [f"my report #1_pictures{number}.html" for number in ("", "_2", "_3")]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([target.name, *names])
    pages = [(tmp_path / name).read_text(encoding="utf-8") for name in names]
    assert [len(PICTURE.findall(page)) for page in (text, *pages)] == [8, 12, 12, 6]
    rows = links_of(ROW, text)
    assert len(rows) == 30
    for number, page in enumerate(pages):
        assert "<script>alert" not in page
        for anchor, (link, name) in links_of(PICTURE, page).items():
            file, _, row = link.partition("#")
            assert file == "my%20report%20%231.html"
            back, shown = rows[row]
            assert shown == name
            place = int(anchor.partition("-")[2])
            on_sheet = "" if place <= 8 else f"my%20report%20%231_pictures{('', '_2', '_3')[number]}.html"
            assert back == f"{on_sheet}#{anchor}"
    assert f"{names[1]}</a>" in text


@pytest.mark.usefixtures("few_in_report")
def test_a_sheet_may_load_what_the_report_may_and_nothing_else(make_result):
    folder = make_result(n=10)
    text = write_report(folder).read_text(encoding="utf-8")
    page = (folder / "report_pictures.html").read_text(encoding="utf-8")
    policy = re.compile(r'Content-Security-Policy" content="([^"]*)"')
    assert policy.findall(page) == policy.findall(text) != []
    assert all(source.startswith("data:image/") for source in re.findall(r'src="([^"]*)"', page))
    assert page.count('loading="lazy"') == page.count("<img ") == 10
    assert not re.search(r'\son\w+="|\sstyle="|https?://', page.partition("<script>")[0])


@pytest.mark.usefixtures("few_in_report")
def test_sheets_that_are_not_needed_any_more_go_and_a_users_file_stays(make_result):
    folder = make_result(n=30)
    write_report(folder)
    assert len(list(folder.glob("report_pictures*.html"))) == 3
    index = folder / "pictures" / "index.json"
    index.write_text(json.dumps(json.loads(index.read_text())[:10]))
    write_report(folder)
    assert [path.name for path in folder.glob("report_pictures*.html")] == ["report_pictures.html"]
    own = folder / "report_pictures.html"
    own.write_text("my notes")
    index.write_text(json.dumps(json.loads(index.read_text())[:5]))
    write_report(folder)
    assert own.read_text() == "my notes"


def test_a_report_that_shows_all_has_no_sheet(result_folder):
    write_report(result_folder)
    assert not list(result_folder.glob("report_pictures*"))
    assert Sheets("report.html", 300).names == ()
    assert Sheets("report.html", 301).names == ("report_pictures.html",)
    assert len(Sheets("report.html", 3001).names) == 2


@pytest.mark.usefixtures("few_in_report")
def test_pictures_on_a_sheet_stay_within_its_budget(make_result, monkeypatch):
    folder = make_result(n=12)
    ramp = np.broadcast_to(np.linspace(0, 255, 488), (160, 488)) + np.random.default_rng(0).normal(
        0, 9, (160, 488)
    )
    grey = np.repeat(np.clip(ramp, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)
    for path in (folder / "pictures").glob("*.png"):
        Image.fromarray(grey).save(path)
    write_report(folder)
    assert _picture_bytes(folder) <= 12 * sheets.MOST_BYTES * 4 / 3 + 12 * 4
    monkeypatch.setattr(sheets, "BUDGET_BYTES", 60_000)
    write_report(folder)
    assert _picture_bytes(folder) <= 60_000 * 4 / 3 + 12 * 4


def _picture_bytes(folder: Path) -> int:
    page = (folder / "report_pictures.html").read_text(encoding="utf-8")
    return sum(len(one) for one in re.findall(r'src="data:image/\w+;base64,([^"]*)"', page))


def test_a_region_that_was_not_analysed_has_a_row_that_says_so(make_result):
    folder = make_result(n=30)
    path = folder / "pictures" / "index.json"
    entries = json.loads(path.read_text())
    entries.append({**entries[0], "case_id": "bone-777", "patient_id": "bone-777"})
    path.write_text(json.dumps(entries))
    text = write_report(folder).read_text(encoding="utf-8")
    line = re.search(
        r'<tr id="region-\d+"><th scope="row"><a class="id" href="#picture-\d+">bone-777</a>.*', text
    )[0]
    assert "not analysed" in line


def test_ordered_classes_are_named_in_rows(result_folder):
    data = read_result(result_folder)
    metrics = {key: value for key, value in data.metrics.items() if key not in ("positive", "negative")}
    levels = [{"name": "normal", "n": 30}, {"name": "osteoporosis", "n": 30}]
    graded = replace(data, metrics={**metrics, "task": "ordinal", "levels": levels})
    assert {region.truth for region in regions_of(graded)[0]} == {"normal", "osteoporosis"}
    number = replace(data, metrics={**metrics, "task": "number"})
    assert {region.truth for region in regions_of(number)[0]} == {"0", "1"}
