"""Single cases, dependence, agreement, coefficients and interactions in the report."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from radiobone.report.build import write_report
from radiobone.report.data import read_result
from radiobone.report.sections.shap import cost_words, explainer_lines
from radiobone.report.shap_agreement import agreement_words
from radiobone.report.shap_cases import case_shaps, cases_as_json, telling_cases
from radiobone.report.shap_features import ranked_features
from radiobone.report.shap_pairs import pair_groups, partner_of
from radiobone.report.shap_units import NUMBER, PROBABILITY, places_for

ATTACK = '<script>alert(1)</script><!-- </script> & "quoted"'


@pytest.fixture(scope="module")
def data(result_folder):
    return read_result(result_folder)


def embedded(folder) -> dict:
    text = write_report(folder).read_text(encoding="utf-8")
    block = re.search(r'<script type="application/json" id="shap-case-data">(.*?)</script>', text, re.DOTALL)
    assert block is not None
    return json.loads(block[1])


def test_base_value_and_contributions_give_the_prediction_of_every_case(data):
    cases = case_shaps(data)
    assert len(cases) == len(data.per_row)
    table = data.shap
    for case in cases:
        own = table[table["row_id"] == case.row_id]
        expected = 0.45 + own["shap"].sum() / 2  # each case is held out once in each of two repeats
        assert case.total == pytest.approx(expected, abs=1e-12)
        assert case.base + sum(part.shap for part in case.parts) + case.rest == pytest.approx(
            case.total, abs=1e-12
        )
        sizes = [abs(part.shap) for part in case.parts]
        assert sizes == sorted(sizes, reverse=True)
        assert len(case.parts) + case.n_rest == own["feature"].nunique()


def test_what_the_page_draws_adds_up_and_comes_from_the_files(data, result_folder):
    content = embedded(result_folder)
    rows = data.per_row
    assert [entry[0] for entry in content["cases"]] == list(rows["patient_id"])
    for entry, reported, y in zip(content["cases"], rows["probability"], rows["y"], strict=True):
        _, truth, base, total, after, rest, n_rest, parts = entry
        assert base + rest + sum(part[2] for part in parts) == pytest.approx(total, abs=1e-5)
        assert after == pytest.approx(reported, abs=1e-5)
        assert truth == ("STANDARD" if y else "LUNG")
        assert len(parts) <= 10
        assert (n_rest == 0) == (rest == 0)


def test_a_hostile_name_cannot_end_the_block_of_data(make_result):
    folder = make_result(n=30, hostile=ATTACK, images=False)
    content = embedded(folder)
    assert content["cases"][[entry[0] for entry in content["cases"]].index(ATTACK)]
    raw = str(cases_as_json(case_shaps(read_result(folder)), PROBABILITY))
    assert not set("<>&") & set(raw)


def test_a_few_telling_cases_are_drawn_without_scripts(data, result_folder):
    cases = case_shaps(data)
    telling = telling_cases(data, cases)
    rows = data.per_row.set_index("row_id")
    assert len({case.row_id for _, case in telling}) == 4
    named = {words: case.row_id for words, case in telling}
    assert rows.loc[named["Highest prediction"], "probability"] == rows["probability"].max()
    assert rows.loc[named["Lowest prediction"], "probability"] == rows["probability"].min()
    rest = rows.drop([named["Highest prediction"], named["Lowest prediction"]])
    nearest = (rest["probability"] - 0.47).abs()
    assert nearest[named["Nearest to the threshold"]] == nearest.min()
    text = write_report(result_folder).read_text(encoding="utf-8")
    for number, (words, case) in enumerate(telling):
        assert f'{words}: <span class="id">{case.label}</span>' in text
        assert f'id="waterfall{number}-title"' in text


def test_a_missing_value_is_no_number(data):
    table = data.shap.copy()
    table.loc[table["feature"] == table["feature"].iloc[0], "value"] = np.nan
    changed = replace(read_result(data.folder), shap=table)
    parts = [part for case in case_shaps(changed) for part in case.parts]
    assert any(part.value is None for part in parts)
    json.loads(str(cases_as_json(case_shaps(changed), NUMBER)))


def test_dependence_leaves_out_folds_that_did_not_choose_the_feature(data):
    one = ranked_features(data)[3]
    rows = data.shap[data.shap["feature"] == one.name]
    for number, row_id in enumerate(data.per_row["row_id"]):
        own = rows.loc[rows["row_id"] == row_id, "shap"]
        if len(own):
            assert one.when_chosen[number] == pytest.approx(own.mean())
            assert one.shap[number] == pytest.approx(own.sum() / 2)
        else:
            assert np.isnan(one.when_chosen[number])
            assert one.shap[number] == 0


def test_pairs_are_the_same_in_either_order_and_a_fold_without_them_counts_as_zero():
    pairs = pd.DataFrame(
        [(0, 0, "a", "b", 0.4), (0, 1, "b", "a", 0.2), (0, 1, "a", "c", 0.5)],
        columns=["repeat", "fold", "feature", "other", "strength"],
    ).assign(scale="as explained", model="rf")
    (group,) = pair_groups(pairs)
    found = group.strongest()
    assert found[["feature", "other"]].to_numpy().tolist() == [["a", "b"], ["a", "c"]]
    assert found["mean"].to_list() == pytest.approx([0.3, 0.25])
    assert found["rate"].to_list() == [1.0, 0.5]
    assert partner_of(pairs, "c") == "a"
    assert partner_of(pairs, "a") == "b"
    assert partner_of(pairs, "z") is None
    assert partner_of(None, "a") is None


def test_every_part_is_on_the_page_and_an_older_folder_goes_without(make_result):
    folder = make_result(n=30, images=False)
    text = write_report(folder).read_text(encoding="utf-8")
    for heading in (
        "Single cases",
        "Do the folds agree?",
        "Coefficients of the linear models",
        "Which features act together",
    ):
        assert f">{heading}</h3>" in text
    assert "(log odds)" in text
    for name in ("coefficients.parquet", "interactions.parquet"):
        (folder / name).unlink()
    older = write_report(folder).read_text(encoding="utf-8")
    assert ">Single cases</h3>" in older
    assert "Coefficients of the linear models" not in older
    assert "Which features act together" not in older


def test_a_feature_that_a_fold_did_not_choose_shows_its_selection_rate(data, result_folder):
    one = next(feature for feature in ranked_features(data) if 0 < feature.rate < 1)
    chosen = np.mean([one.name in fold["features"] for fold in data.folds])
    assert one.rate == chosen
    assert (one.fold_means == 0).mean() == pytest.approx(1 - chosen)
    text = write_report(result_folder).read_text(encoding="utf-8")
    assert f'data-label="Chosen in">{100 * chosen:.0f} %' in text


def test_the_cost_of_estimates_is_told(data):
    assert cost_words([]) == ""
    assert cost_words([100, 800]) == " (100 to 800 orders per case, each forwards and backwards)"
    info = {
        "folds": [{**fold, "explainer": "permutation", "orders": 100} for fold in data.shap_info["folds"]]
    }
    changed = replace(read_result(data.folder), shap_info=info)
    assert all("100 orders per case" in line for line in explainer_lines(changed))


@pytest.mark.parametrize(("spread", "places"), [(1.2, 2), (0.03, 4), (150.0, 0), (0.0, 2), (float("nan"), 2)])
def test_numbers_have_the_decimals_that_tell_them_apart(spread, places):
    assert places_for(spread) == places


def test_agreement_in_words():
    assert "largely" in agreement_words(0.7)
    assert "partly" in agreement_words(0.69)
    assert "not stable" in agreement_words(0.1)


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


@pytest.mark.long
@pytest.mark.slow
def test_five_hundred_patients_stay_below_five_megabytes(make_result):
    assert write_report(make_result(n=500, repeats=10, images=False)).stat().st_size < 5_000_000
