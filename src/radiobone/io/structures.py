"""Which structure of a mask is meant: by label, by name, or because there is only one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np

from radiobone.core.errors import EmptyMask, LabelNotFound
from radiobone.core.near_names import nearest
from radiobone.core.volume import Cut, Volume
from radiobone.core.warnings import RoiNameAssumed, StructureNamesAssumed, warn
from radiobone.io.totalsegmentator_classes import TOTAL_CLASSES, level_name

MOST_NAMES_SHOWN = 20
SAY_WHICH = (
    "Say which: `roi` or `mask_label` in a manifest, `label=` in Python, `--label` for `map` and `score`."
)


def by_name(roi: str, names: Iterable[str]) -> str | None:
    """Find a structure by its name, exactly, or else without regard to case and outer spaces.

    A vertebra may also be called by its level alone: ``L3`` is ``vertebrae_L3`` where no structure is called ``L3``.

    Returns
    -------
    str or None
        The name as the file spells it; None if there is none, or several that differ in case only.
    """
    names = tuple(names)
    if roi in names:
        return roi
    alike = [name for name in names if name.strip().casefold() == roi.strip().casefold()]
    if not alike and level_name(roi) in names:
        return level_name(roi)
    return alike[0] if len(alike) == 1 else None


def name_in(what: str, roi: str | None, names: Iterable[str]) -> str | None:
    """Find a structure by its name, or because there is only one.

    Returns
    -------
    str or None
        The name as the file spells it; None if nothing says which of several is meant.

    Warns
    -----
    RoiNameAssumed
        If the only structure has another name than ``roi``.
    """
    names = tuple(names)
    found = by_name(roi, names) if roi else None
    if found is not None or len(names) != 1:
        return found
    if roi:
        warn(
            RoiNameAssumed(
                f"{what}: '{roi}' was asked for, and the only structure is called '{names[0]}'; that one was taken. "
                "Check that it is the same bone, and correct `roi` or the mask."
            ),
            stacklevel=3,
        )
    return names[0]


def choose_label(
    what: str, *, roi: str | None, label: int | None, names: Mapping[str, int], present: Sequence[int]
) -> int:
    """Decide which value of a label map is meant.

    Parameters
    ----------
    what : str
        The file, for messages.
    roi, label
        What the caller asked for; ``label`` goes first.
    names : mapping
        Values by name, as the file declares them; may be empty.
    present : sequence of int
        Positive values that occur.

    Raises
    ------
    LabelNotFound
        If nothing says which of several is meant.
    EmptyMask
        If no voxel is labelled at all.
    """
    if label is not None:
        return label
    known = by_name(roi, names) if roi else None
    if known is not None:
        return names[known]
    if not present:
        raise empty_mask(what, roi)
    if len(present) == 1 and len(names) <= 1:
        name_in(what, roi, names)
        return present[0]
    if roi and not names and roi in TOTAL_CLASSES and max(present) <= len(TOTAL_CLASSES):
        warn(
            StructureNamesAssumed(
                f"{what} names no structures; '{roi}' was taken as label {TOTAL_CLASSES[roi]} of TotalSegmentator's "
                "task 'total' (version 2). Look at the picture, or give mask_label."
            ),
            stacklevel=3,
        )
        return TOTAL_CLASSES[roi]
    raise label_not_found(what, roi, names or [f"label_{value}" for value in present])


def region_of(
    label_map: Volume, label: int, what: str, *, declared: Collection[int], present: Mapping[int, Cut]
) -> Volume:
    """Cut one label out of a label map, as 0 and 1.

    Raises
    ------
    EmptyMask
        If the label is declared and has no voxel, or the mask is empty.
    LabelNotFound
        If other labels are there and not this one.
    """
    if label in present:
        region = np.zeros(label_map.shape, dtype=np.uint8)
        box = present[label]
        region[box] = label_map.array[box] == label
        return label_map.with_array(region)
    if label in declared or not present:
        raise empty_mask(what, f"label {label}", present)
    raise label_not_found(what, f"label {label}", [f"label_{value}" for value in present], by_value=True)


def empty_mask(what: str, wanted: str | None, present: Iterable[int] = ()) -> EmptyMask:
    """Build the error for a structure without a voxel; ``wanted`` None for a mask of background alone, ``present`` labels with voxels."""
    found = (
        f"{what}: {wanted} has no voxel" if wanted else f"{what} is background alone, with no voxel labelled"
    )
    there = [str(value) for value in present]
    shown = ", ".join(there[:MOST_NAMES_SHOWN]) + (", …" if len(there) > MOST_NAMES_SHOWN else "")
    others = f" Labels with voxels: {shown}." if there else ""
    return EmptyMask(
        f"{found}, so there is nothing to measure.{others} The structure may lie outside the scan, "
        "or the segmentation failed; leave the row out or segment again."
    )


def label_not_found(
    what: str, wanted: str | None, known: Iterable[str], *, by_value: bool = False
) -> LabelNotFound:
    """Build the error for a structure that is not there, listing those that are, the nearest names first.

    Parameters
    ----------
    what : str
        The file.
    wanted : str or None
        What was asked for; None if nothing was.
    known : iterable of str
        Names of the structures.
    by_value : bool
        Whether ``wanted`` tells a value, to which no name is near.
    """
    names = list(dict.fromkeys(known))
    if not wanted:
        start = f"{what} has {len(names)} structures, and nothing says which is meant."
        return LabelNotFound(f"{start} It has: {_in_groups(names)}. {SAY_WHICH}")
    near = [] if by_value else nearest(wanted, names)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    shown = _some([*near, *(name for name in names if name not in set(near))])
    return LabelNotFound(f"{what} has no structure '{wanted}'.{hint} It has: {shown}. {SAY_WHICH}")


def _some(names: Sequence[str]) -> str:
    rest = f", … ({len(names)} in all)" if len(names) > MOST_NAMES_SHOWN else ""
    return ", ".join(names[:MOST_NAMES_SHOWN]) + rest if names else "none"


def _in_groups(names: Sequence[str]) -> str:
    """List few names as they are; of many, those that begin with one word as ``vertebrae_* (25)``, large groups first."""
    if len(names) <= MOST_NAMES_SHOWN:
        return _some(names)
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(name.partition("_")[0], []).append(name)
    ordered = sorted(groups.items(), key=lambda group: -len(group[1]))
    return ", ".join(f"{stem}_* ({len(own)})" if len(own) > 1 else own[0] for stem, own in ordered)
