"""Vectors of an image by a network in an ONNX file; needs the extra ``radiobone[onnx]``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field, field_validator, model_validator

from radiobone.core.errors import BadSetting, FileUnreadable, MissingExtra, NonFiniteFeature
from radiobone.core.settings import Settings, validate
from radiobone.features.onnx_file import check_network
from radiobone.imaging.flat_image import FloatArray, checked_image

PACKAGE = "onnxruntime"


Levels = float | tuple[float, ...]


class EncoderInput(Settings):
    """How an image becomes what the network takes, shape (1, n_channels, n_rows, n_columns).

    Attributes
    ----------
    n_rows, n_columns : int or None
        Size to which the image is brought, by linear interpolation; None takes what the network declares.
    n_channels : int or None
        Copies of the grey image; None likewise.
    low_percentile, high_percentile : float
        Grey levels of the image that become 0 and 1, beyond which it is cut off.
    mean, sd : float or tuple of float
        Taken off, and divided by, after that, as the network was trained: of all channels, or of each.
    """

    n_rows: int | None = Field(default=None, ge=1, le=4096)
    n_columns: int | None = Field(default=None, ge=1, le=4096)
    n_channels: int | None = Field(default=None, ge=1, le=16)
    low_percentile: float = Field(default=1.0, ge=0, lt=50)
    high_percentile: float = Field(default=99.0, gt=50, le=100)
    mean: Levels
    sd: Levels

    @field_validator("sd")
    @classmethod
    def _positive(cls, value: Levels) -> Levels:
        if np.min(value) <= 0:
            raise ValueError("it divides, so it must be above 0")
        return value

    @model_validator(mode="after")
    def _one_of_each_channel(self) -> EncoderInput:
        for name in ("mean", "sd"):
            value = getattr(self, name)
            if isinstance(value, tuple) and self.n_channels is not None and len(value) != self.n_channels:
                raise ValueError(
                    f"'{name}' has {len(value)} values, and there are {self.n_channels} channels"
                )
        return self


NORMALISATIONS: Mapping[str, Mapping[str, Levels]] = MappingProxyType(
    {
        "unit": {"mean": 0.0, "sd": 1.0},
        "symmetric": {"mean": 0.5, "sd": 0.5},
        "imagenet": {"mean": (0.485, 0.456, 0.406), "sd": (0.229, 0.224, 0.225)},
    }
)
"""What networks are usually given: 0 to 1; -1 to 1; means and deviations of the three channels of ImageNet."""


class OnnxEncoder:
    """A network that turns a radiograph into a vector; nothing of it is trained here.

    Parameters
    ----------
    path : Path
        ONNX file with one input of four axes. Its first output is the vector; one of several axes is laid out flat.
    settings : EncoderInput

    Attributes
    ----------
    settings : EncoderInput
        With the size that the network declares, where none was given.
    n_declared : tuple
        Shape of the input as the network declares it; text or None for an axis that is free.

    Raises
    ------
    MissingExtra
        If onnxruntime is not installed.
    FileMissing, FileUnreadable
        If there is no such file, or it is no network.
    UnsafeNetwork
        If it reads other files or uses operators that are not ONNX's own.
    BadSetting
        If its input has not four axes, or another size than the settings say.
    """

    def __init__(self, path: Path, settings: EncoderInput) -> None:
        self._session = _session(Path(path))
        inputs = self._session.get_inputs()
        if len(inputs) != 1 or len(inputs[0].shape) != 4:
            raise BadSetting(
                f"The network takes {[one.shape for one in inputs]}; one input of four axes is needed: images, channels, rows, "
                "columns. Export the part of the network that turns an image into a vector."
            )
        self._name, self.n_declared = inputs[0].name, tuple(inputs[0].shape)
        self.settings = sized(settings, self.n_declared)

    def encode(self, image: npt.ArrayLike) -> FloatArray:
        """Return the vector of an image, shape (n_rows, n_columns), as an array of shape (n,).

        Raises
        ------
        DimensionMismatch, NonFiniteIntensity
        BadSetting
            If the network refuses what the settings make of the image.
        NonFiniteFeature
            If the vector holds NaN or infinity.
        """
        batch = prepared(image, self.settings).astype(np.float32)
        try:
            (found, *_) = self._session.run(None, {self._name: batch})
        except _errors() as error:
            raise BadSetting(
                f"The network refuses an input of shape {batch.shape}: {error} Set n_rows, n_columns and n_channels to what it "
                "was trained on."
            ) from error
        vector = np.asarray(found, dtype=np.float64).ravel()
        if not np.isfinite(vector).all():
            raise NonFiniteFeature(
                f"The network's vector has {int((~np.isfinite(vector)).sum())} of {vector.size} values that are NaN or infinite. Check "
                "the normalisation that it was trained with."
            )
        return vector


def sized(settings: EncoderInput, declared: Sequence[Any]) -> EncoderInput:
    """Fill in the size that a network declares: images, channels, rows, columns.

    Raises
    ------
    BadSetting
        If it declares another size than the settings, or none where they leave it open.
    """
    known: dict[str, int] = {}
    for name, own in zip(("n_channels", "n_rows", "n_columns"), declared[1:], strict=True):
        asked, fixed = getattr(settings, name), own if isinstance(own, int) and own > 0 else None
        if asked is not None and fixed is not None and asked != fixed:
            raise BadSetting(
                f"{name} is {asked}, and the network declares an input of {list(declared)} (images, channels, rows, columns). Leave "
                f"{name} out, or export the network for that size."
            )
        if asked is None and fixed is None:
            raise BadSetting(
                f"The network declares an input of {list(declared)} (images, channels, rows, columns), so {name} is open. Set it to "
                "what the network was trained on."
            )
        known[name] = asked or int(fixed or 0)
    return validate(EncoderInput, {**settings.model_dump(), **known}, source="encoder input")


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
    if settings.n_rows is None or settings.n_columns is None or settings.n_channels is None:
        raise BadSetting("The size of the network's input is open: set n_rows, n_columns and n_channels.")
    rows, columns = (
        (np.arange(size) + 0.5) * old / size - 0.5
        for size, old in zip((settings.n_rows, settings.n_columns), pixels.shape, strict=True)
    )
    fitted = map_coordinates(scaled, np.meshgrid(rows, columns, indexing="ij"), order=1, mode="nearest")
    mean, sd = (np.reshape(one, (-1, 1, 1)) for one in (settings.mean, settings.sd))
    channels = (np.repeat(fitted[np.newaxis], settings.n_channels, axis=0) - mean) / sd
    return np.asarray(channels[np.newaxis])


def _session(path: Path) -> Any:
    if find_spec(PACKAGE) is None:
        raise MissingExtra(
            "Networks in ONNX files need onnxruntime, which is not installed: pip install 'radiobone[onnx]'."
        )
    check_network(path)
    runtime = import_module(PACKAGE)
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # the same numbers on every machine
    options.log_severity_level = 4  # what it has to say comes as an error
    try:
        return runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except _errors() as error:
        raise FileUnreadable(f"{path} is no network in ONNX ({error}). Export it again.") from error


def _errors() -> tuple[type[Exception], ...]:
    """Errors of onnxruntime, which have no base in common, and those that its bindings pass on."""
    state = import_module(f"{PACKAGE}.capi.onnxruntime_pybind11_state")
    own = [one for one in vars(state).values() if isinstance(one, type) and issubclass(one, Exception)]
    return (*own, RuntimeError, ValueError)
