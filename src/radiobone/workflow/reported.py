"""What has a report: it is saved as a folder, from which the page is written."""

from __future__ import annotations

import base64
import io
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Mapping
from html import escape
from pathlib import Path

from matplotlib.figure import Figure

from radiobone.core.outputs import prepare_file
from radiobone.evaluation.estimate import Estimate
from radiobone.report.build import read_folder, write_report
from radiobone.report.drawings.registry import drawings_of, figure_of
from radiobone.report.measures import measure_titles

LEADING = {"binary": "roc", "ordinal": "classes", "number": "scatter"}
PICTURE_DPI = 80


class Reported(ABC):
    """A result that can be saved and reported."""

    @property
    @abstractmethod
    def metrics(self) -> Mapping[str, Estimate]:
        """Measures, each with ``mean``, ``low``, ``high``."""

    @property
    @abstractmethod
    def task(self) -> str:
        """``binary``, ``ordinal`` or ``number``."""

    @abstractmethod
    def save(self, folder: str | Path) -> Path:
        """Write everything that the report needs into ``folder``."""

    def report(self, path: str | Path) -> Path:
        """Write the HTML report, and return where it is.

        Parameters
        ----------
        path : path
            A file that ends in ``.html``, which is all that is written then; or a folder, which also gets
            everything that ``save`` writes.

        Raises
        ------
        OutputTaken
            If the folder holds results of another kind, or files of others that would be replaced.
        OutputNotWritable, DiskFull
        """
        target = Path(path)
        if target.suffix.lower() != ".html":
            return write_report(self.save(target))
        prepare_file(target, example="report.html")
        with tempfile.TemporaryDirectory() as folder:
            return write_report(self.save(folder), target)

    def figure(self, name: str) -> Figure:
        """Draw one figure of the report, such as ``roc``, to show or to save.

        Parameters
        ----------
        name : str
            Of the figure; ``figure_names`` lists them.

        Raises
        ------
        BadSetting
            If there is no such figure; the message names those that there are.
        """
        with tempfile.TemporaryDirectory() as folder:
            return figure_of(read_folder(self.save(folder)), name)

    def figure_names(self) -> list[str]:
        """List the figures that this result has."""
        with tempfile.TemporaryDirectory() as folder:
            data = read_folder(self.save(folder))
            return [one.name for one in drawings_of(data) if one.draw(data) is not None]

    @abstractmethod
    def in_brief(self) -> str:
        """Say the answer in a few lines."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.in_brief()})"

    def _repr_html_(self) -> str:
        """Show the answer, the leading figure and the measures with their intervals, in a notebook."""
        first, *others = (escape(line.strip()) for line in self.in_brief().splitlines())
        titles = measure_titles(self.task)
        rows = "".join(
            f"<tr><td>{escape(titles.get(name, name))}</td><td>{_shown(one.mean)}</td>"
            f"<td>{_shown(one.low)} to {_shown(one.high)}</td></tr>"
            for name, one in self.metrics.items()
        )
        head = "<tr><th>measure</th><th>value</th><th>95 % interval</th></tr>"
        more = "The whole report: <code>.report('report.html')</code>; one figure: <code>.figure('roc')</code>; their names: <code>.figure_names()</code>."
        return (
            f"<p>{'<br>'.join([f'<strong>{first}</strong>', *others])}</p>"
            f"<div style='display:flex;flex-wrap:wrap;gap:24px;align-items:flex-start'><table>{head}{rows}</table>{self._picture()}</div>"
            f"<p>{more.replace('roc', LEADING[self.task])}</p>"
        )

    def _picture(self) -> str:
        """Return the leading figure as an image; nothing where there is nothing to draw."""
        with tempfile.TemporaryDirectory() as folder:
            data = read_folder(self.save(folder))
        drawing = next(one for one in drawings_of(data) if one.name == LEADING[self.task])
        drawn = drawing.draw(data)
        if drawn is None:
            return ""
        buffer = io.BytesIO()
        drawn.figure.savefig(buffer, format="png", dpi=PICTURE_DPI)
        source = base64.b64encode(buffer.getvalue()).decode("ascii")
        return f"<img src='data:image/png;base64,{source}' alt='{escape(drawn.description)}' style='max-width:420px;width:100%'>"


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}" if abs(value) >= 10 else f"{value:.2f}"
