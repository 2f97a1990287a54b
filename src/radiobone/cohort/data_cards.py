"""The data cards that come with the package, by name."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from pathlib import Path

from radiobone.cohort.data_card import DataCard
from radiobone.core.errors import BadConfig
from radiobone.core.near_names import nearest
from radiobone.core.settings import parse_yaml, read_yaml, validate


@lru_cache(maxsize=1)
def list_cards() -> dict[str, DataCard]:
    """Return all cards by name."""
    folder = resources.files("radiobone").joinpath("data_cards")
    found = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".yaml")), key=lambda e: e.name
    )
    return {
        entry.name.removesuffix(".yaml"): parse_card(entry.read_text(encoding="utf-8"), entry.name)
        for entry in found
    }


def parse_card(text: str, source: str) -> DataCard:
    """Read a card from YAML.

    Raises
    ------
    BadConfig, BadSetting
        What is wrong with it.
    """
    return validate(DataCard, parse_yaml(text, source=source), source=source)


def load_card(name: str | Path) -> DataCard:
    """Return the card of a name, or of a user's own YAML file.

    Raises
    ------
    BadConfig
        If there is none of that name. And the errors of reading a file.
    """
    cards = list_cards()
    if str(name) in cards:
        return cards[str(name)]
    path = Path(name)
    if path.suffix.lower() in {".yaml", ".yml"}:
        return validate(DataCard, read_yaml(path), source=path.name)
    near = nearest(str(name), cards)
    meant = f"Did you mean '{near[0]}'? " if near else ""
    raise BadConfig(
        f"No data card '{name}'. {meant}There are: {', '.join(cards)}. A card of your own is named by its YAML file."
    )


def card_text(name: str) -> str:
    """Return the YAML of a card that comes with the package.

    Raises
    ------
    BadConfig
        If there is none of that name.
    """
    card = load_card(name)
    return (
        resources.files("radiobone").joinpath("data_cards", f"{card.name}.yaml").read_text(encoding="utf-8")
    )
