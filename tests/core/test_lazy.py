"""What is imported lazily is not there before it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

from radiobone.core.lazy import lazily


def test_a_module_is_imported_at_first_use() -> None:
    code = (
        "import sys; from radiobone.core.lazy import lazily; tables = lazily('colorsys');"
        "assert 'colorsys' not in sys.modules; print(tables.rgb_to_hsv(0, 0, 0), 'colorsys' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "(0.0, 0.0, 0) True"


def test_what_is_missing_is_named() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        _ = lazily("math").nonsense
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        _ = lazily("no_such_module").anything


def test_extraction_of_one_image_starts_without_what_it_does_not_need() -> None:
    code = (
        "import sys; import radiobone; radiobone.extract_features;"
        "print(sorted({'pandas', 'pyarrow', 'pydicom', 'scipy.linalg', 'scipy.ndimage', 'scipy.optimize', 'sklearn', "
        "'matplotlib', 'radiobone.features.maps.engine', 'radiobone.features.ibsi.engine'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
