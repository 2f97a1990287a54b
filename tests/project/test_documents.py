"""What the documents name is there, and what users paste is what is tested."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def command(name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n```bash\n(.+?)\n```\n<!-- end -->", README, re.DOTALL)
    assert found, f"README.md has no {name}"
    return found.group(1)


def test_the_two_commands_set_everything_up() -> None:
    for name, ending in (
        ("demo-command", "radiobone demo -o radiobone-demo"),
        ("test-command", '-m "not slow"'),
    ):
        pasted = command(name)
        assert "\n" not in pasted
        assert pasted.startswith("python3 -m venv ")
        assert "pip install" in pasted
        assert pasted.endswith(ending)


@pytest.mark.parametrize(
    "document", sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").glob("*.md")), ids=lambda p: p.name
)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_places_named_for_contributors_exist() -> None:
    for folder in re.findall(r"`src/radiobone/([\w/]+)/<", CONTRIBUTING):
        assert (ROOT / "src" / "radiobone" / folder).is_dir(), folder
    for registry in re.findall(r"`([\w/]+/registry\.py)`", CONTRIBUTING):
        assert (ROOT / "src" / "radiobone" / registry).is_file(), registry


def test_the_pictures_are_there() -> None:
    for picture in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README):
        assert (ROOT / picture).stat().st_size > 10_000


@pytest.mark.parametrize("study", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda path: path.name)
def test_a_study_whose_data_are_elsewhere_says_so_first(study: Path) -> None:
    text = study.read_text(encoding="utf-8")
    source = re.search(r"^(?:manifest|table): (\S+)$", text, re.MULTILINE)
    assert source
    inside = (study.parent / source[1]).resolve().is_relative_to(ROOT)
    head = text[: source.start()]
    assert inside or ("not part of this repository" in head and "doi 10." in head)
    assert inside or "radiobone demo" in head


def test_the_readme_shows_a_study_that_works_for_all() -> None:
    assert "radiobone run radiobone-demo/study.yaml" in README
    assert "not part of this repository" in README
