"""Marks around an amount that are none of it, as on cheques: fillers, and a printed currency sign.

People write # or * around an amount, so that nobody adds a digit. The network of rows knows neither
of these, and takes them for currency signs; and a speck beside an amount for a point or comma. The
dashes that some write instead are written as they stand.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from digits.reading.sign_scores import Sign

# Of the height of an amount's digits: a currency sign that is no higher is printed; people write it
# as high.
_AS_LOW_AS_PRINT = 0.8
# Marks that part the cents of an amount, or its thousands.
_PARTING = frozenset({"point", "comma"})


def without_fillers(signs: Sequence[Sign]) -> list[Sign]:
    """Signs that stand together, without those around an amount that are none of it.

    Args:
        signs: from left to right, with no clear gap between any two; may be none.
    """
    heights = [sign.part.height for sign in signs if sign.kind == "digit"]
    if not heights:
        return list(signs)
    height = float(np.median(heights))
    kept = list(signs)
    if _is_speck(kept[-1], kept[:-1]):
        kept = kept[:-1]
    if kept[0].kind == "comma" or _is_speck(kept[0], kept[1:]):
        kept = kept[1:]
    if _is_money(kept[0]) and (
        _is_money(kept[-1]) or kept[0].part.height <= _AS_LOW_AS_PRINT * height
    ):
        kept = [sign for sign in kept if not _is_money(sign)]
    return kept


def _is_speck(sign: Sign, others: Sequence[Sign]) -> bool:
    """Whether a point or comma at an end of an amount parts nothing, for another one does."""
    return sign.kind in _PARTING and any(other.kind in _PARTING for other in others)


def _is_money(sign: Sign) -> bool:
    return sign.kind == "currency sign"
