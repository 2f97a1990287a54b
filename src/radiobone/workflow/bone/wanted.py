"""Which structures of a mask are measured: vertebrae and bones by name or pattern, nothing that is no bone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from radiobone.core.errors import EmptyMask, LabelNotFound, NotABone
from radiobone.io.totalsegmentator_classes import TOTAL_CLASSES
from radiobone.workflow.bone.anatomy import VERTEBRA, Anatomy
from radiobone.workflow.bone.levels import ORDER
from radiobone.workflow.bone.patient import PSOAS

MOST_NAMES = 12
BONES = (
    "sacrum",
    VERTEBRA,
    "humerus_",
    "scapula_",
    "clavicula_",
    "femur_",
    "hip_",
    "skull",
    "rib_",
    "sternum",
)
NO_BONES = frozenset(PSOAS) | {name for name in TOTAL_CLASSES if not name.startswith(BONES)}
"""Names of TotalSegmentator's organs, vessels, muscles and cartilage; any other name may be a bone's."""


@dataclass(frozen=True)
class Wanted:
    """What is measured.

    Attributes
    ----------
    names : tuple of str
        Structures in the order of the spine or of the mask; vertebrae that the mask may not have among them.
    no_bones : tuple of str
        Structures that a pattern took in, and that are left out since they are no bones by name.
    """

    names: tuple[str, ...]
    no_bones: tuple[str, ...] = ()


def wanted_of(anatomy: Anatomy, levels: Sequence[str]) -> Wanted:
    """Find full names of what is asked for.

    Raises
    ------
    LabelNotFound
        If nothing is called so.
    NotABone
        If a structure that is no bone is asked for by its name, or nothing else matches.
    """
    there = anatomy.structures()
    asked = there if len(there) == 1 else levels
    wanted: dict[str, None] = {}
    for level in asked:
        wanted |= dict.fromkeys(_named(anatomy, there, level))
    bones = [name for name in wanted if name not in NO_BONES]
    no_bones = tuple(name for name in wanted if name in NO_BONES)
    exact = [name for name in no_bones if name in asked]
    if exact or not bones:
        raise NotABone(
            f"By its name {_shown(exact or no_bones)} is no bone, and its measurements would be taken for those of one. Ask for bones: "
            f"{_shown(bones_in(anatomy))}. For radiomics of other structures there is `radiobone extract`."
        )
    ordered = sorted(bones, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))
    return Wanted(tuple(ordered), no_bones)


def _named(anatomy: Anatomy, there: Sequence[str], level: str) -> list[str]:
    spelled = f"{VERTEBRA}{level}" if f"{VERTEBRA}{level}" in ORDER else level
    matching = [name for name in there if fnmatchcase(name, spelled)]
    matching = matching or [name for name in there if fnmatchcase(name, f"{VERTEBRA}{level}")]  # L*
    if not matching and spelled not in ORDER:
        raise LabelNotFound(
            f"The mask has no structure '{level}'. It has: {_shown(bones_in(anatomy))}. Vertebrae are called L1, T12, …; other structures by "
            "the mask's own names."
        )
    return matching or [spelled]


def bones_in(anatomy: Anatomy) -> tuple[str, ...]:
    """Name the vertebrae that have a voxel; without any the other bones, and without these all structures."""
    there = anatomy.structures()
    groups = (
        [name for name in there if name.startswith(VERTEBRA)],
        [name for name in there if name not in NO_BONES],
    )
    for group in groups:
        found = tuple(name for name in group if anatomy.find(name) is not None)
        if found:
            return found
    return there


def none_found(anatomy: Anatomy, names: Sequence[str]) -> EmptyMask:
    """Return the error for a mask in which nothing of what is asked for has a voxel."""
    return EmptyMask(
        f"None of {', '.join(names)} has a voxel in the mask, which has: {_shown(bones_in(anatomy))}. Name others (--level; `levels` in "
        "Python), or check that mask and image belong together."
    )


def _shown(names: Sequence[str]) -> str:
    return ", ".join(names[:MOST_NAMES]) + (f", … ({len(names)} in all)" if len(names) > MOST_NAMES else "")
