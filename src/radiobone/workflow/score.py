"""A saved model on new images, a manifest or a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from radiobone.cohort.readers import read_cohort
from radiobone.core.errors import BadSetting
from radiobone.core.tables import read_table
from radiobone.evaluation.audit.registry import audit_cohort
from radiobone.evaluation.audit.tell import warn_of_table
from radiobone.evaluation.blocks.resolve import joins_files, settle_blocks, with_fusion
from radiobone.evaluation.certainty import Zone
from radiobone.evaluation.final_model import Model, fit_model
from radiobone.evaluation.result import Result
from radiobone.io.not_a_table import check_is_scorable, names_images
from radiobone.workflow.announce import described
from radiobone.workflow.clinical_values import clinical_values
from radiobone.workflow.hospital.reports import NO_REPORTS, Reports
from radiobone.workflow.pipelines import PipelineSource, SearchSource, TaskSource, resolve_pipeline
from radiobone.workflow.repeats_beside import with_repeats_beside
from radiobone.workflow.score_words import Scored
from radiobone.workflow.scorer import Scorer, load_model

__all__ = ["Scorer", "fit_table", "load_model", "score_source"]


def fit_table(
    source: Path,
    *,
    pipeline: PipelineSource,
    seed: int,
    jobs: int,
    show_progress: bool = False,
    say: Callable[[str], None] = lambda _line: None,
    evaluated: Path | None = None,
    blocks: Sequence[str] | None = None,
    fusion: str | None = None,
    pool: str | None = None,
    task: TaskSource = None,
    order: str | Sequence[str] | None = None,
    search: SearchSource = None,
    **roles: Any,
) -> Model:
    """Fit the final model on an extract folder or a table; ``roles`` as for ``read_cohort``, all else as for ``evaluate``.

    ``evaluated`` is the folder of an evaluation of the same table and pipeline, whose figures the model then carries.

    Warns
    -----
    SuspectedLeak, SiteConfounded, DuplicateRows, NoPatientIds
    """
    result = None if evaluated is None else Result.load(evaluated)
    spec = with_fusion(resolve_pipeline(pipeline, task, order, search), blocks, fusion, pool)
    spec = with_repeats_beside(spec, Path(source), say)
    cohort = read_cohort(source, **roles, task=spec.task, more_follow=joins_files(spec))
    for line in described(cohort):
        say(line)
    warn_of_table(audit_cohort(settle_blocks(cohort, spec)[0]))
    return fit_model(cohort, spec, seed=seed, jobs=jobs, show_progress=show_progress, evaluated=result)


def score_source(
    model: Path,
    source: Path,
    mask: Path | None,
    *,
    label: str | None,
    clinical: Sequence[str],
    root: Path | None,
    jobs: int,
    site: str | None = None,
    show_progress: bool = False,
    grey_zone: Zone | None = None,
    reports: Reports = NO_REPORTS,
) -> Scored:
    """Score whatever ``source`` is: an image (with ``mask``), a manifest, a table or an extract folder.

    ``reports`` of an image are written.
    """
    if mask is None:
        reports.check_not_asked()
        check_is_scorable(model, source)
    elif site is not None:
        raise BadSetting(
            f"--site {site} names a column of a table or manifest, and an image has none. Give the site of the image by the "
            "column's name in training: --clinical NAME=VALUE."
        )
    if mask is not None:
        reports.check(source, mask)
    scorer = load_model(model, grey_zone=grey_zone)
    if mask is not None:
        chosen = int(label) if label is not None and label.lstrip("-").isdigit() else label
        region = scorer.score_region(source, mask, label=chosen, **clinical_values(clinical))
        reports.write(region)
        table = region.table
    elif source.is_dir() or not names_images(read_table(source).columns):
        table = scorer.score_table(source, site=site)
    else:
        table = scorer.score_manifest(source, jobs=jobs, root=root, show_progress=show_progress, site=site)
    return Scored(table, scorer.model)
