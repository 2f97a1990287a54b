"""All that a run leaves in its folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TIMES = ("created",)


def content(out: Path) -> dict[str, Any]:
    """Everything that a run leaves, as bytes; of the provenance all but its times; entries by their name and bytes."""
    found: dict[str, Any] = {}
    for path in sorted(out.rglob("*")):
        if path.is_file():
            name = str(path.relative_to(out))
            found[name] = path.read_bytes()
            if name == "provenance.json":
                record = json.loads(found[name])
                found[name] = {key: value for key, value in record.items() if key not in TIMES}
    return found
