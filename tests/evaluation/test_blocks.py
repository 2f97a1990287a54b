"""Blocks of columns: which columns they have, and models of one or of each that are brought together."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from radiobone.cohort.readers import cohort_from_arrays, read_cohort
from radiobone.core.errors import (
    BadSetting,
    DuplicateColumn,
    DuplicateId,
    MissingColumn,
    MissingId,
)
from radiobone.core.warnings import Imputed
from radiobone.evaluation.blocks.late import learn, of_block
from radiobone.evaluation.blocks.resolve import named_blocks, settle_blocks, with_fusion
from radiobone.evaluation.final_model import fit_model, load_model
from radiobone.evaluation.nested_cv import nested_cv
from radiobone.evaluation.spec import load_pipeline

PLAIN = {
    "steps": ["impute", "scale"],
    "models": [{"lr": {"C": [1.0]}}],
    "outer": {"folds": 3, "repeats": 1},
    "inner": {"folds": 3},
    "calibration": "none",
}
BLOCKS = {"glcm": "original_glcm_*", "deep": "emb_*"}


def table(n=90, seed=0, shift=1.5):
    """Signal in one column of the block ``glcm``; all else is noise."""
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n) % 2)
    names = [*(f"original_glcm_F{k}" for k in range(4)), *(f"emb_{k}" for k in range(3))]
    X = pd.DataFrame(rng.normal(size=(n, 7)), columns=names)
    X["original_glcm_F0"] += shift * y
    return X, y


def cohort(**how):
    X, y = table(**how)
    clinical = pd.DataFrame({"age": np.linspace(40, 80, len(X)), "sex": ["M", "F"] * (len(X) // 2)})
    return cohort_from_arrays(X, y, groups=range(len(X)), clinical=clinical)


def spec(**more):
    return load_pipeline({**PLAIN, **more})


class TestColumnsOfABlock:
    def test_patterns_lists_and_the_rest(self):
        _, found = named_blocks(cohort(), spec(blocks={"deep": "emb_*", "texture": ["original_glcm_F1"]}))
        columns = {name: block.columns for name, block in found.blocks.items()}
        assert columns == {
            "deep": ("emb_0", "emb_1", "emb_2"),
            "texture": ("original_glcm_F1",),
            "clinical": ("age", "sex=M"),
            "radiomics": ("original_glcm_F0", "original_glcm_F2", "original_glcm_F3"),
        }

    def test_a_clinical_column_of_words_goes_by_its_own_name(self):
        _, found = named_blocks(cohort(), spec(blocks={"clinical": "sex", "radiomics": "original_*"}))
        assert found.blocks["clinical"].columns == ("sex=M",)
        assert found.blocks["other"].columns == ("emb_0", "emb_1", "emb_2", "age")

    @settings(max_examples=40, deadline=None)
    @given(st.sets(st.sampled_from(["emb_*", "original_glcm_F0", "original_*F[12]", "age"]), max_size=4))
    def test_every_column_is_in_one_block_and_settling_twice_changes_nothing(self, patterns):
        asked = {f"b{number}": pattern for number, pattern in enumerate(sorted(patterns))}
        whole, found = named_blocks(cohort(n=30), spec(blocks=asked))
        columns = [name for block in found.blocks.values() for name in block.columns]
        assert sorted(columns) == sorted(whole.X.columns)
        assert named_blocks(whole, found)[1] == found

    def test_without_blocks_nothing_changes(self):
        whole, asked = cohort(), spec()
        assert settle_blocks(whole, asked) == (whole, asked)

    def test_a_pattern_without_columns(self):
        with pytest.raises(MissingColumn, match="'shape_\\*', which fits none of the 9"):
            settle_blocks(cohort(), spec(blocks={"shape": "shape_*"}))

    def test_a_column_in_two_blocks(self):
        with pytest.raises(BadSetting, match="'emb_0' is in the blocks 'all' and 'deep'"):
            settle_blocks(cohort(), spec(blocks={"all": "*", "deep": "emb_*"}))

    def test_late_fusion_of_one_block(self):
        with pytest.raises(BadSetting, match="one block only, 'all'"):
            settle_blocks(cohort(), spec(blocks={"all": "*"}, fusion="late"))

    def test_a_name_that_is_none(self):
        with pytest.raises(BadSetting, match=r"'a\.b' is no name of a block"):
            spec(blocks={"a.b": "emb_*"})

    def test_resampling_of_one_block(self):
        with pytest.raises(BadSetting, match="no step may resample"):
            spec(blocks={"deep": {"columns": "emb_*", "steps": ["impute", "smote"]}})

    def test_options_of_the_command_line(self):
        asked = with_fusion(spec(), {"deep": "emb_*"}, "late-stack")
        assert (asked.fusion.kind, asked.fusion.combine) == ("late", "stack")
        assert asked.blocks["deep"].columns == ("emb_*",)
        with pytest.raises(BadSetting):
            with_fusion(spec(), None, "sometimes")


class TestFilesOfEmbeddings:
    @pytest.fixture
    def files(self, tmp_path):
        X, y = table(n=40)
        patient = [f"P{number // 2:02d}" for number in range(40)]
        features = X[["original_glcm_F0", "original_glcm_F1"]]
        label = np.repeat(y[::2], 2)
        main = features.assign(patient_id=patient, roi=["L1", "L2"] * 20, ill=label)
        embeddings = X[["emb_0", "emb_1"]].assign(patient_id=patient, roi=["L1", "L2"] * 20)
        main.to_csv(tmp_path / "main.csv", index=False)
        return tmp_path, embeddings

    def settled(self, folder):
        whole = read_cohort(folder / "main.csv", target="ill")
        return settle_blocks(whole, spec(blocks={"deep": str(folder / "deep.csv")}))

    def test_rows_are_joined_by_patient_and_region_whatever_their_order(self, files):
        folder, embeddings = files
        embeddings.iloc[::-1].to_csv(folder / "deep.csv", index=False)
        whole, found = self.settled(folder)
        assert found.blocks["deep"].columns == ("emb_0", "emb_1")
        np.testing.assert_array_equal(whole.X[["emb_0", "emb_1"]], embeddings[["emb_0", "emb_1"]])
        assert whole.provenance["joined"]["deep"]["source"] == "deep.csv"

    def test_a_row_per_patient_serves_all_its_regions(self, files):
        folder, embeddings = files
        embeddings.iloc[::2].drop(columns="roi").to_csv(folder / "deep.csv", index=False)
        whole, _ = self.settled(folder)
        np.testing.assert_array_equal(whole.X["emb_0"], np.repeat(embeddings["emb_0"].to_numpy()[::2], 2))

    def test_a_row_that_is_not_there_is_missing_and_told(self, files):
        folder, embeddings = files
        embeddings.iloc[1:].to_csv(folder / "deep.csv", index=False)
        with pytest.warns(Imputed, match="lacks 1 of 40 rows, such as 'P00/L1'"):
            whole, _ = self.settled(folder)
        assert whole.X["emb_0"].isna().tolist() == [True] + [False] * 39

    def test_faults_of_the_file(self, files):
        folder, embeddings = files
        for faulty, error in (
            (embeddings.drop(columns="patient_id"), MissingId),
            (embeddings.assign(patient_id="someone else", roi=range(40)), MissingId),
            (embeddings.drop(columns="roi"), DuplicateId),
            (embeddings.rename(columns={"emb_0": "original_glcm_F0"}), DuplicateColumn),
            (embeddings[["patient_id", "roi"]], MissingColumn),
        ):
            faulty.to_csv(folder / "deep.csv", index=False)
            with pytest.raises(error):
                self.settled(folder)


class TestEarlyFusion:
    def test_a_chain_per_block_is_a_column_transformer(self):
        X, y = table()
        whole = cohort_from_arrays(X, y, groups=range(len(X)))
        chain = {
            "glcm": {"columns": "original_*", "steps": ["impute", "scale"]},
            "deep": {"columns": "emb_*", "steps": ["impute"]},
        }
        run = nested_cv(whole, spec(blocks=chain), show_progress=False)
        for fit in run.fits:
            by_hand = make_pipeline(
                ColumnTransformer(
                    [
                        ("glcm", StandardScaler(), list(X.columns[:4])),
                        ("deep", SimpleImputer(strategy="median"), list(X.columns[4:])),
                    ]
                ),
                LogisticRegression(C=1.0, class_weight="balanced", max_iter=5000),
            ).fit(X.iloc[fit.train], y[fit.train])
            np.testing.assert_allclose(fit.output, by_hand.predict_proba(X.iloc[fit.test])[:, 1], atol=1e-6)

    def test_a_block_may_have_its_own_selection_and_search(self):
        chain = {
            "glcm": {
                "columns": "original_*",
                "steps": ["impute", {"mannwhitney": {"max_features": [1, 2], "min_features": 1}}],
            }
        }
        run = nested_cv(cohort(), spec(blocks=chain), show_progress=False)
        for fit in run.fits:
            texture = [name for name in fit.features if name.startswith("original")]
            assert len(texture) <= fit.params["glcm.mannwhitney__max_features"]
            assert {"emb_0", "emb_1", "emb_2", "age", "sex=M"} <= set(fit.features)


class TestLateFusion:
    def test_the_mean_is_the_mean_of_what_each_block_says_alone(self):
        X, y = table()
        whole = cohort_from_arrays(X, y, groups=range(len(X)))
        run = nested_cv(whole, spec(blocks=BLOCKS, fusion="late"), show_progress=False)
        for fit in run.fits:
            alone = [
                make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=5000))
                .fit(X[names].iloc[fit.train], y[fit.train])
                .predict_proba(X[names].iloc[fit.test])[:, 1]
                for names in (list(X.columns[:4]), list(X.columns[4:]))
            ]
            np.testing.assert_allclose(fit.output, np.mean(alone, axis=0), atol=1e-6)

    def test_weights_are_learned_from_inner_held_out_rows(self):
        X, y = table()
        patients = np.array([f"P{row}" for row in range(len(X))])
        _, asked = settle_blocks(
            cohort_from_arrays(X, y, groups=patients),
            spec(blocks=BLOCKS, fusion={"kind": "late", "combine": "stack"}),
        )
        fitted = learn(X, y, patients, asked, seed=0, key=("test",))
        held_out = np.zeros((len(X), 2))
        combined = np.zeros(len(X))
        for k, names in enumerate((list(X.columns[:4]), list(X.columns[4:]))):
            model = make_pipeline(
                StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=5000)
            )
            for split in fitted.splits:
                inner = model.fit(X[names].iloc[split.train], y[split.train])
                held_out[split.test, k] = inner.decision_function(X[names].iloc[split.test])
        for split in fitted.splits:
            weights = LogisticRegression().fit(held_out[split.train], y[split.train])
            combined[split.test] = weights.predict_proba(held_out[split.test])[:, 1]
        weights = LogisticRegression().fit(held_out, y)
        np.testing.assert_allclose(fitted.model.final_.coef_, weights.coef_, atol=1e-4)
        np.testing.assert_allclose(fitted.unseen, combined[fitted.unseen_row], atol=1e-4)
        assert fitted.model.final_.coef_[0, 0] > 3 * abs(
            fitted.model.final_.coef_[0, 1]
        )  # the other block is noise

    def test_weights_of_a_block_of_noise_cost_less_than_a_mean_does(self):
        found = {}
        for combine in ("mean", "stack"):
            asked = spec(blocks=BLOCKS, fusion={"kind": "late", "combine": combine})
            found[combine] = (
                nested_cv(cohort(n=240, seed=3, shift=1.2), asked, show_progress=False)
                .result.metrics["auc"]
                .mean
            )
        assert found["stack"] > found["mean"]

    def test_a_block_may_have_its_own_model(self):
        asked = spec(
            blocks={"glcm": {"columns": "original_*", "models": [{"svm": {"C": [1.0]}}]}, "deep": "emb_*"},
            fusion="late",
        )
        run = nested_cv(cohort(), asked, show_progress=False)
        chosen = {(fit.params["glcm.model"], fit.params["deep.model"]) for fit in run.fits}
        assert chosen == {("svm", "lr")}
        assert of_block(asked, "glcm").models[0].name == "svm"

    @pytest.mark.parametrize("combine", ["mean", "stack"])
    def test_the_model_file_gives_the_same_bits(self, combine, tmp_path):
        whole = cohort()
        asked = spec(blocks=BLOCKS, fusion={"kind": "late", "combine": combine}, calibration="sigmoid")
        model = fit_model(whole, asked)
        model.save(tmp_path / "model.rbm")
        raw = whole.X.drop(columns="sex=M").assign(sex=["M", "F"] * 45)
        again = load_model(tmp_path / "model.rbm").predict(raw)
        np.testing.assert_array_equal(again["probability"], model.predict(whole.X)["probability"])
        assert model.about["model"] == f"late_{combine}"

    def test_jobs_and_the_order_of_rows_and_of_embeddings_change_no_bit(self, tmp_path):
        X, y = table(n=60)
        named = X.assign(patient_id=[f"P{row:02d}" for row in range(60)], ill=y)
        asked = spec(blocks=BLOCKS, fusion={"kind": "late", "combine": "stack"})
        found = []
        for order, jobs in ((np.arange(60), 1), (np.random.default_rng(0).permutation(60), 2)):
            named.iloc[order].to_csv(tmp_path / "table.csv", index=False)
            run = nested_cv(
                read_cohort(tmp_path / "table.csv", target="ill"), asked, jobs=jobs, show_progress=False
            )
            found.append(run.result.predictions)
        pd.testing.assert_frame_equal(*found, check_exact=True)


def test_the_fused_probability_is_calibrated_on_rows_unseen():
    X, y = table(n=60)
    asked = spec(blocks=BLOCKS, fusion="late", calibration="sigmoid")
    fit = nested_cv(cohort_from_arrays(X, y, groups=range(60)), asked, show_progress=False).fits[0]
    scores = fit.model.decision_function(fit.steps.transform(X.iloc[fit.test]))
    by_curve = expit(
        fit.calibrator.slope * (scores - fit.calibrator.centre) / fit.calibrator.scale
        + fit.calibrator.intercept
    )
    np.testing.assert_allclose(fit.output, by_curve, rtol=1e-12)


@pytest.mark.parametrize("faulty", ["emb_*", "=emb_*", "deep="])
def test_an_option_that_names_no_block(faulty):
    with pytest.raises(BadSetting, match="is not NAME=PATTERN"):
        with_fusion(spec(), [faulty])


@pytest.mark.parametrize("fusion", ["early", "late"])
def test_the_steps_know_the_names_of_the_raw_columns(fusion):
    chain = {"deep": {"columns": "emb_*", "steps": ["impute"]}, "glcm": "original_*"}
    X, y = table(n=30)
    fit = nested_cv(
        cohort_from_arrays(X, y, groups=range(30)), spec(blocks=chain, fusion=fusion), show_progress=False
    ).fits[0]
    assert fit.steps.feature_names_in_.tolist() == X.columns.tolist()
