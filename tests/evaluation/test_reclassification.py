"""NRI and IDI against the worked example of the paper that made them, closed forms, and their known bias."""

from __future__ import annotations

import numpy as np
import pytest

from radiobone.core.errors import BadSetting, OneClass
from radiobone.evaluation.reclassification import reclassification


def moves(n, up, down):
    """``n`` probabilities before and after, of which some cross 0.2 upwards and some downwards."""
    old = np.full(n, 0.1)
    new = old.copy()
    new[:up] = 0.3
    old[up : up + down] = 0.3
    return old, new


def framingham():
    (old, new), (old_other, new_other) = moves(183, 29, 7), moves(3081, 173, 174)
    y = np.repeat([1, 0], [183, 3081])
    return y, np.concatenate([old, old_other]), np.concatenate([new, new_other])


def test_pencinas_worked_example():
    """Pencina et al. 2008, HDL added to the Framingham model: of 183 events 29 move up and 7 down, of 3081 others
    173 up and 174 down; NRI 0.121 (0.120 and 0.001), z = 3.616 with the standard error under no change."""
    y, old, new = framingham()
    found = reclassification(y, old, new, cuts=[0.2], seed=0).nri
    assert (found.positives.value, found.negatives.value) == pytest.approx((22 / 183, 1 / 3081))
    assert found.total.value == pytest.approx(0.121, abs=5e-4)
    error = np.sqrt(36 / 183**2 + 347 / 3081**2)
    assert found.total.value / error == pytest.approx(3.616, abs=1e-3)
    free = np.sqrt((36 / 183 - (22 / 183) ** 2) / 183 + (347 / 3081 - (1 / 3081) ** 2) / 3081)
    assert found.total.high - found.total.low == pytest.approx(2 * 1.96 * free, rel=0.08)


def test_idi_is_the_difference_of_discrimination_slopes():
    rng = np.random.default_rng(0)
    y = np.arange(400) % 2
    old, new = rng.random(400), np.clip(rng.random(400) + 0.2 * y, 0, 1)
    found = reclassification(y, old, new, cuts=[0.5], seed=0).idi
    slope_new, slope_old = (p[y == 1].mean() - p[y == 0].mean() for p in (new, old))
    assert found.total.value == pytest.approx(slope_new - slope_old)
    change = new - old
    error = np.sqrt(change[y == 1].var(ddof=1) / 200 + change[y == 0].var(ddof=1) / 200)
    assert found.total.high - found.total.low == pytest.approx(2 * 1.96 * error, rel=0.08)


def test_no_change_is_nothing_and_exchange_changes_signs():
    y, old, new = framingham()
    same = reclassification(y, old, old, cuts=[0.2], n_resamples=50)
    assert same.continuous_nri.total.value == same.idi.total.value == same.net_benefit[0.2].value == 0
    there, back = (
        reclassification(y, *pair, cuts=[0.2], n_resamples=50) for pair in ((old, new), (new, old))
    )
    for name in ("nri", "continuous_nri", "idi"):
        assert getattr(there, name).total.value == pytest.approx(-getattr(back, name).total.value)


def test_net_benefit_beside_them():
    """Framingham's moves at 0.2: 22 more true positives, 1 fewer false positive of 3264."""
    y, old, new = framingham()
    found = reclassification(y, old, new, cuts=[0.2], n_resamples=50).net_benefit[0.2]
    assert found.value == pytest.approx((22 + 1 * 0.25) / 3264)


def test_the_stated_bias_is_there():
    """True probabilities made too extreme carry nothing new: IDI rises, net benefit does not."""
    rng = np.random.default_rng(0)
    odds = rng.normal(size=20_000)
    truth, extreme = 1 / (1 + np.exp(-odds)), 1 / (1 + np.exp(-2 * odds))
    y = (rng.random(20_000) < truth).astype(int)
    found = reclassification(y, truth, extreme, cuts=[0.2], n_resamples=100)
    assert found.idi.total.low > 0.05
    assert found.net_benefit[0.2].value < 0


def test_copied_rows_of_a_patient_add_no_certainty():
    y, old, new = framingham()
    once, twice = (
        reclassification(
            np.tile(y, n), np.tile(old, n), np.tile(new, n), cuts=[0.2], patient=np.tile(np.arange(3264), n),
            n_resamples=100,
        ).nri.total
        for n in (1, 2)
    )  # fmt: skip
    assert (once.low, once.high) == pytest.approx((twice.low, twice.high))


def test_refusals():
    with pytest.raises(OneClass):
        reclassification([1, 1], [0.1, 0.2], [0.1, 0.2], cuts=[0.5])
    with pytest.raises(BadSetting, match="ascend"):
        reclassification([1, 0], [0.1, 0.2], [0.1, 0.2], cuts=[0.5, 0.2])
