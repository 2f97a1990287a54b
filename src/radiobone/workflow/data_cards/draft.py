"""A card drafted from a user's own manifest, and the duplicate gate run on it."""

from __future__ import annotations

import shlex
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from radiobone.cohort.data_card import DataCard
from radiobone.core.counting import counted
from radiobone.core.errors import MissingColumn
from radiobone.core.files import write_csv, write_json, write_text
from radiobone.core.folder_kinds import DATA_CHECK
from radiobone.core.folders import prepare_folder_of
from radiobone.core.output_lock import holds_outputs
from radiobone.core.run_record import begin, finish
from radiobone.core.tables import read_text_table
from radiobone.io.case import NO_PATH, Case
from radiobone.io.downloads.found import Deviation, FoundImage
from radiobone.io.manifest import Manifest, read_manifest
from radiobone.io.manifest_paths import check_paths
from radiobone.workflow.data_cards.card_facts import card_of
from radiobone.workflow.data_cards.copy_sheets import draw_groups
from radiobone.workflow.data_cards.gate import Gate, GateImage, run_gate
from radiobone.workflow.data_cards.judged import (
    Conflicts,
    aside_lines,
    deviation_lines,
    gate_deviations,
)
from radiobone.workflow.data_cards.written import (
    GROUP_COLUMN,
    copy_table,
    group_names,
    image_table,
    write_deviations,
)


@dataclass(frozen=True)
class Drafted:
    """What was drafted.

    Attributes
    ----------
    lines : tuple of str
        To show to a person.
    deviations : tuple of Deviation
        What the gate found.
    card : DataCard
    path : Path
        The card's YAML file.
    """

    lines: tuple[str, ...]
    deviations: tuple[Deviation, ...]
    card: DataCard
    path: Path


@holds_outputs
def draft_card(
    manifest: str | Path,
    output: str | Path,
    *,
    conflicts: Conflicts = "set-aside",
    target: str | None = None,
    site: str | None = None,
    root: str | Path | None = None,
    jobs: int = 1,
    show_progress: bool = True,
) -> Drafted:
    """Write a card with what a manifest and its images tell; what they do not tell is marked for the author.

    Writes ``card.yaml``, and of the gate ``manifest.csv`` (the manifest with the column ``copy_group``, without
    copies of two labels), ``images.csv``, ``copies.csv``, ``copies/`` and ``deviations.csv``. A ``card.yaml`` that is there already is not written over.

    Parameters
    ----------
    manifest : path
        Masks are not needed.
    output : path
        Folder for the results.
    conflicts : {"set-aside", "keep"}
        What becomes of copies with two labels: left out of the manifest, or kept in one group.
    target, site : str, optional
        Columns of the class, and of hospitals or scanners.
    root : path, optional
        What the manifest's paths are relative to. Default: its folder.
    jobs : int
        Worker processes that read images.

    Raises
    ------
    MissingColumn
        If target or site is no column. And the errors of reading a manifest.
    """
    path = Path(manifest)
    listed = read_manifest(path, root=None if root is None else Path(root), target=target, mask_needed=False)
    check_paths(listed)
    target, site = (_column(name, listed) for name in (target, site))
    folder = prepare_folder_of(DATA_CHECK, output, inputs=[path])
    begin(folder, DATA_CHECK)
    cases = _one_per_image(listed.cases)
    labels = [(case.row.get(target) or "") if target else "" for case in cases]
    gate = run_gate(
        [GateImage(case.patient_id, case.image, label) for case, label in zip(cases, labels, strict=True)],
        jobs=jobs,
        show_progress=show_progress,
    )
    deviations = gate_deviations(gate)
    card = card_of(path, listed, cases, gate, target, site)
    written = _write_card(card, folder)
    aside = gate.in_conflict if conflicts == "set-aside" else set()
    _write_gate(path, listed, cases, gate, aside, folder, deviations)
    finish(folder, DATA_CHECK)
    return Drafted(
        _lines(card, listed, cases, gate, aside, folder, written, deviations),
        tuple(deviations),
        card,
        written,
    )


def _column(name: str | None, listed: Manifest) -> str | None:
    if name is None:
        return None
    found = next(
        (column for column in listed.extra_columns if column.casefold() == name.strip().casefold()), None
    )
    if found is None:
        raise MissingColumn(
            f"{listed.path} has no column '{name}'. It has: {', '.join(listed.extra_columns)}."
        )
    return found


def _one_per_image(cases: Sequence[Case]) -> list[Case]:
    first: dict[Path, Case] = {}
    for case in cases:
        first.setdefault(case.image, case)
    return list(first.values())


def _write_card(card: DataCard, folder: Path) -> Path:
    """Write the card; an edited one is kept, and the new one is put beside it."""
    text = yaml.safe_dump(
        card.model_dump(mode="json", exclude_none=False), sort_keys=False, allow_unicode=True, width=110
    )
    path = folder / "card.yaml"
    if path.exists() and path.read_text(encoding="utf-8") != text:
        path = folder / "card_new.yaml"
    write_text(path, text)
    return path


def _write_gate(
    path: Path,
    listed: Manifest,
    cases: Sequence[Case],
    gate: Gate,
    aside: set[int],
    folder: Path,
    deviations: Sequence[Deviation],
) -> None:
    images = [
        FoundImage(case.patient_id, case.image, case.mask, image.label)
        for case, image in zip(cases, gate.images, strict=True)
    ]
    group = dict(zip((case.image for case in cases), group_names(gate), strict=True))
    table = read_text_table(path)
    table[GROUP_COLUMN] = [group[case.image] for case in listed.cases]
    left_out = {cases[place].image for place in aside}
    write_csv(folder / "manifest.csv", table[[case.image not in left_out for case in listed.cases]])
    write_csv(folder / "images.csv", image_table(images, gate, aside, listed.root))
    write_csv(folder / "copies.csv", copy_table(images, gate, listed.root))
    write_deviations(folder / "deviations.csv", deviations)
    shutil.rmtree(folder / "copies", ignore_errors=True)
    draw_groups(gate, folder / "copies")
    counts = Counter(one.code for one in deviations)
    write_json(folder / "checked.json", {"source": path.name, "deviations": dict(sorted(counts.items()))})


def _lines(
    card: DataCard,
    listed: Manifest,
    cases: Sequence[Case],
    gate: Gate,
    aside: set[int],
    folder: Path,
    written: Path,
    deviations: Sequence[Deviation],
) -> tuple[str, ...]:
    kept = " (card.yaml was edited, and is left as it is)" if written.name != "card.yaml" else ""
    return (
        f"{counted(len(cases), 'image')} of {counted(card.subjects or 0, 'patient')}; {counted(len(gate.copy_groups), 'group')} of copies.",
        *aside_lines(len(aside)),
        *(deviation_lines(deviations) if deviations else ["Nothing to complain of."]),
        f"The card: {written}{kept}. To be filled in: {', '.join(card.open_questions)}.",
        _next(listed, folder),
    )


def _next(listed: Manifest, folder: Path) -> str:
    """Say what to do with the manifest; without masks there is nothing that could be extracted from yet."""
    manifest = folder / "manifest.csv"
    if all(case.mask == NO_PATH for case in listed.cases):
        return (
            f"The manifest: {manifest}. It names no masks, which `radiobone extract` needs: add them in the column 'mask'. Its column "
            f"{GROUP_COLUMN} keeps copies together (evaluate --groups {GROUP_COLUMN})."
        )
    where = [] if folder.resolve() == listed.root else ["--root", str(listed.root)]
    step = ["radiobone", "extract", str(manifest), *where, "-o", "features"]
    return f"Next: {shlex.join(step)}; then evaluate with --groups {GROUP_COLUMN}."
