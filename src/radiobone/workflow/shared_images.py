"""One image file under two patients of a manifest: the values are right, and a study of them is not."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from radiobone.core.ids import brief_id
from radiobone.core.warnings import ImageCopied, warn
from radiobone.io.case import NO_PATH, Case
from radiobone.workflow.case_runner import Outcome

NAMES_SHOWN = 5


def patients_of_one_image(cases: Iterable[Case]) -> list[list[str]]:
    """Return the patients of each image file that several have, by its path as it is written."""
    owners: dict[str, set[str]] = defaultdict(set)
    for case in cases:
        if case.image != NO_PATH:
            owners[os.path.normpath(case.image)].add(case.patient_id)
    return sorted(sorted(patients) for patients in owners.values() if len(patients) > 1)


def told_of_shared_images(outcomes: Sequence[Outcome], shared: Sequence[Sequence[str]]) -> list[Outcome]:
    """Mark each region of an image that the manifest gives to several patients.

    Parameters
    ----------
    outcomes : sequence of Outcome
        Of all cases.
    shared : sequence of sequence of str
        The patients of each such image.

    Returns
    -------
    list of Outcome
        With a warning more where the image is shared.

    Warns
    -----
    ImageCopied
        Once for all, code ``SameImageTwice``.
    """
    if not shared:
        return list(outcomes)
    warn(_text(shared), ImageCopied, stacklevel=3)
    partners = {patient: patients for patients in shared for patient in patients}
    return [_marked(one, partners.get(one.case.patient_id)) for one in outcomes]


def _text(shared: Sequence[Sequence[str]]) -> str:
    named = "; ".join(
        " and ".join(map(brief_id, patients[:NAMES_SHOWN])) for patients in shared[:NAMES_SHOWN]
    )
    return (
        f"{len(shared)} image(s) belong to several patients: {named}{'; …' if len(shared) > NAMES_SHOWN else ''}. One patient "
        "would be in training and test at once, or have two labels. Correct the paths or the ids in the manifest."
    )


def _marked(outcome: Outcome, patients: Sequence[str] | None) -> Outcome:
    if patients is None:
        return outcome
    others = [name for name in patients if name != outcome.case.patient_id][:NAMES_SHOWN]
    note = f"{ImageCopied.code}: the image is that of {', '.join(others)} too. Correct the path or the id in the manifest."
    return replace(outcome, warnings=(*outcome.warnings, note))
