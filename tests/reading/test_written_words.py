"""Words beside numbers: which signs are left of what both networks say of each."""

from dataclasses import replace

import numpy as np
import pytest

from digits.picture.row_finding import Part, Row
from digits.reading.number_rows import RowReading
from digits.reading.row_gaps import RowGaps
from digits.reading.sign_scores import Sign
from digits.reading.written_words import without_words

TALL, LOW, SMALL = 60, 40, 20
BLANK = np.zeros((4, 4), np.uint8)


def row_of(signs: str, *heights: int, gap: int = 2 * TALL, start: int = 0) -> RowReading:
    """Signs side by side, with a wide gap at each " ": one height for all, or for each group.

    "x" is a letter; a digit with "?" behind it is none for sure.
    """
    made: list[Sign] = []
    x = start
    for number, group in enumerate(signs.split(" ")):
        height = heights[min(number, len(heights) - 1)]
        for sign in group:
            if sign == "?":
                made[-1] = scored(made[-1], -3.0)
                continue
            kind = (
                "digit"
                if sign.isdigit()
                else {"x": "letter", ".": "point", "-": "dash", "$": "currency sign"}[sign]
            )
            part = Part(x, 100 - height, np.ones((height, 15), bool))
            made.append(Sign(part, kind, "" if sign == "x" else sign, None, None, -0.1, 0.0))
            x += 20
        x += gap
    parts = tuple(sign.part for sign in made)
    row = Row(parts, float(max(heights)), 0.0, 100.0, 0.0)
    gaps = RowGaps(row, tuple(made), np.zeros(0), BLANK, BLANK * np.float32(0))
    return RowReading(row, tuple(made), gaps, 0.0)


def scored(sign: Sign, score: float) -> Sign:
    return Sign(sign.part, sign.kind, sign.written, None, None, score, 0.0)


def left(*rows: RowReading) -> list[str]:
    kept = without_words(rows)
    assert [row.gaps.signs for row in kept] == [row.signs for row in kept]
    return ["".join(sign.written or "x" for sign in row.signs) for row in kept]


@pytest.mark.parametrize("word", ["00xxxx5", "xx1xx", "1?0?2?08?0?", "0?", "7?xx8"])
def test_low_print_above_a_number_is_no_digit(word: str) -> None:
    assert left(row_of(word, LOW), row_of("86.968", TALL)) == ["", "86.968"]


@pytest.mark.parametrize("number", ["968xx", "43x"])
def test_nor_is_it_above_a_number_with_a_unit(number: str) -> None:
    digits = number.rstrip("x")
    word = row_of("1?xxxx", LOW)
    assert left(word, row_of(f"{digits} {number[len(digits) :]}", TALL, LOW, gap=2)) == ["", digits]


def test_a_lower_number_with_a_unit_is_no_word() -> None:
    assert left(row_of("377", 2 * TALL), row_of("23xx", TALL)) == ["377", "23xx"]


def test_nor_is_it_in_the_row_of_the_number() -> None:
    assert left(row_of("xx4?0x 1.95", LOW, TALL)) == ["1.95"]
    assert left(row_of("27 5?1?x", TALL, LOW)) == ["27"]


def behind(word: RowReading, number: RowReading) -> RowReading:
    """A word and a number close behind it, as one row."""
    start = word.signs[-1].part.x + 20
    moved = [replace(sign, part=replace(sign.part, x=sign.part.x + start)) for sign in number.signs]
    signs = (*word.signs, *moved)
    row = replace(number.row, parts=tuple(sign.part for sign in signs))
    return replace(number, row=row, signs=signs, gaps=replace(number.gaps, row=row, signs=signs))


@pytest.mark.parametrize(
    ("word", "height", "amount"),
    [("xx", 48, "1?892"), ("8?5", 40, "3924"), ("x5.", 48, "34"), ("x", 48, "1?892")],
)
def test_a_currency_before_an_amount_goes_and_all_of_the_amount_stays(word, height, amount) -> None:
    assert left(behind(row_of(word, height), row_of(amount, TALL))) == [amount.replace("?", "")]


@pytest.mark.parametrize(("first", "height"), [("85", 48), ("85", 40), ("8?5", 55), ("-", 8)])
def test_low_digits_at_the_start_of_a_number_stay(first: str, height: int) -> None:
    signs = first.replace("?", "")
    assert left(behind(row_of(first, height), row_of("3924", TALL))) == [signs + "3924"]


@pytest.mark.parametrize("number", ["-953", "$953"])
def test_a_minus_or_currency_sign_behind_a_low_word_belongs_to_the_number(number: str) -> None:
    assert left(behind(row_of("xx", 40), row_of(number, TALL))) == [number]


def test_raised_cents_stay_though_one_is_not_sure() -> None:
    amount, low = row_of("157.", TALL), row_of("9?7", LOW)
    raised = [replace(sign, part=replace(sign.part, y=sign.part.y - 12)) for sign in low.signs]
    assert left(behind(amount, replace(low, signs=tuple(raised)))) == ["157.97"]
    assert left(behind(amount, low)) == ["157."]  # small print


def test_a_scribble_by_itself_is_no_digit_though_it_is_as_high() -> None:
    assert left(row_of("1?x 67.77", TALL)) == ["67.77"]
    assert left(row_of("1?1?x 67.77", TALL)) == ["11x67.77"]


@pytest.mark.parametrize("line", ["x151x", "xxxx 515", "xxx 10 5 xx", "5 1?0? xx"])
def test_nor_are_sure_digits_among_the_words_of_a_line_of_small_print(line: str) -> None:
    small = row_of(line, SMALL, gap=SMALL)
    assert left(small, row_of("61.67", TALL)) == ["", "61.67"]


def test_nor_are_they_where_the_line_is_found_as_two_rows() -> None:
    word, other = row_of("xxx", SMALL), row_of("515", SMALL, start=80)
    assert left(word, other, row_of("61.67", TALL)) == ["", "", "61.67"]


def test_nor_are_they_where_more_of_them_are_sure_than_digits_are_written() -> None:
    lines = [row_of("xxx x151", SMALL, gap=SMALL) for _ in range(2)]
    assert left(*lines, row_of("84.50", TALL)) == ["", "", "84.50"]


def test_small_numbers_that_stand_far_from_words_stay() -> None:
    assert left(row_of("xxx 515", SMALL), row_of("61.67", TALL)) == ["515", "61.67"]
    assert left(row_of("515 24", SMALL, gap=SMALL), row_of("61", TALL)) == ["51524", "61"]


@pytest.mark.parametrize("word", ["x85xxx13xx", "1?011?1?1?3?7?5"])
def test_a_word_as_tall_as_numbers_is_known_by_its_letters_or_its_length(word: str) -> None:
    assert left(row_of(word, TALL), row_of("4332", TALL)) == ["", "4332"]


def test_a_number_that_a_word_touches_stays() -> None:
    number = row_of("4332", TALL)
    assert left(row_of("xxx45", TALL), number, row_of("12.5xxxx", TALL)) == ["45", "4332", "12.5"]
    assert left(row_of("xx11xxx", TALL), number) == ["", "4332"]


@pytest.mark.parametrize(
    "number", ["x4", "x412", "3?8?7", "4?", "1?2?3?4?", "72xx", "x764"]
)  # not sure, or with letters, and as tall as others
def test_badly_written_numbers_stay(number: str) -> None:
    assert left(row_of(number, TALL), row_of("4332", TALL)) == [number.replace("?", ""), "4332"]


def test_a_last_digit_that_is_a_little_lower_stays_before_a_unit() -> None:
    number = row_of("776x", TALL)
    signs = [*number.signs]
    signs[2] = replace(signs[2], part=Part(40, 50, np.ones((50, 15), bool)))
    number = replace(number, signs=tuple(signs), gaps=replace(number.gaps, signs=tuple(signs)))
    assert left(number, row_of("393", 70)) == ["776x", "393"]


@pytest.mark.parametrize("doubted", [[5], [0, 1], [6, 7]])
def test_low_digits_that_were_cut_from_a_number_stay(doubted: list[int]) -> None:
    """The network of digits is not sure of what it was shown, and a seam may have made it low."""
    row = row_of("07365487", TALL)
    signs = [
        replace(sign, part=Part(15 * number, 40, sign.part.mask), score=-0.1)
        for number, sign in enumerate(row.signs)
    ]
    for number in doubted:
        low = Part(15 * number, 60, np.ones((LOW, 15), bool))
        signs[number] = replace(signs[number], part=low, score=-2.0)
    touching = replace(row, signs=tuple(signs), gaps=replace(row.gaps, signs=tuple(signs)))
    assert left(touching) == ["07365487"]


def test_low_digits_that_are_sure_stay() -> None:
    assert left(row_of("4332 50", TALL, LOW), row_of("05.11", LOW)) == ["433250", "05.11"]


@pytest.mark.parametrize("row", ["00xxxx5", "1?0?2?", "xx5xx"])
def test_without_a_number_beside_it_nothing_is_left_out(row: str) -> None:
    assert left(row_of(row, LOW)) == [row.replace("?", "")]
    assert left() == []
