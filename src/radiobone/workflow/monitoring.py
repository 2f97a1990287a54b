"""What was found of a model in use: the verdict, its tables, its page and its files."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from radiobone.core.files import write_csv, write_json, write_text
from radiobone.core.folder_kinds import DRIFT_FILE, MONITOR_FILE, MONITOR_PAGE, MONITORING, WINDOWS_FILE
from radiobone.core.folders import prepare_folder_of
from radiobone.core.run_record import finish
from radiobone.evaluation.drift.limits import LEVELS
from radiobone.report.monitoring.page import monitoring_page


@dataclass(frozen=True, eq=False, repr=False)
class Monitoring:
    """What was found of new cases.

    Attributes
    ----------
    summary : dict
        Everything of ``monitor.json``: ``verdict`` (``level``: "fine", "too few", "watch" or "act"; ``sentence``;
        ``reasons``), ``drift``, ``cases``, ``kinds``, ``outcome``, ``model``, ``limits``.
    """

    summary: dict[str, Any]

    @property
    def level(self) -> str:
        """``fine``, ``too few``, ``watch`` or ``act``."""
        return str(self.summary["verdict"]["level"])

    @property
    def columns(self) -> pd.DataFrame:
        """One row for the prediction and for each feature: PSI, missing values, values outside the range, level."""
        return pd.DataFrame(self.summary["drift"]["columns"])

    @property
    def windows(self) -> pd.DataFrame:
        """One row for each window and column; empty without windows."""
        rows = [
            {"window": one["name"], "n_rows": one["n_rows"], "column": name, **values}
            for one in self.summary["drift"]["windows"]
            for name, values in one["columns"].items()
        ]
        return pd.DataFrame(rows)

    def at_least(self, level: str) -> bool:
        """Whether the verdict is as pressing as ``level``."""
        order = list(LEVELS)
        return order.index(self.summary["verdict"]["level"]) >= [str(one) for one in order].index(level)

    def __repr__(self) -> str:
        drift = self.summary["drift"]
        return f"Monitoring({self.summary['verdict']['sentence']} {drift['n_rows']} cases of {drift['n_patients']} patients)"

    def report(self, path: str | Path) -> Path:
        """Write the page."""
        target = Path(path)
        write_text(target, monitoring_page(self.summary))
        return target

    def save(self, folder: str | Path) -> Path:
        """Write ``monitor.json``, ``drift.csv``, ``windows.csv`` (where there are windows) and ``monitor.html``.

        Raises
        ------
        OutputTaken
            If it holds results of another kind.
        OutputNotWritable, DiskFull
        """
        where = prepare_folder_of(MONITORING, folder)
        write_csv(where / DRIFT_FILE, self.columns)
        if self.summary["drift"]["windows"]:
            write_csv(where / WINDOWS_FILE, self.windows)
        else:
            (where / WINDOWS_FILE).unlink(missing_ok=True)
        self.report(where / MONITOR_PAGE)
        write_json(where / MONITOR_FILE, self.summary)
        finish(where, MONITORING)
        return where


def plain_data(content: Any) -> Any:
    """Return plain data that JSON has: a number that is none becomes None."""
    if isinstance(content, dict):
        return {str(name): plain_data(value) for name, value in content.items()}
    if isinstance(content, list | tuple):
        return [plain_data(value) for value in content]
    if isinstance(content, np.generic):
        return plain_data(content.item())
    if isinstance(content, float) and not math.isfinite(content):
        return None
    return content
