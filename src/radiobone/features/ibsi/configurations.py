"""Settings by IBSI's definitions that have a name: one to use, and those that the reference values were made with.

The configurations are those of the reference manual's chapter on reference data sets: A and B work in slices, C to E in
the volume; A does not interpolate, B interpolates in the plane, E by tricubic splines.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from radiobone.features.ibsi.settings import ALL_AGGREGATIONS, IbsiSettings, Resegmentation
from radiobone.imaging.centred_grid import Interpolation
from radiobone.imaging.ibsi_bins import FixedBinNumber, FixedBinSize, WholeLevels

# For Hounsfield units: bins of 25 HU that start at -1000 HU in every image.
IBSI = IbsiSettings(
    interpolation=Interpolation(spacing_xyz_mm=(1.0, 1.0, 1.0)), resegmentation=Resegmentation(lower=-1000.0)
)

DIGITAL_PHANTOM = IbsiSettings(discretisation=WholeLevels(), aggregations=ALL_AGGREGATIONS)

_IN_SLICES = ALL_AGGREGATIONS[:4]
_IN_VOLUME = ALL_AGGREGATIONS[4:]
_CUBES = (2.0, 2.0, 2.0)

CONFIGURATIONS: Mapping[str, IbsiSettings] = MappingProxyType(
    {
        "A": IbsiSettings(
            resegmentation=Resegmentation(lower=-500.0, upper=400.0),
            discretisation=FixedBinSize(width=25.0),
            aggregations=_IN_SLICES,
        ),
        "B": IbsiSettings(
            interpolation=Interpolation(spacing_xyz_mm=(2.0, 2.0, 0.0)),
            resegmentation=Resegmentation(lower=-500.0, upper=400.0),
            discretisation=FixedBinNumber(n_bins=32),
            aggregations=_IN_SLICES,
        ),
        "C": IbsiSettings(
            interpolation=Interpolation(spacing_xyz_mm=_CUBES),
            resegmentation=Resegmentation(lower=-1000.0, upper=400.0),
            discretisation=FixedBinSize(width=25.0),
            ivh_discretisation=FixedBinSize(width=2.5),
            aggregations=_IN_VOLUME,
        ),
        "D": IbsiSettings(
            interpolation=Interpolation(spacing_xyz_mm=_CUBES),
            resegmentation=Resegmentation(outlier_sd=3.0),
            discretisation=FixedBinNumber(n_bins=32),
            aggregations=_IN_VOLUME,
        ),
        "E": IbsiSettings(
            interpolation=Interpolation(spacing_xyz_mm=_CUBES, method="cubic"),
            resegmentation=Resegmentation(lower=-1000.0, upper=400.0, outlier_sd=3.0),
            discretisation=FixedBinNumber(n_bins=32),
            ivh_discretisation=FixedBinNumber(n_bins=1000),
            aggregations=_IN_VOLUME,
        ),
    }
)
