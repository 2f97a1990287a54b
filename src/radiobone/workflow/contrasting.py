"""Results of the same folds, compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from radiobone.core.errors import BadSetting
from radiobone.core.files import write_json
from radiobone.core.outputs import prepare_file
from radiobone.evaluation.contrast import CONTRAST_FILE, contrast_results, task_of, title_of
from radiobone.evaluation.result import SPLITS_FILE, Result
from radiobone.workflow.evaluated import Evaluation


def contrast(
    results: Mapping[str, Evaluation | Result | str | Path], *, metric: str | None = None
) -> dict[str, Any]:
    """Compare pipelines that were judged on the same outer folds, fold by fold.

    Parameters
    ----------
    results : dict of str to Evaluation, Result or path
        Two or more, by the names to be shown. Give ``evaluate`` the ``splits`` of the first for the others.
    metric : str, optional
        Such as ``auc``, ``brier`` or ``mae``; default the headline of the task (``auc``, ``quadratic_kappa``, ``r2``).

    Returns
    -------
    dict
        ``pairs``: of each pair, the first less the second, with its interval and corrected p values.

    Raises
    ------
    SplitsMismatch, BadSetting, FileMissing, FileUnreadable
    """
    return contrast_results({name: _result(one) for name, one in results.items()}, metric=metric)


def _result(source: Evaluation | Result | str | Path) -> Result:
    if isinstance(source, Evaluation):
        return source.result
    return source if isinstance(source, Result) else Result.load(Path(source))


def contrast_folders(
    folders: Sequence[Path], *, metric: str | None = None, output: Path | None = None
) -> dict[str, Any]:
    """Compare result folders by their names, and write the comparison as JSON if asked.

    Raises
    ------
    SplitsMismatch, BadSetting, FileMissing, FileUnreadable, OutputNotWritable
    """
    if output is not None:
        prepare_file(output, example="contrast.json", suffix=".json", inputs=folders)
    names = [str(folder) for folder in folders]
    if len(set(names)) < len(names):
        raise BadSetting("A result folder is named twice. Name each once.")
    found = contrast(dict(zip(names, folders, strict=True)), metric=metric)
    if output is not None:
        write_json(output, found)
    return found


def contrast_with_earlier(output: Path, earlier: Path) -> dict[str, Any]:
    """Compare a new result with an earlier one on the same folds, and write it beside the new one, for its report.

    Raises
    ------
    SplitsMismatch, BadSetting, FileMissing, FileUnreadable, OutputNotWritable
    """
    found = contrast({str(output): output, str(earlier): earlier})
    write_json(output / CONTRAST_FILE, found)
    return found


def folds_of(folder: Path, splits: Path | None, output: Path, task: str) -> Path:
    """Return the file of folds of a result, to be used again; refuse what could not be compared in the end.

    Raises
    ------
    BadSetting
        If other folds are named as well, the result has none, is the one to be written, or the two are of other
        tasks.
    """
    if splits is not None:
        raise BadSetting(
            "--compare-with uses the folds of that result, and --splits names others. Leave --splits out."
        )
    if not (folder / SPLITS_FILE).is_file():
        raise BadSetting(
            f"--compare-with: {folder} has no {SPLITS_FILE}. Name a result folder of `evaluate`."
        )
    if folder.resolve() == output.resolve():
        raise BadSetting(
            f"--compare-with and --output both name {folder}: the earlier result would be replaced, and nothing would be left "
            "to compare with. Name another output folder."
        )
    other = task_of(_result(folder))
    if other != task:
        raise BadSetting(
            f"--compare-with: the task here is '{task}' and that of {folder} is '{other}', so they have no score in common. "
            "Leave it out, or name a result of the same task."
        )
    return folder / SPLITS_FILE


def contrast_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield the comparison in lines to be shown."""
    title = title_of(found)
    yield f"{title}, mean of {found['n_folds']} outer folds, the same in all:"
    for name, one in found["results"].items():
        yield f"  {name}: {_mean(one)}"
    yield "Differences, the first less the second:"
    for pair in found["pairs"]:
        p = "" if pair["p_holm"] is None else f", p = {pair['difference']['p']:.3g}"
        corrected = "" if not p else f" (Holm {pair['p_holm']:.3g}, Benjamini-Hochberg {pair['p_bh']:.3g})"
        yield f"  {pair['first']} - {pair['second']}: {_mean(pair['difference'], '+')}{p}{corrected}"
    yield f"How: {found['method']}."
    yield found["note"]


def _mean(one: Mapping[str, Any], sign: str = "") -> str:
    if one["mean"] is None:
        return "–"
    between = (
        "" if one["low"] is None else f"  (95 % interval {one['low']:{sign}.3f} to {one['high']:{sign}.3f})"
    )
    return f"{one['mean']:{sign}.3f}{between}"
