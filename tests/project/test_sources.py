"""Whatever is from the literature says where from: a DOI in valid form, or why there is none."""

from __future__ import annotations

import re

import pytest

from radiobone.cohort.data_cards import list_cards
from radiobone.core.errors import BadSetting
from radiobone.core.settings import parse_yaml, validate
from radiobone.features.bone import density, genant, psoas, thresholds
from radiobone.features.bone.registry import MEASUREMENTS
from radiobone.report.methods.references import references, study_keys
from radiobone.report.methods.sources import BONE
from radiobone.workflow.recipes.catalogue import load_recipe, recipe_names, recipe_text
from radiobone.workflow.recipes.schema import Recipe

DOI = re.compile(r"10\.\d{4,9}/[^\s,;:]+[^\s,;:.()]")
WITHOUT = re.compile(r"\(no DOI: [^)]{10,}\)")
BONE_SOURCES = {
    **{name: one.source for name, one in MEASUREMENTS.items()},
    "genant": genant.SOURCE,
    "thresholds": thresholds.SOURCE,
    "psoas": psoas.SOURCE,
    "density": density.SOURCE,
}
OWN_COLUMNS = {"psoas": tuple(psoas.UNITS), "density": ("trabecular_density_mg_cm3",)}


def plain(text: str) -> str:
    """Return letters and digits alone, so that a hyphen more or less does not matter."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def dois(text: str) -> set[str]:
    return set(DOI.findall(text))


@pytest.mark.parametrize("name", recipe_names())
def test_a_recipe_cites_its_study_as_the_references_do(name: str) -> None:
    recipe, reference = load_recipe(name), references()[name].fields
    assert (recipe.doi is None) == bool(recipe.no_doi)
    assert recipe.doi is None or DOI.fullmatch(recipe.doi)
    assert reference.get("doi") == recipe.doi
    assert (
        recipe.doi or reference["url"].removeprefix("https://www.").removeprefix("https://") in recipe.no_doi
    )
    assert reference["year"] == str(recipe.year)
    assert f"{recipe.year}" in recipe.citation
    assert plain(reference["title"]) in plain(recipe.citation)
    first = reference["author"].split(" and ")[0].split(",")[0]
    assert recipe.citation.startswith(first)
    assert "pages" not in reference or reference["pages"].split("–")[0] in recipe.citation


@pytest.mark.parametrize(
    ("name", "changed", "told"),
    [
        ("hussain2019_dxa_plrf", {"no_doi": ""}, "why there is no DOI"),
        ("xie2022_nomogram", {"no_doi": "forgotten"}, "why there is no DOI"),
        ("xie2022_nomogram", {"doi": "https://doi.org/10.1186/s12880-022-00868-5"}, "doi"),
        ("xie2022_nomogram", {"read": ""}, "read"),
    ],
)
def test_a_recipe_that_hides_its_source_is_refused(name: str, changed: dict[str, str], told: str) -> None:
    with pytest.raises(BadSetting, match=told):
        validate(Recipe, parse_yaml(recipe_text(name)) | changed, source="recipe")


def test_every_recipe_and_no_other_is_among_the_studies() -> None:
    assert study_keys() == set(recipe_names())


@pytest.mark.parametrize("name", recipe_names())
def test_a_setting_that_counts_as_reported_names_what_was_read(name: str) -> None:
    recipe = load_recipe(name)
    for path, mark in recipe.marks.items():
        if mark.kind == "reported":
            assert re.search(r"abstract|article|arXiv 2510\.00061|radiographs are 2D|WHO", mark.note), path


@pytest.mark.parametrize("name", BONE_SOURCES)
def test_a_measurement_of_bone_has_a_doi_or_says_why_not(name: str) -> None:
    source = BONE_SOURCES[name]
    assert bool(dois(source)) != bool(WITHOUT.search(source)), source
    assert source.count("doi ") == len(dois(source))


def test_the_references_of_bone_are_those_of_the_measurements() -> None:
    units = {**{name: tuple(one.units) for name, one in MEASUREMENTS.items()}, **OWN_COLUMNS}
    assert {name: one.columns for name, one in BONE.items()} == units
    for name, one in BONE.items():
        cited = {references()[key].fields.get("doi") for key in re.findall(r"@(\w+)", one.words)} - {None}
        assert cited <= dois(BONE_SOURCES[name]), name
        assert cited or WITHOUT.search(BONE_SOURCES[name]) or name == "volume"


@pytest.mark.parametrize("name", list_cards())
def test_a_card_cites_by_doi_or_address(name: str) -> None:
    for one in list_cards()[name].citation:
        assert one.doi or one.url.startswith("https://"), one.text
        assert not one.doi or DOI.fullmatch(one.doi), one.doi
