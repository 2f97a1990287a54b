"""The ablation table of arrays or data frames, in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from radiobone.cohort.readers import cohort_from_arrays
from radiobone.evaluation.blocks.ablation import ablate
from radiobone.evaluation.blocks.ablation_table import Ablation
from radiobone.evaluation.blocks.resolve import with_fusion
from radiobone.evaluation.spec import with_outer
from radiobone.evaluation.splits.file import SplitSource
from radiobone.workflow.pipelines import PipelineSource, SearchSource, TaskSource, resolve_pipeline


def ablation(
    X: Any,
    y: Any,
    groups: Any = None,
    sites: Any = None,
    clinical: Any = None,
    pipeline: PipelineSource = "default",
    seed: int = 0,
    jobs: int = 1,
    *,
    blocks: Mapping[str, Any] | None = None,
    fusion: str | Mapping[str, Any] | None = None,
    pool: str | Mapping[str, Any] | None = None,
    baseline: str | None = None,
    positive: Any = None,
    outer: str | Mapping[str, Any] | None = None,
    splits: SplitSource | None = None,
    show_progress: bool = True,
    search: SearchSource = None,
    task: TaskSource = None,
    order: str | Sequence[str] | None = None,
) -> Ablation:
    """Judge each block of columns alone, all together (early and late fusion), and one simple column.

    All on the same outer folds. Arguments as for ``evaluate``, and:

    Parameters
    ----------
    X, y, groups, sites, clinical, pipeline, seed, jobs, blocks, fusion, pool, positive, outer, splits, show_progress, search, task, order
        See ``evaluate``; models are compared by the AUC, of ordered classes by quadratic
        kappa, of numbers by R²; late fusion is of two classes alone. Without ``blocks``, the clinical
        columns are one block and all others another; ``"late-stack"`` for ``fusion`` combines by learned weights where
        blocks are fused late.
    baseline : str, optional
        The simple column; ``"none"`` for none. Default: the mean of the original image
        (``original_firstorder_Mean``), where ``X`` has it.

    Returns
    -------
    Ablation
        ``.table``, ``.differences``, ``.save(folder)``.

    Raises
    ------
    TableError, StudyError, SettingError
    """
    spec = with_fusion(
        with_outer(resolve_pipeline(pipeline, task, order, search), outer), blocks, fusion, pool
    )
    cohort = cohort_from_arrays(
        X, y, groups=groups, sites=sites, clinical=clinical, positive=positive, task=spec.task, any_order=True
    )
    return ablate(
        cohort, spec, baseline=baseline, seed=seed, jobs=jobs, show_progress=show_progress, splits=splits
    )
