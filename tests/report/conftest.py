"""A result folder made for tests: exactly the files that an evaluation of images leaves."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.metrics import average_precision_score, roc_auc_score

import radiobone as rb
from radiobone.cohort.cohort import Cohort
from radiobone.core.warnings import collected
from radiobone.evaluation.description import describe
from radiobone.evaluation.null_control import null_control, null_entry
from radiobone.evaluation.result_statistics import calibration_entry, decision_curve_entry, stability_entry
from radiobone.evaluation.spec import load_pipeline
from radiobone.evaluation.weighted import HeldOut
from radiobone.evaluation.wrong_way.optimism_meter import meter_entry
from radiobone.report.build import write_report
from radiobone.workflow.study import evaluate

GRADED_HOSTILE = "<b>low</b>"
VALIDATION_HOSTILE = "<script>alert(1)</script>"

FEATURES = (
    "original_firstorder_Mean", "wavelet-LLH_glcm_JointEntropy", "original_shape_MeshVolume",
    "log-sigma-2-0-mm-3D_glrlm_GrayLevelNonUniformityNormalized", "original_ngtdm_Coarseness",
    "wavelet-HHL_glszm_SmallAreaLowGrayLevelEmphasis", "original_gldm_DependenceVariance", "age",
    "wavelet-LLL_firstorder_90Percentile", "original_glcm_Idmn", "original_glrlm_RunEntropy",
    "log-sigma-4-0-mm-3D_firstorder_Skewness", "wavelet-LHL_gldm_LargeDependenceHighGrayLevelEmphasis",
    "original_shape_Sphericity", "wavelet-LLL_ngtdm_Contrast", "original_firstorder_Kurtosis",
    "squareroot_glcm_Autocorrelation", "original_glszm_ZoneEntropy",
)  # fmt: skip


def write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")


def build_result(
    folder: Path, *, n: int = 60, folds: int = 5, repeats: int = 2, images: bool = True, shap: bool = True,
    described: bool = True,
    hostile: str = "", positive: str = "STANDARD", negative: str = "LUNG", signal: float = 1.1, seed: int = 0,
) -> Path:  # fmt: skip
    """Write a result folder; ``hostile`` is put into every name that comes from outside."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    patients = [f"bone-{i:03d}" for i in range(n)]
    if hostile:
        patients[1] = hostile
    y = (rng.random(n) < 0.45).astype(int)
    X = rng.normal(size=(n, len(FEATURES))) + np.outer(y - 0.5, np.linspace(signal, 0, len(FEATURES)))
    names = [*FEATURES[:-1], hostile or FEATURES[-1]]
    predictions, selected, fold_rows, shap_rows = [], [], [], []
    for repeat in range(repeats):
        fold_of = _folds(y, folds, rng)
        for fold in range(folds):
            chosen = [
                names[i] for i in np.sort(rng.choice(len(names), 8, replace=False, p=_odds(len(names))))
            ]
            columns = [names.index(name) for name in chosen]
            test = np.flatnonzero(fold_of == fold)
            parts = 0.35 * X[test][:, columns] * np.linspace(1, 0.1, len(columns))
            probability = 1 / (1 + np.exp(-(parts.sum(axis=1) - 0.2)))
            model = ("lr", "rf", "xgboost")[(repeat + fold) % 3]
            where = {"repeat": repeat, "fold": fold}
            selected += [{**where, "feature": name} for name in chosen]
            auc = roc_auc_score(y[test], probability) if len(set(y[test])) == 2 else None
            fold_rows.append({
                **where, "model": model, "params": {"C": 0.1}, "threshold": 0.47, "inner_auc": 0.81, "inner_folds": 5,
                "auc": auc, "n_train": n - len(test), "n_test": len(test), "features": chosen,
            })  # fmt: skip
            for k, i in enumerate(test):
                p = float(probability[k])
                predictions.append({
                    "row_id": patients[i], "patient_id": patients[i], "roi": "", "site": hostile or f"site {i % 2}",
                    **where, "y": int(y[i]), "probability": p, "threshold": 0.47, "predicted": int(p >= 0.47), "model": model,
                })  # fmt: skip
                shap_rows += [
                    {
                        "row_id": patients[i],
                        **where,
                        "feature": name,
                        "value": X[i, j],
                        "shap": 0.2 * parts[k, c],
                    }
                    for c, (name, j) in enumerate(zip(chosen, columns, strict=True))
                ]
    table = pd.DataFrame(predictions)
    table.to_parquet(folder / "predictions.parquet")
    pd.DataFrame(selected).to_parquet(folder / "selected.parquet")
    write_json(folder / "folds.json", fold_rows)
    write_json(folder / "metrics.json", _metrics(table, fold_rows, y, positive, negative, repeats))
    write_json(folder / "provenance.json", _provenance(y, hostile, positive, negative, images=images))
    findings = [
        {
            "code": "SiteConfounded",
            "severity": "warning",
            "message": "Site tells the target (AUC 0.71) by itself.",
        }
    ]
    if hostile:
        findings.append({"code": hostile, "severity": hostile, "message": hostile})
    write_json(folder / "audit.json", {"findings": findings})
    if described:
        table = pd.DataFrame(X, columns=names, index=patients)
        cohort = Cohort(table, y, np.array(patients), np.full(n, ""), None, "kernel", positive, negative)
        describe(cohort, pd.DataFrame(selected)).save(folder)
    if shap:
        pd.DataFrame(shap_rows).to_parquet(folder / "shap.parquet")
        _weights(fold_rows).to_parquet(folder / "coefficients.parquet")
        _pairs(fold_rows, rng).to_parquet(folder / "interactions.parquet")
        info = [
            {
                "repeat": f["repeat"],
                "fold": f["fold"],
                "base_value": 0.45,
                "explainer": "tree",
                "model": f["model"],
            }
            for f in fold_rows
        ]
        write_json(
            folder / "shap.json",
            {"scale": "probability", "folds": info, "max_additivity_error": 3.1e-8, "note": hostile},
        )
    if images:
        _cases(folder, patients, hostile)
        _pictures(folder / "pictures", patients, rng)
    return folder


def _weights(fold_rows: list[dict]) -> pd.DataFrame:
    """Coefficients of the folds whose model is logistic regression."""
    rows = [
        {
            "repeat": fold["repeat"], "fold": fold["fold"], "model": "lr", "scale": "log odds", "intercept": -0.2, "feature": name,
            "coefficient": 0.4 - 0.05 * place, "centre": 0.1, "unit": 1.1 if place else np.nan, "spread": 1.0,
        }
        for fold in fold_rows if fold["model"] == "lr" for place, name in enumerate(fold["features"])
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _pairs(fold_rows: list[dict], rng: np.random.Generator) -> pd.DataFrame:
    """Interactions of the folds whose model is of trees."""
    rows = [
        {
            "repeat": fold["repeat"], "fold": fold["fold"], "model": fold["model"], "feature": first, "other": second,
            "scale": "as explained" if fold["model"] == "rf" else "log odds", "strength": float(rng.random() / 50),
        }
        for fold in fold_rows if fold["model"] != "lr"
        for place, first in enumerate(fold["features"]) for second in fold["features"][place + 1:]
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _odds(n: int) -> np.ndarray:
    odds = np.exp(-np.arange(n) / 5.0)
    return odds / odds.sum()


def _folds(y: np.ndarray, folds: int, rng: np.random.Generator) -> np.ndarray:
    fold_of = np.empty(len(y), dtype=int)
    for value in (0, 1):
        rows = rng.permutation(np.flatnonzero(y == value))
        fold_of[rows] = np.arange(len(rows)) % folds
    return fold_of


def _metrics(
    table: pd.DataFrame, folds: list[dict], y: np.ndarray, positive: str, negative: str, repeats: int
) -> dict:
    hit, truth = table["predicted"] == 1, table["y"] == 1
    counts = {"tp": hit & truth, "fp": hit & ~truth, "tn": ~hit & ~truth, "fn": ~hit & truth}
    confusion = {name: int(found.sum()) for name, found in counts.items()}
    sensitivity = confusion["tp"] / (confusion["tp"] + confusion["fn"])
    specificity = confusion["tn"] / (confusion["tn"] + confusion["fp"])
    aucs = [fold["auc"] for fold in folds if fold["auc"] is not None]
    means = {
        "auc": float(np.mean(aucs)), "sensitivity": sensitivity, "specificity": specificity,
        "balanced_accuracy": (sensitivity + specificity) / 2,
        "brier": float(((table["probability"] - table["y"]) ** 2).mean()),
        "average_precision": float(average_precision_score(table["y"], table["probability"])),
    }  # fmt: skip
    metrics = {
        name: {"mean": value, "low": value - 0.0812, "high": min(1.0, value + 0.0779), "pooled": value - 0.0123,
               "sd": 0.1071, "n_folds": len(folds), "method": "95 % percentile bootstrap of patients"}
        for name, value in means.items()
    }  # fmt: skip
    metrics["auc"] |= {"t_low": metrics["auc"]["low"] - 0.0211, "t_high": 1.0}
    return {
        **_statistics(table, folds),
        "task": "binary", "target": "kernel", "positive": positive, "negative": negative, "n_rows": len(y),
        "n_patients": len(y), "n_positive": int(y.sum()), "n_negative": int((1 - y).sum()), "n_features": 1132,
        "n_folds": len(folds) // repeats, "n_repeats": repeats, "seed": 7, "metrics": metrics, "confusion": confusion,
        "models": {"lr": 4, "rf": 3, "xgboost": 3},
    }  # fmt: skip


def _statistics(table: pd.DataFrame, folds: list[dict]) -> dict:
    _, patient = np.unique(table["patient_id"], return_inverse=True)
    y, repeat = table["y"].to_numpy(), table["repeat"].to_numpy()
    fold = table.groupby(["repeat", "fold"]).ngroup().to_numpy()
    rows = HeldOut(y, table["probability"].to_numpy(), table["predicted"].to_numpy(), patient, fold)
    splits = [SimpleNamespace(repeat=one["repeat"], fold=one["fold"]) for one in folds]
    honest = [one["auc"] or 0.5 for one in folds]
    chosen = [SimpleNamespace(features=tuple(one["features"])) for one in folds]
    return {
        "calibration": calibration_entry(rows, repeat, seed=0),
        "decision_curve": decision_curve_entry(rows, repeat, seed=0),
        "selection_stability": stability_entry(chosen, 1132),
        "null_control": null_entry(null_control(0.81, np.random.default_rng(0).normal(0.5, 0.08, 20))),
        "optimism_meter": meter_entry(
            load_pipeline("smote_rf"), splits, honest, [one + 0.1 for one in honest]
        ),
    }


def _provenance(y: np.ndarray, hostile: str, positive: str, negative: str, *, images: bool) -> dict:
    steps = [
        {"name": "impute", "params": {}},
        {"name": "scale", "params": {}},
        {"name": "mannwhitney", "params": {"alpha": 0.05}},
    ]
    return {
        "created": "2026-11-20T12:00:00+00:00", "radiobone": "0.1.0",
        "versions": {"python": "3.11.9", "numpy": "2.3.1", "radiobone": "0.1.0"},
        "machine": {"system": "Linux", "architecture": "x86_64", "cpus": 2}, "seed": 7,
        "pipeline": {"name": "default", "title": "Default", "about": hostile, "steps": steps, "outer": {"folds": 5, "repeats": 2}},
        "cohort": {
            "source": {"name": "features.parquet", "sha256": "ab" * 32}, "digest": "cd" * 32, "n_rows": len(y),
            "n_patients": len(y), "rows_dropped": 0, "target": "kernel", "positive": positive, "negative": negative,
            "sites": {"site 0": 30, "site 1": 30}, "clinical": ["age"], "feature_pattern": None, "n_features": 1132,
            "notes": [hostile or "Three rows had no value of kernel."],
        },
        "command": f"radiobone evaluate features --target kernel {hostile}",
        "extraction": {"settings": {"binWidth": 25, "note": hostile}, "command": "radiobone extract manifest.csv -o features"} if images else None,
    }  # fmt: skip


def _cases(folder: Path, patients: list[str], hostile: str) -> None:
    done = [{"patient_id": p, "status": "done"} for p in patients]
    done[4]["warnings"] = (
        "RoiTouchesBorder: The region touches the image border: a part of the bone may be missing."
    )
    bad = [
        {"patient_id": "bone-900", "status": "failed", "code": "EmptyMask", "message": "The mask has no voxel in the region. Check the label."},
        {"patient_id": "bone-901", "status": "failed", "code": "GeometryMismatch", "message": hostile or "Image and mask lie on different grids."},
        {"patient_id": hostile or "bone-902", "roi": hostile, "status": "empty", "code": "EmptyMask", "message": "vertebrae_T3 is empty."},
    ]  # fmt: skip
    columns = ["patient_id", "roi", "image", "mask", "label", "status", "code", "message", "warnings"]
    pd.DataFrame([*done, *bad], columns=columns, dtype=object).fillna("").to_csv(
        folder / "cases.csv", index=False
    )


def _pictures(folder: Path, patients: list[str], rng: np.random.Generator) -> None:
    folder.mkdir(exist_ok=True)
    index = []
    grid = np.hypot(*np.mgrid[-80:80, -80:80])
    for number, patient in enumerate(patients):
        plane = np.clip(70 + 90 * (grid < 50) + rng.normal(0, 22, (160, 480 // 3)), 0, 255)
        picture = np.repeat(np.tile(plane, 3)[:, :, None], 3, axis=2).astype(np.uint8)
        ring = np.tile(np.abs(grid - 50) < 1, 3)
        picture[ring] = (255, 149, 0)
        Image.fromarray(picture).save(folder / f"{number:04d}.png", compress_level=1)
        index.append({
            "case_id": patient, "patient_id": patient, "roi": "", "file": f"{number:04d}.png", "n_voxels": 30000 + number,
            "volume_mm3": float(rng.normal(32000, 1500)) * (12 if number == 7 else 1), "mean": float(rng.normal(240, 20)),
            "touches_border": number == 4, "n_components": 3 if number == 9 else 1,
        })  # fmt: skip
    write_json(folder / "index.json", index)


@pytest.fixture(scope="session")
def make_result(tmp_path_factory) -> Callable[..., Path]:
    return lambda **options: build_result(tmp_path_factory.mktemp("result"), **options)


@pytest.fixture(scope="session")
def result_folder(make_result) -> Path:
    return make_result()


@pytest.fixture(scope="session")
def graded_folders(tmp_path_factory) -> dict[str, Path]:
    """Results of ordered classes and of a number, with their reports."""
    return {task: _graded(tmp_path_factory.mktemp(task), task) for task in ("ordinal", "number")}


def _graded(folder: Path, task: str) -> Path:
    rng = np.random.default_rng(1)
    X = pd.DataFrame(rng.normal(size=(48, 4)), columns=[f"original_glcm_F{k}" for k in range(4)])
    t = -1.5 + X.iloc[:, 0].to_numpy() + 0.4 * rng.normal(size=48)
    order = ["fine", GRADED_HOSTILE, "worse"]
    y, more, model = (
        (t, {}, {"ridge": {"alpha": [1.0]}})
        if task == "number"
        else (
            np.array(order)[np.digitize(-t, [1.0, 2.0])],
            {"order": order},
            {"proportional_odds": {"C": [1.0]}},
        )
    )
    steps = {"steps": ["impute", "scale"], "outer": {"folds": 3, "repeats": 1}, "inner": {"folds": 2}}
    with collected():
        found = evaluate(
            X, y, groups=np.arange(48), pipeline={**steps, "models": [model]}, task=task, show_progress=False, **more
        )  # fmt: skip
        found.save(folder)
        write_report(folder)
    return folder


@pytest.fixture(scope="session")
def validation_folder(tmp_path_factory) -> Path:
    """A validation of a model, against a second one, with its report; names of class and feature are hostile."""

    def table(seed: int) -> tuple[pd.DataFrame, pd.Series]:
        rng = np.random.default_rng(seed)
        y = np.arange(80) % 2
        X = pd.DataFrame(rng.normal(size=(80, 3)), columns=["f0", VALIDATION_HOSTILE, "f2"])
        X["f0"] += 1.5 * y
        return X, pd.Series(np.where(y == 1, "<b>frail</b>", "sound"), name="bone")

    (X, y), (X_new, y_new) = table(0), table(1)
    X_new.iloc[0, 1] = 97.3
    spec = {"steps": ["impute", "scale"], "models": [{"lr": {"C": [0.1]}}], "inner": {"folds": 2}}
    fitted = {"groups": range(80), "pipeline": spec, "positive": "<b>frail</b>"}
    first, second = rb.fit(X, y, **fitted), rb.fit(X[["f0"]], y, **fitted)
    where = tmp_path_factory.mktemp("page")
    with pytest.warns(Warning, match="training range"):
        found = rb.validate(first, X_new, y_new, groups=range(80), against=second)
    found.report(where)
    return where
