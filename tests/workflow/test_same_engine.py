"""Scores come from features of the same settings and of an engine with the same numbers, whatever versions say."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from radiobone.core.errors import SettingsMismatch
from radiobone.features.definitions import names_of
from radiobone.features.presets import load_settings
from radiobone.workflow import fingerprint, same_engine
from radiobone.workflow.extract import extract
from radiobone.workflow.fingerprint import differing, fingerprint_of
from radiobone.workflow.same_engine import differences
from radiobone.workflow.score import Scorer, fit_table, load_model
from small_cohort import QUICK, SmallCohort, bone, write_image

FAST = {
    "name": "fast",
    "title": "For tests",
    "steps": ["scale", {"mannwhitney": {"max_features": 3}}],
    "models": ["lr"],
    "outer": {"folds": 3, "repeats": 1},
    "inner": {"folds": 3},
}
VERSIONS = same_engine.versions


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a cohort, its features and a model; tests leave them as they are."""
    folder = tmp_path_factory.mktemp("engine")
    cohort = SmallCohort(folder)
    for number in range(12):
        cohort.add(f"p{number:02d}", shape=number, sick=number % 2)
        write_image(folder / "images" / f"p{number:02d}.nii.gz", bone(number) + np.int16(60 * (number % 2)))
    extract(cohort.manifest, settings=QUICK, output=folder / "features", show_progress=False)
    fit_table(folder / "features", pipeline=FAST, seed=0, jobs=1, target="sick").save(folder / "m.rbm")
    return folder


@pytest.fixture
def other_engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make every feature 0.1 % larger, as a changed formula would."""
    measure = fingerprint.measure
    fingerprint._measured.cache_clear()
    monkeypatch.setattr(
        fingerprint, "measure", lambda *given: {k: 1.001 * v for k, v in measure(*given).items()}
    )
    yield
    fingerprint._measured.cache_clear()


def image_of(folder: Path) -> list[Path]:
    return [folder / kind / "p03.nii.gz" for kind in ("images", "masks")]


def changed(folder: Path, target: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """Copy an extract folder and change what it says of itself."""
    shutil.copytree(folder / "features", target)
    record = json.loads((target / "provenance.json").read_text())
    change(record)
    (target / "provenance.json").write_text(json.dumps(record))
    return target


@pytest.mark.parametrize("preset", ["ct", "mr", "radiograph", "ibsi", "ibsi-c"])
def test_every_preset_has_a_fingerprint_of_nearly_all_its_features(preset: str) -> None:
    settings = load_settings(preset)
    found = fingerprint_of(settings)
    assert found is not None
    assert len(found["values"]) > 0.9 * len(names_of(settings, is_2d=preset == "radiograph"))
    assert json.loads(json.dumps(found)) == found
    values = np.array(list(found["values"].values()))
    assert len(np.unique(np.round(values, 9))) > 0.6 * len(
        values
    )  # the region is not too plain to tell features apart


def test_a_fingerprint_tells_engines_and_nothing_else(other_engine: None) -> None:
    settings = load_settings("ct")
    other = fingerprint_of(settings)
    assert other is not None
    same = {"made": 1, "values": {name: value * (1 + 1e-9) for name, value in other["values"].items()}}
    assert differing(other, same) == {}
    less = {"made": 1, "values": dict(list(other["values"].items())[1:])}
    assert list(differing(other, less)) == [next(iter(other["values"]))]
    coarser = fingerprint_of(load_settings({"setting": {"binWidth": 50}}))
    assert coarser is not None
    assert "original_glcm_JointEntropy" in differing(other, coarser)


def test_an_engine_of_other_numbers_is_refused_and_the_features_are_named(
    fitted: Path, other_engine: None
) -> None:
    scorer = load_model(fitted / "m.rbm")
    needed = scorer.model.needed[0]
    for score in (
        lambda: scorer.score(*image_of(fitted), label=1),
        lambda: scorer.score_manifest(fitted / "manifest.csv", show_progress=False),
    ):
        with pytest.raises(SettingsMismatch, match="engine whose numbers differ") as caught:
            score()
        assert needed in str(caught.value)


def test_other_versions_with_the_same_numbers_do_not_stop_a_hospital(
    fitted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(same_engine, "versions", lambda: {**VERSIONS(), "SimpleITK": "99.9"})
    assert len(load_model(fitted / "m.rbm").score(*image_of(fitted), label=1)) == 1
    there = changed(fitted, tmp_path / "t", lambda record: record["versions"].update(numpy="99.9"))
    assert len(load_model(fitted / "m.rbm").score_table(there)) == 12


def test_other_versions_and_nothing_to_compare_are_refused(
    fitted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def older(record: dict[str, Any]) -> None:
        del record["fingerprint"]
        record["versions"]["SimpleITK"] = "1.2.4"

    with pytest.raises(SettingsMismatch, match=r"SimpleITK: \S+ in the model, 1\.2\.4 here"):
        load_model(fitted / "m.rbm").score_table(changed(fitted, tmp_path / "t", older))
    model = load_model(fitted / "m.rbm").model
    del model.about["extraction"]["fingerprint"]
    assert len(Scorer(model).score(*image_of(fitted), label=1)) == 1  # the same versions
    monkeypatch.setattr(same_engine, "versions", lambda: {**VERSIONS(), "numpy": "99.9"})
    with pytest.raises(SettingsMismatch, match="nothing is stored that would show"):
        Scorer(model).score(*image_of(fitted), label=1)


def test_a_folder_of_other_numbers_is_refused_whatever_its_versions(fitted: Path, tmp_path: Path) -> None:
    name = load_model(fitted / "m.rbm").model.needed[0]

    def edit(record: dict[str, Any]) -> None:
        record["fingerprint"]["values"][name] += 1.0

    with pytest.raises(SettingsMismatch, match=f"1 of the features that the model needs differ: {name}: "):
        load_model(fitted / "m.rbm").score_table(changed(fitted, tmp_path / "t", edit))


def test_settings_that_differ_are_shown_with_both_values(fitted: Path, tmp_path: Path) -> None:
    def edit(record: dict[str, Any]) -> None:
        record["settings"]["discretisation"]["width"] = 10.0

    with pytest.raises(SettingsMismatch, match=r"discretisation\.width: 25 in the model, 10 here"):
        load_model(fitted / "m.rbm").score_table(changed(fitted, tmp_path / "t", edit))
    other = changed(
        fitted,
        tmp_path / "u",
        lambda record: record["settings"]["images"].append({"kind": "LoG", "sigma_mm": [1.0]}),
    )
    with pytest.raises(
        SettingsMismatch, match=r"images\[\d\]: not set in the model, \{kind: LoG, sigma_mm: \[1\]\} here"
    ):
        load_model(fitted / "m.rbm").score_table(other)
    assert differences({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3, "c": 4}]}) == {
        "a[1].b": (2, 3),
        "a[1].c": (same_engine.ABSENT, 4),
    }
