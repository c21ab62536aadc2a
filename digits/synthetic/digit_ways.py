"""Ways of writing digits of which collections hold too few, to learn from.

Square corners and straight strokes, as a mouse draws them and displays show them; zeros with a
slash; ones with flag and foot; sevens with a bar; outlines; dots and dashes in the place of
strokes; a ring around the digit, as in a list; digits that lean. Whatever real pen digits there
are lend their shapes; the rest is drawn on the grid of `letter_strokes`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from digits.picture.pixels import round_brush
from digits.synthetic.doodles import Line, bent, fitted, rounded, turned
from digits.synthetic.drawing_basics import SUBPIXEL_BITS, fixed_point
from digits.synthetic.ink import ink_of_lines, ink_of_mnist, ink_of_strokes, rough_stroke_width
from digits.synthetic.letter_strokes import parse_strokes
from digits.synthetic.pen_strokes import PenDigit
from digits.synthetic.sources import Map, Random, Sources


def draw_digit_way(random: Random, sources: Sources) -> tuple[str, Map, int]:
    """A digit written in one of these ways.

    Args:
        random: the digit depends on nothing else but the sources.
        sources: real digits to draw anew; without any, only ways that need none are taken.

    Returns:
        A key of `WAYS`; float32 (h, w) in [0, 1], 1 where ink lies; and the digit, 0 to 9.
    """
    missing = _MADE_OF_DIGITS if not len(sources.images) else _MADE_OF_STROKES
    names = [name for name in WAYS if sources.pens or name not in missing]
    shares = np.array([WAYS[name][0] for name in names])
    name = names[int(random.choice(len(names), p=shares / shares.sum()))]
    ink, label = WAYS[name][1](random, sources)
    return name, ink, label


def draw_digit_as(label: int, random: Random, sources: Sources) -> Map | None:
    """A certain digit in one of those ways that leave it upright and by itself.

    Args:
        label: 0 to 9.
        random, sources: as for `draw_digit_way`.

    Returns:
        Float32 (h, w) in [0, 1]; None where no such digit came by chance.
    """
    for _ in range(_TRIES):
        name, ink, drawn = draw_digit_way(random, sources)
        if drawn == label and name not in _NOT_IN_ROWS:
            return ink
    return None


_TRIES = 8
_NOT_IN_ROWS = ("ringed", "turned")


# --- straight strokes

# As on a grid of ten by ten; see `letter_strokes`.
BLOCK_DIGITS: tuple[tuple[str, ...], ...] = (
    ("10 80 89 19 10", "20 70 79 29 20", "00 90 99 09 00", "10 19 89 80 10", "80 10 19 89 80"),
    ("50 59", "32 50 59", "30 50 59", "30 50 59 / 29 79", "40 49", "14 50 59", "16 50 59 / 29 89"),
    ("10 80 84 14 19 89", "20 70 74 24 29 79", "12 10 80 85 15 19 89", "00 90 94 04 09 99",
     "10 80 83 19 89"),
    ("10 80 89 19 / 84 14", "10 80 89 19 / 84 34", "20 70 74 34 / 74 79 29", "10 80 84 44 84 89 19",
     "10 80 44 84 89 19", "12 10 80 84 34 / 84 89 19 17"),
    ("10 15 85 / 80 89", "10 14 84 / 80 89", "20 25 85 / 65 50 59", "60 06 96 / 60 69",
     "80 10 15 85 / 80 89", "10 16 96 / 60 69", "20 24 84 80 89", "10 15 85 / 53 59"),
    ("80 10 14 84 89 19", "70 20 24 74 79 29", "90 00 04 94 99 09", "80 10 15 85 89 19",
     "10 14 84 89 19 / 10 80", "80 10 13 83 89 19 17"),
    ("80 10 19 89 84 14", "70 20 29 79 75 25", "90 00 09 99 94 04", "10 19 89 85 15",
     "82 80 10 19 89 84 14", "20 29 79 74 24", "80 10 19 89 85 15"),
    ("10 80 89", "10 80 39", "13 10 80 89", "00 90 99", "10 80 59", "10 80 89 / 54 99",
     "12 10 80 49", "10 80 39 / 34 84", "10 80 84 39"),
    ("10 80 89 19 10 / 14 84", "20 70 79 29 20 / 24 74", "10 80 84 14 10 / 14 19 89 84",
     "84 14 10 80 89 19 14", "30 60 64 34 30 / 14 84 89 19 14", "00 90 99 09 00 / 05 95"),
    ("84 14 10 80 89 19", "84 14 10 80 89", "75 25 20 70 79 29", "94 04 00 90 99 09",
     "85 15 10 80 89 19 17", "80 10 14 84 / 80 89", "80 10 14 84 / 80 89 19"),
)  # fmt: skip


def _block(random: Random, _: Sources) -> tuple[Map, int]:
    label = int(random.integers(10))
    ways = BLOCK_DIGITS[label]
    wobble = random.choice([0.0, 0.02, 0.045])
    lines = []
    for _is_round, knots in parse_strokes(ways[int(random.integers(len(ways)))]):
        moved = knots + random.normal(0, wobble, knots.shape)
        if random.random() < 0.4:  # a stroke that ends too late, or too early
            ends = moved[[0, -1]] - moved[[1, -2]]
            moved[[0, -1]] += ends * random.uniform(-0.12, 0.15, (2, 1))
        lines += _at_corners(moved, random)
    aspect = 1 if label == 1 else float(np.exp(random.uniform(np.log(0.45), np.log(1.25))))
    lines = [line * (aspect, 1) for line in lines]
    return _drawn(bent(lines, random, float(random.choice([0.0, 0.2, 0.5]))), random), label


def _at_corners(knots: Line, random: Random) -> list[Line]:
    """One stroke, or one for each straight piece, with gaps or overshoot where they should meet."""
    if random.random() < 0.75 or len(knots) < 3:
        return [knots]
    pieces = [knots[i : i + 2].copy() for i in range(len(knots) - 1)]
    reach = random.uniform(-0.1, 0.08)
    return [piece + np.outer((-1, 1), piece[1] - piece[0]) * reach for piece in pieces]


# --- zeros, ones, sevens


def _slashed_zero(random: Random, sources: Sources) -> tuple[Map, int]:
    ring = _own_strokes(random, sources, 0) or [_oval(random)]
    ring = fitted(ring)
    points = np.concatenate(ring)
    low, high = points.min(axis=0), points.max(axis=0)
    if random.random() < 0.12:  # a dot in the place of the slash, as typewriters have it
        mark = np.array([[0.48, 0.5], [0.52, 0.5]]) + random.normal(0, 0.03, 2)
    else:
        reach = random.uniform(0.55, 1.5) / 2
        angle = np.deg2rad(random.choice([random.uniform(20, 80), random.uniform(-80, 20)]))
        span = np.array([max(float(high[0] - low[0]), 0.5), -1.0])
        way = np.array([np.cos(angle), np.sin(angle)]) * span * reach
        middle = (low + high) / 2 + random.normal(0, 0.05, 2)
        mark = middle + np.array([-way, random.normal(0, 0.04, 2), way])
        mark = rounded(mark) if random.random() < 0.5 else mark[[0, -1]]
    return _drawn(bent([*ring, mark], random, 0.3), random), 0


def _oval(random: Random) -> Line:
    angle = np.linspace(0, 2 * np.pi + random.uniform(-0.3, 0.5), 40) + random.uniform(0, 7)
    return np.stack([random.uniform(0.5, 0.95) * np.cos(angle), np.sin(angle)], axis=1)


def _flagged_one(random: Random, _: Sources) -> tuple[Map, int]:
    """Up the flag, down the stem, and the foot in a second stroke."""
    top = np.array([0.0, 0.0])
    foot = np.array([random.normal(0, 0.05), 1.0])
    length = float(np.exp(random.uniform(np.log(0.15), np.log(1.0))))
    # A long flag that lies makes a 7 of it.
    steepness = random.uniform(25 + 20 * length, 75)
    flag = length * np.array([-np.cos(np.deg2rad(steepness)), np.sin(np.deg2rad(steepness))])
    sag = random.normal(0, 0.04, 2)
    lines = [np.array([flag, flag / 2 + sag, top, (top + foot) / 2 + sag / 2, foot])]
    if random.random() < 0.6:
        half, level = random.uniform(0.12, 0.5), random.normal(0, 0.03, 2)
        lines.append(foot + np.array([[-half, level[0]], [half, level[1]]]))
    if random.random() < 0.3:
        lines = [rounded(line) for line in lines]
    return _drawn(bent(lines, random, 0.35), random), 1


def _crossed_seven(random: Random, sources: Sources) -> tuple[Map, int]:
    """A real seven and a bar; or in one stroke, which comes back through the stem as a loop."""
    own = _own_strokes(random, sources, 7)
    if own and random.random() < 0.5:
        lines = fitted(own)
        points = np.concatenate(lines)
        at = float(random.uniform(0.35, 0.65))
        nearest = points[np.abs(points[:, 1] - at).argmin()]
        half = random.uniform(0.15, 0.4)
        tilt = random.normal(0, 0.06)
        bar = nearest + np.array([[-half, tilt], [half, -tilt]]) + random.normal(0, 0.04, 2)
        return _drawn(bent([*lines, bar], random, 0.3), random), 7
    corner = np.array([random.uniform(0.55, 0.85), random.uniform(-0.05, 0.08)])
    foot = np.array([corner[0] - random.uniform(0.1, 0.5), 1.0])
    middle = corner + (foot - corner) * random.uniform(0.4, 0.6)
    middle[0] -= random.uniform(0, 0.12)  # the stem of a quick hand bends
    start = np.array([0.0, random.uniform(0, 0.15)])
    hook = [start + np.array([random.uniform(-0.02, 0.06), random.uniform(0.08, 0.25)])]
    stem = np.array([*(hook if random.random() < 0.5 else []), start, corner, middle, foot])
    reach = random.uniform(0.15, 0.4, 2)
    bar = middle + np.array([[-reach[0], 0.05], [reach[1], -0.05]])
    lines = [rounded(stem) if random.random() < 0.5 else stem, bar]
    if random.random() < 0.3:  # without lifting the pen: from the foot back up to the bar
        way = np.array([foot, foot - 0.12, bar[0], bar[1]])
        lines = [lines[0], rounded(way)]
    return _drawn(bent(lines, random, 0.4), random), 7


# --- what any digit can be made of


def _outlined(random: Random, sources: Sources) -> tuple[Map, int]:
    """The edge of a bold digit, and nothing inside."""
    size = int(random.integers(90, 200))
    ink, label = _any_ink(random, sources, size, bold=True)
    solid = (ink > 0.5).astype(np.uint8)
    stroke = rough_stroke_width(solid.astype(np.float32))
    width = max(1, round(stroke * random.uniform(0.12, 0.3)))
    outer = cv2.dilate(solid, round_brush(max(1, round(width * random.uniform(0.2, 1)))))
    inner = cv2.erode(solid, round_brush(max(1, width // 2)))
    outline = cv2.GaussianBlur((outer - inner).astype(np.float32), (3, 3), 0)
    return np.asarray(outline, np.float32), label


def _dotted(random: Random, sources: Sources) -> tuple[Map, int]:
    """Dots or dashes along the strokes, close enough for the eye to join them."""
    digit = _any_pen(random, sources)
    size = float(random.uniform(60, 240))
    pen = size * float(np.exp(random.uniform(np.log(0.03), np.log(0.13))))
    pitch = (pen * random.uniform(1.4, 2.6) + 0.02 * size) / size
    filled = random.uniform(0.3, 0.65) if random.random() < 0.5 else 0.0
    pieces = [
        piece
        for line in fitted(digit.strokes)
        for piece in _cut_into_pieces(line, pitch, filled, float(random.random()))
    ]
    return ink_of_lines(pieces, size, random, pen), digit.label


def _cut_into_pieces(line: Line, pitch: float, filled: float, phase: float) -> list[Line]:
    """So many pieces of a line, each that share of the pitch long: dots where it is 0."""
    steps = np.hypot(*np.diff(line, axis=0).T) if len(line) > 1 else np.zeros(0)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    starts = np.arange(0 if along[-1] < pitch else phase * pitch / 2, along[-1] + 1e-9, pitch)
    pieces = []
    for start in starts:
        at = np.linspace(start, min(start + filled * pitch, along[-1]), 4)
        pieces.append(np.stack([np.interp(at, along, axis) for axis in line.T], axis=1))
    return pieces


def _ringed(random: Random, sources: Sources) -> tuple[Map, int]:
    """A ring or box around it, as in a list, drawn with the same pen or another."""
    size = int(random.integers(50, 150))
    ink, label = _any_ink(random, sources, size)
    height, width = ink.shape
    reach = np.array([width, height]) * random.uniform(1.15, 1.7) + 0.15 * size
    if random.random() < 0.6:  # mostly round, whatever the digit's shape is
        reach[:] = reach.max()
    side = np.ceil(reach * 1.25).astype(int)
    sheet = np.zeros((int(side[1]), int(side[0])), np.float32)
    x, y = (side - (width, height)) // 2 + random.integers(-2, 3, 2)
    sheet[y : y + height, x : x + width] = ink
    pen = max(1.0, rough_stroke_width(ink) * random.uniform(0.5, 1.1))
    ring = side / 2 + reach / 2 * _ring(random)
    drawn = np.zeros(sheet.shape, np.uint8)
    knots = [fixed_point(ring)]
    cv2.polylines(drawn, knots, False, 255, round(pen), cv2.LINE_AA, SUBPIXEL_BITS)
    return np.maximum(sheet, drawn.astype(np.float32) * np.float32(1 / 255)), label


def _ring(random: Random) -> Line:
    """Around the origin, of radius 1, or a square box."""
    if random.random() < 0.25:
        corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]) * 0.95
        return corners + random.normal(0, 0.03, corners.shape)
    angle = np.linspace(0, 2 * np.pi + random.uniform(-0.25, 0.4), 60) + random.uniform(0, 7)
    wobble = 1 + random.normal(0, 0.02) * np.cos(2 * angle + random.uniform(0, 7))
    return np.stack([np.cos(angle), np.sin(angle)], axis=1) * wobble[:, None]


def _turned(random: Random, sources: Sources) -> tuple[Map, int]:
    """Leaning by up to 32° either way, most of them far."""
    angle = np.deg2rad(random.uniform(8, 32)) * random.choice([-1, 1])
    if sources.pens and random.random() < 0.6:
        digit = _any_pen(random, sources)
        lines = [turned(line, angle) for line in fitted(digit.strokes)]
        return _drawn(lines, random), digit.label
    ink, label = _any_ink(random, sources, int(random.integers(60, 200)))
    side = int(1.5 * max(ink.shape))
    middle = ink.shape[1] / 2, ink.shape[0] / 2
    matrix = np.asarray(cv2.getRotationMatrix2D(middle, -float(np.rad2deg(angle)), 1), np.float64)
    matrix[:, 2] += (side - np.array(ink.shape[::-1])) / 2
    return np.asarray(cv2.warpAffine(ink, matrix, (side, side)), np.float32), label


def _any_pen(random: Random, sources: Sources) -> PenDigit:
    return sources.pens[int(random.integers(len(sources.pens)))]


def _own_strokes(random: Random, sources: Sources, label: int) -> list[Line]:
    """The strokes of some real digit that is that one; none if none comes soon."""
    for _ in range(60 if sources.pens and random.random() < 0.8 else 0):
        digit = _any_pen(random, sources)
        if digit.label == label:
            return [np.asarray(stroke, np.float64) for stroke in digit.strokes]
    return []


def _any_ink(random: Random, sources: Sources, size: int, *, bold: bool = False) -> tuple[Map, int]:
    if sources.pens and (not len(sources.images) or bold or random.random() < 0.6):
        digit = _any_pen(random, sources)
        pen = size * random.uniform(0.12, 0.22) if bold else None
        return ink_of_strokes(digit, size, random, pen), digit.label
    chosen = int(random.integers(len(sources.images)))
    return ink_of_mnist(sources.images[chosen], size, random), int(sources.labels[chosen])


def _drawn(lines: Sequence[Line], random: Random) -> Map:
    size = float(np.exp(random.uniform(np.log(30), np.log(250))))
    pen = size * float(np.exp(random.uniform(np.log(0.025), np.log(0.17))))
    return ink_of_lines(lines, size, random, pen)


WAYS: dict[str, tuple[float, Callable[[Random, Sources], tuple[Map, int]]]] = {
    "block": (0.27, _block),
    "slashed zero": (0.05, _slashed_zero),
    "flagged one": (0.05, _flagged_one),
    "crossed seven": (0.05, _crossed_seven),
    "outlined": (0.14, _outlined),
    "dotted": (0.14, _dotted),
    "ringed": (0.14, _ringed),
    "turned": (0.16, _turned),
}
"""For each way its share of all, and what draws it."""
_MADE_OF_STROKES = frozenset({"dotted", "outlined"})
_MADE_OF_DIGITS = _MADE_OF_STROKES | {"ringed", "turned"}
