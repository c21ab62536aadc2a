"""Each digit of a number has a button of its own, alike as they may be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from digits.page.digit_choice import distinct_labels
from tests.app_page import open_app_page
from tests.browser import row_of_digits
from tests.page.test_app import by_label, canvas_value, text


@pytest.fixture
def page() -> AppTest:
    return open_app_page()


def draw_number(page: AppTest, number: str, sheet: int = 0) -> AppTest:
    page.session_state["canvas"] = canvas_value(row_of_digits(number), sheet)
    return page.run()


@given(st.lists(st.sampled_from(["2 · >99.9%", "2 · 99.9%", "0 · 61.0% ?"]), max_size=12))
def test_labels_differ_and_read_alike(labels: list[str]) -> None:
    own = distinct_labels(labels)
    assert len(set(own)) == len(labels)
    assert [label.rstrip(" ") for label in own] == labels


@pytest.mark.parametrize("number", ["2026", "777"])
def test_of_digits_with_the_same_label_the_one_that_is_chosen_is_corrected(
    page: AppTest, number: str
) -> None:
    draw_number(page, number)
    labels = [label.rstrip() for label in page.button_group[0].options]
    first, last = labels.index(labels[-2 if number == "2026" else -1]), len(labels) - 1
    assert number != "777" or labels[0] == labels[2], "the fault is not there to be seen"

    for place in (first, last, first):
        page.button_group[0].set_value(place).run()
        chosen = page.session_state["answer"].digits[place]
        assert [each.key for each in page.expander if str(each.key).startswith("wrong-")] == [
            f"wrong-{chosen.key}"
        ]

    page.session_state[f"wrong-{chosen.key}"] = True
    page.run()
    by_label(page.button, "8").click().run()
    (correction,) = page.session_state["hand"].corrections
    assert (correction.reading.placement == chosen.placement).all()
    assert page.button_group[0].value == first


def test_a_digit_that_is_chosen_once_more_leaves_the_whole_number(page: AppTest) -> None:
    draw_number(page, "777")
    page.button_group[0].set_value(0).run()
    assert "Likeliest digit 7" in text(page, "answer of-number")
    page.button_group[0].set_value(None).run()
    assert page.button_group[0].value is None
    assert "spoke for each digit" in text(page, "heatmap")


def test_another_number_begins_with_nothing_chosen(page: AppTest) -> None:
    draw_number(page, "777")
    page.button_group[0].set_value(1).run()
    draw_number(page, "77")
    assert page.button_group[0].value is None
