"""pyradiomics' functions on SimpleITK images, before and between features."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from radiobone.compat.errors import as_pyradiomics
from radiobone.compat.loading import read_labels
from radiobone.compat.log import logger
from radiobone.compat.parameters import extraction_settings
from radiobone.core.errors import BadSetting
from radiobone.core.volume import Volume
from radiobone.features.checks import check_region
from radiobone.features.settings import ExtractionSettings
from radiobone.imaging.crop import bounding_box
from radiobone.imaging.discretise import bin_edges
from radiobone.imaging.itk import to_sitk_nd
from radiobone.imaging.mask_grid import onto_image
from radiobone.imaging.normalise import Normalisation, normalise
from radiobone.imaging.resample import on_one_grid, resample
from radiobone.imaging.resegment import resegment
from radiobone.workflow.single import as_volume

FilteredImages = Iterator[tuple[sitk.Image, str, dict[str, Any]]]
BoundingBox = npt.NDArray[np.int64]  # lower and upper index along x, then y, then z


def _settings(kwargs: dict[str, Any], image_type: str = "Original") -> ExtractionSettings:
    return extraction_settings(kwargs, {image_type: {}}, {"firstorder": []})


def _labelled(mask: Volume, label: int) -> sitk.Image:
    return to_sitk_nd(mask.with_array((mask.array != 0).astype(np.uint32) * np.uint32(label)))


def getMask(mask: sitk.Image, **kwargs: Any) -> sitk.Image:
    """Return the labels of a mask as 32-bit numbers, of one channel where there are several.

    Raises
    ------
    ValueError
        If the label is not there (``LabelNotFound``) or the mask is empty (``EmptyMask``).
    """
    with as_pyradiomics():
        reading = _settings(kwargs).mask
        found = read_labels(mask, None, reading)
        found.region(roi=None, label=reading.label or 1)
    return to_sitk_nd(found.labels.with_array(found.labels.array.astype(np.uint32)))


def checkMask(
    imageNode: sitk.Image, maskNode: sitk.Image, **kwargs: Any
) -> tuple[BoundingBox, sitk.Image | None]:
    """Check a region; return its box, and the mask on the image's grid where it had to be corrected.

    Returns
    -------
    tuple of ndarray and SimpleITK image or None
        The box as lower and upper index along x, y, z in turn.

    Raises
    ------
    ValueError
        If the region does not fit the image, is not there, or is too small.
    """
    with as_pyradiomics():
        settings = _settings(kwargs)
        image, label = as_volume(imageNode), settings.mask.label or 1
        region = read_labels(maskNode, image, settings.mask).region(roi=None, label=label)
        fitted = onto_image(image, region, settings.mask)
        box = check_region(fitted.array != 0, settings.roi)
    bounds = np.array(list(zip(box.low[::-1], box.high[::-1], strict=True))).ravel()
    corrected = settings.mask.correct_grid and not on_one_grid(image, region)
    return bounds[: 2 * imageNode.GetDimension()], _labelled(fitted, label) if corrected else None


def cropToTumorMask(
    imageNode: sitk.Image, maskNode: sitk.Image, boundingBox: BoundingBox, **kwargs: Any
) -> tuple[sitk.Image, sitk.Image]:
    """Cut image and mask to a box, as ``checkMask`` returns it, and ``padDistance`` voxels round it."""
    pad, size = int(kwargs.get("padDistance", 0)), np.asarray(maskNode.GetSize())
    low = np.maximum(np.asarray(boundingBox[0::2]) - pad, 0)
    high = np.minimum(np.asarray(boundingBox[1::2]) + pad, size - 1)
    kept = tuple(slice(int(first), int(last) + 1) for first, last in zip(low, high, strict=True))
    return imageNode[kept], maskNode[kept]


def resampleImage(
    imageNode: sitk.Image, maskNode: sitk.Image, **kwargs: Any
) -> tuple[sitk.Image, sitk.Image]:
    """Resample image and mask to ``resampledPixelSpacing``, and cut them to the region and its surroundings.

    The mask returned holds the label asked for, and no other.

    Raises
    ------
    ValueError
        If no spacing is given (``BadSetting``), or the region leaves the image.
    """
    with as_pyradiomics():
        settings = _settings({"interpolator": "sitkBSpline", **kwargs})
        if settings.resampling is None:
            raise BadSetting("resampledPixelSpacing is not given. Name the new edge lengths in mm, x, y, z.")
        label = settings.mask.label or 1
        region = as_volume(maskNode).mask_of(label)
        image, mask = resample(as_volume(imageNode), region, settings.resampling)
    return to_sitk_nd(image), _labelled(mask, label)


def normalizeImage(image: sitk.Image, **kwargs: Any) -> sitk.Image:
    """Return standard scores over the whole image times ``normalizeScale``, cut off at ``removeOutliers``."""
    with as_pyradiomics():
        chosen = _settings({**kwargs, "normalize": True}).normalisation or Normalisation()
        return to_sitk_nd(normalise(as_volume(image), chosen))


def resegmentMask(imageNode: sitk.Image, maskNode: sitk.Image, **kwargs: Any) -> sitk.Image:
    """Return the part of a region whose intensities lie in ``resegmentRange``.

    Raises
    ------
    ValueError
        If no range is given (``BadSetting``), or hardly a voxel is left (``RoiTooSmall``).
    """
    with as_pyradiomics():
        settings = _settings(kwargs)
        if settings.resegmentation is None:
            raise BadSetting("resegmentRange is not given. Name one or two limits.")
        mask, label = as_volume(maskNode), settings.mask.label or 1
        kept = resegment(as_volume(imageNode).array, mask.array == label, settings.resegmentation)
    return _labelled(mask.with_array(kept), label)


def getBinEdges(parameterValues: npt.ArrayLike, **kwargs: Any) -> npt.NDArray[np.float64]:
    """Return the edges of the grey levels of intensities, by ``binWidth`` or ``binCount``."""
    with as_pyradiomics():
        settings = _settings(kwargs)
        values = np.asarray(parameterValues).ravel()
        edges = bin_edges(values, settings.discretisation, max_levels=settings.max_gray_levels)
    return edges if len(edges) > 1 else np.array([edges[0] - 0.5, edges[0] + 0.5])


def _filter(image_type: str) -> Callable[..., FilteredImages]:
    def get(inputImage: sitk.Image, inputMask: sitk.Image, **kwargs: Any) -> FilteredImages:
        with as_pyradiomics():
            settings = _settings(kwargs, image_type)
            volume = as_volume(inputImage)
            plane = 0 if volume.is_2d and settings.plane is None else settings.plane
            whole = bounding_box(np.ones(volume.shape, dtype=bool))
            for entry in settings.images:
                for name, array in entry.images(volume, plane, whole):
                    logger.debug("Yielding %s image", name)
                    yield to_sitk_nd(volume.with_array(array)), name, kwargs

    get.__name__ = f"get{image_type}Image"
    get.__doc__ = f"Yield the images of the type {image_type}, each with its name and the settings."
    return get


getOriginalImage = _filter("Original")
getWaveletImage = _filter("Wavelet")
getLoGImage = _filter("LoG")
getSquareImage = _filter("Square")
getSquareRootImage = _filter("SquareRoot")
getLogarithmImage = _filter("Logarithm")
getExponentialImage = _filter("Exponential")
getGradientImage = _filter("Gradient")
getLBP2DImage = _filter("LBP2D")
getLBP3DImage = _filter("LBP3D")
