"""The numbers and words behind the page, against independent truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from sklearn.metrics import average_precision_score, roc_auc_score

from radiobone.evaluation.fold_score import AUC
from radiobone.evaluation.null_control import null_control, null_entry
from radiobone.evaluation.result_statistics import calibration_entry, decision_curve_entry
from radiobone.evaluation.weighted import HeldOut
from radiobone.report.cautions import cautions
from radiobone.report.curves import pr_band, roc_band
from radiobone.report.data import read_result
from radiobone.report.figures.beeswarm import beeswarm_figure, rank_share, swarm_offsets
from radiobone.report.figures.calibration import calibration_figure
from radiobone.report.figures.confusion import confusion_figure
from radiobone.report.figures.decision import decision_figure
from radiobone.report.figures.frequency import frequency_figure
from radiobone.report.figures.importance import importance_figure
from radiobone.report.figures.interval import interval_figure
from radiobone.report.figures.null import null_figure
from radiobone.report.figures.roc import roc_figure
from radiobone.report.figures.rows import LONGEST, cut
from radiobone.report.figures.style import wrapped
from radiobone.report.figures.svg import to_svg
from radiobone.report.numbers import (
    breakable,
    count,
    decimals,
    moment,
    p_equals,
    p_value,
    percent,
    significant,
    traced,
    unit_places,
)  # fmt: skip
from radiobone.report.oddness import oddness, without_shared
from radiobone.report.reading import belief
from radiobone.report.regions import region_facts
from radiobone.report.sections.cohort import attention_rows
from radiobone.report.sections.performance import fold_row
from radiobone.report.sections.provenance import without_folders
from radiobone.report.sections.shap import explainer_lines, ranked_features
from radiobone.report.words import describe

SCORES = st.lists(st.tuples(st.booleans(), st.integers(0, 20)), min_size=4, max_size=40)


@settings(max_examples=40, deadline=None)
@given(st.lists(SCORES, min_size=1, max_size=5))
def test_area_under_the_mean_curve_is_the_mean_auc(folds):
    curves = [
        (np.array([y for y, _ in fold], dtype=int), np.array([s for _, s in fold], dtype=float))
        for fold in folds
    ]
    usable = [pair for pair in curves if len(set(pair[0].tolist())) == 2]
    band = roc_band(curves)
    assert band.n_curves == len(usable)
    if usable:
        area = np.trapezoid(band.mean, band.x)
        assert area == pytest.approx(np.mean([roc_auc_score(y, s) for y, s in usable]), abs=0.006)
        assert (np.diff(band.mean) >= -1e-12).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(SCORES, min_size=1, max_size=5))
def test_area_under_the_mean_precision_recall_curve_is_the_mean_average_precision(folds):
    curves = [
        (np.array([y for y, _ in fold], dtype=int), np.array([s for _, s in fold], dtype=float))
        for fold in folds
    ]
    usable = [pair for pair in curves if len(set(pair[0].tolist())) == 2]
    band = pr_band(curves)
    assert band.n_curves == len(usable)
    if usable:
        fine = np.interp(np.linspace(0, 1, 2001), band.x, band.mean)
        area = np.trapezoid(fine, dx=1 / 2000)
        wanted = np.mean([average_precision_score(y, s) for y, s in usable])
        assert area == pytest.approx(wanted, abs=0.0025 * (1 + max(len(y) for y, _ in usable)))


def test_precision_at_each_recall_is_that_of_the_threshold_that_first_reaches_it():
    y, score = [1, 0, 1, 0, 0, 1], [0.9, 0.8, 0.7, 0.6, 0.5, 0.4]
    band = pr_band([(y, score)])
    found = dict(zip(np.round(band.x, 3), band.mean, strict=True))
    assert [found[x] for x in (0.0, 0.33, 0.34, 0.665, 0.67, 1.0)] == [1.0, 1.0, 2 / 3, 2 / 3, 0.5, 0.5]


@pytest.mark.parametrize(
    ("name", "feature", "family", "kind", "detail"),
    [
        ("original_firstorder_Mean", "Mean", "firstorder", "original", ""),
        ("wavelet-LLH_glcm_JointEntropy", "Joint entropy", "glcm", "wavelet", "LLH"),
        (
            "log-sigma-2-5-mm-3D_glrlm_GrayLevelVariance",
            "Grey level variance",
            "glrlm",
            "log",
            "sigma 2.5 mm",
        ),
        ("laws-L5S5-mirror-2D_glcm_Idm", "Inverse difference moment", "glcm", "laws", "L5S5-mirror-2D"),
        ("lbp-3D-m1_ngtdm_Busyness", "Busyness", "ngtdm", "lbp", "3D-m1"),
        ("original_firstorder_90Percentile", "90th percentile", "firstorder", "original", ""),
        ("original_shape_Maximum2DDiameterColumn", "Maximum 2D diameter (column)", "shape", "original", ""),
        ("original_glcm_Imc2", "Informational measure of correlation 2", "glcm", "original", ""),
        ("original_cm_joint_entr_3D_avg", "Joint entropy (3D, averaged)", "cm", "original", ""),
        ("mean-3-mirror_ngl_dc_energy_2_5D", "Dependence count energy (2.5D)", "ngl", "mean", "3-mirror"),
        ("body_mass_index", "body mass index", "other", "", ""),
        ("foo_bar_Baz", "foo bar Baz", "other", "", ""),
    ],
)
def test_names_in_words(name, feature, family, kind, detail):
    words = describe(name)
    assert (words.feature, words.family, words.filter, words.detail) == (feature, family, kind, detail)


def test_a_modality_before_the_name_is_understood():
    words = describe("MR_wavelet-LHL_firstorder_Mean")
    assert (words.feature, words.family, words.filter_title) == ("Mean", "firstorder", "Wavelet LHL (MR)")


def test_a_clinical_column_is_clinical_whatever_its_name():
    assert describe("original_firstorder_Mean", frozenset({"original_firstorder_Mean"})).family == "clinical"


@given(st.text())
def test_any_name_can_be_described_and_cut(name):
    assert describe(name).name == name
    assert len(cut(name)) <= LONGEST


@pytest.mark.parametrize(
    ("name", "code", "meaning"),
    [
        ("wavelet-LLH_glcm_JointEntropy", "TU9B", "how unforeseeable a pair of neighbours is"),
        ("original_cm_joint_entr_3D_avg", "TU9B", "how unforeseeable a pair of neighbours is"),
        ("original_firstorder_Kurtosis", "IPH6", "how heavy the tails of the histogram are; 3 more than IBSI has it"),
        ("original_glcm_MCC", "", "how complex the texture is; between 0 and 1"),
        ("original_bone_Something", "", "measures of bone, made for this purpose"),
        ("age_at_scan", "", "a column of the table whose name does not tell a family"),
    ],
)  # fmt: skip
def test_features_have_ibsis_code_and_a_meaning_in_words(name, code, meaning):
    assert (describe(name).code, describe(name).meaning) == (code, meaning)


@pytest.mark.parametrize(
    ("sd", "value", "written"),
    [(0.12, 0.0341, "0.034"), (1.17, 0.456, "0.46"), (41.0, 12.345, "12.3"), (350.0, 101.6, "102"), (0.12, -1e-9, "0.000")],
)  # fmt: skip
def test_what_is_measured_in_the_targets_unit_has_as_many_decimals_as_its_spread_needs(sd, value, written):
    places = unit_places({"values": {"sd": sd}})
    assert f'value="{value!r}">{written}<' in traced("metrics.mae.mean", value, in_the_unit=places)
    assert f">{decimals(value)}<" in traced("metrics.r2.mean", value, in_the_unit=places)


def test_p_values_as_written():
    assert [p_value(one) for one in (0.5, 0.0123, 0.001, 0.00099, 0.0, None, float("nan"))] == [
        "0.50", "0.012", "0.0010", "< 0.001", "< 0.001", "–", "–"
    ]  # fmt: skip
    assert (p_equals(0.2), p_equals(1e-9)) == ("= 0.20", "< 0.001")


def test_numbers_as_written():
    assert decimals(-0.004) == "0.00"
    assert decimals(-1.5) == "−1.50"
    assert decimals(float("nan")) == decimals(None) == "–"
    assert percent(0.256) == "26 %"
    assert count(1234567) == "1\u202f234\u202f567"
    assert significant(0.012345) == "0.0123"
    assert significant(12345.6) == "12346"
    assert significant(0) == "0.00"
    assert moment("2026-11-20T12:05:09+00:00") == "2026-11-20 12:05 UTC"
    assert moment(None) == "None"
    assert breakable("a_<b>") == "a_<wbr>&lt;b&gt;"


@pytest.mark.parametrize(
    ("low", "high", "level"),
    [(0.51, 0.9, "better"), (0.45, 0.7, "unclear"), (0.1, 0.49, "worse"), (None, None, "unknown")],
)
def test_belief_follows_the_interval(low, high, level):
    assert belief({"mean": 0.6, "low": low, "high": high})[0] == level


def region(**changes):
    return {
        "roi": "L1",
        "volume_mm3": 30000.0,
        "mean": 200.0,
        "touches_border": False,
        "n_components": 1,
        **changes,
    }


def test_usual_regions_are_not_odd():
    entries = [region(volume_mm3=30000.0 + 100 * i, mean=200.0 + i) for i in range(12)]
    assert all(not odd.reasons for odd in oddness(entries))


def test_odd_regions_say_why():
    entries = [region(volume_mm3=30000.0 + 100 * i, mean=200.0 + i) for i in range(12)]
    entries += [
        region(volume_mm3=300.0),
        region(mean=900.0),
        region(touches_border=True),
        region(n_components=4),
    ]
    reasons = [odd.reasons for odd in oddness(entries)[12:]]
    assert reasons == [
        ("unusually small",),
        ("unusually bright",),
        ("touches the image border",),
        ("4 separate pieces",),
    ]


def test_a_structure_is_compared_with_its_own_kind():
    small = [region(roi="C3", volume_mm3=9000.0 + 50 * i) for i in range(8)]
    large = [region(roi="L4", volume_mm3=50000.0 + 300 * i) for i in range(30)]
    assert all(not odd.reasons for odd in oddness([*small, *large]))


def test_a_region_without_a_mean_is_still_judged():
    entries = [region(mean=None) if i == 0 else region(mean=200.0 + i) for i in range(9)]
    assert len(oddness(entries)) == 9


@given(st.lists(st.integers(-50, 50), max_size=60))
def test_swarm_dots_stay_in_their_row(points):
    offsets = swarm_offsets(np.sort(np.array(points, dtype=float)), width=1.0)
    assert (np.abs(offsets) <= 1).all()


def test_colours_follow_ranks():
    assert rank_share(np.array([1.0, 1000.0, 2.0])).tolist() == [0.0, 1.0, 0.5]
    assert rank_share(np.array([5.0, 5.0])).tolist() == [0.5, 0.5]


DRAWN = np.random.default_rng(1)
Y, P = np.tile([0, 1], 40), DRAWN.random(80)
NAMES = ["a_$b$_c", "_hidden", "x" * 200]
COLUMNS = [DRAWN.normal(size=30) for _ in NAMES]
NULL, DEPARTED = DRAWN.normal(0.5, 0.1, 20), DRAWN.normal(0.7, 0.1, 20)
MANY = DRAWN.normal(size=(2, 3000))


def binned() -> dict[str, Any]:
    return calibration_entry(HeldOut(Y, P, Y, np.arange(80), Y * 0), Y * 0, seed=0)["binned"]


def decided() -> dict[str, Any]:
    return decision_curve_entry(HeldOut(Y, P, Y, np.arange(80), Y * 0), Y * 0, seed=0)


FIGURES: dict[str, Callable[[], Figure]] = {
    "roc": lambda: roc_figure(roc_band([(Y, P)]), operating_point=(0.2, 0.8)),
    "decision": lambda: decision_figure(decided()),
    "empty roc": lambda: roc_figure(roc_band([])),
    "calibration": lambda: calibration_figure(binned(), Y, P, positive="$1", negative="_n"),
    "null": lambda: null_figure(null_entry(null_control(0.9, NULL)), AUC),
    "null that departs": lambda: null_figure(null_entry(null_control(0.9, DEPARTED)), AUC),
    "confusion": lambda: confusion_figure({"tp": 0, "fp": 3, "tn": 4, "fn": 0}, "a" * 99, "<b>"),
    "frequency": lambda: frequency_figure(NAMES, [1.0, 0.5, 0.1]),
    "beeswarm": lambda: beeswarm_figure(NAMES, COLUMNS, [np.full(30, np.nan), *COLUMNS[1:]], positive="yes"),
    "many dots": lambda: beeswarm_figure(["a"], [MANY[0]], [MANY[1]], positive="yes"),
    "flat": lambda: beeswarm_figure(["a"], [np.zeros(5)], [np.zeros(5)], positive="yes"),
    "importance": lambda: importance_figure(NAMES, [[0.1], [0.0], [0.2]]),
    "interval": lambda: interval_figure(0.2, 0.1, 0.3),
    "no interval": lambda: interval_figure(0.7, None, None),
}


@pytest.mark.parametrize("name", sorted(FIGURES))
def test_each_figure_is_plain_svg_with_a_name(name):
    figure = FIGURES[name]()
    assert isinstance(figure, Figure)
    text = str(to_svg(figure, key="k", title="T <b>", description="D & more"))
    root = ElementTree.fromstring(text)
    assert root.get("viewBox")
    assert root[0].text == "T <b>"
    assert root[1].text == "D & more"
    for element in root.iter():
        assert "style" not in element.attrib
        assert not element.tag.endswith("}style")
        assert not element.tag.endswith("}script")
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert all(one.startswith("k-") for one in ids)
    assert len(ids) == len(set(ids))
    assert text == str(to_svg(FIGURES[name](), key="k", title="T <b>", description="D & more"))


def test_shap_ranking_from_the_files_counts_unchosen_folds_as_zero(result_folder):
    data = read_result(result_folder)
    first = ranked_features(data)[0]
    table = data.shap[data.shap["feature"] == first.name]
    per_fold = table.groupby(["repeat", "fold"])["shap"].apply(lambda values: values.abs().mean())
    assert first.mean == pytest.approx(per_fold.sum() / len(data.folds))
    assert first.rate == pytest.approx(len(per_fold) / len(data.folds))
    assert len(first.fold_means) == len(data.folds)
    row = data.per_row["row_id"].iloc[5]
    assert first.shap[5] == pytest.approx(table.loc[table["row_id"] == row, "shap"].sum() / 2)


def test_cautions_fit_the_study(make_result, result_folder):
    data = read_result(result_folder)
    headings = [one.heading for one in cautions(data)]
    assert "More features than cases" in headings
    assert "Wide interval" not in headings
    assert headings[-1] == "Not tested elsewhere"
    auc = {**data.metrics["metrics"]["auc"], "low": 0.5, "high": 0.9}
    wide = replace(data, metrics={**data.metrics, "metrics": {**data.metrics["metrics"], "auc": auc}})
    assert "Wide interval" in [one.heading for one in cautions(wide)]


def test_chosen_settings_name_their_step():
    fold = {"model": "rf", "params": {"max_features": "sqrt", "mrmr__max_features": 10}, "features": ["a"]}
    assert fold_row(fold)["params"] == "random forest: max_features = sqrt; mRMR: max_features = 10"


def test_each_model_says_in_how_many_folds_it_was_explained_how(result_folder):
    data = read_result(result_folder)
    kinds = ["linear"] * 4 + ["permutation"]
    sizes = [5, 11, 8, 11, 14]
    folds = [{"repeat": 0, "fold": k, "features": ["f"] * n} for k, n in enumerate(sizes)]
    info = [{"repeat": 0, "fold": k, "model": "lr", "explainer": kind} for k, kind in enumerate(kinds)]
    lines = explainer_lines(replace(data, folds=folds, shap_info={"folds": info}))
    assert lines == [
        "Logistic regression, 4 folds with 5 to 11 features: exactly, by all subsets of features.",
        "Logistic regression, 1 fold with 14 features: approximately, by random orders of the features, because all "
        "subsets would be too many.",
    ]


def test_long_class_names_are_broken_and_not_cut():
    assert wrapped("no osteoporosis of the hip") == "no osteoporosis of\nthe hip"
    assert "\n" not in wrapped("yes")
    assert wrapped("a " * 60).count("\n") == 1
    assert wrapped("_x$") == " _x\\$"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("radiobone run /home/ann/b/study.yaml -o /home/ann/b", "radiobone run study.yaml -o b"),
        (
            "radiobone evaluate features -o 'my result' --seed 3",
            "radiobone evaluate features -o 'my result' --seed 3",
        ),
        ("radiobone evaluate '/data/of ann/t.csv' --id=/x/y", "radiobone evaluate t.csv --id=y"),
        (r"radiobone evaluate 'C:\Users\ann\t.csv' --target a=b", "radiobone evaluate t.csv --target a=b"),
        (None, None),
    ],
)
def test_commands_are_shown_without_the_machines_folders(typed, shown):
    assert without_folders(typed) == shown


FLAT = {"n_voxels": 12345, "volume_mm3": 777.0, "mean": 91.2, "is_2d": True, "area_mm2": 777.0}


@pytest.mark.parametrize(
    ("entry", "facts"),
    [
        (FLAT, ["7.77 cm²", "mean 91.2", "12\u202f345 pixels"]),
        ({**FLAT, "spacing_assumed": True}, ["12\u202f345 pixels", "mean 91.2"]),
        ({**FLAT, "area_mm2": 42.0}, ["42.0 mm²", "mean 91.2", "12\u202f345 pixels"]),
        ({**FLAT, "is_2d": False}, ["777 mm³", "mean 91.2 HU", "12\u202f345 voxels"]),
    ],
)
def test_a_2d_region_has_an_area_and_pixels(entry, facts):
    assert region_facts(entry, is_ct=True) == facts


def test_what_most_regions_share_makes_none_odd():
    entries = [region(touches_border=True, volume_mm3=30000.0 + 100 * i) for i in range(9)] + [
        region(n_components=2)
    ]
    kept, shared = without_shared(oddness(entries))
    assert shared == [("touches the image border", 9)]
    assert [bool(odd.reasons) for odd in kept] == [False] * 9 + [True]


def test_warnings_of_one_wording_share_a_row_and_failures_do_not():
    def case(patient, status, code="", message="", warnings=""):
        return {
            "patient_id": patient,
            "roi": "L1",
            "status": status,
            "code": code,
            "message": message,
            "warnings": warnings,
        }

    warned = [case(f"w{i}", "done", warnings="RoiTouchesBorder: At the border.") for i in range(5)]
    failed = [case(name, "failed", "EmptyMask", "No voxel.") for name in ("f1", "f2")]
    rows = attention_rows(pd.DataFrame([*warned, *failed]))
    assert [row["names"] for row in rows] == [["f1 L1"], ["f2 L1"], [f"w{i} L1" for i in range(5)]]
    assert rows[2]["code"] == "RoiTouchesBorder"
    assert rows[2]["message"] == "At the border."


def test_warnings_that_differ_in_the_files_name_share_a_row():
    cases = [
        {
            "patient_id": f"p{i}", "roi": "", "image": f"images/p{i}.png", "mask": f"masks/p{i}.nii.gz",
            "status": "done", "code": "", "message": "",
            "warnings": f"SpacingAssumed: images/p{i}.png tells no size. | DisconnectedRoi: In {i} pieces. | "
            f"MaskRounded: The file of p{i}.nii.gz was rounded.",
        }
        for i in (2, 3)
    ]  # fmt: skip
    rows = [(row["code"], row["message"], row["names"]) for row in attention_rows(pd.DataFrame(cases))]
    assert rows == [
        ("DisconnectedRoi", "In 2 pieces.", ["p2"]),
        ("DisconnectedRoi", "In 3 pieces.", ["p3"]),
        ("MaskRounded", "The file of this mask was rounded.", ["p2", "p3"]),
        ("SpacingAssumed", "This image tells no size.", ["p2", "p3"]),
    ]
