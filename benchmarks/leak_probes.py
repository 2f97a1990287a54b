"""The default pipeline under the leak probes: null cohorts within their bands, a planted signal found and not overshot.

    python benchmarks/leak_probes.py --tools DIR [--seeds 40] [--jobs 2] [--minutes 8]

DIR holds leak_probes.py, whose cohorts and verdict these are. One evaluation takes half a minute or more and there are seven
cohorts: each finished one is kept in benchmarks/results/leak_probes.json, a run stops after so many minutes, and the next goes
on, the first seeds first. What was computed by other code is computed anew. The verdict is of the seeds that all cohorts have.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
from pathlib import Path
from types import ModuleType
from typing import Any

from joblib import Parallel, delayed

from radiobone.core.files import content_digest, read_json, write_json
from radiobone.core.provenance import code_digest
from radiobone.evaluation.spec import load_pipeline

HERE = Path(__file__).resolve().parent
ADAPTER = HERE.parent / "tests" / "helpers" / "leak_adapter.py"
RESULT = HERE / "results" / "leak_probes.json"
LEARNING_PARTS = ("core", "cohort", "selection", "models", "evaluation")
SIGNALS = {"signal n100": 100, "signal n200": 200}


def load_tool(folder: Path) -> ModuleType:
    return load_module(folder / "leak_probes.py")


def load_module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"{path.stem}_loaded", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def estimate(folder: Path, name: str, seed: int) -> float:
    tool, adapter = load_tool(folder), load_module(ADAPTER)
    if name in SIGNALS:
        X, y, *_ = tool.signal_cohort(seed, SIGNALS[name])
        return adapter.default_pipeline(X, y, seed=seed)
    X, y, groups = tool.NULLS[name](seed)
    return adapter.default_pipeline(X, y, groups=groups, seed=seed)


def verdict(tool: ModuleType, values: dict[str, dict[str, float]], n_seeds: int) -> list[dict[str, Any]]:
    """Let the tool judge, with what was computed taking the place of computing it."""
    known = {}
    for name in values:
        for seed in range(n_seeds):
            made = tool.signal_cohort(seed, SIGNALS[name]) if name in SIGNALS else tool.NULLS[name](seed)
            known[made[0].tobytes(), made[1].tobytes(), seed] = values[name][str(seed)]
    rows = tool.check(lambda X, y, groups=None, seed=0: known[X.tobytes(), y.tobytes(), seed], n_seeds)
    names = ("cohort", "truth", "mean", "half_interval", "sd", "band", "passed")
    return [dict(zip(names, [row[0], *map(float, row[1:-1]), bool(row[-1])], strict=True)) for row in rows]


def main() -> None:
    """Compute what is missing, then let the tool judge."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tools", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=8.0)
    wanted = parser.parse_args()
    tool = load_tool(wanted.tools)
    code = content_digest([code_digest(LEARNING_PARTS), load_pipeline("default").model_dump(mode="json")])
    kept = read_json(RESULT) if RESULT.is_file() else {}
    values = kept.get("values", {}) if kept.get("code") == code else {}
    names = [*tool.NULLS, *SIGNALS]
    values = {name: values.get(name, {}) for name in names}
    missing = [
        (name, seed) for seed in range(wanted.seeds) for name in names if str(seed) not in values[name]
    ]
    end = time.monotonic() + 60 * wanted.minutes
    with Parallel(n_jobs=wanted.jobs) as run:
        while missing and time.monotonic() < end:
            now, missing = missing[: wanted.jobs], missing[wanted.jobs :]
            aucs = run(delayed(estimate)(wanted.tools, name, seed) for name, seed in now)
            for (name, seed), auc in zip(now, aucs, strict=True):
                values[name][str(seed)] = auc
            write_json(RESULT, {"code": code, "values": values})
    done = next(
        (s for s in range(wanted.seeds) if any(str(s) not in values[name] for name in names)), wanted.seeds
    )
    judged = verdict(tool, values, done) if done > 1 else []
    for row in judged:
        print("pass" if row["passed"] else "FAIL", row)
    print(f"{done} of {wanted.seeds} seeds of all cohorts")
    write_json(RESULT, {"code": code, "n_seeds": done, "verdict": judged, "values": values})


if __name__ == "__main__":
    main()
