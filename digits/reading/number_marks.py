"""What stands between digits and is none: dash, point, comma, slash, colon, plus, equals sign.

Marks are told by their shape and by where they stand beside the baseline, in heights of the row.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from digits.picture.crosses import is_cross
from digits.picture.pixels import label_parts, runs_of
from digits.picture.row_finding import Part, Row

SIGNS = {
    "dash": "-",
    "point": ".",
    "comma": ",",
    "slash": "/",
    "colon": ":",
    "plus": "+",
    "equals": "=",
}
"""For each kind of mark that is written down how it is; letters and what is unknown are not."""

# In heights of the row. Anything lower or narrower than digits are.
_LONGEST_POINT = 0.24
_LONGEST_COMMA = 0.5
_LONGEST_DASH = 1.1
_THICKEST_DASH = 0.3
_SHORTEST_SLASH = 0.75
# So long and so high is a plus; higher is a 4.
_SMALLEST_PLUS, _LARGEST_PLUS = 0.3, 0.8
# An equals sign is no higher, and its strokes are one above the other for so much of the shorter.
_HIGHEST_EQUALS, _LEAST_ABOVE = 0.7, 0.6
# Of the spread of its ink along a line that across it: less is straight.
_STRAIGHT = 0.2


@dataclass(frozen=True)
class MarkGuess:
    """What a piece of ink may be, if it is no digit.

    Attributes:
        kind: a key of `SIGNS`.
        probability: that it is one, by its shape and place alone.
    """

    kind: str
    probability: float


def guess_mark(part: Part, row: Row, stroke: float) -> MarkGuess | None:
    """The likeliest mark that a part of the ink may be; None where it is like none.

    Args:
        part: all its pieces together.
        row: where it stands.
        stroke: the width of strokes, pixels.
    """
    pen = stroke / row.height
    shape = _Shape.of(part, row)
    for guess in (_point, _colon, _dash, _plus, _equals, _comma, _slash):
        found = guess(shape, pen)
        if found is not None:
            return found
    return None


def guess_detached(part: Part, row: Row, stroke: float) -> MarkGuess | None:
    """What a part of the ink is if it is no piece of a digit, as `guess_mark`; also half a colon.

    Args:
        part: not cut from a larger one.
        row, stroke: as for `guess_mark`.
    """
    if max(part.width, part.height) <= max(_LONGEST_POINT * row.height, 2.2 * stroke):
        return guess_mark(part, row, stroke) or MarkGuess("colon", 0.5)
    guess = guess_mark(part, row, stroke)
    return guess if guess is not None and guess.probability > 0.5 else None


@dataclass(frozen=True, eq=False)
class _Shape:
    """How a part looks and where it is, in heights of the row.

    Attributes:
        width: of its box.
        height: the same.
        middle: how far that of its box is below the baseline.
        lowest: the same of its lowest pixel.
        across: the spread of its ink across its main direction, as a share of that along it.
        tilt: of that direction, degrees from level.
        lean: how far it leans to the right of what the row's digits do, degrees.
        is_pair: whether it is two dots, one above the other.
        is_cross: whether it is a level stroke and an upright one across.
        are_bars: whether it is two level strokes, one above the other.
    """

    width: float
    height: float
    middle: float
    lowest: float
    across: float
    tilt: float
    lean: float
    is_pair: bool
    is_cross: bool
    are_bars: bool

    @classmethod
    def of(cls, part: Part, row: Row) -> _Shape:
        """What is asked of a part."""
        x, y = part.middle
        across, (down, right) = main_direction(part)
        upwards = np.rad2deg(np.arctan2(right * np.sign(-down or 1), abs(down)))
        sides = sorted((part.width, part.height))
        may_cross = sides[0] >= _SMALLEST_PLUS * row.height
        may_cross &= sides[1] <= _LARGEST_PLUS * row.height
        return cls(
            width=part.width / row.height,
            height=part.height / row.height,
            middle=row.below_baseline(x, y),
            lowest=row.foot_of(part),
            across=across,
            tilt=float(np.rad2deg(np.arctan2(abs(down), abs(right)))),
            lean=float(upwards) - row.slant,
            is_pair=_is_colon(part, row),
            is_cross=may_cross and is_cross(part.mask),
            are_bars=_are_bars(part, row),
        )


def _point(shape: _Shape, pen: float) -> MarkGuess | None:
    if max(shape.width, shape.height) > max(_LONGEST_POINT, 2.2 * pen):
        return None
    if shape.width > 1.7 * shape.height and -0.85 < shape.middle < -0.2:
        return MarkGuess("dash", 0.8)
    if not -0.45 <= shape.middle <= 0.35:
        return None
    is_comma = shape.height > 1.5 * shape.width and shape.lowest > 0.02
    return MarkGuess("comma" if is_comma else "point", 0.95)


def _colon(shape: _Shape, pen: float) -> MarkGuess | None:
    return MarkGuess("colon", 0.95) if shape.is_pair else None


def _dash(shape: _Shape, pen: float) -> MarkGuess | None:
    is_flat = shape.height <= max(_THICKEST_DASH, 2 * pen) and shape.width >= 1.4 * shape.height
    if not is_flat or shape.width > _LONGEST_DASH:
        return None
    return MarkGuess("dash", 0.95 if -0.85 < shape.middle < -0.15 else 0.1)


def _plus(shape: _Shape, pen: float) -> MarkGuess | None:
    return MarkGuess("plus", 0.95) if shape.is_cross and -0.95 < shape.middle < -0.1 else None


def _equals(shape: _Shape, pen: float) -> MarkGuess | None:
    return MarkGuess("equals", 0.95) if shape.are_bars and -0.95 < shape.middle < -0.1 else None


def _comma(shape: _Shape, pen: float) -> MarkGuess | None:
    is_small = shape.height <= max(_LONGEST_COMMA, 3 * pen) and shape.width <= 0.4
    if is_small and -0.3 < shape.middle < 0.35 and shape.lowest > -0.05:
        return MarkGuess("comma", 0.9)
    return None


def _slash(shape: _Shape, pen: float) -> MarkGuess | None:
    """A stroke that leans to the right, and mostly reaches above the digits or below them."""
    is_stroke = shape.across <= _STRAIGHT and shape.height >= _SHORTEST_SLASH
    if not (is_stroke and 5 <= shape.lean <= 60):
        return None
    log_odds = 0.3 * (shape.lean - 20) + 8 * (shape.height - 1.1)
    return MarkGuess("slash", float(1 / (1 + np.exp(-np.clip(log_odds, -30, 30)))))


def is_straight(part: Part) -> bool:
    """Whether it is one stroke without bends, which is not two digits."""
    return main_direction(part)[0] <= _STRAIGHT


def main_direction(part: Part) -> tuple[float, tuple[float, float]]:
    """How far ink spreads across its main direction, as a share of along; and that: down, right.

    The two are what the eigenvectors and eigenvalues of its spreads say.
    """
    level, mixed, upright = part.spreads
    middle, off = (level + upright) / 2, math.hypot((upright - level) / 2, mixed)
    across = math.sqrt(max(middle - off, 0.0) / max(middle + off, 1e-9))
    angle = math.atan2(2 * mixed, upright - level) / 2
    return across, (math.cos(angle), math.sin(angle))


def _is_colon(part: Part, row: Row) -> bool:
    """Whether it is two dots, one above the other."""
    if part.width > 0.35 * row.height:
        return False
    starts, ends = runs_of(np.asarray(part.mask.any(axis=1)))
    if len(starts) != 2:
        return False
    upper, lower = ends - starts
    gap = starts[1] - ends[0]
    largest = 0.3 * row.height
    return bool(
        max(upper, lower) <= largest
        and max(upper, lower) <= 2.2 * min(upper, lower) + 2
        and gap >= 0.5 * min(upper, lower)
        and part.height <= row.height
    )


def _are_bars(part: Part, row: Row) -> bool:
    """Whether it is two level strokes, one above the other."""
    if part.width > _LONGEST_DASH * row.height or part.height > _HIGHEST_EQUALS * row.height:
        return False
    x, _, width, height, _ = label_parts(part.mask)[1][1:].T
    if len(x) != 2 or (width < 1.4 * height).any():
        return False
    shared = (x + width).min() - x.max()
    return bool(shared >= _LEAST_ABOVE * width.min())
