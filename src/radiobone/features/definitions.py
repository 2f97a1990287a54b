"""By whose definitions features are measured: pyradiomics' or IBSI's. The kind of settings decides."""

from __future__ import annotations

from typing import TypeAlias

from radiobone.core.errors import BadSetting
from radiobone.core.volume import Volume
from radiobone.core.warnings import collected
from radiobone.features.by_pyradiomics import check_available, measure_by_pyradiomics, parameters_of
from radiobone.features.engine import extract_features
from radiobone.features.ibsi.settings import IbsiSettings
from radiobone.features.names import expected_names
from radiobone.features.settings import ExtractionSettings
from radiobone.imaging.hounsfield import check_region_hu
from radiobone.imaging.mask_grid import onto_image
from radiobone.imaging.saturation import check_padding, check_saturation

ENGINES = ("radiobone", "pyradiomics")
AnySettings: TypeAlias = ExtractionSettings | IbsiSettings


def by_pyradiomics(settings: AnySettings, what: str) -> ExtractionSettings:
    """Return settings of pyradiomics' definitions, which are the only ones for what is named.

    Raises
    ------
    BadSetting
        If they ask for IBSI's.
    """
    if isinstance(settings, IbsiSettings):
        raise BadSetting(
            f"The settings ask for IBSI's definitions, and {what} follow pyradiomics' alone. Give other settings, such "
            "as the preset ct."
        )
    return settings


def measure(image: Volume, mask: Volume, settings: AnySettings) -> dict[str, float]:
    """Extract the features of one region; see ``extract_features`` and ``extract_ibsi_features``."""
    _check_intensities(image, mask, settings)
    if isinstance(settings, IbsiSettings):
        from radiobone.features.ibsi.engine import extract_ibsi_features  # many families, which few need

        return extract_ibsi_features(image, mask, settings)
    if settings.engine == "pyradiomics":
        return measure_by_pyradiomics(image, mask, settings)
    return extract_features(image, mask, settings)


def _check_intensities(image: Volume, mask: Volume, settings: AnySettings) -> None:
    with collected():  # what is said of the grids is said when they are brought together for good
        region = onto_image(image, mask, settings.mask)
    check_region_hu(image, region, settings.plausible_hu)
    check_saturation(image, region)
    check_padding(image, region)


def with_engine(settings: AnySettings, engine: str | None) -> AnySettings:
    """Return settings with another engine, if one is named, and check that theirs can be used.

    Raises
    ------
    BadSetting
        If there is no such engine, or it cannot do what the settings ask for.
    MissingExtra
        If it is not installed.
    """
    if engine is not None and engine not in ENGINES:
        raise BadSetting(f"There is no engine {engine!r}. Use {' or '.join(ENGINES)}.")
    if isinstance(settings, IbsiSettings):
        if engine in (None, "radiobone"):
            return settings
        settings = by_pyradiomics(settings, "features by the engine pyradiomics")
    chosen = settings if engine is None else settings.model_copy(update={"engine": engine})
    if chosen.engine == "pyradiomics":
        check_available()
        parameters_of(chosen)
    return chosen


def names_of(settings: AnySettings, *, is_2d: bool = False) -> tuple[str, ...]:
    """Return the names of all features that settings give, in their order.

    Parameters
    ----------
    settings : ExtractionSettings or IbsiSettings
        What is measured.
    is_2d : bool
        Whether the images are single 2D images.
    """
    if isinstance(settings, IbsiSettings):
        from radiobone.features.ibsi.engine import ibsi_names

        return ibsi_names(settings, is_2d=is_2d)
    return expected_names(settings, is_2d=is_2d)
