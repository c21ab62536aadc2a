"""What people write in a row, as text: numbers, amounts, dates, times, and words.

`x` stands for any letter, `~` for a scribble, a space for a clear gap.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Random = np.random.Generator

LETTER, SCRIBBLE, GAP = "x", "~", " "


def row_text(random: Random) -> str:
    """A text of some kind; digits and letters are as likely as they should be to be told apart."""
    weights = np.array([share for share, _ in _KINDS])
    return _KINDS[int(random.choice(len(_KINDS), p=weights / weights.sum()))][1](random)


def _digits(random: Random, least: int = 1, most: int = 12) -> str:
    count = int(random.integers(least, most + 1))
    if random.random() < 0.12:  # the same again and again, as in 1000 and 555
        again = str(random.integers(10)) * count
        return (str(random.integers(1, 10)) + again)[:count]
    return "".join(map(str, random.integers(0, 10, count)))


def _plain(random: Random) -> str:
    if random.random() < 0.75:
        return _digits(random)
    return GAP.join(_digits(random, 1, 4) for _ in range(int(random.integers(2, 5))))


def _amount(random: Random) -> str:
    point = str(random.choice([".", ","]))
    whole = _digits(random, 1, 4)
    if random.random() < 0.4:
        thousands = str(random.choice([".", ","]))
        groups = [_digits(random, 3, 3) for _ in range(int(random.integers(1, 3)))]
        whole = thousands.join([_digits(random, 1, 3), *groups])
    kind = random.random()
    if kind < 0.5:
        whole += point + _digits(random, 1, 3)
    elif kind < 0.65:
        whole += ".-"
    return _with_currency(whole, random)


def _with_currency(amount: str, random: Random) -> str:
    kind = random.random()
    if kind < 0.35:
        return str(random.choice(list("$€£¥"))) + amount
    return amount + str(random.choice(list("€$£¥"))) if kind < 0.5 else amount


def _dashed(random: Random) -> str:
    kind = random.random()
    if kind < 0.35:
        return "-" + _digits(random, 1, 5)
    if kind < 0.55:
        return f"-{_digits(random, 2, 5)}-"
    return "-".join(_digits(random, 1, 4) for _ in range(int(random.integers(2, 4))))


def _date(random: Random) -> str:
    mark = str(random.choice(list("//.-")))
    parts = [_digits(random, 1, 2), _digits(random, 1, 2)]
    if random.random() < 0.6:
        parts.append(_digits(random, 2, 2) if random.random() < 0.5 else _digits(random, 4, 4))
    return mark.join(parts)


def _time(random: Random) -> str:
    return ":".join(_digits(random, 1, 2) for _ in range(2 + (random.random() < 0.3)))


def _anything(random: Random) -> str:
    signs = list(_digits(random, 2, 7))
    for _ in range(int(random.integers(1, 4))):
        signs.insert(int(random.integers(len(signs) + 1)), str(random.choice(list("-.,/:"))))
    return "".join(signs)


def _with_letters(random: Random) -> str:
    letters = LETTER * int(random.integers(1, 4))
    gap = GAP if random.random() < 0.4 else ""
    if random.random() < 0.5:
        return letters + gap + _digits(random, 1, 5)
    return _digits(random, 1, 5) + gap + letters


def _word(random: Random) -> str:
    words = [LETTER * int(random.integers(1, 8)) for _ in range(1 + (random.random() < 0.3))]
    return GAP.join(words)


def _scribble(random: Random) -> str:
    if random.random() < 0.6:
        return SCRIBBLE
    return SCRIBBLE + GAP + _digits(random, 1, 4)


_KINDS: tuple[tuple[float, Callable[[Random], str]], ...] = (
    (0.42, _plain),
    (0.13, _amount),
    (0.06, _dashed),
    (0.06, _date),
    (0.03, _time),
    (0.05, _anything),
    (0.09, _with_letters),
    (0.10, _word),
    (0.06, _scribble),
)
