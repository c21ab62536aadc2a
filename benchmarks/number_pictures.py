"""Pictures of whole numbers, as people draw, write and photograph them, to judge a reader by.

No network learns from anything made here, and no training may import it: what makes pictures to
learn from is other code. It was committed before there was a reader. Each kind of `NUMBER_KINDS`
makes one thing hard and has a little of the others; a careful person reads each picture.

    picture = simulate_number("cheque", hands, number=0)
    picture.text, picture.written                  # "1250", "12.50"

Numbers have two or three digits, four to six, or seven to twelve, a third of each; the digits of
all rows and cells of a picture count together. In `text`, rows are joined by a new line and a gap
of more than `number_layouts.CLEAR_GAP` inside a row is " ", so that two cells of a table are apart
and the boxes of one number are not. `written` has the marks besides.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks import number_papers as papers
from benchmarks.number_hands import Hand, Hands
from benchmarks.number_layouts import (
    APART,
    TIGHT,
    Box,
    Joint,
    PlacedSign,
    Style,
    Table,
    Writing,
    climb,
    text_of,
    write_in_boxes,
    write_rows,
    write_table,
)
from benchmarks.photo_simulation import (
    Light,
    Photo,
    Random,
    cast_shadow,
    light_of_room,
    pick_ink,
    take,
    take_photo,
    usual_camera,
    write_with_pen,
    write_with_pencil,
)

SEED = 618_033_988
LENGTHS = (range(2, 4), range(4, 7), range(7, 13))
"""How many digits a picture has."""
CROP_HEIGHT = 28
CANVAS_HEIGHT = 280
CANVAS_WIDTHS = (280, 560, 840)
"""Pixels: the page's canvas, and wider ones, as a long number wants them."""
THINNEST_PEN = 3.0
"""On the canvas, pixels: the thinnest that shows."""
# Of a biro to a felt pen, as shares of a digit's height.
_PENS = (0.035, 0.1)
# Crops are made larger, so that thin strokes are not lost before they are shrunk.
_CROP_FACTOR = 4


@dataclass(frozen=True)
class TrueSign:
    """Where a digit or mark is in a picture.

    Attributes:
        sign: the character.
        box: around its ink, pixels of the picture.
        row: from 0, at the top.
    """

    sign: str
    box: Box
    row: int


@dataclass(frozen=True, eq=False)
class NumberPicture:
    """A picture, and what a careful person reads in it.

    Attributes:
        pixels: uint8 (H, W, 3), RGB.
        text: digits alone, rows joined by a new line, clear gaps inside a row as " "; "" where
            there is no number.
        written: the same with all marks.
        digits: in the order of reading.
        marks: all other signs, in the order of reading.
    """

    pixels: Photo
    text: str
    written: str
    digits: tuple[TrueSign, ...] = ()
    marks: tuple[TrueSign, ...] = ()


# --- What is written -------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Task:
    """What is to be written, by whom and how.

    Attributes:
        count: of digits.
        hand: who writes.
        style: how large, and with which pen.
        random: where the randomness comes from.
    """

    count: int
    hand: Hand
    style: Style
    random: Random

    def digits(self, often: str = "", share: float = 0.0) -> str:
        """So many random digits, some of which may be more frequent."""
        return "".join(
            often[int(self.random.integers(len(often)))]
            if often and self.random.random() < share
            else str(self.random.integers(10))
            for _ in range(self.count)
        )

    def write(self, written: str, **style: object) -> Writing:
        """Rows, in the style of the task but for what is named."""
        return write_rows(written, self.hand, _changed(self.style, **style), self.random)


def _changed(style: Style, **changes: object) -> Style:
    return replace(style, **changes)  # type: ignore[arg-type]


Compose: TypeAlias = Callable[[Task], Writing]


def row(task: Task) -> Writing:
    """A number on its line."""
    return task.write(task.digits(), joint=_usual_joint(task.random))


def _usual_joint(random: Random) -> Joint:
    return APART if random.random() < 0.6 else TIGHT


def _row_of(joint: Joint) -> Compose:
    return lambda task: task.write(task.digits(), joint=joint)


def parts(task: Task) -> Writing:
    """Many digits 4 and 5, whose second stroke stands off the first."""
    in_two = [s for s in "45" if any(len(o.strokes) == 2 for o in task.hand.signs[s])]
    digits = list(task.digits("".join(in_two), 0.6))
    if in_two:
        at, which = task.random.integers(len(digits)), task.random.integers(len(in_two))
        digits[int(at)] = in_two[int(which)]
    return task.write("".join(digits), form="parts")


def slanted(task: Task) -> Writing:
    """All signs lean, rather to the right."""
    lean = task.random.uniform(14, 30) * task.random.choice([1, -0.7], p=[0.75, 0.25])
    return task.write(task.digits(), joint=_usual_joint(task.random), lean=float(lean))


def climbing(task: Task) -> Writing:
    """The baseline goes up or down, and is bent."""
    random = task.random
    # A short row may be steeper.
    steepest = 16 if task.count <= 4 else 11
    angle = random.uniform(4, steepest) * random.choice([1, -1], p=[0.7, 0.3])
    return climb(row(task), float(angle), random.normal(0, 0.015) * task.count)


def slashed(task: Task) -> Writing:
    """Many zeros with a slash and sevens with a bar, all of one hand."""
    digits = task.digits("07", 0.45)
    at = int(task.random.integers(len(digits)))
    digits = digits[:at] + task.random.choice(["0", "7"]) + digits[at + 1 :]
    return task.write(digits, form="slashed", joint=APART)


def boxed(task: Task) -> Writing:
    """One digit a box."""
    return write_in_boxes(task.digits(), task.hand, task.style, task.random)


def several_rows(task: Task) -> Writing:
    """Two to four rows."""
    count = int(task.random.integers(2, min(4, task.count) + 1))
    rows = _pieces(task.digits(), _shares(task.count, count, task.count, task.random))
    leading = task.random.uniform(1.35, 2.1)
    return task.write("\n".join(rows), leading=leading, joint=_usual_joint(task.random))


def column(task: Task) -> Writing:
    """One number below the other, of one to three digits each, flush right or left."""
    least = max(2, -(-task.count // 3))
    rows = int(task.random.integers(least, min(task.count, 6) + 1))
    return _table(task, rows, 1, 3)


def grid(task: Task) -> Writing:
    """Numbers of one to four digits in rows and columns without lines."""
    return _table(task, *_sides(task.count, 4, 3, task.random), 4)


def logbook(task: Task) -> Writing:
    """Numbers in the cells of a table's one or two rows."""
    return _table(task, *_sides(task.count, 3, 2, task.random), 6)


def _sides(count: int, most_columns: int, most_rows: int, random: Random) -> tuple[int, int]:
    """Of a table of at least two cells, as many as there are digits or fewer; of many two rows."""
    fits = [
        (rows, columns)
        for rows in range(1, most_rows + 1)
        for columns in range(2, most_columns + 1)
        if rows * columns <= count <= 4 * rows * columns and (rows > 1 or count < 4)
    ]
    return fits[int(random.integers(len(fits)))]


def _table(task: Task, rows: int, columns: int, longest: int) -> Writing:
    shares = _shares(task.count, rows * columns, longest, task.random)
    numbers = _pieces(task.digits(), shares)
    cut = [numbers[i * columns : (i + 1) * columns] for i in range(rows)]
    leading, flush = task.random.uniform(1.3, 2), float(task.random.choice([0, 0.5, 1]))
    style = replace(task.style, joint=_usual_joint(task.random))
    return write_table(Table(cut, leading, flush), task.hand, style, task.random)


def _shares(count: int, parts: int, most: int, random: Random) -> list[int]:
    """How many digits each part gets, at least one and no more than so many."""
    shares = [1] * parts
    for _ in range(count - parts):
        open_parts = [i for i, share in enumerate(shares) if share < most]
        shares[open_parts[int(random.integers(len(open_parts)))]] += 1
    return shares


def _pieces(digits: str, lengths: list[int]) -> list[str]:
    ends = np.cumsum(lengths)
    return [digits[end - n : end] for end, n in zip(ends, lengths, strict=True)]


# --- With marks ------------------------------------------------------------------------------


def decimals(task: Task) -> Writing:
    """A point or comma before the last digit or two."""
    behind = 1 if task.count == 2 or task.random.random() < 0.3 else 2
    mark = "." if task.random.random() < 0.5 else ","
    digits = task.digits()
    return task.write(digits[:-behind] + mark + digits[-behind:], joint=APART)


def thousands(task: Task) -> Writing:
    """A point or comma before every three digits."""
    mark = "." if task.random.random() < 0.6 else ","
    return task.write(f"{_number(task):,}".replace(",", mark), joint=APART)


def _number(task: Task) -> int:
    """With so many digits, the first no zero."""
    digits = task.digits()
    return int(digits if digits[0] != "0" else "1" + digits[1:])


def dash_before(task: Task) -> Writing:
    """A minus."""
    return task.write("-" + task.digits(), joint=APART)


def dash_after(task: Task) -> Writing:
    """A dash behind, so that nobody adds a digit."""
    return task.write(task.digits() + "-", joint=APART)


def amount_dash(task: Task) -> Writing:
    """An amount without cents."""
    return task.write(task.digits() + ".-", joint=APART)


def dates(task: Task) -> Writing:
    """Days and months, and years if there are digits for them, with slashes, points or dashes."""
    shapes = {2: "11", 3: "21", 4: "22", 5: "212", 6: "222", 7: "214"}
    day, month, *year = map(int, shapes.get(task.count, "224"))
    random = task.random
    parts = [_counted(random, 1, 31, day), _counted(random, 1, 12, month)]
    parts += [_counted(random, 1950, 2050, 4)[-digits:] for digits in year]
    mark = str(random.choice(["/", ".", "-"], p=[0.5, 0.3, 0.2]))
    return task.write(mark.join(parts), joint=APART)


def times(task: Task) -> Writing:
    """Hours and minutes, perhaps seconds, scores of a match, or from when to when."""
    random = task.random
    if task.count == 2:
        return task.write(f"{random.integers(10)}:{random.integers(10)}", joint=APART)
    hours = _counted(random, 0, 23, 1 if task.count in (3, 5, 7) else 2)
    written = f"{hours}:{_counted(random, 0, 59, 2)}"
    if task.count in (5, 6):
        written += f":{_counted(random, 0, 59, 2)}"
    elif task.count > 6:
        written += f"-{_counted(random, 0, 23, 2)}:{_counted(random, 0, 59, 2)}"
    return task.write(written, joint=APART)


def _counted(random: Random, least: int, most: int, digits: int) -> str:
    """A number in a range, with so many digits, zeros before it if need be."""
    return str(int(random.integers(least, min(most, 10**digits - 1) + 1))).zfill(digits)


def currencies(task: Task) -> Writing:
    """An amount with its sign before or after, with or without cents."""
    digits = task.digits()
    cents = task.count > 3 and task.random.random() < 0.5
    amount = f"{digits[:-2]}.{digits[-2:]}" if cents else digits
    sign = str(task.random.choice(["$", "€", "£"]))
    before = task.random.random() < 0.65
    return task.write(sign + amount if before else amount + sign, joint=APART)


# --- Canvas, photos, crops -------------------------------------------------------------------


@dataclass(frozen=True)
class Medium:
    """Where a number is written.

    Attributes:
        heights: of a digit, pixels, least and most by how many digits there are.
        finish: makes the picture.
        strokes: whether only hands with strokes write there.
        thinnest: pen, pixels.
    """

    heights: tuple[tuple[float, float], ...]
    finish: Callable[[Writing, Random], NumberPicture]
    strokes: bool = False
    thinnest: float = 0.0


def on_canvas(writing: Writing, random: Random) -> NumberPicture:
    """Black on a white canvas on which it has room, anywhere: uint8 (280, W, 3)."""
    left, top, right, bottom = writing.extent
    scale = min(1.0, (CANVAS_WIDTHS[-1] - 8) / (right - left), (CANVAS_HEIGHT - 8) / (bottom - top))
    writing = writing if scale == 1 else writing.scaled(scale)
    left, top, right, bottom = writing.extent
    wide = [width for width in CANVAS_WIDTHS if width >= right - left + 6]
    shape = CANVAS_HEIGHT, wide[int(random.integers(len(wide)))]
    x = random.integers(2, shape[1] - (right - left) - 1)
    y = random.integers(2, shape[0] - (bottom - top) - 1)
    placed = writing.moved(int(x) - left, int(y) - top)
    grey = np.rint(255 * (1 - placed.coverage(shape))).astype(np.uint8)
    return _as_picture(placed, np.repeat(grey[..., None], 3, axis=2))


def _as_picture(
    writing: Writing, pixels: Photo, matrix: NDArray[np.float64] | None = None
) -> NumberPicture:
    """The picture with its truth; the matrix, (2, 3), is what became of the page."""
    signs = [TrueSign(s.sign, box_of_ink(s, matrix), s.row) for s in writing.signs]
    return NumberPicture(
        pixels,
        text_of(writing.written),
        writing.written,
        tuple(sign for sign in signs if sign.sign.isdigit()),
        tuple(sign for sign in signs if not sign.sign.isdigit()),
    )


def box_of_ink(sign: PlacedSign, matrix: NDArray[np.float64] | None = None) -> Box:
    """Around a sign's ink, after an affine map of the page, (2, 3)."""
    if matrix is None:
        return float(sign.x), float(sign.y), float(sign.ink.shape[1]), float(sign.ink.shape[0])
    y, x = np.nonzero(sign.ink > 0.1)
    pixels = np.stack([x + sign.x, y + sign.y])
    corners = np.concatenate([pixels + np.array([[dx], [dy]]) for dx in (0, 1) for dy in (0, 1)], 1)
    corners = matrix[:, :2] @ corners + matrix[:, 2:]
    left, top = np.floor(corners.min(axis=1))
    right, bottom = np.ceil(corners.max(axis=1))
    return float(left), float(top), float(right - left), float(bottom - top)


def _on_page(writing: Writing, random: Random) -> tuple[Writing, tuple[int, int]]:
    """The writing with room around it, and the page's shape."""
    left, top, right, bottom = writing.extent
    margins = writing.height * np.exp(random.uniform(np.log(0.35), np.log(2.2), 4))
    before_x, after_x, before_y, after_y = np.rint(margins).astype(int)
    shape = bottom - top + before_y + after_y, right - left + before_x + after_x
    return writing.moved(int(before_x) - left, int(before_y) - top), (int(shape[0]), int(shape[1]))


def _inked(writing: Writing, sheet: Light, random: Random) -> Light:
    """With a pen, or here and there a pencil."""
    coverage = writing.coverage((sheet.shape[0], sheet.shape[1]))
    if random.random() < 0.12:
        return write_with_pencil(sheet, coverage, random, random.uniform(0.6, 0.85))
    return write_with_pen(sheet, coverage, pick_ink(random), random)


def _tilted(page: Light, random: Random) -> tuple[Light, NDArray[np.float64]]:
    """As by a camera that was not held quite level, and the map, float64 (2, 3)."""
    height, width = page.shape[:2]
    # A long page leaves the picture sooner.
    steepest = min(3.0, float(np.degrees(0.12 * height / width)) + 0.3)
    angle = float(np.clip(random.normal(0, 1.2), -steepest, steepest))
    matrix = np.asarray(
        cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, 1), np.float64
    )
    turned = cv2.warpAffine(page, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.float32), matrix


def photo_on(*choices: papers.Paper) -> Callable[[Writing, Random], NumberPicture]:
    """Photographed on one of these papers."""

    def finish(writing: Writing, random: Random) -> NumberPicture:
        placed, shape = _on_page(writing, random)
        paper = choices[int(random.integers(len(choices)))]
        page, matrix = _tilted(_inked(placed, paper(placed, shape, random), random), random)
        return _as_picture(placed, take_photo(page, random), matrix)

    return finish


def in_shadow(writing: Writing, random: Random) -> NumberPicture:
    """Photographed with the shadow of a hand or phone across the page."""
    placed, shape = _on_page(writing, random)
    page, matrix = _tilted(_inked(placed, papers.plain(placed, shape, random), random), random)
    lit = page * light_of_room(shape, random) * cast_shadow(shape, random)
    return _as_picture(placed, take(lit, usual_camera(random), random), matrix)


def as_crop(writing: Writing, random: Random) -> NumberPicture:
    """A row cut out and shrunk to a height of 28 pixels: a photo, or light on black as MNIST is."""
    left, top, right, bottom = writing.extent
    above, below, before, after = np.rint(writing.height * random.uniform(0.02, 0.22, 4)).astype(
        int
    )
    shape = int(bottom - top + above + below), int(right - left + before + after)
    placed = writing.moved(int(before) - left, int(above) - top)
    if random.random() < 0.35:
        ink = placed.coverage(shape)
        page: NDArray[np.float32] = np.repeat(255 * ink[..., None], 3, axis=2)
    else:
        paper = papers.ruled if random.random() < 0.3 else papers.plain
        page = take_photo(_inked(placed, paper(placed, shape, random), random), random).astype(
            np.float32
        )
    scale = CROP_HEIGHT / shape[0]
    size = max(CROP_HEIGHT // 2, round(shape[1] * scale)), CROP_HEIGHT
    small = np.asarray(cv2.resize(page, size, interpolation=cv2.INTER_AREA), np.float32)
    matrix = np.array([[size[0] / shape[1], 0, 0], [0, scale, 0]])
    return _as_picture(placed, np.rint(np.clip(small, 0, 255)).astype(np.uint8), matrix)


CANVAS = Medium(((60, 210), (45, 150), (34, 100)), on_canvas, strokes=True, thinnest=THINNEST_PEN)
CROP = Medium(((_CROP_FACTOR * 21, _CROP_FACTOR * 25),) * 3, as_crop)


def _photo(*choices: papers.Paper, strokes: bool = False) -> Medium:
    return Medium(_PHOTO_HEIGHTS, photo_on(*choices), strokes)


_PHOTO_HEIGHTS = ((40.0, 200.0), (34.0, 130.0), (27.0, 85.0))
PLAIN, PLAIN_STROKES = _photo(papers.plain), _photo(papers.plain, strokes=True)
MARKED = (CANVAS, _photo(papers.plain, papers.ruled))


# --- Kinds -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class NumberKind:
    """A kind of picture.

    Attributes:
        compose: writes the number.
        media: where, by turns.
        lengths: how many digits, by turns.
    """

    compose: Compose
    media: tuple[Medium, ...]
    lengths: tuple[range, ...] = LENGTHS


SPACED = Joint("apart", 0.14, 0.6)
CLOSE = Joint("tight", 0.02, 0.08)
TOUCHING = Joint("touching", 0.0, 0.04, share=0.75)
OVERLAPPING = Joint("touching", 0.025, 0.07, share=0.5)

NUMBER_KINDS: dict[str, NumberKind] = {
    "canvas_spaced": NumberKind(_row_of(SPACED), (CANVAS,)),
    "canvas_tight": NumberKind(_row_of(CLOSE), (CANVAS,)),
    "canvas_touching": NumberKind(_row_of(TOUCHING), (CANVAS,)),
    "plain": NumberKind(row, (PLAIN,)),
    "ruled": NumberKind(row, (_photo(papers.ruled),)),
    "underlined": NumberKind(row, (_photo(papers.underlined),)),
    "boxes": NumberKind(boxed, (_photo(papers.boxes),)),
    "frames": NumberKind(row, (_photo(papers.frames),)),
    "cheque": NumberKind(row, (_photo(papers.cheque),)),
    "printed_borders": NumberKind(row, (_photo(papers.printed_borders),)),
    "logbook": NumberKind(logbook, (_photo(papers.cells),)),
    "shadows": NumberKind(row, (Medium(_PHOTO_HEIGHTS, in_shadow),)),
    "rows": NumberKind(several_rows, (_photo(papers.plain, papers.plain, papers.ruled),)),
    "grid": NumberKind(grid, (PLAIN,)),
    "column": NumberKind(column, (PLAIN,)),
    "touching": NumberKind(_row_of(TOUCHING), (PLAIN,)),
    "overlapping": NumberKind(_row_of(OVERLAPPING), (PLAIN,)),
    "parts": NumberKind(parts, (PLAIN_STROKES,)),
    "slanted": NumberKind(slanted, (PLAIN,)),
    "climbing": NumberKind(climbing, (PLAIN,)),
    "slashed": NumberKind(slashed, (PLAIN_STROKES,)),
    "crops": NumberKind(row, (CROP,)),
    "decimals": NumberKind(decimals, MARKED),
    # Below a thousand there is nothing to separate.
    "thousands": NumberKind(thousands, MARKED, LENGTHS[1:]),
    "dash_before": NumberKind(dash_before, MARKED),
    "dash_after": NumberKind(dash_after, MARKED),
    "amount_dash": NumberKind(amount_dash, MARKED),
    "dates": NumberKind(dates, MARKED),
    "times": NumberKind(times, MARKED),
    "currencies": NumberKind(currencies, MARKED),
}


def length_class(kind: str, number: int) -> range:
    """How many digits the picture of a kind and number has."""
    lengths = NUMBER_KINDS[kind].lengths
    return lengths[number % len(lengths)]


def simulate_number(kind: str, hands: Hands, number: int) -> NumberPicture:
    """A picture that depends on nothing but its kind, the hands and its number.

    Args:
        kind: one of `NUMBER_KINDS`.
        hands: who may write it.
        number: which one of that kind.
    """
    random = np.random.default_rng([SEED, zlib.crc32(kind.encode()), hands.first + number])
    chosen = NUMBER_KINDS[kind]
    medium = chosen.media[number // len(chosen.lengths) % len(chosen.media)]
    length = length_class(kind, number)
    task = Task(
        count=int(random.integers(length.start, length.stop)),
        hand=hands.choose(random, medium.strokes),
        style=_style(medium, LENGTHS.index(length), random),
        random=random,
    )
    return medium.finish(chosen.compose(task), random)


def _style(medium: Medium, length: int, random: Random) -> Style:
    """A size and a pen, large as often as small."""
    height, pen = (
        float(np.exp(random.uniform(*np.log(ends)))) for ends in (medium.heights[length], _PENS)
    )
    return Style(height, max(pen, medium.thinnest / height))
