"""A site that predicts the target: a model may learn the scanner instead of the disease."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2_contingency

from radiobone.cohort.cohort import Cohort
from radiobone.evaluation.audit.finding import Finding
from radiobone.evaluation.metrics import auc

LIMIT = 0.65
ALPHA = 0.01


def site_confounded(cohort: Cohort) -> list[Finding]:
    """Compare the share of positive patients between sites."""
    if cohort.site is None or len(set(cohort.site.tolist())) < 2:
        return []
    _, first = np.unique(cohort.patient, return_index=True)
    area, p_value, share = predicted_by(cohort.site[first], cohort.y[first])
    if area < LIMIT or p_value > ALPHA:
        return []
    shown = ", ".join(f"{name} {part:.0%}" for name, part in list(share.items())[:5])
    message = (
        f"The site alone predicts '{cohort.target}' (AUC {area:.2f}, p {p_value:.1g}); positive by site: {shown}. "
        "Images differ between scanners, so a model can score well by telling sites apart. "
        "Look at the score within each site, or test on a site that was left out."
    )
    return [Finding("SiteConfounded", "serious", message)]


def predicted_by(
    labels: npt.NDArray[np.str_], y: npt.NDArray[np.int64]
) -> tuple[float, float, dict[str, float]]:
    """Return the AUC of a label's share of positives, p of its independence (chi-squared), and the share by label."""
    names, codes = np.unique(labels, return_inverse=True)
    counts = np.zeros((len(names), 2))
    np.add.at(counts, (codes, y), 1)
    share = counts[:, 1] / counts.sum(axis=1)
    named = dict(zip(names.tolist(), share.tolist(), strict=True))
    if len(names) < 2 or (counts.sum(axis=0) == 0).any():
        return 0.5, 1.0, named
    return auc(y, share[codes]) or 0.5, float(chi2_contingency(counts, correction=False)[1]), named
