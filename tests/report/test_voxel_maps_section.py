"""What the report shows of maps that lie in the result folder."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from radiobone.report.build import write_report
from radiobone.report.data import read_result
from radiobone.report.figures.colour_bar import colour_bar_figure
from radiobone.report.map_choice import ranked_names, telling_regions, why_no_map
from radiobone.report.sections.images import IMAGES
from radiobone.report.sections.registry import GRADED, SECTIONS
from radiobone.report.sections.voxel_maps import BUDGET_BYTES, VOXEL_MAPS, kernel_text
from radiobone.report.shap_cases import case_shaps, telling_cases
from radiobone.report.shap_features import ranked_features
from radiobone.report.voxel_maps import evaluation_of, unit_of

ATTACK = "<script>alert(1)</script>\"'"


@pytest.fixture(autouse=True)
def these_sections_alone(monkeypatch):
    """A report of the regions and their maps, which takes a moment."""
    monkeypatch.setattr("radiobone.report.build.sections_of", lambda _data: (IMAGES, VOXEL_MAPS))


def add_maps(folder: Path, *, name: str = "original_firstorder_Mean", reason: str = "") -> list[str]:
    """Put maps of one feature in the telling cases into a result folder; return their patients."""
    data = read_result(folder)
    (folder / "voxel_maps").mkdir()
    rng = np.random.default_rng(0)
    maps = []
    for number, (words, row_id, (patient, roi)) in enumerate(telling_regions(data)):
        file = f"00_{number}.png"
        Image.fromarray(rng.integers(0, 255, (200, 608, 3), dtype=np.uint8)).save(
            folder / "voxel_maps" / file
        )
        maps.append({"file": file, "row_id": row_id, "patient_id": patient, "roi": roi, "words": words,
                     "n_voxels": 900, "n_undefined": number})  # fmt: skip
    index = {
        "evaluation": evaluation_of(data.provenance), "ranked_by": "mean absolute SHAP value", "radius": 1, "masked": True,
        "spacing_mm": [1.0, 0.5, 0.5], "is_2d": False, "spacing_assumed": False,
        "features": [{"name": name, "unit": "HU", "low": 12.0, "high": 345.0, "goes_below": True, "goes_beyond": False,
                      "maps": maps}],
        "left_out": [{"name": "age", "reason": reason or why_no_map(data, "age")}],
        "failed": [{"row_id": reason or "P9", "code": "FileMissing", "message": reason}] if reason else [],
    }  # fmt: skip
    (folder / "voxel_maps" / "index.json").write_text(json.dumps(index), encoding="utf-8")
    return [one["patient_id"] for one in maps]


def section_of(folder: Path) -> str:
    text = write_report(folder).read_text(encoding="utf-8")
    found = re.search(r'<section id="voxel_maps".*?</section>', text, flags=re.DOTALL)
    return found[0] if found else ""


def test_maps_are_shown_with_what_the_model_saw_and_their_scale(make_result):
    folder = make_result(n=30)
    patients = add_maps(folder)
    section = section_of(folder)
    assert section.count("<img ") == len(patients) == 4
    assert "no SHAP value per voxel" in section
    assert "3 × 3 × 3 voxels (1.5 × 1.5 × 3 mm)" in section
    assert "≤ 12.0" in section
    assert ">345<" in section
    assert ">HU<" in section
    assert "a variable of the table, not measured on the image" in section
    assert "Undefined in 3 of 900 voxels" in section
    data = read_result(folder)
    told = {
        case.label: part
        for case in case_shaps(data, most=99)
        for part in case.parts
        if part.feature == "original_firstorder_Mean"
    }
    for patient in patients:
        caption = re.search(rf">{patient}</a>\.(.*?)</figcaption>", section, flags=re.DOTALL)[1]
        assert ("No model that judged this case used the feature" in caption) == (patient not in told)


def test_a_map_leads_to_the_picture_of_its_region(make_result):
    folder = make_result(n=30)
    patients = add_maps(folder)
    text = write_report(folder).read_text(encoding="utf-8")
    links = dict(re.findall(r'<a class="id" href="#(picture-\d+)">([^<]*)</a>\.', text))
    assert sorted(links.values()) == sorted(patients)
    for anchor, patient in links.items():
        own = re.search(rf'<li id="{anchor}".*?</li>', text, flags=re.DOTALL)[0]
        assert f'<strong class="id">{patient}</strong>' in own


def test_the_cases_are_those_of_the_waterfalls(result_folder):
    data = read_result(result_folder)
    shown = [(words, case.row_id) for words, case in telling_cases(data, case_shaps(data))]
    assert [(words, row) for words, row, _ in telling_regions(data)] == shown


def test_features_are_ranked_by_shap_and_without_it_by_how_often_they_were_chosen(make_result, result_folder):
    data = read_result(result_folder)
    assert ranked_names(data)[0] == [one.name for one in ranked_features(data)]
    without = read_result(make_result(n=30, shap=False))
    names, by = ranked_names(without)
    counts = without.selected["feature"].value_counts()
    assert by == "share of folds that chose it"
    assert [counts[name] for name in names] == sorted(counts, reverse=True)


def test_names_from_outside_do_nothing_in_the_maps(make_result):
    folder = make_result(n=30, hostile=ATTACK)
    add_maps(folder, name=ATTACK, reason=ATTACK)
    section = section_of(folder)
    assert "&lt;script&gt;alert" in section
    assert "<script>alert" not in section


def test_every_task_has_a_place_for_maps():
    assert VOXEL_MAPS in SECTIONS
    assert VOXEL_MAPS in GRADED


def test_without_maps_there_is_no_such_section_and_maps_fit_their_budget(make_result):
    folder = make_result(n=30)
    assert section_of(folder) == ""
    bare = (folder / "report.html").stat().st_size
    add_maps(folder)
    section_of(folder)
    assert (folder / "report.html").stat().st_size - bare < BUDGET_BYTES * 4 / 3 + 40_000


def test_a_picture_that_lies_elsewhere_is_not_read(make_result, tmp_path):
    folder = make_result(n=30)
    add_maps(folder)
    (tmp_path / "secret.png").write_bytes((folder / "voxel_maps" / "00_0.png").read_bytes())
    (folder / "voxel_maps" / "00_0.png").unlink()
    (folder / "voxel_maps" / "00_0.png").symlink_to(tmp_path / "secret.png")
    assert section_of(folder).count("<img ") == 3


@pytest.mark.parametrize(
    ("name", "is_ct", "unit"),
    [
        ("original_firstorder_Mean", True, "HU"),
        ("original_firstorder_Mean", False, "grey value"),
        ("original_firstorder_Variance", True, "square of HU"),
        ("original_firstorder_Energy", True, "square of HU, summed"),
        ("original_firstorder_Kurtosis", True, ""),
        ("wavelet-LLH_firstorder_Median", True, "HU of the filtered image"),
        ("original_glcm_Contrast", True, ""),
    ],
)
def test_units_are_those_of_the_feature(name, is_ct, unit):
    image, family, feature = name.split("_")
    assert unit_of(family, image, feature, is_ct=is_ct) == unit


def test_neighbourhoods_are_told_in_mm_where_they_are_known():
    flat = {"radius": 2, "spacing_mm": [1.0, 0.15, 0.14], "is_2d": True, "spacing_assumed": False}
    assert kernel_text(flat) == "5 × 5 pixels (0.7 × 0.75 mm)"
    assert kernel_text({**flat, "spacing_assumed": True}) == "5 × 5 pixels"


def test_a_scale_of_one_value_has_one_mark():
    (ax,) = colour_bar_figure(2.0, 2.0, "").axes
    assert [one.get_text() for one in ax.get_xticklabels()] == ["2.00"]
    assert ax.get_xlabel() == "no unit"
