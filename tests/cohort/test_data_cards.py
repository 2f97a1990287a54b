"""Every card is whole, says what it must, and is on the page."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from radiobone.cohort.data_card import FACTS, FOR_THE_AUTHOR, DataCard
from radiobone.cohort.data_cards import card_text, list_cards, load_card, parse_card
from radiobone.core.data_layouts import NoLoader
from radiobone.core.errors import BadConfig, BadSetting, FileMissing

CARDS = list_cards()
OF_THE_FIELD = {
    "dexsit",
    "xsitray",
    "lim2021",
    "hsieh2021",
    "okx",
    "kaggle_osteoporosis",
    "wani_arora",
    "multiclass_knee",
    "oct_and_chest_xray",
    "mros",
    "soft_tissue_sarcoma",
    "ibsi_phantoms",
    "totalsegmentator_example",
    "radmlbench",
}


def test_every_data_set_of_the_field_has_its_card() -> None:
    assert set(CARDS) >= OF_THE_FIELD


@pytest.mark.parametrize("name", CARDS)
def test_a_card_is_whole(name: str) -> None:
    card = load_card(name)
    assert card.name == name
    assert card.faults
    assert not card.open_questions
    assert all(one.doi or one.url for one in card.citation)
    assert DataCard.model_validate(card.model_dump(mode="json")) == card
    assert card.about in card_text(name) or card.about.split(";")[0][:40] in card_text(name)


@pytest.mark.parametrize("name", CARDS)
def test_a_card_says_of_every_fact_how_far_it_was_looked_up(name: str) -> None:
    assert sorted(fact for one in CARDS[name].checked for fact in one.of) == sorted(FACTS)


@pytest.mark.parametrize("name", CARDS)
def test_only_what_is_on_application_has_no_loader(name: str) -> None:
    card = CARDS[name]
    assert isinstance(card.layout, NoLoader) == (card.access.kind == "registration")


def test_counts_that_are_known_stand_in_the_cards() -> None:
    assert [one.images for one in CARDS["wani_arora"].classes] == [36, 154, 49]
    assert [one.images for one in CARDS["multiclass_knee"].classes] == [780, 374, 793]
    assert (CARDS["okx"].images, CARDS["kaggle_osteoporosis"].images) == (372, 744)
    assert {one.count for one in CARDS["dexsit"].disagreements[1].stated} == {126, 795}


def changed(**fields: object) -> str:
    content = yaml.safe_load(card_text("okx"))
    return yaml.safe_dump(content | fields)


@pytest.mark.parametrize(
    ("fields", "error", "told"),
    [
        ({"images": 371}, BadSetting, "add up to 372"),
        ({"licence": ""}, BadSetting, "licence"),
        ({"licens": "MIT"}, BadConfig, "Did you mean 'licence'"),
        ({"modality": ["xray"]}, BadSetting, "modality"),
        ({"classes": [{"name": "a"}, {"name": "a"}]}, BadSetting, "two classes have one name"),
        ({"layout": {"kind": "folders"}}, BadSetting, "layout"),
        ({"checked": [{"of": ["counts"], "by": "third party"}]}, BadSetting, "third party needs it"),
        ({"checked": [{"of": ["counts"], "by": "not checked", "where": "x"}]}, BadSetting, "has none"),
        (
            {"checked": [{"of": ["counts"], "by": "not checked"}, {"of": ["counts"], "by": "not checked"}]},
            BadSetting,
            "counts twice",
        ),
        (
            {
                "disagreements": [
                    {"of": "images", "stated": [{"count": 3, "source": "a"}, {"count": 3, "source": "b"}]}
                ]
            },
            BadSetting,
            "agree",
        ),
    ],
)
def test_a_card_with_a_fault_is_refused_by_name(fields: dict, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        parse_card(changed(**fields), "okx.yaml")


def test_open_questions_are_named() -> None:
    card = parse_card(changed(licence=f"{FOR_THE_AUTHOR} who may use it"), "okx.yaml")
    assert card.open_questions == ("licence",)


def test_a_card_is_found_by_name_or_file(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(changed(name="own"), encoding="utf-8")
    assert load_card(own).name == "own"
    with pytest.raises(BadConfig, match="Did you mean 'wani_arora'"):
        load_card("wani_arrora")
    with pytest.raises(FileMissing):
        load_card(tmp_path / "none.yaml")
