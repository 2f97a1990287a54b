"""Nested cross-validation on a dask cluster gives the same bytes, though a worker is killed half-way."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dask_cluster import local_cluster
from radiobone.core.cluster import on_cluster
from radiobone.core.folder_kinds import FOLD_CACHE
from radiobone.workflow.evaluate_table import evaluate_table

PIPELINE = {
    "name": "quick",
    "title": "For tests",
    "steps": ["impute", "constant", "scale", {"mannwhitney": {"max_features": 4}}],
    "models": ["lr"],
    "outer": {"folds": 5, "repeats": 2},
    "inner": {"folds": 2},
}


def planted_table(path: Path, n: int = 80) -> Path:
    rng = np.random.default_rng(0)
    target = np.arange(n) % 2
    values = rng.normal(size=(n, 20))
    values[:, 0] += target
    table = pd.DataFrame(values, columns=[f"original_firstorder_F{i}" for i in range(20)])
    table.insert(0, "Target", target)
    table.insert(0, "ID", [f"p{i:03d}" for i in range(n)])
    table.to_csv(path, index=False)
    return path


def folds_kept(output: Path) -> int:
    return len(list((output / FOLD_CACHE).glob("??/[!.]*.json")))


@pytest.mark.slow
def test_nested_cross_validation_loses_nothing_with_a_worker(tmp_path: Path) -> None:
    table = planted_table(tmp_path / "table.csv")
    asked = {"target": "Target", "id": "ID", "pipeline": PIPELINE, "show_progress": False}
    local, output = tmp_path / "local", tmp_path / "out"
    evaluate_table(table, local, **asked)
    killed_at: list[int] = []
    with local_cluster(tmp_path) as cluster, on_cluster(cluster.file, output=output, show=False) as found:

        def kill_half_way() -> None:
            while folds_kept(output) < 2:
                time.sleep(0.005)
            os.kill(cluster.workers[0].pid, signal.SIGKILL)
            killed_at.append(folds_kept(output))

        while found.n_workers() < 2:
            pass
        threading.Thread(target=kill_half_way, daemon=True).start()
        evaluate_table(table, output, **asked)
        assert cluster.workers[0].wait() == -signal.SIGKILL
        assert cluster.workers[1].poll() is None
    assert 2 <= killed_at[0] < 10 == folds_kept(output)
    for name in ("metrics.json", "predictions.parquet", "selected.parquet", "splits.json", "shap.parquet"):
        assert ((local / name).is_file(), name) == ((output / name).is_file(), name)
        if (local / name).is_file():
            assert (local / name).read_bytes() == (output / name).read_bytes(), name
