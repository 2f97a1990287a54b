"""Vectors of an image by a network in an ONNX file; needs the extra ``radiobone[onnx]``."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from radiobone.core.errors import BadSetting, FileMissing, FileUnreadable, MissingExtra
from radiobone.core.settings import Settings
from radiobone.imaging.flat_image import FloatArray, checked_image

PACKAGE = "onnxruntime"


class EncoderInput(Settings):
    """How an image becomes what the network takes, shape (1, n_channels, n_rows, n_columns).

    Attributes
    ----------
    n_rows, n_columns : int
        Size to which the image is brought, by linear interpolation.
    n_channels : int
        Copies of the grey image.
    low_percentile, high_percentile : float
        Grey levels of the image that become 0 and 1, beyond which it is cut off.
    mean, sd : float
        Taken off, and divided by, after that; as the network was trained.
    """

    n_rows: int = Field(default=224, ge=1, le=4096)
    n_columns: int = Field(default=224, ge=1, le=4096)
    n_channels: int = Field(default=3, ge=1, le=16)
    low_percentile: float = Field(default=1.0, ge=0, lt=50)
    high_percentile: float = Field(default=99.0, gt=50, le=100)
    mean: float = 0.0
    sd: float = Field(default=1.0, gt=0)


class OnnxEncoder:
    """A network that turns a radiograph into a vector; nothing of it is trained here.

    Parameters
    ----------
    path : Path
        ONNX file with one input of four axes. Its first output is the vector; one of several axes is laid out flat.
    settings : EncoderInput, optional

    Raises
    ------
    MissingExtra
        If onnxruntime is not installed.
    FileMissing, FileUnreadable
        If there is no such file, or it is no network.
    BadSetting
        If its input has not four axes.
    """

    def __init__(self, path: Path, settings: EncoderInput | None = None) -> None:
        self._settings = settings or EncoderInput()
        self._session = _session(Path(path))
        inputs = self._session.get_inputs()
        if len(inputs) != 1 or len(inputs[0].shape) != 4:
            raise BadSetting(
                f"The network takes {[one.shape for one in inputs]}; one input of four axes is needed: images, channels, rows, "
                "columns. Export the part of the network that turns an image into a vector."
            )
        self._name = inputs[0].name

    def encode(self, image: npt.ArrayLike) -> FloatArray:
        """Return the vector of an image, shape (n_rows, n_columns), as an array of shape (n,).

        Raises
        ------
        DimensionMismatch, NonFiniteIntensity
        BadSetting
            If the network refuses what the settings make of the image.
        """
        batch = prepared(image, self._settings).astype(np.float32)
        try:
            (found, *_) = self._session.run(None, {self._name: batch})
        except Exception as error:  # onnxruntime has errors of its own, without a common base
            raise BadSetting(
                f"The network refuses an input of shape {batch.shape}: {error} Set n_rows, n_columns and n_channels to what it "
                "was trained on."
            ) from error
        return np.asarray(found, dtype=np.float64).ravel()


def prepared(image: npt.ArrayLike, settings: EncoderInput) -> FloatArray:
    """Bring an image to the size and range that a network takes, shape (1, n_channels, n_rows, n_columns).

    Raises
    ------
    DimensionMismatch, NonFiniteIntensity
    """
    from scipy.ndimage import map_coordinates  # slow to import

    pixels = checked_image(image)
    low, high = np.percentile(pixels, [settings.low_percentile, settings.high_percentile])
    scaled = np.clip((pixels - low) / (high - low or 1.0), 0.0, 1.0)
    rows, columns = (
        (np.arange(size) + 0.5) * old / size - 0.5
        for size, old in zip((settings.n_rows, settings.n_columns), pixels.shape, strict=True)
    )
    sized = map_coordinates(scaled, np.meshgrid(rows, columns, indexing="ij"), order=1, mode="nearest")
    channels = np.repeat(((sized - settings.mean) / settings.sd)[np.newaxis], settings.n_channels, axis=0)
    return np.asarray(channels[np.newaxis])


def _session(path: Path) -> Any:
    if find_spec(PACKAGE) is None:
        raise MissingExtra(
            "Networks in ONNX files need onnxruntime, which is not installed: pip install 'radiobone[onnx]'."
        )
    if not path.is_file():
        raise FileMissing(f"No network at {path}. Check the path.")
    runtime = import_module(PACKAGE)
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # the same numbers on every machine
    try:
        return runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has errors of its own, without a common base
        raise FileUnreadable(f"{path} is no network in ONNX ({error}). Export it again.") from error
