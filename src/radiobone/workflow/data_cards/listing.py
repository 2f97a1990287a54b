"""What ``radiobone cards`` prints."""

from __future__ import annotations

import json

from radiobone.cohort.data_cards import list_cards, load_card
from radiobone.workflow.data_cards.words import card_lines, list_lines, page


def asked_for(name: str | None, *, as_json: bool = False, as_markdown: bool = False) -> str:
    """Return all cards, or one, in the form that was asked for.

    Raises
    ------
    BadConfig
        If there is no card of that name.
    """
    if as_json:
        cards = list_cards().values() if name is None else [load_card(name)]
        plain = [card.model_dump(mode="json") for card in cards]
        return json.dumps(plain if name is None else plain[0], indent=1, ensure_ascii=False)
    if as_markdown:
        return page().rstrip("\n")
    return "\n".join(list_lines() if name is None else card_lines(load_card(name)))
