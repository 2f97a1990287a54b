"""pyradiomics' feature extractor: its constructors, methods, attributes and results."""

from __future__ import annotations

import json
import logging
from collections import OrderedDict
from pathlib import Path, PurePath
from typing import Any

import numpy as np
import SimpleITK as sitk

from radiobone.compat.diagnostics import general_entries, image_entries, mask_entries
from radiobone.compat.errors import as_pyradiomics
from radiobone.compat.feature_classes import getFeatureClasses
from radiobone.compat.loading import Loader, Source
from radiobone.compat.log import handler, logger
from radiobone.compat.parameters import (
    DEFAULT_SETTINGS,
    check_content,
    extraction_settings,
    getImageTypes,
    known_settings,
)
from radiobone.core.errors import FileMissing
from radiobone.core.volume import Volume
from radiobone.features.engine import measure, place, source_of
from radiobone.features.prepared import Prepared
from radiobone.features.presets import read_settings_file
from radiobone.features.settings import ExtractionSettings
from radiobone.imaging.itk import to_sitk_nd
from radiobone.imaging.resample import on_one_grid
from radiobone.workflow.compiling import compile_kernels
from radiobone.workflow.feature_maps import maps_of

NO_SHAPE_2D = "shape2D"


class RadiomicsFeatureExtractor:
    """Extracts features as pyradiomics does.

    Parameters
    ----------
    *args : path or dict, optional
        A parameter file (YAML or JSON) or its content; none takes the defaults: the original image and all
        families but ``shape2D``.
    **kwargs
        Settings that go before those of the file.

    Attributes
    ----------
    settings, enabledImagetypes, enabledFeatures : dict
        As pyradiomics has them; they may be changed.

    Raises
    ------
    OSError
        If the parameter file is not there (``FileMissing``).
    ValueError
        If it cannot be understood (``BadConfig``) or a value makes no sense (``BadSetting``).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.settings: dict[str, Any] = {}
        self.enabledImagetypes: dict[str, Any] = {}
        self.enabledFeatures: dict[str, Any] = {}
        self.featureClassNames = list(getFeatureClasses())
        self._loader = Loader()
        if len(args) == 1 and isinstance(args[0], dict | str | PurePath):
            self._apply(args[0])
        else:
            self.settings = self._getDefaultSettings()
            self.enabledImagetypes = {"Original": {}}
            self.enabledFeatures = {name: [] for name in self.featureClassNames if name != NO_SHAPE_2D}
        known_settings(kwargs)
        self.settings.update(kwargs)
        logger.debug("Settings: %s", self.settings)

    @staticmethod
    def _getDefaultSettings() -> dict[str, Any]:
        return {
            key: list(value) if isinstance(value, list) else value for key, value in DEFAULT_SETTINGS.items()
        }

    def addProvenance(self, provenance_on: bool = True) -> None:
        """Add the entries ``diagnostics_…`` to results, or leave them out, which saves a pass over image and mask."""
        self.settings["additionalInfo"] = provenance_on

    def loadParams(self, paramsFile: str | Path) -> None:
        """Take settings, image types and features from a parameter file; what was set before is forgotten."""
        self._apply(paramsFile)

    def loadJSONParams(self, JSON_configuration: str) -> None:
        """Take settings, image types and features from a text in JSON."""
        self._apply(json.loads(JSON_configuration))

    def _apply(self, source: dict[str, Any] | str | PurePath) -> None:
        content = source if isinstance(source, dict) else _read(Path(source))
        with as_pyradiomics():
            check_content(content)
        self.enabledImagetypes = dict(content.get("imageType") or {"Original": {}})
        self.enabledFeatures = dict(
            content.get("featureClass") or {name: [] for name in self.featureClassNames}
        )
        own = {**(content.get("setting") or {}), **(content.get("voxelSetting") or {})}
        self.settings = {**self._getDefaultSettings(), **own}

    def execute(
        self,
        imageFilepath: Source,
        maskFilepath: Source,
        label: int | None = None,
        label_channel: int | None = None,
        voxelBased: bool = False,
    ) -> OrderedDict[str, Any]:
        """Extract the features of one region.

        Parameters
        ----------
        imageFilepath, maskFilepath : path or SimpleITK image
            Every format that radiobone reads.
        label : int, optional
            Value in the mask; default: that of the settings, which is 1 unless they say otherwise.
        label_channel : int, optional
            Which of several values per voxel of the mask, from 0.
        voxelBased : bool
            Feature maps: the features of the neighbourhood of every voxel of the region.

        Returns
        -------
        OrderedDict
            Diagnostics unless they are off, then features by name: each an array without dimensions, or a SimpleITK
            image where ``voxelBased``.

        Raises
        ------
        ValueError, RuntimeError
            Every error is one of ``radiobone.core.errors`` and both of these; its ``code`` names it.
        """
        given = {"label": label, "label_channel": label_channel}
        settings = {**self.settings, **{key: value for key, value in given.items() if value is not None}}
        if voxelBased:
            settings["voxelBased"] = True
        with as_pyradiomics():
            logger.info("Calculating features with label: %s", settings.get("label", 1))
            result, prepared, chosen = self._prepared(imageFilepath, maskFilepath, settings)
            if self.enabledFeatures:
                compile_kernels(show=True)
                result.update(_maps(prepared, chosen) if voxelBased else _values(prepared, chosen))
            return result

    def _chosen(self, settings: dict[str, Any]) -> ExtractionSettings:
        return extraction_settings(settings, self.enabledImagetypes, self.enabledFeatures)

    def _prepared(
        self, image_source: Source, mask_source: Source, settings: dict[str, Any]
    ) -> tuple[OrderedDict[str, Any], Prepared, ExtractionSettings]:
        """Do all steps before the filters, and tell of each where diagnostics are on."""
        chosen = self._chosen(settings)
        told: OrderedDict[str, Any] = OrderedDict()
        image = self._loader.image(image_source)
        mask = self._loader.mask(mask_source, image.volume, chosen.mask)
        region = mask.region(chosen.mask.label or 1)
        diagnostics = bool(settings.get("additionalInfo", False))
        if diagnostics:
            told.update(general_entries(settings, self.enabledImagetypes))
            told.update(image.entries)
            told.update(mask.entries(region))
        source = source_of(image.volume, region, chosen)
        gridded, inside = source.gridded(source.margin_voxels)
        prepared = place(source, gridded, inside)
        if diagnostics:
            told.update(_later_steps(image.volume, region, prepared, inside, chosen))
        return told, prepared, chosen

    def loadImage(
        self, ImageFilePath: Source, MaskFilePath: Source, generalInfo: None = None, **kwargs: Any
    ) -> tuple[sitk.Image, sitk.Image]:
        """Return image and mask after normalisation and resampling or cropping, as SimpleITK images.

        Parameters
        ----------
        ImageFilePath, MaskFilePath : path or SimpleITK image
            As for ``execute``.
        generalInfo : None
            pyradiomics' collector, which has no counterpart.
        **kwargs
            Settings in place of the extractor's.
        """
        settings = {**self.settings, **kwargs}
        with as_pyradiomics():
            chosen = self._chosen(settings).model_copy(update={"resegmentation": None})
            image = self._loader.image(ImageFilePath).volume
            region = self._loader.mask(MaskFilePath, image, chosen.mask).region(chosen.mask.label or 1)
            source = source_of(image, region, chosen)
            gridded, inside = source.gridded(source.margin_voxels)
        labelled = inside.array.astype(np.uint32) * np.uint32(chosen.mask.label or 1)
        return to_sitk_nd(gridded), to_sitk_nd(inside.with_array(labelled))

    def computeShape(
        self, image: sitk.Image, mask: sitk.Image, boundingBox: Any, **kwargs: Any
    ) -> OrderedDict[str, Any]:
        """Measure the shape of a region with the families that are enabled; ``boundingBox`` is found anew."""
        wanted = {name: names for name, names in self.enabledFeatures.items() if name.startswith("shape")}
        if not kwargs.get("force2D", False):
            wanted.pop(NO_SHAPE_2D, None)
        return self._by_class("original", image, mask, wanted, kwargs)

    def computeFeatures(
        self, image: sitk.Image, mask: sitk.Image, imageTypeName: str, **kwargs: Any
    ) -> OrderedDict[str, Any]:
        """Measure the intensities of a region in an image that was filtered already."""
        wanted = {name: names for name, names in self.enabledFeatures.items() if not name.startswith("shape")}
        return self._by_class(imageTypeName, image, mask, wanted, kwargs)

    @staticmethod
    def _by_class(
        prefix: str, image: sitk.Image, mask: sitk.Image, wanted: dict[str, Any], kwargs: dict[str, Any]
    ) -> OrderedDict[str, Any]:
        result: OrderedDict[str, Any] = OrderedDict()
        for family, names in wanted.items():
            computed = getFeatureClasses()[family](image, mask, **kwargs)
            for name in names or ():
                computed.enableFeatureByName(name)
            result.update((f"{prefix}_{family}_{name}", value) for name, value in computed.execute().items())
        return result

    def enableAllImageTypes(self) -> None:
        """Enable every image type, without settings of its own."""
        self.enabledImagetypes.update({name: {} for name in getImageTypes()})

    def disableAllImageTypes(self) -> None:
        """Disable every image type."""
        self.enabledImagetypes = {}

    def enableImageTypeByName(
        self, imageType: str, enabled: bool = True, customArgs: dict[str, Any] | None = None
    ) -> None:
        """Enable an image type, with settings of its own, or disable it."""
        if imageType not in getImageTypes():
            logger.warning("Image type %s is not recognized", imageType)
        elif enabled:
            self.enabledImagetypes[imageType] = {} if customArgs is None else customArgs
        else:
            self.enabledImagetypes.pop(imageType, None)

    def enableImageTypes(self, **enabledImagetypes: dict[str, Any]) -> None:
        """Enable image types by name, each with its settings."""
        self.enabledImagetypes.update(enabledImagetypes)

    def enableAllFeatures(self) -> None:
        """Enable every feature of every family, but for deprecated ones."""
        self.enabledFeatures.update({name: [] for name in self.featureClassNames})

    def disableAllFeatures(self) -> None:
        """Disable every family."""
        self.enabledFeatures = {}

    def enableFeatureClassByName(self, featureClass: str, enabled: bool = True) -> None:
        """Enable every feature of a family, or disable the family."""
        if featureClass not in self.featureClassNames:
            logger.warning("Feature class %s is not recognized", featureClass)
        elif enabled:
            self.enabledFeatures[featureClass] = []
        else:
            self.enabledFeatures.pop(featureClass, None)

    def enableFeaturesByName(self, **enabledFeatures: list[str] | None) -> None:
        """Name the features of families; an empty list or None stands for all of a family."""
        self.enabledFeatures.update(enabledFeatures)


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        with as_pyradiomics(OSError):
            raise FileMissing(f"Parameter file {path} does not exist. Check the path.")
    with as_pyradiomics():
        return read_settings_file(path)


def _values(prepared: Prepared, settings: ExtractionSettings) -> dict[str, Any]:
    return {name: np.asarray(value) for name, value in measure(prepared, settings).items()}


def _maps(prepared: Prepared, settings: ExtractionSettings) -> dict[str, Any]:
    return {
        name: to_sitk_nd(volume)
        for name, volume in maps_of(prepared, settings, show=handler.level <= logging.INFO).items()
    }


def _later_steps(
    image: Volume, region: Volume, prepared: Prepared, inside: Volume, settings: ExtractionSettings
) -> dict[str, Any]:
    """Return diagnostics of the steps that were done."""
    told: dict[str, Any] = {}
    if settings.resampling is not None:
        told |= image_entries(prepared.image, "interpolated")
        told |= mask_entries(inside, "interpolated", prepared.image)
    elif (
        settings.crop_margin_voxels is None and settings.mask.correct_grid and not on_one_grid(image, region)
    ):
        told |= mask_entries(inside, "corrected", prepared.image)
    if settings.resegmentation is not None:
        told |= mask_entries(inside.with_array(prepared.mask), "resegmented", prepared.image)
    return told
