"""From grey values to areal density: the user says how, since no picture does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from radiobone.core.errors import BadSetting, MissingCalibration
from radiobone.core.settings import Settings, parse_yaml, read_yaml, validate
from radiobone.features.areal_bmd import DensityCalibration, calibration_from_phantom

HOW_TO = (
    "{kind: line, slope_g_per_cm2: 0.0005, intercept_g_per_cm2: -0.2, source: phantom of 3 May} (density per grey value), "
    "{kind: steps, intensity: [900, 2100, 3300], density_g_per_cm2: [0.5, 1.0, 1.5], source: …} (steps of a phantom), or "
    "{kind: calibrated, source: …} where the values are g/cm² already"
)


class LineCalibration(DensityCalibration):
    """Density is a line of the grey value."""

    kind: Literal["line"] = "line"

    def line(self) -> DensityCalibration:
        """Return slope and intercept."""
        return DensityCalibration(
            slope_g_per_cm2=self.slope_g_per_cm2,
            intercept_g_per_cm2=self.intercept_g_per_cm2,
            source=self.source,
        )


class StepCalibration(Settings):
    """Steps of a phantom: mean grey value and known areal density of each; the line is that of least squares."""

    kind: Literal["steps"] = "steps"
    intensity: tuple[float, ...]
    density_g_per_cm2: tuple[float, ...]
    source: str = Field(min_length=1)

    def line(self) -> DensityCalibration:
        """Return slope and intercept.

        Raises
        ------
        BadSetting
            If no rising line goes through the steps.
        """
        return calibration_from_phantom(self.intensity, self.density_g_per_cm2, self.source)


class CalibratedImage(Settings):
    """The values of the image are g/cm² already."""

    kind: Literal["calibrated"] = "calibrated"
    source: str = Field(min_length=1)

    def line(self) -> DensityCalibration:
        """Return a line of slope 1."""
        return DensityCalibration(slope_g_per_cm2=1.0, source=self.source)


Calibration = Annotated[LineCalibration | StepCalibration | CalibratedImage, Field(discriminator="kind")]


class _Holder(Settings):
    calibration: Calibration


def read_calibration(source: str | Path | Mapping[str, Any] | None) -> Calibration:
    """Read a calibration.

    Parameters
    ----------
    source : str, path, mapping or None
        Written out as YAML, a YAML file, or plain data.

    Raises
    ------
    MissingCalibration
        If there is none: it is never assumed.
    FileMissing, BadConfig, BadSetting
    """
    if source is None:
        raise MissingCalibration(
            "No calibration says which areal density (g/cm²) a grey value stands for, and no picture tells: the same bone is "
            f"brighter in another export. Give --calibration: {HOW_TO}; or a YAML file of it. In a study file: "
            "dxa: {recipe: hussain2019_dxa_plrf, calibration: …}."
        )
    if isinstance(source, Mapping):
        content: Mapping[str, Any] = source
    elif str(source).lstrip().startswith("{"):
        content = parse_yaml(str(source), source="--calibration")
    else:
        content = read_yaml(Path(source))
    if "kind" not in content:
        raise BadSetting(f"The calibration has no 'kind'. Write one of: {HOW_TO}.")
    return validate(_Holder, {"calibration": dict(content)}, source="calibration").calibration
