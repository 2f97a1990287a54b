"""The page as a reader and a browser get it."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from radiobone.core.errors import FileMissing, FileUnreadable
from radiobone.report.build import write_report
from radiobone.report.data import read_result
from radiobone.report.sections.registry import SECTIONS

ATTACK = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> $x^2$ {{ 7*7 }}"
VOID = {"meta", "img", "br", "input", "wbr", "link"}


class Page(HTMLParser):
    """A page taken apart: elements with their attributes, text, and the numbers marked as data."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.numbers: list[tuple[str, str, str]] = []
        self.unbalanced: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "data":
            self.numbers.append((dict(attrs).get("data-key") or "", dict(attrs)["value"] or "", ""))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, text: str) -> None:
        self.texts.setdefault(self.open[-1] if self.open else "", []).append(text)
        if self.open and self.open[-1] == "data":
            key, value, shown = self.numbers[-1]
            self.numbers[-1] = (key, value, shown + text)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def page_of(folder: Path) -> tuple[str, Page]:
    text = write_report(folder).read_text(encoding="utf-8")
    return text, Page(text)


def looked_up(content: dict, key: str) -> float:
    for part in key.split("."):
        content = content[part]
    return content


@pytest.fixture(scope="module")
def usual(result_folder):
    return page_of(result_folder)


@pytest.fixture(scope="module")
def hostile(make_result):
    return page_of(make_result(n=30, hostile=ATTACK, positive=ATTACK, negative="<b>no</b>"))


def test_every_number_is_that_of_the_metrics_file(usual, result_folder):
    metrics = json.loads((result_folder / "metrics.json").read_text())
    shown = [one for one in usual[1].numbers if one[0]]  # the others are of other files
    for key, exact, text in shown:
        value = looked_up(metrics, key)
        assert float(exact) == value, key
        written = float(text.replace("\u202f", "").replace("−", "-"))
        assert abs(written - value) <= (0 if isinstance(value, int) else 0.005 + 1e-12), key
    keys = {key for key, _, _ in shown}
    wanted = {
        f"metrics.{name}.{part}"
        for name in metrics["metrics"]
        for part in ("mean", "low", "high", "pooled", "sd")
    }
    counts = {"n_patients", "n_positive", "n_negative", "n_features"} | {
        f"confusion.{c}" for c in ("tp", "fp", "tn", "fn")
    }
    calibrated = {
        f"calibration.{one}.{part}" for one in ("slope", "ici", "e90") for part in ("value", "low", "high")
    }
    added = {
        "metrics.auc.t_low",
        "metrics.auc.t_high",
        "selection_stability.value",
        "selection_stability.low",
    }
    assert wanted | counts | calibrated | added <= keys


def test_a_result_of_an_older_version_makes_a_page(make_result):
    folder = make_result(n=30, images=False, described=False)
    metrics = json.loads((folder / "metrics.json").read_text())
    for key in ("calibration", "decision_curve", "selection_stability"):
        del metrics[key]
    del metrics["metrics"]["auc"]["t_low"], metrics["metrics"]["auc"]["t_high"]
    del metrics["metrics"]["average_precision"]
    (folder / "metrics.json").write_text(json.dumps(metrics))
    text = page_of(folder)[0]
    assert "ROC curve" in text
    assert "Decision curve" not in text
    assert "Calibration in numbers" not in text
    assert "Precision-recall curve" not in text
    assert "did not describe the features one by one" in text


def test_figures_show_the_same_numbers(usual, result_folder):
    metrics = json.loads((result_folder / "metrics.json").read_text())
    texts = "".join(usual[1].texts["text"])
    for name in ("tp", "fp", "tn", "fn"):
        assert str(metrics["confusion"][name]) in texts
    assert f"AUC {metrics['metrics']['auc']['mean']:.2f}" in texts


def test_nothing_is_loaded_from_anywhere(usual):
    text, page = usual
    for tag, attributes in page.elements:
        for name in ("src", "href", "xlink:href", "action", "data", "poster", "srcset"):
            value = attributes.get(name)
            assert value is None or value.startswith(("data:image/", "#")), (tag, name, value[:60])
    assert not {"link", "iframe", "object", "embed", "form", "base"} & {tag for tag, _ in page.elements}
    assert "@import" not in text
    assert "url(http" not in text


@pytest.mark.parametrize("name", ["usual", "hostile"])
def test_the_policy_lets_only_this_pages_own_code_run(name, request):
    _, page = request.getfixturevalue(name)
    policy = next(
        a["content"] for a in page.named("meta") if a.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(rule.strip().split(" ", 1) for rule in (policy or "").split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    assert "unsafe" not in (policy or "")
    blocks = [a.get("type") for a in page.named("script")]
    assert blocks == [
        "application/json",
        None,
    ]  # data of cases, which no browser runs, then the page's own script
    for tag in ("script", "style"):
        digest = hashlib.sha256(page.texts[tag][-1].encode()).digest()
        assert rules[f"{tag}-src"] == f"'sha256-{base64.b64encode(digest).decode()}'"
    for tag, attributes in page.elements:
        assert "style" not in attributes, f"{tag} has a style that the policy forbids"
        assert not [key for key in attributes if key.startswith("on")], tag


def test_a_hostile_name_is_only_text(hostile):
    text, page = hostile
    assert "<script>alert" not in text
    assert not [a for a in page.named("img") if a.get("src") == "x"]
    assert not page.named("b")
    assert ATTACK in "".join(part for parts in page.texts.values() for part in parts)
    assert not page.unbalanced


def test_the_page_is_well_formed_and_accessible(usual):
    _, page = usual
    assert not page.unbalanced
    assert not page.open
    ids = [attributes["id"] for _, attributes in page.elements if attributes.get("id")]
    assert len(ids) == len(set(ids))
    for _, attributes in page.elements:
        for reference in (attributes.get("aria-labelledby") or "").split():
            assert reference in ids
        if (attributes.get("href") or "").startswith("#"):
            assert (attributes["href"] or "")[1:] in ids
    assert all(attributes.get("alt") for attributes in page.named("img"))
    assert len(page.named("caption")) == len(page.named("table"))
    assert len(page.named("h1")) == 1
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_the_same_folder_gives_the_same_bytes(result_folder, usual, tmp_path):
    again = write_report(result_folder, tmp_path / "again.html")
    assert again == tmp_path / "again.html"
    assert again.read_text(encoding="utf-8") == usual[0]


def test_every_section_is_there(usual):
    ids = {attributes.get("id") for attributes in usual[1].named("section")}
    on_request = {"subgroups", "ablation", "contrast", "external", "voxel_maps"}
    assert {section.key for section in SECTIONS} - on_request <= ids
    assert "left-out" not in ids


def test_a_study_without_images_says_so(make_result):
    text, page = page_of(make_result(n=30, images=False, shap=False))
    ids = {attributes.get("id") for attributes in page.named("section")}
    assert not {"images", "shap"} & ids
    assert "left-out" in ids
    assert "there are no pictures of regions to check" in text
    assert "No SHAP values are in the result folder" in text
    assert not page.named("img")


def test_failed_cases_are_named_with_their_reason(usual):
    text = usual[0]
    for word in (
        "bone-900",
        "EmptyMask",
        "bone-901",
        "GeometryMismatch",
        "Image and mask lie on different grids.",
    ):
        assert word in text


def test_the_first_screen_shows_the_flow_of_cases(usual):
    text = usual[0]
    flow = re.search(r'<ol class="chart flow".*?</ol>', text, re.S)
    assert flow is not None
    assert text.index('id="summary"') < flow.start() < text.index("unseen patients")
    said = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", flow[0]))
    assert "63 regions asked for 2 failed: EmptyMask , GeometryMismatch 1 without a region" in said
    assert "60 regions measured" in said
    assert "patients analysed" in said


def test_odd_regions_come_first(usual):
    order = re.findall(r'<strong class="id">(.*?)</strong>', usual[0])
    assert set(order[:3]) == {"bone-004", "bone-007", "bone-009"}
    assert len(order) == 60


def test_the_oddest_24_pictures_are_in_sight_and_the_rest_is_folded(usual):
    sheets = re.findall(r'<ul class="sheet.*?</ul>', usual[0], flags=re.DOTALL)
    assert [sheet.count("<img") for sheet in sheets] == [24, 36]
    assert "36 more, less unlike the others" in usual[0]
    assert usual[0].index("36 more") < usual[0].index(sheets[1])


def test_how_well_it_did_comes_before_the_pictures():
    keys = [section.key for section in SECTIONS]
    assert keys.index("summary") < keys.index("performance") < keys.index("images")


def test_cells_of_stacked_tables_carry_their_heading(usual):
    stacked = re.findall(r'<table class="[^"]*stack">.*?</table>', usual[0], flags=re.DOTALL)
    assert len(stacked) == len(usual[1].named("table")) - 1  # the table of versions has two columns
    for table in stacked:
        headings = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', table)
        for label in re.findall(r'data-label="(.*?)"', table):
            assert label in headings


def test_2d_regions_are_spoken_of_as_areas(make_result):
    folder = make_result(n=30, shap=False)
    path = folder / "pictures" / "index.json"
    entries = json.loads(path.read_text())
    flat = {"is_2d": True, "area_mm2": 777.0, "spacing_assumed": True}
    path.write_text(json.dumps([{**entry, **flat} for entry in entries]))
    text, _ = page_of(folder)
    assert "Is the area plausible?" in text
    assert "Is the volume plausible?" not in text
    assert not re.search(r"\d ml\b|mm³", text)
    assert "areas are in pixels" in text


def test_a_metric_that_could_not_be_computed_is_a_dash_and_not_an_error(make_result):
    folder = make_result(n=30, images=False, shap=False)
    path = folder / "metrics.json"
    metrics = json.loads(path.read_text())
    metrics["metrics"]["auc"] = {
        "mean": None,
        "low": None,
        "high": None,
        "pooled": None,
        "sd": None,
        "n_folds": 0,
        "method": "",
    }
    path.write_text(json.dumps(metrics))
    text, page = page_of(folder)
    assert "chance cannot be ruled out" in text
    assert "metrics.auc.mean" not in {key for key, _, _ in page.numbers}


def test_a_class_named_by_a_number_is_shown_with_its_target(make_result):
    text, page = page_of(make_result(n=30, images=False, shap=False, positive="1", negative="0"))
    assert "kernel = 1" in text
    assert page.texts["title"][0] == "kernel: 1 or 0 – radiobone report"


def test_names_in_any_script_are_drawn(make_result):
    text, _ = page_of(make_result(n=30, images=False, shap=False, positive="骨折", negative="_none"))
    assert "骨折" in text


@pytest.mark.long
@pytest.mark.slow
def test_a_hundred_regions_stay_below_five_megabytes(make_result):
    path = write_report(make_result(n=100))
    assert path.stat().st_size < 5_000_000


def test_a_folder_that_is_no_result_is_refused(tmp_path):
    with pytest.raises(FileMissing, match=r"metrics\.json"):
        write_report(tmp_path)
    assert not (tmp_path / "report.html").exists()


def test_a_damaged_file_is_named(make_result):
    folder = make_result(n=30, images=False)
    (folder / "folds.json").write_text("{")
    with pytest.raises(FileUnreadable, match=r"folds\.json"):
        write_report(folder)


def test_pictures_outside_the_folder_are_not_read(make_result, tmp_path):
    folder = make_result(n=30)
    secret = tmp_path / "secret.png"
    secret.write_bytes((folder / "pictures" / "0000.png").read_bytes())
    (folder / "pictures" / "link.png").symlink_to(secret)
    index = json.loads((folder / "pictures" / "index.json").read_text())
    index[0]["file"], index[1]["file"], index[2]["file"] = str(secret), f"../../{secret.name}", "link.png"
    (folder / "pictures" / "index.json").write_text(json.dumps(index))
    assert len(read_result(folder).pictures) == len(index) - 3
