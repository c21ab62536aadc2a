"""What is said of a person's hand: no more than it did, and no longer than it holds."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import patch

import pytest
from PIL import Image

from digits.adaptation.kept_corrections import KeptCorrection
from digits.common.errors import ModelError
from digits.screen import persons_hand
from digits.screen.persons_hand import PersonsHand, describe_hand, describe_without
from digits.screen.shown_answer import ShownAnswer
from digits.screen.shown_number import read_number_to_show
from tests.conftest import as_file
from tests.drawings import DIGITS, Strokes, draw
from tests.page.test_correcting import barred_two


def shown(strokes: Strokes, hand: PersonsHand) -> ShownAnswer:
    picture = as_file(Image.fromarray(draw(strokes)))
    return read_number_to_show(picture, "dark", hand.hand).digits[0]


@pytest.fixture(scope="module")
def hand_of_barred_twos() -> PersonsHand:
    hand = PersonsHand()
    for step in range(3):
        hand.correct(shown(barred_two(step), hand).reading, 2)
    return hand


def test_what_a_hand_changed_is_told(hand_of_barred_twos: PersonsHand) -> None:
    answer = shown(barred_two(3), hand_of_barred_twos)
    assert answer.top_k[0][0] == 2
    assert describe_without(answer) == "Without it would be a 7."


def test_what_the_row_of_a_digit_changed_is_not_told_of_the_hand(
    hand_of_barred_twos: PersonsHand,
) -> None:
    alone = shown(DIGITS[3], hand_of_barred_twos)
    in_its_row = replace(alone, top_k=[(5, 0.6), (3, 0.4)])
    assert alone.top_k[0][0] == 3
    assert describe_without(alone) == describe_without(in_its_row) == ""


def test_what_is_brought_back_was_said_before_and_nothing_is_there_twice() -> None:
    hand = PersonsHand()
    one, two = (shown(DIGITS[digit], hand).reading for digit in (3, 4))
    kept = [KeptCorrection(one, 8, "", ""), KeptCorrection(two, 9, "", "")]
    now = hand.correct(one, 5)

    for new in (2, 0):
        assert hand.bring_back(kept) == new
        assert hand.corrections == [*kept, now]
    assert "the later correction counts" in hand.notes[0]


def test_a_problem_is_told_for_as_long_as_there_is_one() -> None:
    hand = PersonsHand()
    reading = shown(DIGITS[3], hand).reading
    with patch.object(persons_hand, "adapt", side_effect=ModelError("Not this model.")):
        hand.correct(reading, 8)
    assert describe_hand(hand) == "Not this model."

    hand.correct(reading, 8)
    assert describe_hand(hand).startswith("Adapted to your hand: ")
    assert hand.problem is None

    with patch.object(persons_hand, "adapt", side_effect=ModelError("Not this model.")):
        hand.correct(reading, 8)
    for each in list(hand.corrections):
        hand.take_back(each)
    assert hand.problem is None
