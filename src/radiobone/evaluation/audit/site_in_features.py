"""Features that tell the sites or scanners apart."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.cohort.cohort import Cohort
from radiobone.core.seeds import rng_for
from radiobone.evaluation.audit.acquisition_confounded import common_kinds, is_measured
from radiobone.evaluation.audit.finding import Finding
from radiobone.evaluation.audit.units import means_of, ranks_within, shuffled_within, units_of

LARGE = 0.14  # share of the variance of ranks that lies between sites; Cohen's large effect
CHANCE = 0.01
N_PERMUTATIONS = 199
SHOWN = 3
SITES = "sites"


def site_in_features(cohort: Cohort) -> list[Finding]:
    """Find image features whose ranks within a class differ between sites by more than chance gives the most different.

    Sites are shuffled among the patients of a class 199 times; what counts is the largest difference of all features
    in each (Westfall and Young 1993). Columns that say how images were made (scanner, kernel) are looked at in the same
    way; of several, each needs a p so many times smaller.
    """
    if not _image(cohort).shape[1]:
        return []
    number, classes = units_of(cohort.y, cohort.groups)
    _, first = np.unique(number, return_index=True)
    ranks = ranks_within(means_of(_image(cohort), number), classes)
    columns = _parting(cohort, first)
    found = (_differing(cohort, ranks, classes, column, len(columns)) for column in columns.items())
    return [finding for finding in found if finding is not None]


def _parting(cohort: Cohort, first: npt.NDArray[np.int64]) -> dict[str, npt.NDArray[np.int64]]:
    """Return the number of each unit's kind by what parts units: "sites", or a column; one of several that part alike."""
    given = {} if cohort.site is None else {SITES: cohort.site[first]}
    for name, cells in cohort.provenance.get("acquisition", {}).items():
        words = np.array(cells, dtype=np.str_)
        if len(words) == cohort.n_rows and not is_measured(words[first]):
            given[f"the values of '{name}'"] = common_kinds(words[first])
    found: dict[bytes, tuple[str, npt.NDArray[np.int64]]] = {}
    for name, words in given.items():
        _, begins, kind = np.unique(words, return_index=True, return_inverse=True)
        in_order = np.argsort(np.argsort(begins))[kind]  # the same numbers whatever the kinds are called
        if len(begins) > 1:
            found.setdefault(in_order.tobytes(), (name, kind.astype(np.int64)))
    return dict(found.values())


def _differing(
    cohort: Cohort,
    ranks: npt.NDArray[np.float64],
    classes: npt.NDArray[np.int64],
    column: tuple[str, npt.NDArray[np.int64]],
    n_columns: int,
) -> Finding | None:
    between, kind = column
    observed = between_sites(ranks, kind)
    if observed.max() < LARGE:
        return None
    rng, n_shuffles = rng_for(0, "audit", "SiteInFeatures"), (N_PERMUTATIONS + 1) * n_columns - 1
    largest = [between_sites(ranks, shuffled_within(kind, classes, rng)).max() for _ in range(n_shuffles)]
    p_value = n_columns * (1 + sum(drawn >= observed.max() for drawn in largest)) / (n_shuffles + 1)
    if p_value > CHANCE:
        return None
    beyond = (observed >= LARGE) & (observed > np.quantile(largest, 1 - CHANCE / n_columns))
    names = [str(name) for name in cohort.X.columns.drop(list(cohort.clinical))]
    order = sorted(
        np.flatnonzero(beyond), key=lambda column: (-round(float(observed[column]), 12), names[column])
    )
    shown = ", ".join(f"{names[column]} ({100 * observed[column]:.0f} %)" for column in order[:SHOWN])
    message = (
        f"{len(order)} of {len(names)} features differ between {between} within the same class (p {p_value:.2g}); most, with the "
        f"share of their variation that lies between these: {shown}. A model can recognise the scanner by them, which helps it where "
        "sites differ in their share of cases and fails on a new site. Test on sites left out (--site COLUMN --outer site), resample "
        "images to one spacing, or harmonise inside the folds."
    )
    return Finding("SiteInFeatures", "warning", message)


def _image(cohort: Cohort) -> npt.NDArray[np.float64]:
    return cohort.X.drop(columns=list(cohort.clinical)).to_numpy(dtype=float)


def between_sites(ranks: npt.NDArray[np.float64], site: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return the share of each column's sum of squares, which is 1, that lies between the sites."""
    members = np.eye(site.max() + 1)[site]
    sums, counts = members.T @ ranks, members.sum(axis=0)
    return np.asarray((sums**2 / np.maximum(counts, 1)[:, np.newaxis]).sum(axis=0), dtype=float)
