"""Random tables on which choices of other programs were stored: plain, with ties, two-valued, with constants and copies."""

import numpy as np

KINDS = ("plain", "ties", "two values", "constants", "copies", "units")
TASKS = ("two classes", "three classes", "numbers")


def table_of(seed):
    """Columns that correlate, a target that goes with the first, and how many columns are chosen."""
    rng = np.random.default_rng(seed)
    n_rows, n_columns = int(rng.integers(15, 70)), int(rng.integers(4, 30))
    mixed = np.eye(n_columns) + (rng.random((n_columns, n_columns)) < 0.2) * rng.normal(
        size=(n_columns, n_columns)
    )
    table = rng.normal(size=(n_rows, n_columns)) @ mixed
    latent = table[:, 0] / table[:, 0].std() + rng.normal(size=n_rows)
    return _bent(table, KINDS[seed % 6], rng), _target(latent, TASKS[seed // 6 % 3]), n_columns // 2 + 1


def _bent(table, kind, rng):
    if kind == "ties":
        table = np.round(table)
    elif kind == "two values":
        table = (table > 0).astype(float)
    elif kind == "constants":
        table[:, 1::3] = 7.0
    elif kind == "copies":
        table[:, 1::4] = table[:, [0]]
    elif kind == "units":
        table = table * 10.0 ** rng.integers(-3, 4, table.shape[1]) + 0.1
    return table


def _target(latent, task):
    if task == "numbers":
        return latent
    return np.digitize(latent, np.quantile(latent, [0.5] if task == "two classes" else [1 / 3, 2 / 3]))
