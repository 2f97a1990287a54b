"""Output folders, made before any work, so that none is written over one of another kind.

An extraction and an evaluation both write ``provenance.json``, ``cases.csv`` and pictures: one in the other's folder
would spoil it. ``radiobone run`` keeps its extraction in ``features/`` below the result.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from radiobone.core.errors import OutputTaken
from radiobone.core.folder_kinds import (
    BONE,
    DATA_CHECK,
    DXA,
    EMBEDDING,
    EVALUATION,
    EXTRACTION,
    MAPS,
    VALIDATION,
    Kind,
)
from radiobone.core.output_lock import hold
from radiobone.core.outputs import prepare_folder, same_file
from radiobone.core.run_record import RUN_FILE, begin, made_here, run_record


def prepare_extraction_folder(path: str | Path, inputs: Iterable[str | Path] = ()) -> Path:
    """Make a folder for features, before any work.

    Parameters
    ----------
    path : path
        New, empty, or made by an extraction before; other files in it are left alone.
    inputs : iterable of path
        Files that are read, and must not be replaced.

    Raises
    ------
    OutputTaken
        If it holds an evaluation, or files of others that would be replaced.
    OutputLocked
        If another run writes there.
    OutputNotWritable, DiskFull
    """
    folder = prepare_folder(path)
    found = EVALUATION.sign(folder)
    if found is not None:
        raise OutputTaken(
            f"The output {folder} holds an evaluation ({found}), and features written there would spoil its provenance, "
            f"cases and pictures. Nothing was written. Give a folder of its own with -o, such as {folder / 'features'}."
        )
    _refuse_to_replace(folder, EXTRACTION, inputs)
    return _claimed(folder, EXTRACTION)


def prepare_result_folder(path: str | Path, inputs: Iterable[str | Path] = ()) -> Path:
    """Make a folder for an evaluation, before any work; parameters and errors as above, kinds exchanged."""
    folder = prepare_folder(path)
    found = EXTRACTION.sign(folder)
    if found is not None:
        raise OutputTaken(
            f"The output {folder} holds an extraction ({found}), and a result written there would spoil its provenance: "
            "nobody could tell its features from other columns any more. Nothing was written. "
            f"Give a folder of its own with -o, such as {folder / 'result'}."
        )
    _refuse_to_replace(folder, EVALUATION, inputs)
    return _claimed(folder, EVALUATION)


def prepare_validation_folder(path: str | Path, inputs: Iterable[str | Path] = ()) -> Path:
    """Make a folder for the validation of a model, before any work; parameters and errors as above."""
    folder = prepare_folder(path)
    kind = EVALUATION if made_here(folder, EVALUATION) else EXTRACTION
    found = kind.sign(folder)
    if found is not None:
        raise OutputTaken(
            f"The output {folder} holds an {kind.name} ({found}), and a validation written there would spoil its "
            f"provenance. Nothing was written. Give a folder of its own with -o, such as {folder / 'validation'}."
        )
    _refuse_to_replace(folder, VALIDATION, inputs)
    return _claimed(folder, VALIDATION)


def prepare_map_folder(path: str | Path, inputs: Iterable[str | Path] = ()) -> Path:
    """Make a folder for feature maps, before any work; parameters and errors as above.

    Maps that an earlier run left there are replaced by those of the same name.
    """
    return prepare_apart(path, inputs, MAPS, "maps written there would spoil its provenance", "maps")


def prepare_bone_folder(path: str | Path, inputs: Iterable[str | Path] = ()) -> Path:
    """Make a folder for measurements of bone, before any work; parameters and errors as above."""
    harm = "measurements of bone written there would spoil its provenance"
    return prepare_apart(path, inputs, BONE, harm, "bone")


def prepare_dxa_folder(path: str | Path, inputs: Iterable[str | Path] = ()) -> Path:
    """Make a folder for densities of DXA images, before any work; parameters and errors as above."""
    folder = prepare_folder(path)
    found = EVALUATION.sign(folder) or (None if made_here(folder, DXA) else EXTRACTION.sign(folder))
    if found is not None:
        raise OutputTaken(
            f"The output {folder} holds an extraction or an evaluation ({found}), and densities written there would spoil its "
            f"provenance. Nothing was written. Give a folder of its own with -o, such as {folder / 'dxa'}."
        )
    _refuse_to_replace(folder, DXA, inputs)
    return _claimed(folder, DXA)


def prepare_embedding_folder(path: str | Path, inputs: Iterable[str | Path] = ()) -> Path:
    """Make a folder for vectors of images, before any work; parameters and errors as above."""
    return prepare_apart(
        path, inputs, EMBEDDING, "vectors written there would spoil its provenance", "vectors"
    )


def prepare_check_folder(path: str | Path, inputs: Iterable[str | Path] = ()) -> Path:
    """Make a folder for the check of a data set, before any work; parameters and errors as above."""
    harm = "a manifest written there would be mistaken for its own"
    return prepare_apart(path, inputs, DATA_CHECK, harm, "data")


def prepare_apart(path: str | Path, inputs: Iterable[str | Path], own: Kind, harm: str, example: str) -> Path:
    """Make a folder of a kind that must not lie in one of an extraction or an evaluation.

    Parameters
    ----------
    path, inputs
        As above.
    own : Kind
    harm : str
        What writing there would spoil, for the message.
    example : str
        Name of a folder below that would do.

    Raises
    ------
    OutputTaken, OutputNotWritable, DiskFull
    """
    folder = prepare_folder(path)
    for kind in (EXTRACTION, EVALUATION):
        found = kind.sign(folder)
        if found is not None:
            raise OutputTaken(
                f"The output {folder} holds an {kind.name} ({found}), and {harm}. Nothing was written. Give a folder of its own "
                f"with -o, such as {folder / example}."
            )
    _refuse_to_replace(folder, own, inputs)
    return _claimed(folder, own)


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
