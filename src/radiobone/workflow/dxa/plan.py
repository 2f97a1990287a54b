"""Which forest labels which image: none sees an image of a patient whom it labels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from radiobone.core.errors import SameImageTwice
from radiobone.imaging.held_out_labels import folds_of_patients
from radiobone.io.case import Case
from radiobone.workflow.dxa.settings import DxaSettings

LEAST_PATIENTS = 2


@dataclass(frozen=True)
class Forest:
    """One forest: from which images it learns, and which it labels.

    Attributes
    ----------
    group : str
        Region; empty where one set of forests labels all.
    fold : int or None
        None for the forest of all images with a mask, which labels those of patients without.
    training, labelled : tuple of int
        Positions of cases.
    """

    group: str
    fold: int | None
    training: tuple[int, ...]
    labelled: tuple[int, ...]


def plan_forests(
    cases: Sequence[Case], with_mask: Sequence[bool], settings: DxaSettings, seed: int
) -> list[Forest]:
    """Decide which forests are needed.

    Parameters
    ----------
    cases : sequence of Case
    with_mask : sequence of bool
        Whose mask can be learned from.
    settings : DxaSettings
    seed : int
        Of the folds, which do not depend on the order of the cases.

    Returns
    -------
    list of Forest
        Every case is labelled by one of them; a forest without ``training`` cannot be fitted.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for place, case in enumerate(cases):
        groups[case.roi if settings.forests == "by_region" else ""].append(place)
    return [
        forest
        for group, members in sorted(groups.items())
        for forest in _of_group(group, members, cases, with_mask, settings, seed)
    ]


def _of_group(
    group: str,
    members: Sequence[int],
    cases: Sequence[Case],
    with_mask: Sequence[bool],
    settings: DxaSettings,
    seed: int,
) -> list[Forest]:
    masked = [place for place in members if with_mask[place]]
    people = sorted({cases[place].patient_id for place in masked})
    n_folds = min(settings.n_folds, max(len(people), 1))
    fold_of = dict(zip(people, folds_of_patients(people, n_folds, seed).tolist(), strict=True))
    found = []
    for fold in [*range(n_folds), None]:
        labelled = tuple(place for place in members if fold_of.get(cases[place].patient_id) == fold)
        training = tuple(
            place for place in masked if fold is None or fold_of[cases[place].patient_id] != fold
        )
        if labelled:
            found.append(Forest(group, fold, training, labelled))
    return found


def check_images_of_one_patient(cases: Sequence[Case], digests: Mapping[int, str]) -> None:
    """Refuse copies of one image file under two patients: a forest would label what it learned from.

    Raises
    ------
    SameImageTwice
    """
    owner: dict[str, int] = {}
    for place, digest in digests.items():
        first = cases[owner.setdefault(digest, place)]
        if first.patient_id != cases[place].patient_id:
            raise SameImageTwice(
                f"The images {first.image.name} of '{first.patient_id}' and {cases[place].image.name} of "
                f"'{cases[place].patient_id}' are copies of one file, so that a forest would label what it learned from, and one "
                "patient could be in training and test. Remove one, or give both to one patient."
            )
