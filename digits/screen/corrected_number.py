"""A number as a person corrects it: by writing all of it anew, or a digit at a time."""

from __future__ import annotations

from collections.abc import Mapping

from digits.common.errors import DigitError

_DIGITS = frozenset("0123456789")


def corrected_digits(read: str, right: str, *, is_doubted: bool = False) -> dict[int, int | None]:
    """The right digit at each place where another was read; None for no digit.

    What stands between digits says nothing of them. Nothing at all says that none is a digit.

    Args:
        read: what was read, as it is shown: "12.50".
        right: what a person wrote instead.
        is_doubted: whether it was no answer, so that each digit is said anew, also where it is the
            one that was likeliest.

    Raises:
        DigitError: other digits are there than were read, so that nobody knows which is which.
    """
    before, after = ([int(sign) for sign in text if sign in _DIGITS] for text in (read, right))
    if not right.strip():
        return dict.fromkeys(range(len(before)))
    if len(before) != len(after):
        raise DigitError(
            f"{_count(before)} read there, and there should be {len(after)}: which is which "
            "nobody can tell, so your hand learns nothing of this number."
        )
    both = enumerate(zip(before, after, strict=True))
    return {place: said for place, (was, said) in both if is_doubted or was != said}


def write_corrected(read: str, said: Mapping[int, int | None]) -> str:
    """A number as a person says that it is; what stands between digits stays.

    Args:
        read: what was read, as it is shown: "12.50".
        said: the right digit at some places among the digits; None for no digit, which is left out.
    """
    written, place = "", 0
    for sign in read:
        right = said.get(place, int(sign)) if sign in _DIGITS else sign
        place += sign in _DIGITS
        written += "" if right is None else str(right)
    return written


def _count(digits: list[int]) -> str:
    return "1 digit is" if len(digits) == 1 else f"{len(digits)} digits are"
