"""An encoder in an ONNX file, on a tiny network made here whose answer is known."""

from importlib.util import find_spec

import numpy as np
import pytest

from radiobone.core.errors import BadSetting, FileMissing, FileUnreadable, MissingExtra
from radiobone.features import onnx_encoder
from radiobone.features.onnx_encoder import EncoderInput, OnnxEncoder, prepared

INSTALLED = find_spec("onnx") is not None and find_spec("onnxruntime") is not None
needs_onnx = pytest.mark.skipif(not INSTALLED, reason="onnx and onnxruntime are not installed")
SMALL = EncoderInput(n_rows=8, n_columns=6, n_channels=2, low_percentile=0, high_percentile=100)


def write_network(path, shape=(1, 2, 8, 6)):
    """Mean over rows and columns of each channel, times two."""
    from onnx import TensorProto, helper, numpy_helper, save

    nodes = [
        helper.make_node("GlobalAveragePool", ["image"], ["pooled"]),
        helper.make_node("Mul", ["pooled", "two"], ["vector"]),
    ]
    graph = helper.make_graph(
        nodes, "tiny",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, list(shape))],
        [helper.make_tensor_value_info("vector", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.array(2.0, dtype=np.float32), "two")],
    )  # fmt: skip
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), str(path))


@needs_onnx
def test_a_networks_vector_is_what_it_computes(tmp_path):
    write_network(tmp_path / "tiny.onnx")
    image = np.random.default_rng(0).normal(100, 20, (16, 12))
    found = OnnxEncoder(tmp_path / "tiny.onnx", SMALL).encode(image)
    np.testing.assert_allclose(found, 2 * prepared(image, SMALL)[0].mean(axis=(1, 2)), rtol=1e-6)
    again = OnnxEncoder(tmp_path / "tiny.onnx", SMALL).encode(image)
    np.testing.assert_array_equal(found, again)


@needs_onnx
def test_faults_of_a_network_are_named(tmp_path):
    write_network(tmp_path / "tiny.onnx")
    with pytest.raises(BadSetting, match="n_rows"):
        OnnxEncoder(tmp_path / "tiny.onnx", EncoderInput(n_rows=5, n_columns=5)).encode(np.eye(20))
    (tmp_path / "bad.onnx").write_bytes(b"no network")
    with pytest.raises(FileUnreadable):
        OnnxEncoder(tmp_path / "bad.onnx")
    with pytest.raises(FileMissing):
        OnnxEncoder(tmp_path / "none.onnx")


def test_without_the_extra_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(onnx_encoder, "PACKAGE", "no_such_runtime")
    with pytest.raises(MissingExtra, match=r"radiobone\[onnx\]"):
        OnnxEncoder(tmp_path / "tiny.onnx")


def test_what_the_network_is_given():
    image = np.repeat(np.repeat(np.arange(12.0).reshape(4, 3), 2, axis=0), 2, axis=1)
    own = EncoderInput(
        n_rows=8, n_columns=6, n_channels=2, low_percentile=0, high_percentile=100, mean=0.5, sd=0.25
    )
    found = prepared(5 * image + 3, own)
    assert found.shape == (1, 2, 8, 6)
    np.testing.assert_allclose(found[0, 0], (image / 11 - 0.5) / 0.25, atol=1e-12)
    np.testing.assert_array_equal(found[0, 0], found[0, 1])
    halved = prepared(
        image, EncoderInput(n_rows=4, n_columns=3, n_channels=1, low_percentile=0, high_percentile=100)
    )
    np.testing.assert_allclose(halved[0, 0], np.arange(12.0).reshape(4, 3) / 11, atol=1e-12)
