"""Folders of recipes of published studies: one holds one recipe, run in one way."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from radiobone.core.folder_kinds import Kind
from radiobone.core.folders import prepare_folder_of, refuse_other_recipe
from radiobone.core.outputs import prepare_folder
from radiobone.core.run_record import begin

_HARM = "the files of a recipe written there would be mistaken for its own"
_TABLE_FILES = ("tables", "study.yaml", "figures.json")
SYNTHETIC_TABLES = Kind("synthetic tables and results", (), _TABLE_FILES, None, _HARM)
OWN_TABLES = Kind("tables of your own and results", (), _TABLE_FILES, None, _HARM)
STUDY_IMAGES = Kind(
    "synthetic images",
    (),
    (
        "images",
        "masks",
        "manifest.csv",
        "study.yaml",
        "arms",
        "tables",
        "truth.json",
        "truth.csv",
        "calibration.yaml",
    ),
    None,
    _HARM,
)


def prepare_recipe_folder(
    path: str | Path, kind: Kind, recipe: str, inputs: Iterable[str | Path] = ()
) -> Path:
    """Make a folder for a recipe, before any work, and note in ``run.json`` that its run has begun.

    Parameters
    ----------
    path : path
        New, empty, or made by the same recipe in the same way before; files that nothing replaces are left alone.
    kind : Kind
        ``SYNTHETIC_TABLES``, ``OWN_TABLES`` or ``STUDY_IMAGES``.
    recipe : str
        Its name.
    inputs : iterable of path
        Files that are read, and must not be replaced.

    Raises
    ------
    OutputTaken
        If it holds another recipe, this one run in another way, an extraction or an evaluation, or files that would be
        replaced.
    OutputNotWritable, DiskFull
    """
    refuse_other_recipe(prepare_folder(path), kind, recipe)
    folder = prepare_folder_of(kind, path, inputs, example=recipe)
    begin(folder, kind, recipe)
    return folder
