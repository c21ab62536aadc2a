"""Made of real digits, and none: several, stacked ones, pieces, halves, mirrored ones."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from digits.synthetic.doodles import bent, fitted, turned
from digits.synthetic.handwritten_things import LATIN, draw_scribble, drawn, on_sheet, strokes_of
from digits.synthetic.ink import ink_of_lines, ink_of_mnist, ink_of_strokes
from digits.synthetic.printed_characters import bent_picture, glyph_of, letter_fonts
from digits.synthetic.sources import Drawing, Map, Random, Sources

# Two of these, one on top of the other or overlapping, are like none of the ten.
_DISTINCT_WHEN_STACKED = (2, 3, 4, 5, 6, 7, 9)


def _tile(random: Random, sources: Sources, height: int, wanted: Sequence[int]) -> Map:
    """The ink of a real digit that is one of the wanted, so many pixels tall."""
    for _ in range(60 if len(sources.images) or sources.pens else 0):
        if len(sources.images) and (not sources.pens or random.random() < 0.5):
            chosen = int(random.integers(len(sources.images)))
            if sources.labels[chosen] in wanted:
                return _cropped(ink_of_mnist(sources.images[chosen], height * 7 // 5, random))
        elif sources.pens:
            digit = sources.pens[int(random.integers(len(sources.pens)))]
            if digit.label in wanted:
                pen = max(1.0, height * random.uniform(0.03, 0.13))
                return _cropped(ink_of_strokes(digit, height, random, pen))
    printed = str(wanted[int(random.integers(len(wanted)))])
    return bent_picture(glyph_of(printed, letter_fonts()[0]), random)


def _cropped(ink: Map) -> Map:
    x, y, width, height = cv2.boundingRect((ink > 0.1).astype(np.uint8))
    return ink[y : y + height, x : x + width] if width else ink


def draw_several(random: Random, sources: Sources) -> Drawing:
    """Two to four digits in a row, touching or apart, or a digit next to letters."""
    height = int(np.exp(random.uniform(np.log(20), np.log(150))))
    count = int(random.choice([2, 2, 2, 3, 3, 4]))
    tiles = [_tile(random, sources, height, range(10)) for _ in range(count)]
    if random.random() < 0.2:
        letter = bent(strokes_of(LATIN[int(random.integers(len(LATIN)))], random), random)
        ink = _cropped(ink_of_lines(letter, height, random, max(1.0, 0.09 * height)))
        tiles[int(random.integers(count))] = ink
    return on_sheet(_in_a_row(tiles, random, height), random)


def _in_a_row(tiles: Sequence[Map], random: Random, height: int) -> Map:
    gaps = (random.uniform(-0.08, 0.35) + random.uniform(-0.04, 0.1, len(tiles))) * height
    drops = random.normal(0, 0.06, len(tiles)) * height
    left, corners = 0.0, []
    for tile, gap, drop in zip(tiles, gaps, drops, strict=True):
        corners.append((drop - tile.shape[0] / 2, left))
        left += tile.shape[1] + float(gap)
    return _pasted(tiles, corners)


def _pasted(tiles: Sequence[Map], corners: Sequence[tuple[float, float]]) -> Map:
    """All tiles on one sheet, each with its upper left corner (row, column) there."""
    at = np.array(corners)
    at = np.rint(at - at.min(axis=0)).astype(int)
    sheet = np.zeros((at + [tile.shape for tile in tiles]).max(axis=0), np.float32)
    for tile, (y, x) in zip(tiles, at, strict=True):
        window = sheet[y : y + tile.shape[0], x : x + tile.shape[1]]
        np.maximum(window, tile, out=window)
    return sheet


def draw_stacked(random: Random, sources: Sources) -> Drawing:
    """Two or three digits one above the other, or two that half cover each other."""
    height = int(np.exp(random.uniform(np.log(20), np.log(130))))
    if random.random() < 0.5:
        tiles = [_tile(random, sources, height, _DISTINCT_WHEN_STACKED) for _ in range(2)]
        shift = turned(np.array([random.uniform(0.5, 0.75), 0]), random.uniform(0, 7)) * height
        return on_sheet(_pasted(tiles, [(0.0, 0.0), (float(shift[0]), float(shift[1]))]), random)
    count = int(random.integers(2, 4))
    tiles = [_tile(random, sources, height, _DISTINCT_WHEN_STACKED) for _ in range(count)]
    gap = random.uniform(1.08, 1.4) * height
    shifts = random.normal(0, 0.15, count) * height
    corners = [(number * gap, float(shift)) for number, shift in enumerate(shifts)]
    return on_sheet(_pasted(tiles, corners), random)


def draw_pieces(random: Random, sources: Sources) -> Drawing:
    """Pieces of the strokes of several real digits, turned and joined as no digit is."""
    if not sources.pens:
        return draw_scribble(random, sources)
    lines = []
    for _ in range(random.integers(3, 6)):
        digit = sources.pens[int(random.integers(len(sources.pens)))]
        strokes = fitted(digit.strokes)
        stroke = strokes[int(random.integers(len(strokes)))]
        share = random.uniform(0.35, 0.65)
        first = int(random.uniform(0, 1 - share) * len(stroke))
        piece = stroke[first : first + max(2, int(share * len(stroke)))]
        piece = turned((piece - 0.5) * (random.choice([-1, 1]), 1), random.uniform(0, 7))
        lines.append(piece * random.uniform(0.7, 1.3) + random.uniform(-0.3, 0.3, 2))
    return drawn(lines, random, 0.5)


def draw_mirrored(random: Random, sources: Sources) -> Drawing:
    """A mirrored 3 or 7, or a 3 on its side; a 4, an 8 or a 9 would still look like a digit."""
    height = int(np.exp(random.uniform(np.log(24), np.log(200))))
    if random.random() < 0.6:
        ink = _tile(random, sources, height, (3, 7))[:, ::-1]
    else:
        ink = np.rot90(_tile(random, sources, height, (3,)), int(random.choice([1, 3])))
    return on_sheet(np.ascontiguousarray(ink), random)


def draw_half(random: Random, sources: Sources) -> Drawing:
    """A side of a digit, such as a cut in a wrong place leaves, that is like no other digit."""
    digit = int(random.choice(list(_HALVES)))
    side = _HALVES[digit][int(random.integers(len(_HALVES[digit])))]
    height = int(np.exp(random.uniform(np.log(30), np.log(200))))
    for _ in range(8):
        piece = _side_of(_tile(random, sources, height, (digit,)), side, random)
        if min(piece.shape) > _NARROWEST_HALF * max(piece.shape):
            break
    return on_sheet(piece, random)


def _side_of(ink: Map, side: str, random: Random) -> Map:
    rows, columns = (max(1, round(n * random.uniform(0.38, 0.5))) for n in ink.shape)
    piece = {
        "left": ink[:, :columns],
        "right": ink[:, -columns:],
        "top": ink[:rows],
        "bottom": ink[-rows:],
    }[side]
    return _cropped(np.ascontiguousarray(piece))


# Of its length: what is narrower may be a 1.
_NARROWEST_HALF = 0.35


# Left out are those that may be a digit of their own: the loop of a 9, the stem of a 4.
_HALVES: dict[int, tuple[str, ...]] = {
    0: ("left", "right", "top", "bottom"),
    2: ("left", "right", "bottom"),
    3: ("left", "bottom"),
    4: ("left", "top"),
    5: ("left", "right", "top", "bottom"),
    6: ("left",),
    7: ("left",),
    8: ("left",),
    9: ("left",),
}


def draw_glued(random: Random, sources: Sources) -> Drawing:
    """Two digits that touch, as where a number is not cut apart."""
    height = int(np.exp(random.uniform(np.log(24), np.log(200))))
    heights = height, round(height * random.uniform(0.8, 1.25))
    tiles = [_tile(random, sources, each, _WIDE) for each in heights]
    overlap = height * random.uniform(-0.02, 0.2)
    drop = height * random.normal(0, 0.07)
    return on_sheet(_pasted(tiles, [(0.0, 0.0), (drop, tiles[0].shape[1] - overlap)]), random)


def draw_with_slice(random: Random, sources: Sources) -> Drawing:
    """A digit with a slice of its neighbour, as where a number is cut beside the right place."""
    height = int(np.exp(random.uniform(np.log(24), np.log(200))))
    digit, neighbour = (_tile(random, sources, height, _WIDE) for _ in range(2))
    width = max(2, round(neighbour.shape[1] * random.uniform(0.3, 0.6)))
    gap = height * random.uniform(-0.08, 0.12)
    if random.random() < 0.5:
        corners = [(0.0, 0.0), (0.0, digit.shape[1] + gap)]
        return on_sheet(_pasted([digit, neighbour[:, :width]], corners), random)
    corners = [(0.0, 0.0), (0.0, width + gap)]
    return on_sheet(_pasted([neighbour[:, -width:], digit], corners), random)


# Beside a 1 many a digit is but another, or one with a speck.
_WIDE = (0, 2, 3, 4, 5, 6, 7, 8, 9)
