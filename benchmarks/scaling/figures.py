"""Figures and a plot of what was seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from scaling.watch import Watched

POINTS_KEPT = 120
SETTLED = (0.3, 0.95)  # share of the run between which memory is said to grow or not


def figures_of(seen: Watched, n_cases: int) -> dict[str, Any]:
    """Sum up one run."""
    done = np.interp(seen.t_s, *_done_over_time(seen, n_cases))
    last = max((t for t, n, of in seen.told if n >= of), default=seen.seconds)
    step = max(1, len(seen.t_s) // POINTS_KEPT)
    return {
        "seconds": round(seen.seconds, 1),
        "cpu_seconds": round(seen.cpu_s, 1),
        "cases_per_second": round(n_cases / seen.seconds, 2),
        "rate_by_quarter": _rates(seen, n_cases),
        "seconds_after_the_last_case": round(seen.seconds - last, 1),
        "parent_peak_mb": max(seen.parent_mb),
        "worker_peak_mb": seen.worker_peak_mb,
        "parent_mb_per_1000_cases": _slope(done, seen.parent_mb, n_cases),
        "workers_mb_per_1000_cases": _slope(done, seen.workers_mb, n_cases),
        "series": {
            "t_s": seen.t_s[::step],
            "parent_mb": seen.parent_mb[::step],
            "workers_mb": seen.workers_mb[::step],
            "done": [round(float(n)) for n in done[::step]],
        },
    }


def _done_over_time(seen: Watched, n_cases: int) -> tuple[list[float], list[float]]:
    told = [(t, n) for t, n, _ in seen.told] or [(seen.seconds, n_cases)]
    return [0.0, *(t for t, _ in told)], [0.0, *(float(n) for _, n in told)]


def _rates(seen: Watched, n_cases: int) -> list[float]:
    """Cases per second in each quarter of the cases."""
    times, done = _done_over_time(seen, n_cases)
    marks = np.interp(np.linspace(0, max(done), 5), done, times)
    return [round(max(done) / 4 / max(span, 1e-9), 2) for span in np.diff(marks)]


def _slope(done: Any, memory_mb: list[float], n_cases: int) -> float | None:
    """Growth of memory while the middle of the cases was worked on."""
    inside = (done > SETTLED[0] * n_cases) & (done < SETTLED[1] * n_cases)
    if inside.sum() < 5:
        return None
    return round(float(np.polyfit(done[inside], np.asarray(memory_mb)[inside], 1)[0] * 1000), 2)


def draw(results: dict[str, Any], path: Path) -> None:
    """Draw memory over the share of cases that are done, a line for each run."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(1, 2, figsize=(9, 3.4), constrained_layout=True)
    for panel, kind, title in zip(
        panels, ("parent_mb", "workers_mb"), ("main process", "workers together"), strict=True
    ):
        for name, run in results.items():
            series = run["first"]["series"]
            panel.plot(series["t_s"], series[kind], label=name, linewidth=1.2)
        panel.set(title=title, xlabel="time, s", ylabel="resident memory, MB", xscale="log", ylim=(0, None))
    panels[0].legend(frameon=False, fontsize=8)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    plt.close(figure)
