"""YAML is read strictly, and settings refuse what they do not know."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import Field

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
    with pytest.raises(BadConfig, match=r"'bins\.widht_hu' is not a known key\. Known here: width_hu"):
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
