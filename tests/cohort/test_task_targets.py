"""Targets of the tasks: ordered classes and numbers, read or refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiobone.cohort.targets import read_target
from radiobone.cohort.task import Binary, Number, Ordinal, codes_of, parse_task
from radiobone.core.errors import BadConfig, BadSetting, MixedLabels, NotBinary, NotNumeric, OneClass
from radiobone.core.warnings import DecimalComma, RowsDropped

WHO = ["osteopenia", "normal", "osteoporosis", "normal"]


def column(values):
    return pd.Series(values, name="bone", dtype=object)


class TestOrderedClasses:
    def test_a_named_order_is_taken_whatever_the_case(self):
        found = read_target(column(["Osteopenia", "Normal", "Osteoporosis"]), parse_task("ordinal", "who"))
        assert found.levels == ("Normal", "Osteopenia", "Osteoporosis")
        assert found.y.tolist() == [1, 0, 2]

    def test_the_users_order_goes_both_ways(self):
        forth = read_target(column(WHO), Ordinal(order=("normal", "osteopenia", "osteoporosis")))
        back = read_target(column(WHO), parse_task("ordinal", "osteoporosis, osteopenia, normal"))
        assert (forth.y + back.y == 2).all()

    def test_numbers_have_an_order_of_their_own(self):
        found = read_target(column(["10", "2", 1.0]), Ordinal())
        assert (found.levels, found.y.tolist()) == (("1", "2", "10"), [2, 1, 0])

    def test_words_without_an_order_are_refused(self):
        with pytest.raises(BadSetting, match="--order"):
            read_target(column(WHO), Ordinal())

    @pytest.mark.parametrize("order", ["normal,osteopenia,severe", "normal,osteoporosis,osteopenia,severe"])
    def test_an_order_of_other_classes_is_refused(self, order):
        with pytest.raises(BadSetting, match="does not fit"):
            read_target(column(WHO), parse_task("ordinal", order))

    def test_a_class_without_a_place_is_refused(self):
        with pytest.raises(BadSetting, match="'fracture' has no place"):
            read_target(column([*WHO, "fracture"]), parse_task("ordinal", "who"))

    @pytest.mark.parametrize(
        ("values", "error"),
        [(["a", "b"], BadSetting), (["a", "a"], OneClass), (list(range(30)), BadSetting), (["a", "A", "b", "c"], MixedLabels)],
    )  # fmt: skip
    def test_what_is_no_set_of_ordered_classes_is_refused(self, values, error):
        with pytest.raises(error):
            read_target(column(values), Ordinal())

    def test_rows_without_a_class_are_left_out(self):
        with pytest.warns(RowsDropped):
            found = read_target(column([1, None, 2, 3]), Ordinal())
        assert found.known.tolist() == [0, 2, 3]


class TestNumbers:
    def test_negative_values_are_values(self):
        with pytest.warns(RowsDropped):
            found = read_target(column([-2.5, None, 0.0, 1]), Number())
        assert found.known.tolist() == [0, 2, 3]
        assert found.y[[0, 2, 3]].tolist() == [-2.5, 0.0, 1.0]

    def test_decimal_commas_are_read(self):
        with pytest.warns(DecimalComma):
            assert read_target(column(["-2,5", "1,0", "0,3"]), Number()).y.tolist() == [-2.5, 1.0, 0.3]

    @pytest.mark.parametrize(
        ("values", "error"), [(["low", 1, 2], NotNumeric), ([1, 1, 1], OneClass), ([0, 1, 0], BadSetting)]
    )
    def test_what_is_no_number_is_refused(self, values, error):
        with pytest.raises(error):
            read_target(column(values), Number())


def test_the_error_of_many_classes_names_the_tasks():
    with pytest.raises(NotBinary, match=r"--task ordinal.*--task number"):
        read_target(column(WHO), Binary())


@pytest.mark.parametrize("task", [Ordinal(), Number()])
def test_a_positive_class_is_for_two_classes(task):
    with pytest.raises(BadSetting, match="no positive class"):
        read_target(column([1, 2, 3]), task, positive="1")


class TestSettings:
    @pytest.mark.parametrize(
        "asked",
        [
            "{kind: number, boundaries: ['< -1', '<= -2.5']}",
            {"kind": "number"},
            "number",
            "regression",
            {"kind": "regression"},
        ],
    )
    def test_the_default_boundaries_are_the_whos(self, asked):
        assert parse_task(asked) == Number()
        assert [one.text for one in Number().boundaries] == ["< -1", "<= -2.5"]

    def test_values_on_the_whos_boundaries_have_the_whos_class(self):
        values = np.array([-0.99, -1.0, -1.01, -2.49, -2.5, -2.51])
        assert codes_of(values, Number().boundaries).tolist() == [0, 0, 1, 1, 2, 2]

    @given(st.lists(st.floats(-5, 5), min_size=1), st.sets(st.integers(-4, 4), min_size=1, max_size=3))
    def test_lower_values_are_never_in_a_class_before(self, values, cuts):
        codes = codes_of(np.sort(values), parse_task({"kind": "number", "boundaries": list(cuts)}).boundaries)
        assert (np.diff(codes) <= 0).all()

    @pytest.mark.parametrize(
        "asked",
        ["three", "{kind: number, boundaries: [high]}", "{kind: ordinal, order: [a, b]}", "{kind: number, boundaries: [1, 1]}",
         "{kind: ordinal, order: [a, A, b]}"],
    )  # fmt: skip
    def test_what_is_no_task_is_refused(self, asked):
        with pytest.raises((BadSetting, BadConfig)):
            parse_task(asked)

    def test_an_order_is_for_ordered_classes(self):
        with pytest.raises(BadSetting, match="--task ordinal"):
            parse_task("number", "who")
