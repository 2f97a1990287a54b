"""Work on blocks of columns gives what work on the whole table gives, to the last bit."""

import numpy as np
import pytest

from radiobone.selection import column_blocks
from radiobone.selection.column_blocks import by_column_blocks
from radiobone.selection.constant import _commonest_share
from radiobone.selection.correlation import _ranks
from radiobone.selection.ranks import _sums_and_ties
from radiobone.selection.scale import _centre_and_spread

WORK = {
    "centre and spread": _centre_and_spread,
    "commonest share": _commonest_share,
    "ranks": _ranks,
    "rank sums": lambda table: _sums_and_ties(
        table, np.arange(len(table)) % 3 == np.arange(3)[:, np.newaxis]
    ),
}


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("n_columns", [1, 2, 3, 17, 64, 65, 301])
@pytest.mark.parametrize("name", WORK)
def test_the_same_bits_as_of_the_whole_table(monkeypatch, name, n_columns, order):
    rng = np.random.default_rng(n_columns)
    table = np.round(rng.lognormal(sigma=3, size=(41, n_columns)), 2).astype(float, order=order)
    table[:, ::5] = 7.25
    whole = WORK[name](table)
    seen = []
    monkeypatch.setattr(column_blocks, "CELLS", 41 * 16)
    found = by_column_blocks(lambda block: seen.append(block.shape[1]) or WORK[name](block), table)
    np.testing.assert_array_equal(found, whole)
    assert found.shape == whole.shape
    assert sum(seen) == n_columns
    assert max(seen) <= 16
    assert len(seen) == -(-n_columns // 16)
