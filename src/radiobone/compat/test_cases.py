"""pyradiomics' test cases, found where the user has them; nothing is downloaded."""

from __future__ import annotations

import tempfile
from pathlib import Path

from radiobone.compat.errors import as_pyradiomics
from radiobone.core.errors import BadSetting, FileMissing

testCases = (
    "brain1", "brain2", "breast1", "lung1", "lung2", "test_wavelet_64x64x64", "test_wavelet_37x37x37",
)  # fmt: skip
SOURCE = "https://github.com/Radiomics/pyradiomics/releases/download/v1.0/"


def getTestCase(testCase: str, dataDirectory: str | Path | None = None) -> tuple[str, str]:
    """Return the files of image and mask of a test case.

    Parameters
    ----------
    testCase : str
        One of ``testCases``, or with ``_2D`` at its end for the mask of one slice.
    dataDirectory : path, optional
        Where ``<case>_image.nrrd`` and ``<case>_label.nrrd`` lie, itself or in its folder ``data``; default: the
        folder where pyradiomics keeps what it has downloaded.

    Raises
    ------
    BadSetting
        For a case that there is not.
    FileMissing
        If a file is not there. pyradiomics would download it.
    """
    case = testCase.lower()
    flat = case.endswith("_2d")
    case = case.removesuffix("_2d")
    folder = (
        Path(tempfile.gettempdir(), "pyradiomics", "data") if dataDirectory is None else Path(dataDirectory)
    )
    with as_pyradiomics():
        if case not in testCases:
            raise BadSetting(f"There is no test case {testCase!r}. There are {', '.join(testCases)}.")
        return _found(folder, f"{case}_image.nrrd"), _found(
            folder, f"{case}_label{'_2D' if flat else ''}.nrrd"
        )


def _found(folder: Path, name: str) -> str:
    for path in (folder / name, folder / "data" / name):
        if path.is_file():
            return str(path)
    raise FileMissing(
        f"No test case at {folder / name}, and radiobone downloads nothing. Get {SOURCE}{name} and put it there, or "
        "name the folder where it lies: getTestCase(case, folder)."
    )
