"""Extraction of a cohort: every case accounted for, nothing computed twice, the same numbers however it runs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import dying_worker
from radiobone.core.errors import BadSetting, MissingColumn
from radiobone.io.case import Case
from radiobone.workflow import image_pool
from radiobone.workflow.dry_run import dry_run
from radiobone.workflow.extract import extract
from small_cohort import QUICK, SmallCohort, two_labels, write_image


def computed_images(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record which regions are really computed."""
    seen: list[str] = []
    original = image_pool.run_image

    def recording(cases: list[Case], *rest: object) -> object:
        seen.extend(case.case_id for case in cases)
        return original(cases, *rest)

    monkeypatch.setattr(image_pool, "run_image", recording)
    return seen


def test_every_fault_is_named_and_the_rest_goes_on(cohort: SmallCohort, faults: dict, tmp_path: Path) -> None:
    for code in faults:
        cohort.add(code)
    cohort.add("sound")
    for code, make in faults.items():
        make(cohort, code)
    result = extract(cohort.manifest, settings=QUICK, output=tmp_path / "out", show_progress=False)
    cases = result.cases.set_index("patient_id")
    assert {code: cases.loc[code, "code"] for code in faults} == {code: code for code in faults}
    assert cases.loc["sound", "status"] == "done"
    assert list(result.table["patient_id"]) == ["sound"]
    assert (cases["message"].str.len() > 0).sum() == len(faults)
    assert result.n_failed == len(faults)
    written = pd.read_csv(tmp_path / "out" / "cases.csv")
    assert list(written["patient_id"]) == list(result.cases["patient_id"])


def test_a_rerun_computes_only_what_changed(
    three_patients: SmallCohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    seen = computed_images(monkeypatch)
    first = extract(three_patients.manifest, settings=QUICK, output=out, show_progress=False)
    assert len(seen) == 6
    seen.clear()
    again = extract(three_patients.manifest, settings=QUICK, output=out, show_progress=False)
    assert seen == []
    pd.testing.assert_frame_equal(again.table, first.table)

    mask = two_labels()
    mask[3, 4:13, 4:12] = 0
    write_image(three_patients.folder / "masks" / "p2.nii.gz", mask)
    corrected = extract(three_patients.manifest, settings=QUICK, output=out, show_progress=False)
    assert sorted(seen) == ["p2/L1", "p2/L2"]
    volumes = corrected.table.set_index(["patient_id", "roi"])["original_shape_VoxelVolume"]
    assert volumes["p2", "L1"] == pytest.approx(0.75 * volumes["p1", "L1"])


def test_other_settings_and_damaged_entries_are_computed_anew(
    three_patients: SmallCohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    first = extract(three_patients.manifest, settings=QUICK, output=out, show_progress=False)
    entries = sorted((out / "cache").rglob("*.json"))
    assert len(entries) == 6
    entries[0].write_bytes(entries[0].read_bytes()[:-30])
    damaged = json.loads(entries[1].read_text())
    damaged["content"][0]["features"][20][1] += 1
    entries[1].write_text(json.dumps(damaged))
    seen = computed_images(monkeypatch)
    again = extract(three_patients.manifest, settings=QUICK, output=out, show_progress=False)
    assert len(seen) == 2
    pd.testing.assert_frame_equal(again.table, first.table)

    seen.clear()
    wider = {**QUICK, "setting": {"binWidth": 50}}
    extract(three_patients.manifest, settings=wider, output=out, show_progress=False)
    assert len(seen) == 6


def test_an_edited_engine_computes_anew(
    three_patients: SmallCohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    extract(three_patients.manifest, settings=QUICK, output=out, show_progress=False)
    monkeypatch.setattr("radiobone.workflow.cache.engine_digest", lambda: "another")
    seen = computed_images(monkeypatch)
    extract(three_patients.manifest, settings=QUICK, output=out, show_progress=False)
    assert len(seen) == 6


def test_failed_cases_are_tried_again(cohort: SmallCohort, faults: dict, tmp_path: Path) -> None:
    cohort.add("p1")
    faults["EmptyMask"](cohort, "p1")
    out = tmp_path / "out"
    assert extract(cohort.manifest, settings=QUICK, output=out, show_progress=False).n_failed == 1
    write_image(cohort.folder / "masks" / "p1.nii.gz", two_labels())
    assert extract(cohort.manifest, settings=QUICK, output=out, show_progress=False).n_failed == 0


def test_the_number_of_workers_does_not_matter(three_patients: SmallCohort, tmp_path: Path) -> None:
    for jobs in (1, 2):
        extract(
            three_patients.manifest,
            settings=QUICK,
            output=tmp_path / str(jobs),
            jobs=jobs,
            csv=True,
            show_progress=False,
        )
    for name in ("features.csv", "cases.csv", "pictures/index.json", "pictures/0003.png"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_more_images_than_workers_can_be_given_at_once(cohort: SmallCohort) -> None:
    names = [f"p{number:02d}" for number in range(12)]
    for name in names:
        cohort.add(name)
    first_order = {"imageType": {"Original": {}}, "featureClass": {"firstorder": ["Mean"]}}
    result = extract(cohort.manifest, settings=first_order, jobs=2, show_progress=False)
    assert list(result.table["patient_id"]) == names


@pytest.mark.parametrize("roi", ["vertebrae_*", "[LT]*"])
def test_a_pattern_takes_every_structure(cohort: SmallCohort, tmp_path: Path, roi: str) -> None:
    folder = cohort.folder / "masks" / "p1"
    for name, label in (("vertebrae_L1", 1), ("vertebrae_L2", 2), ("vertebrae_T12", 9), ("liver", 1)):
        write_image(folder / f"{name}.nii.gz", (two_labels() == label).astype("uint8"))
    cohort.add("p1", roi=roi, label="")
    cohort.rows[0] = {**cohort.rows[0], "mask": "masks/p1"}
    result = extract(cohort.manifest, settings=QUICK, output=tmp_path / "out", show_progress=False)
    assert list(zip(result.cases["roi"], result.cases["status"], strict=True)) == [
        ("vertebrae_L1", "done"),
        ("vertebrae_L2", "done"),
        ("vertebrae_T12", "empty"),
    ]
    assert result.n_failed == 0


def test_table_holds_the_manifests_columns_and_records_which_are_features(
    three_patients: SmallCohort, tmp_path: Path
) -> None:
    result = extract(three_patients.manifest, settings=QUICK, output=tmp_path / "out", show_progress=False)
    stored = pd.read_parquet(tmp_path / "out" / "features.parquet")
    assert list(stored.columns[:3]) == ["patient_id", "roi", "osteoporosis"]
    provenance = json.loads((tmp_path / "out" / "provenance.json").read_text())
    assert provenance["feature_columns"] == list(result.feature_columns)
    assert len(result.feature_columns) == 107
    assert stored[list(result.feature_columns)].notna().all().all()
    index = json.loads((tmp_path / "out" / "pictures" / "index.json").read_text())
    assert [entry["case_id"] for entry in index] == ["p1/L1", "p1/L2", "p2/L1", "p2/L2", "p3/L1", "p3/L2"]


def test_a_dry_run_checks_and_measures_nothing(cohort: SmallCohort, faults: dict, tmp_path: Path) -> None:
    cohort.add("p1")
    cohort.add("p2")
    faults["GeometryMismatch"](cohort, "p2")
    result = dry_run(cohort.manifest, output=tmp_path / "out", show_progress=False)
    assert list(result.cases["status"]) == ["ready", "failed"]
    assert not (tmp_path / "out" / "features.parquet").exists()
    assert (tmp_path / "out" / "pictures" / "0000.png").exists()


def test_a_manifest_without_masks_and_a_wrong_modality_are_named(cohort: SmallCohort) -> None:
    cohort.add("p1")
    cohort.rows[0] = {k: v for k, v in cohort.rows[0].items() if k != "mask"}
    with pytest.raises(MissingColumn, match="mask"):
        extract(cohort.manifest, settings=QUICK, show_progress=False)
    with pytest.raises(BadSetting, match="'pet' is not known"):
        extract(cohort.manifest, modality="pet", show_progress=False)


def test_the_notebook_shows_what_failed(cohort: SmallCohort, faults: dict) -> None:
    cohort.add("<b>p1</b>")
    cohort.rows[0] = {**cohort.rows[0], "image": "images/none.nii.gz"}
    shown = extract(cohort.manifest, settings=QUICK, show_progress=False)._repr_html_()
    assert "FileMissing" in shown
    assert "<b>p1" not in shown


def test_a_dead_worker_costs_its_own_case_only(
    three_patients: SmallCohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_pool, "_work", dying_worker.dying)
    result = extract(
        three_patients.manifest, settings=QUICK, output=tmp_path / "out", jobs=2, show_progress=False
    )
    found = {(row.patient_id, row.status, row.code) for row in result.cases.itertuples()}
    assert found == {("p1", "done", ""), ("p2", "failed", "WorkerDied"), ("p3", "done", "")}
    assert len(result.cases) == 6


def test_nothing_outside_the_root_is_read_and_empty_cells_are_named(
    cohort: SmallCohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret.nii.gz"
    write_image(secret, two_labels())
    for name in ("outside", "unnamed", "linked"):
        cohort.add(name)
    cohort.rows[0] = {**cohort.rows[0], "image": "../secret.nii.gz"}
    cohort.rows[1] = {**cohort.rows[1], "image": ""}
    link = cohort.folder / "images" / "linked.nii.gz"
    link.unlink()
    link.symlink_to(secret)
    digested: list[Path] = []
    monkeypatch.setattr("radiobone.workflow.cache.file_digest", lambda path: digested.append(path) or "0")
    result = extract(cohort.manifest, settings=QUICK, output=tmp_path / "out", show_progress=False)
    codes = result.cases.set_index("patient_id")["code"].to_dict()
    assert codes == {"outside": "PathOutsideRoot", "unnamed": "FileMissing", "linked": "PathOutsideRoot"}
    assert digested == []


def test_a_pattern_and_a_label_contradict_each_other(cohort: SmallCohort) -> None:
    cohort.add("p1", roi="label_*", label=1)
    result = extract(cohort.manifest, settings=QUICK, show_progress=False)
    assert list(result.cases["code"]) == ["BadSetting"]


def test_no_folder_of_the_machine_is_in_the_cases(cohort: SmallCohort, tmp_path: Path) -> None:
    pixels = np.zeros((40, 40), dtype=np.uint8)
    pixels[10:30, 10:30] = np.arange(20) * 10 + 20
    for kind, content in (("images", pixels), ("masks", ((pixels > 0) * 1).astype(np.uint8))):
        (cohort.folder / kind).mkdir(exist_ok=True)
        Image.fromarray(content).save(cohort.folder / kind / "p1.png")
    cohort.rows.append({"patient_id": "p1", "image": "images/p1.png", "mask": "masks/p1.png"})
    extract(cohort.manifest, modality="xr", output=tmp_path / "out", show_progress=False)
    written = (tmp_path / "out" / "cases.csv").read_text()
    assert "SpacingAssumed: images/p1.png does not tell" in written
    assert str(tmp_path) not in written
    (entry,) = json.loads((tmp_path / "out" / "pictures" / "index.json").read_text())
    assert (entry["is_2d"], entry["area_mm2"], entry["spacing_assumed"]) == (True, 400.0, True)
