"""Settings by name, from a file, or from a mapping.

The presets:

- ``ct``: Hounsfield units, 1 mm voxels, bins of 25 HU, original and wavelet images.
- ``mr``: standard scores times 100, 1 mm voxels, 32 bins, original, wavelet and LoG images. Bias
  correction is off; switch it on with ``bias_correction: {}``.
- ``radiograph``: in the plane of the image, its own pixels, 64 bins, original and wavelet images.
- ``radiograph-texture``: the same, and of the original image local binary patterns, Gabor, Laws and wavelet energies,
  variogram, and the spread of pixels over dark and bright ones (K-means, fuzzy C-means).
- ``ibsi``: CT by IBSI's definitions and under its names, 1 mm voxels, bins of 25 HU from -1000 HU on.
- ``ibsi-a`` to ``ibsi-e``: the configurations that IBSI's reference values were made with.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from radiobone.core.errors import BadConfig, BadSetting
from radiobone.core.file_kinds import is_file
from radiobone.core.settings import read_settings_text, read_yaml, validate
from radiobone.features.definitions import AnySettings
from radiobone.features.ibsi.configurations import CONFIGURATIONS, IBSI
from radiobone.features.ibsi.settings import IbsiSettings
from radiobone.features.parameter_file import from_parameters, is_parameter_file
from radiobone.features.settings import ALL_FAMILIES, ExtractionSettings, FamilyChoice
from radiobone.imaging.discretise import FixedBinCount, FixedBinWidth
from radiobone.imaging.filters.log import LoG
from radiobone.imaging.filters.original import Original
from radiobone.imaging.filters.wavelet import Wavelet
from radiobone.imaging.normalise import Normalisation
from radiobone.imaging.resample import Resampling

CT = ExtractionSettings(
    resampling=Resampling(spacing_xyz_mm=(1.0, 1.0, 1.0), interpolator="sitkBSpline"),
    discretisation=FixedBinWidth(width=25.0),
    images=(Original(), Wavelet()),
)

MR = ExtractionSettings(
    normalisation=Normalisation(scale=100.0),
    resampling=Resampling(spacing_xyz_mm=(1.0, 1.0, 1.0), interpolator="sitkBSpline"),
    discretisation=FixedBinCount(n_bins=32),
    images=(Original(), Wavelet(), LoG(sigma_mm=(1.0, 2.0, 3.0))),
    voxel_array_shift=300.0,  # three standard deviations: squares of almost only positive numbers
)

RADIOGRAPH = ExtractionSettings(
    discretisation=FixedBinCount(n_bins=64),
    images=(Original(), Wavelet()),
    plane=0,
    families=tuple(choice for choice in ALL_FAMILIES if choice.name != "shape"),
)

RADIOGRAPH_TEXTURE = RADIOGRAPH.model_copy(
    update={
        "families": (
            *RADIOGRAPH.families,
            *(
                FamilyChoice(name=name)
                for name in ("lbp", "gabor", "laws", "variogram", "waveletenergy", "kmeans", "fcm")
            ),
        )
    }
)

PRESETS: Mapping[str, AnySettings] = MappingProxyType(
    {
        "default": CT,
        "ct": CT,
        "mr": MR,
        "radiograph": RADIOGRAPH,
        "radiograph-texture": RADIOGRAPH_TEXTURE,
        "ibsi": IBSI,
        **{f"ibsi-{name.lower()}": settings for name, settings in CONFIGURATIONS.items()},
    }
)
PRESET_OF_MODALITY: Mapping[str, str] = MappingProxyType(
    {"ct": "ct", "mr": "mr", "xr": "radiograph", "dxa": "radiograph"}
)


def load_settings(
    source: str | Path | Mapping[str, Any] | None, *, modality: str | None = None
) -> AnySettings:
    """Read extraction settings.

    Parameters
    ----------
    source : str, Path, mapping or None
        The name of a preset, the path of a file (ours, or a pyradiomics parameter file), the content
        of such a file; None or "default" for the preset of the modality.
    modality : {"ct", "mr", "xr", "dxa"}, optional
        What the images are; decides only where ``source`` does not. CT if not given.

    Raises
    ------
    BadConfig
        For a file that cannot be understood, or unknown keys.
    BadSetting
        For a value that makes no sense, an unknown preset or modality.
    FileMissing
        If a path leads nowhere.
    """
    if source is None or source == "default":
        return PRESETS[_preset_of(modality)]
    if isinstance(source, Mapping):
        return _from_mapping(source, "settings")
    if not isinstance(source, str | Path):
        raise BadSetting(
            f"Settings are {source!r}, and a preset's name, a file or 'key: value' lines are needed."
        )
    if str(source) in PRESETS:
        return PRESETS[str(source)]
    path = Path(source)
    if isinstance(source, str) and path.suffix == "" and not is_file(path):
        raise BadSetting(f"No preset is called {source!r}. Use {', '.join(PRESETS)}, or the path of a file.")
    return _from_mapping(read_settings_file(path), path.name)


def _preset_of(modality: str | None) -> str:
    name = (modality or "ct").lower()
    if name not in PRESET_OF_MODALITY:
        raise BadSetting(f"Modality {modality!r} has no preset. Use {', '.join(PRESET_OF_MODALITY)}.")
    return PRESET_OF_MODALITY[name]


def read_settings_file(path: Path) -> dict[str, Any]:
    """Read a YAML or JSON file, in which no key may be given twice.

    Raises
    ------
    BadConfig, FileMissing, FileUnreadable
    """
    if path.suffix.lower() != ".json":
        return read_yaml(path)
    text = read_settings_text(path)
    try:
        content = json.loads(text, object_pairs_hook=_each_key_once)
    except (ValueError, RecursionError) as error:
        raise BadConfig(f"{path.name} is not valid JSON: {error}") from error
    if not isinstance(content, dict):
        raise BadConfig(f"{path.name} must hold an object, not a {type(content).__name__}.")
    return content


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise BadConfig(f"The key {key!r} is given twice, and only one value could count. Remove one.")
        found[key] = value
    return found


def _from_mapping(content: Mapping[str, Any], source: str) -> AnySettings:
    if is_parameter_file(content):
        return from_parameters(content, source=source)
    if "definitions" in content:
        return validate(IbsiSettings, dict(content), source=source)
    return validate(ExtractionSettings, dict(content), source=source)
