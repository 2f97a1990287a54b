"""The command line, one command per module, without logic of its own.

Commands import what they need when they run, so that ``radiobone --help`` answers at once.
"""

from __future__ import annotations

from radiobone.cli.app import main

__all__ = ["main"]
