"""Remake requirements/lock.txt (every version with its hashes) and requirements/sbom.cdx.json (what they are, and their licences).

    python tools/lock.py

makes throw-away environments with uv and cyclonedx-bom, takes the newest versions that pyproject.toml allows from PyPI, installs
them from the lock with --require-hashes, and lists what was installed. Look at the difference before you commit it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCK, SBOM = ROOT / "requirements" / "lock.txt", ROOT / "requirements" / "sbom.cdx.json"
OLDEST_PYTHON = "3.11"
TOOLS = ("uv", "cyclonedx-bom")
HEAD = f"""\
# The packages that radiobone needs at run time, for Python {OLDEST_PYTHON} and later on Linux, macOS and Windows, each with the hashes of
# its files. Made from pyproject.toml by tools/lock.py; do not edit. To install:
#
#     pip install --require-hashes -r requirements/lock.txt
#     pip install --no-deps radiobone
"""
# Licences that the packages' metadata tell in no form that is read: catboost in words ("Apache License, Version 2.0"), skops by its
# LICENSE file alone.
LICENCES = {"catboost": "Apache-2.0", "skops": "MIT"}


def run(*words: object) -> None:
    """Run a program; its failure is ours."""
    subprocess.run([str(word) for word in words], check=True)


def environment(folder: Path) -> Path:
    """Make a virtual environment and return its Python."""
    venv.create(folder, with_pip=True)
    return folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"


def lock(python: Path) -> str:
    """Resolve pyproject.toml for every Python and platform at once."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "lock.txt"
        options = (
            "--universal",
            "--python-version",
            OLDEST_PYTHON,
            "--generate-hashes",
            "--no-header",
            "--no-annotate",
            "--quiet",
        )
        where = ("--default-index", "https://pypi.org/simple", "--no-emit-index-url", "--no-emit-find-links")
        run(python, "-m", "uv", "pip", "compile", ROOT / "pyproject.toml", *options, *where, "-o", made)
        return HEAD + made.read_text(encoding="utf-8")


def bill(python: Path, listed: Path) -> dict[str, Any]:
    """List what is installed beside another Python, as CycloneDX."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "sbom.json"
        options = (
            "--pyproject",
            ROOT / "pyproject.toml",
            "--mc-type",
            "library",
            "--output-reproducible",
            "--short-PURLs",
        )
        run(python, "-m", "cyclonedx_py", "environment", *options, "--validate", "-o", made, listed)
        found: dict[str, Any] = json.loads(made.read_text(encoding="utf-8"))
    found["components"] = [one for one in found["components"] if one["name"] not in ("pip", "setuptools")]
    for component in found["components"]:
        if component["name"] in LICENCES:
            component["licenses"] = [{"license": {"id": LICENCES[component["name"]]}}]
    return found


def main() -> None:
    """Write both files."""
    with tempfile.TemporaryDirectory() as folder:
        tools, locked = environment(Path(folder) / "tools"), environment(Path(folder) / "locked")
        run(tools, "-m", "pip", "install", "--quiet", *TOOLS)
        LOCK.parent.mkdir(exist_ok=True)
        LOCK.write_text(lock(tools), encoding="utf-8")
        run(locked, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "-r", LOCK)
        run(locked, "-m", "pip", "check")
        content = bill(tools, locked)
    SBOM.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
