"""What has a report: it is saved as a folder, from which the page is written."""

from __future__ import annotations

import tempfile
from abc import ABC, abstractmethod
from pathlib import Path

from radiobone.core.outputs import prepare_file
from radiobone.report.build import write_report


class Reported(ABC):
    """A result that can be saved and reported."""

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
