"""The wait at the first use of an installation, announced."""

from __future__ import annotations

import sys
from collections.abc import Collection

from radiobone.features.warm_up import is_warm, warm_up


def compile_kernels(*, show: bool) -> None:
    """Compile the feature kernels if no earlier run did, and say so before; otherwise do nothing.

    Done before worker processes start, so that it is done once and the workers find it done.
    """
    if is_warm():
        return
    _announce("First use of this installation: compiling the feature kernels, some 20 seconds, once.", show)
    warm_up()


def compile_map_kernels(families: Collection[str], *, show: bool) -> None:
    """Compile the kernels for maps of these families if no earlier run did, and say so before."""
    from radiobone.features.maps import warm_up as maps  # a family each, which only maps need

    if maps.are_warm(families):
        return
    _announce(f"First maps of {', '.join(families)}: compiling their kernels, up to 20 seconds, once.", show)
    maps.warm_up(families)


def _announce(message: str, show: bool) -> None:
    if show:
        print(message, file=sys.stderr, flush=True)
