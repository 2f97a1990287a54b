"""Every kind of bad table, by every command that reads one, for every task: the error or warning that is due."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

import radiobone as rb
from radiobone.cli.app import app
from radiobone.cohort.readers import read_cohort
from radiobone.cohort.task import parse_task
from radiobone.core.errors import NotNumeric, RadioboneError, TooFewPerClass
from radiobone.core.warnings import RadioboneWarning
from radiobone.evaluation.audit.registry import audit_cohort

N = 40
ID, TARGET = "patient_id", "y"
TASKS = ("binary", "ordinal", "number")
MODEL = {
    "binary": {"lr": {"C": 0.1}},
    "ordinal": {"proportional_odds": {"C": 0.1}},
    "number": {"ridge": {"alpha": 1.0}},
}
FOLDS = {"outer": {"folds": 4, "repeats": 1}, "inner": {"folds": 2}}
PIPELINE = {
    task: {"task": task, "steps": ["impute", "constant", "scale"], "models": [MODEL[task]], **FOLDS} for task in TASKS
}  # fmt: skip
LEARNS = ("evaluate", "fit", "audit", "validate")


def sound(task):
    rng = np.random.default_rng(5)
    table = pd.DataFrame(rng.normal(size=(N, 5)), columns=[f"f{i}" for i in range(5)])
    latent = table["f0"] + 0.5 * rng.normal(size=N)
    order = latent.rank(method="first")
    target = {
        "binary": (order > N / 2).astype(int),
        "ordinal": ((order - 1) // 14).astype(int),
        "number": latent.round(3),
    }
    table.insert(0, ID, [f"P{i:02d}" for i in range(N)])
    return table.assign(y=target[task])


def cell(column, value, row=3):
    def change(table):
        changed = table.astype({column: object})
        changed.loc[row, column] = value
        return changed

    return change


def column(name, value):
    return lambda table: table.assign(**{name: value})


def rare(table):
    """Leave two rows of the last class."""
    last = table[TARGET].max()
    rows = np.flatnonzero(table[TARGET] == last)
    return table.drop(index=rows[2:])


def features_as(value):
    return lambda table: table.assign(**{f"f{i}": value for i in range(5)})


FAULTS = {
    # name: (the fault, what is due by learning commands, what is due in scoring)
    "one class": (column(TARGET, 1), "OneClass", None),
    "infinite feature": (cell("f1", np.inf), "NonFiniteFeature", "NonFiniteFeature"),
    "too large for a number": (cell("f1", "1e400"), "NonFiniteFeature", "NonFiniteFeature"),
    "too large to compute with": (cell("f1", "-1e300"), "NonFiniteFeature", "NonFiniteFeature"),
    "word among numbers": (cell("f1", "high"), "NotNumeric", "NotNumeric"),
    "missing value": (cell("f1", np.nan), "Imputed", "Imputed"),
    "empty column": (column("f1", np.nan), "FeatureDropped", "Imputed"),
    "empty features": (features_as(np.nan), "MissingColumn", "FeatureMismatch"),
    "constant features": (features_as(2.5), "MissingColumn", None),
    "column twice": (lambda table: pd.concat([table, table[["f0"]]], axis=1), "DuplicateColumn", "DuplicateColumn"),
    "no features": (lambda table: table[[ID, TARGET]], "MissingColumn", "FeatureMismatch"),
    "no rows": (lambda table: table.iloc[:0], "EmptyTable", "EmptyTable"),
    "few rows": (lambda table: table.iloc[::5], "TooFewRows", None),
    "no target": (lambda table: table.drop(columns=TARGET), "MissingColumn", None),
    "target missing in a row": (cell(TARGET, np.nan), "RowsDropped", None),
    "infinite target": (cell(TARGET, np.inf), "NonFiniteFeature", None),
    "word in the target": (
        cell(TARGET, "low"), {"binary": "NotBinary", "ordinal": "BadSetting", "number": "NotNumeric"}, None,
    ),
    "id missing": (cell(ID, "  "), "MissingId", "MissingId"),
    "id twice": (cell(ID, "P01"), "DuplicateId", "RepeatedId"),
    "ids that differ by a space": (cell(ID, "P 01"), "SimilarIds", None),
    "ids that differ by a space at the end": (cell(ID, "P01 "), "SimilarIds", None),
}  # fmt: skip
NO_IDS_IN_ARRAYS = {name for name in FAULTS if name.startswith("id")} | {"no target"}


def codes_of(call):
    """Run, and return the codes of the error and of the warnings; anything but ours fails the test."""
    found = set()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            call()
        except RadioboneError as error:
            found.add(error.code)
    return found | {one.category.code for one in told if issubclass(one.category, RadioboneWarning)}


def typed(*words):
    outcome = CliRunner().invoke(app, [str(word) for word in words])
    if outcome.exception is not None and not isinstance(outcome.exception, SystemExit):
        raise outcome.exception
    assert outcome.exit_code in (0, 3), outcome.output


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    for task in TASKS:
        table = sound(task)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = rb.fit(
                table.drop(columns=[ID, TARGET]), table[TARGET], table[ID], pipeline=PIPELINE[task]
            )
        model.save(folder / f"{task}.rbm")
    return folder


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("fault", sorted(FAULTS))
class TestEveryFaultHasItsName:
    def due(self, fault, task):
        change, due, in_scoring = FAULTS[fault]
        return change(sound(task)), due[task] if isinstance(due, dict) else due, in_scoring

    def test_at_the_command_line(self, fault, task, models, tmp_path):
        table, due, in_scoring = self.due(fault, task)
        path, pipeline, model = tmp_path / "table.csv", tmp_path / "pipeline.yaml", models / f"{task}.rbm"
        table.to_csv(path, index=False)
        pipeline.write_text(yaml.safe_dump(PIPELINE[task]))
        calls = {
            "audit": ["audit", path, "-t", TARGET, "--task", task],
            "fit": ["fit", path, "-t", TARGET, "-p", pipeline, "-o", tmp_path / "m.rbm", "-q", "-j", 1],
            "evaluate": [
                "evaluate",
                path,
                "-t",
                TARGET,
                "-p",
                pipeline,
                "-o",
                tmp_path / "result",
                "-q",
                "-j",
                1,
            ],
            "validate": ["validate", model, path, "-t", TARGET, "-o", tmp_path / "validation"],
        }
        for command in calls if task == "binary" else ("audit", "fit"):
            expected = {due, "FeatureMismatch"} if command == "validate" else {due}
            if due == "DuplicateId" and task == "number":  # two rows of one patient have two numbers
                expected.add("ConflictingLabel")
            assert codes_of(lambda command=command: typed(*calls[command])) & expected, command
        scored = codes_of(lambda: typed("score", model, path, "-o", tmp_path / "scores.csv"))
        assert scored - {"OutsideTrainingRange"} == ({in_scoring} if in_scoring else set())

    def test_in_python(self, fault, task, models):
        table, due, in_scoring = self.due(fault, task)
        if fault not in NO_IDS_IN_ARRAYS:
            X, y = table.drop(columns=[ID, TARGET]), table[TARGET]
            groups = np.arange(len(X))
            calls = (rb.evaluate, rb.fit) if task == "binary" else (rb.fit,)
            for call in calls:
                assert due in codes_of(lambda call=call: call(X, y, groups, pipeline=PIPELINE[task])), (
                    call.__name__
                )
        if fault == "no rows":
            return  # a frame without rows has no scores, and nothing is wrong with that
        scored = codes_of(lambda: rb.load_model(models / f"{task}.rbm").model.predict(table))
        expected = (
            {in_scoring} if in_scoring and fault not in NO_IDS_IN_ARRAYS else set()
        )  # ids are the command's
        assert scored - {"OutsideTrainingRange"} == expected


@pytest.mark.parametrize("task", ["binary", "ordinal"])
def test_a_class_smaller_than_the_folds(task, tmp_path):
    table = rare(sound(task))
    with pytest.raises(
        TooFewPerClass, match=r"^2 patients are (positive|of class 2) and .* 4 folds need at least 4"
    ):
        rb.evaluate(
            table.drop(columns=[ID, TARGET]),
            table[TARGET],
            table[ID],
            pipeline=PIPELINE[task],
            show_progress=False,
        )


def test_a_class_of_one_patient_cannot_be_validated(models, tmp_path):
    table = sound("binary")
    table[TARGET] = (np.arange(N) == 3).astype(int)
    table.to_csv(tmp_path / "table.csv", index=False)
    with pytest.raises(TooFewPerClass, match=r"1 patient.* at least 2 of each"):
        typed(
            "validate",
            models / "binary.rbm",
            tmp_path / "table.csv",
            "-t",
            TARGET,
            "-o",
            tmp_path / "validation",
        )


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("ConstantFeature", column("f3", 7.0)),
        ("EqualFeatures", lambda table: table.assign(f3=table["f2"])),
    ],
)
@pytest.mark.filterwarnings("ignore:.*one and the same value:radiobone.core.warnings.FeatureDropped")
@pytest.mark.filterwarnings("ignore:.*the values of another one:radiobone.core.warnings.FeatureDropped")
def test_the_audit_notes_columns_that_add_nothing(task, code, change, tmp_path):
    change(sound(task)).to_csv(tmp_path / "bad.csv", index=False)
    sound(task).to_csv(tmp_path / "sound.csv", index=False)
    found = {
        name: [one.code for one in audit_cohort(read_cohort(tmp_path / f"{name}.csv", target=TARGET, task=parse_task(task)))]
        for name in ("bad", "sound")
    }  # fmt: skip
    assert found["bad"].count(code) == 1
    assert code not in found["sound"]


@pytest.mark.parametrize("task", TASKS)
def test_the_audit_ends_without_an_error_for_every_task(task, tmp_path):
    sound(task).to_csv(tmp_path / "table.csv", index=False)
    output = tmp_path / "audit.json"
    assert "BadSetting" not in codes_of(
        lambda: typed("audit", tmp_path / "table.csv", "-t", TARGET, "--task", task, "-o", output)
    )
    assert output.is_file()


def test_a_word_in_a_target_of_numbers_is_told_of_the_target():
    table = cell(TARGET, "low")(sound("number"))
    with pytest.raises(
        NotNumeric, match=r"row 4 of the table: 'low'.*A target of --task number must be numbers only"
    ):
        rb.fit(table.drop(columns=[ID, TARGET]), table[TARGET], table[ID], pipeline=PIPELINE["number"])


def test_classes_called_inf_are_words():
    table = sound("binary")
    y = np.where(table[TARGET] == 1, "inf", "sup")
    model = rb.fit(
        table.drop(columns=[ID, TARGET]), y, table[ID], positive="inf", pipeline=PIPELINE["binary"]
    )
    assert model.about["positive"] == "inf"
