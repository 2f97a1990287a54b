"""A study file is read and its images or table are checked, before the work that takes long."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from radiobone.cohort.readers import read_cohort
from radiobone.core.errors import BadSetting
from radiobone.core.folder_kinds import EVALUATION
from radiobone.core.folders import prepare_folder_of
from radiobone.core.output_lock import holds_outputs
from radiobone.workflow.announce import described
from radiobone.workflow.case_report import extraction_lines
from radiobone.workflow.dry_run import dry_run
from radiobone.workflow.extraction import Extraction
from radiobone.workflow.pipelines import resolve_pipeline
from radiobone.workflow.study_file import Study, beside, order_of, pipeline_of, read_study


@holds_outputs
def dry_run_study(
    path: Path, output: Path, *, jobs: int = 1, show_progress: bool = True, say: Callable[[str], None] = print
) -> Extraction | None:
    """Check all that a study names: of images as ``dry_run`` does, of a table that it can be read as the study says.

    Parameters
    ----------
    path : Path
        The study file.
    output : Path
        As ``run_study`` takes it; pictures and cases are written into ``output/features``.
    jobs : int
        Worker processes.
    show_progress : bool
    say : callable
        Told what was found, line by line.

    Returns
    -------
    Extraction or None
        Of the dry run; None where the study starts from a table.

    Raises
    ------
    BadSetting
        Of a study of DXA, whose regions are found only as they are measured.
    RadioboneError
        Whatever the run itself would raise before the work begins.
    """
    study = read_study(path)
    if study.dxa is not None:
        raise BadSetting(
            "The study measures DXA ('dxa'), where regions are found as they are measured, so there is nothing to look at "
            "before. Run it without --dry-run; `radiobone extract MANIFEST --modality dxa --dry-run` checks images and masks."
        )
    spec = resolve_pipeline(pipeline_of(study, path), study.task, order_of(study))
    prepare_folder_of(EVALUATION, output, inputs=[path])
    if study.manifest is None:
        cohort = read_cohort(path.parent / str(study.table), **study.roles(), task=spec.task)
        for line in described(cohort):
            say(line)
        return None
    return _images(study, path, output / "features", jobs, show_progress, say)


def _images(
    study: Study, path: Path, folder: Path, jobs: int, show_progress: bool, say: Callable[[str], None]
) -> Extraction:
    checked = dry_run(
        path.parent / str(study.manifest), output=folder, settings=beside(study.settings, path), modality=study.modality,
        root=None if study.root is None else path.parent / study.root, target=study.target, jobs=jobs,
        perturb=beside(study.perturb, path), show_progress=show_progress,
    )  # fmt: skip
    for line in extraction_lines(checked, folder, measured=False):
        say(line)
    return checked
