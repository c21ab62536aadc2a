"""Units behind numbers, such as kg: a g is like a 9, but hangs below the baseline.

Both networks see each sign as high as it is, and do not see where it stands; so a 9 that hangs, top
and foot, below a letter in front of it is a letter, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from digits.picture.row_finding import Part, Row, close_together
from digits.reading.sign_scores import Sign

# As in kg and cm.
_LETTERS_OF_UNIT = 2
# In heights of the row: a g's top and foot are so far below those of a letter with an ascender.
_HANGS = 0.2


def without_unit(kinds: Sequence[str]) -> Sequence[str]:
    """Kinds of signs, from left to right, without those letters behind a digit that may be a unit.

    Args:
        kinds: any number of them.
    """
    left = len(kinds)
    while kinds and kinds[0] == "digit" and len(kinds) - left < _LETTERS_OF_UNIT:
        if kinds[left - 1] != "letter":
            break
        left -= 1
    return kinds[:left]


def with_letters_that_hang(signs: Sequence[Sign], row: Row) -> tuple[Sign, ...]:
    """Signs of a row, the last of which is a letter if it is a 9 that hangs behind one.

    Args:
        signs: from left to right.
        row: where they stand.
    """
    if len(signs) < 2:
        return tuple(signs)
    *others, before, last = signs
    is_letter = before.kind == "letter" and last.written == "9"
    is_letter &= len(close_together([before.part, last.part])) == 1
    if not (is_letter and _hangs(last.part, before.part, row)):
        return tuple(signs)
    letter = replace(last, kind="letter", written="", logits=None, log_shares=None)
    return (*others, before, letter)


def _hangs(part: Part, other: Part, row: Row) -> bool:
    """Whether a part reaches as far below another as it stays below its top."""
    foot = row.foot_of(part) - row.foot_of(other)
    top = foot - (part.height - other.height) / row.height
    return min(foot, top) >= _HANGS
