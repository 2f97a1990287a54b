"""Feature maps of one region, from paths, SimpleITK images or arrays."""

from __future__ import annotations

from collections.abc import Sequence

from radiobone.core.errors import BadSetting
from radiobone.core.progress import progress
from radiobone.core.settings import validate
from radiobone.core.volume import Triple
from radiobone.features.definitions import by_pyradiomics
from radiobone.features.engine import prepare
from radiobone.features.maps.engine import MapSource, map_features, n_batches
from radiobone.features.maps.result import FeatureMaps
from radiobone.features.maps.settings import MapSettings
from radiobone.features.maps.wanted import ORIGINAL, all_maps, chosen_maps
from radiobone.features.prepared import Prepared
from radiobone.features.settings import ExtractionSettings
from radiobone.workflow.choice import (
    SettingsSource,
    is_open,
    resolve_settings,
    warn_of_radiographs,
)
from radiobone.workflow.compiling import compile_kernels, compile_map_kernels
from radiobone.workflow.modality import admitted
from radiobone.workflow.single import ImageLike, as_volume, region_of


def feature_maps(
    image: ImageLike,
    mask: ImageLike,
    features: Sequence[str] | str | None = None,
    settings: SettingsSource = "default",
    *,
    radius: int | None = None,
    label: int | str | None = None,
    jobs: int = 1,
    spacing_mm: Triple | None = None,
    modality: str | None = None,
    show_progress: bool = False,
) -> FeatureMaps:
    """Compute features in a neighbourhood of every voxel of a region, as pyradiomics' voxel-based mode does.

    Parameters
    ----------
    image, mask : path, SimpleITK image, Volume, or ndarray of shape (n_z, n_y, n_x)
        A mask given as a path may be a label map, a TotalSegmentator folder, RTSTRUCT or DICOM-SEG.
    features : str or sequence of str, optional
        ``glcm_JointEntropy``, or ``glcm`` for all of a family; of filtered images
        ``wavelet-LLH_glcm_Contrast``; ``*`` stands for any part. Default: all that the settings name, of the
        original image alone where no settings are given. Shape has no maps.
    settings : path, preset name, mapping or ExtractionSettings
        Ours, or a pyradiomics parameter file, whose ``voxelSetting`` counts.
    radius : int, optional
        Voxels from the centre of the neighbourhood to its faces; default: that of the settings, which is 1
        unless they say otherwise.
    label : int or str, optional
        Value in the mask, or a structure's name; None takes the only label there is.
    jobs : int
        Threads; the values do not depend on it.
    spacing_mm : tuple of float, (z, y, x)
        Needed for arrays.
    modality : {"ct", "mr", "xr", "dxa"}, optional
        Default: "xr" for a single 2D image, else "ct".
    show_progress : bool
        Whether to tell the time left.

    Returns
    -------
    FeatureMaps
        A mapping of names to volumes on the grid of the (resampled) image, cut to the region's box and
        ``radius`` voxels round it.

    Raises
    ------
    ImageError, MaskError, SettingError, PathError
        See ``radiobone.core.errors``.

    Warns
    -----
    UndefinedInMap
        If a map is NaN in voxels whose neighbourhood is too small for the definition.
    ModalityAssumed
        If the preset for radiographs was chosen because the image is 2D.
    """
    chosen = by_pyradiomics(resolve_settings(settings, modality), "feature maps")
    volume = as_volume(image, spacing_mm)
    if volume.is_2d and is_open(settings, modality):
        chosen = by_pyradiomics(resolve_settings(None, "xr"), "feature maps")
        warn_of_radiographs("The image is", "`modality=` or `settings=`")
    volume = admitted(volume, "The image", modality)  # the window of its pictures is of its kind too
    region = region_of(mask, volume, label, chosen.mask)
    if radius is not None:
        neighbourhood = {**chosen.maps.model_dump(), "radius": radius}
        chosen = chosen.model_copy(
            update={"maps": validate(MapSettings, neighbourhood, source="The neighbourhood")}
        )
    asked = [features] if isinstance(features, str) else features
    if asked is None and is_open(settings, modality):
        asked = [f"{ORIGINAL}_*"]
    return maps_of(prepare(volume, region, chosen), chosen, asked, jobs=jobs, show=show_progress)


def maps_of(
    prepared: Prepared,
    settings: ExtractionSettings,
    asked: Sequence[str] | None = None,
    *,
    jobs: int = 1,
    show: bool = False,
) -> FeatureMaps:
    """Compute maps after all steps that come before the filters; see ``feature_maps``."""
    if settings.engine != "radiobone":
        raise BadSetting(
            f"The settings ask for the engine {settings.engine}, and feature maps are made by radiobone alone; their "
            "values are the same. Leave 'engine' out of the settings."
        )
    plane = prepared.plane
    wanted = all_maps(settings, plane) if asked is None else chosen_maps(settings, plane, asked)
    compile_kernels(show=show)
    compile_map_kernels(sorted({family for families in wanted.values() for family in families}), show=show)
    source = MapSource.of(prepared, settings.maps)
    with progress("Maps", n_batches(source) * len(wanted), show=show) as advance:
        values = dict(map_features(source, settings, wanted, jobs=jobs, advance=advance))
    maps = FeatureMaps.of(source, settings, values)
    maps.warn_of_undefined()
    return maps
