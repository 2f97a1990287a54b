from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from radiobone.core.errors import UnreadableImage
from radiobone.workflow import estimate_sample, estimating
from radiobone.workflow.case_report import extraction_lines
from radiobone.workflow.dry_run import dry_run
from radiobone.workflow.estimate import Estimate, estimate_lines
from radiobone.workflow.estimate_sample import Size, Timed, chosen
from radiobone.workflow.estimating import misses, predicted
from radiobone.workflow.extract import extract
from small_cohort import QUICK, SmallCohort


def law(size: Size) -> float:
    return 0.05 + 2e-6 * size.box + 5e-6 * size.region


def timed(size: Size, noise: float = 1.0) -> Timed:
    return Timed(size, law(size) * noise, 0.0, 1000, 300.0, 0.0)


def sizes(n: int, seed: int = 0) -> list[Size]:
    rng = np.random.default_rng(seed)
    return [Size(float(box), float(box * rng.uniform(0.1, 0.6))) for box in rng.lognormal(10, 1.2, n)]


def test_a_law_of_size_is_found_from_a_few_regions() -> None:
    everything = sizes(500)
    found = predicted([timed(everything[place]) for place in chosen(everything)], everything)
    np.testing.assert_allclose(found, [law(size) for size in everything], rtol=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_the_sum_is_told_within_a_factor_of_one_and_a_half_though_each_region_varies(seed: int) -> None:
    rng, everything = np.random.default_rng(seed), sizes(300, seed)
    sample = [timed(everything[place], float(rng.lognormal(0, 0.3))) for place in chosen(everything)]
    ratio = predicted(sample, everything).sum() / sum(map(law, everything))
    assert 1 / 1.5 < ratio < 1.5


def test_more_noise_is_more_doubt() -> None:
    some = sizes(16)
    signs = [1.5 if place % 2 else 1 / 1.5 for place in range(16)]
    assert misses([timed(one) for one in some]) < 1e-9
    assert misses([timed(one, sign) for one, sign in zip(some, signs, strict=True)]) > 0.2


def test_the_sample_spans_the_sizes() -> None:
    everything = sizes(100)
    boxes = sorted(size.box for size in everything)
    picked = [everything[place].box for place in chosen(everything, 8)]
    assert picked == sorted(picked)
    assert (picked[0], picked[-1]) == (boxes[0], boxes[-1])
    assert [np.searchsorted(boxes, box) // 13 for box in picked] == list(range(8))
    assert len(set(chosen(everything[:3], 8))) == 3


@pytest.fixture
def six(tmp_path: Path) -> SmallCohort:
    cohort = SmallCohort(tmp_path / "data")
    for number in range(6):
        cohort.add(f"p{number}", shape=number)
    return cohort


def test_a_dry_run_says_what_a_run_takes(six: SmallCohort, tmp_path: Path) -> None:
    out = tmp_path / "out"
    checked = dry_run(six.manifest, output=out, settings=QUICK, show_progress=False)
    found = checked.estimate
    assert found is not None
    assert 0 < found.low_s < found.seconds < found.high_s
    assert (found.n_sampled, found.n_regions, found.n_processes) == (6, 6, 1)
    assert found.picture_bytes == sum(path.stat().st_size for path in (out / "pictures").iterdir())
    assert "A real run takes about" in "\n".join(extraction_lines(checked, out, measured=False))
    written = {path.name for path in out.iterdir()}
    extract(six.manifest, output=out, settings=QUICK, show_progress=False)
    assert not any(name.startswith(".estimate") for name in written), "nothing of the trial stays"
    real = (out / "features.parquet").stat().st_size
    assert 1 / 1.5 < found.table_bytes / real < 1.5


def test_only_what_can_be_measured_is_timed(
    six: SmallCohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = estimate_sample.read_image, iter(range(100))

    def sometimes(path: Path) -> object:
        if next(calls) % 2:
            raise UnreadableImage("gone since")
        return real(path)

    monkeypatch.setattr(estimate_sample, "read_image", sometimes)
    found = dry_run(six.manifest, output=tmp_path / "out", settings=QUICK, show_progress=False).estimate
    assert found is not None
    assert found.n_sampled == 3


def test_when_nothing_can_be_measured_nothing_is_promised(
    six: SmallCohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimating, "measure_sample", lambda *_, **__: [])
    assert (
        dry_run(six.manifest, output=tmp_path / "out", settings=QUICK, show_progress=False).estimate is None
    )


def test_the_sample_ends_when_its_time_is_up(
    six: SmallCohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(estimate_sample.measure_sample.__kwdefaults__, "budget_s", 0.0)
    found = dry_run(six.manifest, output=tmp_path / "out", settings=QUICK, show_progress=False).estimate
    assert found is not None
    assert found.n_sampled == estimate_sample.FEWEST


def test_too_little_room_is_said() -> None:
    found = Estimate(100.0, 80.0, 125.0, None, 2**30, 2**30, 2**30, 2**31, 8, 90, 2)
    assert "more than is free" in estimate_lines(found)[-1]
    assert "more than is free" not in "".join(estimate_lines(replace(found, free_bytes=2**32)))
    assert "80 s" not in estimate_lines(found)[0]
    assert "about 1.7 min (1.3 min to 2.1 min) with 2 worker processes:" in estimate_lines(found)[0]
