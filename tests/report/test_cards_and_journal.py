"""Cards, figures by name, and the files for a manuscript."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from PIL import Image

from radiobone.core.errors import BadSetting, OutputTaken
from radiobone.report.build import read_folder
from radiobone.report.cards.base import Card, Part, as_markdown, ask, fact, is_untouched
from radiobone.report.cards.data_card import data_card
from radiobone.report.cards.files import write_cards
from radiobone.report.cards.model_card import model_card
from radiobone.report.data import read_result
from radiobone.report.drawings.registry import drawings_of, figure_of
from radiobone.report.external import with_external
from radiobone.report.journal.export import write_journal
from radiobone.report.journal.table import latex_text

ATTACK = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def folder(make_result) -> Path:
    return make_result(n=30, hostile=ATTACK)


@pytest.fixture(scope="module")
def data(folder):
    return read_result(folder)


@pytest.fixture(scope="module")
def journal(data, tmp_path_factory) -> Path:
    where = tmp_path_factory.mktemp("manuscript") / "journal"
    write_journal(data, where)
    return where


def validation_of(folder: Path, where: Path, *, auc: float, task: str = "binary") -> Path:
    """Write the folder of a validation, of a model that carries the figures of the result or does not."""
    metrics = json.loads((folder / "metrics.json").read_text())
    inside = {"auc": {"mean": metrics["metrics"]["auc"]["mean"]}}
    model = {"model": "lr", "digest": "ab" * 32, "internal": {"metrics": inside}}
    metrics |= {"kind": "validation", "task": task, "n_patients": 77, "model": model}
    metrics["metrics"]["auc"] |= {"mean": auc, "low": auc - 0.05, "high": auc + 0.05}
    where.mkdir(parents=True)
    (where / "metrics.json").write_text(json.dumps(metrics))
    (where / "provenance.json").write_text(json.dumps({"cohort": {"source": {"name": "other_hospital.csv"}}}))
    pd.read_parquet(folder / "predictions.parquet").to_parquet(where / "predictions.parquet")
    return where


def test_every_figure_is_drawn_by_its_name(data):
    names = [one.name for one in drawings_of(data)]
    assert len(set(names)) == len(names)
    for name in (
        "roc",
        "precision_recall",
        "calibration",
        "confusion",
        "correlation",
        "frequency",
        "beeswarm",
        "importance",
        "dependence",
        "fold_agreement",
        "interactions",
        "interactions_log_odds",
        "coefficients",
        "nomogram",
    ):
        assert isinstance(figure_of(data, name), Figure)


def test_a_wrong_name_of_a_figure_lists_those_that_there_are(data):
    with pytest.raises(
        BadSetting, match=r"'rocc' is not the name of a figure. There are: .*roc.*Did you mean 'roc'"
    ):
        figure_of(data, "rocc")
    with pytest.raises(BadSetting, match="'contrast' has nothing to draw in this result"):
        figure_of(data, "contrast")


def test_every_figure_and_table_is_a_file_that_the_list_names(data, journal):
    captions = (journal / "captions.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\*\*(\w+)\*\*", captions, flags=re.MULTILINE))
    files = {path.stem for path in journal.iterdir()} - {"captions", "run"}
    assert files == listed
    assert {"figure_roc", "figure_precision_recall", "table_performance", "table_univariate"} <= listed
    for name in listed:
        endings = {path.suffix for path in journal.glob(f"{name}.*")}
        assert endings == ({".svg", ".png"} if name.startswith("figure") else {".csv", ".tex"})
    for path in journal.glob("*.svg"):
        assert ElementTree.parse(path).getroot().tag.endswith("svg")
        assert "<script>" not in path.read_text(encoding="utf-8")
    for path in journal.glob("*.png"):
        with Image.open(path) as picture:
            assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_the_table_of_performance_holds_what_metrics_json_does(folder, journal):
    metrics = json.loads((folder / "metrics.json").read_text())["metrics"]
    table = pd.read_csv(journal / "table_performance.csv").set_index("measure")
    assert len(table) == len(metrics)
    for title, key in (("AUC", "auc"), ("PR-AUC", "average_precision"), ("Brier score", "brier")):
        found = table.loc[title, ["value", "value_low", "value_high", "sd", "pooled"]].tolist()
        assert found == [metrics[key][part] for part in ("mean", "low", "high", "sd", "pooled")]
    written = (journal / "table_performance.tex").read_text(encoding="utf-8")
    auc = metrics["auc"]
    assert f"AUC & {auc['mean']:.2f} ({auc['low']:.2f} to {auc['high']:.2f})" in written


def test_tables_are_whole_latex(journal):
    for path in journal.glob("*.tex"):
        text = path.read_text(encoding="utf-8")
        begun, ended = (re.findall(rf"\\{word}{{(\w+)}}", text) for word in ("begin", "end"))
        assert begun == ended[::-1]
        body = text.split(r"\midrule")[1].split(r"\bottomrule")[0]
        rows = [line for line in body.splitlines() if line.endswith(r"\\")]
        head = next(line for line in text.splitlines() if line.endswith(r"\\") and "&" in line)
        assert {line.count(" & ") for line in rows} == {head.count(" & ")}


@given(st.text(alphabet=st.characters(max_codepoint=0x24F, exclude_characters="\n\r")))
def test_no_text_is_a_command_of_latex(text):
    written = latex_text(text)
    bare = re.sub(
        r"\\(textbackslash|textasciitilde|textasciicircum|textless|textgreater|textbar)\{\}", "", written
    )
    bare = re.sub(r"\$(-|\\(le|ge|pm|to))\$", "", bare)
    bare = re.sub(r"\\textsuperscript\{2\}|\\[&%$#_{},]", "", bare)
    assert not set(bare) & set("\\&%$#_{}~^")


def test_a_manuscripts_folder_replaces_its_own_files_and_no_others(
    data, folder, journal, tmp_path, monkeypatch
):
    monkeypatch.setattr("radiobone.report.journal.export.DPI", 20)
    own = shutil.copytree(journal, tmp_path / "journal")
    write_journal(data, own)
    (tmp_path / "captions.md").write_text("mine")
    with pytest.raises(OutputTaken):
        write_journal(data, tmp_path)
    assert (tmp_path / "captions.md").read_text() == "mine"
    with pytest.raises(OutputTaken):
        write_journal(data, folder)


def test_cards_tell_what_the_folder_holds_and_what_the_author_has_to_state(data):
    auc = data.metrics["metrics"]["auc"]
    model, rows = as_markdown(model_card(data)), as_markdown(data_card(data))
    assert f"AUC: {auc['mean']:.2f} ({auc['low']:.2f} to {auc['high']:.2f})" in model
    assert data.provenance["cohort"]["digest"] in model
    assert data.provenance["cohort"]["digest"] in rows
    n_failed = int((data.cases["status"] == "failed").sum())
    assert f"{n_failed} failed" in rows
    for card in (model, rows):
        assert "For the author to state." in card
        assert "<script>" not in card
    one = data.univariate.set_index("feature").loc["original_firstorder_Mean"]
    assert f"{one['least']:.2f}".replace("-", "−") in model


def test_settings_and_manifest_are_told_in_words(data):
    extraction = {
        "manifest": {"n_cases": 105, "name": "manifest.csv", "sha256": "ab12"},
        "modality": "ct",
        "radiobone": "0.1.0",
        "n_per_family": {"firstorder": 18, "glcm": 24},
        "settings": {
            "discretisation": {"kind": "bin_width", "width": 25.0},
            "images": [{"kind": "Original"}, {"kind": "Wavelet", "wavelet": "coif1"}],
            "resampling": {"interpolator": "sitkBSpline", "spacing_xyz_mm": [1.0, 1.0, 1.0]},
            "normalisation": None,
        },
    }
    other = replace(data, provenance={**data.provenance, "extraction": extraction})
    text = as_markdown(data_card(other))
    for words in (
        "manifest.csv, 105 cases, SHA-256 ab12",
        "**Modality:** CT",
        "- images: original image, wavelet (coif1)",
        "- resampled to: 1 × 1 × 1 mm by cubic B-spline interpolation",
        "- grey levels of textures: bins of a fixed width of 25",
        "- features: First order 18, Co-occurrence (GLCM) 24",
    ):
        assert words in text
    assert "null" not in text
    assert "CT, a mask of each region" in as_markdown(model_card(other))


def test_a_card_that_its_author_edited_is_not_written_over(data, tmp_path):
    first = write_cards(data, tmp_path)
    assert [path.name for path in first] == ["model_card.md", "data_card.md"]
    assert write_cards(data, tmp_path) == first
    edited = first[0].read_text(encoding="utf-8").replace("For the author to state.", "Dr X.", 1)
    first[0].write_text(edited, encoding="utf-8")
    assert [path.name for path in write_cards(data, tmp_path)] == ["model_card.new.md", "data_card.md"]
    assert first[0].read_text(encoding="utf-8") == edited


@given(st.text(), st.text(), st.text(max_size=5))
def test_names_stay_text_in_markdown_and_any_edit_is_seen(name, value, more):
    text = as_markdown(Card(name, value, (Part("Part", (fact(name, value, value), ask(name, value))),)))
    assert "<" not in text.replace("<!-- radiobone", "")
    assert is_untouched(text)
    assert is_untouched(text.replace("## Part", f"## Part{more}", 1)) == (more == "")


def test_other_cohorts_are_shown_beside_the_result(make_result, tmp_path):
    folder = make_result(n=30, images=False, shap=False)
    given_one = validation_of(folder, tmp_path / "given", auc=0.7)
    validation_of(folder, folder / "inside", auc=0.6)
    data = read_folder(folder, [given_one])
    assert [(name, one["metrics"]["auc"]["mean"]) for name, one in data.external] == [
        ("given", 0.7),
        ("inside", 0.6),
    ]
    assert isinstance(figure_of(data, "external"), Figure)
    assert "given: 0.70 (0.65 to 0.75)" in as_markdown(model_card(data)).replace(" (n = 77)", "")


def test_what_cannot_stand_beside_a_result_is_refused(data, folder, tmp_path):
    with pytest.raises(BadSetting, match="not the folder of a validation"):
        with_external(data, [folder])
    other = validation_of(folder, tmp_path / "ordinal", auc=0.7, task="ordinal")
    with pytest.raises(BadSetting, match="of task 'ordinal'"):
        with_external(data, [other])
    with pytest.raises(BadSetting, match="itself a validation"):
        read_folder(other, [other])
