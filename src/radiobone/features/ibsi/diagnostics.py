"""What IBSI's diagnostic features tell of each step before the features: sizes, voxels and intensities."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.volume import Volume
from radiobone.features.checks import check_inputs
from radiobone.features.ibsi.engine import prepare
from radiobone.features.ibsi.settings import IbsiSettings
from radiobone.imaging.crop import bounding_box


def diagnostics(image: Volume, mask: Volume, settings: IbsiSettings) -> dict[str, float]:
    """Describe image and region as they are, after interpolation and after re-segmentation.

    Parameters
    ----------
    image, mask : Volume
        As for ``extract_ibsi_features``.
    settings : IbsiSettings
        What is done.

    Returns
    -------
    dict
        IBSI's name to value.
    """
    image, mask = check_inputs(image, mask, settings.mask)
    region = prepare(image, mask, settings, whole=True)
    drawn = mask.array != 0
    return {
        **_of_image(image, "init_img"),
        **_of_image(region.image, "interp_img"),
        **_of_region(image.array, drawn, drawn, "init_roi"),
        **_of_region(region.image.array, region.outline, region.outline, "interp_roi"),
        **_of_region(region.image.array, region.outline, region.inside, "reseg_roi"),
    }


def _of_image(image: Volume, stage: str) -> dict[str, float]:
    return {
        **_along("img_dim", image.shape, stage),
        **_along("vox_dim", image.spacing_mm, stage),
        f"mean_int_{stage}": float(image.array.mean()),
        f"min_int_{stage}": float(image.array.min()),
        f"max_int_{stage}": float(image.array.max()),
    }


def _of_region(
    array: npt.NDArray[Any], outline: npt.NDArray[np.bool_], inside: npt.NDArray[np.bool_], stage: str
) -> dict[str, float]:
    values = array[inside]
    return {
        **_along("int_mask_dim", inside.shape, stage),
        **_along("int_mask_bb_dim", bounding_box(inside).shape, stage),
        **_along("morph_mask_bb_dim", bounding_box(outline).shape, stage),
        f"int_mask_vox_count_{stage}": float(inside.sum()),
        f"morph_mask_vox_count_{stage}": float(outline.sum()),
        f"int_mask_mean_int_{stage}": float(values.mean()),
        f"int_mask_min_int_{stage}": float(values.min()),
        f"int_mask_max_int_{stage}": float(values.max()),
    }


def _along(name: str, sizes: tuple[float, ...], stage: str) -> dict[str, float]:
    return {f"{name}_{axis}_{stage}": float(size) for axis, size in zip("zyx", sizes, strict=True)}
