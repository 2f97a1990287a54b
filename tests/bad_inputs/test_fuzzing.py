"""Random changes of sound tables, workbooks, manifests and settings: a named error, or what an independent reader finds."""

from __future__ import annotations

import csv
import io
import math
import os
import warnings

import openpyxl
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from radiobone.cohort.readers import read_cohort
from radiobone.core.errors import RadioboneError, UnexpectedError
from radiobone.core.settings import validate
from radiobone.core.tables import read_table
from radiobone.core.warnings import collected
from radiobone.evaluation.spec import load_pipeline, pipeline_text
from radiobone.features.presets import PRESETS, load_settings
from radiobone.io.case import check_case_files
from radiobone.io.manifest import read_manifest
from radiobone.io.manifest_paths import check_paths
from radiobone.workflow.study_file import Study, read_study
from spoiled_tables import sound, text

EXAMPLES = int(os.environ.get("RADIOBONE_FUZZ_EXAMPLES", "25"))  # thousands by hand
FUZZ = settings(deadline=None, max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
TOKENS = st.sampled_from(
    [
        "", ",", ";", "\t", "|", '"', "'", "\n", "\r", "\r\n", "\ufeff", "\u200b", "\u00a0", "\0", "=", "=1+1", "-", "--", ":", ": ", "#",
        "{", "}", "[", "]", "&a", "*a", "<<", "!!python/name:os.system", "!", "%", "@", "`", "? ", "- ", "|\n", ">", "~", "null", "true",
        "no", "NA", "NaN", "nan", "inf", "-inf", "1e400", "1e308", "-9", "999", "1,5", "1.5.2", "0x1F", "010", "1e3", "1:30", "2024-13-45",
        "9" * 400, "None", "TRUE", "label", "patient_id", "f1", "mask", "image", "../", "/", "//", "\\\\", "~/", "file:///", "http://",
        "C:\\", "x" * 300, "é", "e\u0301", "１", "\ud7ff", "👩🏽‍⚕️", "\x1b[31m", "<script>", "#DIV/0!", "#N/A", "  ",
    ]
)  # fmt: skip
EDITS = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.sampled_from(["insert", "replace", "delete", "repeat"]), TOKENS, st.integers(1, 30)),
    min_size=1,
    max_size=5,
)  # fmt: skip
BYTES = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=0, max_size=6)), min_size=1, max_size=5
)


def edited(whole: str, edits: list[tuple[float, str, str, int]]) -> str:
    for share, kind, token, length in edits:
        at = int(share * (len(whole) + 1))
        if kind == "insert":
            whole = whole[:at] + token + whole[at:]
        elif kind == "replace":
            whole = whole[:at] + token + whole[at + length :]
        elif kind == "delete":
            whole = whole[:at] + whole[at + length :]
        else:
            whole = whole[:at] + whole[at : at + length] + whole[at:]
    return whole


def with_bytes(whole: bytes, edits: list[tuple[float, bytes]]) -> bytes:
    for share, data in edits:
        at = int(share * len(whole))
        whole = whole[:at] + data + whole[at + len(data) :] if data else whole[:at] + whole[at + 1 :]
    return whole


def tried(call, *given):
    """Call; return what comes, or None where one of our errors does. All else, Python's warnings too, fails the test."""
    with warnings.catch_warnings(), collected():
        warnings.simplefilter("error")
        try:
            return call(*given)
        except UnexpectedError:
            raise
        except RadioboneError:
            return None


def independently(content: str) -> dict[str, list[list[str]]] | None:
    """Rows by patient as Python's own reader has them; None where names or rows are not plain."""
    rows = [row for row in csv.reader(io.StringIO(content, newline="")) if any(cell.strip() for cell in row)]
    header = [cell.strip() for cell in rows[0]]
    if set(header) != {"patient_id", "f1", "f2", "f3", "f4", "label"} or any(len(row) != 6 for row in rows):
        return None
    place = [header.index(name) for name in ("patient_id", "f1", "f2", "f3", "f4", "label")]
    found: dict[str, list[list[str]]] = {}
    for row in rows[1:]:
        found.setdefault(row[place[0]], []).append([row[at] for at in place[1:]])
    return found


@FUZZ
@given(edits=EDITS)
def test_a_changed_table_gives_its_own_numbers_or_a_named_error(edits, tmp_path):
    content = edited(text(sound()), edits)
    (tmp_path / "t.csv").write_bytes(content.encode("utf-8", "surrogatepass"))
    cohort = tried(lambda: read_cohort(tmp_path / "t.csv", target="label"))
    if cohort is None or "'" in content or not content.startswith("patient_id,"):
        return
    rows = independently(content)
    if rows is None:
        return
    for patient, label, values in zip(
        cohort.patient, cohort.y, cohort.X.itertuples(index=False), strict=True
    ):
        (cells,) = rows[str(patient)]
        assert float(cells[-1].lower().replace("true", "1").replace("false", "0")) == label
        told = dict(zip(("f1", "f2", "f3", "f4"), cells, strict=False))
        for name, value in zip(cohort.X.columns, values, strict=True):
            if math.isnan(value):
                assert told[name].strip().lower() in {"", "na", "nan", "null", "n/a", "#n/a", "-", ".", "?"}
            else:
                assert float(told[name].replace(",", ".")) == value


@FUZZ
@given(edits=EDITS)
def test_a_changed_manifest_is_read_or_refused_case_by_case(edits, tmp_path):
    for name in ("i.nii.gz", "m.nii.gz"):
        (tmp_path / name).write_bytes(b"x")
    rows = "".join(f"P{n},i.nii.gz,m.nii.gz,{n % 2 + 1},{n % 2}\n" for n in range(6))
    (tmp_path / "m.csv").write_bytes(
        edited("patient_id,image,mask,mask_label,diagnosis\n" + rows, edits).encode("utf-8", "surrogatepass")
    )
    manifest = tried(lambda: read_manifest(tmp_path / "m.csv", target="diagnosis", shared_images=True))
    if manifest is None:
        return
    tried(check_paths, manifest)
    for case in manifest.cases:
        assert case.patient_id.strip() == case.patient_id != ""
        if tried(lambda case=case: check_case_files(case) or "sound") == "sound":
            assert case.image.resolve().is_relative_to(tmp_path.resolve())
            assert case.mask.resolve().is_relative_to(tmp_path.resolve())


SETTINGS = {
    "preset": (yaml.safe_dump(PRESETS["mr"].model_dump(mode="json"), sort_keys=False), load_settings),
    "parameters": ("setting:\n  binWidth: 25\n  label: 1\nimageType:\n  Original: {}\nfeatureClass:\n  firstorder: [Mean]\n", load_settings),
    "pipeline": (pipeline_text("default"), load_pipeline),
    "study": (
        "table: t.csv\ntarget: fracture\npositive: yes\nclinical: [age, sex]\npipeline: default\nseed: 3\nexplain: true\n", read_study,
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", SETTINGS)
@FUZZ
@given(edits=EDITS)
def test_changed_settings_are_settings_or_a_named_error(kind, edits, tmp_path):
    whole, load = SETTINGS[kind]
    path = tmp_path / "s.yaml"
    path.write_bytes(edited(whole, edits).encode("utf-8", "surrogatepass"))
    tried(load, path)


ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**40), 10**40) | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=3)
    ),
    max_leaves=6,
)


@FUZZ
@given(data=st.data(), odd=ODD)
def test_any_value_at_any_key_is_taken_or_refused(data, odd):
    """Plain data, as Python or JSON gives them; a truth value is never taken for a number."""
    for content, load in (
        (PRESETS["mr"].model_dump(mode="json"), load_settings),
        (
            {"steps": ["impute", {"correlation": {"threshold": 0.9}}], "models": [{"lr": {"C": [0.1]}}]},
            load_pipeline,
        ),
        ({"table": "t.csv", "target": "y", "seed": 3}, lambda given: validate(Study, given, source="study")),
    ):
        name = data.draw(st.sampled_from(sorted(content)))
        tried(load, {**content, name: odd})
        tried(load, {**content, str(odd)[:20]: odd})


def workbook() -> bytes:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for row in sound():
        book.active.append(row)
    book.save(buffer)
    return buffer.getvalue()


WORKBOOK = workbook()


@FUZZ
@given(edits=BYTES)
def test_a_damaged_workbook_is_read_or_refused(edits, tmp_path):
    (tmp_path / "t.xlsx").write_bytes(with_bytes(WORKBOOK, edits))
    table = tried(read_table, tmp_path / "t.xlsx")
    assert table is None or len(table) > 0


@FUZZ
@given(edits=BYTES)
def test_a_table_of_damaged_bytes_is_read_or_refused(edits, tmp_path):
    (tmp_path / "t.csv").write_bytes(with_bytes(text(sound()).encode(), edits))
    tried(lambda: read_cohort(tmp_path / "t.csv", target="label"))
