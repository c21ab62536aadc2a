"""Words that stand beside numbers, as on forms, cheques and envelopes.

The network of rows takes a letter of small or blurred print for the digit that it is like, now and
then, and hardly ever a whole word: its other signs are letters, or digits of which it is not sure.
So a word is told as a whole, beside numbers of which it is sure, and none of its signs is a digit.
Print that is much smaller than numbers comes in lines: what is beside a word of one is one, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby, takewhile
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digits.picture.pixels import middle_by_sum
from digits.picture.row_finding import close_together
from digits.reading.number_lattice import join_parts
from digits.reading.sign_scores import Sign, is_surely_there
from digits.reading.units import without_unit

if TYPE_CHECKING:
    from digits.reading.number_rows import RowReading

# Of the signs of a number fewer are letters or no digits for sure, and no more are letters.
_DOUBTED, _LETTERS_IN_NUMBER = 0.5, 0.25
# Of the height of numbers' digits: print beside them is lower.
_AS_TALL = 0.75
# Likewise, such as lines of small print are; words of one are no farther apart, in their heights.
_AS_SMALL_AS_PRINT, _BETWEEN_WORDS = 0.4, 2.0
# A word that is not lower has so many letters, or so many signs of which so many are doubted: no
# number is read so badly.
_FEWEST_LETTERS, _FEWEST_SIGNS, _DOUBTED_OF_MANY = 3, 8, 0.6
# Or it stands by itself, none is a digit for sure, and so many are letters.
_MOSTLY_LETTERS = 0.5
# So many digits that are sure and tall, side by side, are a number that a word stands close to.
_FEWEST_DIGITS = 2
# Before an amount, a printed currency is so low, of the height of its digits; where no letter is
# seen in it, it has so many signs, and is as low as other print.
_AS_TALL_AS_PRINT, _FEWEST_LOW = 0.85, 2
# What stands before a number and is a part of it.
_BEFORE = frozenset({"dash", "currency sign"})
# Raised cents are so many digits, that end so much higher than the amount, of its height.
_CENTS, _RAISED = 2, 0.12


def without_words(rows: Sequence[RowReading]) -> list[RowReading]:
    """What is written but for words, if there are numbers beside them; a row may keep no sign.

    Args:
        rows: as both networks read them.
    """
    runs_of_rows = [_runs(row.signs) for row in rows]
    numbers = [run for runs in runs_of_rows for run in runs if _is_number(run)]
    heights = [sign.part.height for run in numbers for sign in run if sign.kind == "digit"]
    if not heights:
        return list(rows)
    tall = _AS_TALL * float(np.median(heights))
    usual = middle_by_sum(np.array(heights))  # of small print there may be more
    behind_print = [[_behind_print(run, usual) for run in runs] for runs in runs_of_rows]
    kept = [[_beside_word(run, tall) for run in runs] for runs in behind_print]
    small = [run for runs in runs_of_rows for run in runs if _is_small(run, usual)]
    print_beside = _in_lines_of_print(small, [run for runs in kept for run in runs])
    return [
        row.with_signs([sign for run in runs for sign in run if sign not in print_beside])
        for row, runs in zip(rows, kept, strict=True)
    ]


def _runs(signs: Sequence[Sign]) -> list[list[Sign]]:
    """Signs that stand close together, as those of one word or number."""
    return [list(signs[run]) for run in close_together([sign.part for sign in signs])]


def _is_small(run: Sequence[Sign], usual: float) -> bool:
    """Whether all of its digits and letters are as small as print beside numbers."""
    heights = [sign.part.height for sign in _digits_and_letters(run)]
    return bool(heights) and max(heights) <= _AS_SMALL_AS_PRINT * usual


def _in_lines_of_print(small: list[list[Sign]], kept: list[list[Sign]]) -> set[Sign]:
    """All signs of those small runs that hold letters, or stand beside such a run or a word.

    Args:
        small: runs of small signs, with those that were told to be words.
        kept: all runs, without the signs of words.
    """
    signs = {sign for run in kept for sign in run}
    left = [run for run in small if not _has_letters(run) and not signs.isdisjoint(run)]
    words = [run for run in small if run not in left]
    for word in words:  # which grow meanwhile
        beside = [run for run in left if _are_neighbours(word, run)]
        left = [run for run in left if run not in beside]
        words += beside
    return {sign for run in words for sign in run}


def _has_letters(run: Sequence[Sign]) -> bool:
    """Whether more of its signs are letters than of a number's."""
    counted = _digits_and_letters(run)
    return sum(sign.kind != "digit" for sign in counted) > _LETTERS_IN_NUMBER * len(counted)


def _are_neighbours(one: Sequence[Sign], other: Sequence[Sign]) -> bool:
    """Whether one of two runs goes on where the other ends, as words of a line do."""
    left, right = sorted((one, other), key=lambda run: run[0].part.x)
    end, start = left[-1].part, right[0].part
    height = max(end.height, start.height)
    gap = start.x - end.x - end.width
    return gap <= _BETWEEN_WORDS * height and abs(start.middle[1] - end.middle[1]) <= height / 2


def _is_number(run: Sequence[Sign]) -> bool:
    """Whether the networks are sure of most of its digits, and hardly any sign is a letter.

    But for a unit behind it, and for lower letters before it, as a currency is printed.
    """
    counted = _digits_and_letters(_without_unit(run))
    letters = list(takewhile(lambda sign: sign.kind != "digit", counted))
    rest = counted[len(letters) :]
    if letters and rest:
        tall = _AS_TALL_AS_PRINT * float(np.median([sign.part.height for sign in rest]))
        counted = rest if all(_is_low(sign, tall) for sign in letters) else counted
    return not _has_letters(counted) and _share_doubted(counted) < _DOUBTED


def _beside_word(run: list[Sign], tall: float) -> list[Sign]:
    """Those signs of a run that belong to no word: all, none, or a number at its start or end."""
    stretches = [
        list(signs) for _, signs in groupby(run, lambda sign: _may_be_in_number(sign, tall))
    ]
    numbers = [
        sign
        for stretch in [stretches[0], *stretches[1:][-1:]]
        if _may_be_in_number(stretch[0], tall)
        and len(_digits_and_letters(stretch)) >= _FEWEST_DIGITS
        for sign in stretch
    ]
    measured = _without_unit(run)
    are_sure = all(map(_is_sure_digit, _digits_and_letters(measured)))
    if not numbers and are_sure and len(measured) < len(run):
        return run  # a lower number with its unit
    rest = [sign for sign in run if sign not in numbers]
    if not numbers and _is_mostly_letters(run):
        return []
    if _are_raised_cents(rest, stretches[0]):
        return run
    return numbers if _is_word(rest, tall) and not _touch(rest, numbers) else run


def _without_unit(run: Sequence[Sign]) -> Sequence[Sign]:
    """Its signs without the letters behind a digit that may be a unit."""
    return run[: len(without_unit([sign.kind for sign in run]))]


def _are_raised_cents(rest: Sequence[Sign], amount: Sequence[Sign]) -> bool:
    """Whether the rest is two digits that end higher than the amount before them."""
    if len(rest) != _CENTS or any(sign.kind != "digit" for sign in rest):
        return False
    digits = [sign.part for sign in amount if sign.kind == "digit" and sign not in rest]
    cents = [sign.part for sign in rest]
    if not digits or cents[0].middle[0] < digits[-1].middle[0]:
        return False
    feet = [float(np.mean([part.y + part.height for part in parts])) for parts in (digits, cents)]
    return feet[0] - feet[1] >= _RAISED * max(part.height for part in digits)


def _behind_print(run: list[Sign], usual: float) -> list[Sign]:
    """A run without the low word at its start, as a currency is printed before an amount."""
    tall = _AS_TALL_AS_PRINT * usual
    low = list(takewhile(lambda sign: _is_low(sign, tall) and sign.kind not in _BEFORE, run))
    rest = run[len(low) :]
    counted = _digits_and_letters(low)
    are_low = len(counted) >= _FEWEST_LOW and all(_is_low(sign, _AS_TALL * usual) for sign in low)
    are_digits = sum(sign.kind == "digit" and not _is_low(sign, tall) for sign in rest)
    may_be = (are_low or _has_letters(low)) and are_digits >= _FEWEST_DIGITS
    return rest if may_be and _is_word(low, tall) and not _touch(low, rest) else run


def _is_low(sign: Sign, tall: float) -> bool:
    """Whether it is lower than the digits of numbers, or a mark."""
    return sign.part.height < tall or not _digits_and_letters([sign])


def _touch(some: Sequence[Sign], others: Sequence[Sign]) -> bool:
    """Whether their ink hangs together, as of digits that were cut apart, and hardly of print."""
    if not some or not others:
        return False
    whole = join_parts([sign.part for sign in (*some, *others)])
    _, labels = cv2.connectedComponents(whole.mask.view(np.uint8))

    def found(sign: Sign) -> set[int]:
        top, left = sign.part.y - whole.y, sign.part.x - whole.x
        own = labels[top : top + sign.part.height, left : left + sign.part.width]
        return set(own[sign.part.mask].tolist())

    return not set().union(*map(found, some)).isdisjoint(set().union(*map(found, others)))


def _may_be_in_number(sign: Sign, tall: float) -> bool:
    """Whether it is surely a digit, and as tall as those of numbers, or a mark."""
    if not _digits_and_letters([sign]):
        return True
    return _is_sure_digit(sign) and sign.part.height >= tall


def _is_word(run: Sequence[Sign], tall: float) -> bool:
    """Whether so many of its signs are doubted that it is none of the numbers."""
    counted = _digits_and_letters(run)
    doubted = _share_doubted(counted)
    if not counted or doubted < _DOUBTED:
        return False
    is_low = np.median([sign.part.height for sign in counted]) < tall
    if is_low and not any(_may_be_in_number(sign, tall) for sign in counted):
        return True
    letters = sum(sign.kind != "digit" for sign in counted)
    is_long = len(counted) >= _FEWEST_SIGNS and doubted >= _DOUBTED_OF_MANY
    return letters >= _FEWEST_LETTERS or is_long


def _is_mostly_letters(run: Sequence[Sign]) -> bool:
    """Whether it holds no sure digit, and no fewer letters than digits."""
    counted = _digits_and_letters(run)
    letters = sum(sign.kind != "digit" for sign in counted)
    return _share_doubted(counted) == 1 and letters >= max(1, _MOSTLY_LETTERS * len(counted))


def _digits_and_letters(signs: Iterable[Sign]) -> list[Sign]:
    """All but marks, which stand in words as well."""
    return [sign for sign in signs if sign.kind == "digit" or sign.is_unclear]


def _is_sure_digit(sign: Sign) -> bool:
    return sign.kind == "digit" and is_surely_there(sign)


def _share_doubted(signs: Sequence[Sign]) -> float:
    """Of digits and letters, how many are no digit for sure; 1 where there are none."""
    return 1 - sum(map(_is_sure_digit, signs)) / len(signs) if signs else 1.0
