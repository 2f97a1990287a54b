"""FHIR resources are valid by fhir.resources in R4B and R5, and say of whom, by what and how sure."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pydicom
import pytest
from fhir.resources.bundle import Bundle
from fhir.resources.R4B.bundle import Bundle as BundleR4B
from typer.testing import CliRunner

from hospital_case import PATIENT_ID, PATIENT_NAME, PIPELINE, REGION, STUDY_UID, HospitalCase, make_case
from radiobone.cli.app import app
from radiobone.cohort.readers import cohort_from_arrays
from radiobone.core.errors import BadSetting, MissingUid
from radiobone.evaluation.final_model import fit_model
from radiobone.evaluation.spec import PipelineSpec
from radiobone.workflow.hospital.fhir import make_fhir
from radiobone.workflow.hospital.region import ScoredRegion
from radiobone.workflow.score import load_model


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> HospitalCase:
    """Return a model and a study; tests leave them as they are."""
    return make_case(tmp_path_factory.mktemp("hospital"))


def checked(content: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Check a bundle by both versions, and return its resources by their type."""
    text = json.dumps(content, allow_nan=False)
    Bundle.model_validate_json(text)
    BundleR4B.model_validate_json(text)
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in content["entry"]:
        found.setdefault(entry["resource"]["resourceType"], []).append(entry["resource"])
    return found


def parts(observation: dict[str, Any]) -> dict[str, Any]:
    """Return the values of an observation's components by their code."""
    return {
        one["code"]["coding"][0]["code"]: one.get("valueQuantity", one.get("valueCodeableConcept"))
        for one in observation["component"]
    }


def test_a_dicom_study_gives_a_bundle_of_four(case: HospitalCase) -> None:
    scored = load_model(case.model).score_region(case.series, case.seg, label=REGION)
    content = make_fhir(scored)
    found = checked(content)
    (device,), (risk,), (answer, features) = found["Device"], found["RiskAssessment"], found["Observation"]
    subject = {"type": "Patient", "identifier": {"value": PATIENT_ID}}
    assert risk["subject"] == answer["subject"] == features["subject"] == subject
    assert answer["derivedFrom"][0]["identifier"]["value"] == f"urn:oid:{STUDY_UID}"
    assert device["identifier"][0]["value"] == scored.model.digest
    told, row = parts(answer), scored.row
    assert told["PROBABILITY:yes"]["value"] == round(100 * row["probability"], 4)
    assert told["PROBABILITY:yes"]["code"] == "%"
    assert [told[name]["value"] / 100 for name in ("INTERVAL-LOW", "INTERVAL-HIGH")] == pytest.approx(
        scored.interval, abs=5e-7
    )
    assert answer["valueCodeableConcept"]["text"] == row["answer"] != "uncertain"
    assert [one["probabilityDecimal"] for one in risk["prediction"]] == [round(100 * row["probability"], 4)]
    assert answer["bodySite"]["coding"][0]["code"] == "66794005"
    measured = {one["code"]["text"]: one["valueQuantity"]["value"] for one in features["component"]}
    assert measured == scored.features
    for one in (risk, answer, features):
        assert one["status"] == "preliminary"
        assert any("Not a medical device" in note["text"] for note in one["note"])
    assert "Mühle" not in json.dumps(content, ensure_ascii=False)
    assert PATIENT_NAME.split("^")[1] not in json.dumps(content, ensure_ascii=False)
    places = {entry["fullUrl"] for entry in content["entry"]}
    assert {
        risk["performer"]["reference"],
        risk["basis"][0]["reference"],
        answer["device"]["reference"],
    } <= places


def test_what_is_left_open_has_no_prediction(case: HospitalCase) -> None:
    scored = load_model(case.model, grey_zone=(0.0, 1.0)).score_region(case.series, case.seg, label=REGION)
    found = checked(make_fhir(scored))
    (risk,), (answer, _) = found["RiskAssessment"], found["Observation"]
    assert "prediction" not in risk
    assert any(note["text"].startswith("uncertain: GreyZone: ") for note in risk["note"])
    assert answer["valueCodeableConcept"]["coding"][0]["code"] == "UNCERTAIN"
    assert parts(answer)["WHY-UNCERTAIN"]["coding"][0]["code"] == "GreyZone"


def test_an_image_without_a_patient_needs_an_id(case: HospitalCase, tmp_path: Path) -> None:
    scored = load_model(case.model).score_region(*case.nifti(), label=1)
    for nobody in (None, "", "  "):
        with pytest.raises(BadSetting, match="--patient-id"):
            make_fhir(scored, nobody)
    found = checked(make_fhir(scored, "study-12"))
    assert found["RiskAssessment"][0]["subject"]["identifier"] == {"value": "study-12"}
    assert "derivedFrom" not in found["Observation"][0]


def test_images_without_a_study_uid_need_none(case: HospitalCase, tmp_path: Path) -> None:
    series = tmp_path / "ct"
    shutil.copytree(case.series, series)
    for path in series.iterdir():
        header = pydicom.dcmread(path)
        del header.StudyInstanceUID, header.SOPInstanceUID
        header.save_as(path)
    files = [str(series), str(case.nifti()[1]), "--label", "1"]
    target = tmp_path / "f.json"
    command = ["score", str(case.model), *files, "--fhir", str(target), "--patient-id", "X1"]
    answer = CliRunner().invoke(app, command)
    assert answer.exit_code == 0, answer.output + str(answer.exception)
    found = checked(json.loads(target.read_text()))["Observation"][0]
    assert "derivedFrom" not in found
    assert "effectiveDateTime" not in found
    refused = CliRunner().invoke(app, [*command, "--sr", str(tmp_path / "r.dcm")])
    assert isinstance(refused.exception, MissingUid)
    assert "StudyInstanceUID" in str(refused.exception)
    assert "SOPInstanceUID" not in str(refused.exception)  # it is in the head of every file


def test_the_command_writes_a_bundle_and_refuses_one_of_many(case: HospitalCase, tmp_path: Path) -> None:
    target = str(tmp_path / "out.json")
    files = [str(case.series), str(case.seg), "--label", REGION]
    answer = CliRunner().invoke(app, ["score", str(case.model), *files, "--fhir", target])
    assert answer.exit_code == 0, answer.output
    checked(json.loads(Path(target).read_text()))
    many = CliRunner().invoke(
        app, ["score", str(case.model), str(case.folder / "features"), "--fhir", target]
    )
    assert isinstance(many.exception, BadSetting)
    assert "--fhir" in str(many.exception)


@pytest.mark.filterwarnings("ignore::radiobone.core.warnings.OutsideTrainingRange")
@pytest.mark.parametrize("kind", ["number", "ordinal"])
def test_other_tasks_say_what_they_can(kind: str) -> None:
    rng = np.random.default_rng(1)
    X = pd.DataFrame(rng.normal(size=(90, 2)), columns=["a", "b"])
    value = X["a"].to_numpy() + 0.3 * rng.normal(size=90)
    names = ["low", "mid", "high"]
    y = value if kind == "number" else np.array(names)[np.digitize(value, [-0.5, 0.5])]
    task = {"kind": kind} if kind == "number" else {"kind": kind, "order": names}
    model = {"number": "ridge", "ordinal": "proportional_odds"}[kind]
    spec = PipelineSpec.model_validate({**PIPELINE, "steps": ["scale"], "models": [model], "task": task})
    fitted = fit_model(cohort_from_arrays(X, y, task=spec.task), spec)
    scored = ScoredRegion(fitted.predict(X[:1]), {}, fitted, "L1")
    found = checked(make_fhir(scored, "p1"))
    told = parts(found["Observation"][0])
    if kind == "number":
        assert "RiskAssessment" not in found
        assert told["PREDICTED"]["value"] == scored.row["predicted"]
        assert told["INTERVAL-LOW"]["value"] < told["PREDICTED"]["value"] < told["INTERVAL-HIGH"]["value"]
    else:
        assert len(found["RiskAssessment"][0].get("prediction", [])) in (0, 3)
        assert {"INTERVAL-LOW", "INTERVAL-HIGH", "PROBABILITY:mid"} <= set(told)
    older = replace(scored, table=replace(fitted, certainty=None).predict(X[:1]))
    assert "INTERVAL-LOW" not in parts(checked(make_fhir(older, "p1"))["Observation"][0])
