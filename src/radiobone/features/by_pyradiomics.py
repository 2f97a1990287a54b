"""pyradiomics itself as the engine, where it is installed: the same settings, the same columns."""

from __future__ import annotations

import math
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from radiobone.core.errors import BadSetting, MissingExtra, RoiTooSmall
from radiobone.core.volume import Volume
from radiobone.features.engine import source_of
from radiobone.features.names import expected_names
from radiobone.features.parameter_file import OF_FILTER, OF_STEP, from_parameters
from radiobone.features.registry import FAMILIES, OF_PYRADIOMICS, ShapeFamily
from radiobone.features.settings import ExtractionSettings
from radiobone.imaging.discretise import FixedBinCount, FixedBinWidth
from radiobone.imaging.filters.lbp2d import LBP2D
from radiobone.imaging.itk import to_sitk_nd

PACKAGE = "radiomics"
DONE_HERE = (
    "engine",
    "mask",
    "bias_correction",
    "max_gray_levels",
    "maps",
)  # before pyradiomics, or not by it
Plain = dict[str, Any]


def check_available() -> None:
    """Refuse to go on without pyradiomics.

    Raises
    ------
    MissingExtra
    """
    if find_spec(PACKAGE) is None:
        raise MissingExtra(
            "The engine pyradiomics was asked for, and pyradiomics is not installed for this Python. Its numbers are "
            "those of radiobone's own engine: leave the engine out. To compare, install it beside radiobone (Python 3.11 "
            "and a C compiler: `pip install numpy setuptools wheel versioneer`, then `pip install --no-build-isolation "
            "pyradiomics==3.0.1`)."
        )


def measure_by_pyradiomics(image: Volume, mask: Volume, settings: ExtractionSettings) -> dict[str, float]:
    """Let pyradiomics extract the features of one region.

    Parameters
    ----------
    image, mask, settings
        As for ``radiobone.features.engine.extract_features``. Checks of the inputs, laying the mask on the image, and
        bias correction are done here, all else by pyradiomics.

    Returns
    -------
    dict
        By the same names, in the same order.

    Raises
    ------
    MissingExtra
        If pyradiomics cannot be imported.
    BadSetting
        If the settings ask for what pyradiomics does not have.
    RoiTooSmall
        If pyradiomics refuses the region, or has no value for a feature.
    """
    check_available()
    plain = parameters_of(settings)
    source = source_of(image, mask, settings.model_copy(update={"normalisation": None}))
    extractor = import_module(f"{PACKAGE}.featureextractor").RadiomicsFeatureExtractor(additionalInfo=False)
    extractor.settings.update(_for_dimensions(plain["setting"], image), label=1)
    extractor.enabledImagetypes = plain["imageType"]
    extractor.enabledFeatures = {
        name: names for name, names in plain["featureClass"].items() if _has_shape(name, image, settings)
    }
    region = source.mask.with_array((source.mask.array != 0).astype("uint8"))
    try:
        found = extractor.execute(to_sitk_nd(source.image), to_sitk_nd(region))
    except ValueError as error:
        raise RoiTooSmall(
            f"pyradiomics refuses the region: {error}. Check the mask and the settings."
        ) from error
    return _checked({name: float(value) for name, value in found.items()}, image, settings)


def _checked(found: dict[str, float], image: Volume, settings: ExtractionSettings) -> dict[str, float]:
    wanted = expected_names(settings, is_2d=image.is_2d)
    without = [name for name in wanted if not math.isfinite(found.get(name, math.nan))]
    if without:
        raise RoiTooSmall(
            f"pyradiomics has no value for {len(without)} features of this region, such as {without[0]}. Leave them out, "
            "check the mask, or use radiobone's own engine, which says why."
        )
    return {name: found[name] for name in wanted}


def _has_shape(family: str, image: Volume, settings: ExtractionSettings) -> bool:
    kind = FAMILIES[family]
    if not isinstance(kind, ShapeFamily):
        return True
    return (image.is_2d or settings.plane is not None) if kind.flat else not image.is_2d


def _for_dimensions(setting: Plain, image: Volume) -> Plain:
    """Leave out of the settings what a 2D image does not have."""
    if not image.is_2d:
        return setting
    spacing = setting.get("resampledPixelSpacing")
    return {
        **setting, "force2D": False, "force2Ddimension": 0,
        "resampledPixelSpacing": None if spacing is None else spacing[:2],
    }  # fmt: skip


def parameters_of(settings: ExtractionSettings) -> Plain:
    """Write settings as the content of a pyradiomics parameter file.

    Parameters
    ----------
    settings : ExtractionSettings
        ``mask``, ``bias_correction`` and the cap on grey levels are left out.

    Returns
    -------
    dict
        With the sections setting, imageType and featureClass.

    Raises
    ------
    BadSetting
        If pyradiomics cannot do what they ask for.
    """
    _check_families(settings)
    settings = _with_axis_of_plane(settings)
    own = {entry.kind: entry for entry in settings.per_image}
    content = {
        "setting": {**_steps(settings), **_bins(settings.discretisation)},
        "imageType": {
            entry.kind: _filter(entry) | (_steps(own[entry.kind]) if entry.kind in own else {})
            for entry in settings.images
        },
        "featureClass": {choice.name: list(choice.features) for choice in settings.families},
    }
    _check_same(settings, content)
    return content


def _check_families(settings: ExtractionSettings) -> None:
    unknown = [choice.name for choice in settings.families if choice.name not in OF_PYRADIOMICS]
    if unknown:
        raise BadSetting(
            f"pyradiomics has no family {unknown[0]}. Leave it out, or use radiobone's own engine."
        )


def _steps(settings: Any) -> Plain:
    """Return settings of the steps that are on, by pyradiomics' names."""
    found: Plain = {}
    for key, path in OF_STEP.items():
        value = settings
        for name in path:
            value = getattr(value, name, None)
        if path[0] != "mask" and value is not None:
            found[key] = list(value) if isinstance(value, tuple) else value
    if getattr(settings, "normalisation", None) is not None:
        found["normalize"] = True
    if getattr(settings, "crop_margin_voxels", None) is not None:
        found |= {"preCrop": True, "padDistance": settings.crop_margin_voxels}
    plane = settings.plane
    return found | {"force2D": plane is not None, "force2Ddimension": plane or 0}


def _with_axis_of_plane(settings: ExtractionSettings) -> ExtractionSettings:
    """Let patterns lie in the plane of the settings, as they do; pyradiomics has one name for both."""
    if settings.plane is None:
        return settings
    images = tuple(
        entry.model_copy(update={"axis": settings.plane}) if isinstance(entry, LBP2D) else entry
        for entry in settings.images
    )
    return settings.model_copy(update={"images": images})


def _bins(bins: FixedBinWidth | FixedBinCount | None) -> Plain:
    if bins is None:
        return {}
    return (
        {"binCount": bins.n_bins}
        if isinstance(bins, FixedBinCount)
        else {"binWidth": bins.width, "binCount": None}
    )


def _filter(entry: Any) -> Plain:
    found = {key: getattr(entry, name) for key, (kind, name) in OF_FILTER.items() if kind == entry.kind}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in found.items()} | _bins(
        entry.discretisation
    )


def _check_same(settings: ExtractionSettings, content: Mapping[str, Any]) -> None:
    """Refuse settings that pyradiomics' parameters do not give back."""
    again = from_parameters(content, source="The engine pyradiomics")
    for name in ExtractionSettings.model_fields:
        if name not in DONE_HERE and getattr(again, name) != getattr(settings, name):
            raise BadSetting(
                f"pyradiomics cannot do what `{name}` asks for: {getattr(settings, name)!r}. Change it, or use radiobone's "
                "own engine."
            )
