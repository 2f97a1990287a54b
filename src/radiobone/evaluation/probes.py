"""Made-up rows that a model file carries with what the model said of them when it was saved.

Loaded on another machine, or under other versions of the libraries, the model must say the same of them; else its numbers
would be others than those that were tested, and it is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.core.errors import UntrustedModel
from radiobone.core.provenance import versions
from radiobone.selection.row_sites import takes_sites

if TYPE_CHECKING:
    from radiobone.evaluation.model import Model

N_ROWS = 8
RTOL, ATOL = 1e-6, 1e-9
SHOWN = 4


def make_probes(model: Model) -> dict[str, Any]:
    """Draw rows inside the training ranges, of no patient, and write down what the model says of them."""
    bounds = np.array([model.ranges[name] for name in model.needed], dtype=float).reshape(-1, 2)
    share = np.random.default_rng(0).uniform(0.05, 0.95, size=(N_ROWS, len(bounds)))
    rows = bounds[:, 0] + share * (bounds[:, 1] - bounds[:, 0])
    return {"rows": rows.tolist(), "reported": _reported(model, rows).tolist()}


def check_probes(model: Model, probes: Mapping[str, Any], path: Path) -> None:
    """Check that a loaded model says of its made-up rows what it said when it was saved.

    Raises
    ------
    UntrustedModel
        If it says something else, or cannot be run.
    """
    expected = np.asarray(probes["reported"], dtype=float)
    try:
        found = _reported(model, np.asarray(probes["rows"], dtype=float))
    except Exception as error:  # parts that do not fit together fail anywhere
        raise UntrustedModel(
            f"{path}: the model cannot be run here ({type(error).__name__}: {error}). {_advice(model)}"
        ) from error
    if found.shape != expected.shape or not np.allclose(found, expected, rtol=RTOL, atol=ATOL):
        raise UntrustedModel(
            f"{path}: the model gives other numbers here than where it was saved ({_first(found)} for {_first(expected)} of a "
            f"made-up row that it carries), so what was tested does not hold. {_advice(model)}"
        )


def _reported(model: Model, rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    wanted = pd.DataFrame(rows, columns=list(model.needed))
    return np.asarray(model.reported(wanted, _some_sites(model.steps, len(rows))), dtype=float)


def _some_sites(step: Any, n_rows: int) -> npt.NDArray[np.str_] | None:
    """Return sites of training in turn, for a model that corrects rows by them."""
    for one in [inner for _, inner in getattr(step, "steps", [])]:
        found = _some_sites(one, n_rows)
        if found is not None:
            return found
    known = getattr(step, "sites_", None) if takes_sites(step) else None
    return None if known is None else np.resize(np.asarray(known, dtype=np.str_), n_rows)


def _first(values: npt.NDArray[np.float64]) -> str:
    return f"{float(values.flat[0]):.6g}" if values.size else "nothing"


def _advice(model: Model) -> str:
    here, made = versions(), dict(model.about.get("versions", {}))
    others = [
        f"{name} {made[name]} (here {here.get(name, 'none')})"
        for name in made
        if made[name] != here.get(name)
    ]
    if not others:
        return "Get it again from whoever made it, or fit it again."
    shown = ", ".join(others[:SHOWN]) + (", …" if len(others) > SHOWN else "")
    return f"It was made with {shown}. Use those versions, or fit the model again with these."
