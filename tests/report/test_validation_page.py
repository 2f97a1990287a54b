"""The page of a validation: its numbers, what it says of recalibration, and that hostile names stay text."""

from __future__ import annotations

import json
import re
from functools import reduce

import pytest

from radiobone.report.build import write_report

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def folder(validation_folder):
    return validation_folder


def test_every_traced_number_is_in_metrics_json(folder):
    page, metrics = (folder / "report.html").read_text(), json.loads((folder / "metrics.json").read_text())
    traced = re.findall(r'data-key="([^"]+)" value="([^"]+)"', page)
    assert len(traced) > 60
    for key, value in traced:
        assert float(value) == reduce(lambda part, name: part[name], key.split("."), metrics), key


def test_it_says_what_used_the_labels(folder):
    page = (folder / "report.html").read_text()
    assert "Uses the labels of this cohort" in page
    assert "Intercept refitted*" in page
    assert "favour the new model" in page
    assert "carries no figure of nested cross-validation" in page


def test_names_stay_text_and_nothing_is_loaded(folder):
    page = (folder / "report.html").read_text()
    assert HOSTILE not in page
    assert "<b>frail" not in page
    assert not re.search(r'(src|href)="https?://', page)


def test_the_report_is_made_again_from_the_folder(folder, tmp_path):
    again = write_report(folder, tmp_path / "again.html")
    assert again.read_text() == (folder / "report.html").read_text()
