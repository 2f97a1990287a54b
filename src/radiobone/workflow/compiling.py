"""The wait at the first use of an installation, announced."""

from __future__ import annotations

import sys

from radiobone.features.warm_up import is_warm, warm_up


def compile_kernels(*, show: bool) -> None:
    """Compile the feature kernels if no earlier run did, and say so before; otherwise do nothing.

    Done before worker processes start, so that it is done once and the workers find it done.
    """
    if is_warm():
        return
    if show:
        print(
            "First use of this installation: compiling the feature kernels, some 20 seconds, once.",
            file=sys.stderr,
            flush=True,
        )
    warm_up()
