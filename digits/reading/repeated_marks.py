"""A point, comma or colon that came in pieces: in a number none stands twice side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from digits.reading.number_lattice import join_parts
from digits.reading.sign_scores import Sign

# A dash may stand twice, as at the end of an amount, and a slash may.
_ONCE = frozenset({"point", "comma", "colon"})


def without_repeated_marks(signs: Sequence[Sign]) -> tuple[Sign, ...]:
    """Signs of a row from left to right, with the pieces of a mark as that mark.

    Chalk and a dry pen leave a point in crumbs, and of a colon each dot may be taken for one.

    Args:
        signs: in reading order.
    """
    kept: list[Sign] = []
    for sign in signs:
        if kept and sign.kind in _ONCE and kept[-1].kind == sign.kind:
            likelier = max(kept[-1], sign, key=lambda each: each.score)
            kept[-1] = replace(likelier, part=join_parts([kept[-1].part, sign.part]))
        else:
            kept.append(sign)
    return tuple(kept)
