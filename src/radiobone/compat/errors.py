"""Errors that pyradiomics' users catch: ours by code and class, and ValueError and RuntimeError as well."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from radiobone.core.errors import RadioboneError

AS_PYRADIOMICS = (ValueError, RuntimeError)  # of pyradiomics' checks, and of ITK's readers


@contextmanager
def as_pyradiomics(*also: type[Exception]) -> Iterator[None]:
    """Let an error be caught by our class, and by those that pyradiomics raises in its place.

    Parameters
    ----------
    *also : type of Exception
        Instead of ``ValueError`` and ``RuntimeError``.

    Raises
    ------
    RadioboneError
        The same code and message, also of the other classes.
    """
    try:
        yield
    except RadioboneError as error:
        if isinstance(error, also or AS_PYRADIOMICS):
            raise
        raise _rebuilt(type(error), also or AS_PYRADIOMICS, error.args).with_traceback(
            error.__traceback__
        ) from None


def _rebuilt(
    kind: type[RadioboneError], also: tuple[type[Exception], ...], args: tuple[Any, ...]
) -> RadioboneError:
    return _joined(kind, also)(*args)


def _joined(kind: type[RadioboneError], also: tuple[type[Exception], ...]) -> type[RadioboneError]:
    """Build a class of both, which workers can send back although it has no place in a module."""

    def reduce(error: RadioboneError) -> tuple[Any, ...]:
        return _rebuilt, (kind, also, error.args)

    return type(
        kind.__name__, (kind, *also), {"code": kind.code, "__doc__": kind.__doc__, "__reduce__": reduce}
    )
