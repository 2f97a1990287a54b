"""Early fusion where blocks have steps of their own: a chain per block, their columns side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from radiobone.evaluation.chain import Chain, ChainBuilder, Rows, StepParams
from radiobone.evaluation.parts import Step
from radiobone.selection.joined_blocks import JoinedBlocks

V = TypeVar("V")
STEP = "blocks"


@dataclass(frozen=True)
class BlockChain:
    """The steps of one block.

    Attributes
    ----------
    name : str
    positions : tuple of int
        Its columns in the table.
    steps : tuple of Step
        None of them resamples.
    """

    name: str
    positions: tuple[int, ...]
    steps: tuple[Step, ...]


class JoinedChainBuilder:
    """Fits a chain per block on one set of training rows; what two settings share is fitted once.

    Parameters
    ----------
    blocks : sequence of BlockChain
    rows : Rows
        The training rows, with all columns.
    seeds : mapping of str to int
        Random state of each step, as ``block.step``.
    planned : sequence of mapping
        Parameters to come, keyed as ``block.step``.
    """

    def __init__(
        self,
        blocks: Sequence[BlockChain],
        rows: Rows,
        seeds: Mapping[str, int],
        planned: Sequence[StepParams] = (),
    ) -> None:
        self._blocks, self._rows = tuple(blocks), rows
        self._builders = [
            ChainBuilder(
                one.steps,
                rows.of_columns(one.positions),
                _of_block(seeds, one.name),
                [_of_block(params, one.name) for params in planned],
            )
            for one in blocks
        ]
        self._done: dict[tuple[int, ...], Chain] = {}

    def fit(self, params: StepParams) -> Chain:
        """Fit the steps of all blocks with these parameters, keyed as ``block.step``."""
        pairs = zip(self._blocks, self._builders, strict=True)
        chains = [builder.fit(_of_block(params, block.name)) for block, builder in pairs]
        key = tuple(id(chain) for chain in chains)
        if key not in self._done:
            self._done[key] = self._joined(chains)
        return self._done[key]

    def _joined(self, chains: Sequence[Chain]) -> Chain:
        joined = JoinedBlocks(
            [one.pipeline() for one in chains], [list(one.positions) for one in self._blocks]
        )
        side_by_side = np.hstack([np.asarray(one.rows.X, dtype=float) for one in chains])
        return Chain(((STEP, joined),), replace(self._rows, X=side_by_side))


def _of_block(keyed: Mapping[str, V], block: str) -> dict[str, V]:
    prefix = f"{block}."
    return {key.removeprefix(prefix): value for key, value in keyed.items() if key.startswith(prefix)}
