"""The pattern of differences, as the rules that explain it ask for it."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

import numpy as np
import numpy.typing as npt

from radiobone.workflow.comparing.differences import Differences
from radiobone.workflow.comparing.sides import parts_of

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
OF_BINS = frozenset({"Entropy", "Uniformity"})  # first-order features of grey levels, not of intensities
OF_SHIFT = frozenset({"Energy", "TotalEnergy", "RootMeanSquared"})
PLACES = ("Mean", "Median", "Minimum", "Maximum", "10Percentile", "90Percentile")
LENGTHS = ("MajorAxisLength", "MinorAxisLength", "Maximum3DDiameter", "MaximumDiameter", "LeastAxisLength")
SHAPES = ("shape", "shape2D")
TEXTURES = ("glcm", "glrlm", "glszm", "gldm", "ngtdm")
CONSTANT = 1e-6  # relative spread of a factor or shift that counts as one and the same


class Pattern:
    """Which images, families and features differ.

    Parameters
    ----------
    found : Differences
    """

    def __init__(self, found: Differences) -> None:
        self.found = found
        parts = [parts_of(name) or ("", "", name) for name in found.features]
        self.image, self.family, self.feature = (
            np.array(one, dtype=object) for one in zip(*parts, strict=True)
        )
        self.differs: BoolArray = np.asarray(found.differs.any(axis=0))

    @cached_property
    def rows(self) -> BoolArray:
        """Rows with a value that differs."""
        return np.asarray(self.found.differs.any(axis=1))

    @cached_property
    def filtered(self) -> list[str]:
        """Names of the filtered images, without the original."""
        return [name for name in dict.fromkeys(self.image.tolist()) if name not in ("", "original")]

    def of(
        self,
        image: str | None = None,
        families: Collection[str] | None = None,
        features: Collection[str] | None = None,
        without: Collection[str] = (),
    ) -> BoolArray:
        """Choose columns; None takes all."""
        chosen = np.ones(len(self.feature), dtype=bool)
        if image is not None:
            chosen &= self.image == image
        if families is not None:
            chosen &= np.isin(self.family, list(families))
        if features is not None:
            chosen &= np.isin(self.feature, list(features))
        return np.asarray(chosen & ~np.isin(self.feature, list(without)))

    def has(self, columns: BoolArray) -> bool:
        """Whether there is such a column."""
        return bool(columns.any())

    def differ(self, columns: BoolArray) -> bool:
        """Whether any of these columns differs."""
        return bool(self.differs[columns].any())

    def agree(self, columns: BoolArray) -> bool:
        """Whether there are such columns and all agree."""
        return self.has(columns) and not self.differ(columns)

    def typical(self, columns: BoolArray) -> float:
        """Median relative difference of the values that differ; some of these columns must."""
        return float(np.median(self.found.relative[:, columns][self.found.differs[:, columns]]))

    def share(self, columns: BoolArray) -> float:
        """Share of these columns that differ; 0 if there are none."""
        return float(self.differs[columns].mean()) if columns.any() else 0.0

    def factor(self, columns: BoolArray) -> float | None:
        """Return what the first table's values have to be multiplied by, if it is one number for all but 1."""
        a, b = self._pairs(columns)
        usable = np.abs(a) > 1e-9
        return _constant(b[usable] / a[usable], not_this=1.0) if usable.any() else None

    def shift(self, columns: BoolArray) -> float | None:
        """Return what has to be added to the first table's values, if it is one number for all but 0."""
        a, b = self._pairs(columns)
        return _constant(b - a, not_this=0.0) if a.size else None

    def _pairs(self, columns: BoolArray) -> tuple[FloatArray, FloatArray]:
        a, b = (values[self.rows][:, columns].ravel() for values in (self.found.a, self.found.b))
        finite = np.isfinite(a) & np.isfinite(b)
        return a[finite], b[finite]


def _constant(values: FloatArray, *, not_this: float) -> float | None:
    middle = float(np.median(values))
    spread = float(np.abs(values - middle).max())
    same = spread <= CONSTANT * max(abs(middle), 1e-3)
    return middle if same and abs(middle - not_this) > 10 * CONSTANT else None
