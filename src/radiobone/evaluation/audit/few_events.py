"""Too few patients of the rarer class for a useful estimate."""

from __future__ import annotations

from radiobone.cohort.cohort import Cohort
from radiobone.evaluation.audit.finding import Finding
from radiobone.evaluation.splits import smallest_class

ENOUGH = 30


def few_events(cohort: Cohort) -> list[Finding]:
    """Count the patients of the rarer class, or the groups that hold whole patients."""
    events = smallest_class(cohort.y, cohort.groups)
    if events >= ENOUGH:
        return []
    what = "patients" if len(set(cohort.groups)) == cohort.n_patients else "independent groups"
    message = (
        f"The rarer class of '{cohort.target}' has {events} {what}. With fewer than {ENOUGH} the interval is wide, "
        "and which features are selected is largely chance. Read the result as a pilot."
    )
    return [Finding("FewEvents", "warning" if events < ENOUGH // 2 else "note", message)]
