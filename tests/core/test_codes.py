"""Errors and warnings have stable, unique codes, and carry them through worker processes."""

from __future__ import annotations

import pickle
import re
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from radiobone.core import errors, warned
from radiobone.core import warnings as notices

SOURCE = Path(errors.__file__).parents[1]


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
        notices.warn("flat", notices.ConstantRoi)
        notices.warn(notices.ConstantRoi("flat"))
        warnings.warn("not ours", DeprecationWarning, stacklevel=1)
    assert [(one.code, str(one)) for one in found] == [("ConstantRoi", "flat")]


def test_inner_blocks_keep_theirs_and_outside_of_all_python_gets_them() -> None:
    with notices.collected() as outer:
        notices.warn("first", notices.ConstantRoi)
        with pytest.raises(ValueError, match="here"), notices.collected() as inner:
            notices.warn("second", notices.ConstantRoi)
            raise ValueError("here")
        notices.warn("third", notices.ConstantRoi)
    assert [str(one) for one in outer] == ["first", "third"]
    assert [str(one) for one in inner] == ["second"]
    with pytest.warns(notices.ConstantRoi, match="fourth") as told:
        notices.warn("fourth", notices.ConstantRoi)
    assert told[0].filename == __file__


def test_threads_do_not_get_each_other_s_warnings() -> None:
    together, filters = threading.Barrier(8), list(warnings.filters)

    def work(number: int) -> list[str]:
        told = []
        for turn in range(200):
            together.wait(timeout=60)
            with notices.collected() as found, notices.silenced(DeprecationWarning):
                notices.warn(f"{number}/{turn}", notices.ConstantRoi)
            told += [str(one) for one in found]
        return told

    with ThreadPoolExecutor(8) as threads:
        for number, told in enumerate(threads.map(work, range(8))):
            assert told == [f"{number}/{turn}" for turn in range(200)]
    assert warnings.filters == filters


@pytest.mark.parametrize("ours_first", [True, False])
def test_a_silence_ends_though_another_thread_catches_warnings_meanwhile(ours_first: bool) -> None:
    before = list(warnings.filters)
    blocks = [notices.silenced(), warnings.catch_warnings()]
    first, second = blocks if ours_first else reversed(blocks)
    first.__enter__()
    second.__enter__()
    with notices.silenced(DeprecationWarning):
        warnings.warn("nobody hears it", DeprecationWarning, stacklevel=1)
    first.__exit__(None, None, None)
    second.__exit__(None, None, None)
    assert list(warnings.filters) == before
    with pytest.warns(DeprecationWarning, match="heard"):
        warnings.warn("heard", DeprecationWarning, stacklevel=1)


def test_every_module_warns_by_our_function() -> None:
    by_python = [path for path in SOURCE.rglob("*.py") if "warnings.warn(" in path.read_text("utf-8")]
    assert by_python == [Path(warned.__file__)]


def test_what_deviates_in_a_download_has_a_code_of_the_lists() -> None:
    named = re.compile(r"Deviation\(\s*\"(\w+)\"")
    codes = {code for path in SOURCE.rglob("*.py") for code in named.findall(path.read_text("utf-8"))}
    assert "ConflictingLabel" in codes
    assert codes <= {kind.code for kind in (*ERRORS, *WARNINGS)}
