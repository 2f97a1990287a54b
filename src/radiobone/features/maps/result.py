"""Feature maps as volumes that lie where the region lies."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from radiobone.core.volume import Volume
from radiobone.core.warnings import UndefinedInMap

NAMES_SHOWN = 6


@dataclass(frozen=True, eq=False)
class FeatureMaps(Mapping[str, Volume]):
    """Maps by name, such as ``wavelet-LLH_glcm_Contrast``; each becomes a volume when it is asked for.

    Attributes
    ----------
    image : Volume
        The image before filtering on the maps' grid: the region's box and the radius round it.
    inside : ndarray of bool, shape (n_z, n_y, n_x)
        Where the maps have values.
    outside : float or "nan"
        What they are elsewhere.
    inside_values : mapping of str to ndarray of float, shape (n_voxels,)
        The values there, in raster order.
    """

    image: Volume
    inside: npt.NDArray[np.bool_]
    outside: float | Literal["nan"]
    inside_values: Mapping[str, npt.NDArray[np.float64]]

    def __getitem__(self, name: str) -> Volume:
        array = np.full(self.inside.shape, float(self.outside))
        array[self.inside] = self.inside_values[name]
        return self.image.with_array(array)

    def __iter__(self) -> Iterator[str]:
        return iter(self.inside_values)

    def __len__(self) -> int:
        return len(self.inside_values)

    @property
    def n_undefined(self) -> dict[str, int]:
        """In how many voxels each map is NaN, since the neighbourhood has too few voxels for the definition."""
        return {name: int(np.isnan(values).sum()) for name, values in self.inside_values.items()}

    def warn_of_undefined(self) -> None:
        """Warn of maps with undefined voxels, those with as many together.

        Warns
        -----
        UndefinedInMap
        """
        alike: dict[int, list[str]] = {}
        for name, n_undefined in self.n_undefined.items():
            alike.setdefault(n_undefined, []).append(name)
        n_voxels = int(self.inside.sum())
        for n_undefined, names in sorted(alike.items()):
            if n_undefined:
                warnings.warn(
                    UndefinedInMap(
                        f"{_shown(names)}: undefined (NaN) in {n_undefined} of the region's {n_voxels} voxels, "
                        "whose neighbourhoods hold too few voxels for the definition. Take a larger radius, or a "
                        "mask without thin parts and lone voxels."
                    ),
                    stacklevel=4,
                )


def _shown(names: list[str]) -> str:
    rest = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {rest} more (n_undefined names all)" if rest > 0 else "")
