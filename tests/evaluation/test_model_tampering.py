"""A model file that somebody changed, as far as one can: refused as ``UntrustedModel``, or it gives the same bits."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile

import numpy as np
import pandas as pd
import pytest
import skops.io
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.tree import DecisionTreeClassifier

import radiobone as rb
from radiobone.core.errors import ResourceLimit, UntrustedModel
from radiobone.core.files import content_digest
from radiobone.evaluation.final_model import load_model
from radiobone.evaluation.model_file import FORMAT, MANIFEST, PARTS

SPEC = {"steps": ["impute", "scale"], "models": [{"lr": {"C": 0.1}}], "outer": {"folds": 3, "repeats": 1}, "inner": {"folds": 2}}  # fmt: skip


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(3)
    return pd.DataFrame(rng.normal(size=(40, 4)), columns=list("abcd"))


@pytest.fixture(scope="module")
def whole(table, tmp_path_factory):
    """The bytes of a sound model."""
    y = (table["a"] + table["b"] > 0).astype(int)
    path = tmp_path_factory.mktemp("model") / "m.rbm"
    rb.fit(table, y, np.arange(40), pipeline=SPEC).save(path)
    return path.read_bytes()


def members_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(members: list[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data)
    return buffer.getvalue()


def refusal(path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(UntrustedModel) as caught:
        load_model(path)
    assert str(path) in str(caught.value)
    assert "Traceback" not in str(caught.value)
    return str(caught.value)


def of_members(change):
    return lambda content: zipped(change(list(members_of(content).items())))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "change",
    [
        of_members(lambda found: [*found, ("extra.txt", b"x")]),
        of_members(lambda found: [*found, ("../outside", b"x")]),
        of_members(lambda found: [*found, ("/etc/cron.d/x", b"x")]),
        of_members(lambda found: [*found, ("C:\\x", b"x")]),
        of_members(lambda found: [*found, found[0]]),  # one name twice
        of_members(lambda found: [found[0], found[1], found[1]]),
        of_members(lambda found: found[:2]),
        of_members(lambda found: [(name.upper(), data) for name, data in found]),
        of_members(lambda found: [(f"./{name}", data) for name, data in found]),
        of_members(lambda found: [("model.rbm", zipped(found))]),  # a zip in a zip
        of_members(lambda found: [(name, b"") for name, _ in found]),
        of_members(lambda found: []),
        lambda content: b"",
        lambda content: b"PK\x03\x04",
        lambda content: content[: len(content) // 2],
        lambda content: content[len(content) // 2 :],
    ],
)  # fmt: skip
def test_archives_of_other_members_are_refused(change, whole, tmp_path):
    refusal(tmp_path / "m.rbm", change(whole))


@pytest.mark.parametrize(("before", "after"), [(b"", b"hello"), (b"#!/bin/sh\n", b""), (b"", b"\0")])
def test_bytes_beside_the_archive_are_refused(before, after, whole, tmp_path):
    assert "something was added" in refusal(tmp_path / "m.rbm", before + whole + after)


def test_neither_order_nor_packing_of_members_counts(whole, table, tmp_path):
    (tmp_path / "m.rbm").write_bytes(whole)
    (tmp_path / "other.rbm").write_bytes(of_members(lambda found: found[::-1])(whole))
    first, second = (load_model(tmp_path / name) for name in ("m.rbm", "other.rbm"))
    pd.testing.assert_frame_equal(first.predict(table), second.predict(table), check_exact=True)


def with_content(content: bytes, change) -> bytes:
    """Change the plain data, with digests made right again, as one who knows the program would."""
    members = members_of(content)
    told = json.loads(members[MANIFEST])
    told.pop("digest")
    change(told)
    told["digest"] = content_digest(told)
    return zipped([(MANIFEST, json.dumps(told).encode()), *((name, members[name]) for name in PARTS)])


def test_a_part_that_would_end_the_process_is_refused_even_with_right_digests(whole, tmp_path):
    model = DecisionTreeClassifier().fit(np.eye(4), [0, 1, 0, 1])
    state = model.tree_.__getstate__()
    state["nodes"]["left_child"][0] = 2**30
    model.tree_.__setstate__(state)
    part, members = skops.io.dumps(model), members_of(whole)
    told = json.loads(members[MANIFEST])
    told.pop("digest")
    told["parts"][PARTS[1]] = hashlib.sha256(part).hexdigest()
    told["digest"] = content_digest(told)
    content = zipped([(MANIFEST, json.dumps(told).encode()), (PARTS[0], members[PARTS[0]]), (PARTS[1], part)])
    assert "a tree whose nodes do not hang together" in refusal(tmp_path / "m.rbm", content)


def put(key, value):
    *above, last = key.split(".")

    def change(told):
        for name in above:
            told = told[name]
        told[last] = value(told.get(last)) if callable(value) else value

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (put("format", FORMAT + 1), "format 3, and this version reads format 2"),
        (put("format", None), "format None"),
        (put("threshold", 2.0), "threshold"),
        (put("threshold", "low"), "threshold"),
        (put("calibrator", [1, 2]), "calibrator"),
        (put("calibrator", {"slope": 1.0}), "calibrator"),
        (put("inputs", []), "inputs"),
        (put("inputs", lambda names: names[::-1]), "other features"),
        (put("inputs", lambda names: [*names[:-1], names[0]]), "features"),
        (put("needed", ["nowhere"]), "features"),
        (put("fill", [0.0]), "one value"),
        (put("ranges", {}), "one value"),
        (put("ranges", 3), "ranges"),
        (put("about", []), "about"),
        (put("about.task", "magic"), "magic"),
        (put("about.training", None), "training"),
        (put("about.versions", None), "versions"),
        (lambda told: told.pop("probes"), "probes"),
        (lambda told: told.pop("about"), "about"),
        (lambda told: told.pop("calibrator"), "calibrator"),
        (put("probes.rows", [[0.0]]), "made-up rows"),
        (put("probes.reported", [0.5]), "other numbers"),
        (put("probes.reported", lambda values: [values[0] + 1e-4, *values[1:]]), "other numbers"),
        (put("calibrator.slope", 3.21), "other numbers"),
        (put("parts", {}), "differs"),
        (put("parts", []), "differs"),
    ],
)  # fmt: skip
def test_plain_data_that_are_no_models_are_refused_even_with_right_digests(change, said, whole, tmp_path):
    assert said in refusal(tmp_path / "m.rbm", with_content(whole, change))


def test_other_versions_are_named_where_the_numbers_differ(whole, tmp_path):
    def older(told):
        told["about"]["versions"]["scikit-learn"] = "0.9"
        told["probes"]["reported"][0] += 0.01

    assert "scikit-learn 0.9 (here 1." in refusal(tmp_path / "m.rbm", with_content(whole, older))


def test_other_versions_that_give_the_same_numbers_will_do(whole, table, tmp_path):
    (tmp_path / "m.rbm").write_bytes(
        with_content(whole, lambda told: told["about"]["versions"].update({"scikit-learn": "0.9"}))
    )
    (tmp_path / "own.rbm").write_bytes(whole)
    other, own = load_model(tmp_path / "m.rbm"), load_model(tmp_path / "own.rbm")
    pd.testing.assert_frame_equal(other.predict(table), own.predict(table), check_exact=True)


def test_the_made_up_rows_are_of_no_patient(whole, table, tmp_path):
    (tmp_path / "m.rbm").write_bytes(whole)
    rows = json.loads(members_of(whole)[MANIFEST])["probes"]["rows"]
    needed = load_model(tmp_path / "m.rbm").needed
    assert not set(np.ravel(rows)) & set(table[list(needed)].to_numpy().ravel())


def test_parts_of_two_models_do_not_pass_for_one(whole, table, tmp_path):
    y = (table["b"] + table["c"] > 0).astype(int)
    rb.fit(table, y, np.arange(40), pipeline=SPEC).save(tmp_path / "other.rbm")
    parts = members_of((tmp_path / "other.rbm").read_bytes())
    parts[PARTS[1]] = members_of(whole)[PARTS[1]]
    assert "digest differs" in refusal(tmp_path / "m.rbm", zipped(list(parts.items())))


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["flip", "set", "cut", "insert", "copy"]), st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=9)
    ),
    min_size=1,
    max_size=4,
)  # fmt: skip


def edited(content: bytes, edits) -> bytes:
    for kind, share, data in edits:
        at = int(share * len(content))
        tail = content[at + len(data) :]
        if kind == "flip":
            content = content[:at] + bytes([content[at] ^ (data[0] or 1)]) + content[at + 1 :]
        elif kind == "set":
            content = content[:at] + data + tail
        elif kind == "cut":
            content = content[:at] + tail
        elif kind == "insert":
            content = content[:at] + data + content[at:]
        else:
            content = content[:at] + content[at // 2 : at // 2 + len(data)] + tail
    return content


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(edits=EDITS)
def test_random_edits_are_refused_or_change_no_bit(edits, whole, table, tmp_path):
    (tmp_path / "own.rbm").write_bytes(whole)
    (tmp_path / "m.rbm").write_bytes(edited(whole, edits))
    try:
        found = load_model(tmp_path / "m.rbm")
    except (UntrustedModel, ResourceLimit):
        return
    pd.testing.assert_frame_equal(
        found.predict(table), load_model(tmp_path / "own.rbm").predict(table), check_exact=True
    )
