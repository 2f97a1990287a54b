"""A fixed external cohort: learn from the others, test on it once."""

from __future__ import annotations

from radiobone.cohort.cohort import Cohort
from radiobone.core.errors import BadSetting
from radiobone.evaluation.splits.split import Split, hold_out


def external_cohort(cohort: Cohort) -> tuple[Split, ...]:
    """Make the one fold whose test rows are those marked as external.

    A patient with rows on both sides is tested with the external ones, and is not learned from.

    Raises
    ------
    BadSetting
        If no rows are marked, or all are.
    """
    if cohort.external is None:
        raise BadSetting(
            "An external cohort is to be tested on, and its rows are not marked. Name the column that marks them: "
            "--external COLUMN, or --external COLUMN=VALUE (in Python external=table['COLUMN'] == VALUE)."
        )
    marked = int(cohort.external.sum())
    if marked in (0, cohort.n_rows):
        raise BadSetting(
            f"{marked} of {cohort.n_rows} rows are marked as the external cohort; some must be, and some must be left to "
            "learn from. Check --external."
        )
    return (
        hold_out(cohort.external, ~cohort.external, cohort.groups, cohort.derived, name="external cohort"),
    )
