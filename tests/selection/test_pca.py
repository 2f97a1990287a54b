"""Principal components against scikit-learn's and against their definition, alone and in a fold with SHAP."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA

import radiobone as rb
from radiobone.core.errors import BadSetting
from radiobone.selection.pca import PrincipalComponents
from radiobone.testing.contracts import planted_table

PIPELINE = {
    "steps": ["impute", "scale", {"pca": {"n_components": 3}}],
    "models": [{"lr": {"C": [1.0]}}],
    "outer": {"folds": 3, "repeats": 1},
    "inner": {"folds": 3},
}


@pytest.mark.parametrize(("n_rows", "n_columns"), [(60, 8), (12, 30)])
def test_components_are_scikit_learns_but_for_signs(n_rows, n_columns):
    rng = np.random.default_rng(0)
    train, new = rng.normal(size=(2, n_rows, n_columns)) @ np.diag(np.linspace(3, 1, n_columns))
    ours, theirs = PrincipalComponents(5).fit(train), PCA(5, svd_solver="full").fit(train)
    np.testing.assert_allclose(np.abs(ours.transform(new)), np.abs(theirs.transform(new)), rtol=1e-8)
    np.testing.assert_allclose(ours.explained_variance_ratio_, theirs.explained_variance_ratio_, rtol=1e-10)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 1000), st.floats(0.05, 0.999))
def test_the_fewest_components_with_the_share_are_kept(seed, share):
    table = np.random.default_rng(seed).normal(size=(20, 6)) * np.arange(1, 7)
    kept = PrincipalComponents(share).fit(table).explained_variance_ratio_
    assert kept.sum() >= share - 1e-9
    assert kept[:-1].sum() < share


def test_two_copies_of_a_column_are_one_component_of_known_direction():
    column = np.random.default_rng(1).normal(size=50)
    fitted = PrincipalComponents(0.99).fit(np.column_stack([column, -2 * column]))
    np.testing.assert_allclose(fitted.components_, [[-1 / np.sqrt(5), 2 / np.sqrt(5)]], atol=1e-12)
    assert fitted.get_feature_names_out().tolist() == ["pca_1"]


def test_more_than_the_rank_cannot_be_had():
    table = np.random.default_rng(2).normal(size=(5, 9))
    assert PrincipalComponents(8).fit_transform(table).shape == (5, 4)


@pytest.mark.parametrize("wanted", [0, -1, 2.5, "mle", None, True])
def test_a_wrong_number_is_a_named_error(wanted):
    with pytest.raises(BadSetting, match="n_components"):
        PrincipalComponents(wanted).fit(np.eye(4))


def test_a_model_of_components_is_judged_explained_and_reported(tmp_path):
    X, y = planted_table(n_rows=90)
    result = rb.evaluate(X, y, groups=range(len(X)), pipeline=PIPELINE)
    assert result.metrics["auc"].mean > 0.8
    assert set(result.selected["feature"]) == {"pca_1", "pca_2", "pca_3"}
    assert set(result.explanation.table["feature"]) == {"pca_1", "pca_2", "pca_3"}
    page = result.report(tmp_path / "report.html")
    assert "pca_1" in page.read_text()
