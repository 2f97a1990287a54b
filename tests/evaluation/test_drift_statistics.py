"""Measures of drift against worked examples, scipy, and simulations in which nothing or something changed."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, fisher_exact

from radiobone.core.errors import BadSetting, BadTime, UntrustedModel
from radiobone.evaluation.drift.bins import Bins, design_effect, likeness, rows_each, training_bins
from radiobone.evaluation.drift.cusum import cusum
from radiobone.evaluation.drift.kinds import kind_entries
from radiobone.evaluation.drift.limits import Limits
from radiobone.evaluation.drift.missing import missingness
from radiobone.evaluation.drift.observed import mean_error, observed_expected
from radiobone.evaluation.drift.outside import outside
from radiobone.evaluation.drift.psi import cases_needed, detectable, shift, stability_index
from radiobone.evaluation.drift.reference import make_reference, one_number, read_reference
from radiobone.evaluation.drift.shares import share_level
from radiobone.evaluation.drift.windows import batch_windows, time_windows

LIMITS = Limits()


def alone(n):
    return np.arange(n)


def drawn_shift(rng, n_training, n_new, *, moved=0.0, rows=1, alike=0.0):
    def draw(n, by):
        base = rng.normal(size=n).repeat(rows)
        own = rng.normal(size=n * rows)
        return math.sqrt(alike) * base + math.sqrt(1 - alike) * own + by, np.arange(n).repeat(rows)

    (before, whose), (after, who) = draw(n_training, 0.0), draw(n_new, moved)
    bins = training_bins(before, whose)
    return shift(bins, after, training_rows_each=rows_each(whose), new_rows_each=rows_each(who))


class TestStabilityIndex:
    def test_a_worked_example(self):
        # shares 10, 20, 40, 30 % in training; 20, 20, 30, 30 % now:
        # 0.1 ln 2 + 0 + (-0.1) ln 0.75 + 0 = 0.0693147 + 0.0287682
        assert stability_index([10, 20, 40, 30], [40, 40, 60, 60]) == pytest.approx(0.0980829, abs=1e-7)

    def test_an_empty_bin_counts_as_half_a_row(self):
        # training 50, 50 %; now 0 of 20 and 20 of 20: (0.025-0.5) ln 0.05 + 0.5 ln 2
        expected = (0.025 - 0.5) * math.log(0.05) + 0.5 * math.log(2)
        assert stability_index([10, 10], [0, 20]) == pytest.approx(expected)

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.integers(1, 400), min_size=2, max_size=10), st.integers(1, 9))
    def test_it_is_zero_for_equal_shares_and_never_below(self, counts, times):
        assert stability_index(counts, np.array(counts) * times) == pytest.approx(0.0, abs=1e-12)
        assert stability_index(counts, counts[::-1]) >= -1e-12


class TestBins:
    def test_deciles_hold_a_tenth_each_and_equal_values_one_bin(self):
        bins = training_bins(np.arange(100.0), alone(100))
        np.testing.assert_array_equal(bins.counts, np.full(10, 10))
        assert bins.cuts[0] == 9.5
        two = training_bins([0, 0, 0, 1, 1, np.nan], alone(6))
        assert (two.cuts.tolist(), two.counts.tolist(), two.n_missing) == ([0.5], [3, 2], 1)
        assert len(training_bins([3.0] * 20, alone(20)).counts) == 1
        assert len(training_bins([np.nan] * 3, alone(3)).counts) == 0

    @settings(max_examples=50, deadline=None)
    @given(
        st.lists(st.one_of(st.floats(-1e300, 1e300), st.integers(-3, 3).map(float)), min_size=1, max_size=80)
    )
    def test_every_training_value_is_in_a_bin_that_is_not_empty(self, values):
        bins = training_bins(values, alone(len(values)))
        assert bins.counts.min() >= 1
        np.testing.assert_array_equal(bins.count(values), bins.counts)
        again = Bins.from_plain(bins.as_plain())
        np.testing.assert_array_equal(again.cuts, bins.cuts)

    def test_likeness_of_copies_is_one_and_of_strangers_nothing(self):
        rng = np.random.default_rng(0)
        copied = rng.integers(0, 4, 300).repeat(3)
        assert likeness(copied, np.arange(300).repeat(3)) == pytest.approx(1.0, abs=0.02)
        assert likeness(rng.integers(0, 4, 900), np.arange(300).repeat(3)) < 0.15
        assert likeness(rng.integers(0, 4, 50), alone(50)) is None
        assert design_effect(None, 4.0) == 4.0
        assert design_effect(0.5, 3.0) == 2.0

    @pytest.mark.parametrize(
        "content",
        [
            {"cuts": [1, 0], "counts": [1, 1, 1], "n_missing": 0, "alike": None},
            {"cuts": [1], "counts": [1], "n_missing": 0, "alike": None},
            {"cuts": [1], "counts": [1, 0], "n_missing": 0, "alike": None},
        ],
    )
    def test_what_are_no_bins_is_refused(self, content):
        with pytest.raises(ValueError, match="no bins"):
            Bins.from_plain(content)


class TestShift:
    def test_the_p_value_is_scipys(self):
        rng = np.random.default_rng(1)
        before, after = rng.normal(size=500), rng.normal(0.2, 1, size=400)
        bins = training_bins(before, alone(500))
        found = shift(bins, after, training_rows_each=1.0, new_rows_each=1.0)
        table = np.vstack([bins.counts, bins.count(after)])
        assert found.p_value == pytest.approx(chi2_contingency(table, correction=False).pvalue)
        assert found.expected == pytest.approx(9 * (1 / 500 + 1 / 400))
        assert found.excess == pytest.approx(found.psi - found.expected)

    def test_two_kinds_are_compared_by_fishers_test(self):
        bins = training_bins([0] * 90 + [1] * 10, alone(100))
        found = shift(bins, [0] * 8 + [1] * 12, training_rows_each=1.0, new_rows_each=1.0)
        assert found.p_value == pytest.approx(fisher_exact([[90, 10], [8, 12]]).pvalue)

    def test_few_rows_and_constant_columns_are_not_compared(self):
        bins = training_bins(np.arange(50.0), alone(50))
        assert shift(bins, np.arange(9.0), training_rows_each=1.0, new_rows_each=1.0) is None
        assert shift(bins, np.arange(36.0), training_rows_each=1.0, new_rows_each=4.0) is None
        assert shift(bins, [np.nan] * 40, training_rows_each=1.0, new_rows_each=1.0) is None
        constant = training_bins([2.0] * 50, alone(50))
        assert shift(constant, np.arange(50.0), training_rows_each=1.0, new_rows_each=1.0) is None

    @pytest.mark.parametrize(
        ("n_training", "n_new", "rows", "alike"),
        [(60, 12, 1, 0), (200, 40, 1, 0), (1000, 300, 1, 0), (80, 30, 4, 0.6), (80, 12, 4, 0.6)],
    )
    def test_false_alarms_are_no_more_than_said(self, n_training, n_new, rows, alike):
        rng = np.random.default_rng(7)
        found = [drawn_shift(rng, n_training, n_new, rows=rows, alike=alike) for _ in range(150)]
        assert np.mean([one.p_value <= 0.05 for one in found]) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 150)

    def test_a_shift_is_found_and_its_size_is_that_of_the_normal_law(self):
        rng = np.random.default_rng(3)
        found = [drawn_shift(rng, 300, 200, moved=0.7) for _ in range(60)]
        assert np.mean([one.p_value <= 0.001 and one.excess >= 0.25 for one in found]) > 0.95
        # Jeffreys' divergence of two normal laws of one width is the squared shift; deciles lose little of it
        assert np.mean([one.excess for one in found]) == pytest.approx(0.49, abs=0.06)

    def test_the_power_that_is_told_is_there(self):
        rng = np.random.default_rng(5)
        n = cases_needed(
            0.25, training_bins(rng.normal(size=400), alone(400)), training_rows_each=1.0, new_rows_each=1.0
        )
        assert 50 < n < 90
        found = [drawn_shift(rng, 400, n, moved=0.52) for _ in range(300)]  # a divergence of 0.25 in ten bins
        assert np.mean([one.p_value <= 0.05 for one in found]) == pytest.approx(0.8, abs=0.08)
        assert detectable(9) == pytest.approx(15.65, abs=0.05)  # Cohen's tables: 15.65 for 9 degrees


class TestOutside:
    def test_the_chance_is_that_of_all_orders_of_training_and_new_values(self):
        # 3 training and 2 new values: in how many of the 5! orders do k new ones lie outside?
        counts = [0, 0, 0]
        for order in itertools.permutations(range(5)):
            places = [order.index(one) for one in range(5)]
            low, high = min(places[:3]), max(places[:3])
            counts[sum(not low < place < high for place in places[3:])] += 1
        share = np.array(counts) / sum(counts)
        one = outside([-1.0, 0.5], 0.0, 1.0, 3)
        both = outside([-1.0, 2.0], 0.0, 1.0, 3)
        assert one.p_value == pytest.approx(share[1] + share[2])
        assert both.p_value == pytest.approx(share[2])
        assert one.expected == pytest.approx((share[1] + 2 * share[2]) / 2)
        assert (both.n_below, both.n_above) == (1, 1)

    def test_nothing_is_outside_of_nothing(self):
        none = outside([np.nan, np.nan], 0.0, 1.0, 30)
        assert (none.share, none.p_value, none.n_known) == (0.0, 1.0, 0)


def test_missing_values_are_compared_by_fishers_test():
    found = missingness(9, 30, 2, 100)
    assert found.p_value == pytest.approx(fisher_exact([[9, 21], [2, 98]]).pvalue)
    assert found.change == pytest.approx(0.28)


class TestObservedExpected:
    def test_a_worked_example(self):
        y, chance = np.repeat([1, 0], [12, 28]), np.full(40, 0.2)
        found = observed_expected(y, chance, alone(40))
        assert (found.observed, found.expected, found.ratio) == (12, pytest.approx(8), pytest.approx(1.5))
        assert found.errors == pytest.approx(4 / math.sqrt(40 * 0.16))
        # Clopper and Pearson for 12 of 40: 0.1656 to 0.4653 (their tables), over 0.2
        assert (found.low, found.high) == (pytest.approx(0.828, abs=1e-3), pytest.approx(2.327, abs=1e-3))

    def test_honest_probabilities_give_standard_errors_of_one(self):
        rng = np.random.default_rng(2)
        errors = []
        for _ in range(400):
            chance = rng.uniform(0.05, 0.6, 80)
            errors.append(observed_expected(rng.random(80) < chance, chance, alone(80)).errors)
        assert np.std(errors) == pytest.approx(1.0, abs=0.11)

    def test_copies_of_a_patient_count_once(self):
        rng = np.random.default_rng(4)
        chance = rng.uniform(0.2, 0.8, 60)
        y = rng.random(60) < chance
        single = observed_expected(y, chance, alone(60))
        copied = observed_expected(y.repeat(5), chance.repeat(5), alone(60).repeat(5))
        assert copied.errors == pytest.approx(single.errors, rel=0.15)
        assert copied.ratio == pytest.approx(single.ratio)

    def test_one_row_and_certain_probabilities_have_values(self):
        assert observed_expected([0], [0.0], ["a"]).ratio is None
        assert observed_expected([1], [1.0], ["a"]).errors is None
        assert not observed_expected([1], [0.3], ["a"]).enough

    def test_the_mean_error_is_held_against_that_of_training(self):
        found = mean_error([2.0] * 25, [1.0] * 25, alone(25), usual=0.5, sd=1.0)
        assert found["mean_error"] == 1.0
        assert found["errors"] == pytest.approx((1.0 - 0.5) / (1.0 / 5))


class TestCusum:
    def test_a_worked_example(self):
        found = cusum([1.0, 2.0, None, -3.0, 2.5, 3.5], slack=0.5, alarm=5.0)
        assert found.up == (0.5, 2.0, 2.0, 0.0, 2.0, 5.0)
        assert found.down == (0.0, 0.0, 0.0, 2.5, 0.0, 0.0)
        assert found.alarm == 5
        assert cusum([0.0, 1e6], slack=0.5, alarm=5.0).alarm is None  # one window is no shift that lasts

    def test_it_is_quiet_where_nothing_changes_and_finds_one_standard_error(self):
        rng = np.random.default_rng(0)
        quiet = [cusum(rng.normal(size=24)).alarm is not None for _ in range(400)]
        assert np.mean(quiet) < 0.08  # one in 465 windows
        found = [cusum(rng.normal(1.0, 1.0, 60)).alarm for _ in range(200)]
        assert np.median(found) == pytest.approx(9, abs=2)


class TestWindows:
    def test_months_are_in_order(self):
        column = pd.Series(["2025-03-31", "2024-12-01", "2025-03-01"], name="scan_date")
        found = time_windows(column)
        assert [(one.name, one.here.tolist()) for one in found] == [
            ("2024-12", [False, True, False]),
            ("2025-03", [True, False, True]),
        ]

    @pytest.mark.parametrize(
        ("every", "name"),
        [("day", "2025-03-31"), ("week", "2025-W14"), ("quarter", "2025Q1"), ("year", "2025")],
    )
    def test_other_periods(self, every, name):
        assert time_windows(pd.Series([20250331], name="date"), every)[0].name == name

    def test_years_are_windows_of_their_own(self):
        assert [one.name for one in time_windows(pd.Series([2021, 2019, 2021], name="year"))] == [
            "2019",
            "2021",
        ]

    def test_batches_are_in_the_order_of_people(self):
        found = batch_windows(pd.Series(["batch 10", "batch 2", "intake", "batch 2"], name="batch"))
        assert [one.name for one in found] == ["batch 2", "batch 10", "intake"]

    def test_what_has_no_time_is_told(self):
        with pytest.raises(BadTime, match="row 2"):
            batch_windows(pd.Series(["a", None], name="batch"))
        with pytest.raises(BadTime, match="no number and no date"):
            time_windows(pd.Series(["03/04/2019"], name="date"))
        with pytest.raises(BadSetting, match="--every week"):
            time_windows(pd.Series(pd.date_range("2020-01-01", periods=200), name="date"), "day")


class TestKinds:
    def test_a_kernel_that_training_did_not_have(self):
        training = {"kernel": {"B30f": 80, "B70f": 20}, "thickness": {"0.6 to 3": 100}}
        new = {"kernel": {"B30f": 20, "Br40": 20}, "thickness": {"1": 30, "5": 1}, "kvp": {"120": 40}}
        kernel, thickness = kind_entries(training, new, LIMITS)
        assert (kernel["n_unseen"], kernel["level"]) == (20, "watch")
        assert (thickness["n_unseen"], thickness["level"]) == (1, "fine")

    def test_another_mix_of_known_values(self):
        found = kind_entries({"kernel": {"a": 50, "b": 50}}, {"kernel": {"a": 2, "b": 58}}, LIMITS)
        assert (found[0]["n_unseen"], found[0]["level"]) == (0, "watch")
        same = kind_entries({"kernel": {"a": 50, "b": 50}}, {"kernel": {"a": 28, "b": 32}}, LIMITS)
        assert same[0]["level"] == "fine"


def test_a_share_counts_where_chance_is_no_explanation():
    assert share_level(0, 5, LIMITS) == "fine"
    assert share_level(1, 10, LIMITS) == "fine"
    assert share_level(5, 30, LIMITS) == "watch"
    assert share_level(20, 30, LIMITS) == "act"


def test_a_reference_is_read_as_it_was_written_and_a_damaged_one_refused():
    table = pd.DataFrame({"f": np.arange(40.0), "g": 1.0})
    made = make_reference(
        table, alone(40), np.linspace(0, 1, 40), np.arange(40) % 2, alone(40), source="held out",
        kinds={"kernel": ["a", "b"] * 20, "empty": [""] * 40},
    )  # fmt: skip
    plain = made.as_plain()
    assert read_reference(plain, ["f", "g"]).as_plain() == plain
    assert plain["kinds"] == {"kernel": {"a": 20, "b": 20}}
    for broken in ({**plain, "features": {}}, {**plain, "n_rows": "many"}, {**plain, "predicted": None}):
        with pytest.raises(UntrustedModel, match="keeps of its training rows"):
            read_reference(broken, ["f", "g"])


def test_ordered_classes_become_their_expected_place():
    np.testing.assert_allclose(one_number([[0.2, 0.3, 0.5], [1, 0, 0]]), [1.3, 0.0])
