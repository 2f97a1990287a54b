"""Finished cases go to disk at once: memory does not grow with the cohort, and the files are the same however they came."""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyarrow import parquet

from radiobone.core.errors import FileUnreadable
from radiobone.core.files import write_csv, write_json, write_json_items, write_parquet_parts
from radiobone.features.presets import load_settings
from radiobone.io.case import Case
from radiobone.workflow import feature_rows, image_pool
from radiobone.workflow.cache import CaseKey
from radiobone.workflow.case_runner import Outcome, Task
from radiobone.workflow.case_store import Cache
from radiobone.workflow.dry_run import dry_run
from radiobone.workflow.extract import extract, extract_files
from radiobone.workflow.image_pool import Job, run_jobs
from small_cohort import QUICK, SmallCohort, two_labels, write_image

MEAN = {"imageType": {"Original": {}}, "featureClass": {"firstorder": ["Mean", "Median"]}}
SMALL_BYTES = 4_000  # what a case may cost; its features and picture are some 40,000


def files_of(folder: Path) -> dict[str, bytes]:
    kept = ("cache", "provenance.json")
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in paths
        if path.relative_to(folder).parts[0] not in kept
    }


@pytest.fixture
def five(cohort: SmallCohort) -> SmallCohort:
    for number in range(5):
        cohort.add(f"p{number}", note="=1+1" if number else None, empty=None)
    return cohort


@pytest.mark.parametrize("csv", [False, True])
def test_the_files_are_the_same_however_the_run_went(
    five: SmallCohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, csv: bool
) -> None:
    monkeypatch.setattr(feature_rows, "ROWS_AT_ONCE", 2)
    asked = {"settings": MEAN, "csv": csv, "show_progress": False}
    result = extract(five.manifest, output=tmp_path / "held", **asked)
    extract_files(five.manifest, output=tmp_path / "one", **asked)
    extract_files(five.manifest, output=tmp_path / "two", jobs=2, **asked)
    whole, five.rows = five.rows, five.rows[:2]
    extract_files(five.manifest, output=tmp_path / "resumed", **asked)
    five.rows = list(reversed(whole))
    extract_files(five.manifest, output=tmp_path / "resumed", **asked)
    expected = files_of(tmp_path / "held")
    assert len(expected) == 9  # features, cases, run.json, an index and five pictures
    for name in ("one", "two", "resumed"):
        assert files_of(tmp_path / name) == expected, name
    if not csv:
        file = parquet.ParquetFile(tmp_path / "one" / "features.parquet")
        assert file.num_row_groups == 3
        pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "one" / "features.parquet"), result.table)


def test_a_table_of_parts_is_the_table(tmp_path: Path) -> None:
    table = pd.DataFrame({"id": ["a", None, "c"], "none": [None] * 3, "x": [0.1, np.nan, 1 / 3]})
    write_parquet_parts(tmp_path / "t.parquet", (table.iloc[n : n + 1] for n in range(3)))
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "t.parquet"), table)


@pytest.mark.parametrize("items", [[], [{"b": 1, "a": ["\n", "ü"]}], [1, {}, {"x": {"y": [1, 2]}}]])
def test_items_are_written_as_a_list_is(tmp_path: Path, items: list[object]) -> None:
    write_json(tmp_path / "one.json", items)
    write_json_items(tmp_path / "two.json", iter(items))
    if items:
        assert (tmp_path / "two.json").read_bytes() == (tmp_path / "one.json").read_bytes()
    assert json.loads((tmp_path / "two.json").read_text()) == items


def heavy(cases: Sequence[Case], *_rest: object) -> Iterator[list[Outcome]]:
    """Stand for measuring: as many numbers as wavelets give, and a picture."""
    for case in cases:
        number = int(case.patient_id)
        yield [
            Outcome(
                case,
                "done",
                features={f"wavelet_{name}": number + name / 7 for name in range(300)},
                facts={"volume_mm3": float(number)},
                picture=np.random.default_rng(number).integers(0, 255, (24, 72, 3), dtype=np.uint8),
            )
        ]


def bytes_held(
    n_cases: int, folder: Path | None, *, trace: bool = True
) -> tuple[int, list[Outcome], Cache | None]:
    cases = [
        Case(str(number), "", folder or Path(str(number)) / f"{number}", Path("m"))
        for number in range(n_cases)
    ]
    jobs = [Job(case, CaseKey("0", "0", f"{number:064x}")) for number, case in enumerate(cases)]
    store = None if folder is None else Cache(folder)
    task = Task(load_settings(None, modality="ct"))
    gc.collect()
    if trace:
        tracemalloc.start()
    try:
        outcomes = run_jobs(jobs, task, store=store, n_processes=1, show_progress=False)
        gc.collect()
        return tracemalloc.get_traced_memory()[0], outcomes, store
    finally:
        tracemalloc.stop()


def test_a_finished_case_costs_next_to_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_pool, "run_image", heavy)
    monkeypatch.setattr(image_pool, "compile_kernels", lambda **_: None)
    bytes_held(5, tmp_path / "first", trace=False)  # what is loaded once
    few, _, _ = bytes_held(10, tmp_path / "few")
    many, outcomes, store = bytes_held(30, tmp_path / "many")
    assert (many - few) / 20 < SMALL_BYTES
    again, kept, _ = bytes_held(30, tmp_path / "many")
    assert (again - few) / 20 < SMALL_BYTES
    assert kept == outcomes
    assert store is not None
    whole = store.whole(outcomes[7])
    assert whole.features == {f"wavelet_{name}": 7 + name / 7 for name in range(300)}
    assert whole.facts == {"volume_mm3": 7.0}
    held, in_memory, _ = bytes_held(10, None)  # without a folder the features must be somewhere
    assert held > few
    assert in_memory[7].features == whole.features
    assert in_memory[7].picture is None


def test_regions_beside_one_that_failed_are_there_and_tried_again(
    cohort: SmallCohort, tmp_path: Path
) -> None:
    mask = two_labels()
    mask[mask == 2] = 0
    mask[9, 6, 6] = 2  # a single voxel: too small
    cohort.add("p1", roi="label_*", label="")
    write_image(cohort.folder / "masks" / "p1.nii.gz", mask)
    for _ in range(2):
        result = extract(cohort.manifest, settings=QUICK, output=tmp_path / "out", show_progress=False)
        assert list(result.cases["status"]) == ["done", "failed"]
        assert list(result.table["roi"]) == ["label_1"]
        assert result.table[list(result.feature_columns)].notna().all().all()
        assert not [path for path in (tmp_path / "out" / "cache").rglob("*") if path.is_file()]


def test_a_dry_run_leaves_nothing_that_a_run_would_take(five: SmallCohort, tmp_path: Path) -> None:
    result = dry_run(five.manifest, output=tmp_path / "out", show_progress=False)
    assert list(result.cases["status"]) == ["ready"] * 5
    assert len(list((tmp_path / "out" / "pictures").glob("*.png"))) == 5
    assert not [path for path in (tmp_path / "out" / "cache").rglob("*") if path.is_file()]


def test_results_that_are_taken_away_during_the_run_are_missed(
    five: SmallCohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Cache.whole

    def taken_away(store: Cache, outcome: Outcome) -> Outcome:
        for path in store.entries.folder.rglob("*.json"):
            path.unlink()
        return whole(store, outcome)

    monkeypatch.setattr(Cache, "whole", taken_away)
    with pytest.raises(FileUnreadable, match="run again"):
        extract_files(five.manifest, settings=MEAN, output=tmp_path / "out", show_progress=False)
    assert not (tmp_path / "out" / "provenance.json").exists()


def test_pictures_of_a_run_that_was_stopped_are_known(
    five: SmallCohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures, asked = tmp_path / "out" / "pictures", {"settings": MEAN, "show_progress": False}
    written: list[str] = []

    def stopping(path: Path, _content: object) -> None:
        written.append(path.name)
        path.write_bytes(b"png")
        if len(written) == 4:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("radiobone.workflow.feature_table.write_png", stopping)
        extract_files(five.manifest, output=tmp_path / "out", **asked)
    five.rows = five.rows[:2]
    extract_files(five.manifest, output=tmp_path / "out", **asked)
    assert sorted(path.name for path in pictures.iterdir()) == ["0000.png", "0001.png", "index.json"]


def test_csv_of_parts_defuses_formulas(tmp_path: Path) -> None:
    write_csv(tmp_path / "t.csv", pd.DataFrame({"a": ["=1"]}))
    assert (tmp_path / "t.csv").read_text() == "a\n'=1\n"
