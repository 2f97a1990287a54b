"""What decides the numbers of an outer fold, in one digest: the name under which a finished fold is kept."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Sequence
from pathlib import Path

from radiobone.cohort.cohort import Cohort
from radiobone.core.files import content_digest, file_digest
from radiobone.core.provenance import code_digest, versions
from radiobone.evaluation.parts import listed
from radiobone.evaluation.spec import PipelineSpec
from radiobone.evaluation.splits import Split

FORMAT = 1
LEARNING_PARTS = ("core", "cohort", "selection", "models", "evaluation", "explain")
WORDS_ONLY = {"name", "title", "about"}


def fold_keys(cohort: Cohort, splits: Sequence[Split], spec: PipelineSpec, seed: int) -> list[str]:
    """Return a digest per fold of all that decides its numbers.

    These are features, classes, groups, sites, the fold's rows, the pipeline and the tables that its steps read, the seed, and the versions of Python, of the
    packages and of the code that learns. Names and titles decide nothing.
    """
    shared = {
        "format": FORMAT,
        "features": hashlib.sha256(cohort.X.to_numpy(dtype=float, copy=True).tobytes()).hexdigest(),
        "columns": [str(name) for name in cohort.X.columns],
        "rows": [str(name) for name in cohort.X.index],
        "target": cohort.y.tolist(),
        "groups": cohort.groups.tolist(),
        "patients": cohort.patient.tolist(),
        "derived": None if cohort.derived is None else cohort.derived.tolist(),
        "sites": None if cohort.site is None else cohort.site.tolist(),
        "clinical": list(cohort.clinical),
        "pipeline": spec.model_dump_json(
            exclude=WORDS_ONLY
        ),  # text: the order of a grid decides its candidates
        "tables": [
            _digest(table) for _, step in spec.keyed_steps for table in listed(step.params.get("table"))
        ],
        "seed": seed,
        "versions": versions(),
        "machine": [platform.system(), platform.machine()],
        "code": code_digest(LEARNING_PARTS),
    }
    common = content_digest(shared)
    return [
        content_digest([common, one.repeat, one.fold, one.train.tolist(), one.test.tolist()])
        for one in splits
    ]


def _digest(table: object) -> str | None:
    """Digest of a file that a step reads, whose name alone says nothing; None where there is none."""
    path = None if table is None else Path(str(table))
    return file_digest(path) if path is not None and path.is_file() else None
