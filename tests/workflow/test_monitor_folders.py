"""A model in use on folders of ``extract``: failures, kernels and settings are told beside the values."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

import radiobone as rb
from monitored_cohort import COLUMNS, SPEC, cohort
from radiobone.cli.app import app
from radiobone.core import errors
from radiobone.core.warnings import TrainingDataReused


class TestExtractFolders:
    @pytest.fixture
    def folders(self, tmp_path):
        made = {}
        for name, seed, kernel in (("train", 40, "B30f"), ("new", 41, "Br64")):
            where = made[name] = tmp_path / name
            where.mkdir()
            table = cohort(seed, 120).drop(columns="kernel")
            table.to_parquet(where / "features.parquet", index=False)
            record = {
                "radiobone": "0.1.0", "feature_columns": COLUMNS, "settings": {"crop_margin_voxels": 2}, "modality": "ct",
                "acquisition": {"n_cases": 120, "n_headers": 120, "parameters": {"ConvolutionKernel": {kernel: 120}}},
            }  # fmt: skip
            (where / "provenance.json").write_text(json.dumps(record))
            status = ["failed"] * 60 + ["done"] * 120
            cases = pd.DataFrame({"patient_id": [f"Q{i}" for i in range(180)], "roi": "", "status": status})
            cases["code"] = ["EmptyMask"] * 60 + [""] * 120
            cases["warnings"] = ["RoiTouchesBorder: cut | SingleSliceRoi: thin"] * 30 + [""] * 150
            cases.to_csv(where / "cases.csv", index=False)
        arguments = [
            "--target",
            "osteoporosis",
            "--positive",
            "yes",
            "-j",
            "1",
            "-q",
            "-o",
            str(tmp_path / "m.rbm"),
        ]
        (tmp_path / "p.yaml").write_text(json.dumps(SPEC))
        done = CliRunner().invoke(
            app, ["fit", str(made["train"]), "-p", str(tmp_path / "p.yaml"), *arguments]
        )
        assert done.exit_code == 0, done.output + str(done.exception)
        return tmp_path / "m.rbm", made["train"], made["new"]

    def test_failures_and_kernels_are_told_and_other_settings_refused(self, folders):
        model, train, new = folders
        found = rb.monitor(model, new)
        assert found.summary["cases"]["failed"] == [{"code": "EmptyMask", "n": 60}]
        assert {one["code"]: one["n"] for one in found.summary["cases"]["warnings"]} == {
            "RoiTouchesBorder": 30,
            "SingleSliceRoi": 30,
        }
        assert found.summary["cases"]["level"] == "act"  # a third failed
        assert [(one["name"], one["n_unseen"]) for one in found.summary["kinds"]] == [
            ("ConvolutionKernel", 120)
        ]
        assert "Q1" not in json.dumps(found.summary)
        with pytest.warns(TrainingDataReused, match="nothing can have changed"):
            rb.monitor(model, train)
        record = json.loads((new / "provenance.json").read_text())
        (new / "provenance.json").write_text(json.dumps({**record, "settings": {"crop_margin_voxels": 3}}))
        with pytest.raises(errors.SettingsMismatch, match="crop_margin_voxels"):
            rb.monitor(model, new)
