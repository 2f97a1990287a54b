"""The lock has every package that pyproject.toml asks for, with hashes; the bill of materials has what is locked, and no copyleft."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK, SBOM = ROOT / "requirements" / "lock.txt", ROOT / "requirements" / "sbom.cdx.json"
PLATFORMS = ({"sys_platform": "linux", "platform_machine": "x86_64"}, {"sys_platform": "darwin", "platform_machine": "arm64"}, {"sys_platform": "win32", "platform_machine": "AMD64"})  # fmt: skip
PYTHONS = ("3.11", "3.12", "3.13")
COPYLEFT = re.compile(
    r"\b(?:A?GPL|LGPL|GNU|SSPL|EUPL|CECILL|OSL|CC-BY-SA|EPL|CDDL)\b|Affero|Lesser General", re.IGNORECASE
)
# Copyleft of single files, which are installed as they are: neither changed nor copied into this project.
BY_FILE = {"tqdm": "MPL-2.0"}
LINK = re.compile(r"https?://[\w.-]+(?:/[\w./~%#?=&:@+-]*)?")
REMAKE = "run python tools/lock.py"


@pytest.fixture(scope="module")
def locked() -> dict[str, list[Requirement]]:
    found: dict[str, list[Requirement]] = {}
    for line in LOCK.read_text("utf-8").splitlines():
        if line and line[0] not in "# ":
            one = Requirement(line.rstrip("\\ "))
            found.setdefault(canonicalize_name(one.name), []).append(one)
    return found


@pytest.fixture(scope="module")
def components() -> list[dict[str, Any]]:
    content = json.loads(SBOM.read_text("utf-8"))
    assert (content["bomFormat"], content["specVersion"]) == ("CycloneDX", "1.6")
    return list(content["components"])


def environments() -> list[dict[str, str]]:
    return [
        {**platform, "python_version": python, "python_full_version": f"{python}.9"}
        for python in PYTHONS
        for platform in PLATFORMS
    ]


def applies(requirement: Requirement, environment: dict[str, str]) -> bool:
    return requirement.marker is None or requirement.marker.evaluate(environment)


def test_the_lock_has_what_pyproject_asks_for_everywhere(locked: dict[str, list[Requirement]]) -> None:
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    for one in map(Requirement, asked):
        for environment in environments():
            if not applies(one, environment):
                continue
            pins = [pin for pin in locked.get(canonicalize_name(one.name), []) if applies(pin, environment)]
            assert len(pins) == 1, f"{one} has {len(pins)} pins for {environment}: {REMAKE}"
            version = next(iter(pins[0].specifier)).version
            assert one.specifier.contains(version), f"{one} is locked at {version}: {REMAKE}"


def test_every_pin_is_exact_and_has_hashes() -> None:
    text = LOCK.read_text("utf-8")
    blocks = re.split(r"\n(?=[a-z0-9])", text[text.index("\nannotated") + 1 :], flags=re.IGNORECASE)
    assert len(blocks) > 40
    for block in blocks:
        assert re.match(r"[\w.-]+==[\w.!+]+( ;.*)? \\\n", block), block[:80]
        assert re.fullmatch(r"(\s+--hash=sha256:[0-9a-f]{64}( \\)?\n?)+", block.split("\n", 1)[1]), block[:80]


def test_nothing_tells_where_it_was_made() -> None:
    for path in (LOCK, SBOM):
        text = path.read_text("utf-8")
        assert not re.search(
            r"file:|/(?:tmp|home|opt|root|Users)/|localhost|127\.0|--(?:extra-)?index-url|--find-links", text
        ), path


def test_the_bill_has_what_the_lock_installs_on_linux(
    locked: dict[str, list[Requirement]], components: list[dict[str, Any]]
) -> None:
    environment = environments()[0] | {
        "platform_system": "Linux",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    expected = {
        name: next(iter(pin.specifier)).version
        for name, pins in locked.items()
        for pin in pins
        if applies(pin, environment)
    }
    assert {canonicalize_name(one["name"]): one["version"] for one in components} == expected
    assert all(
        one["purl"] == f"pkg:pypi/{canonicalize_name(one['name'])}@{one['version']}" for one in components
    )


def test_every_licence_is_told_and_none_is_copyleft(components: list[dict[str, Any]]) -> None:
    for one in components:
        told = " ".join(
            entry.get("expression") or entry["license"].get("id") or entry["license"].get("name", "")
            for entry in one.get("licenses", [])
        )
        assert told, f"{one['name']} tells no licence: look it up, and add it to tools/lock.py"
        assert not COPYLEFT.search(told), f"{one['name']}: {told}"
        assert ("MPL" in told) == (one["name"] in BY_FILE), f"{one['name']}: {told}"


def test_the_bill_is_valid(components: list[dict[str, Any]]) -> None:
    assert components
    content = json.loads(SBOM.read_text("utf-8"))
    for one in content["components"][3:]:  # the schema takes a second for 50 addresses
        assert all(LINK.fullmatch(link["url"]) for link in one.pop("externalReferences", []))
    text = json.dumps(content)
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(text) is None
    assert validator.validate_str(text.replace('"library"', '"libary"', 1)) is not None
