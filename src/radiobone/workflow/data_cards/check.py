"""A download is read, compared with its card, put through the duplicate gate, and written as a manifest."""

from __future__ import annotations

import shlex
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from radiobone import __version__
from radiobone.cohort.data_card import DataCard
from radiobone.cohort.data_cards import load_card
from radiobone.core.counting import counted
from radiobone.core.errors import BadSetting, EmptyTable, FileMissing
from radiobone.core.files import write_csv, write_json
from radiobone.core.folder_kinds import DATA_CHECK
from radiobone.core.folders import prepare_folder_of
from radiobone.core.output_lock import holds_outputs
from radiobone.core.run_record import begin, finish
from radiobone.io.downloads.archive import Limits, is_archive, unpack
from radiobone.io.downloads.found import Deviation, Found
from radiobone.io.downloads.registry import read_download
from radiobone.workflow.data_cards.copy_sheets import draw_groups
from radiobone.workflow.data_cards.expected import expected_words
from radiobone.workflow.data_cards.gate import Gate, GateImage, run_gate
from radiobone.workflow.data_cards.judged import (
    Conflicts,
    aside_lines,
    count_deviations,
    deviation_lines,
    file_deviations,
    gate_deviations,
)
from radiobone.workflow.data_cards.tables_checked import check_tables
from radiobone.workflow.data_cards.written import (
    GROUP_COLUMN,
    copy_table,
    image_table,
    manifest_table,
    root_of,
    write_deviations,
)

MOST_SAID = 5  # of what a loader says of a folder without images


@dataclass(frozen=True)
class Checked:
    """What a check found.

    Attributes
    ----------
    lines : tuple of str
        To show to a person.
    deviations : tuple of Deviation
    manifest : Path or None
        None where the data set is one of tables.
    """

    lines: tuple[str, ...]
    deviations: tuple[Deviation, ...]
    manifest: Path | None = None


@holds_outputs
def check_download(
    name: str | Path,
    source: str | Path,
    output: str | Path,
    *,
    conflicts: Conflicts = "set-aside",
    target: str | None = None,
    limits: Limits | None = None,
    jobs: int = 1,
    show_progress: bool = True,
) -> Checked:
    """Check what was downloaded against its card, and write what can be worked with.

    Writes ``manifest.csv`` (with the column ``copy_group``), ``images.csv`` (every image and what became of it),
    ``copies.csv`` (pairs), ``copies/`` (a picture of each group), ``deviations.csv`` and ``checked.json``; of feature
    tables a table each. The folder that was downloaded is not touched.

    Parameters
    ----------
    name : str or path
        Of a card, or a card's YAML file.
    source : path
        Folder, zip or tar archive, or table.
    output : path
        Folder for the results.
    conflicts : {"set-aside", "keep"}
        What becomes of copies with two labels: left out of the manifest, or kept in one group.
    target : str, optional
        Column of the class, if the loader does not find it.
    limits : Limits, optional
        Caps on what an archive may become.
    jobs : int
        Worker processes that read images.

    Raises
    ------
    BadConfig, BadSetting, FileMissing, UnsafeArchive, ResourceLimit, EmptyTable, OutputTaken, OutputNotWritable
    """
    card, source = _with_target(load_card(name), target), Path(source)
    if card.layout.kind == "none":
        raise BadSetting(f"'{card.name}' cannot be checked: {card.layout.reason}.")
    if not source.exists():
        raise FileMissing(f"Nothing at {source}. Give the folder or the archive that was downloaded.")
    folder = prepare_folder_of(DATA_CHECK, output, inputs=[source])
    begin(folder, DATA_CHECK)
    deviations = file_deviations(source, card.files)
    place = _unpacked(source, folder, limits) if source.is_file() and is_archive(source) else source
    spellings = {one.name: one.folders for one in card.classes}
    found = read_download(place, card.layout, spellings, card.target)
    deviations += found.deviations
    if not found.tables and not found.images:
        raise _nothing_found(card, source, found)
    if found.tables:
        checked = check_tables(card, found, folder, deviations)
        result = Checked(checked.lines, checked.deviations)
    else:
        result = _check_images(card, found, folder, deviations, conflicts, jobs, show_progress)
    _write_record(folder, card, source, result)
    finish(folder, DATA_CHECK)
    return result


def _with_target(card: DataCard, target: str | None) -> DataCard:
    if target is None or card.layout.kind != "table":
        return card
    layout = card.layout.model_copy(update={"target_columns": (target,)})
    return card.model_copy(update={"layout": layout})


def _unpacked(source: Path, folder: Path, limits: Limits | None) -> Path:
    """Unpack beside the results; what an earlier check unpacked is replaced."""
    place = folder / "unpacked"
    shutil.rmtree(place, ignore_errors=True)
    try:
        unpack(source, place, limits)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return place


def _nothing_found(card: DataCard, source: Path, found: Found) -> EmptyTable:
    said = [
        f"Not one image of '{card.name}' was found in {source.resolve()}.",
        *(one.message for one in found.deviations[:MOST_SAID]),
        f"Looked for: {expected_words(card)}. Give the folder or archive that was downloaded, as it is.",
    ]
    return EmptyTable(" ".join(said))


def _check_images(
    card: DataCard,
    found: Found,
    folder: Path,
    deviations: list[Deviation],
    conflicts: Conflicts,
    jobs: int,
    show_progress: bool,
) -> Checked:
    gate = run_gate(
        [GateImage(one.patient_id, one.image, one.label) for one in found.images],
        jobs=jobs,
        show_progress=show_progress,
    )
    deviations = [*deviations, *count_deviations(card, found.images), *gate_deviations(gate)]
    aside = gate.in_conflict if conflicts == "set-aside" else set()
    root = root_of(folder, found.images)
    table = manifest_table(found.images, gate, aside, folder, root, card.target)
    manifest = folder / "manifest.csv"
    write_csv(manifest, table)
    write_csv(folder / "images.csv", image_table(found.images, gate, aside, root))
    write_csv(folder / "copies.csv", copy_table(found.images, gate, root))
    write_deviations(folder / "deviations.csv", deviations)
    shutil.rmtree(folder / "copies", ignore_errors=True)
    _, undrawn = draw_groups(gate, folder / "copies")
    lines = [
        *_counted(card, found, gate, len(aside)),
        *deviation_lines(deviations),
        *([f"{undrawn} more groups of copies are not drawn; copies.csv names them."] if undrawn else []),
        f"Written to {folder}: manifest.csv ({len(table)} rows), images.csv, copies.csv, copies/, deviations.csv.",
        *_next(card, table, manifest, root),
    ]
    return Checked(tuple(lines), tuple(deviations), manifest)


def _counted(card: DataCard, found: Found, gate: Gate, n_aside: int) -> list[str]:
    classes = Counter(image.label for image in found.images if image.label)
    shown = ", ".join(f"{count} {name}" for name, count in classes.items())
    groups = gate.copy_groups
    n_copied = sum(map(len, groups))
    kinds = Counter(pair.kind for pair in gate.pairs)
    lines = [f"{card.title}: {counted(len(found.images), 'image')}{f' ({shown})' if shown else ''}."]
    if groups:
        lines.append(
            f"{n_copied} of them are copies of each other, in {counted(len(groups), 'group')}: "
            f"{', '.join(f'{count} × {kind}' for kind, count in kinds.items())}."
        )
    else:
        lines.append("No copies among them.")
    return [*lines, *aside_lines(n_aside)]


def _next(card: DataCard, table: pd.DataFrame, manifest: Path, root: Path) -> list[str]:
    where = [] if manifest.resolve().parent == root else ["--root", str(root)]
    target = ["--target", card.target] if card.target in table else []
    steps = [["radiobone", "extract", str(manifest), *where, "-o", "features"]]
    if target:
        classes = _class_options(card, table)
        steps.append(
            ["radiobone", "evaluate", "features", *target, *classes, "--groups", GROUP_COLUMN, "-o", "result"]
        )
    return [f"Next: {shlex.join(step)}" for step in steps]


def _class_options(card: DataCard, table: pd.DataFrame) -> list[str]:
    """Say which of two classes is positive, or how several are ordered: as the card lists them, the sickest last."""
    there = set(table[card.target])
    classes = [one.name for one in card.classes if one.name in there]
    if len(classes) != len(there - {""}) or len(classes) < 2:
        return []
    return (
        ["--positive", classes[-1]]
        if len(classes) == 2
        else ["--task", "ordinal", "--order", ",".join(classes)]
    )


def _write_record(folder: Path, card: DataCard, source: Path, result: Checked) -> None:
    counts = Counter(one.code for one in result.deviations)
    write_json(
        folder / "checked.json",
        {
            "radiobone": __version__,
            "card": card.model_dump(mode="json"),
            "source": source.name,
            "deviations": dict(sorted(counts.items())),
        },
    )
