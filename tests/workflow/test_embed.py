"""``radiobone embed``: images, a network made here, a table of vectors, and that table as a block of an evaluation."""

from __future__ import annotations

import json
from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from typer.testing import CliRunner

from radiobone.cli.app import app
from radiobone.core.errors import BadSetting, MissingColumn, MissingExtra, OutputTaken
from radiobone.core.files import file_digest
from radiobone.features import onnx_encoder
from radiobone.workflow.embedding import run
from radiobone.workflow.embedding.run import embed, read_encoder_input
from tiny_onnx import write_pooling

needs_onnx = pytest.mark.skipif(find_spec("onnxruntime") is None, reason="onnxruntime is not installed")
INPUT = {"mean": 0.0, "sd": 1.0, "low_percentile": 0, "high_percentile": 100}


@pytest.fixture
def study(tmp_path):
    """40 patients with two views each; the mean grey of the image tells the class."""
    rng = np.random.default_rng(0)
    rows, labels = [], []
    for number in range(40):
        sick = number % 2
        labels.append(
            {"patient_id": f"P{number:02d}", "age": 60 + number % 7, "fracture": "yes" if sick else "no"}
        )
        for view in ("AP", "lateral"):
            image = rng.integers(60, 200, (12, 10)).astype(np.uint8)
            image[: 2 + 2 * sick + rng.integers(0, 4)] //= 4
            name = f"{number:02d}_{view}.png"
            Image.fromarray(image).save(tmp_path / name)
            rows.append({"patient_id": f"P{number:02d}", "view": view, "image": name})
    pd.DataFrame(rows).to_csv(tmp_path / "images.csv", index=False)
    pd.DataFrame(labels).to_csv(tmp_path / "table.csv", index=False)
    write_pooling(tmp_path / "tiny.onnx", ["n", 2, 12, 10], factor=3.0)
    return tmp_path


@needs_onnx
def test_vectors_are_the_networks_and_join_an_evaluation_as_a_block(study):
    answer = CliRunner().invoke(
        app,
        [
            *(
                "embed",
                str(study / "images.csv"),
                "--encoder",
                str(study / "tiny.onnx"),
                "-o",
                str(study / "vectors"),
            ),
            *("--normalisation", json.dumps(INPUT), "-j", "1", "-q"),
        ],
    )
    assert answer.exit_code == 0, answer.output
    table = pd.read_parquet(study / "vectors" / "vectors.parquet")
    assert list(table.columns) == ["patient_id", "view", "tiny_1", "tiny_2"]
    for row in table.head(4).itertuples():
        grey = np.asarray(Image.open(study / f"{row.patient_id[1:]}_{row.view}.png")).astype(float)
        scaled = (grey - grey.min()) / np.ptp(grey)
        assert row.tiny_1 == pytest.approx(3 * scaled.mean(), rel=1e-5) == row.tiny_2
    told = json.loads((study / "vectors" / "provenance.json").read_text(encoding="utf-8"))
    assert told["encoder"]["sha256"] == file_digest(study / "tiny.onnx") in answer.output
    assert told["encoder"]["input"] == {**INPUT, "n_channels": 2, "n_rows": 12, "n_columns": 10}


@needs_onnx
@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("clinical", [(), pytest.param(("--clinical", "age"), marks=pytest.mark.long)])
def test_vectors_join_an_evaluation_as_a_block_alone_or_beside_others(study, clinical):
    embed(
        study / "images.csv", study / "tiny.onnx", study / "vectors", normalisation=INPUT, show_progress=False
    )
    table = pd.read_csv(study / "table.csv")
    table[["patient_id", "fracture", *clinical[1:]]].to_csv(study / "table.csv", index=False)
    judged = CliRunner().invoke(
        app,
        [
            *("evaluate", str(study / "table.csv"), "--target", "fracture", "--positive", "yes", *clinical),
            *("--block", f"deep={study / 'vectors' / 'vectors.parquet'}@mean", "-o", str(study / "result")),
            *("-j", "1", "--quiet", "--no-shap"),
        ],
    )
    assert judged.exit_code == 0, judged.output
    metrics = json.loads((study / "result" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["metrics"]["auc"]["mean"] > 0.75
    fitted = CliRunner().invoke(
        app,
        [
            *(
                "fit",
                str(study / "table.csv"),
                "--target",
                "fracture",
                "--positive",
                "yes",
                *clinical,
                "-j",
                "1",
                "-q",
            ),
            *(
                "--block",
                f"deep={study / 'vectors' / 'vectors.parquet'}@mean",
                "-o",
                str(study / "model.rbm"),
            ),
        ],
    )
    assert fitted.exit_code == 0, fitted.output


@needs_onnx
def test_faults_are_told_by_name_and_a_second_run_computes_what_is_missing(study, monkeypatch):
    (study / "01_AP.png").write_bytes(b"nothing")
    first = embed(
        study / "images.csv", study / "tiny.onnx", study / "out", normalisation=INPUT, show_progress=False
    )
    failed = first.cases[first.cases["status"] == "failed"]
    assert failed[["patient_id", "view", "code"]].to_numpy().tolist() == [["P01", "AP", "UnreadableImage"]]
    assert len(first.table) == 79
    Image.fromarray(np.eye(12, 10, dtype=np.uint8)).save(study / "01_AP.png")
    done = []
    original = run.encode_images
    monkeypatch.setattr(
        run,
        "encode_images",
        lambda work, **more: (done.extend(one.image.name for one, _ in work), original(work, **more))[1],
    )
    second = embed(
        study / "images.csv", study / "tiny.onnx", study / "out", normalisation=INPUT, show_progress=False
    )
    assert done == ["01_AP.png"]
    kept = second.table.merge(first.table, on=["patient_id", "view"], suffixes=("", "_before"))
    np.testing.assert_array_equal(kept["tiny_1"], kept["tiny_1_before"])
    assert len(second.table) == 80


@needs_onnx
def test_the_box_of_a_mask_is_encoded(study):
    mask = np.zeros((12, 10), dtype=np.uint8)
    mask[3:9, 2:7] = 1
    Image.fromarray(mask).save(study / "mask.png")
    write_pooling(study / "own.onnx", ["n", 1, 6, 5], factor=1.0)
    rows = pd.DataFrame({"patient_id": ["a"], "image": ["00_AP.png"], "mask": ["mask.png"]})
    rows.to_csv(study / "one.csv", index=False)
    found = embed(
        study / "one.csv",
        study / "own.onnx",
        study / "box",
        normalisation=INPUT,
        crop=True,
        name="box",
        show_progress=False,
    )
    inside = np.asarray(Image.open(study / "00_AP.png")).astype(float)[3:9, 2:7]
    assert found.table["box_1"].item() == pytest.approx(
        ((inside - inside.min()) / np.ptp(inside)).mean(), rel=1e-5
    )
    with pytest.raises(MissingColumn, match="'mask'"):
        embed(study / "images.csv", study / "own.onnx", study / "x", normalisation=INPUT, crop=True)


@needs_onnx
def test_nothing_of_anothers_is_written_over(study):
    (study / "mine").mkdir()
    pd.DataFrame({"a": [1]}).to_parquet(study / "mine" / "vectors.parquet")
    with pytest.raises(OutputTaken):
        embed(study / "images.csv", study / "tiny.onnx", study / "mine", normalisation=INPUT)


def test_the_normalisation_is_never_assumed():
    with pytest.raises(BadSetting, match="not written in its file"):
        read_encoder_input(None)
    with pytest.raises(BadSetting, match="unit, symmetric, imagenet"):
        read_encoder_input("imagenett")
    assert read_encoder_input("imagenet").mean == (0.485, 0.456, 0.406)
    assert read_encoder_input("{mean: 0.5, sd: 0.25, n_rows: 64}").n_rows == 64
    with pytest.raises(BadSetting, match="above 0"):
        read_encoder_input({"mean": 0.0, "sd": (1.0, 0.0)})


def test_without_the_extra_the_command_says_what_to_install(study, monkeypatch):
    monkeypatch.setattr(onnx_encoder, "PACKAGE", "no_such_runtime")
    with pytest.raises(MissingExtra, match=r"pip install 'radiobone\[onnx\]'"):
        embed(study / "images.csv", study / "tiny.onnx", study / "out", normalisation="unit")
