"""Output folders, made before any work, so that none is written over one of another kind.

An extraction and an evaluation both write ``provenance.json``, ``cases.csv`` and pictures: one in the other's folder
would spoil it. ``radiobone run`` keeps its extraction in ``features/`` below the result.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from radiobone.core.errors import OutputTaken
from radiobone.core.folder_kinds import EVALUATION, EXTRACTION, Kind
from radiobone.core.output_lock import hold
from radiobone.core.outputs import prepare_folder, same_file
from radiobone.core.run_record import RUN_FILE, begin, made_here, run_record


def prepare_folder_of(
    kind: Kind, path: str | Path, inputs: Iterable[str | Path] = (), *, example: str | None = None
) -> Path:
    """Make a folder for results of a kind, before any work.

    Parameters
    ----------
    kind : Kind
        What is to be written.
    path : path
        New, empty, or made by the same command before; other files in it are left alone.
    inputs : iterable of path
        Files that are read, and must not be replaced.
    example : str, optional
        Name of a folder below that would do, instead of the kind's.

    Raises
    ------
    OutputTaken
        If it holds an extraction or an evaluation and is to hold another kind, or files of others that would be replaced.
    OutputLocked
        If another run writes there.
    OutputNotWritable, DiskFull
    """
    folder = prepare_folder(path)
    for other in _others(folder, kind):
        found = other.sign(folder)
        if found is not None:
            raise OutputTaken(
                f"The output {folder} holds an {other.name} ({found}), and {kind.harm}. Nothing was written. Give a folder of its own "
                f"with -o, such as {folder / (example or kind.example)}."
            )
    _refuse_to_replace(folder, kind, inputs)
    return _claimed(folder, kind)


def _others(folder: Path, kind: Kind) -> list[Kind]:
    """Return the kinds whose files must not be in the folder; those that an earlier run of this kind left there are its own."""
    return [
        other
        for other in (EXTRACTION, EVALUATION)
        if other is not kind and not (set(other.own) & set(kind.written) and made_here(folder, kind))
    ]


def journal_kind(names: Iterable[str]) -> Kind:
    """Return the kind of a folder of figures and tables with these names."""
    return Kind("journal", (), tuple(names), None)


def prepare_journal_folder(path: str | Path, kind: Kind) -> Path:
    """Make a folder for the figures and tables of a manuscript; parameters and errors as above."""
    folder = prepare_folder(path)
    for other in (EXTRACTION, EVALUATION):
        found = other.sign(folder)
        if found is not None:
            raise OutputTaken(
                f"The output {folder} holds an {other.name} ({found}); figures and tables for a manuscript go into a folder of "
                f"their own, such as {folder / 'journal'}. Nothing was written."
            )
    _refuse_to_replace(folder, kind, ())
    return _claimed(folder, kind)


def _refuse_to_replace(folder: Path, kind: Kind, inputs: Iterable[str | Path]) -> None:
    """Refuse a folder in which files that are read, or that are another's, would be replaced."""
    refuse_other_recipe(folder, kind, None)
    there = [name for name in kind.written if (folder / name).exists()]
    read = [name for name in there if any(same_file(folder / name, Path(source)) for source in inputs)]
    foreign = there if not made_here(folder, kind) else []
    if read or foreign:
        names = ", ".join(read or foreign)
        why = "is read and would be lost" if read else f"would be replaced, and {_whose(folder)}"
        raise OutputTaken(
            f"In the output folder {folder}, {names} {why}. Nothing was written. Give a folder of its own with -o, "
            f"such as {folder / 'result'}."
        )


def _whose(folder: Path) -> str:
    other = run_record(folder).get("kind")
    return (
        "no run of radiobone left it there"
        if other is None
        else f"{RUN_FILE} says that the folder holds another kind of output ({other})"
    )


def refuse_other_recipe(folder: Path, kind: Kind, recipe: str | None) -> None:
    """Refuse a folder that holds a recipe, or a way of running it, other than the one to be written.

    Parameters
    ----------
    folder : Path
    kind : Kind
        What is to be written.
    recipe : str or None
        Name of the recipe that is to be written; None where no other than that which lies there can be meant.

    Raises
    ------
    OutputTaken
    """
    there = run_record(folder)
    held = there.get("recipe")
    if held is None or (there.get("kind") == kind.name and recipe in (None, held)):
        return
    to_write = kind.name if recipe is None else f"{kind.name} of the recipe '{recipe}'"
    raise OutputTaken(
        f"The output {folder} holds the {there.get('kind')} of the recipe '{held}' ({RUN_FILE}), and its files beside those of the "
        f"{to_write} could not be told apart. Nothing was written. Give a folder of its own with -o, such as "
        f"{folder.with_name(folder.name + '_' + (recipe or 'result'))}."
    )


def _claimed(folder: Path, kind: Kind) -> Path:
    hold(folder)
    if not made_here(folder, kind):
        begin(folder, kind)
    return folder
