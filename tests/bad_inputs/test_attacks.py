"""Files that mean harm, given to every command that could open them: a named error, and nothing of theirs has run."""

from __future__ import annotations

import io
import json
import pickle
import time
import tracemalloc
import zipfile
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

import radiobone as rb
from radiobone.cli.app import app
from radiobone.cohort.vector_files import read_vectors
from radiobone.core.errors import FileMissing, RadioboneError, UntrustedModel
from radiobone.core.files import read_json
from radiobone.core.settings import read_yaml
from radiobone.core.tables import read_table
from radiobone.features.presets import load_settings

MEGABYTES = 1 << 20


class Harm:
    """Makes a file when it is unpickled."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self):
        return Path.touch, (self.canary,)


@pytest.fixture
def canary(tmp_path):
    return tmp_path / "CANARY"


@pytest.fixture
def table(tmp_path):
    rng = np.random.default_rng(0)
    made = pd.DataFrame(rng.normal(size=(40, 3)), columns=list("abc"))
    made.insert(0, "patient_id", [f"P{i}" for i in range(40)])
    made.assign(label=np.arange(40) % 2).to_csv(tmp_path / "table.csv", index=False)
    return tmp_path / "table.csv"


def code_of(call, *given):
    with pytest.raises(RadioboneError) as caught:
        call(*given)
    return caught.value.code


def typed(*words):
    """Type a command; return the code that its message begins with, in a line of its own."""
    answer = CliRunner().invoke(app, [str(word) for word in words])
    if answer.exception is not None and not isinstance(answer.exception, SystemExit | RadioboneError):
        raise answer.exception
    assert answer.exit_code != 0
    return answer.exception.code if isinstance(answer.exception, RadioboneError) else answer.output


PICKLES = {
    "model.pkl": lambda path, harm: path.write_bytes(pickle.dumps(harm)),
    "model.rbm": lambda path, harm: path.write_bytes(pickle.dumps(harm)),
    "model.joblib": lambda path, harm: joblib.dump(harm, path),
    "packed.joblib": lambda path, harm: joblib.dump(harm, path, compress=("zlib", 3)),
    "features.npy": lambda path, harm: np.save(path, np.array([harm], dtype=object), allow_pickle=True),
}


@pytest.mark.parametrize("name", PICKLES)
def test_a_pickle_is_never_opened(name, tmp_path, canary, table):
    """att_model_pkl, att_model_joblib and att_features_npy, as a model, as a table and as vectors."""
    path = tmp_path / name
    PICKLES[name](path, Harm(canary))
    assert code_of(rb.load_model, path) == "UntrustedModel"
    assert "UntrustedModel" in typed("score", path, table)
    assert code_of(read_table, path) == "UntrustedModel"
    assert code_of(read_vectors, path, "deep") == "UntrustedModel"
    assert "UntrustedModel" in typed("evaluate", path, "-t", "label", "-o", tmp_path / "out")
    assert not canary.exists()
    if not name.startswith("packed"):
        (joblib.load if "joblib" in name else lambda given: np.load(given, allow_pickle=True))(path)
        assert canary.exists()  # it does harm where it is trusted


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 10)
)
YAMLS = {
    "att_yaml_new": 'binWidth: !!python/object/new:os.system ["touch {canary}"]\n',
    "apply": 'binWidth: !!python/object/apply:os.system ["touch {canary}"]\n',
    "module": "binWidth: !!python/module:antigravity\n",
    "att_yaml_bomb": BOMB,
    "merged": "a: &a {b: 1}\nsetting:\n  <<: *a\n",
    "att_yaml_duplicate_key": "setting:\n  binWidth: 25\n  binWidth: 5\n",
    "att_yaml_unknown_key": "setting:\n  binWdith: 25\n",
    "att_yaml_norway": "setting:\n  normalize: no\n  binWidth: 1e3\n",
    "a country": "setting:\n  label: NO\n",
    "on as a key": "setting:\n  on: 3\n",
    "octal": "setting:\n  binWidth: 025\n",
    "minutes": "setting:\n  binWidth: 1:30\n",
    "deep": "setting: " + "[" * 100_000,
    "deep in lines": "- " * 50_000,
    "tabs": "setting:\n\tbinWidth: 25\n",
    "two documents": "setting: {binWidth: 25}\n---\nsetting: {binWidth: 5}\n",
    "a digit too many": f"setting: {{binWidth: {'9' * 6000}}}\n",
    "a date that is none": "setting: {binWidth: !!timestamp 2024-13-45}\n",
    "megabytes": "setting: {}\n" + "#" * (5 * MEGABYTES),
    "NUL": "setting: {binWidth: \0}\n",
}  # fmt: skip


@pytest.mark.parametrize("name", YAMLS)
def test_yaml_that_means_harm_or_two_things(name, tmp_path, canary, table):
    """att_yaml_*: the same for settings, pipelines and studies; in under a second, and in little memory."""
    path = tmp_path / "given.yaml"
    path.write_text(YAMLS[name].replace("{canary}", str(canary)))
    tracemalloc.start()
    began = time.process_time()
    assert code_of(load_settings, path) == "BadConfig"
    took, (_, most) = time.process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took < 5  # a guard against hanging: it takes milliseconds
    assert most < 200 * MEGABYTES
    assert "BadConfig" in typed("evaluate", table, "-t", "label", "-p", path, "-o", tmp_path / "out")
    assert "BadConfig" in typed("run", path, "-o", tmp_path / "out")
    assert not canary.exists()


def test_a_misspelt_setting_names_the_one_that_was_meant(tmp_path):
    (tmp_path / "s.yaml").write_text(YAMLS["att_yaml_unknown_key"])
    with pytest.raises(RadioboneError, match=r"binWdith.*Was binWidth meant"):
        load_settings(tmp_path / "s.yaml")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e3", 1000.0), ("1.5e-3", 0.0015), ("-2E+2", -200.0), (".5e1", 5.0), ("1_000", 1000), ("0x1F", 31), ("0", 0), ("00", 0),
        ("0.5", 0.5), ("2024-01-31", "2024-01-31"), ('"no"', "no"), ("true", True), ("08", "08"), ("12 HU", "12 HU"),
    ],
)  # fmt: skip
def test_what_plain_words_of_yaml_are(tmp_path, text, value):
    (tmp_path / "s.yaml").write_text(f"a: {text}\n")
    found = read_yaml(tmp_path / "s.yaml")["a"]
    assert (found, type(found)) == (value, type(value))


def test_the_usual_loader_would_have_been_fooled():
    """The words and numbers above, as YAML 1.1 has them."""
    assert yaml.safe_load("[no, 1e3, 025, 1:30]") == [False, "1e3", 21, 90]


def zip_of(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_a_zip_bomb_is_not_unpacked(tmp_path, table):
    """att_zip_bomb: 200 MB of zeros in 200 kB, as a model, as a part of one, and as a workbook."""
    zeros = bytes(200 * MEGABYTES)
    for name in ("model.json", "anything"):
        bomb = zip_of(tmp_path / "bomb.rbm", {name: zeros})
        assert bomb.stat().st_size < MEGABYTES
        assert code_of(rb.load_model, bomb) == "ResourceLimit"
    assert "ResourceLimit" in typed("score", bomb, table)
    assert (
        code_of(read_table, zip_of(tmp_path / "bomb.xlsx", {"xl/worksheets/sheet1.xml": zeros}))
        == "ResourceLimit"
    )


def test_json_without_end_is_named(tmp_path, table):
    """att_json_deep: nested 100,000 deep, as a model, as settings, as folds and as a part of a result."""
    deep = "[" * 100_000 + "]" * 100_000
    (tmp_path / "deep.json").write_text(deep)
    assert code_of(rb.load_model, tmp_path / "deep.json") == "UntrustedModel"
    inside = {"model.json": deep.encode(), "steps.skops": b"", "classifier.skops": b""}
    assert code_of(rb.load_model, zip_of(tmp_path / "deep.rbm", inside)) == "UntrustedModel"
    assert "UntrustedModel" in typed("score", tmp_path / "deep.rbm", table)
    assert code_of(load_settings, tmp_path / "deep.json") == "BadConfig"
    assert code_of(read_json, tmp_path / "deep.json") == "FileUnreadable"


@pytest.mark.slow
def test_a_manifest_of_a_hundred_thousand_rows_gives_one_sentence(tmp_path, capfd):
    """man_100k_rows: no image is there."""
    n_rows = 100_000
    manifest = pd.DataFrame(
        {
            "patient_id": [f"P{number:06d}" for number in range(n_rows)],
            "image": [f"images/{number}.nii.gz" for number in range(n_rows)],
            "mask": [f"masks/{number}.nii.gz" for number in range(n_rows)],
        }
    )
    manifest.to_csv(tmp_path / "m.csv", index=False)
    with pytest.raises(FileMissing, match="200000 of the 200000 files") as caught:
        rb.extract(tmp_path / "m.csv", output=tmp_path / "out", modality="ct")
    assert len(str(caught.value)) < 1000
    assert len(capfd.readouterr().err.splitlines()) < 5


def test_an_array_of_numbers_is_still_read(tmp_path):
    np.save(tmp_path / "deep.npy", np.eye(3))
    (tmp_path / "deep.csv").write_text("patient_id\nA\nB\nC\n")
    assert read_vectors(tmp_path / "deep.npy", "deep")["deep_2"].tolist() == [0.0, 1.0, 0.0]
    buffer = io.BytesIO()
    np.save(buffer, np.array([{}], dtype=object), allow_pickle=True)
    (tmp_path / "deep.npy").write_bytes(buffer.getvalue())
    with pytest.raises(UntrustedModel, match="pickle"):
        read_vectors(tmp_path / "deep.npy", "deep")


def test_json_settings_with_a_key_twice(tmp_path):
    (tmp_path / "s.json").write_text('{"setting": {"binWidth": 25, "binWidth": 5}}')
    assert code_of(load_settings, tmp_path / "s.json") == "BadConfig"
    (tmp_path / "s.json").write_text(json.dumps({"setting": {"binWidth": 5}}))
    assert load_settings(tmp_path / "s.json").discretisation.width == 5


@pytest.mark.parametrize(
    "command", [["report"], ["audit", "-t", "y"], ["run", "-o", "out"], ["evaluate", "-t", "y", "-o", "out"]]
)
def test_a_name_that_no_system_takes_is_no_file(command, tmp_path):
    assert typed(command[0], tmp_path / ("y" * 300), *command[1:]) in {"FileMissing", "BadConfig"}


def changed_workbook(path: Path, change) -> Path:
    """Save a sound workbook, with its sheet changed."""
    buffer = io.BytesIO()
    pd.DataFrame({"patient_id": ["A", "B"], "f": [1, 2]}).to_excel(buffer, index=False)
    with zipfile.ZipFile(buffer) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return zip_of(path, {name: change(data) if "sheet1" in name else data for name, data in parts.items()})


LAUGHS = b'<!DOCTYPE x [<!ENTITY a0 "ha">' + b"".join(
    b'<!ENTITY a%d "%s">' % (i, b"&a%d;" % (i - 1) * 10) for i in range(1, 10)
)


@pytest.mark.parametrize(
    "change",
    [
        lambda sheet: LAUGHS + b"]><x>&a9;</x>",
        lambda sheet: b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
        lambda sheet: sheet.replace(b'r="3"', b'r="99999999999"'),
        lambda sheet: sheet.replace(b'r="B3"', b'r="ZZZZZZ3"'),
        lambda sheet: sheet[:-40],
        lambda sheet: b"",
    ],
)
def test_a_workbook_that_would_never_end_is_refused(change, tmp_path):
    assert code_of(read_table, changed_workbook(tmp_path / "t.xlsx", change)) == "FileUnreadable"


def test_the_same_workbook_unchanged_is_read(tmp_path):
    table = read_table(changed_workbook(tmp_path / "t.xlsx", lambda sheet: sheet))
    assert table.to_dict("list") == {"patient_id": ["A", "B"], "f": ["1", "2"]}
