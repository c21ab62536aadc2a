"""Fillers and printed signs around an amount are none of it."""

import numpy as np
import pytest

from digits.picture.row_finding import Part
from digits.reading.marks_of_amounts import without_fillers
from digits.reading.sign_scores import Sign

HEIGHT = 50
KINDS = {"$": "currency sign", "-": "dash", ".": "point", ",": "comma"}


def kept(written: str, *, money: int = HEIGHT) -> str:
    """What is kept of signs, with so high currency signs."""
    signs = []
    for number, sign in enumerate(written):
        height = {"$": money, "-": 8}.get(sign, HEIGHT)
        width = HEIGHT if sign == "-" else 20
        part = Part(60 * number, 0, np.ones((height, width), bool))
        signs.append(Sign(part, KINDS.get(sign, "digit"), sign, None, None, -0.1, 0.0))
    return "".join(sign.written for sign in without_fillers(signs))


@pytest.mark.parametrize("written", ["-1000-", "12.50-", "50.-", "50,-", "5-3", "-"])
def test_dashes_stay(written: str) -> None:
    assert kept(written) == written


def test_what_looks_like_a_currency_on_both_sides_is_none() -> None:
    assert kept("$48.10$") == "48.10"
    assert kept("$$48.10$") == "48.10"


def test_a_currency_sign_lower_than_the_digits_is_printed() -> None:
    assert kept("$48.10", money=38) == "48.10"
    assert kept("$48.10", money=45) == "$48.10"
    assert kept("48.10$", money=38) == "48.10$"


@pytest.mark.parametrize(
    ("written", "is_kept"),
    [(",12.50", "12.50"), (".7.531", "7.531"), (".74,50", "74,50"), ("12,50,", "12,50")],
)
def test_a_speck_at_its_ends_is_no_point_or_comma(written: str, is_kept: str) -> None:
    assert kept(written) == is_kept
    assert kept(".50") == ".50"


def test_nothing_and_marks_alone_stay() -> None:
    assert kept("") == ""
    assert kept("$") == "$"
