"""Perturbed repeats of a cohort: a table of their own, the same bits however they are made."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from typer.testing import CliRunner

from radiobone.cli.app import app
from radiobone.core.errors import BadSetting, TableOfRepeats
from radiobone.imaging.perturb.grow import Grow
from radiobone.selection.icc import icc_1_1
from radiobone.workflow import image_pool
from radiobone.workflow.dry_run import dry_run
from radiobone.workflow.evaluate_table import evaluate_table
from radiobone.workflow.extract import extract
from radiobone.workflow.study import evaluate
from small_cohort import QUICK, SmallCohort, two_labels, write_image

PLAN = {
    "seed": 4,
    "chains": [
        {
            "repeats": 2,
            "steps": [
                {"kind": "noise"},
                {"kind": "rotate", "angle_deg": {"low": -5, "high": 5}},
                {"kind": "contour", "supervoxel_mm3": 30.0},
            ],
        },
        {"steps": [{"kind": "grow", "fraction": 0.1}]},
    ],
}


def run(cohort: SmallCohort, output: Path, **more: object) -> object:
    given = {"settings": QUICK, "perturb": PLAN, "csv": True, "show_progress": False, **more}
    return extract(cohort.manifest, output=output, **given)  # type: ignore[arg-type]


def test_repeats_are_a_table_of_their_own_and_the_features_stay_as_they_are(
    three_patients: SmallCohort, tmp_path: Path
) -> None:
    plain = run(three_patients, tmp_path / "plain", perturb=None)
    result = run(three_patients, tmp_path / "out")
    for name in ("features.csv", "cases.csv"):
        assert (tmp_path / "plain" / name).read_bytes() == (tmp_path / "out" / name).read_bytes()
    table = pd.read_csv(tmp_path / "out" / "repeats.csv")
    assert list(table.columns[:4]) == ["patient_id", "roi", "repeat", "perturbation"]
    assert table.groupby(["patient_id", "roi"])["repeat"].apply(list).tolist() == [[0, 1, 2, 3]] * 6
    assert "osteoporosis" not in table  # the class: repeats are for no model
    features = list(plain.feature_columns)  # type: ignore[attr-defined]
    originals = table[table["repeat"] == 0].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        originals[features], pd.read_csv(tmp_path / "out" / "features.csv")[features]
    )
    assert table[features].notna().all().all()
    grown = table[table["repeat"] == 3]
    ratio = (
        grown["original_shape_VoxelVolume"].to_numpy() / originals["original_shape_VoxelVolume"].to_numpy()
    )
    np.testing.assert_allclose(ratio, 1.1, atol=0.002)
    assert set(grown["perturbation"]) == {"grow +10%"}
    assert re.fullmatch(r"noise; rotate [+-][\d.]+°; contour", table["perturbation"][1])
    record = json.loads((tmp_path / "out" / "provenance.json").read_text())
    assert record["repeats"]["seed"] == 4
    assert result.repeats.n_planned == 3  # type: ignore[attr-defined]


def test_the_same_bits_for_one_job_or_two_any_order_and_a_part_of_the_cohort(
    three_patients: SmallCohort, tmp_path: Path
) -> None:
    run(three_patients, tmp_path / "one", jobs=1)
    run(three_patients, tmp_path / "two", jobs=2)
    whole = three_patients.rows
    three_patients.rows = whole[::-1]
    run(three_patients, tmp_path / "reversed")
    three_patients.rows = whole[2:4]
    run(three_patients, tmp_path / "part")
    three_patients.rows = whole
    run(three_patients, tmp_path / "part")  # the rest of them
    expected = (tmp_path / "one" / "repeats.csv").read_bytes()
    for name in ("two", "reversed", "part"):
        assert (tmp_path / name / "repeats.csv").read_bytes() == expected, name
        assert (tmp_path / name / "icc.csv").read_bytes() == (tmp_path / "one" / "icc.csv").read_bytes()
        sheet = (tmp_path / name / "repeat_pictures" / "0000.png").read_bytes()
        assert sheet == (tmp_path / "one" / "repeat_pictures" / "0000.png").read_bytes()


def test_what_is_done_is_kept_and_another_plan_makes_new_repeats_only(
    three_patients: SmallCohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    original = image_pool.run_image

    def recording(cases: list[object], task: object, *rest: object) -> object:
        seen.extend("repeats" if task.repeats else "region" for _ in cases)  # type: ignore[attr-defined]
        return original(cases, task, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(image_pool, "run_image", recording)
    out = tmp_path / "out"
    run(three_patients, out, perturb=None)
    assert seen == ["region"] * 6
    seen.clear()
    run(three_patients, out)
    assert seen == ["repeats"] * 6
    first = (out / "repeats.csv").read_bytes()
    seen.clear()
    run(three_patients, out, perturb=None)  # what another run asked for is not left beside these features
    assert not {path.name for path in out.iterdir()} & {"repeats.csv", "repeats.parquet", "icc.csv"}
    assert not list((out / "repeat_pictures").iterdir())
    run(three_patients, out)
    assert seen == []
    assert (out / "repeats.csv").read_bytes() == first
    run(three_patients, out, perturb={**PLAN, "seed": 5})
    assert seen == ["repeats"] * 6
    assert (out / "repeats.csv").read_bytes() != first


def test_a_repeat_that_fails_is_named_and_costs_nothing_else(cohort: SmallCohort, tmp_path: Path) -> None:
    cohort.add("p1")
    cohort.add("p2")
    mask = np.zeros_like(two_labels())
    mask[5, 5, 4:8] = 1
    mask[5, 6, 4] = 1
    write_image(cohort.folder / "masks" / "p2.nii.gz", mask)
    plan = {"chains": [{"steps": [{"kind": "grow", "fraction": -0.7}]}, {"steps": [{"kind": "noise"}]}]}
    result = run(cohort, tmp_path / "out", perturb=plan)
    table = pd.read_csv(tmp_path / "out" / "repeats.csv")
    assert list(zip(table["patient_id"], table["repeat"], strict=True)) == [
        ("p1", 0), ("p1", 1), ("p1", 2), ("p2", 0), ("p2", 2),
    ]  # fmt: skip
    cases = pd.read_csv(tmp_path / "out" / "cases.csv", keep_default_na=False).set_index("patient_id")
    assert list(cases["status"]) == ["done", "done"]
    assert "RepeatFailed: Repeat 1 of 2: RoiTooSmall: " in cases.loc["p2", "warnings"]
    assert "grow -70%" in cases.loc["p2", "warnings"]
    assert cases.loc["p1", "warnings"] == ""
    assert result.repeats.lines(tmp_path / "out")[0] == "3 of 4 repeats of 2 regions: repeats.csv"  # type: ignore[attr-defined]


def test_a_defect_in_one_repeat_is_named_too(
    cohort: SmallCohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cohort.add("p1")

    def broken(*_: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(Grow, "change_mask", broken)
    run(cohort, tmp_path / "out")
    assert (
        "Repeat 3 of 3: UnexpectedError: ZeroDivisionError: planted"
        in (tmp_path / "out" / "cases.csv").read_text()
    )
    assert list(pd.read_csv(tmp_path / "out" / "repeats.csv")["repeat"]) == [0, 1, 2]


def test_the_correlations_are_those_of_the_table(three_patients: SmallCohort, tmp_path: Path) -> None:
    result = run(three_patients, tmp_path / "out")
    table = pd.read_csv(tmp_path / "out" / "repeats.csv")
    icc = pd.read_csv(tmp_path / "out" / "icc.csv").set_index("feature")
    assert list(icc.index) == list(result.feature_columns)  # type: ignore[attr-defined]
    one = "original_firstorder_Mean"
    expected = icc_1_1(table[[one]], table["patient_id"] + table["roi"])
    assert icc.loc[one, ["icc", "low", "high"]].tolist() == pytest.approx(
        [expected.value[0], expected.low[0], expected.high[0]]
    )
    n_robust = (icc["low"] >= 0.75).sum()
    assert (
        f"  {n_robust} of 107 features have an ICC(1,1) of 0.75 or more"
        in result.repeats.lines(tmp_path / "out")[1]
    )  # type: ignore[attr-defined]


def test_repeats_are_no_rows_of_patients(three_patients: SmallCohort, tmp_path: Path) -> None:
    run(three_patients, tmp_path / "out", csv=False)
    path = tmp_path / "out" / "repeats.parquet"
    table = pd.read_parquet(path)
    with pytest.raises(TableOfRepeats, match=r"features\.parquet"):
        evaluate_table(path, tmp_path / "result", target="repeat")
    joined = table.assign(osteoporosis=[0, 1] * (len(table) // 2))
    joined.to_csv(tmp_path / "joined.csv", index=False)
    with pytest.raises(TableOfRepeats, match=r"joined\.csv"):
        evaluate_table(tmp_path / "joined.csv", tmp_path / "result", target="osteoporosis")
    with pytest.raises(TableOfRepeats):
        evaluate(table.drop(columns=["patient_id", "roi"]), joined["osteoporosis"])


def test_a_radiograph_is_perturbed_in_its_plane(cohort: SmallCohort, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for name in ("p1", "p2"):
        mask = np.zeros((60, 50), np.uint8)
        mask[15:40, 12:35] = 1
        for kind, content in (("images", rng.integers(0, 255, (60, 50)).astype(np.uint8)), ("masks", mask)):
            (cohort.folder / kind).mkdir(exist_ok=True)
            Image.fromarray(content).save(cohort.folder / kind / f"{name}.png")
        cohort.rows.append({"patient_id": name, "image": f"images/{name}.png", "mask": f"masks/{name}.png"})
    result = run(cohort, tmp_path / "out", settings=None, modality="xr", perturb="light", csv=True)
    table = pd.read_csv(tmp_path / "out" / "repeats.csv")
    assert len(table) == 12
    assert "original_shape2D_PixelSurface" in table
    assert len(result.feature_columns) == table.shape[1] - 4  # type: ignore[attr-defined]


def test_the_command_says_how_robust_the_features_are(three_patients: SmallCohort, tmp_path: Path) -> None:
    settings = tmp_path / "settings.yaml"
    settings.write_text("imageType:\n  Original: {}\nfeatureClass:\n  firstorder: [Mean, Energy]\n")
    command = [
        "extract",
        str(three_patients.manifest),
        "-o",
        str(tmp_path / "out"),
        "-s",
        str(settings),
        "-j",
        "1",
    ]
    said = CliRunner().invoke(app, [*command, "--perturb", "2", "-q"])
    assert said.exit_code == 0, said.output
    assert "12 of 12 repeats of 6 regions: repeats.parquet" in said.output
    assert (
        "of 2 features have an ICC(1,1) of 0.75 or more (lower end of the 95 % interval, 6 regions)"
        in said.output
    )


def test_a_dry_run_says_which_repeats_would_come(
    three_patients: SmallCohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(json.dumps(PLAN))
    three_patients.rows[0] = {**three_patients.rows[0], "image": "images/none.nii.gz"}
    command = [
        "extract",
        str(three_patients.manifest),
        "-o",
        str(tmp_path / "out"),
        "--dry-run",
        "-q",
        "-j",
        "1",
    ]
    said = CliRunner().invoke(app, [*command, "--perturb", str(plan)]).output
    assert (
        "A real run also makes 3 repeats of each of 5 regions (2 × noise, rotate, contour; 1 × grow): 15 repeats and 5 "
        "originals, 20 rows in repeats.parquet"
    ) in " ".join(said.split())
    assert "repeats" not in CliRunner().invoke(app, command).output


@pytest.mark.parametrize("measure", [extract, dry_run])
def test_a_plan_that_cannot_be_is_refused_before_any_work(
    measure: Any, three_patients: SmallCohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_pool, "run_image", None)
    with pytest.raises(BadSetting, match="0 repeats"):
        measure(three_patients.manifest, output=tmp_path / "out", perturb=0)
    with pytest.raises(BadSetting, match="IBSI's definitions, and perturbed repeats"):
        measure(three_patients.manifest, output=tmp_path / "out", settings={"definitions": "ibsi"}, perturb=2)
