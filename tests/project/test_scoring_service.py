"""The example of a scoring service answers over HTTP, and keeps to its folder and its limits."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hospital_case import PATIENT_ID, REGION, make_case
from radiobone.workflow.score import load_model

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "scoring_service.py"
ASKED = {"image": "dicom/ct", "mask": "dicom/seg.dcm", "label": REGION}


def ask(place, data=None):
    """Return status and content of an answer."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(place, data=data), timeout=120) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


@pytest.mark.slow
def test_the_scoring_service(tmp_path):
    case = make_case(tmp_path / "case")
    (case.folder / "out.nii.gz").symlink_to(tmp_path / "outside.nii.gz")
    (tmp_path / "outside.nii.gz").write_bytes(case.nifti()[0].read_bytes())
    command = [
        sys.executable,
        str(EXAMPLE),
        str(case.model),
        str(case.folder),
        "--port",
        "0",
        "--at-once",
        "4",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        try:
            place = server.stdout.readline().strip()
            assert place.startswith("http://127.0.0.1:"), server.stderr.read()

            def score(**asked):
                return ask(f"{place}/score", json.dumps(asked).encode())

            expected = load_model(case.model).score(case.series, case.seg, label=REGION).iloc[0]
            status, content = ask(f"{place}/health")
            assert (status, content["model_digest"]) == (200, expected["model_digest"])
            with ThreadPoolExecutor(8) as threads:
                answers = list(threads.map(lambda _: score(**ASKED, fhir=True), range(8)))
            for status, content in answers:
                assert (status, content["probability"]) == (200, expected["probability"])
                assert PATIENT_ID in json.dumps(content["fhir"])
            for image in ("../outside.nii.gz", "out.nii.gz", "/etc/passwd"):
                status, content = score(**{**ASKED, "image": image})
                assert (status, content["code"]) == (422, "PathOutsideRoot")
            for wrong in (
                {"image": 3},
                {"label": [1]},
                {"clinical": {"image": 1}},
                {"who": 1},
                {"mask": "a\0b"},
            ):
                assert score(**{**ASKED, **wrong})[1]["code"] == "BadSetting"
            missing = score(**{**ASKED, "mask": "none.dcm"})[1]
            assert missing["code"] == "FileMissing"
            assert "none.dcm" in missing["message"]
            assert str(case.folder) not in missing["message"]
            assert score(**{**ASKED, "label": "2"})[1]["probability"] == expected["probability"]
            assert ask(f"{place}/score", b"{")[0] == 400
            assert ask(f"{place}/score", b" " * 100_000)[0] == 413
            assert ask(f"{place}/other")[0] == 404
            assert score(**ASKED)[0] == 200
        finally:
            server.terminate()
            logged = server.stderr.read()
    assert logged.count("score ok ") == 10
    assert PATIENT_ID not in logged
    assert str(case.folder) not in logged
