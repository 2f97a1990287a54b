"""What is told beside a result is resumed too: the ablation table and the bootstrap go on where they were stopped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from radiobone.core.interruption import Interrupted
from radiobone.evaluation import pipeline_optimism
from radiobone.evaluation.blocks import ablation
from radiobone.workflow.evaluate_table import evaluate_table

SPEC = {
    "steps": ["impute", "scale"],
    "models": [{"lr": {"C": [0.1, 1.0]}}],
    "outer": {"folds": 2, "repeats": 1},
    "inner": {"folds": 2},
}
ROLES = {"pipeline": SPEC, "target": "y", "show_progress": False, "seed": 5}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Write a table of two blocks."""
    rng = np.random.default_rng(0)
    y = np.arange(40) % 2
    table = pd.DataFrame(rng.normal(size=(40, 4)) + 0.8 * y[:, np.newaxis], columns=["a1", "a2", "b1", "b2"])
    table.insert(0, "y", y)
    table.insert(0, "patient_id", [f"secret{number:02d}" for number in range(40)])
    table.to_csv(tmp_path / "t.csv", index=False)
    return tmp_path / "t.csv"


class Counter:
    """Calls a function, counts the calls, and stops like Ctrl-C before the call after ``stop``."""

    def __init__(self, work: Callable[..., Any], stop: int | None = None) -> None:
        self.work, self.stop, self.n_done = work, stop, 0

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.n_done == self.stop:
            raise KeyboardInterrupt
        self.n_done += 1
        return self.work(*args, **kwargs)


def stopped_and_resumed(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, run: Callable[[], None], *, after: int
) -> tuple[str, int]:
    """Return what the interruption says, and how many calls the second run makes."""
    work = getattr(module, name)
    monkeypatch.setattr(module, name, Counter(work, stop=after))
    with pytest.raises(Interrupted) as stop:
        run()
    resumed = Counter(work)
    monkeypatch.setattr(module, name, resumed)
    run()
    monkeypatch.setattr(module, name, work)
    return str(stop.value), resumed.n_done


def test_the_ablation_table_is_resumed(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(out: str = "out") -> None:
        blocks = ["first=a*", "second=b*"]
        evaluate_table(path, tmp_path / out, blocks=blocks, ablation=True, baseline="a1", **ROLES)  # type: ignore[arg-type]

    told, n_done = stopped_and_resumed(monkeypatch, ablation, "fit_fold", run, after=7)
    assert told.startswith("Ablation table: 7 of 10 folds kept"), told
    assert n_done == 3
    run("whole")
    for name in ("ablation.json", "ablation.csv", "metrics.json"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert not any(b"secret" in file.read_bytes() for file in (tmp_path / "out").glob("fold_cache/**/*.json"))


def test_the_bootstrap_is_resumed(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(out: str = "out") -> None:
        evaluate_table(path, tmp_path / out, bootstrap_optimism=12, **ROLES)  # type: ignore[arg-type]

    told, n_done = stopped_and_resumed(monkeypatch, pipeline_optimism, "_fit_predict", run, after=9)
    assert told.startswith("Bootstrap optimism: 9 of 13 fits kept"), told
    assert n_done == 4
    run("whole")
    written = [(tmp_path / out / "metrics.json").read_bytes() for out in ("out", "whole")]
    assert b'"bootstrap_optimism"' in written[0]
    assert written[0] == written[1]
