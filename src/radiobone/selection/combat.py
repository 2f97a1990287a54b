"""ComBat: what each site adds to the features and how it stretches them, taken out again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from radiobone.core.errors import BadSetting, TooFewRows, UnseenSite
from radiobone.selection.arguments import check_choice
from radiobone.selection.ranking import BoolArray, FloatArray
from radiobone.selection.site_covariates import (
    IntpArray,
    as_sites,
    check_not_the_target,
    covariate_columns,
    named,
    site_design,
)
from radiobone.selection.site_effects import PRIORS, site_effect

POLICIES = ("refuse", "reference", "pooled")
FLAT = 1e-10  # residual SD below this share of the largest deviation is rounding
NO_SITE = ""
StrArray = npt.NDArray[np.str_]


class ComBat(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Bring the features of all training sites to one location and scale (ComBat), from training rows alone.

    A row of a training site is corrected by what was learned of that site; of a site that training never saw nothing is
    learned, and ``unseen`` says what happens. Clinical columns are left as they are, and the target is never used. With
    one training site nothing is changed.

    Parameters
    ----------
    unseen : {"refuse", "reference", "pooled"}
        For rows of a site without training rows (or with one, unless ``mean_only``): an error; corrected as rows of the
        reference site are, which is not at all; or by the row-weighted average correction of the training sites, which
        is none either unless there is a reference. Either way the row is taken to be like those it is treated as.
    reference : str or None
        Site that stays as it is; the others are brought to it. None: all are brought to their common mean and spread.
    covariates : str, sequence of str or None
        Columns whose effect on the features is kept, such as ``"age,sex"``; ``sex`` stands for ``sex=M`` as well.
    prior : {"parametric", "nonparametric", "none"}
        How a site's effects on its features are shrunk towards each other (empirical Bayes).
    mean_only : bool
        Correct the location and not the scale.

    Attributes
    ----------
    sites_ : ndarray of str, shape (n_sites,)
        Training sites, sorted.
    harmonised_ : ndarray of bool, shape (n_columns,)
        Columns that are corrected: all but the clinical ones.
    centre_, sd_ : ndarray, shape (n_columns,)
        What is expected of the average row, and the pooled standard deviation within sites; 1 where there is none.
    slope_ : ndarray, shape (n_covariates, n_columns)
        Effect of one unit of each covariate.
    shift_, spread_ : ndarray, shape (n_sites, n_columns)
        What each site adds, in ``sd_``, and by what it stretches.
    unseen_shift_, unseen_spread_ : ndarray, shape (n_columns,)
        The same for other sites.

    References
    ----------
    Johnson, Li and Rabinovic 2007, Biostatistics 8(1):118-127; Fortin et al. 2018, NeuroImage 167:104-120; reference
    site: Da-Ano et al. 2020, Sci Rep 10:10248.
    """

    row_metadata = ("sites",)  # what `transform` is told of each row
    list_parameters = ("covariates",)  # in a pipeline a list of these is one value, not values to search over

    def __init__(
        self,
        unseen: str = "refuse",
        reference: str | None = None,
        covariates: str | Sequence[str] | None = None,
        prior: str = "parametric",
        mean_only: bool = False,
    ) -> None:
        self.unseen = unseen
        self.reference = reference
        self.covariates = covariates
        self.prior = prior
        self.mean_only = mean_only

    def fit(
        self,
        X: npt.ArrayLike,
        y: npt.ArrayLike | None = None,
        sites: npt.ArrayLike | None = None,
        clinical: Sequence[str] = (),
    ) -> Self:
        """Learn the sites' effects from the training rows.

        Parameters
        ----------
        X : array-like, shape (n_rows, n_columns)
            Without missing values; with column names, if there are covariates or clinical columns.
        y : array-like or None, shape (n_rows,)
            Not learned from; only to refuse a covariate that is the target.
        sites : array-like of str or None, shape (n_rows,)
            Site of each row; None: all are of one, and nothing is changed.
        clinical : sequence of str
            Columns that are left as they are; covariates are in any case.

        Raises
        ------
        BadSetting
            If a parameter makes no sense, or a row has no site.
        MissingColumn
            If there is no such covariate.
        TargetAsCovariate, ConfoundedCovariate
            If a covariate is the target, or cannot be told from the sites.
        UnseenSite
            If the reference has no training rows.
        TooFewRows
            If a site has too few to estimate its effect and unseen sites are refused, or there are too few in all.
        """
        self._check_parameters()
        table = validate_data(self, X, dtype=np.float64)
        columns = [str(name) for name in getattr(self, "feature_names_in_", ())]
        self.covariate_columns_ = covariate_columns(self.covariates, columns)
        check_not_the_target(
            table[:, self.covariate_columns_], [columns[i] for i in self.covariate_columns_], y
        )
        left = {*self.covariate_columns_.tolist(), *np.flatnonzero(np.isin(columns, list(clinical))).tolist()}
        self.harmonised_ = ~np.isin(np.arange(table.shape[1]), sorted(left))
        self._learn(table, as_sites(sites, len(table)))
        return self

    def _check_parameters(self) -> None:
        check_choice("unseen", self.unseen, POLICIES)
        check_choice("prior", self.prior, tuple(PRIORS))
        if self.unseen == "reference" and self.reference is None:
            raise BadSetting(
                "unseen is 'reference' and no reference site is named. Name it (reference: SITE), or choose pooled or refuse."
            )

    def _learn(self, table: FloatArray, sites: StrArray) -> None:
        used, self.sites_ = self._usable(sites)
        n_columns, rows, of = table.shape[1], table[used], sites[used]
        covariates = rows[:, self.covariate_columns_]
        self.covariate_mean_ = covariates.mean(axis=0)
        self.centre_, self.sd_ = np.zeros(n_columns), np.ones(n_columns)
        self.slope_ = np.zeros((len(self.covariate_columns_), n_columns))
        self.shift_, self.spread_ = (
            np.zeros((len(self.sites_), n_columns)),
            np.ones((len(self.sites_), n_columns)),
        )
        if len(self.sites_) > 1 and self.harmonised_.any():
            codes = np.searchsorted(self.sites_, of)
            flat = self._standardise(rows, codes, covariates - self.covariate_mean_)
            self._estimate(rows, codes, flat)
        counts = np.array([(of == site).sum() for site in self.sites_])
        self._settle_unseen(counts / counts.sum())

    def _usable(self, sites: StrArray) -> tuple[BoolArray, StrArray]:
        """Tell the rows of sites with enough rows, and these sites."""
        names, codes, counts = np.unique(sites, return_inverse=True, return_counts=True)
        least = 1 if self.mean_only or len(names) == 1 else 2
        small = names[counts < least]
        if self.reference is not None and str(self.reference) not in names[counts >= least]:
            raise UnseenSite(
                f"The reference site '{self.reference}' has {int((sites == str(self.reference)).sum())} training rows here; "
                f"{least} are needed. The training sites are {named(names)}. Name another, or none."
            )
        if len(small) == len(names) or (len(small) and self.unseen == "refuse"):
            raise TooFewRows(
                f"Site {named(small)} has one training row here, and a spread cannot be estimated from one. Merge small sites "
                "into one, leave them out, set mean_only: true, or treat them as unseen sites (unseen: pooled)."
            )
        return np.isin(codes, np.flatnonzero(counts >= least)), names[counts >= least].astype(np.str_)

    def _standardise(self, rows: FloatArray, codes: IntpArray, covariates: FloatArray) -> BoolArray:
        """Learn location, covariates' effects and pooled spread by least squares; tell columns without any spread."""
        n_sites, on = len(self.sites_), self.harmonised_
        size = np.abs(covariates).max(axis=0)
        size[size == 0] = 1.0
        design = site_design(codes, self.sites_, covariates / size)
        origin = rows.mean(axis=0)
        fitted = np.linalg.lstsq(design, rows - origin, rcond=None)[0]
        counted = np.ones(len(rows), dtype=bool)
        weight = np.bincount(codes, minlength=n_sites) / len(codes)
        if self.reference is not None:
            weight = (self.sites_ == str(self.reference)).astype(np.float64)
            counted = self.sites_[codes] == str(self.reference)
        sd = np.sqrt(np.square((rows - origin - design @ fitted)[counted]).mean(axis=0))
        flat: BoolArray = sd <= FLAT * np.abs(rows - origin).max(axis=0)
        self.centre_[on] = (origin + weight @ fitted[:n_sites])[on]
        self.slope_[:, on] = (fitted[n_sites:] / size[:, None])[:, on]
        self.sd_[on] = np.where(flat, 1.0, sd)[on]
        return flat

    def _estimate(self, rows: FloatArray, codes: IntpArray, flat: BoolArray) -> None:
        """Learn each site's shift and spread; a feature that is constant at a site is shifted only, and not shrunk."""
        z = (rows - self._expected(rows)) / self.sd_
        for number, site in enumerate(self.sites_):
            if site == str(self.reference):
                continue
            own = z[codes == number]
            still = flat | ((np.ptp(rows[codes == number], axis=0) == 0) & (not self.mean_only))
            alike = self.harmonised_ & still
            self.shift_[number, alike] = own[:, alike].mean(axis=0)
            learn = self.harmonised_ & ~still
            if learn.any():
                shift, variance = site_effect(own[:, learn], self.prior, mean_only=self.mean_only)
                self.shift_[number, learn], self.spread_[number, learn] = shift, np.sqrt(variance)

    def _settle_unseen(self, weight: FloatArray) -> None:
        n_columns = self.shift_.shape[1]
        self.unseen_shift_, self.unseen_spread_ = np.zeros(n_columns), np.ones(n_columns)
        if self.unseen == "pooled" and self.reference is not None:
            self.unseen_shift_ = weight @ self.shift_
            self.unseen_spread_ = np.sqrt(weight @ np.square(self.spread_))

    def _expected(self, table: FloatArray) -> FloatArray:
        covariates = table[:, self.covariate_columns_] - self.covariate_mean_
        expected: FloatArray = self.centre_ + covariates @ self.slope_
        return expected

    def transform(self, X: npt.ArrayLike, sites: npt.ArrayLike | None = None) -> FloatArray:
        """Correct rows.

        Parameters
        ----------
        X : array-like, shape (n_rows, n_columns)
        sites : array-like of str, shape (n_rows,)
            Site of each row, if they were given to ``fit``.

        Returns
        -------
        ndarray, shape (n_rows, n_columns)
            In the columns' units. The input is left as it is.

        Raises
        ------
        UnseenSite
            If a site is not among those of training, and such are refused.
        BadSetting
            If no sites are given, or a row has none.
        """
        check_is_fitted(self)
        table = validate_data(self, X, dtype=np.float64, reset=False)
        if sites is None and self.sites_.tolist() != [NO_SITE]:
            raise BadSetting(
                f"combat corrects every row by its site, and no sites are given. Give them; training had {named(self.sites_)}."
            )
        shift, spread = self._effects(as_sites(sites, len(table)))
        corrected: FloatArray = (table - self.sd_ * shift) / spread + self._expected(table) * (
            1.0 - 1.0 / spread
        )
        return corrected

    def _effects(self, sites: StrArray) -> tuple[FloatArray, FloatArray]:
        new = ~np.isin(sites, self.sites_)
        if new.any() and self.unseen == "refuse":
            raise UnseenSite(
                f"{int(new.sum())} rows are from site {named(np.unique(sites[new]))}, of which combat learned nothing; it learned "
                f"of {named(self.sites_)}. Without rows of a site its effect is not known. Fit with unseen: "
                "pooled (such rows are taken to be like the average of the training sites) or unseen: reference; or leave combat out."
            )
        code = np.searchsorted(self.sites_, sites).clip(max=len(self.sites_) - 1)
        shift = np.where(new[:, None], self.unseen_shift_, self.shift_[code])
        return shift, np.where(new[:, None], self.unseen_spread_, self.spread_[code])

    def fit_transform(
        self,
        X: npt.ArrayLike,
        y: npt.ArrayLike | None = None,
        sites: npt.ArrayLike | None = None,
        clinical: Sequence[str] = (),
    ) -> FloatArray:
        """Learn from the training rows and correct them; the same as ``fit`` and ``transform`` of these rows."""
        return self.fit(X, y, sites=sites, clinical=clinical).transform(X, sites=sites)
