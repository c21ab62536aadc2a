"""Each digit of a number has a button of its own, alike as they may be."""

from __future__ import annotations

import base64
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from digits.page.digit_choice import distinct_labels
from digits.page.explanation import SIDE_OF_DIGIT
from tests.app_page import open_app_page
from tests.browser import row_of_digits
from tests.page.test_app import blocks, by_label, canvas_value, text


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


def test_side_by_side_shows_the_digit_and_not_the_number(page: AppTest) -> None:
    draw_number(page, "2026")
    page.button_group[0].set_value(1).run()
    page.segmented_control(key="view").set_value("side").run()

    (block,) = blocks(page, "heatmap")
    for encoded in re.findall(r"base64,([^\"]+)", block):
        with Image.open(io.BytesIO(base64.b64decode(encoded))) as picture:
            assert max(picture.size) == SIDE_OF_DIGIT
            assert picture.width < 1.2 * picture.height


def test_one_by_one_all_digits_can_be_said_to_be_none(page: AppTest) -> None:
    draw_number(page, "77")
    for place in (0, 1):
        page.button_group[0].set_value(place).run()
        key = page.session_state["answer"].digits[place].key
        page.session_state[f"wrong-{key}"] = True
        page.run()
        by_label(page.button, "no digit").click().run()
    assert not page.exception
    assert not [
        block
        for block in blocks(page, "answer")
        if 'answer-number" style="--signs: 3"></p>' in block
    ]
