"""Which settings a run uses, and what its images are taken to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radiobone.core.errors import BadSetting
from radiobone.core.warnings import ModalityAssumed, warn
from radiobone.features.definitions import AnySettings, with_engine
from radiobone.features.ibsi.settings import IbsiSettings
from radiobone.features.presets import PRESET_OF_MODALITY, load_settings
from radiobone.features.settings import ExtractionSettings
from radiobone.workflow.recipes.catalogue import extraction_of, is_recipe

if TYPE_CHECKING:
    from radiobone.io.case import Case

SettingsSource = str | Path | Mapping[str, Any] | AnySettings | None


@dataclass(frozen=True)
class Choice:
    """Settings, and what the images are said to be (None: the settings are the user's own)."""

    settings: AnySettings
    modality: str | None


def resolve_settings(
    settings: SettingsSource, modality: str | None, engine: str | None = None
) -> AnySettings:
    """Return the settings that a run will use; ``engine`` goes before theirs. A recipe's name stands for its settings.

    Raises
    ------
    BadConfig, BadSetting, FileMissing, MissingExtra
    """
    if modality is not None and modality not in PRESET_OF_MODALITY:
        raise BadSetting(
            f"The modality '{modality}' is not known. Use one of {', '.join(PRESET_OF_MODALITY)}."
        )
    if isinstance(settings, str) and is_recipe(settings):
        settings = extraction_of(settings)
    found = (
        settings
        if isinstance(settings, ExtractionSettings | IbsiSettings)
        else load_settings(settings, modality=modality)
    )
    return with_engine(found, engine)


def is_open(settings: SettingsSource, modality: str | None) -> bool:
    """Tell whether neither settings nor modality were given."""
    return modality is None and (settings is None or (isinstance(settings, str) and settings == "default"))


def choose(
    settings: SettingsSource, modality: str | None, cases: tuple[Case, ...], engine: str | None = None
) -> Choice:
    """Decide settings and modality of a manifest; radiographs get their preset where nothing was said.

    Raises
    ------
    BadConfig, BadSetting, FileMissing, MissingExtra

    Warns
    -----
    ModalityAssumed
        If the preset for radiographs was chosen.
    """
    if not is_open(settings, modality):
        return Choice(resolve_settings(settings, modality, engine), modality)
    from radiobone.io.flat import count_radiographs  # with it comes pandas, for manifests alone

    n_flat, n_images = count_radiographs(cases)
    if n_flat:
        what = (
            "Every image of the manifest is"
            if n_flat == n_images
            else f"All {n_flat} images of the manifest that could be read, of {n_images}, are"
        )
        warn_of_radiographs(what, "--modality or --settings")
        return Choice(resolve_settings(None, "xr", engine), "xr")
    return Choice(resolve_settings(None, "ct", engine), "ct")


def warn_of_radiographs(what: str, how: str) -> None:
    """Warn that the preset for radiographs was chosen."""
    warn(
        f"{what} a single 2D image and nothing says what it shows, so the preset 'radiograph' (modality xr) was "
        f"chosen instead of the one for CT. Say so with {how}, or choose another.",
        ModalityAssumed,
        stacklevel=3,
    )
