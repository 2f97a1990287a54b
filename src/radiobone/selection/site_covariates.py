"""Sites and covariates as the design of a linear model, and what makes that model impossible."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.core.errors import (
    BadSetting,
    ConfoundedCovariate,
    MissingColumn,
    TargetAsCovariate,
    TooFewRows,
)
from radiobone.selection.ranking import FloatArray

NAMES_SHOWN = 5
EXACT = 1e-12
IntpArray = npt.NDArray[np.intp]


def named(names: Sequence[str] | npt.NDArray[np.str_]) -> str:
    """Return the first few names in quotes."""
    shown = ", ".join(f"'{name}'" for name in names[:NAMES_SHOWN])
    return shown + (", …" if len(names) > NAMES_SHOWN else "")


def as_names(covariates: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return ``"age, sex"``, or a sequence, as a tuple of names."""
    parts = covariates.split(",") if isinstance(covariates, str) else covariates or ()
    return tuple(str(part).strip() for part in parts if str(part).strip())


def matching(name: str, columns: Sequence[str]) -> list[str]:
    """Return the column of a name, or those that its words became (``sex`` → ``sex=M``)."""
    return [column for column in columns if column == name or column.startswith(f"{name}=")]


def covariate_columns(covariates: str | Sequence[str] | None, columns: Sequence[str]) -> IntpArray:
    """Return the positions of the covariates' columns, in their order.

    Raises
    ------
    MissingColumn
        If there is none of a name.
    """
    found: set[str] = set()
    for name in as_names(covariates):
        mine = matching(name, columns)
        if not mine:
            raise MissingColumn(
                f"combat is to keep the effect of '{name}', and there is no such column at this step: "
                f"{named(columns) if columns else 'the columns have no names'}. Name a clinical column (--clinical {name}), and put "
                "combat before the steps that drop columns."
            )
        found.update(mine)
    return np.flatnonzero(np.isin(np.asarray(columns, dtype=np.str_), sorted(found)))


def check_not_the_target(covariates: FloatArray, names: Sequence[str], y: npt.ArrayLike | None) -> None:
    """Refuse a covariate that is the target under another name or in other units.

    Raises
    ------
    TargetAsCovariate
    """
    if y is None or not names:
        return
    values = np.asarray(y)
    target = (
        values.astype(np.float64)
        if values.dtype.kind in "fiub"
        else np.unique(values, return_inverse=True)[1]
    )
    deviation = target - target.mean()
    for name, column in zip(names, covariates.T, strict=True):
        own = column - column.mean()
        product = np.sqrt(np.square(own).sum() * np.square(deviation).sum())
        if product > 0 and abs(own @ deviation) >= (1 - EXACT) * product:
            raise target_as_covariate(name)


def target_as_covariate(name: str) -> TargetAsCovariate:
    """Build the error for a covariate that is the target."""
    return TargetAsCovariate(
        f"'{name}' is the target, and is named as a covariate that combat keeps. The answer would steer the correction of "
        "every row, new rows have none, and scores would be too high. Take it out of `covariates`."
    )


def site_design(codes: IntpArray, sites: npt.NDArray[np.str_], covariates: FloatArray) -> FloatArray:
    """Return one column per site, and the covariates.

    Parameters
    ----------
    codes : ndarray of int, shape (n_rows,)
        Position of each row's site.
    sites : ndarray of str, shape (n_sites,)
    covariates : ndarray, shape (n_rows, n_covariates)
        Centred, none beyond 1.

    Returns
    -------
    ndarray, shape (n_rows, n_sites + n_covariates)

    Raises
    ------
    ConfoundedCovariate
        If a covariate, or several together, say the same as the sites.
    TooFewRows
        If there are no more rows than effects.
    """
    indicators = np.eye(len(sites))[codes]
    if not covariates.shape[1]:
        return indicators
    design = np.hstack([indicators, covariates])
    alone, together = np.linalg.matrix_rank(covariates), np.linalg.matrix_rank(design)
    if together < len(sites) + alone:
        raise ConfoundedCovariate(
            f"The covariates of combat cannot be told from the sites {named(sites)} in these training rows: at each site they "
            "hold one value (all women at one, all men at another), or follow from it. Whether a difference is the site's or "
            "theirs cannot be known. Take the covariate out, or leave combat out."
        )
    if len(codes) <= together:
        raise TooFewRows(
            f"{len(codes)} training rows cannot tell the effects of {len(sites)} sites and {covariates.shape[1]} covariate "
            "columns. Use fewer covariates or merge sites."
        )
    return design


def as_sites(sites: npt.ArrayLike | None, n_rows: int) -> npt.NDArray[np.str_]:
    """Return the site of each row as text; without sites all are of one without a name.

    Raises
    ------
    BadSetting
        If there is not one for each row.
    """
    if sites is None:
        return np.full(n_rows, "", dtype=np.str_)
    cells = np.asarray(sites, dtype=object).ravel()
    if len(cells) != n_rows:
        raise BadSetting(f"{len(cells)} sites are given for {n_rows} rows. Give one for each.")
    gaps = np.flatnonzero(pd.isna(cells) | np.array([str(cell).strip() == "" for cell in cells], dtype=bool))
    if len(gaps):
        raise BadSetting(
            f"{len(gaps)} of {n_rows} rows have no site, the first is row {gaps[0] + 1}. combat corrects every row by its "
            "site. Fill the sites in, or leave these rows out."
        )
    return np.array([str(cell) for cell in cells], dtype=np.str_)
