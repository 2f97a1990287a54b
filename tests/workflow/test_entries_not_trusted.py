"""An entry that is damaged, or another case's, or of other conditions, is computed anew and never trusted."""

from __future__ import annotations

import json
import os
import platform
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from radiobone.core.entries import Entries
from radiobone.workflow import cache, image_pool
from radiobone.workflow.case_store import Cache
from radiobone.workflow.extract import extract
from small_cohort import SmallCohort, bone, two_labels, write_image

MEAN = {"imageType": {"Original": {}}, "featureClass": {"firstorder": ["Mean"]}}
NAME = "original_firstorder_Mean"
KEY = "ab" * 32
CONTENT = [
    {
        "status": "done",
        "features": [["Mean", 0.1], ["Größe", 1e-300]],
        "label": None,
        "picture": "00ff",
        "n": 3,
    }
]


def entry(folder: Path) -> Path:
    store = Entries(folder)
    store.write(KEY, CONTENT)
    (path,) = folder.glob("??/*.json")
    return path


def is_wrong(found: Any) -> bool:
    """Whether something else than what was written is returned."""
    return found is not None and json.dumps(found, sort_keys=True) != json.dumps(CONTENT, sort_keys=True)


def test_an_entry_cut_at_any_byte_is_absent(tmp_path: Path) -> None:
    path = entry(tmp_path)
    whole = path.read_bytes()
    for length in range(len(whole.rstrip())):
        path.write_bytes(whole[:length])
        assert Entries(tmp_path).read(KEY) is None, length


def test_no_flipped_bit_is_believed(tmp_path: Path) -> None:
    path = entry(tmp_path)
    whole = path.read_bytes()
    n_absent = 0
    for place in range(8 * len(whole)):
        damaged = bytearray(whole)
        damaged[place // 8] ^= 1 << place % 8
        path.write_bytes(damaged)
        found = Entries(tmp_path).read(KEY)
        assert not is_wrong(found), place
        n_absent += found is None
    assert n_absent > 0.98 * 8 * len(whole)  # a blank more or less changes nothing


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(data=st.data())
def test_no_other_damage_is_believed(tmp_path: Path, data: st.DataObject) -> None:
    path = entry(tmp_path)
    whole = path.read_bytes()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 40)))
    path.write_bytes(whole[:start] + data.draw(st.binary(max_size=40)) + whole[end:])
    assert not is_wrong(Entries(tmp_path).read(KEY))


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record which cases are computed."""
    seen: list[str] = []
    original = image_pool.run_image

    def recording(cases: list[Any], *rest: Any) -> Iterator[Any]:
        seen.extend(case.case_id for case in cases)
        return original(cases, *rest)

    monkeypatch.setattr(image_pool, "run_image", recording)
    return seen


@pytest.fixture
def two(cohort: SmallCohort, tmp_path: Path) -> Path:
    for name in ("p1", "p2"):
        cohort.add(name)
    run(cohort, tmp_path / "out")
    return tmp_path / "out"


def run(cohort: SmallCohort, out: Path, **asked: Any) -> dict[str, float]:
    table = extract(
        cohort.manifest, **{"settings": MEAN, "output": out, "show_progress": False, **asked}
    ).table
    return dict(zip(table["patient_id"], table[NAME], strict=True))


def entries_of(out: Path) -> list[Path]:
    return sorted(out.glob("cache/??/*.json"))


def test_the_entry_of_another_case_in_its_place_is_not_taken(
    cohort: SmallCohort, two: Path, computed: list[str]
) -> None:
    right = run(cohort, two)
    first, second = entries_of(two)
    shutil.copyfile(first, second)
    assert run(cohort, two) == right
    first, second = entries_of(two)
    second.unlink()
    os.link(first, second)  # one file under two names
    assert run(cohort, two) == right
    assert len(computed) == 2
    assert [path.stat().st_nlink for path in entries_of(two)] == [1, 1]


def test_content_that_changed_without_a_trace_is_seen(
    cohort: SmallCohort, two: Path, computed: list[str]
) -> None:
    image = cohort.folder / "images" / "p1.nii"
    cohort.rows[0] = {**cohort.rows[0], "image": "images/p1.nii"}
    write_image(image, bone(0))
    before, status = run(cohort, two), image.stat()
    write_image(image, (bone(0) + 7).astype(np.int16))
    os.utime(image, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert (image.stat().st_size, image.stat().st_mtime_ns) == (status.st_size, status.st_mtime_ns)
    computed.clear()
    after = run(cohort, two)
    assert computed == ["p1"]
    assert after["p1"] == pytest.approx(before["p1"] + 7)
    assert after["p2"] == before["p2"]


@pytest.mark.parametrize(("name", "value"), [("machine", "another"), ("system", "AnOS")])
def test_an_entry_of_another_kind_of_machine_is_not_taken(
    cohort: SmallCohort,
    two: Path,
    computed: list[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
) -> None:
    monkeypatch.setattr(platform, name, lambda: value)
    run(cohort, two)
    assert sorted(computed) == ["p1", "p2"]


@pytest.mark.parametrize("asked", [{"settings": {**MEAN, "setting": {"binWidth": 9}}}, {"modality": "ct"}])
def test_other_settings_are_another_entry(
    cohort: SmallCohort, two: Path, computed: list[str], asked: dict[str, Any]
) -> None:
    run(cohort, two, **asked)
    assert sorted(computed) == ["p1", "p2"]


def test_a_mask_that_is_corrected_while_the_run_goes_on_is_measured_as_it_is(
    cohort: SmallCohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The keys are found first; what is measured hours later may be another file."""
    for name in ("p1", "p2"):
        cohort.add(name)
    original, smaller = image_pool.run_jobs, two_labels()
    smaller[3, 4:13, 4:12] = 0

    def late(*arguments: Any, **more: Any) -> Any:
        write_image(cohort.folder / "masks" / "p2.nii.gz", smaller)
        return original(*arguments, **more)

    with monkeypatch.context() as patch:
        patch.setattr("radiobone.workflow.measured.run_jobs", late)
        changed = run(cohort, tmp_path / "out")
    fresh = run(cohort, tmp_path / "fresh")
    assert changed == fresh
    told, expected = (
        json.loads((tmp_path / name / "provenance.json").read_text())["inputs"] for name in ("out", "fresh")
    )
    assert told == expected
    write_image(cohort.folder / "masks" / "p2.nii.gz", two_labels())  # as it was when the run began
    back = run(cohort, tmp_path / "out")
    assert back == run(cohort, tmp_path / "anew")
    assert back["p2"] != changed["p2"]


def test_a_file_that_changes_while_it_is_measured_is_no_entry(
    cohort: SmallCohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cohort.add("p1")
    original = image_pool.run_image
    calls: list[int] = []

    def changing(*arguments: Any) -> Iterator[Any]:
        for outcomes in original(*arguments):
            calls.append(1)
            write_image(cohort.folder / "images" / "p1.nii.gz", bone(len(calls)))
            yield outcomes

    monkeypatch.setattr(image_pool, "run_image", changing)
    result = extract(cohort.manifest, settings=MEAN, output=tmp_path / "out", show_progress=False)
    assert list(result.cases["code"]) == ["FileUnreadable"]
    assert "changed while it was read" in result.cases["message"][0]
    assert entries_of(tmp_path / "out") == []
    assert len(calls) == 2


def test_digests_are_held_for_settled_files_alone(cohort: SmallCohort) -> None:
    cohort.add("p1")
    image = cohort.folder / "images" / "p1.nii.gz"
    cache._digests.clear()
    cache.input_digest(image)
    assert cache._digests == {}  # it was written a moment ago


def test_the_store_is_small_in_memory(two: Path) -> None:
    assert Cache(two / "cache").holds_any()
