from __future__ import annotations

import pytest

from radiobone.core import provenance
from radiobone.core.provenance import package_version


def test_a_version_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(provenance, "version", lambda name: asked.append(name) or "1.2")
    package_version.cache_clear()
    assert [package_version("some"), package_version("some"), package_version("other")] == ["1.2"] * 3
    assert asked == ["some", "other"]
    package_version.cache_clear()
