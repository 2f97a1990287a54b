"""The page of measurements says what the registry says."""

from __future__ import annotations

from pathlib import Path

from radiobone.workflow.bone.words import measurement_table


def test_the_table_is_that_of_the_registry() -> None:
    page = (Path(__file__).parents[2] / "docs/bone.md").read_text(encoding="utf-8")
    assert measurement_table() in page
