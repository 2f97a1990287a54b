"""pyradiomics' parameter files, read as they are.

Settings that this engine does not have are refused unless they ask for what it does anyway; nothing
is ignored in silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import SimpleITK as sitk

from radiobone.core.errors import BadConfig, BadSetting
from radiobone.core.near_names import nearest
from radiobone.core.settings import validate
from radiobone.features.registry import OF_PYRADIOMICS
from radiobone.features.settings import ExtractionSettings
from radiobone.imaging.filters.convolutional import ConvolutionalFilter
from radiobone.imaging.filters.registry import FILTERS

SECTIONS = ("imageType", "featureClass", "setting", "voxelSetting")

WITHOUT_EFFECT = ("additionalInfo",)  # on features
OF_MAPS: Mapping[str, str | None] = MappingProxyType(  # no value depends on how many voxels are done at once
    {"kernelRadius": "radius", "maskedKernel": "masked", "initValue": "outside", "voxelBatch": None}
)

# Settings of one filter: pyradiomics' name to (filter, our name).
OF_FILTER: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "wavelet": ("Wavelet", "wavelet"),
        "level": ("Wavelet", "level"),
        "start_level": ("Wavelet", "start_level"),
        "sigma": ("LoG", "sigma_mm"),
        "gradientUseSpacing": ("Gradient", "use_spacing"),
        "lbp2DRadius": ("LBP2D", "radius"),
        "lbp2DSamples": ("LBP2D", "samples"),
        "lbp2DMethod": ("LBP2D", "method"),
        "force2Ddimension": ("LBP2D", "axis"),
        "lbp3DLevels": ("LBP3D", "levels"),
        "lbp3DIcosphereRadius": ("LBP3D", "radius"),
        "lbp3DIcosphereSubdivision": ("LBP3D", "subdivision"),
    }
)
BINS = ("binWidth", "binCount")

# Settings of the steps: pyradiomics' name to where the value goes.
OF_STEP: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "label": ("mask", "label"),
        "label_channel": ("mask", "channel"),
        "geometryTolerance": ("mask", "grid_tolerance"),
        "correctMask": ("mask", "correct_grid"),
        "minimumROIDimensions": ("roi", "min_dimensions"),
        "minimumROISize": ("roi", "more_voxels_than"),
        "normalizeScale": ("normalisation", "scale"),
        "removeOutliers": ("normalisation", "outlier_sd"),
        "resampledPixelSpacing": ("resampling", "spacing_xyz_mm"),
        "interpolator": ("resampling", "interpolator"),
        "padDistance": ("resampling", "margin_voxels"),
        "resegmentRange": ("resegmentation", "limits"),
        "resegmentMode": ("resegmentation", "mode"),
        "resegmentShape": ("resegmentation", "shape_too"),
        "distances": ("texture", "distances"),
        "symmetricalGLCM": ("texture", "symmetrical_glcm"),
        "weightingNorm": ("texture", "weighting_norm"),
        "gldm_a": ("texture", "gldm_alpha"),
        "voxelArrayShift": ("voxel_array_shift",),
        "plausible_hu": ("plausible_hu",),  # our own: pyradiomics has no such check
    }
)
OF_TEXTURE = (  # what an image type may have of its own
    "force2D", "force2Ddimension", "voxelArrayShift", "distances", "symmetricalGLCM", "weightingNorm", "gldm_a",
)  # fmt: skip
SWITCHES = ("normalize", "preCrop", "force2D", "force2Ddimension")
KNOWN_SETTINGS = frozenset({*WITHOUT_EFFECT, *OF_FILTER, *BINS, *OF_STEP, *SWITCHES})
IMAGE_TYPES = tuple(name for name, kind in FILTERS.items() if not issubclass(kind, ConvolutionalFilter))
INTERPOLATORS = (
    "sitkNearestNeighbor", "sitkLinear", "sitkBSpline", "sitkGaussian", "sitkLabelGaussian",
    "sitkHammingWindowedSinc", "sitkCosineWindowedSinc", "sitkWelchWindowedSinc",
    "sitkLanczosWindowedSinc", "sitkBlackmanWindowedSinc",
)  # fmt: skip


def is_parameter_file(content: Mapping[str, Any]) -> bool:
    """Tell whether a mapping has the sections of a pyradiomics parameter file."""
    return any(section in content for section in SECTIONS)


def from_parameters(content: Mapping[str, Any], *, source: str) -> ExtractionSettings:
    """Build settings from the content of a pyradiomics parameter file.

    Parameters
    ----------
    content : mapping
        With any of the sections imageType, featureClass, setting, voxelSetting.
    source : str
        Name for error messages.

    Raises
    ------
    BadConfig
        For an unknown section, setting, image type or family.
    BadSetting
        For a value that makes no sense or that this engine does not support.
    """
    unknown = sorted(set(content) - set(SECTIONS), key=str)
    if unknown:
        raise BadConfig(f"{source}: {unknown[0]!r} is not a section. Known here: {', '.join(SECTIONS)}.")
    sections = {name: _section(content, name, source) for name in SECTIONS}
    setting = sections["setting"]
    plain = _steps(setting, source)
    plain["maps"] = _maps(sections["voxelSetting"], source)
    kinds = sections["imageType"] or {"Original": {}}
    plain["images"] = _images(kinds, setting, source)
    plain["per_image"] = _per_image(kinds, setting, source)
    if sections["featureClass"]:
        plain["families"] = _families(sections["featureClass"], source)
    return validate(ExtractionSettings, plain, source=source)


def _section(content: Mapping[str, Any], name: str, source: str) -> dict[str, Any]:
    section = content.get(name)
    if section is None:
        return {}
    if not isinstance(section, Mapping):
        raise BadConfig(f"{source}: {name} must hold 'name: value' lines, not {section!r}.")
    return dict(section)


def _maps(section: Mapping[str, Any], source: str) -> dict[str, Any]:
    unknown = sorted(set(section) - set(OF_MAPS), key=str)
    if unknown:
        raise BadConfig(
            f"{source}: {unknown[0]!r} is not known in voxelSetting. Known: {', '.join(OF_MAPS)}."
        )
    return {name: section[key] for key, name in OF_MAPS.items() if name is not None and key in section}


def _check_known(setting: Mapping[str, Any], source: str) -> None:
    unknown = sorted(set(setting) - KNOWN_SETTINGS, key=str)
    if unknown:
        near = nearest(str(unknown[0]), KNOWN_SETTINGS)
        raise BadConfig(
            f"{source}: {unknown[0]!r} is not a known setting.{f' Was {near[0]} meant?' if near else ''} "
            f"Known: {', '.join(sorted(KNOWN_SETTINGS))}."
        )


def _steps(setting: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Sort the section `setting` into our steps, as plain data."""
    _check_known(setting, source)
    plain: dict[str, Any] = {}
    for key, value in setting.items():
        if key in OF_STEP and value is not None:
            *steps, name = OF_STEP[key]
            target = plain.setdefault(steps[0], {}) if steps else plain
            target[name] = value
    _switch(plain, setting, source)
    bins = _bins(setting, source)
    if bins is not None:
        plain["discretisation"] = bins
    return plain


def _switch(plain: dict[str, Any], setting: Mapping[str, Any], source: str) -> None:
    """Drop the steps that are off, and set the plane and the crop."""
    for key in ("normalize", "preCrop", "force2D"):
        if not isinstance(setting.get(key, False), bool):
            raise BadSetting(f"{source}: {key} = {setting[key]!r} must be true or false.")
    if setting.get("interpolator") is not None:
        plain["resampling"]["interpolator"] = _interpolator(setting["interpolator"], source)
    margin = plain.get("resampling", {}).get("margin_voxels", 5)
    if not setting.get("normalize", False):
        plain.pop("normalisation", None)
    else:
        plain.setdefault("normalisation", {})
    if setting.get("resampledPixelSpacing") is None or setting.get("interpolator", "") is None:
        plain.pop("resampling", None)
        if setting.get("preCrop", False):
            plain["crop_margin_voxels"] = margin
    if setting.get("resegmentRange") is None:
        plain.pop("resegmentation", None)
    if setting.get("force2D", False):
        plain["plane"] = setting.get("force2Ddimension", 0)


def _interpolator(value: Any, source: str) -> str:
    """Return the name of an interpolator, which may be given as SimpleITK's number (``sitk.sitkBSpline``)."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = next((name for name in INTERPOLATORS if getattr(sitk, name) == value), value)
    if value not in INTERPOLATORS:
        raise BadSetting(
            f"{source}: interpolator {value!r} is not supported. Use one of {', '.join(INTERPOLATORS)}."
        )
    return str(value)


def _bins(setting: Mapping[str, Any], source: str) -> dict[str, Any] | None:
    """Return the bins that a section asks for; a bin count goes before a width."""
    count, width = setting.get("binCount"), setting.get("binWidth")
    for key, value in (("binCount", count), ("binWidth", width)):
        if value is not None and (
            isinstance(value, bool) or not isinstance(value, int | float) or value <= 0
        ):
            raise BadSetting(f"{source}: {key} = {value!r} must be a positive number.")
    if count is not None:
        return {"kind": "bin_count", "n_bins": count}
    return None if width is None else {"kind": "bin_width", "width": width}


def _images(section: Mapping[str, Any], setting: Mapping[str, Any], source: str) -> list[dict[str, Any]]:
    images = []
    for kind, custom in section.items():
        _check_kind(kind, source)
        if custom is not None and not isinstance(custom, Mapping):
            raise BadConfig(f"{source}: {kind} must hold 'name: value' lines, not {custom!r}.")
        images.append(_image(kind, setting, custom or {}, source))
    return images


def _check_kind(kind: str, source: str) -> None:
    if kind in FILTERS and issubclass(FILTERS[kind], ConvolutionalFilter):
        raise BadConfig(
            f"{source}: {kind} is a filter of IBSI 2, which pyradiomics and its parameter files do not have. Name it "
            "under 'images' in a settings file of radiobone (`radiobone recipes ct` prints one to start from)."
        )
    if kind not in FILTERS:
        raise BadConfig(f"{source}: {kind!r} is not an image type. Known here: {', '.join(IMAGE_TYPES)}.")


def _image(kind: str, setting: Mapping[str, Any], custom: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Return one filter: general settings that concern it, overruled by its own."""
    plain: dict[str, Any] = {"kind": kind}
    for key, (filter_kind, name) in OF_FILTER.items():
        if filter_kind == kind and key in {**setting, **custom}:
            plain[name] = custom.get(key, setting.get(key))
    _check_known(custom, f"{source}, imageType {kind}")
    for key, value in custom.items():
        own = OF_FILTER.get(key, (None,))[0] == kind
        if not own and key not in (*BINS, *OF_TEXTURE) and value != setting.get(key, ...):
            raise BadSetting(
                f"{source}: {key} = {value!r} under imageType {kind} is not supported: this step is done once, before "
                f"the filters. Move it to 'setting'. A filter may have its own settings, {', '.join((*BINS, *OF_TEXTURE))}."
            )
    bins = _bins({**setting, **custom}, source) if set(custom) & set(BINS) else None
    if bins is not None:
        plain["discretisation"] = bins
    return plain


def _per_image(section: Mapping[str, Any], setting: Mapping[str, Any], source: str) -> list[dict[str, Any]]:
    """Return what image types have of their own besides bins: plane, shift and texture, with the general rest."""
    own = {
        kind: {key: custom[key] for key in OF_TEXTURE if key in custom}
        for kind, custom in section.items()
        if custom
    }
    general = {key: setting[key] for key in OF_TEXTURE if key in setting}
    plain = _steps(general, source)
    steps = {kind: _steps({**general, **changed}, source) for kind, changed in own.items()}
    return [{"kind": kind, **own_steps} for kind, own_steps in steps.items() if own_steps != plain]


def _families(section: Mapping[str, Any], source: str) -> list[dict[str, Any]]:
    families = []
    for name, features in section.items():
        if name not in OF_PYRADIOMICS:
            raise BadConfig(
                f"{source}: {name!r} is not a feature class. Known here: {', '.join(OF_PYRADIOMICS)}."
            )
        if features is not None and not isinstance(features, list | tuple):
            raise BadConfig(f"{source}: {name} must be empty or hold a list of features, not {features!r}.")
        families.append({"name": name, "features": tuple(features or ())})
    return families
