"""An apostrophe between thousands, as in 7'836.50: the networks know none, and a digit takes it.

It is small, high and narrow, lies beside its digit and not above it, as a bar does, and three
digits follow.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import takewhile

import numpy as np

from digits.picture.pixels import Mask, label_parts
from digits.picture.row_finding import Part, Row, cropped
from digits.reading.sign_scores import Sign

_FOLLOWING = 3
# In heights of the row: how high an apostrophe is, how wide at most, and how far above the
# baseline it ends at least.
_HEIGHTS, _WIDEST, _HIGHEST_FOOT = (0.1, 0.55), 0.3, 0.5
# Of its own width: what of it is above or below its digit at most.
_MOST_ABOVE = 0.35


def with_apostrophes(signs: Sequence[Sign], row: Row) -> tuple[Sign, ...]:
    """Signs of a row from left to right, with the apostrophes that lie in digits as marks.

    Args:
        signs: in reading order.
        row: where they stand.
    """
    told: list[Sign] = []
    for number, sign in enumerate(signs):
        is_behind_digit = number > 0 and signs[number - 1].kind == "digit"
        told += _apart(
            sign,
            row,
            may_be_before=is_behind_digit and _digits_from(signs[number:]) == _FOLLOWING,
            may_be_behind=_digits_from(signs[number + 1 :]) == _FOLLOWING,
        )
    return tuple(told)


def _digits_from(signs: Sequence[Sign]) -> int:
    """How many digits stand side by side before anything else does."""
    return sum(1 for _ in takewhile(lambda sign: sign.kind == "digit", signs))


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
    is_small &= mark.width <= min(_WIDEST * row.height, mark.height)
    shared = min(mark.x + mark.width, digit.x + digit.width) - max(mark.x, digit.x)
    is_beside = shared <= _MOST_ABOVE * mark.width
    return is_small and is_beside and row.foot_of(mark) <= -_HIGHEST_FOOT
