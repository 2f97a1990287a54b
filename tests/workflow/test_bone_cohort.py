"""Many scans: resumed after an interruption, every failure named, the same tables however they are made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

import dying_worker
from radiobone.cli.app import app
from radiobone.core.interruption import Interrupted
from radiobone.io.write import write_volume
from radiobone.testing.bone_phantoms import BodyShape, vertebral_body
from radiobone.workflow.bone import scan_pool, scan_runner
from radiobone.workflow.bone.files import bone_files
from radiobone.workflow.bone.measure import measure_bone
from radiobone.workflow.bone.tables import BoneTables

QUICK = ["volume", "trabecular"]


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    """Four scans of one bone each; that of B is no image."""
    made = vertebral_body(BodyShape(22, 22, 22, 28, 34), spacing_mm=(3.0, 2.0, 2.0))
    rows = []
    for number, name in enumerate("ABCD"):
        write_volume(tmp_path / f"{name}.nii.gz", made.image.with_array(made.image.array + 10 * number))
        rows.append((name, f"{name}.nii.gz", "mask.nii.gz", "hip_left"))
    write_volume(tmp_path / "mask.nii.gz", made.mask)
    (tmp_path / "B.nii.gz").write_bytes(b"not an image")
    table = pd.DataFrame(rows, columns=["patient_id", "image", "mask", "roi"])
    table.to_csv(tmp_path / "manifest.csv", index=False)
    return tmp_path


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Patients that are really measured."""
    found: list[str] = []
    original = scan_pool.run_scan

    def recording(scan: Any, *rest: Any, **more: Any) -> Any:
        found.append(scan.case.patient_id)
        return original(scan, *rest, **more)

    monkeypatch.setattr(scan_pool, "run_scan", recording)
    return found


def measured(cohort: Path, **more: Any) -> BoneTables:
    asked = {"measurements": QUICK, "show_progress": False, **more}
    return bone_files(cohort / "manifest.csv", None, cohort / "out", **asked)


def test_a_second_run_measures_only_what_is_missing_or_changed(cohort: Path, seen: list[str]) -> None:
    first = measured(cohort)
    assert seen == ["A", "B", "C", "D"]
    assert first.cases["code"].tolist() == ["", "UnreadableImage", "", ""]
    assert first.patients["patient_id"].tolist() == ["A", "C", "D"]
    seen.clear()
    pictures = {path.name: path.read_bytes() for path in (cohort / "out/pictures").glob("*.png")}
    again = measured(cohort)
    assert seen == ["B"]  # what failed is tried again
    for name in ("levels", "patients", "cases"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(first, name))
    assert {path.name: path.read_bytes() for path in (cohort / "out/pictures").glob("*.png")} == pictures
    assert len(pictures) == 3

    seen.clear()
    made = vertebral_body(BodyShape(22, 22, 22, 28, 34), spacing_mm=(3.0, 2.0, 2.0))
    write_volume(cohort / "B.nii.gz", made.image)
    write_volume(cohort / "C.nii.gz", made.image.with_array(made.image.array + 500))
    mended = measured(cohort)
    assert seen == ["B", "C"]
    assert mended.n_failed == 0
    assert mended.levels["mean_hu"].tolist()[2] == pytest.approx(650)


@pytest.mark.parametrize(
    "change", [{"measurements": ["volume"]}, {"levels": ["hip_*"]}, {"pictures": False}], ids=str
)
def test_what_decides_the_rows_decides_what_is_kept(
    cohort: Path, seen: list[str], change: dict[str, Any]
) -> None:
    measured(cohort)
    seen.clear()
    measured(cohort, **change)
    assert seen == ["A", "B", "C", "D"]


def test_settings_and_an_edited_engine_measure_anew(
    cohort: Path, seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    measured(cohort)
    seen.clear()
    (cohort / "own.yaml").write_text("trabecular: {erosion_mm: 6}\n")
    measured(cohort, settings=cohort / "own.yaml")
    assert len(seen) == 4
    seen.clear()
    monkeypatch.setattr("radiobone.workflow.bone.scan_cache.engine_digest", lambda: "another")
    measured(cohort, settings=cohort / "own.yaml")
    assert len(seen) == 4


def test_damaged_entries_are_measured_anew(cohort: Path, seen: list[str]) -> None:
    first = measured(cohort)
    entries = sorted((cohort / "out/scan_cache").rglob("*.json"))
    assert len(entries) == 3
    entries[0].write_bytes(entries[0].read_bytes()[:-30])
    forged = json.loads(entries[1].read_text())
    forged["content"]["patient"] = []
    entries[1].write_text(json.dumps(forged))
    seen.clear()
    again = measured(cohort)
    assert len(seen) == 3
    pd.testing.assert_frame_equal(again.patients, first.patients)


def test_an_interruption_says_what_is_kept_and_the_next_run_goes_on(
    cohort: Path, seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    original = scan_runner.measure_bone

    def stopped(image: Path, *rest: Any, **more: Any) -> Any:
        if image.name == "C.nii.gz":
            raise KeyboardInterrupt
        return original(image, *rest, **more)

    with monkeypatch.context() as patch:
        patch.setattr(scan_runner, "measure_bone", stopped)
        with pytest.raises(Interrupted, match="1 of 4 scans kept; run the same command again"):
            measured(cohort)
    assert not (cohort / "out/levels.csv").exists()
    seen.clear()
    assert measured(cohort).patients["patient_id"].tolist() == ["A", "C", "D"]
    assert seen == ["B", "C", "D"]


def test_a_defect_in_one_scan_costs_that_scan(cohort: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def defective(image: Path, *rest: Any, **more: Any) -> Any:
        if image.name == "C.nii.gz":
            raise ZeroDivisionError("a defect")
        return measure_bone(image, *rest, **more)

    monkeypatch.setattr(scan_runner, "measure_bone", defective)
    found = measured(cohort).cases
    assert found["code"].tolist() == ["", "UnreadableImage", "UnexpectedError", ""]
    assert "ZeroDivisionError: a defect" in found["message"].tolist()[2]


@pytest.mark.long
@pytest.mark.slow
def test_a_dead_worker_costs_its_own_scan(cohort: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_pool, "_work", dying_worker.dying_at_a_scan)
    found = measured(cohort, jobs=2)
    assert found.cases["code"].tolist() == ["", "UnreadableImage", "WorkerDied", ""]
    assert found.patients["patient_id"].tolist() == ["A", "D"]


def test_a_mask_of_bodies_outside_the_folder_is_not_read(cohort: Path) -> None:
    table = pd.read_csv(cohort / "manifest.csv").assign(bodies="")
    table.loc[0, "bodies"] = "../elsewhere.nii.gz"
    table.loc[2, "bodies"] = "none.nii.gz"
    table.to_csv(cohort / "manifest.csv", index=False)
    assert measured(cohort).cases["code"].tolist() == [
        "PathOutsideRoot",
        "UnreadableImage",
        "FileMissing",
        "",
    ]


def test_two_scans_of_a_patient_have_pictures_of_their_own(cohort: Path) -> None:
    table = pd.read_csv(cohort / "manifest.csv").assign(patient_id=["A", "A", "A", "D"])
    table["roi"] = ["hip_left", "hip_right", "sacrum", "hip_left"]
    table.to_csv(cohort / "manifest.csv", index=False)
    measured(cohort)
    names = sorted(path.name for path in (cohort / "out/pictures").glob("*.png"))
    assert names == ["A-3_label_1.png", "A_label_1.png", "D_label_1.png"]
    table[table["patient_id"] == "D"].to_csv(cohort / "manifest.csv", index=False)
    measured(cohort)
    assert [path.name for path in (cohort / "out/pictures").glob("*.png")] == ["D_label_1.png"]


def test_the_command_tells_progress_and_names_what_failed(cohort: Path) -> None:
    words = ["bone", str(cohort / "manifest.csv"), "-o", str(cohort / "out"), "-M", "volume", "-j", "1"]
    first, again = (CliRunner().invoke(app, words) for _ in range(2))
    assert first.exit_code == again.exit_code == 3
    assert "Measuring scans: 4/4" in first.output
    assert "s left" in first.output
    assert "B: UnreadableImage" in first.output
    assert "3 of 4 scans are unchanged since the last run and are kept." in again.output


def test_a_run_in_which_everything_fails_leaves_the_earlier_tables(cohort: Path) -> None:
    first = measured(cohort)
    names = ("levels.csv", "patients.csv", "cases.csv", "provenance.json")
    before = {name: (cohort / "out" / name).read_bytes() for name in names}
    pictures = sorted(path.name for path in (cohort / "out/pictures").iterdir())
    words = ["bone", str(cohort / "manifest.csv"), "-o", str(cohort / "out"), "-M", "volume", "-j", "1"]
    table = pd.read_csv(cohort / "manifest.csv")
    table[table["patient_id"] == "B"].to_csv(
        cohort / "manifest.csv", index=False
    )  # the one that cannot be read
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 3
    assert "those of the earlier run, and stay as they are" in done.output
    assert "B: UnreadableImage" in done.output
    assert {name: (cohort / "out" / name).read_bytes() for name in names} == before
    assert sorted(path.name for path in (cohort / "out/pictures").iterdir()) == pictures
    assert pd.read_csv(cohort / "out/failed.csv")["code"].tolist() == ["UnreadableImage"]
    table.to_csv(cohort / "manifest.csv", index=False)
    pd.testing.assert_frame_equal(measured(cohort).levels, first.levels)
    assert not (cohort / "out/failed.csv").exists()
