"""Seeds depend on their purpose alone."""

from __future__ import annotations

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from radiobone.core.seeds import rng_for, seed_for


@given(st.integers(0, 2**32 - 1), st.lists(st.text() | st.integers(0, 99), max_size=4))
def test_same_purpose_same_seed(seed: int, key: list[str | int]) -> None:
    assert seed_for(seed, *key) == seed_for(seed, *key)
    assert 0 <= seed_for(seed, *key) < 2**32


def test_different_purposes_differ() -> None:
    seeds = {seed_for(s, "fold", f, m) for s in range(5) for f in range(10) for m in ("rf", "svm")}
    assert len(seeds) == 100
    assert seed_for(0, 1) != seed_for(0, "1")


def test_hash_seed_does_not_matter() -> None:
    code = "from radiobone.core.seeds import seed_for; print(seed_for(3, 'fold', 1))"
    answers = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": h},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for h in ("0", "1")
    }
    assert answers == {f"{seed_for(3, 'fold', 1)}\n"}


def test_rng_is_seeded() -> None:
    assert rng_for(1, "a").random() == rng_for(1, "a").random()
