"""Why two tables may differ: rules over the pattern of differences, the surest first.

To add one: write a function from a ``Pattern`` to a sentence or None, and add it to ``RULES``. A rule says what it
saw, what that means, and where to look.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from radiobone.workflow.comparing.exchanged import exchanged_rows
from radiobone.workflow.comparing.pattern import LENGTHS, OF_BINS, OF_SHIFT, PLACES, SHAPES, TEXTURES, Pattern

FEW = 1 / 3  # share of rows that are single cases
SHOWN = 5
ROUNDING = 1e-6
NEIGHBOURS: dict[frozenset[str], str] = {
    frozenset({"glcm"}): "symmetricalGLCM",
    frozenset({"gldm"}): "gldm_a",
    frozenset({"glcm", "glrlm"}): "weightingNorm",
    frozenset({"glcm", "gldm", "ngtdm"}): "distances",
    frozenset({"glcm", "gldm"}): "distances",
}


def reasons(pattern: Pattern) -> list[str]:
    """Return what may explain the differences; a sentence that says so if no rule fits."""
    if not pattern.differs.any():
        return []
    found = [reason for rule in RULES if (reason := rule(pattern)) is not None]
    return found or ["No rule fits this pattern. Compare the settings and versions of both runs."]


def single_rows(pattern: Pattern) -> str | None:
    """Only some rows differ."""
    n_differ, n_rows = int(pattern.rows.sum()), len(pattern.rows)
    if n_rows < 3 or n_differ > max(1.0, FEW * n_rows):
        return None
    names = [pattern.found.pairs.names[row] for row in np.flatnonzero(pattern.rows)]
    shown = ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
    return (
        f"Only {n_differ} of {n_rows} rows differ ({shown}): the image or mask of these was changed or confused, and "
        "the settings are the same. Look at them."
    )


def lengths_scaled(pattern: Pattern) -> str | None:
    """Lengths differ by one factor."""
    factor = pattern.factor(pattern.of(families=SHAPES, features=LENGTHS))
    if factor is None:
        return None
    return (
        f"All lengths of B are {factor:.6g} times those of A: another unit (mm, cm, voxels) or voxel size in the "
        "headers. Compare the spacing of image and mask."
    )


def shape_differs(pattern: Pattern) -> str | None:
    """Shape differs, and not by a factor."""
    shape = pattern.of(families=SHAPES)
    if not pattern.differ(shape) or lengths_scaled(pattern) is not None:
        return None
    apart = pattern.typical(shape)
    if apart < 0.1:
        what = (
            "The region's surface is another, its size nearly the same: another voxel size (resampledPixelSpacing), a "
            "mask that was edited or smoothed, or resegmentation that counts for the shape (resegmentShape)."
        )
    else:
        what = (
            "The regions are different ones: another mask, another label in the mask (label), or rows that were "
            "paired wrongly."
        )
    return f"Shape differs (half of its values that differ do so by more than {_percent(apart)}), and with it all else may. {what}"


def shifted_intensities(pattern: Pattern) -> str | None:
    """Intensities are shifted by a constant."""
    places = pattern.of("original", ("firstorder",), PLACES)
    shift = pattern.shift(places)
    if shift is None or pattern.differ(pattern.of("original", ("firstorder",), ("Range", "Variance"))):
        return None
    known = (
        " The rescale intercept of CT (-1024) was applied to one alone." if abs(abs(shift) - 1024) < 1 else ""
    )
    return (
        f"All intensities of B are those of A {shift:+.6g}, with the same spread: another offset, as of Hounsfield units "
        f"against stored values.{known} Bins of a fixed width and filters change with it."
    )


def scaled_intensities(pattern: Pattern) -> str | None:
    """Intensities are scaled by a constant."""
    factor = pattern.factor(pattern.of("original", ("firstorder",), (*PLACES, "Range")))
    if factor is None:
        return None
    return (
        f"All intensities of B are {factor:.6g} times those of A: another unit, rescale slope or normalizeScale. Bins of "
        "a fixed width change with it."
    )


def other_intensities(pattern: Pattern) -> str | None:
    """First-order features of the original image differ, in the same region."""
    intensities = pattern.of("original", ("firstorder",), without=(*OF_BINS, *OF_SHIFT, "Kurtosis"))
    known = (shifted_intensities, scaled_intensities)
    if not pattern.differ(intensities) or pattern.differ(pattern.of(families=SHAPES)):
        return None
    if any(rule(pattern) is not None for rule in known):
        return None
    apart = pattern.typical(intensities)
    if apart < 0.01:
        what = (
            "another interpolator, padding, or pixel type (resampled whole numbers are cut to whole numbers)"
        )
    else:
        what = "normalisation (normalize, removeOutliers), resegmentation (resegmentRange), or another image"
    return (
        f"The region has the same shape and other intensities (half of the first-order values that differ do so by "
        f"more than {_percent(apart)}): {what}."
    )


def array_shift(pattern: Pattern) -> str | None:
    """Only features of squared intensities differ."""
    others = pattern.of("original", ("firstorder",), without=OF_SHIFT)
    squares = pattern.of("original", ("firstorder",), OF_SHIFT)
    if not pattern.differ(squares) or not pattern.agree(others):
        return None
    return (
        "Of the first-order features only Energy, TotalEnergy and RootMeanSquared differ: a constant is added to the "
        "intensities before they are squared (voxelArrayShift)."
    )


def excess_kurtosis(pattern: Pattern) -> str | None:
    """Kurtosis differs by 3."""
    shift = pattern.shift(pattern.of(features=("Kurtosis",)))
    if shift is None or abs(abs(shift) - 3) > 1e-6:
        return None
    return (
        f"Kurtosis of B is that of A {shift:+.0f}: one is the excess over the normal distribution (IBSI's definition), "
        "the other is not (pyradiomics')."
    )


def other_bins(pattern: Pattern) -> str | None:
    """Intensities agree, grey levels differ."""
    if not _same_intensities(pattern, "original") or not pattern.differ(
        pattern.of("original", features=OF_BINS)
    ):
        return None
    return (
        "Shape and intensities agree, Entropy or Uniformity and the textures differ: other grey levels (binWidth, "
        "binCount). The number of levels is told by the diagnostics or settings below."
    )


def other_neighbours(pattern: Pattern) -> str | None:
    """Grey levels agree, textures differ."""
    same = _same_intensities(pattern, "original") and pattern.agree(pattern.of("original", features=OF_BINS))
    families = frozenset(name for name in TEXTURES if pattern.differ(pattern.of("original", (name,))))
    if not same or not families:
        return None
    likely = NEIGHBOURS.get(families, "force2D, distances or weightingNorm")
    return (
        f"Intensities and grey levels agree, {', '.join(sorted(families))} differ: neighbours are counted in another "
        f"way, most likely {likely}."
    )


def other_filters(pattern: Pattern) -> str | None:
    """Tell of filtered images that differ where the original does not."""
    whole = pattern.agree(pattern.of("original", without=OF_SHIFT))
    if not whole and not _same_intensities(pattern, "original"):
        return None
    differ = [name for name in pattern.filtered if pattern.differ(pattern.of(name))]
    images = [name for name in differ if not _same_intensities(pattern, name)]
    agrees = "The original image agrees" if whole else "The intensities of the original image agree"
    if differ and not images and whole:
        return (
            f"{agrees}, and of {_kinds(differ)} only what depends on grey levels differs: bins of their own (binWidth, "
            "binCount under imageType)."
        )
    if not images:
        return None
    untouched = sorted(set(pattern.filtered) - set(images))
    told = f" ({', '.join(untouched[:SHOWN])} agree)" if untouched and whole else ""
    return (
        f"{agrees}, the filtered images {_kinds(images)} differ{told}: other settings of the filter (wavelet, level, "
        "sigma), or another margin round the region for it to see (preCrop, padDistance, whole image or crop)."
    )


def _kinds(images: list[str]) -> str:
    return ", ".join(sorted({name.split("-")[0].rstrip("0123456789") for name in images}))


def rounding(pattern: Pattern) -> str | None:
    """Differences are tiny throughout."""
    worst = float(pattern.found.relative.max())
    if worst > ROUNDING:
        return None
    return (
        f"No value differs by more than {worst:.0e}: rounding, as between versions of libraries or processors. It means "
        "nothing for a study."
    )


def _same_intensities(pattern: Pattern, image: str) -> bool:
    """Whether first-order features agree, apart from those of grey levels and of a shift."""
    ignored = (*OF_BINS, *OF_SHIFT, "Kurtosis")
    shape = not pattern.differ(pattern.of(families=SHAPES))
    return shape and pattern.agree(pattern.of(image, ("firstorder",), without=ignored))


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %"


RULES: tuple[Callable[[Pattern], str | None], ...] = (
    exchanged_rows,
    single_rows,
    rounding,
    lengths_scaled,
    shape_differs,
    shifted_intensities,
    scaled_intensities,
    other_intensities,
    array_shift,
    excess_kurtosis,
    other_bins,
    other_neighbours,
    other_filters,
)
