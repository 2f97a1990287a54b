"""A service gives the same bits in eight threads as in one, an outcome for whatever it is asked, and changes nothing else."""

from __future__ import annotations

import json
import os
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import SimpleITK as sitk
from threadpoolctl import threadpool_info

import radiobone as rb
from hospital_case import REGION, HospitalCase, make_case
from radiobone.core.errors import BadSetting, FileMissing, SettingsMismatch
from radiobone.workflow import same_engine, scorer
from radiobone.workflow.hospital.service import Outcome, ScoringService
from small_cohort import write_image


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> HospitalCase:
    """Return a model and a study; tests leave them as they are."""
    return make_case(tmp_path_factory.mktemp("hospital"))


@pytest.fixture(scope="module")
def touching(case: HospitalCase) -> tuple[Path, Path]:
    """Return an image, and a region in one slice: it is warned of, and others are not."""
    image, mask = case.nifti(5)
    drawn = sitk.GetArrayFromImage(sitk.ReadImage(str(mask)))
    drawn[:5], drawn[6:] = 0, 0
    write_image(case.folder / "one_slice.nii.gz", (drawn == 1).astype(np.uint8))
    return image, case.folder / "one_slice.nii.gz"


def same(a: Outcome, b: Outcome) -> bool:
    """Whether two outcomes are one, to the bit."""
    if a.scored is None or b.scored is None:
        return (a.code, a.message) == (b.code, b.message)
    pd.testing.assert_frame_equal(a.scored.table, b.scored.table, check_exact=True)
    return dict(a.scored.features) == dict(b.scored.features)


def test_eight_threads_get_the_bits_of_one_and_their_own_warnings(
    case: HospitalCase, touching: tuple[Path, Path]
) -> None:
    asked: list[tuple[Any, Any, Any]] = [(*case.nifti(number), 1) for number in range(8)]
    asked += [(case.series, case.seg, REGION), (case.series, case.rtstruct, None), (*touching, 1)]
    asked += [("nowhere.nii.gz", "mask.nii.gz", 1), (*case.nifti(2), 99)]
    with ScoringService(case.model, at_once=8, wait_seconds=120) as service:
        serial = [service.score(image, mask, label=label) for image, mask, label in asked]
        before = (
            list(warnings.filters),
            sitk.ProcessObject.GetGlobalDefaultNumberOfThreads(),
            threadpool_info(),
        )
        environment, folder = dict(os.environ), Path.cwd()
        order = [
            number for turn in range(4) for number in np.random.default_rng(turn).permutation(len(asked))
        ]

        def ask(number: int) -> Outcome:
            image, mask, label = asked[number]
            return service.score(image, mask, label=label)

        with ThreadPoolExecutor(8) as threads:
            outcomes = list(threads.map(ask, order))
    after = (list(warnings.filters), sitk.ProcessObject.GetGlobalDefaultNumberOfThreads(), threadpool_info())
    assert before == after
    for number, outcome in zip(order, outcomes, strict=True):
        assert same(outcome, serial[number])
    assert (environment, folder) == (dict(os.environ), Path.cwd())
    assert [one.code for one in serial[-2:]] == ["FileMissing", "LabelNotFound"]
    told = [one.scored.row["warnings"] for one in serial[:-2] if one.scored]
    assert ["SingleSliceRoi" in text for text in told] == [False] * 10 + [True]


def test_a_service_says_what_the_scorer_says(case: HospitalCase) -> None:
    with rb.ScoringService(case.model) as service:
        outcome = service.score(case.series, case.seg, label=REGION)
    expected = rb.load_model(case.model).score(case.series, case.seg, label=REGION)
    assert outcome.scored is not None
    pd.testing.assert_frame_equal(outcome.scored.table, expected, check_exact=True)
    plain = json.loads(json.dumps(outcome.plain(), allow_nan=False))
    assert plain["ok"] is True
    assert plain["probability"] == expected["probability"][0]
    assert plain["model_digest"] == expected["model_digest"][0]


@pytest.mark.parametrize(
    ("image", "mask", "label", "code"),
    [
        (None, None, 1, "BadSetting"),
        ("nowhere.nii.gz", "mask.nii.gz", 1, "FileMissing"),
        ("", "", 1, "BadSetting"),
        ("image\0", "mask", 1, None),
        (np.zeros((3, 3)), np.zeros((3, 3)), 1, "BadSetting"),
        (3, object(), 1, "BadSetting"),
        ("image.nii.gz", "mask.nii.gz", [31], "BadSetting"),
        ("image.nii.gz", "mask.nii.gz", True, "BadSetting"),
        (sitk.Image(4, 4, 4, sitk.sitkUInt8), object(), 1, None),
    ],
)
def test_whatever_is_asked_has_an_outcome(
    case: HospitalCase, image: Any, mask: Any, label: Any, code: str | None
) -> None:
    with ScoringService(case.model) as service:
        outcome = service.score(image, mask, label=label)
        assert not outcome.ok
        assert outcome.message
        assert outcome.plain() == {"ok": False, "code": outcome.code, "message": outcome.message}
        assert code is None or outcome.code == code
        assert service.score(*case.nifti(), label=1, **{"self": 1}).code == "BadSetting"
        assert service.score(*case.nifti(), label=1).ok  # and the next is as before


def test_more_than_are_taken_are_told_so_and_a_slow_one_keeps_its_turn(
    case: HospitalCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    measure = scorer.extract_named

    def slow(*given: Any) -> Any:
        go_on.wait(timeout=60)
        return measure(*given)

    monkeypatch.setattr(scorer, "extract_named", slow)
    with ScoringService(case.model, at_once=1, wait_seconds=0.05, limit_seconds=0.2) as service:
        assert service.score(*case.nifti(), label=1).code == "ResourceLimit"
        assert service.score(*case.nifti(), label=1).code == "ServiceBusy"
        go_on.set()
        ends = time.monotonic() + 60
        service.limit_seconds = 60
        while not (outcome := service.score(*case.nifti(), label=1)).ok:
            assert outcome.code == "ServiceBusy"
            assert time.monotonic() < ends
    assert service.score(*case.nifti(), label=1).code == "ServiceBusy"  # closed


def test_files_and_images_that_are_too_large_are_refused(case: HospitalCase) -> None:
    with ScoringService(case.model, limit_bytes=1000) as service:
        assert service.score(case.series, case.seg, label=REGION).code == "ResourceLimit"
    with ScoringService(case.model, memory_bytes=1000) as service:
        outcome = service.score(*case.nifti(), label=1)
    assert outcome.code in {"ResourceLimit", "ok"}  # as far as it can be told before


def test_what_is_wrong_from_the_start_is_raised(case: HospitalCase, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FileMissing):
        ScoringService(case.folder / "no.rbm")
    with pytest.raises(BadSetting, match="at_once=0"):
        ScoringService(case.model, at_once=0)
    monkeypatch.setattr(same_engine, "fingerprint_of", lambda _settings: {"made": 1, "values": {}})
    with pytest.raises(SettingsMismatch):
        ScoringService(case.model)
