"""Results of the same folds: the corrected t written out, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student
from sklearn.metrics import cohen_kappa_score, r2_score, roc_auc_score
from typer.testing import CliRunner

import radiobone as rb
from radiobone.cli.app import app
from radiobone.core.errors import BadSetting, SplitsMismatch
from radiobone.report.build import write_report

STEPS = ["impute", "scale"]
ROW = {"outer": {"folds": 3, "repeats": 2}, "inner": {"folds": 2}}


def evaluated(*, features=slice(None), seed=0, splits=None, C=0.1, flip=False, n=60):
    rng = np.random.default_rng(0)
    y = np.arange(60) % 2
    X = pd.DataFrame(rng.normal(size=(60, 4)), columns=[f"f{i}" for i in range(4)])
    X["f0"] += 1.2 * y
    X, y = X.iloc[:n, features], (1 - y if flip else y)[:n]
    spec = {**ROW, "steps": STEPS, "models": [{"lr": {"C": [C]}}]}
    return rb.evaluate(X, y, range(n), pipeline=spec, seed=seed, splits=splits, show_progress=False)


@pytest.fixture(scope="module")
def results():
    strong = evaluated()
    return {
        "all": strong,
        "noise": evaluated(features=slice(1, None), splits=strong.result.splits),
        "again": evaluated(C=100.0, splits=strong.result.splits),
    }


def test_equals_the_corrected_t_written_out(results):
    found = rb.contrast(results)
    for name in ("audit", "summary", "folds", "splits", "provenance"):
        assert getattr(results["all"], name) is getattr(results["all"].result, name)
    scores = {
        name: [
            roc_auc_score(block["y"], block["probability"])
            for _, block in one.predictions.groupby(["repeat", "fold"])
        ]
        for name, one in results.items()
    }
    pair = found["pairs"][0]
    assert (pair["first"], pair["second"]) == ("all", "noise")
    difference = np.array(scores["all"]) - np.array(scores["noise"])
    error = difference.std(ddof=1) * np.sqrt(1 / 6 + 20 / 40)
    half = student.ppf(0.975, 5) * error
    assert pair["difference"]["mean"] == pytest.approx(difference.mean())
    assert (pair["difference"]["low"], pair["difference"]["high"]) == pytest.approx(
        (difference.mean() - half, difference.mean() + half)
    )
    assert pair["difference"]["p"] == pytest.approx(2 * student.sf(abs(difference.mean()) / error, 5))
    tested = [one["difference"]["p"] for one in found["pairs"]]
    smallest = int(np.argmin(tested))
    assert found["pairs"][smallest]["p_holm"] == pytest.approx(min(1, 3 * tested[smallest]))
    assert found["results"]["all"]["mean"] == pytest.approx(results["all"].metrics["auc"].mean)


def test_the_interval_of_a_share_stays_between_0_and_1(results):
    rows = results["all"].predictions
    ranked = rows.assign(probability=rows["y"].where(rows["fold"] != 0, rows["probability"]).astype(float))
    nearly = replace(results["all"].result, predictions=ranked)  # two folds of three without an error
    found = rb.contrast({"nearly": nearly, "noise": results["noise"]})["results"]["nearly"]
    assert found["mean"] < found["high"] == 1.0


def test_the_order_of_the_two_turns_the_sign(results):
    one = rb.contrast({name: results[name] for name in ("all", "noise")}, metric="brier")["pairs"][0]
    other = rb.contrast({name: results[name] for name in ("noise", "all")}, metric="brier")["pairs"][0]
    assert one["difference"]["mean"] == pytest.approx(-other["difference"]["mean"])
    assert one["difference"]["p"] == pytest.approx(other["difference"]["p"])


def test_other_folds_rows_and_classes_are_refused(results):
    first = results["all"]
    with pytest.raises(SplitsMismatch, match="other folds of the same rows"):
        rb.contrast({"a": first, "b": evaluated(seed=1)})
    with pytest.raises(SplitsMismatch, match="other rows"):
        rb.contrast({"a": first, "b": evaluated(n=56)})
    with pytest.raises(BadSetting, match="different questions"):
        rb.contrast({"a": first, "b": evaluated(flip=True, splits=first.result.splits)})
    with pytest.raises(BadSetting, match="no metric 'area'"):
        rb.contrast(results, metric="area")
    with pytest.raises(BadSetting, match="Two results"):
        rb.contrast({"a": first})


def test_from_the_command_line(results, tmp_path):
    for name in ("all", "noise"):
        results[name].save(tmp_path / name)
    folders = [str(tmp_path / name) for name in ("all", "noise")]
    done = CliRunner().invoke(app, ["contrast", *folders, "-o", str(tmp_path / "c.json")])
    assert done.exit_code == 0, done.output
    assert "Holm" in done.output
    stored = json.loads((tmp_path / "c.json").read_text())
    assert stored == rb.contrast(dict(zip(folders, folders, strict=True)))
    done = CliRunner().invoke(app, ["contrast", folders[0], folders[0]])
    assert isinstance(done.exception, BadSetting)


def test_evaluate_compares_with_an_earlier_result(tmp_path):
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(60, 3)), columns=["f0", "f1", "f2"]).assign(y=np.arange(60) % 2)
    table["f0"] += table["y"]
    table.to_csv(tmp_path / "t.csv", index=False)

    def run(name, C, *more):
        (tmp_path / "p.yaml").write_text(json.dumps({**ROW, "steps": STEPS, "models": [{"lr": {"C": [C]}}]}))
        call = ["evaluate", str(tmp_path / "t.csv"), "-t", "y", "--id", "row", "-q", "-j", "1"]
        call += ["-p", str(tmp_path / "p.yaml"), "-o", str(tmp_path / name), *more]
        return CliRunner().invoke(app, call)

    assert run("a", 0.1).exit_code == 0
    done = run("b", 100.0, "--seed", "5", "--compare-with", str(tmp_path / "a"))
    assert done.exit_code == 0, done.output
    assert "Differences, the first less the second" in done.output
    same = [json.loads((tmp_path / name / "splits.json").read_text()) for name in "ab"]
    assert same[0] == same[1]
    assert "AUC, mean of 6 outer folds" in done.output
    stored = json.loads((tmp_path / "b" / "contrast.json").read_text())
    folders = [str(tmp_path / name) for name in "ba"]
    assert stored == rb.contrast(dict(zip(folders, folders, strict=True)))
    page = write_report(tmp_path / "b").read_text(encoding="utf-8")
    section = page[page.index('id="contrast"') :].partition("</section>")[0]
    difference = stored["pairs"][0]["difference"]
    assert f"{difference['low']:.3f}".replace("-", "−") in section.replace("-", "−")
    for one in stored["results"].values():
        assert f"{one['mean']:.3f}" in section
        assert 0 <= one["low"] <= one["mean"] <= one["high"] <= 1
    assert run("b", 100.0).exit_code == 0
    assert not (tmp_path / "b" / "contrast.json").exists()  # of a comparison that was not asked for again
    done = run(
        "c", 1.0, "--compare-with", str(tmp_path / "a"), "--splits", str(tmp_path / "a" / "splits.json")
    )
    assert isinstance(done.exception, BadSetting)
    first = (tmp_path / "a" / "metrics.json").read_bytes()
    done = run("a", 1.0, "--compare-with", str(tmp_path / "a"))
    assert isinstance(done.exception, BadSetting)
    assert "would be replaced" in str(done.exception)
    assert (tmp_path / "a" / "metrics.json").read_bytes() == first
    done = run("d", 1.0, "-p", "default_number", "--task", "number", "--compare-with", str(tmp_path / "a"))
    assert isinstance(done.exception, BadSetting)
    assert "no score in common" in str(done.exception)
    assert not (tmp_path / "d" / "metrics.json").exists()


@pytest.mark.parametrize(("task", "headline"), [("number", "r2"), ("ordinal", "quadratic_kappa")])
def test_numbers_and_ordered_classes_are_compared_by_their_first_score(task, headline, results, tmp_path):
    rng = np.random.default_rng(1)
    number = rng.normal(size=60)
    y = number if task == "number" else np.digitize(number, [-0.5, 0.5])
    X = pd.DataFrame({"f0": number + rng.normal(size=60), "f1": rng.normal(size=60)})
    model = {"ridge": {"alpha": [1.0]}} if task == "number" else {"proportional_odds": {"C": [1.0]}}
    how = {"pipeline": {**ROW, "steps": STEPS, "models": [model]}, "task": task, "show_progress": False}
    signal = rb.evaluate(X, y, range(60), **how)
    noise = rb.evaluate(X[["f1"]], y, range(60), splits=signal.result.splits, **how)
    found = rb.contrast({"signal": signal, "noise": noise})
    assert (found["task"], found["metric"]) == (task, headline)
    difference = np.array(
        [
            r2_score(a["y"], a["predicted"]) - r2_score(b["y"], b["predicted"])
            if task == "number"
            else cohen_kappa_score(a["y"], a["predicted"], weights="quadratic")
            - cohen_kappa_score(b["y"], b["predicted"], weights="quadratic")
            for (_, a), (_, b) in zip(
                signal.predictions.groupby(["repeat", "fold"]), noise.predictions.groupby(["repeat", "fold"]), strict=True
            )
        ]
    )  # fmt: skip
    one = found["pairs"][0]["difference"]
    half = student.ppf(0.975, 5) * difference.std(ddof=1) * np.sqrt(1 / 6 + 20 / 40)
    assert one["mean"] == pytest.approx(difference.mean())
    assert (one["low"], one["high"]) == pytest.approx((difference.mean() - half, difference.mean() + half))
    other = rb.contrast({"signal": signal, "noise": noise}, metric="mae" if task == "number" else "off_by")
    assert other["pairs"][0]["difference"]["mean"] < 0  # fewer errors with the signal
    with pytest.raises(BadSetting, match="There are: "):
        rb.contrast({"signal": signal, "noise": noise}, metric="auc")
    with pytest.raises(BadSetting, match="no score in common"):
        rb.contrast({"two": results["all"], "graded": signal})
    signal.save(tmp_path)
    (tmp_path / "contrast.json").write_text(json.dumps(found))
    page = write_report(tmp_path).read_text(encoding="utf-8")
    section = page[page.index('id="contrast"') :].partition("</section>")[0]
    assert ("R²" if task == "number" else "quadratic kappa") in section
    assert "AUC" not in section
