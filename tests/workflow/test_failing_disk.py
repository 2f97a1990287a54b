"""A disk that is full or fails: a named error, what was there is whole, and the next run comes to the end."""

from __future__ import annotations

import errno
import itertools
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from failing_disk import KINDS, FailingDisk
from radiobone.core.errors import DiskFull, OutputNotWritable
from radiobone.core.leftovers import _is_leftover, remove_leftovers
from radiobone.workflow.extract import extract_files
from run_content import content
from small_cohort import SmallCohort

pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
MEAN = {"imageType": {"Original": {}}, "featureClass": {"firstorder": ["Mean"]}}
MEDIAN = {"imageType": {"Original": {}}, "featureClass": {"firstorder": ["Mean", "Median"]}}
NONE_MEASURED = [["patient_id", "roi"]]
ONE = [["patient_id", "roi", "original_firstorder_Mean"]]
TWO = [["patient_id", "roi", "original_firstorder_Mean", "original_firstorder_Median"]]
ERRORS = {
    errno.ENOSPC: (DiskFull, True),
    errno.EDQUOT: (DiskFull, True),
    errno.EIO: (OutputNotWritable, False),
    errno.EROFS: (OutputNotWritable, True),
    errno.EACCES: (OutputNotWritable, False),
}


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, Any]]:
    """Return a manifest, the folder of a run before, and what the next run should leave."""
    folder = tmp_path_factory.mktemp("disk")
    cohort = SmallCohort(folder / "cohort")
    cohort.add("p1")
    manifest = cohort.manifest
    extract_files(manifest, settings=MEAN, output=folder / "before", show_progress=False)
    shutil.copytree(folder / "before", folder / "next")
    extract_files(manifest, settings=MEDIAN, output=folder / "next", show_progress=False)
    return manifest, folder / "before", content(folder / "next")


def one_failure(
    before: tuple[Path, Path, dict[str, Any]], out: Path, disk: FailingDisk, error: type[Exception]
) -> bool:
    """Run on a failing disk and again on a sound one; tell whether the disk failed at all."""
    manifest, earlier, expected = before
    shutil.copytree(earlier, out)
    failed = False
    with pytest.MonkeyPatch.context() as patch:
        disk.put_in(patch)
        try:
            result = extract_files(manifest, settings=MEDIAN, output=out, show_progress=False)
        except error:
            failed = True
    reached = disk.n_calls >= disk.at
    if not failed and result.n_failed:  # a temporary file that reading needs is the case's own
        assert list(result.cases["code"]) == [error.__name__]
        failed = True
    if reached and disk.kind not in ("fsync", "mkdir") and disk.lasting:
        assert failed
    columns = [
        list(pd.read_parquet(path).columns) for path in out.glob("features.parquet")
    ]  # the old or the new, and whole
    assert columns in (ONE, TWO, NONE_MEASURED)
    assert not [path for path in out.rglob(".*") if _is_leftover(path.name)]
    extract_files(manifest, settings=MEDIAN, output=out, show_progress=False)
    assert content(out) == expected
    shutil.rmtree(out)
    return reached


@pytest.mark.slow
@pytest.mark.parametrize("step", [3, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("kind", KINDS)
def test_every_call_that_fails_is_named_and_costs_nothing(
    before: tuple[Path, Path, dict[str, Any]], tmp_path: Path, kind: str, step: int
) -> None:
    numbers = itertools.cycle(ERRORS)
    at, reached = 1, True
    while reached:
        number = next(numbers)
        error, lasting = ERRORS[number]
        reached = one_failure(
            before, tmp_path / str(at), FailingDisk(kind, at, number, lasting=lasting), error
        )
        at += step
    assert at > step + 1 or kind == "mkdir"


@pytest.mark.slow
def test_a_full_disk_in_a_worker_is_named(
    before: tuple[Path, Path, dict[str, Any]], tmp_path: Path, small_disk: Path
) -> None:
    cohort = SmallCohort(tmp_path / "cohort")
    for number in range(60):
        cohort.add(f"p{number:02d}")
    manifest = cohort.manifest
    extract_files(manifest, settings=MEAN, output=tmp_path / "whole", show_progress=False)
    with pytest.raises(DiskFull, match="Free space"):
        extract_files(manifest, settings=MEAN, output=small_disk / "out", jobs=2, show_progress=False)
    kept = len(list((small_disk / "out" / "cache").glob("??/*.json")))
    assert 0 < kept <= 60
    assert not [path for path in (small_disk / "out").rglob(".*") if _is_leftover(path.name)]
    (small_disk / "filler").unlink()
    extract_files(manifest, settings=MEAN, output=small_disk / "out", show_progress=False)
    assert content(small_disk / "out") == content(tmp_path / "whole")


@pytest.fixture
def small_disk(tmp_path: Path) -> Any:
    """Mount a small file system, nearly filled, where this user may."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    (place / "filler").write_bytes(bytes(15_600_000))
    yield place
    subprocess.run(["umount", str(place)], check=True)


LIMITED = """
import resource, sys
from radiobone.core.errors import RadioboneError
from radiobone.workflow.extract import extract_files
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
try:
    extract_files(sys.argv[1], settings={"imageType": {"Original": {}}, "featureClass": {"firstorder": ["Mean", "Median"]}},
                  output=sys.argv[2], show_progress=False)
except RadioboneError as error:
    print(error.code)
"""


@pytest.mark.slow
@pytest.mark.parametrize("most_bytes", [100, pytest.param(1500, marks=pytest.mark.long)])
def test_a_file_that_may_not_grow_is_named(
    before: tuple[Path, Path, dict[str, Any]], tmp_path: Path, most_bytes: int
) -> None:
    manifest, earlier, expected = before
    out = shutil.copytree(earlier, tmp_path / "out")
    told = subprocess.run(
        [sys.executable, "-c", LIMITED, str(manifest), str(out), str(most_bytes)],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert told.stdout.split() == ["DiskFull"], told.stderr
    assert list(pd.read_parquet(out / "features.parquet").columns) == [
        "patient_id",
        "roi",
        "original_firstorder_Mean",
    ]
    extract_files(manifest, settings=MEDIAN, output=out, show_progress=False)
    assert content(out) == expected
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != most_bytes


def test_only_what_a_killed_run_leaves_is_removed(tmp_path: Path) -> None:
    gone = [
        ".features.parquet.0123abcd.parquet",
        ".run.json.ffffffff.json",
        ".radiobone-ab_9zzzz",
        ".radiobone.lockab_9zzzz",
    ]
    kept = [
        ".features.parquet.0123abcd.csv",
        ".hidden",
        ".a.json.0123abc.json",
        "features.parquet",
        ".git.01234567",
        "x.json.01234567.json",
    ]
    (tmp_path / "deep" / "er").mkdir(parents=True)
    for name in (*gone, *kept):
        (tmp_path / name).write_text("x")
        (tmp_path / "deep" / "er" / name).write_text("x")
    remove_leftovers(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == sorted(kept)
    assert sorted(path.name for path in (tmp_path / "deep" / "er").iterdir()) == sorted(kept)
