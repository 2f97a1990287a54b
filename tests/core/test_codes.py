"""Errors and warnings have stable, unique codes, and carry them through worker processes."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Iterator

import pytest

from radiobone.core import errors
from radiobone.core import warnings as notices


def descendants(kind: type) -> Iterator[type]:
    for child in kind.__subclasses__():
        yield child
        yield from descendants(child)


ERRORS = list(descendants(errors.RadioboneError))
WARNINGS = list(descendants(notices.RadioboneWarning))


def test_codes_are_unique() -> None:
    for kinds in (ERRORS, WARNINGS):
        codes = [kind.code for kind in kinds]
        assert len(codes) == len(set(codes))


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.code)
def test_errors_survive_pickling(kind: type[errors.RadioboneError]) -> None:
    copy = pickle.loads(pickle.dumps(kind("what, found, why, do")))  # noqa: S301 - our own bytes
    assert (type(copy), str(copy)) == (kind, "what, found, why, do")
    assert kind.__doc__


def test_collected_keeps_ours_once_and_passes_others_on() -> None:
    with pytest.warns(DeprecationWarning, match="not ours"), notices.collected() as found:
        warnings.warn("flat", notices.ConstantRoi, stacklevel=1)
        warnings.warn("flat", notices.ConstantRoi, stacklevel=1)
        warnings.warn("not ours", DeprecationWarning, stacklevel=1)
    assert [(one.code, str(one)) for one in found] == [("ConstantRoi", "flat")]
