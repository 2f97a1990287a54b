"""An encoder in an ONNX file, on tiny networks made here whose answer is known."""

from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiobone.core.errors import (
    BadSetting,
    FileMissing,
    FileUnreadable,
    MissingExtra,
    NonFiniteFeature,
    RadioboneError,
    UnsafeNetwork,
)
from radiobone.features import onnx_encoder
from radiobone.features.onnx_encoder import NORMALISATIONS, EncoderInput, OnnxEncoder, prepared, sized
from radiobone.features.onnx_file import check_network
from tiny_onnx import message, model, node, number, tensor, value_info, write_pooling

needs_onnx = pytest.mark.skipif(find_spec("onnxruntime") is None, reason="onnxruntime is not installed")
UNIT = {"mean": 0.0, "sd": 1.0, "low_percentile": 0, "high_percentile": 100}
SMALL = EncoderInput(n_rows=8, n_columns=6, n_channels=2, **UNIT)


@needs_onnx
def test_a_networks_vector_is_what_it_computes(tmp_path):
    write_pooling(tmp_path / "tiny.onnx", [1, 2, 8, 6])
    image = np.random.default_rng(0).normal(100, 20, (16, 12))
    found = OnnxEncoder(tmp_path / "tiny.onnx", EncoderInput(**UNIT))
    assert found.settings == SMALL  # the size is the network's own
    np.testing.assert_allclose(
        found.encode(image), 2 * prepared(image, SMALL)[0].mean(axis=(1, 2)), rtol=1e-6
    )
    again = OnnxEncoder(tmp_path / "tiny.onnx", SMALL).encode(image)
    np.testing.assert_array_equal(found.encode(image), again)


@needs_onnx
def test_faults_of_a_network_are_named(tmp_path):
    write_pooling(tmp_path / "tiny.onnx", ["n", 2, 8, 6])
    with pytest.raises(BadSetting, match="n_rows is 5, and the network declares"):
        OnnxEncoder(tmp_path / "tiny.onnx", EncoderInput(n_rows=5, n_columns=5, **UNIT))
    write_pooling(tmp_path / "free.onnx", ["n", 2, "h", "w"])
    with pytest.raises(BadSetting, match="n_rows is open"):
        OnnxEncoder(tmp_path / "free.onnx", EncoderInput(**UNIT))
    write_pooling(tmp_path / "flat.onnx", [1, 8])
    with pytest.raises(BadSetting, match="four axes"):
        OnnxEncoder(tmp_path / "flat.onnx", SMALL)
    (tmp_path / "bad.onnx").write_bytes(b"no network")
    with pytest.raises(FileUnreadable):
        OnnxEncoder(tmp_path / "bad.onnx", SMALL)
    (tmp_path / "wrong.onnx").write_bytes(model(node("NoSuchOperator", ["image"], ["vector"])))
    with pytest.raises(FileUnreadable, match="no network in ONNX"):
        OnnxEncoder(tmp_path / "wrong.onnx", SMALL)
    with pytest.raises(FileMissing):
        OnnxEncoder(tmp_path / "none.onnx", SMALL)
    write_pooling(tmp_path / "endless.onnx", [1, 2, 8, 6], factor=float("inf"))
    with pytest.raises(NonFiniteFeature, match="normalisation"):
        OnnxEncoder(tmp_path / "endless.onnx", SMALL).encode(np.eye(9))


@needs_onnx
def test_what_the_network_refuses_is_told(tmp_path):
    write_pooling(tmp_path / "tiny.onnx", [1, 2, 8, 6])
    encoder = OnnxEncoder(tmp_path / "tiny.onnx", SMALL)
    encoder.settings = EncoderInput(n_rows=5, n_columns=6, n_channels=2, **UNIT)
    with pytest.raises(BadSetting, match="refuses an input of shape"):
        encoder.encode(np.eye(9))


OTHER_FILE = message(13, message(1, "location"), message(2, "../../secret.bin")) + number(14, 1)


@pytest.mark.parametrize(
    ("graph", "told"),
    [
        ([tensor("w", 1.0, OTHER_FILE)], "weights in other files"),
        (
            [node("Constant", [], ["w"], message(5, message(1, "value"), message(5, OTHER_FILE)))],
            "weights in other files",
        ),
        ([node("Evil", ["image"], ["w"], domain="my.ops")], "'Evil' of 'my.ops'"),
        (
            [
                node(
                    "If",
                    ["c"],
                    ["w"],
                    message(5, message(1, "then"), message(6, node("Evil", [], ["w"], domain="x.y"))),
                )
            ],
            "'Evil' of 'x.y'",
        ),
    ],
    ids=["initializer", "constant", "operator", "operator within"],
)
def test_other_files_and_operators_of_others_are_refused_before_anything_is_loaded(tmp_path, graph, told):
    (tmp_path / "net.onnx").write_bytes(model(*graph, value_info(11, "image", [1, 1, 4, 4])))
    with pytest.raises(UnsafeNetwork, match=told):
        check_network(tmp_path / "net.onnx")


def test_functions_in_the_file_are_looked_into(tmp_path):
    inside = message(25, message(1, "own"), message(7, message(4, "Evil"), message(7, "my.ops")))
    (tmp_path / "net.onnx").write_bytes(model(node("Relu", ["image"], ["w"]), more=inside))
    with pytest.raises(UnsafeNetwork, match="Evil"):
        check_network(tmp_path / "net.onnx")


@given(st.binary(max_size=200))
def test_no_bytes_are_read_with_another_error_than_ours(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.onnx"
    path.write_bytes(content)
    try:
        check_network(path)
    except RadioboneError:
        return
    assert content  # of one graph at least


def test_a_cut_file_is_told(tmp_path):
    path = write_pooling(tmp_path / "tiny.onnx", [1, 2, 8, 6])
    check_network(path)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(FileUnreadable, match="no network in ONNX"):
        check_network(path)


def test_without_the_extra_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(onnx_encoder, "PACKAGE", "no_such_runtime")
    with pytest.raises(MissingExtra, match=r"pip install 'radiobone\[onnx\]'"):
        OnnxEncoder(tmp_path / "tiny.onnx", SMALL)


def test_what_the_network_is_given():
    image = np.repeat(np.repeat(np.arange(12.0).reshape(4, 3), 2, axis=0), 2, axis=1)
    own = EncoderInput(
        n_rows=8, n_columns=6, n_channels=2, low_percentile=0, high_percentile=100, mean=0.5, sd=0.25
    )
    found = prepared(5 * image + 3, own)
    assert found.shape == (1, 2, 8, 6)
    np.testing.assert_allclose(found[0, 0], (image / 11 - 0.5) / 0.25, atol=1e-12)
    np.testing.assert_array_equal(found[0, 0], found[0, 1])
    halved = prepared(image, EncoderInput(n_rows=4, n_columns=3, n_channels=1, **UNIT))
    np.testing.assert_allclose(halved[0, 0], np.arange(12.0).reshape(4, 3) / 11, atol=1e-12)


def test_each_channel_has_its_own_mean_and_deviation():
    own = EncoderInput(
        n_rows=4,
        n_columns=4,
        n_channels=3,
        low_percentile=0,
        high_percentile=100,
        **NORMALISATIONS["imagenet"],
    )
    found = prepared(np.arange(16.0).reshape(4, 4), own)[0]
    for channel, (mean, sd) in enumerate(zip((0.485, 0.456, 0.406), (0.229, 0.224, 0.225), strict=True)):
        np.testing.assert_allclose(found[channel].ravel(), (np.arange(16) / 15 - mean) / sd, atol=1e-12)
    with pytest.raises(BadSetting, match="'mean' has 3 values, and there are 1 channels"):
        sized(EncoderInput(**NORMALISATIONS["imagenet"]), [1, 1, 4, 4])
