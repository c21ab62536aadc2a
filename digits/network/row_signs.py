"""The signs that the network of rows tells apart."""

from __future__ import annotations

DIGITS = "0123456789"
MARKS = {
    "-": "dash",
    ".": "point",
    ",": "comma",
    "/": "slash",
    ":": "colon",
    "$": "currency sign",
    "€": "currency sign",
    "£": "currency sign",
    "¥": "currency sign",
}
"""For each mark that is written down how it is, its kind."""
LETTER = "x"
"""Stands for any letter, and for whatever else is neither digit nor mark."""
SIGNS = DIGITS + "".join(MARKS) + LETTER
BLANK = len(SIGNS)
"""Number of the class between two signs (Graves et al., 2006)."""
COLUMNS_A_FRAME = 2
"""How many columns of a strip the network of rows gives one answer for."""
PAPER_BEHIND = 40
"""How many columns of paper the network of rows sees behind a row at least, so that its last sign
ends in paper and not in the nothing beyond a strip. Such frames are no answers."""


def classes_of(signs: str) -> list[int]:
    """The numbers of some signs.

    Raises:
        ValueError: there is one that is none of `SIGNS`.
    """
    return [SIGNS.index(sign) for sign in signs]
