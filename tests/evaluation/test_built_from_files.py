"""Models with right digests that would lead compiled code out of its arrays: refused before anything is asked of them."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse
import skops.io
from catboost import CatBoostClassifier
from sklearn.ensemble import (
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    IsolationForest,
)
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier
from sklearn.tree._tree import Tree
from xgboost import XGBClassifier

from radiobone.core.errors import BadSetting, UntrustedModel
from radiobone.evaluation.built.blobs import check_blobs
from radiobone.evaluation.built.unsound import Unsound
from radiobone.evaluation.model_file import PARTS, _build, write_model
from radiobone.models.forest import OneThreadForest
from radiobone.models.knn import NearestNeighbours
from radiobone.models.two_class_svc import TwoClassSVC

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
Y = (X[:, 0] + X[:, 1] + RNG.normal(size=60) > 0).astype(int)
FAR = 2**30
MODELS = {
    "tree": DecisionTreeClassifier(max_depth=3),
    "forest": OneThreadForest(n_estimators=3, class_weight="balanced_subsample", n_jobs=1, random_state=0),
    "et": ExtraTreesRegressor(n_estimators=3),
    "gb": GradientBoostingClassifier(n_estimators=3),
    "svm": TwoClassSVC(kernel="linear", class_weight="balanced"),
    "knn": NearestNeighbours(weights="uniform", algorithm="brute", n_jobs=1),
    "xgboost": XGBClassifier(n_estimators=3, max_depth=3, gamma=0.5, n_jobs=1),
    "catboost": CatBoostClassifier(iterations=3, depth=3, allow_writing_files=False, logging_level="Silent", thread_count=1),
}  # fmt: skip


def fitted(name: str) -> object:
    return skops.io.loads(skops.io.dumps(MODELS[name]), trusted=skops.io.get_untrusted_types(data=skops.io.dumps(MODELS[name]))).fit(X, Y)  # fmt: skip


def with_nodes(change: object, inner: str | None = "estimators_") -> object:
    """Change the nodes of the first tree of a forest."""

    def changed(model: object) -> None:
        owner = model if inner is None else np.ravel(getattr(model, inner))[0]
        tree = owner.tree_
        state = tree.__getstate__()
        change(state["nodes"])
        tree.__setstate__(state)

    return changed


def put(field: str, value: int, at: int = 0) -> object:
    def change(nodes: np.ndarray) -> None:
        nodes[field][at] = value

    return change


def narrow_tree(model: object) -> None:
    """Give a tree that asks for three columns to an estimator of one."""
    model.n_features_in_ = 1


def wide_answer(model: object) -> None:
    model.estimators_ = np.repeat(model.estimators_, 5, axis=1)


def set_to(name: str, value: object) -> object:
    def change(model: object) -> None:
        found = getattr(model, name)
        vars(model)[name] = value(found) if callable(value) else value

    return change


def empty_tree(model: object) -> None:
    model.tree_ = Tree(3, np.array([2], dtype=np.intp), 1)


HOSTILE = [
    ("tree", with_nodes(put("left_child", FAR), None)),
    ("tree", with_nodes(put("right_child", -7), None)),
    ("tree", with_nodes(put("left_child", 0), None)),  # a way without an end
    ("tree", with_nodes(put("feature", FAR), None)),
    ("tree", with_nodes(put("feature", -FAR), None)),
    ("tree", empty_tree),
    ("tree", narrow_tree),
    ("tree", lambda model: vars(model).pop("n_features_in_")),
    ("forest", with_nodes(put("left_child", FAR))),
    ("forest", with_nodes(put("feature", 3))),
    ("forest", lambda model: narrow_tree(model.estimators_[1])),
    ("forest", lambda model: vars(model).pop("n_features_in_")),
    ("et", with_nodes(put("right_child", FAR))),
    ("gb", with_nodes(put("left_child", FAR))),
    ("gb", with_nodes(put("feature", FAR))),
    ("gb", wide_answer),
    ("gb", set_to("n_features_in_", 2)),
    ("svm", set_to("_n_support", lambda found: np.array([FAR, -FAR + found.sum()], dtype=np.int32))),
    ("svm", set_to("_n_support", lambda found: np.r_[found, np.zeros(500, dtype=np.int32)])),
    ("svm", set_to("support_", lambda found: np.resize(found, 1_000_000))),
    ("svm", set_to("_dual_coef_", lambda found: found[:, :1])),
    ("svm", set_to("support_vectors_", lambda found: found[:, :1].copy())),
    ("svm", set_to("kernel", "precomputed")),
    ("knn", set_to("_y", lambda found: found + FAR)),
    ("knn", set_to("_fit_X", lambda found: found[:, :1].copy())),
    ("knn", set_to("_fit_method", "kd_tree")),
    ("knn", set_to("metric_params", {"VI": np.zeros((1, 1))})),
]


def refused(part: bytes, path: Path) -> str:
    with pytest.raises(UntrustedModel) as caught:
        _build(part, PARTS[1], path / "m.rbm")
    return str(caught.value)


@pytest.mark.parametrize(("name", "change"), HOSTILE)
def test_what_compiled_code_would_follow_out_of_its_arrays_is_refused(name, change, tmp_path):
    model = fitted(name)
    change(model)
    assert "compiled code that follows it" in refused(skops.io.dumps(model), tmp_path)


@pytest.mark.parametrize("name", MODELS)
def test_sound_models_are_let_through(name, tmp_path):
    model = fitted(name)
    built = _build(skops.io.dumps(model), PARTS[1], tmp_path / "m.rbm")
    np.testing.assert_array_equal(built.predict(X), model.predict(X))


@pytest.mark.parametrize(
    "model",
    [
        HistGradientBoostingClassifier(max_iter=2).fit(X, Y),
        IsolationForest(n_estimators=2).fit(X),
        LogisticRegression().fit(X, Y).sparsify(),
        [scipy.sparse.csr_matrix(np.eye(3))],
    ],
    ids=lambda model: type(model).__name__,
)
def test_types_that_no_model_here_has_are_refused(model, tmp_path):
    assert re.search(r"no model of radiobone|types that", refused(skops.io.dumps(model), tmp_path))


def blob(part: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(part)) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".bin"))
        return archive.read(name)


def with_blob(part: bytes, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(part)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            new.writestr(name, content if name.endswith(".bin") else old.read(name))
    return buffer.getvalue()


def numbers_of(content: bytes, name: str, kind: str, value: int, at: int = 0) -> bytes:
    """Change one number of a list of the first tree, as XGBoost writes it."""
    start = content.index(name.encode() + b"[$") + len(name) + 2
    first = start + 1 + 2 + 8 + at * struct.calcsize(kind)
    assert content[start + 1 : start + 3] == b"#L"
    return content[:first] + struct.pack(kind, value) + content[first + struct.calcsize(kind) :]


@pytest.mark.parametrize(
    "change",
    [
        lambda content: numbers_of(content, "left_children", ">i", FAR),
        lambda content: numbers_of(content, "left_children", ">i", 0),
        lambda content: numbers_of(content, "right_children", ">i", -9),
        lambda content: numbers_of(content, "split_indices", ">i", FAR),
        lambda content: numbers_of(content, "parents", ">i", FAR, 1),
        lambda content: content.replace(b"\x0bnum_feature" + b"SL" + bytes(7) + b"\x013", b"\x0bnum_feature" + b"SL" + bytes(7) + b"\x011"),
        lambda content: content.replace(b"\x09num_class" + b"SL" + bytes(7) + b"\x010", b"\x09num_class" + b"SL" + bytes(7) + b"\x019"),
        lambda content: content.replace(b"num_nodes", b"num_nodez"),
        lambda content: content[:-40],
        lambda content: content + b"Z",
        lambda content: b'{"Model": {}}',
        lambda content: b"{" * 5000,
        lambda content: b"",
    ],
)  # fmt: skip
def test_trees_of_xgboost_are_looked_at_before_xgboost_reads_them(change, tmp_path):
    part = skops.io.dumps(fitted("xgboost"))
    content = change(blob(part))
    assert content != blob(part)
    assert "compiled code that follows it" in refused(with_blob(part, content), tmp_path)


def splits_of(content: bytes) -> tuple[int, int]:
    """Where the splits of CatBoost's trees begin, and how many there are, found without its schema: three trees of depth 3."""
    sizes = struct.pack("<I3i", 3, 3, 3, 3)
    assert content.count(sizes) == 1
    at = next(at for at in range(8, len(content) - 40) if content[at : at + 4] == struct.pack("<I", 9) and content[at + 4] < 200 and all(0 <= number < 1000 for number in struct.unpack_from("<9i", content, at + 4)))  # fmt: skip
    return at + 4, content.index(sizes)


@pytest.mark.parametrize("value", [FAR, -1])
@pytest.mark.parametrize("which", [0, 1])
def test_trees_of_catboost_are_looked_at_before_catboost_reads_them(which, value, tmp_path):
    part = skops.io.dumps(fitted("catboost"))
    content = bytearray(blob(part))
    at = splits_of(bytes(content))[which] + 4 * which
    content[at : at + 4] = struct.pack("<i", value)
    assert "compiled code that follows it" in refused(with_blob(part, bytes(content)), tmp_path)


@pytest.mark.parametrize("name", ["xgboost", "catboost"])
def test_random_bytes_are_refused_without_another_error(name):
    part = skops.io.dumps(fitted(name))
    whole = blob(part)
    for at in RNG.integers(0, len(whole), 100):
        changed = bytearray(whole)
        changed[at] = RNG.integers(256)
        try:
            with zipfile.ZipFile(io.BytesIO(with_blob(part, bytes(changed)))) as inner:
                check_blobs(inner)
        except Unsound:
            pass


def test_what_would_not_be_opened_again_is_not_saved(tmp_path):
    table = np.random.default_rng(0).normal(size=(60, 3))
    fitted = CatBoostClassifier(
        iterations=3, depth=2, grow_policy="Depthwise", logging_level="Silent", allow_writing_files=False
    )
    fitted.fit(table, table[:, 0] > 0)
    with pytest.raises(BadSetting, match="not symmetric"):
        write_model(tmp_path / "model.rbm", {}, Pipeline([("none", "passthrough")]), fitted)
    assert not list(tmp_path.iterdir())
