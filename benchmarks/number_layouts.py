"""Where the signs of a whole number stand, each with its ink: in rows, cells and columns.

No network learns from anything made here. Digits of one number have one hand, one pen and about one
size; they stand on a baseline, side by side, so tightly that they touch, or so far apart that a
person would say " " between them: a clear gap is as wide as `CLEAR_GAP` says, and no other gap
inside a row is wider than `WIDEST_GAP`.

    style = Style(height=80, pen=0.06, joint=Joint("apart", 0.1, 0.4))
    writing = write_rows("1250\n73", hand, style, random)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.canvas import Stroke, crop_ink, fit_ink
from benchmarks.hand_drawn_figures import curve, draw_by_hand, parse_figure
from benchmarks.near_digits import CURRENCY_SIGNS
from benchmarks.number_hands import DIGITS, Hand, least_distance
from benchmarks.photo_simulation import INK_SIDE, InkMask, Random, ink_of_strokes
from benchmarks.ways_of_writing import (
    Original,
    bar_across,
    is_seven_at_one_go,
    slash_through,
    thickness,
    turn,
)

Box: TypeAlias = tuple[float, float, float, float]
"""x, y, width and height, pixels."""

CLEAR_GAP = (1.4, 2.6)
"""Between what is read apart, in heights of a digit."""
WIDEST_GAP = 0.75
"""Between two digits of one number, in heights of a digit, outside of boxes and of marks."""
CURRENCIES = {"$": CURRENCY_SIGNS[:2], "€": CURRENCY_SIGNS[3:5], "£": CURRENCY_SIGNS[5:7]}
MARKS = "-.,:/" + "".join(CURRENCIES)
# How far the boxes of digits that overlap lie in each other, in heights of a digit.
_DEEPEST = 0.2
# What counts as ink; fainter is the pen's edge.
_INK = 0.35


@dataclass(frozen=True)
class Joint:
    """How neighbours stand to each other.

    Attributes:
        kind: "apart", so far between their boxes, or "tight", so far between their ink, whose boxes
            may overlap, or "touching", that deep in each other.
        least: in heights of a digit.
        most: the same.
        share: how many of the neighbours; the others are a little apart.
    """

    kind: Literal["apart", "tight", "touching"]
    least: float
    most: float
    share: float = 1.0


APART = Joint("apart", 0.08, 0.35)
TIGHT = Joint("tight", 0.03, 0.09)
_BESIDE_MARKS = Joint("tight", 0.08, 0.2)
_CLEAR = Joint("apart", *CLEAR_GAP)


@dataclass(frozen=True)
class Style:
    """How a number is written.

    Attributes:
        height: longer side of its digits, pixels.
        pen: width of the pen, as a share of `height`; MNIST's digits have their own.
        joint: how neighbours stand.
        lean: how far all is sheared to the right, degrees.
        unsteady: deviation of sizes and of heights above the baseline, in heights of a digit.
        form: what is made of a digit before it is drawn: "slashed" zeros and crossed sevens, or
            digits in "parts".
        leading: from one baseline to the next, in heights of a digit.
    """

    height: float
    pen: float
    joint: Joint = APART
    lean: float = 0.0
    unsteady: float = 0.03
    form: Literal["plain", "slashed", "parts"] = "plain"
    leading: float = 1.6


@dataclass(frozen=True, eq=False)
class PlacedSign:
    """A digit or mark where it stands.

    Attributes:
        sign: one of `DIGITS` or `MARKS`, or a letter.
        row: from 0, at the top.
        x: of its ink's left edge, pixels.
        y: of its ink's upper edge, pixels.
        ink: float32 (h, w) in [0, 1], cropped to the ink.
    """

    sign: str
    row: int
    x: int
    y: int
    ink: InkMask

    @property
    def right(self) -> int:
        """The first pixel beyond its ink."""
        return self.x + self.ink.shape[1]

    @property
    def bottom(self) -> int:
        """The first pixel below its ink."""
        return self.y + self.ink.shape[0]

    def moved(self, x: int, y: int) -> PlacedSign:
        """So far to the right and downwards."""
        return replace(self, x=self.x + x, y=self.y + y)


@dataclass(frozen=True, eq=False)
class Writing:
    """All that is written, and what it says.

    Attributes:
        signs: in the order of reading.
        written: what it says, marks included: rows joined by a new line, and " " for a clear gap.
        height: of a digit, pixels.
        pen: width of its strokes, pixels.
        baselines: y of each row's, pixels; what climbs leaves its.
        cells: boxes that are to be printed around digits or numbers; may be empty.
    """

    signs: tuple[PlacedSign, ...]
    written: str
    height: float
    pen: float
    baselines: tuple[float, ...]
    cells: tuple[Box, ...] = ()

    @property
    def extent(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of all ink and cells, pixels."""
        left, top = (min(getattr(sign, side) for sign in self.signs) for side in ("x", "y"))
        right, bottom = (max(getattr(s, side) for s in self.signs) for side in ("right", "bottom"))
        for x, y, width, height in self.cells:
            left, top = min(left, int(x)), min(top, int(y))
            right, bottom = max(right, int(x + width) + 1), max(bottom, int(y + height) + 1)
        return left, top, right, bottom

    def moved(self, x: int, y: int) -> Writing:
        """So far to the right and downwards."""
        return replace(
            self,
            signs=tuple(sign.moved(x, y) for sign in self.signs),
            baselines=tuple(baseline + y for baseline in self.baselines),
            cells=tuple((left + x, top + y, w, h) for left, top, w, h in self.cells),
        )

    def scaled(self, factor: float) -> Writing:
        """All of it smaller, or larger, by a factor."""
        signs = [
            replace(
                sign,
                x=round(sign.x * factor),
                y=round(sign.y * factor),
                ink=fit_ink(sign.ink, max(1.0, max(sign.ink.shape) * factor)),
            )
            for sign in self.signs
        ]
        return Writing(
            tuple(signs),
            self.written,
            self.height * factor,
            self.pen * factor,
            tuple(baseline * factor for baseline in self.baselines),
            tuple((x * factor, y * factor, w * factor, h * factor) for x, y, w, h in self.cells),
        )

    def coverage(self, shape: tuple[int, int]) -> InkMask:
        """The ink of all signs on a page, float32 (H, W) in [0, 1]."""
        page = np.zeros(shape, np.float32)
        for sign in self.signs:
            there = page[sign.y : sign.bottom, sign.x : sign.right]
            np.maximum(there, sign.ink, out=there)
        return page


def text_of(written: str) -> str:
    """What a reader says who knows only digits: all marks left out, gaps and rows kept."""
    return "".join(sign for sign in written if sign in DIGITS or sign in " \n")


# --- Signs -----------------------------------------------------------------------------------


def draw_sign(sign: str, hand: Hand, style: Style, random: Random) -> InkMask:
    """The ink of a digit or letter in its size, float32 (h, w), cropped to it."""
    if style.form == "parts":
        original = in_parts(hand.write_in_two(sign, random), style.pen, random)
    else:
        original = hand.write(sign, random)
    if style.form == "slashed":
        original = with_slash_or_bar(original, random)
    ink = lean_over(original.ink(style.pen), style.lean)
    size = style.height * float(np.clip(random.normal(1, style.unsteady), 0.85, 1.15))
    return crop_ink(fit_ink(ink, size * max(ink.shape) / INK_SIDE))


def lean_over(ink: InkMask, lean: float) -> InkMask:
    """Sheared so many degrees to the right, as high as before."""
    if not lean:
        return ink
    height, width = ink.shape
    slope = float(np.tan(np.deg2rad(lean)))
    shift = max(slope, 0) * height
    matrix = np.array([[1, -slope, shift], [0, 1, 0]])
    wide = width + int(np.ceil(abs(slope) * height)) + 2
    return crop_ink(np.asarray(cv2.warpAffine(ink, matrix, (wide, height)), np.float32))


def with_slash_or_bar(original: Original, random: Random) -> Original:
    """A zero with a slash, a seven with a bar; anything else as it is."""
    strokes = original.strokes
    if original.label == 0 and len(strokes) == 1:  # others have one already
        return replace(original, strokes=(*strokes, slash_through(strokes, random)))
    if original.label == 7 and strokes and is_seven_at_one_go(strokes):
        return replace(original, strokes=(strokes[0], bar_across(strokes[0], random)))
    return original


def in_parts(original: Original, pen: float, random: Random) -> Original:
    """A 4 or 5 of two strokes with paper between the two; anything else as it is.

    The bar of a 5 or the stem of a 4 is moved off to the right, no farther than a small gap away.
    """
    if original.label not in (4, 5) or len(original.strokes) != 2:
        return original
    first, last = original.strokes
    size = float(np.ptp(np.concatenate(original.strokes), axis=0).max())
    wanted = (pen + random.uniform(0.02, 0.06)) * size
    way = np.array([1.0, 0.0]) if original.label == 4 else np.array([0.6, -0.8])
    for step in np.linspace(0, 0.45, 46):
        moved = last + way * step * size
        if least_distance(first, moved) >= wanted:
            return replace(original, strokes=(first, moved))
    return original


def draw_mark(mark: str, style: Style, pen: float, random: Random) -> tuple[InkMask, float]:
    """A mark's ink, and how far its lower edge lies below the baseline, pixels.

    Args:
        mark: one of `MARKS`.
        style: of the number that it belongs to.
        pen: width of its strokes, pixels.
        random: where the randomness comes from.
    """
    strokes = [stroke * style.height for stroke in _strokes_of_mark(mark, random)]
    below = max(float(stroke[:, 1].max()) for stroke in strokes) + pen / 2
    size = float(np.ptp(np.concatenate(strokes), axis=0).max())
    whole = max(size + pen, 1.15 * pen, 2.0)
    if size < 0.05 * style.height:
        return _spot(whole), below
    return fit_ink(ink_of_strokes(strokes, pen / size), whole), below


def _spot(size: float) -> InkMask:
    """A round point of the pen."""
    disc = np.zeros((160, 160), np.float32)
    cv2.circle(disc, (80, 80), 76, 1.0, -1, cv2.LINE_AA)
    return fit_ink(crop_ink(disc), max(2.0, size))


def _strokes_of_mark(mark: str, random: Random) -> list[Stroke]:
    """In heights of a digit, y downwards from the baseline."""
    if mark in CURRENCIES:
        forms = CURRENCIES[mark]
        figure = parse_figure(forms[int(random.integers(len(forms)))])
        return [(stroke - (0, 100)) / 105 for stroke in draw_by_hand(figure, random)]
    bend = random.normal(0, 0.015, (3, 2))
    if mark == "-":
        half, tilt = random.uniform(0.16, 0.3), random.normal(0, 0.03)
        points = np.array([[-half, tilt], [0, 0], [half, -tilt]]) - (0, random.uniform(0.35, 0.52))
        return [curve(points + bend)]
    if mark == "/":
        # A steeper one would be a one.
        reach = random.uniform(0.5, 0.75)
        return [curve(np.array([[reach, -1.1], [reach / 2, -0.48], [0, 0.14]]) + bend)]
    if mark == ",":
        return [curve(np.array([[0, -0.05], [0.0, 0.04], [-0.06, 0.17]]) + bend / 3)]
    spot = np.array([[0.0, -0.03]])
    return [spot] if mark == "." else [spot - (0, 0.1), spot - (0, random.uniform(0.5, 0.65))]


# --- Rows ------------------------------------------------------------------------------------


def write_rows(written: str, hand: Hand, style: Style, random: Random) -> Writing:
    """One or several rows, flush left with a little freedom.

    Args:
        written: rows joined by a new line, with " " for a clear gap.
        hand: who writes.
        style: how.
        random: where the randomness comes from.
    """
    signs: list[PlacedSign] = []
    rows = written.split("\n")
    for number, row in enumerate(rows):
        indent = round(style.height * random.uniform(0, 0.35)) if number else 0
        down = round(number * style.leading * style.height)
        signs += [sign.moved(indent, down) for sign in write_row(row, number, hand, style, random)]
    baselines = tuple(number * style.leading * style.height for number in range(len(rows)))
    return Writing(tuple(signs), written, style.height, pen_of(signs), baselines)


def pen_of(signs: Sequence[PlacedSign]) -> float:
    """How wide the digits' strokes are, pixels."""
    digits = [sign.ink for sign in signs if sign.sign not in MARKS]
    return float(np.median([thickness(ink) for ink in digits]))


def write_row(row: str, number: int, hand: Hand, style: Style, random: Random) -> list[PlacedSign]:
    """The signs of a row from x = 0 on, with the baseline at y = 0.

    The digits are drawn first, so that the marks get their pen.
    """
    drawn = {
        i: draw_sign(c, hand, style, random) for i, c in enumerate(row) if c not in MARKS + " "
    }
    pen = float(np.median([thickness(ink) for ink in drawn.values()]))
    joints = _joints(row, style, random)
    placed: list[PlacedSign] = []
    for i, sign in enumerate(row):
        if sign == " ":
            continue
        below = random.normal(0, style.unsteady) * style.height
        ink, below = (drawn[i], below) if i in drawn else draw_mark(sign, style, pen, random)
        new = PlacedSign(sign, number, 0, round(below) - ink.shape[0], ink)
        joint = joints[i]
        space = random.uniform(joint.least, joint.most) * style.height
        placed.append(replace(new, x=_stand(placed[-2:], new, joint.kind, space) if i else 0))
    return placed


def _joints(row: str, style: Style, random: Random) -> list[Joint]:
    """How each sign stands to the one before it; two digits at least as the style says."""
    pairs = [i for i in range(1, len(row)) if not set(row[i - 1 : i + 1]) & set(MARKS + " ")]
    joints = [TIGHT if i in pairs else _BESIDE_MARKS for i in range(len(row))]
    if style.joint.kind == "touching" and style.joint.least > 0:
        # A one that lies in another digit may be taken for a stroke of that.
        pairs = [i for i in pairs if "1" not in row[i - 1 : i + 1]] or pairs
    for i in pairs:
        joints[i] = style.joint if random.random() < style.joint.share else TIGHT
    if pairs:
        joints[pairs[int(random.integers(len(pairs)))]] = style.joint
    return [_CLEAR if row[max(i - 1, 0)] == " " else joint for i, joint in enumerate(joints)]


def _stand(placed: Sequence[PlacedSign], new: PlacedSign, kind: str, space: float) -> int:
    """Where the left edge of a sign's ink goes, that much space behind those before it."""
    last = placed[-1]
    if kind == "apart":
        return max(sign.right for sign in placed) + round(max(space, 2))
    if kind == "touching":
        contact = ink_contact(placed, new) - 1
        # Where a digit would slip into another's bow, nobody could tell the two apart.
        deepest = max(sign.right for sign in placed) - round(_DEEPEST * max(new.ink.shape))
        x = min(contact, max(contact - round(space), deepest))
    else:
        apart = round(max(space, 2))
        x = ink_contact(placed, new, apart) + apart
    # No sign begins before the one that it follows.
    return max(x, last.x + round(0.3 * last.ink.shape[1]))


def ink_contact(placed: Sequence[PlacedSign], new: PlacedSign, slack: int = 0) -> int:
    """The x of a sign at which its ink would first stand right beside that of others.

    Args:
        placed: the others.
        new: the sign, at its height.
        slack: ink no farther apart in height than so many pixels counts as beside.
    """
    contacts = [max(sign.x for sign in placed) + 1]
    for sign in placed:
        right = _ends(sign.ink, slack, last=True)
        left = _ends(new.ink, 0, last=False)
        top, bottom = max(sign.y - slack, new.y), min(sign.bottom + slack, new.bottom)
        if top >= bottom:
            continue
        meeting = right[top - sign.y + slack : bottom - sign.y + slack]
        meeting = meeting - left[top - new.y : bottom - new.y]
        contacts.append(sign.x + int(np.nanmax(np.append(meeting, -sign.x))) + 1)
    return max(contacts)


def _ends(ink: InkMask, slack: int, last: bool) -> NDArray[np.float64]:
    """The first or last column of ink in each row, NaN where none; taller by slack either way."""
    inked = np.pad(ink > _INK, ((slack, slack), (0, 0)))
    if slack:
        inked = cv2.dilate(inked.astype(np.uint8), np.ones((2 * slack + 1, 1), np.uint8)) > 0
    ends = inked.shape[1] - 1 - inked[:, ::-1].argmax(axis=1) if last else inked.argmax(axis=1)
    return np.where(inked.any(axis=1), ends, np.nan)


# --- What is done with a whole row, or with cells ----------------------------------------------


def climb(writing: Writing, angle: float, bow: float) -> Writing:
    """The row on a baseline that goes up to the right and is bent.

    Args:
        writing: of one row.
        angle: degrees, counter-clockwise.
        bow: how far the middle of the row is raised, in heights of a digit.
    """
    left, _, right, _ = writing.extent
    radians = np.deg2rad(angle)
    signs = []
    for sign in writing.signs:
        height, width = sign.ink.shape
        x, y = sign.x + width / 2, sign.y + height / 2
        across = 2 * (x - left) / max(right - left, 1) - 1
        y -= bow * writing.height * (1 - across**2)
        ink = turn(sign.ink, angle)
        turned_x = x * np.cos(radians) + y * np.sin(radians)
        turned_y = y * np.cos(radians) - x * np.sin(radians)
        corner = round(turned_x - ink.shape[1] / 2), round(turned_y - ink.shape[0] / 2)
        signs.append(PlacedSign(sign.sign, sign.row, *corner, ink))
    return replace(writing, signs=tuple(signs))


def write_in_boxes(digits: str, hand: Hand, style: Style, random: Random) -> Writing:
    """One digit a box; the boxes stand side by side or a little apart."""
    side = style.height * random.uniform(1.12, 1.6)
    width = side * random.uniform(0.8, 1.0)
    pitch = width + (random.uniform(0.06, 0.3) * side if random.random() < 0.4 else 0)
    signs, cells = [], []
    for i, digit in enumerate(digits):
        cell = (i * pitch, -side, width, side)
        ink = _fit_into(draw_sign(digit, hand, style, random), 0.94 * width, 0.94 * side)
        signs.append(_inside(digit, 0, ink, cell, random))
        cells.append(cell)
    baseline = -(side - style.height) / 2
    return Writing(tuple(signs), digits, style.height, pen_of(signs), (baseline,), tuple(cells))


def _fit_into(ink: InkMask, width: float, height: float) -> InkMask:
    """Shrunk to a size, if it is larger."""
    scale = min(1.0, width / ink.shape[1], height / ink.shape[0])
    return ink if scale == 1 else fit_ink(ink, scale * max(ink.shape))


def _inside(sign: str, row: int, ink: InkMask, cell: Box, random: Random) -> PlacedSign:
    """Anywhere in a cell, rather in its middle."""
    x, y, width, height = cell
    share_x, share_y = np.clip(random.normal(0.5, 0.22, 2), 0.04, 0.96)
    left = x + share_x * max(width - ink.shape[1], 0)
    top = y + share_y * max(height - ink.shape[0], 0)
    return PlacedSign(sign, row, round(left), round(top), ink)


@dataclass(frozen=True)
class Table:
    """Numbers in rows and columns.

    Attributes:
        rows: of numbers, as many in each row.
        leading: from one row to the next, in heights of a digit.
        flush: at which side of its column a number stands: 0 for left, 1 for right.
    """

    rows: Sequence[Sequence[str]]
    leading: float
    flush: float

    @property
    def written(self) -> str:
        """As a `Writing` says it."""
        return "\n".join(" ".join(row) for row in self.rows)


def write_table(table: Table, hand: Hand, style: Style, random: Random) -> Writing:
    """Columns so far apart that a clear gap lies between neighbours in a row."""
    numbers = [[write_row(n, 0, hand, style, random) for n in row] for row in table.rows]
    widths = [max(row[c][-1].right for row in numbers) for c in range(len(table.rows[0]))]
    gap = random.uniform(*CLEAR_GAP) * style.height
    lefts = np.concatenate([[0], np.cumsum([width + gap for width in widths])])
    leading = table.leading * style.height
    signs, cells = [], []
    for r, row in enumerate(numbers):
        for c, number in enumerate(row):
            spare = widths[c] - max(sign.right for sign in number)
            x = lefts[c] + table.flush * spare + random.normal(0, 0.04) * style.height
            signs += [replace(s.moved(round(x), round(r * leading)), row=r) for s in number]
            top = r * leading - (leading + style.height) / 2
            cells.append((float(lefts[c] - gap / 2), top, widths[c] + gap, leading))
    baselines = tuple(r * leading for r in range(len(numbers)))
    written = table.written
    return Writing(tuple(signs), written, style.height, pen_of(signs), baselines, tuple(cells))
