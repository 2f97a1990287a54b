"""Names of columns as pyradiomics gives them, in groups that correlate: one image type and family each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from radiobone.features.names import expected_names
from radiobone.features.presets import CT
from radiobone.testing.studies.columns import Columns


def ct_names() -> tuple[str, ...]:
    """Return the 851 names of the preset for CT: 14 of shape, 93 of each of 9 images."""
    return expected_names(CT)


def texture_groups(
    names: Sequence[str], loadings: Mapping[str, float], correlation: float
) -> dict[str, Columns]:
    """Return a group of columns for each image type and family, named after both.

    Parameters
    ----------
    names : sequence of str
        As pyradiomics makes them: ``image_family_Feature``.
    loadings : mapping of str to float
        Of the columns that follow the density.
    correlation : float
        Of the noise of two columns of a group.
    """
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(name.rpartition("_")[0], []).append(name)
    return {
        name: Columns(tuple(members), {one: loadings[one] for one in members if one in loadings}, correlation)
        for name, members in groups.items()
    }
