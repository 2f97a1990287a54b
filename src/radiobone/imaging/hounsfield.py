"""Whether what is called a CT holds Hounsfield units, in the image as a whole and inside a region.

Air has -1000 HU and water 0 by definition (IEC 61223-3-5); scanners write air down to -1024. Nothing attenuates less than
air, so that lower values are marks for what was not scanned. A volume of a patient always holds fat or air, which are
negative; one without a negative value was stored with an offset, as 8-bit grey, or cut to bone. Of bone, the densest
cortex reaches about 2000 HU in a clinical scanner; where half of a region lies far beyond, it is of metal, or its values were multiplied.
"""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import AfterValidator

from radiobone.core.errors import ImplausibleIntensity
from radiobone.core.lazy import lazily
from radiobone.core.volume import Volume
from radiobone.core.warnings import ImplausibleRoiIntensity, NotHounsfield, warn
from radiobone.imaging.crop import bounding_box

ndimage = lazily("scipy.ndimage")

LEAST_HU = -1200.0  # air and its noise stay above it
LEAST_RANGE_HU = 50.0  # between fat and muscle alone lie 100
MOST_MEDIAN_HU = 2500.0
DEEP_HU, DEEP_SHARE = -1500.0, 0.005  # below the noise of air; streaks beside metal are fewer
MARK_SHARE = (
    0.2  # of the voxels so low: they are a mark for what was not scanned, round which resampling leaves a rim
)
RIM_VOXELS = 2
FINEST_MM = 0.15  # scanners with smaller voxels have tubes of low voltage, in whose HU bone is brighter
WRAPPED = (64_000, 65_535)  # what -1,536 to -1 become in 16 bits without a sign


def _ordered(limits: tuple[float, float]) -> tuple[float, float]:
    if not limits[0] < limits[1]:
        raise ValueError(f"the lower limit, {limits[0]:g}, must be below the upper, {limits[1]:g}")
    return limits


PlausibleRange = Annotated[tuple[float, float], AfterValidator(_ordered)]


def is_ct(image: Volume) -> bool:
    """Tell whether an image is said to be a CT volume, by its header or by the user."""
    return image.modality == "CT" and not image.is_2d


def check_scale(image: Volume, name: str) -> None:
    """Check the intensities of a whole CT volume; other images are let through.

    Parameters
    ----------
    image : Volume
        As it was read, with its modality.
    name : str
        Of its file, for messages.

    Raises
    ------
    ImplausibleIntensity
        If negative values were wrapped to large positive ones by a type without a sign.

    Warns
    -----
    NotHounsfield
        If no voxel is negative, all values lie close together, or many of them below what air has.
    """
    if not is_ct(image) or image.array.dtype.kind not in "iuf" or image.array.size == 0:
        return
    lowest, highest = float(np.min(image.array)), float(np.max(image.array))
    if 0 < highest - lowest < LEAST_RANGE_HU:
        _warn_of_range(name, lowest, highest)
        return
    if lowest < DEEP_HU:
        _check_depth(image.array, name, lowest)
    if not lowest >= 0:  # NaN is for others to find
        return
    n_wrapped = _n_wrapped(image.array)
    if n_wrapped > image.array.size // 1000:
        raise ImplausibleIntensity(
            f"{name}: {n_wrapped} of {image.array.size} voxels lie between {WRAPPED[0]} and {WRAPPED[1]} and none is "
            "negative: HU below 0 were wrapped by a type without a sign (uint16), and every value of fat and air is wrong. "
            "Convert the image again as int16, from the original."
        )
    if lowest < highest:
        warn(
            f"{name}: no voxel is below 0 (lowest {lowest:g}), and a CT holds fat or air, whose HU are negative. Stored "
            "values without their rescale intercept, 8-bit grey and photos look so: HU, thresholds and grey levels would be "
            "wrong. Convert the image again with its rescale slope and intercept; if it was cut to bone, ignore this.",
            NotHounsfield,
            stacklevel=2,
        )


def _warn_of_range(name: str, lowest: float, highest: float) -> None:
    warn(
        f"{name}: all values lie between {lowest:.4g} and {highest:.4g}, and fat, muscle and bone differ by hundreds of HU. An image that "
        "was normalised, or divided, looks so: HU, thresholds and grey levels would be wrong. Convert the image again from its "
        "original.",
        NotHounsfield,
        stacklevel=3,
    )


def _check_depth(array: npt.NDArray[Any], name: str, lowest: float) -> None:
    """Warn of different values far below air; a single one there is a mark, and so is what lies between it and the image."""
    deep = array < DEEP_HU
    values, counts = np.unique(array[deep], return_counts=True)
    if counts.max() >= MARK_SHARE * counts.sum():
        marked = array == values[counts.argmax()]
        if counts.sum() - counts.max() > DEEP_SHARE * array.size:
            marked = ndimage.binary_dilation(marked, iterations=RIM_VOXELS)
        deep &= ~marked
    share = np.count_nonzero(deep) / array.size
    if share > DEEP_SHARE:
        warn(
            f"{name}: {share:.1%} of the voxels lie below {DEEP_HU:g} HU, down to {lowest:g}, and air has -1000. Values that were multiplied (a "
            "wrong rescale slope) or turned around look so: HU, thresholds and grey levels would be wrong. Convert the image again from its "
            "original.",
            NotHounsfield,
            stacklevel=3,
        )


def _n_wrapped(array: npt.NDArray[Any]) -> int:
    if float(np.max(array)) < WRAPPED[0]:
        return 0
    return int(np.count_nonzero((array >= WRAPPED[0]) & (array <= WRAPPED[1])))


def check_region_hu(image: Volume, mask: Volume, plausible_hu: tuple[float, float] | None) -> None:
    """Check the intensities of a region of a CT volume; other images are let through.

    Parameters
    ----------
    image, mask : Volume
        On one grid; the mask is not zero inside.
    plausible_hu : tuple of float or None
        Between which values the mean of the region is expected.

    Raises
    ------
    EmptyMask
    ImplausibleIntensity
        If voxels of the region are far below air.

    Warns
    -----
    ImplausibleRoiIntensity
        If the mean is outside ``plausible_hu``, or half of the voxels are denser than any bone.
    """
    if not is_ct(image):
        return
    values = _inside(image, mask)
    n_marks = int(
        np.count_nonzero((values < LEAST_HU) & (values > -np.inf))
    )  # infinity is for others to find
    if n_marks:
        raise ImplausibleIntensity(
            f"{n_marks} of the region's {values.size} voxels are below {LEAST_HU:g} HU (lowest {float(values.min()):g}), and "
            "air has -1000: they are the scanner's mark for what was not scanned, and every feature would be of the mark. "
            "Leave those voxels out of the mask, or give `resegmentation` limits such as [-1000, 3000]."
        )
    if max(image.spacing_mm) >= FINEST_MM:
        _check_median(float(np.median(values)))
    if plausible_hu is not None:
        _check_mean(float(np.mean(values, dtype=np.float64)), plausible_hu)


def _inside(image: Volume, mask: Volume) -> npt.NDArray[Any]:
    slices = bounding_box(mask.array).slices
    values: npt.NDArray[Any] = image.voxels[slices][mask.array[slices] != 0]
    return values


def _check_median(median_hu: float) -> None:
    if not median_hu > MOST_MEDIAN_HU:
        return
    warn(
        f"The median of the region is {median_hu:.0f} HU, and the densest bone has about 2000: a region of metal, or an image whose values "
        "were multiplied (a wrong rescale slope), looks so. Unless it is metal, HU, thresholds and grey levels are wrong: convert the image "
        "again from its original.",
        ImplausibleRoiIntensity,
        stacklevel=2,
    )


def _check_mean(mean_hu: float, plausible_hu: tuple[float, float]) -> None:
    low, high = plausible_hu
    if low <= mean_hu <= high:
        return
    warn(
        f"The mean of the region is {mean_hu:.0f} HU, and `plausible_hu` expects {low:g} to {high:g}. A mask that is mirrored, "
        "shifted or of another structure looks so. Look at the region's picture.",
        ImplausibleRoiIntensity,
        stacklevel=2,
    )
