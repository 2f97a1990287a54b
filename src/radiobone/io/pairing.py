"""Folders of images and masks, and a sheet of labels, become a manifest; what is in doubt is shown, not guessed."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from radiobone.core.errors import EmptyTable, FileMissing
from radiobone.io.discover import Found, find_in
from radiobone.io.label_sheet import Sheet, read_sheet
from radiobone.io.names import Key, contains, remainder

STRUCTURES_HINT = (
    "{n} mask(s) are folders of structures: fill in the column 'roi' (a name such as vertebrae_L1, or a pattern such "
    "as vertebrae_*)."
)


@dataclass(frozen=True)
class Pairing:
    """A manifest made from folders, and what did not fit.

    Attributes
    ----------
    table : DataFrame
        Columns patient_id, image, mask, roi (where one is known) and those of the sheet.
    root : Path
        The folder that the paths in the table begin at.
    unmatched_images, unmatched_masks : tuple of Path
        Files without a partner.
    unmatched_rows : tuple of str
        Ids of the sheet that no image has.
    ambiguous : tuple of str
        What could be paired in several ways, in words; none of it is in the table.
    notes : tuple of str
        What a careful reader should know of the pairs in the table.
    """

    table: pd.DataFrame
    root: Path
    unmatched_images: tuple[Path, ...] = ()
    unmatched_masks: tuple[Path, ...] = ()
    unmatched_rows: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether everything found its partner."""
        return not (self.unmatched_images or self.unmatched_masks or self.unmatched_rows or self.ambiguous)


@dataclass
class _Work:
    """What is collected while pairing."""

    pairs: list[tuple[Found, Found, str]] = field(default_factory=list)  # image, mask, region
    ambiguous: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    doubtful: set[Path] = field(default_factory=set)


def pair_folders(
    images: Path,
    masks: Path,
    labels: Path | None = None,
    *,
    folder: Path | None = None,
    roi: str | None = None,
) -> Pairing:
    """Pair images with masks by their names, and join a sheet of labels by patient.

    Parameters
    ----------
    images, masks : Path
        Folders, searched with their subfolders; they may be the same.
    labels : Path, optional
        CSV or Excel with a column of patient ids.
    folder : Path, optional
        Where the manifest will lie; by default the folder that holds both.
    roi : str, optional
        Name or pattern of the structures wanted, written into the column ``roi``.

    Returns
    -------
    Pairing

    Raises
    ------
    FileMissing
        If a folder is not there.
    EmptyTable
        If not one image has a mask.
    MissingColumn
        If the sheet has no column of patient ids.
    """
    found_images, found_masks = _find(Path(images), Path(masks))
    sheet = None if labels is None else read_sheet(Path(labels))
    work = _Work()
    _pair(found_images, found_masks, work)
    if not work.pairs:
        raise EmptyTable(_nothing_paired(Path(images), Path(masks), found_images, found_masks, work))
    root = _root(Path(images), Path(masks), folder, work)
    table = _table(work, root, roi)
    unmatched_rows: tuple[str, ...] = ()
    if sheet is not None:
        table, unmatched_rows = _join(table, sheet, work)
    used = {path for image, mask, _ in work.pairs for path in (image.path, mask.path)} | work.doubtful
    return Pairing(
        table=table,
        root=root,
        unmatched_images=tuple(item.path for item in found_images if item.path not in used),
        unmatched_masks=tuple(item.path for item in found_masks if item.path not in used),
        unmatched_rows=unmatched_rows,
        ambiguous=tuple(work.ambiguous),
        notes=tuple(work.notes),
    )


def _find(images: Path, masks: Path) -> tuple[list[Found], list[Found]]:
    for folder in (images, masks):
        if not folder.is_dir():
            raise FileMissing(f"No folder at {folder}. Check the path.")
    found_images = [item for item in find_in(images) if not item.is_folder_of_structures]
    if images.resolve() == masks.resolve():
        return (
            [item for item in found_images if not item.is_mask],
            [item for item in find_in(masks) if item.is_mask],
        )
    if masks.resolve().is_relative_to(images.resolve()):
        found_images = [item for item in found_images if not item.path.is_relative_to(masks)]
    return found_images, find_in(masks, known=[item.name for item in found_images])


def _pair(images: Sequence[Found], masks: Sequence[Found], work: _Work) -> None:
    by_key: dict[Key, list[Found]] = defaultdict(list)
    for item in images:
        by_key[item.name.key].append(item)
    for key, same in by_key.items():
        if len(same) > 1:
            _doubt(work, f"{len(same)} images have the id '{same[0].name.text}'", same)
            by_key[key] = []
    taken: dict[Path, list[tuple[Found, Found, str]]] = defaultdict(list)
    for mask in masks:
        pair = _partner(mask, by_key, work)
        if pair is not None:
            taken[pair[0].path].append(pair)
    for pairs in taken.values():
        _keep(pairs, work)


def _partner(mask: Found, by_key: dict[Key, list[Found]], work: _Work) -> tuple[Found, Found, str] | None:
    """Find the image of one mask: the same id, or the longest id that one has within the other."""
    key = mask.name.key
    if key in by_key:
        if by_key[key]:
            return by_key[key][0], mask, ""
        _doubt(work, "The image is in doubt", [mask])
        return None
    near = [
        image
        for other, same in by_key.items()
        for image in same
        if contains(key, other) or contains(other, key)
    ]
    if not near:
        return None
    longest = max(min(len(image.name.key), len(key)) for image in near)
    best = [image for image in near if min(len(image.name.key), len(key)) == longest]
    region = remainder(key, best[0].name.key)
    if len(best) > 1 or (region and all(run.isdigit() for run in region)):
        _doubt(work, f"The mask '{mask.path.name}' could belong to", [mask, *best])
        return None
    work.notes.append(
        f"{mask.path.name} was paired with {best[0].path.name} by the part of the name they share."
    )
    return best[0], mask, _spelled_region(mask, best[0])


def _spelled_region(mask: Found, image: Found) -> str:
    """Return what the mask's name has beyond the image's: the region, such as ``L1``."""
    text, start = mask.name.text, image.name.text
    if text.casefold().startswith(start.casefold()):
        return text[len(start) :].strip("_-. ")
    return "_".join(remainder(mask.name.key, image.name.key))


def _keep(pairs: list[tuple[Found, Found, str]], work: _Work) -> None:
    """Accept the masks of one image if their regions tell them apart."""
    regions = Counter(region for _, _, region in pairs)
    for pair in pairs:
        if regions[pair[2]] == 1:
            work.pairs.append(pair)
    for region, count in regions.items():
        if count > 1:
            same = [mask for _, mask, named in pairs if named == region]
            _doubt(work, f"'{pairs[0][0].path.name}' has {count} masks of one name", same)
            work.doubtful.add(pairs[0][0].path)


def _doubt(work: _Work, reason: str, items: Sequence[Found]) -> None:
    work.ambiguous.append(f"{reason}: {', '.join(str(item.path) for item in items)}")
    work.doubtful.update(item.path for item in items)


def _nothing_paired(
    images: Path, masks: Path, found_images: Sequence[Found], found_masks: Sequence[Found], work: _Work
) -> str:
    first = [f"'{items[0].name.text}'" if items else "none" for items in (found_images, found_masks)]
    doubt = f" In doubt: {work.ambiguous[0]}." if work.ambiguous else ""
    return (
        f"{images} has {len(found_images)} image(s) (first id: {first[0]}), {masks} has {len(found_masks)} mask(s) "
        f"(first id: {first[1]}), and no two share an id.{doubt} Name image and mask alike, such as P001.nii.gz and "
        "P001_mask.nii.gz."
    )


def _root(images: Path, masks: Path, folder: Path | None, work: _Work) -> Path:
    """Choose the folder that paths begin at: the manifest's own if the files are below it, else the common one."""
    common = Path(os.path.commonpath([images.resolve(), masks.resolve()]))
    if folder is None or folder.resolve() == common:
        return common
    if common.is_relative_to(folder.resolve()):
        return folder.resolve()
    work.notes.append(
        f"The files do not lie below {folder}: give --root {common} wherever the manifest is used."
    )
    return common


def _table(work: _Work, root: Path, roi: str | None) -> pd.DataFrame:
    rows = [
        {
            "patient_id": min((image.name.text, mask.name.text), key=len),
            "image": image.path.resolve().relative_to(root).as_posix(),
            "mask": mask.path.resolve().relative_to(root).as_posix(),
            "roi": region or roi or "",
        }
        for image, mask, region in work.pairs
    ]
    table = pd.DataFrame(rows, dtype=object).sort_values(["patient_id", "roi"], ignore_index=True)
    n_folders = sum(mask.is_folder_of_structures for _, mask, _ in work.pairs)
    if n_folders and roi is None:
        work.notes.append(STRUCTURES_HINT.format(n=n_folders))
    elif (table["roi"] == "").all():
        table = table.drop(columns="roi")
    return table


def _join(table: pd.DataFrame, sheet: Sheet, work: _Work) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Add the sheet's columns by patient."""
    patients = list(dict.fromkeys(table["patient_id"]))
    match = sheet.match(patients)
    work.ambiguous.extend(match.ambiguous)
    work.notes.extend([*sheet.notes, *match.notes])
    without = [patient for patient in patients if patient not in match.rows]
    if without:
        shown = ", ".join(without[:5]) + (", …" if len(without) > 5 else "")
        work.notes.append(f"{len(without)} patient(s) are not in the sheet and have empty cells: {shown}.")
    joined = table.copy()
    for column in sheet.table.columns:
        values = [
            sheet.table.at[match.rows[p], column] if p in match.rows else None for p in table["patient_id"]
        ]
        joined[column] = pd.Series(values, dtype=object, index=joined.index)
    return joined, match.unmatched
