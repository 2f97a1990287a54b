"""Models that a part of a model file holds in the form of their own library, looked at before the library reads them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

from radiobone.evaluation.built.boosters import check_booster
from radiobone.evaluation.built.catboost_trees import check_catboost
from radiobone.evaluation.built.unsound import Unsound

SCHEMA = "schema.json"
HELD: dict[str, tuple[str, str, Callable[[bytes], None]]] = {
    "Booster": ("handle", "BytearrayNode", check_booster),
    "CatBoostClassifier": ("__model", "BytesNode", check_catboost),
}
"""By class: where the bytes stand in its state, how skops calls them, and who checks them."""


def check_blobs(part: zipfile.ZipFile) -> None:
    """Check every model that stands in a part as bytes.

    Parameters
    ----------
    part : ZipFile
        As skops writes it; nothing of it is built.

    Raises
    ------
    Unsound
    """
    for node in _nodes(json.loads(part.read(SCHEMA))):
        name = node.get("__class__")
        if name not in HELD or node.get("__loader__") == "TypeNode":
            continue
        place, loader, check = HELD[name]
        held = _is(
            _is(_is(node, "ObjectNode").get("content"), "DictNode").get("content", {}).get(place), loader
        )
        if "file" not in held:
            raise Unsound(f"a {name} whose trees do not stand where they do in radiobone's files")
        check(part.read(held["file"]))


def _is(node: Any, loader: str) -> dict[str, Any]:
    """Return a node, or nothing if it is of another kind."""
    return node if isinstance(node, dict) and node.get("__loader__") == loader else {}


def _nodes(schema: Any) -> Iterator[dict[str, Any]]:
    coming = [schema]
    while coming:
        one = coming.pop()
        if isinstance(one, dict):
            yield one
            coming += one.values()
        elif isinstance(one, list):
            coming += one
