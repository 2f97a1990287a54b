"""Random numbers that depend on what they are for, never on which worker asks."""

from __future__ import annotations

import hashlib

import numpy as np


def seed_for(seed: int, *key: str | int) -> int:
    """Return a 32-bit seed for one purpose.

    Parameters
    ----------
    seed : int
        The user's seed.
    *key : str or int
        What the numbers are for, such as ``("repeat", 0, "fold", 3, "rf")``.
    """
    words = [seed]
    for part in key:
        digest = hashlib.blake2b(f"{type(part).__name__}:{part}".encode(), digest_size=8).digest()
        words.append(int.from_bytes(digest, "little"))
    return int(np.random.SeedSequence(words).generate_state(1)[0])


def rng_for(seed: int, *key: str | int) -> np.random.Generator:
    """Return a generator for one purpose; see ``seed_for``."""
    return np.random.default_rng(seed_for(seed, *key))
