"""An apostrophe between thousands, as in 7'836.50: the networks know none, and a digit takes it.

It is small, high and narrow, lies beside its digit and not above it, as a bar does, and three
digits follow close behind.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise, takewhile

import numpy as np

from digits.picture.pixels import Mask, label_parts
from digits.picture.row_finding import Part, Row, cropped
from digits.reading.row_gaps import LEAST_CLEAR_GAP
from digits.reading.sign_scores import Sign

_FOLLOWING = 3
# In heights of the row: how high an apostrophe is, and how far above the baseline it ends at least.
# Of its height, how wide it is at most.
_HEIGHTS, _HIGHEST_FOOT, _WIDEST = (0.2, 0.5), 0.5, 0.75
# Of its own width: what of it is above or below its digit at most.
_MOST_ABOVE = 0.35


def with_apostrophes(signs: Sequence[Sign], row: Row) -> tuple[Sign, ...]:
    """Signs of a row from left to right, with the apostrophes that lie in digits as marks.

    Args:
        signs: in reading order.
        row: where they stand.
    """
    told: list[Sign] = []
    closest = LEAST_CLEAR_GAP * row.height
    for number, sign in enumerate(signs):
        told += _apart(
            sign,
            row,
            may_be_before=number > 0 and _digits_behind(signs[number - 1 :], closest) == _FOLLOWING,
            may_be_behind=_digits_behind(signs[number:], closest) == _FOLLOWING,
        )
    return tuple(told)


def _digits_behind(signs: Sequence[Sign], widest: float) -> int:
    """How many digits stand close behind the first one, before a wider gap or any other sign."""
    are_digits = list(takewhile(lambda sign: sign.kind == "digit", signs))
    pairs = pairwise([sign.part for sign in are_digits])
    return sum(
        1 for _ in takewhile(lambda pair: pair[1].x - pair[0].x - pair[0].width <= widest, pairs)
    )


def _apart(sign: Sign, row: Row, *, may_be_before: bool, may_be_behind: bool) -> Iterable[Sign]:
    """A sign, and the apostrophe that lies in it, if one may stand there."""
    if sign.kind != "digit" or not (may_be_before or may_be_behind):
        return [sign]
    part_of, stats = label_parts(sign.part.mask)
    for number in range(1, len(stats)):
        own = np.asarray(part_of == number)
        mark, digit = (_cut_out(sign.part, mask) for mask in (own, sign.part.mask & ~own))
        if digit is not None and mark is not None and _is_apostrophe(mark, digit, row):
            told = Sign(mark, "unknown", "'", None, None, 0.0, 0.0)
            rest = replace(sign, part=digit)
            if mark.middle[0] < digit.middle[0]:
                return [told, rest] if may_be_before else [sign]
            return [rest, told] if may_be_behind else [sign]
    return [sign]


def _cut_out(part: Part, mask: Mask) -> Part | None:
    """Some of a part's pixels; None if there are none."""
    return cropped(replace(part, mask=mask)) if mask.any() else None


def _is_apostrophe(mark: Part, digit: Part, row: Row) -> bool:
    """Whether a piece of ink beside the rest of a digit is one."""
    is_small = _HEIGHTS[0] <= mark.height / row.height <= _HEIGHTS[1]
    is_small &= mark.width <= _WIDEST * mark.height
    shared = min(mark.x + mark.width, digit.x + digit.width) - max(mark.x, digit.x)
    is_beside = shared <= _MOST_ABOVE * mark.width
    return is_small and is_beside and row.foot_of(mark) <= -_HIGHEST_FOOT
