"""Digits as people write them otherwise: in blocks, hollow, dotted, ringed, turned, with a slash.

No network learns from anything made here, and a training may never import it: what it learns from
is other code, in `digits/synthetic/`. All is drawn black on the white canvas, with more widths of
pen, sizes and shapes than a training needs, but so that a person reads each.

    picture = write_anew("ringed", Original(3, strokes=strokes), number=0)
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.block_digits import draw_block_digit
from benchmarks.canvas import (
    PENS,
    Pixels,
    Stroke,
    crop_ink,
    draw_ink,
    draw_pen,
    fit_ink,
    place_strokes,
)
from benchmarks.hand_drawn_figures import curve, polyline
from benchmarks.photo_simulation import INK_SIDE, InkMask, Random, ink_of_image, ink_of_strokes
from digits.synthetic.pen_strokes import CANVAS

SEED = 577_215_664
# As shares of the digit's longer side: of a fineliner to a felt pen.
USUAL_PENS = (0.025, 0.1)
LARGEST_TURN = 30.0
"""Degrees, either way."""
LARGEST_LEAN = 45.0
"""Degrees from upright, of a digit that leaned before it was turned: beyond, it lies."""
LARGEST_LEAN_OF_ONE = 33.0
"""The same of a one, which people call a slash if it leans further."""


@dataclass(frozen=True, eq=False)
class Original:
    """A digit of a real hand that is written anew; for a way with strokes of its own, a label.

    Attributes:
        label: 0 to 9.
        strokes: float64 (n, 2) each, x to the right and y downwards; none for an image.
        image: uint8 (28, 28), white ink on black, as MNIST's; None for strokes.
    """

    label: int
    strokes: tuple[Stroke, ...] = ()
    image: Pixels | None = None

    def ink(self, pen: float) -> InkMask:
        """Its ink; the pen's width is a share of the longer side, and an image has its own."""
        if self.image is not None:
            return ink_of_image(self.image)
        return ink_of_strokes(self.strokes, pen)


# --- Hollow, dotted, dashed ------------------------------------------------------------------


def hollow(original: Original, random: Random) -> Pixels:
    """Only the outline of a thick digit."""
    ink = original.ink(random.uniform(0.11, 0.2))
    size = CANVAS * random.uniform(0.4, 0.9)
    # At least two pixels of the canvas, and the inside stays open.
    width = min(random.uniform(0.012, 0.05) * INK_SIDE, 0.4 * thickness(ink))
    return draw_ink(outline(ink, max(2 * INK_SIDE / size, width)), random, size)


def thickness(ink: InkMask) -> float:
    """Of the ink's strokes, pixels: four times the mean way from inside a stroke to its edge."""
    inside = (np.pad(ink, 1) > 0.5).astype(np.uint8)
    return 4 * float(cv2.distanceTransform(inside, cv2.DIST_L2, 5)[inside > 0].mean())


def outline(ink: InkMask, width: float) -> InkMask:
    """What lies within half a width of the ink's edge, either side.

    Args:
        ink: float32 (h, w) in [0, 1].
        width: of the outline, pixels.

    Returns:
        float32 (h', w') in [0, 1], cropped to the outline.
    """
    padded = np.pad(ink, int(width) + 3) > 0.5
    inside, outside = (
        cv2.distanceTransform(part.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        for part in (padded, ~padded)
    )
    from_edge = np.abs(np.maximum(inside, outside) - 0.5)
    return crop_ink(np.asarray(np.clip(width / 2 + 0.5 - from_edge, 0, 1), np.float32))


def dotted(original: Original, random: Random) -> Pixels:
    """The strokes as rows of dots."""
    size = CANVAS * random.uniform(0.4, 0.9)
    pitch = size * random.uniform(0.055, 0.11)
    dot = float(np.clip(pitch * random.uniform(0.4, 0.75), 3, PENS[1]))
    pitch = max(pitch, dot + 2.5)
    strokes = _scaled(original.strokes, size)
    dots = [piece for stroke in strokes for piece in broken_up(stroke, 0, pitch)]
    return place_strokes(dots, random, size, dot)


def dashed(original: Original, random: Random) -> Pixels:
    """The strokes as rows of dashes."""
    size = CANVAS * random.uniform(0.4, 0.9)
    pen = random.uniform(3, max(4, 0.045 * size))
    dash = pen * random.uniform(0.8, 4)
    # The round ends of two dashes take a pen's width of what lies between.
    pitch = dash + pen * random.uniform(1.6, 2.3) + 1.5
    shorter = min(1.0, 0.18 * size / pitch)
    strokes = _scaled(original.strokes, size)
    dashes = [
        piece for stroke in strokes for piece in broken_up(stroke, dash * shorter, pitch * shorter)
    ]
    return place_strokes(dashes, random, size, pen * shorter)


def broken_up(stroke: Stroke, on: float, pitch: float) -> Iterator[Stroke]:
    """Pieces of a stroke, the first at its start and the last at its end.

    Args:
        stroke: float64 (n, 2).
        on: length of a piece along the stroke, in its unit; 0 for single points.
        pitch: about how far one piece begins behind the last.

    Yields:
        float64 (m, 2), a single point for a dot.
    """
    steps = np.hypot(*np.diff(stroke, axis=0).T)
    along = np.concatenate([[0], np.cumsum(steps)])
    length = float(along[-1])
    count = max(1, round((length - on) / pitch)) + 1
    if length <= max(on, pitch / 2):
        yield stroke if on else stroke[:1]
        return
    for start in np.linspace(0, length - on, count):
        within = along[(along > start) & (along < start + on)]
        at = np.unique(np.concatenate([[start], within, [start + on]]))
        yield np.stack([np.interp(at, along, axis) for axis in stroke.T], axis=1)


def _scaled(strokes: Sequence[Stroke], size: float) -> list[Stroke]:
    """The strokes with `size` as the longer side of their box."""
    points = np.concatenate(strokes)
    longer = max(float(np.ptp(points, axis=0).max()), 1e-6)
    return [stroke * size / longer for stroke in strokes]


# --- Ringed, turned --------------------------------------------------------------------------


def ringed(original: Original, random: Random) -> Pixels:
    """A ring around the digit, as around a number in a list."""
    pen = random.uniform(*USUAL_PENS)
    size = CANVAS * random.uniform(0.2, 0.52)
    ink = fit_ink(original.ink(pen), size)
    canvas = np.zeros((2 * CANVAS, 2 * CANVAS), np.float32)
    y, x = ((2 * CANVAS - side) // 2 for side in ink.shape)
    canvas[y : y + ink.shape[0], x : x + ink.shape[1]] = ink
    reach = _ring_reach(ink, random)
    ring_pen = max(2, round(pen * size * random.uniform(0.6, 1.3)))
    ring = ring_points(reach + ring_pen / 2 + 1, random) + CANVAS
    fixed_point = np.rint(ring * 16).astype(np.int32)
    sheet = (canvas * 255).astype(np.uint8)
    cv2.polylines(sheet, [fixed_point], False, 255, ring_pen, cv2.LINE_AA, 4)
    whole = crop_ink(np.asarray(sheet / 255, np.float32))
    return draw_ink(whole, random, min(max(whole.shape), 0.95 * CANVAS))


def _ring_reach(ink: InkMask, random: Random) -> NDArray[np.float64]:
    """Radii of an ellipse that holds the ink, pixels: float64 (2,)."""
    y, x = np.nonzero(ink > 0.1)
    from_middle = np.stack([x - ink.shape[1] / 2, y - ink.shape[0] / 2])
    aspect = random.uniform(0.75, 1.15)
    radius = float(np.hypot(from_middle[0] / aspect, from_middle[1]).max())
    return np.array([aspect, 1]) * radius * random.uniform(1.12, 1.45)


def ring_points(radii: NDArray[np.float64], random: Random) -> Stroke:
    """A ring around (0, 0) by hand: it wobbles, stays a little open, or goes beyond its start.

    Args:
        radii: float64 (2,), along x and y, about which it wobbles.
        random: where the randomness comes from.

    Returns:
        float64 (n, 2).
    """
    start = random.uniform(0, 2 * np.pi)
    sweep = 2 * np.pi + np.deg2rad(random.uniform(-22, 40))
    turned = np.linspace(0, sweep, 90)
    angles = start + random.choice([-1, 1]) * turned
    radius = 1 + random.normal(0, 0.025) * turned / np.pi
    for waves in (2, 3):
        phase = random.uniform(0, 2 * np.pi)
        radius = radius + random.normal(0, 0.02) * np.sin(waves * angles + phase)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1) * radius[:, None]
    # The innermost place of the ring still holds what the radii hold.
    return np.asarray(circle * radii / max(0.85, min(1.0, float(radius.min()))), np.float64)


def turned(original: Original, random: Random) -> Pixels:
    """The digit turned by up to `LARGEST_TURN` degrees, all angles alike."""
    ink = original.ink(random.uniform(*USUAL_PENS))
    angle = random.uniform(-LARGEST_TURN, LARGEST_TURN)
    if abs(lean(ink) + angle) > (LARGEST_LEAN_OF_ONE if original.label == 1 else LARGEST_LEAN):
        angle = -angle  # what leans already is turned upright
    return draw_ink(turn(ink, angle), random)


def turn(ink: InkMask, angle: float) -> InkMask:
    """The ink turned counter-clockwise by so many degrees, float32 (h', w'), cropped to it."""
    side = int(np.ceil(np.hypot(*ink.shape))) + 4
    height, width = ink.shape
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, 1)
    matrix[:, 2] += (side - width) / 2, (side - height) / 2
    moved = cv2.warpAffine(ink, matrix, (side, side), flags=cv2.INTER_LINEAR)
    return crop_ink(np.asarray(np.clip(moved, 0, 1), np.float32))


def lean(ink: InkMask) -> float:
    """By how many degrees the ink's longest axis leans to the left, -90 to 90."""
    y, x = np.nonzero(ink > 0.5)
    covariance = np.cov(np.stack([x, y]))
    _, axes = np.linalg.eigh(covariance)
    x_axis, y_axis = axes[:, -1] * np.sign(axes[1, -1] or 1)
    return float(np.degrees(np.arctan2(x_axis, y_axis)))


# --- Slashed, flagged, crossed ---------------------------------------------------------------


def slashed_zero(original: Original, random: Random) -> Pixels:
    """A real zero with a slash, inside its ring or beyond it.

    A level slash would make a theta and an upright one a phi.
    """
    return draw_pen(
        [*original.strokes, slash_through(original.strokes, random)], random, thickest=0.09
    )


def slash_through(strokes: Sequence[Stroke], random: Random) -> Stroke:
    """The slash of a zero with these strokes, float64 (n, 2)."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    middle = (low + high) / 2 + random.normal(0, 0.04, 2) * (high - low)
    angle = np.deg2rad(random.uniform(30, 76)) * random.choice([1, -1], p=[0.75, 0.25])
    direction = np.array([np.cos(angle), -np.sin(angle)])
    beyond = random.uniform(1.05, 1.5) if random.random() < 0.6 else random.uniform(0.82, 1)
    ends = [
        middle + way * direction * _reach(points - middle, way * direction) * beyond
        for way in (-1, 1)
    ]
    bow = random.normal(0, 0.02) * np.hypot(*(ends[1] - ends[0]))
    return curve(np.stack([ends[0], middle + bow * direction[::-1], ends[1]]))


def _reach(points: Stroke, direction: Stroke) -> float:
    """How far the points go that lie most nearly in this direction from (0, 0)."""
    lengths = np.maximum(np.hypot(*points.T), 1e-6)
    nearest = np.argsort(-(points @ direction) / lengths)[:3]
    return float(np.median(lengths[nearest]))


def flagged_one(original: Original, random: Random) -> Pixels:
    """A one with a flag, up to as long as the stem, and sometimes a foot."""
    length = random.uniform(0.15, 1)
    # A tent has two sides that lean against each other; a long flag leans against a stem upright.
    slant = np.deg2rad(random.uniform(-8 + 8 * length, 14))
    top = np.array([100 * np.sin(slant), 0.0])
    bottom = np.array([0.0, 100 * np.cos(slant)])
    # A long flag that lies flat makes a seven.
    widest = 60 - 25 * length
    angle = np.deg2rad(random.uniform(22, widest))
    flag = top + 100 * length * np.array([-np.sin(angle), np.cos(angle)])
    bend = (flag + top) / 2 + random.normal(0, 3.5 * length, 2)
    stem = np.stack([top, (top + bottom) / 2 + random.normal(0, 1.2, 2), bottom])
    strokes = [np.concatenate([curve(np.stack([flag, bend, top])), curve(stem)])]
    if random.random() < 0.45 and length < 0.7:
        strokes.append(_foot(bottom, random))
    return draw_pen(strokes, random, thickest=0.11)


def _foot(bottom: Stroke, random: Random) -> Stroke:
    """A dash below a stem, float64 (n, 2)."""
    left, right = random.uniform(14, 36, 2)
    tilt = random.normal(0, 2.5)
    foot = np.array([[-left, -tilt], [0, random.normal(0, 1)], [right, tilt]])
    return curve(bottom + foot + (0, random.uniform(-1, 2)))


def crossed_seven(original: Original, random: Random) -> Pixels:
    """A real seven with another bar across its stem, which sometimes begins with a small loop."""
    stroke = original.strokes[0]
    return draw_pen([stroke, bar_across(stroke, random)], random, thickest=0.09)


def bar_across(stroke: Stroke, random: Random) -> Stroke:
    """The bar across the stem of a seven that is this stroke, float64 (n, 2)."""
    low, high = stroke.min(axis=0), stroke.max(axis=0)
    width, height = np.maximum(high - low, 1e-6)
    stem = stroke[stroke[:, 1].argmin() + int(np.argmax(stroke[stroke[:, 1].argmin() :, 0])) :]
    y = low[1] + height * random.uniform(0.42, 0.6)
    x = float(stem[np.abs(stem[:, 1] - y).argmin(), 0])
    reach = max(float(width), 0.4 * float(height)) * random.uniform(0.22, 0.42)
    tilt = random.normal(0, 0.12)
    left, right = reach * random.uniform(0.8, 1.2, 2)
    bar = np.array([[x - left, y + tilt * left], [x, y], [x + right, y - tilt * right]])
    if random.random() < 0.3:
        return np.concatenate([_loop(bar[0], float(height) * random.uniform(0.03, 0.07)), bar])
    return polyline(bar)


def is_seven_at_one_go(strokes: Sequence[Stroke]) -> bool:
    """Whether the first stroke is the whole seven but for its bar."""
    points = np.concatenate(strokes)
    return len(strokes) <= 2 and bool(np.ptp(strokes[0][:, 1]) > 0.9 * np.ptp(points[:, 1]))


def _loop(end: Stroke, radius: float) -> Stroke:
    """Once round a circle that ends at this point on its lower side, float64 (n, 2)."""
    angles = np.linspace(np.pi / 2, -3 * np.pi / 2, 24)
    return end + radius * np.stack([np.cos(angles), np.sin(angles) - 1], axis=1)


# --- All ways --------------------------------------------------------------------------------


def block(original: Original, random: Random) -> Pixels:
    """Straight strokes with square corners."""
    return draw_block_digit(original.label, random)


@dataclass(frozen=True)
class Way:
    """A way of writing, and what it is made from.

    Attributes:
        write: draws the original anew: uint8 (280, 280), 0 for ink and 255 for paper.
        made_from: its "label" alone, its "strokes", or its "ink", be it of strokes or an image.
        labels: the digits that are written so.
        fits: whether strokes of these labels can be written so.
    """

    write: Callable[[Original, Random], Pixels]
    made_from: Literal["label", "strokes", "ink"]
    labels: tuple[int, ...] = tuple(range(10))
    fits: Callable[[Sequence[Stroke]], bool] = lambda strokes: True


WAYS: dict[str, Way] = {
    "block": Way(block, "label"),
    "hollow": Way(hollow, "ink"),
    "dotted": Way(dotted, "strokes"),
    "dashed": Way(dashed, "strokes"),
    "ringed": Way(ringed, "ink"),
    "turned": Way(turned, "ink"),
    "slashed_zero": Way(slashed_zero, "strokes", (0,)),
    "flagged_one": Way(flagged_one, "label", (1,)),
    "crossed_seven": Way(crossed_seven, "strokes", (7,), is_seven_at_one_go),
}


def write_anew(way: str, original: Original, number: int) -> Pixels:
    """A picture that depends on nothing but its way, its original and its number.

    Args:
        way: one of `WAYS`.
        original: with what the way is made from.
        number: which one of that way.

    Returns:
        uint8 (280, 280), 0 for ink and 255 for paper.
    """
    random = np.random.default_rng([SEED, zlib.crc32(way.encode()), number])
    return WAYS[way].write(original, random)
