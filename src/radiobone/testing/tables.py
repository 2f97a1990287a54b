"""Tables that look like radiomics and whose truth is known: what is informative, and how well it can be told.

Features come in blocks that correlate, have scales and offsets of their own, and belong to patients with one
or more rows at one or more sites. In `planted_cohort` some differ between the classes, in `null_cohort` none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from radiobone.core.seeds import rng_for

IMAGE_TYPES = ("original", "wavelet-LLH", "wavelet-HLL", "log-sigma-2-0-mm-3D")
FAMILIES = ("firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm")


@dataclass(frozen=True)
class Design:
    """What a table is to be like.

    Attributes
    ----------
    n_patients, rows_per_patient, n_features : int
        Size.
    prevalence : float
        Share of positive patients, met as nearly as whole patients allow.
    n_informative : int
        Features whose mean differs between the classes, each the first of a block of its own.
    block_size : int
        Features that correlate with each other.
    correlation : float
        Of two features of one block, in [0, 1).
    patient_share : float
        Share of the variance that rows of one patient have in common, in [0, 1].
    n_sites : int
        Sites, each with the same share of positives but for rounding.
    site_shift_sd : float
        Standard deviation over sites of each feature's offset, in units of its own.
    """

    n_patients: int = 120
    rows_per_patient: int = 1
    n_features: int = 60
    prevalence: float = 0.5
    n_informative: int = 4
    block_size: int = 5
    correlation: float = 0.6
    patient_share: float = 0.7
    n_sites: int = 1
    site_shift_sd: float = 0.0

    @property
    def n_blocks(self) -> int:
        """Number of blocks, the last one perhaps smaller."""
        return math.ceil(self.n_features / self.block_size)

    def block_sizes(self) -> list[int]:
        """Return the number of features in each block."""
        return [
            min(self.block_size, self.n_features - start)
            for start in range(0, self.n_features, self.block_size)
        ]


@dataclass(frozen=True, eq=False)
class PlantedTable:
    """A table and its truth. ``cohort_from_arrays(t.X, t.y, groups=t.patient, sites=t.site)`` makes a cohort.

    Attributes
    ----------
    X : pandas.DataFrame, shape (n_rows, n_features)
        Rows of one patient follow each other.
    y : ndarray of int, shape (n_rows,)
        0 or 1, one value per patient.
    patient, roi, site : ndarray of str, shape (n_rows,)
        Whose row it is.
    informative : tuple of str
        Names of the columns whose mean differs between the classes.
    bayes_auc_rows : float
        Highest AUC of any score of single rows, where sites (if they shift) are known.
    bayes_auc_patients : float
        Highest AUC of any score of patients, all rows of each taken together.
    """

    X: pd.DataFrame
    y: npt.NDArray[np.int64]
    patient: npt.NDArray[np.str_]
    roi: npt.NDArray[np.str_]
    site: npt.NDArray[np.str_]
    informative: tuple[str, ...]
    bayes_auc_rows: float
    bayes_auc_patients: float


def planted_cohort(design: Design | None = None, *, auc: float = 0.85, seed: int = 0) -> PlantedTable:
    """Draw a table in which the best possible AUC of a row is known.

    Both classes are normal with one covariance Σ and means that differ by d, so no score beats the linear
    discriminant, whose AUC is Φ(Δ/√2) with Mahalanobis' Δ² = dᵀΣ⁻¹d; d is scaled to the AUC asked for. The
    mean of m rows of a patient has covariance Σ·(s + (1 − s)/m), s being ``patient_share``, which gives the
    AUC for patients.

    Parameters
    ----------
    design : Design, optional
        Size and structure.
    auc : float
        Best possible AUC of a single row, in [0.5, 1).
    seed : int
        The same seed gives the same table.

    Raises
    ------
    ValueError
        If there are more informative features than blocks, or no class can be filled.

    References
    ----------
    Su and Liu 1993 for the AUC of the linear discriminant.
    """
    design = design or Design()
    if not 0 <= design.n_informative <= design.n_blocks:
        raise ValueError(
            f"{design.n_informative} informative features need as many blocks; there are {design.n_blocks}. "
            "Ask for fewer, or for more or smaller blocks."
        )
    delta = math.sqrt(2) * float(norm.ppf(auc)) if design.n_informative else 0.0
    rng = rng_for(seed, "planted table")
    y = _labels(rng, design)
    columns = [block * design.block_size for block in range(design.n_informative)]
    values = _noise(rng, design)
    values[:, columns] += np.repeat(y, design.rows_per_patient)[:, None] * _shifts(design, delta)
    site = _sites(rng, y, design)
    values += (design.site_shift_sd * rng.standard_normal((design.n_sites, design.n_features)))[
        np.repeat(site, design.rows_per_patient)
    ]
    return _table(rng, values, y, site, columns, delta, design)


def null_cohort(design: Design | None = None, *, seed: int = 0) -> PlantedTable:
    """Draw a table without any signal: features and labels are independent, the best AUC is 0.5.

    Parameters
    ----------
    design : Design, optional
        Size and structure; ``n_informative`` does not count.
    seed : int
        The same seed gives the same table.
    """
    return planted_cohort(replace(design or Design(), n_informative=0), auc=0.5, seed=seed)


def _labels(rng: np.random.Generator, design: Design) -> npt.NDArray[np.int64]:
    n_positive = round(design.prevalence * design.n_patients)
    if not 0 < n_positive < design.n_patients:
        raise ValueError(
            f"{n_positive} of {design.n_patients} patients would be positive, and both classes are needed. "
            "Change n_patients or prevalence."
        )
    labels = np.zeros(design.n_patients, dtype=np.int64)
    labels[:n_positive] = 1
    return rng.permutation(labels)


def _noise(rng: np.random.Generator, design: Design) -> npt.NDArray[np.float64]:
    """Rows of mean 0 and variance 1 with correlated blocks and a part that a patient's rows share."""
    shared = np.repeat(_blocks(rng, design.n_patients, design), design.rows_per_patient, axis=0)
    own = _blocks(rng, design.n_patients * design.rows_per_patient, design)
    return math.sqrt(design.patient_share) * shared + math.sqrt(1 - design.patient_share) * own


def _blocks(rng: np.random.Generator, n_rows: int, design: Design) -> npt.NDArray[np.float64]:
    common = np.repeat(rng.standard_normal((n_rows, design.n_blocks)), design.block_sizes(), axis=1)
    own = rng.standard_normal((n_rows, design.n_features))
    return math.sqrt(design.correlation) * common + math.sqrt(1 - design.correlation) * own


def _shifts(design: Design, delta: float) -> npt.NDArray[np.float64]:
    """Mean differences of the informative features, of equal share in Mahalanobis' distance ``delta``."""
    rho = design.correlation
    sizes = np.array(design.block_sizes()[: design.n_informative], dtype=float)
    # the first diagonal element of the inverse of an equicorrelation matrix
    precision = (1 + (sizes - 2) * rho) / ((1 - rho) * (1 + (sizes - 1) * rho))
    return np.asarray(delta / np.sqrt(max(design.n_informative, 1) * precision), dtype=np.float64)


def _sites(rng: np.random.Generator, y: npt.NDArray[np.int64], design: Design) -> npt.NDArray[np.int64]:
    """Deal the patients of each class out to the sites in turn."""
    site = np.empty(len(y), dtype=np.int64)
    for label in (0, 1):
        (members,) = np.nonzero(y == label)
        site[rng.permutation(members)] = np.arange(len(members)) % design.n_sites
    return site


def _table(
    rng: np.random.Generator,
    values: npt.NDArray[np.float64],
    y: npt.NDArray[np.int64],
    site: npt.NDArray[np.int64],
    columns: list[int],
    delta: float,
    design: Design,
) -> PlantedTable:
    """Give the values units and names; affine units change no AUC."""
    scale = 10.0 ** rng.uniform(-2, 3, design.n_features)
    names = _names(design.n_features)
    m = design.rows_per_patient
    patient = np.repeat([f"P{number:04d}" for number in range(design.n_patients)], m)
    roi = np.tile([f"L{number}" for number in range(1, m + 1)], design.n_patients)
    left = design.patient_share + (1 - design.patient_share) / m
    return PlantedTable(
        X=pd.DataFrame(
            values * scale + scale * rng.uniform(-3, 3, design.n_features),
            columns=names,
            index=[f"{who}/{where}" for who, where in zip(patient, roi, strict=True)],
        ),
        y=np.repeat(y, m),
        patient=patient,
        roi=roi,
        site=np.repeat(np.array([f"site {number + 1}" for number in site]), m),
        informative=tuple(names[column] for column in columns) if delta > 0 else (),
        bayes_auc_rows=float(norm.cdf(delta / math.sqrt(2))),
        bayes_auc_patients=float(norm.cdf(delta / math.sqrt(2 * left))),
    )


def _names(n_features: int) -> list[str]:
    """Names made as pyradiomics makes them, with numbers for features."""
    pairs = [(image, family) for image in IMAGE_TYPES for family in FAMILIES]
    return [
        f"{pairs[n % len(pairs)][0]}_{pairs[n % len(pairs)][1]}_Synthetic{n:04d}" for n in range(n_features)
    ]
