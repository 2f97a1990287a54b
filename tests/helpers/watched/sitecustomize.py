"""Notes which images the worker processes of a run open; Python reads this in every process that has its folder on the path."""

import os
import sys
from typing import Any

LOG = os.environ.get("WATCHED_LOG")
IS_WORKER = any("loky" in word for word in sys.orig_argv)


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and isinstance(arguments[0], (str, os.PathLike)):
        path = os.fspath(arguments[0])
        if isinstance(path, str) and "/images/" in path:
            handle = os.open(str(LOG), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.write(handle, f"{path.rpartition('/')[2]}\n".encode())
            os.close(handle)


if LOG and IS_WORKER:
    sys.addaudithook(_note)
