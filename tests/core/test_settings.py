"""YAML is read strictly, and settings refuse what they do not know."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field, model_validator

from radiobone.core.errors import BadConfig, BadSetting
from radiobone.core.settings import Settings, parse_yaml, read_yaml, validate


class Inner(Settings):
    width_hu: float = Field(default=25.0, gt=0)


class Outer(Settings):
    name: str
    bins: Inner = Inner()


def test_nested_settings_are_read() -> None:
    settings = validate(Outer, parse_yaml("name: a\nbins:\n  width_hu: 10\n"), source="s.yaml")
    assert settings.bins.width_hu == 10


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: a\nname: b\n", "'name' is given twice"),
        ("name: a\nbins: {width_hu: 1, width_hu: 2}\n", "'width_hu' is given twice"),
        ("- a\n- b\n", "must hold 'key: value' lines"),
        ("name: [a\n", "not valid YAML"),
        ("? [a, b]\n: c\n", "cannot be a key"),
        ("name: &x a\nother: *x\n", "aliases"),
        ("name: !!python/object/apply:os.system ['true']\n", "not valid YAML"),
    ],
)
def test_doubtful_yaml_is_refused(text: str, message: str) -> None:
    with pytest.raises(BadConfig, match=message):
        parse_yaml(text)


def test_an_unknown_key_names_the_known_ones() -> None:
    with pytest.raises(
        BadConfig,
        match=r"'bins\.widht_hu' is not a known key\. Did you mean .width_hu.\? Known here: width_hu",
    ):
        validate(Outer, {"name": "a", "bins": {"widht_hu": 1}}, source="s.yaml")


def test_a_wrong_value_is_shown() -> None:
    with pytest.raises(BadSetting, match=r"'bins\.width_hu' = -1"):
        validate(Outer, {"name": "a", "bins": {"width_hu": -1}}, source="s.yaml")


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Outer(name="a").name = "b"  # type: ignore[misc]


def test_yaml_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_bytes("name: Köln\n".encode("latin-1"))
    with pytest.raises(BadConfig, match="not UTF-8"):
        read_yaml(path)


class Choice(Settings):
    kind: Literal["wide"] = "wide"
    width_hu: float = Field(default=25.0, gt=0)


class Count(Settings):
    kind: Literal["count"] = "count"
    n_bins: int = Field(default=32, ge=2)


class Study(Settings):
    table: str
    positive: str | int | bool | None = None
    clinical: tuple[str, ...] = ()
    bins: Annotated[Choice | Count, Field(discriminator="kind")] = Choice()

    @model_validator(mode="after")
    def _table_is_a_table(self) -> Study:
        if self.table == "image.png":
            raise ValueError("a picture is no table")
        return self


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, r"s\.yaml: 'table' is missing\. Add it\."),
        ({"table": "image.png"}, r"s\.yaml: a picture is no table\."),
        ({"table": 3}, r"s\.yaml: 'table' = 3 must be text \(in quotes\)\."),
        ({"table": "t", "clinical": "age"}, r"s\.yaml: 'clinical' = 'age' must be a list\."),
        ({"table": "t", "clinical": ["a", 1]}, r"s\.yaml: 'clinical\.1' = 1 must be text"),
        (
            {"table": "t", "positive": [1]},
            r"'positive' = \[1\] must be text \(in quotes\) or a whole number or true or",
        ),
        (
            {"table": "t", "bins": {"kind": "round"}},
            r"'bins' = 'round' must be of the kind 'wide', 'count'\.",
        ),
        (
            {"table": "t", "bins": {"kind": "count", "n_bins": 1.5}},
            r"'bins\.n_bins' = 1\.5 must be a whole number\.",
        ),
        (
            {"table": "t", "bins": {"kind": "wide", "width_hu": 0}},
            r"'bins\.width_hu' = 0 must be more than 0",
        ),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_the_file(content: dict, message: str) -> None:
    with pytest.raises(BadSetting, match=message) as caught:
        validate(Study, content, source="s.yaml")
    for internal in ("Value error", "top level", "Input", "validation", "instance of", "Tuple", "tag"):
        assert internal not in str(caught.value)


def test_known_keys_are_those_of_the_kind_chosen() -> None:
    content = {"table": "t", "bins": {"kind": "count", "width_hu": 3}}
    with pytest.raises(BadConfig, match=r"'bins\.width_hu' is not a known key\. Known here: kind, n_bins\."):
        validate(Study, content, source="s.yaml")


def test_a_mistyped_key_is_named_before_the_one_that_is_missing_for_it() -> None:
    with pytest.raises(BadConfig, match=r"'tabel' is not a known key\. Did you mean 'table'\? Known here: "):
        validate(Study, {"tabel": "t"}, source="s.yaml")
