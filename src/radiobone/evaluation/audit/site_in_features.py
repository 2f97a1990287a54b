"""Features that tell the sites or scanners apart."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.cohort.cohort import Cohort
from radiobone.core.seeds import rng_for
from radiobone.evaluation.audit.finding import Finding
from radiobone.evaluation.audit.units import means_of, ranks_within, shuffled_within, units_of

LARGE = 0.14  # share of the variance of ranks that lies between sites; Cohen's large effect
CHANCE = 0.01
N_PERMUTATIONS = 199
SHOWN = 3


def site_in_features(cohort: Cohort) -> list[Finding]:
    """Find image features whose ranks within a class differ between sites by more than chance gives the most different.

    Sites are shuffled among the patients of a class 199 times; what counts is the largest difference of all features
    in each (Westfall and Young 1993).
    """
    if cohort.site is None or len(set(cohort.site.tolist())) < 2 or not _image(cohort).shape[1]:
        return []
    number, classes = units_of(cohort.y, cohort.groups)
    _, first = np.unique(number, return_index=True)
    site = np.unique(cohort.site[first], return_inverse=True)[1]
    ranks = ranks_within(means_of(_image(cohort), number), classes)
    observed = between_sites(ranks, site)
    if observed.max() < LARGE:
        return []
    rng = rng_for(0, "audit", "SiteInFeatures")
    largest = [between_sites(ranks, shuffled_within(site, classes, rng)).max() for _ in range(N_PERMUTATIONS)]
    p_value = (1 + sum(drawn >= observed.max() for drawn in largest)) / (N_PERMUTATIONS + 1)
    if p_value > CHANCE:
        return []
    beyond = (observed >= LARGE) & (observed > np.quantile(largest, 1 - CHANCE))
    names = [str(name) for name in cohort.X.columns.drop(list(cohort.clinical))]
    order = sorted(
        np.flatnonzero(beyond), key=lambda column: (-round(float(observed[column]), 12), names[column])
    )
    shown = ", ".join(f"{names[column]} ({observed[column]:.0%})" for column in order[:SHOWN])
    message = (
        f"{len(order)} of {len(names)} features differ between sites within the same class (p {p_value:.2g}); most, with the share "
        f"of their variation that lies between sites: {shown}. A model can recognise the scanner by them, which helps it where "
        "sites differ in their share of cases and fails on a new site. Test on sites left out (--outer site), resample images to "
        "one spacing, or harmonise inside the folds."
    )
    return [Finding("SiteInFeatures", "warning", message)]


def _image(cohort: Cohort) -> npt.NDArray[np.float64]:
    return cohort.X.drop(columns=list(cohort.clinical)).to_numpy(dtype=float)


def between_sites(ranks: npt.NDArray[np.float64], site: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return the share of each column's sum of squares, which is 1, that lies between the sites."""
    members = np.eye(site.max() + 1)[site]
    sums, counts = members.T @ ranks, members.sum(axis=0)
    return np.asarray((sums**2 / np.maximum(counts, 1)[:, np.newaxis]).sum(axis=0), dtype=float)
