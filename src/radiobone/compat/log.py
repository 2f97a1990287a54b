"""The logger that pyradiomics' scripts add handlers to, under its name."""

from __future__ import annotations

import logging

logger = logging.getLogger("radiomics")
handler: logging.Handler = logging.StreamHandler()
if logger.handlers:  # pyradiomics itself is there, and prints
    handler = logger.handlers[0]
else:
    logger.setLevel(logging.INFO)
    handler.setFormatter(logging.Formatter("%(message)s"))
    handler.setLevel(logging.WARNING)
    logger.addHandler(handler)


def setVerbosity(level: int) -> None:
    """Choose which messages are printed: those of this level of ``logging`` and above; 60 prints none."""
    handler.setLevel(min(max(level, logging.DEBUG), 60))
    if handler.level < logger.level:
        logger.setLevel(handler.level)
