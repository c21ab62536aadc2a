"""Which digits of a number are meant by somebody who writes the whole number anew."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digits.common.errors import DigitError
from digits.screen.corrected_number import corrected_digits, write_corrected


@pytest.mark.parametrize(
    ("read", "right", "found"),
    [
        ("7", "2", {0: 2}),
        ("7", "7", {}),
        ("12.50", "12,60", {2: 6}),
        ("1284 / 17", "1234 / 77", {2: 3, 4: 7}),
        ("12 34", "9 2 3 5", {0: 9, 3: 5}),
        ("7", " ", {0: None}),
        ("78", "", {0: None, 1: None}),
    ],
)
def test_only_places_where_digits_differ_are_corrected(
    read: str, right: str, found: dict[int, int | None]
) -> None:
    assert corrected_digits(read, right) == found


@pytest.mark.parametrize(("read", "right"), [("7", "２"), ("1", "17"), ("123", "12"), ("12", "x")])
def test_other_than_so_many_digits_teach_nothing(read: str, right: str) -> None:
    with pytest.raises(DigitError, match="learns nothing"):
        corrected_digits(read, right)


def test_what_cannot_be_told_apart_is_one_sentence() -> None:
    with pytest.raises(DigitError) as error:
        corrected_digits("1234", "12345")
    assert str(error.value) == (
        "4 digits are read there, and there should be 5: which is which nobody can tell, so your "
        "hand learns nothing of this number."
    )


@pytest.mark.parametrize(
    ("read", "said", "written"),
    [
        ("206", {1: 8}, "286"),
        ("12.50", {2: 6, 3: 1}, "12.61"),
        ("204\n73", {3: 1}, "204\n13"),
        ("12 / 7", {2: None}, "12 / "),
        ("7", {}, "7"),
        ("7", {0: None}, ""),
    ],
)
def test_a_digit_that_is_corrected_stands_where_another_was_read(
    read: str, said: dict[int, int | None], written: str
) -> None:
    assert write_corrected(read, said) == written


@given(st.text("0123456789 .,/-\n", max_size=12), st.text("0123456789", min_size=12, max_size=12))
def test_a_number_written_anew_is_what_its_corrections_write(read: str, digits: str) -> None:
    following = iter(digits)
    right = "".join(next(following) if sign in "0123456789" else sign for sign in read)
    if right.strip():
        assert write_corrected(read, corrected_digits(read, right)) == right


def test_of_what_was_in_doubt_each_digit_is_said_also_where_it_was_likeliest() -> None:
    assert corrected_digits("17", "12", is_doubted=True) == {0: 1, 1: 2}
    assert corrected_digits("1", "", is_doubted=True) == {0: None}
    with pytest.raises(DigitError):
        corrected_digits("1", "12", is_doubted=True)
