"""Numbers, names and commands as the report writes them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiobone.report.cautions import cautions
from radiobone.report.data import read_result
from radiobone.report.feature_words import describe
from radiobone.report.figures.rows import LONGEST, cut
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
)
from radiobone.report.reading import belief, calibration_sentence
from radiobone.report.sections.performance import fold_row
from radiobone.report.sections.provenance import without_folders


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
        ("wavelet.LLH_glcm_JointEntropy", "Joint entropy", "glcm", "wavelet", "LLH"),
        ("wavelet_HL_gldm_GrayLevelVariance", "Grey level variance", "gldm", "wavelet", "HL"),
        ("log.sigma.2.0.mm.3D_firstorder_Mean", "Mean", "firstorder", "log", "sigma 2 mm"),
        ("lbp_3D_m1_ngtdm_Busyness", "Busyness", "ngtdm", "lbp", "3D-m1"),
        ("Entropy", "Entropy", "firstorder", "", ""),
        ("Entropy.8", "Entropy (column 9 of this name)", "firstorder", "", ""),
        ("Sphericity", "Sphericity", "shape", "", ""),
        ("Contrast.2", "Contrast (column 3 of this name)", "other", "", ""),
        ("V2", "V2", "other", "", ""),
        ("age", "age", "other", "", ""),
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
    assert significant(0) == "0"
    assert significant(-6.321e8) == "−6.32 × 10⁸"
    assert significant(2.4e-4) == "2.40 × 10⁻⁴"
    assert moment("2026-11-20T12:05:09+00:00") == "2026-11-20 12:05 UTC"
    assert moment(None) == "None"
    assert breakable("a_<b>") == "a_<wbr>&lt;b&gt;"


@pytest.mark.parametrize(
    ("low", "high", "level"),
    [(0.51, 0.9, "better"), (0.45, 0.7, "unclear"), (0.1, 0.49, "worse"), (None, None, "unknown")],
)
def test_belief_follows_the_interval(low, high, level):
    assert belief({"mean": 0.6, "low": low, "high": high})[0] == level


@pytest.mark.parametrize(
    ("slope", "intercept", "said"),
    [
        (
            (0.9, 0.6, 1.2),
            (0.0, -0.3, 0.3),
            "cannot be shown (calibration slope 0.90, 0.60 to 1.20; 1 is right)",
        ),
        ((0.5, 0.3, 0.7), (0.0, -0.3, 0.3), "too extreme (calibration slope 0.50, 0.30 to 0.70; 1 is right)"),
        ((1.9, 1.2, 2.7), (-0.5, -0.8, -0.2), "too close to the middle and they are too high on the whole"),
        (
            (1.0, 0.8, 1.2),
            (0.5, 0.2, 0.8),
            "they are too low on the whole (calibration slope 1.00, 0.80 to 1.20",
        ),
        ((1.0, None, None), (0.0, None, None), "cannot be shown (calibration slope 1.00; 1 is right)"),
        ((None, None, None), (None, None, None), "cannot be shown."),
    ],
)
def test_calibration_in_one_sentence(slope, intercept, said):
    keys = ("value", "low", "high")
    calibration = {
        "ici": {"value": 0.064, "low": 0.03, "high": 0.1},
        "slope": dict(zip(keys, slope, strict=True)),
        "intercept": dict(zip(keys, intercept, strict=True)),
    }
    sentence = calibration_sentence(calibration)
    assert sentence.startswith("A probability is on average 6 percentage points off what happens (ICI); ")
    assert said in sentence
    without = calibration_sentence({**calibration, "ici": dict.fromkeys(keys)})
    assert said.lower() in without.lower()
    assert "None" not in without
    assert without[0].isupper()


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
