"""Figures and a plot of what was seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from scaling.watch import Watched

POINTS_KEPT = 120
PLACE, PLACE_END = "<!-- cohort-scale -->", "<!-- end of cohort-scale -->"
FEWEST_FOR_GROWTH = 1000  # regions: fewer are done while processes are still being started
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


def table(results: dict[str, Any]) -> list[str]:
    """Return the runs as a table in Markdown."""
    lines = [
        "| cohort | regions | time | CPU time per region | regions per s, by quarter | main process, MB | its growth, MB per 1,000 | largest worker, MB | "
        "after the last region | again, nothing to do | files | space |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, run in sorted(results.items(), key=lambda item: (item[0].split()[1], item[1]["cases"])):
        first, again = run["first"], run["again"]
        quarters = ", ".join(f"{rate:g}" for rate in first["rate_by_quarter"])
        growth = first["parent_mb_per_1000_cases"] if run["regions"] >= FEWEST_FOR_GROWTH else None
        lines.append(
            f"| {name} | {run['regions']:,} | {first['seconds']:.0f} s | {first['cpu_seconds'] / run['regions']:.2f} s | {quarters} | "
            f"{first['parent_peak_mb']:.0f} | {'–' if growth is None else f'{growth:.1f}'} | {first['worker_peak_mb']:.0f} | "
            f"{first['seconds_after_the_last_case']:.0f} s | {again['seconds']:.0f} s, {again['parent_peak_mb']:.0f} MB | "
            f"{run['output_files']:,} | {run['output_mb']:.0f} MB |"
        )
    return lines


def put_table(lines: list[str], page: Path) -> None:
    """Put the table in the place that a page has for it."""
    before, _, rest = page.read_text(encoding="utf-8").partition(f"{PLACE}\n")
    _, _, after = rest.partition(f"{PLACE_END}\n")
    page.write_text("\n".join([before + PLACE, *lines, PLACE_END, ""]) + after, encoding="utf-8")


def draw(results: dict[str, Any], path: Path) -> None:
    """Draw memory over time, a line for each run."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(1, 2, figsize=(9, 3.4), constrained_layout=True)
    titles = {"parent_mb": "main process", "workers_mb": "workers together"}
    for panel, (kind, title) in zip(panels, titles.items(), strict=True):
        for name, run in results.items():
            series = run["first"]["series"]
            alive = [place for place, megabytes in enumerate(series["parent_mb"]) if megabytes]
            share = [series["t_s"][place] / run["first"]["seconds"] for place in alive]
            panel.plot(share, [series[kind][place] for place in alive], label=name, linewidth=1.2)
        panel.set(title=title, xlabel="share of the run's time", ylabel="resident memory, MB", ylim=(0, None))
    panels[0].legend(frameon=False, fontsize=8)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    plt.close(figure)
