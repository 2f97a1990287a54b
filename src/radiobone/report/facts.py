"""What a result folder says, under the names that rules and the methods text ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from radiobone.evaluation.tasks.registry import TASKS
from radiobone.report.data import Record, ResultData


@dataclass(frozen=True, eq=False)
class Facts:
    """The facts of a result; whatever an older folder lacks is None or empty."""

    data: ResultData

    @property
    def metrics(self) -> Record:
        """``metrics.json``."""
        return self.data.metrics

    @property
    def task(self) -> str:
        """``binary``, ``ordinal`` or ``number``."""
        return str(self.metrics.get("task", "binary"))

    @property
    def pipeline(self) -> Record:
        """Settings of the pipeline."""
        found: Record = self.data.provenance.get("pipeline") or {}
        return found

    @cached_property
    def steps(self) -> tuple[Record, ...]:
        """Every step before the model, those of blocks too: ``name`` and ``params``."""
        blocks = (self.pipeline.get("blocks") or {}).values()
        own = [step for block in blocks for step in block.get("steps") or ()]
        return tuple(_step(one) for one in (*(self.pipeline.get("steps") or ()), *own))

    @property
    def step_names(self) -> frozenset[str]:
        """Names of the steps."""
        return frozenset(str(step["name"]) for step in self.steps)

    @cached_property
    def models(self) -> tuple[Record, ...]:
        """Every model family offered, those of blocks too."""
        blocks = (self.pipeline.get("blocks") or {}).values()
        own = [model for block in blocks for model in block.get("models") or ()]
        return tuple(_step(one) for one in (*(self.pipeline.get("models") or ()), *own))

    @property
    def is_searched(self) -> bool:
        """Whether the inner folds had a choice: several models, or several values of a setting."""
        blocks = list((self.pipeline.get("blocks") or {}).values())
        offered = [len(part.get("models") or ()) for part in (self.pipeline, *blocks)]
        values = [value for one in self.steps for value in one["params"].values()]
        values += [value for one in self.models for value in (one["params"] or self._space(one)).values()]
        return not self.models or max(offered) > 1 or any(_is_choice(value) for value in values)

    def _space(self, model: Record) -> Record:
        """Return what a family tries where the pipeline gives it no values of its own."""
        family = TASKS[self.task].models.get(str(model["name"]))
        return {} if family is None else {name: list(values) for name, values in family.space.items()}

    @property
    def outer(self) -> Record:
        """Outer folds: ``kind`` and what it needs."""
        found = self.pipeline.get("outer") or {}
        return {"kind": "kfold", **found} if isinstance(found, Mapping) else {"kind": str(found)}

    @property
    def extraction(self) -> Record:
        """Record of the extraction; empty for a table from elsewhere."""
        return self.data.extraction or {}

    @property
    def settings(self) -> Record:
        """Settings of the extraction; empty for a table from elsewhere."""
        found = self.extraction.get("settings")
        return found if isinstance(found, dict) else {}

    @property
    def acquisition(self) -> Record:
        """What DICOM headers say of how images and masks were made; empty if there were none."""
        found: Record = self.extraction.get("acquisition") or {}
        return found

    @property
    def ablation(self) -> Record | None:
        """``ablation.json``, if blocks of columns were compared."""
        return self.data.ablation

    @property
    def contrast(self) -> Record | None:
        """``contrast.json``, if the result was compared with an earlier one."""
        return self.data.contrast

    @cached_property
    def n_split_patients(self) -> int:
        """Patients with rows in more than one test part of a repeat."""
        table = self.data.predictions
        parts = table.groupby(["repeat", "patient_id"])["fold"].nunique()
        return int((parts > 1).sum())

    @property
    def finding_codes(self) -> frozenset[str]:
        """Codes of what the audit found."""
        return frozenset(str(one["code"]) for one in self.data.findings or ())

    def found(self, path: str) -> Any:
        """Look up a dotted path in ``metrics.json``; None if it is not there."""
        return dug(self.metrics, path)


def dug(content: Any, path: str) -> Any:
    """Follow a dotted path through nested mappings; None if it leads nowhere."""
    for part in path.split("."):
        if not isinstance(content, Mapping) or part not in content:
            return None
        content = content[part]
    return content


def _is_choice(value: Any) -> bool:
    return len(value) > 1 if isinstance(value, list) else isinstance(value, Mapping)


def _step(one: Any) -> Record:
    """Bring a stored step or model to ``name`` and ``params``."""
    if isinstance(one, str):
        return {"name": one, "params": {}}
    if "name" in one:
        return {"name": str(one["name"]), "params": one.get("params") or {}}
    name = str(next(iter(one)))
    return {"name": name, "params": one[name] or {}}
