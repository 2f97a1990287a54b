"""Fixtures that every test may use."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples for everyone, half as many; developers draw new ones. How long one takes says more of the machine than of the code.
settings.register_profile("ci", derandomize=True, max_examples=30, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("ci")

gc.set_threshold(
    50_000, 20, 100
)  # large libraries stay loaded all the time; looking through them takes a tenth of it

REPOSITORY = Path(__file__).resolve().parents[1]


def shared_data_folder() -> Path | None:
    """Folder of real data: ``RADIOBONE_SHARED_DATA``, or ``shared/data`` beside the checkout."""
    candidates = [os.environ.get("RADIOBONE_SHARED_DATA"), REPOSITORY.parent / "shared" / "data"]
    return next((Path(path) for path in candidates if path and Path(path).is_dir()), None)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real data, or skip."""
    folder = shared_data_folder()
    if folder is None:
        pytest.skip("the folder of real data (shared/data) is not beside the checkout")
    return folder
