"""Pictures that show no digit, from which the network learns doubt.

A network that is shown, beside digits, all kinds of other things with no digit as the answer also
doubts what is unlike either: outlier exposure (Hendrycks, Mazeika & Dietterich, 2019, "Deep
anomaly detection with outlier exposure"). What looks like a digit (O, l, I, S, Z, an upright dash)
is left out altogether, for it is neither. Many lie on the same imagined paper as digits do, so
that paper is no sign of either.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from digits.common import quiet_matplotlib  # noqa: F401
from digits.synthetic.doodles import (
    Line,
    bent,
    doodle,
    fitted,
    rounded,
    scribble,
    turned,
)
from digits.synthetic.ink import ink_of_lines, ink_of_mnist, ink_of_strokes
from digits.synthetic.letter_strokes import LETTERS, LOOK_ALIKES, parse_strokes
from digits.synthetic.pen_strokes import PenDigit
from digits.synthetic.scenes import compose_scene

Drawing: TypeAlias = NDArray[np.uint8]
Map: TypeAlias = NDArray[np.float32]
Random: TypeAlias = np.random.Generator

# Of the drawings, so many are composed onto imagined paper.
SCENE_SHARE = 0.45
# Printed characters that nobody takes for a digit, however they are bent.
PRINTED_LETTERS = "ACEFHJKLMNPRTUVWXYacdefhkmnprtuvwxy"
PRINTED_SIGNS = "ЖФШЩЯЮДИПЦΨΩΣΔΓΠΞξμπψω%@#+=<*×÷±≠≈√∞∑⊂∩∪∇∈←→↑↓↔★☆♥♣♠♫✗☺✂✈☂☎☀☁⚓⊕⊗▲◆"
# Two of these, one on top of the other or overlapping, are like none of the ten.
_DISTINCT_WHEN_STACKED = (2, 3, 4, 5, 6, 7, 9)
_GLYPH = 72


@dataclass(frozen=True, eq=False)
class Sources:
    """Real digits, pieces and groups of which are no digit; either may be empty.

    Attributes:
        images: uint8 (n, 28, 28), white ink on black, such as MNIST's training digits.
        labels: uint8 (n,), 0 to 9.
        pens: digits as pen strokes, of writers that train.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    pens: Sequence[PenDigit]


def draw_non_digit(random: Random, sources: Sources) -> tuple[str, Drawing]:
    """A picture of something that is no digit, and what kind of thing it is.

    Args:
        random: the picture depends on nothing else but the sources.
        sources: real digits to make other things of.

    Returns:
        A key of `KINDS`, and uint8 (h, w), dark on light, or (h, w, 3), RGB.
    """
    names = tuple(KINDS)
    shares = np.array([share for share, _ in KINDS.values()])
    kind = names[int(random.choice(len(names), p=shares / shares.sum()))]
    picture = KINDS[kind][1](random, sources)
    if picture.ndim == 2 and random.random() < SCENE_SHARE:
        ink = (255 - picture).astype(np.float32) * np.float32(1 / 255)
        if (ink > 0.5).any():
            picture = compose_scene(ink, random)
    return kind, picture


# --- lines


def _scribble(random: Random, _: Sources) -> Drawing:
    return _drawn(scribble(random), random, 0.6, thickest=0.1)


def _doodle(random: Random, _: Sources) -> Drawing:
    return _drawn(doodle(random), random, 0.7, thickest=0.08)


def _handwritten(random: Random, _: Sources) -> Drawing:
    """A letter or sign that is no look-alike."""
    return _drawn(_strokes_of(_LATIN[int(random.integers(len(_LATIN)))], random), random)


def _handwritten_sign(random: Random, _: Sources) -> Drawing:
    return _drawn(_strokes_of(_SIGNS[int(random.integers(len(_SIGNS)))], random), random, 0.8)


_LATIN = tuple(key for key in LETTERS if key.isascii() and key.isalpha() and key not in LOOK_ALIKES)
_SIGNS = tuple(key for key in LETTERS if not (key.isascii() and key.isalpha()))


def _strokes_of(letter: str, random: Random) -> list[Line]:
    """One way of writing it, its knots moved a little, some strokes too long or too short."""
    ways = LETTERS[letter]
    lines = []
    for is_round, knots in parse_strokes(ways[int(random.integers(len(ways)))]):
        moved = knots + random.normal(0, 0.035, knots.shape)
        if len(moved) > 1:
            ends = moved[[0, -1]] - moved[[1, -2]]
            moved[[0, -1]] += ends * random.uniform(-0.15, 0.25, (2, 1))
        # A triangle with its corners cut would be a nought.
        is_closed = bool((knots[0] == knots[-1]).all())
        cut = is_round or (random.random() < 0.25 and not is_closed)
        lines.append(rounded(moved) if cut else moved)
    return lines


def _word(random: Random, _sources: Sources) -> Drawing:
    """Two to five letters in a row, look-alikes among them."""
    letters = _CAPITALS if random.random() < 0.4 else _SMALL
    lines: list[Line] = []
    left = 0.0
    for _ in range(random.integers(2, 6)):
        strokes = _strokes_of(letters[int(random.integers(len(letters)))], random)
        start = min(float(stroke[:, 0].min()) for stroke in strokes)
        lines += [stroke + np.array([left - start, random.normal(0, 0.03)]) for stroke in strokes]
        left = max(float(line[:, 0].max()) for line in lines) + random.uniform(0.02, 0.35)
    size = float(np.exp(random.uniform(np.log(40), np.log(300))))
    # A pen that suits the letters' height, not the word's length.
    pen = max(1.0, size / max(1.0, left) * random.uniform(0.03, 0.13))
    return _on_sheet(ink_of_lines(bent(lines, random, 0.3), size, random, pen), random)


_CAPITALS = tuple(key for key in LETTERS if key.isascii() and key.isupper())
_SMALL = tuple(key for key in LETTERS if key.isascii() and key.islower())


def _drawn(
    lines: Sequence[Line], random: Random, most: float = 1.0, thickest: float = 0.16
) -> Drawing:
    """Lines bent by a hand and drawn by some pen, at most so thick a share of their size."""
    size = float(np.exp(random.uniform(np.log(24), np.log(240))))
    pen = size * float(np.exp(random.uniform(np.log(0.025), np.log(thickest))))
    return _on_sheet(ink_of_lines(bent(lines, random, most), size, random, pen), random)


def _on_sheet(ink: Map, random: Random) -> Drawing:
    """Ink on white paper with some room around it: uint8, 0 for ink."""
    top, bottom, left, right = (random.uniform(0.02, 0.4, 4) * max(ink.shape)).astype(int).tolist()
    sheet = cv2.copyMakeBorder(ink, top, bottom, left, right, cv2.BORDER_CONSTANT, value=0)
    return np.rint(255 * (1 - np.clip(sheet, 0, 1))).astype(np.uint8)


def _dots_and_dashes(random: Random, _: Sources) -> Drawing:
    """Dots, blots, and dashes that lie: an upright one is a 1."""
    kind = random.random()
    if kind < 0.3:
        return _on_sheet(_blot(random), random)
    if kind < 0.45:
        return _drawn(list(random.random((int(random.integers(2, 7)), 1, 2))), random)
    count = 1 if kind < 0.8 else int(random.integers(2, 4))
    lean = random.uniform(-0.7, 0.7)
    sag = random.normal(0, 0.06)
    dash = rounded(np.array([[0, 0], [0.5, sag], [1, 0]]))
    lines = [turned(dash + np.array([0, 0.3 * number]), lean) for number in range(count)]
    size = float(np.exp(random.uniform(np.log(24), np.log(200))))
    pen = size * float(np.exp(random.uniform(np.log(0.04), np.log(0.3))))
    return _on_sheet(ink_of_lines(lines, size, random, pen), random)


def _blot(random: Random) -> Map:
    angle = np.linspace(0, 2 * np.pi, 60)[:-1]
    radius = np.ones(59)
    for k in (1, 2, 3, 5):
        radius += random.normal(0, 0.12 / k) * np.cos(k * angle + random.uniform(0, 7))
    points = np.stack([np.cos(angle), random.uniform(0.65, 1) * np.sin(angle)], axis=1)
    size = float(np.exp(random.uniform(np.log(3), np.log(60))))
    points = turned(points * np.maximum(radius, 0.2)[:, None], random.uniform(0, 7)) * size
    points -= points.min(axis=0) - 2
    width, height = np.ceil(points.max(axis=0) + 2).astype(int).tolist()
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [np.rint(points * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return mask.astype(np.float32) * np.float32(1 / 255)


# --- printed characters


def _printed_letter(random: Random, _: Sources) -> Drawing:
    return _printed(random, PRINTED_LETTERS)


def _printed_sign(random: Random, _: Sources) -> Drawing:
    return _printed(random, PRINTED_SIGNS)


def _printed(random: Random, characters: str) -> Drawing:
    """A character of a font: as it is, but bent, or its skeleton redrawn with a pen."""
    fonts = _fonts()
    for _ in range(20):
        character = characters[int(random.integers(len(characters)))]
        name = fonts[int(random.integers(len(fonts)))]
        if random.random() < 0.5:
            lines = _skeleton_lines(character, name)
            if lines:
                return _drawn(lines, random, 0.9)
        else:
            glyph = _glyph(character, name)
            if glyph.any():
                return _on_sheet(_bent_picture(glyph, random), random)
    return _drawn(_strokes_of("A", random), random)


@lru_cache(1)
def _fonts() -> tuple[str, ...]:
    """The fonts that Matplotlib brings, but those of mathematical pieces."""
    import matplotlib as mpl

    folder = Path(mpl.get_data_path(), "fonts", "ttf")
    return tuple(
        sorted(str(file) for file in folder.glob("*.ttf") if file.name.startswith(_LETTER_FONTS))
    )


_LETTER_FONTS = ("DejaVuSans", "DejaVuSerif", "STIXGeneral", "cmr10", "cmmi10", "cmss10", "cmtt10")


@lru_cache(2048)
def _glyph(character: str, font_name: str) -> Drawing:
    """uint8 (96, 96), white on black; empty where the font has no such character."""
    font = ImageFont.truetype(font_name, _GLYPH)
    sheet = Image.new("L", (96, 96), 0)
    if bytes(font.getmask(character)) != bytes(font.getmask("\uffff")):
        ImageDraw.Draw(sheet).text((48, 48), character, fill=255, font=font, anchor="mm")
    return np.asarray(sheet)


@lru_cache(2048)
def _skeleton_lines(character: str, font_name: str) -> tuple[Line, ...]:
    """The middle of a glyph's strokes as many short lines, smoothed; none if it has no glyph."""
    skeleton = thinned(_glyph(character, font_name) > 127)
    points = np.argwhere(skeleton)
    if len(points) < 8:
        return ()
    number = np.full(np.array(skeleton.shape) + 2, -1)
    number[points[:, 0] + 1, points[:, 1] + 1] = np.arange(len(points))
    pairs = []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        other = number[points[:, 0] + 1 + down, points[:, 1] + 1 + right]
        here = np.flatnonzero(other >= 0)
        pairs.append(np.stack([here, other[here]], axis=1))
    edges = np.concatenate(pairs)
    places = points[:, ::-1].astype(np.float64)
    for _ in range(3):
        total, count = places.copy(), np.ones(len(places))
        for a, b in ((0, 1), (1, 0)):
            np.add.at(total, edges[:, a], places[edges[:, b]])
            np.add.at(count, edges[:, a], 1)
        places = total / count[:, None]
    return tuple(places[edge] for edge in edges)


def thinned(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The middle lines of a shape, one pixel wide.

    Zhang & Suen (1984), "A fast parallel algorithm for thinning digital patterns".

    Args:
        mask: bool (h, w).
    """
    mask = np.pad(mask, 1)
    while True:
        before = int(mask.sum())
        for second in (False, True):
            mask = mask & ~_removable(mask, second)
        if int(mask.sum()) == before:
            return mask[1:-1, 1:-1]


def _removable(mask: NDArray[np.bool_], second: bool) -> NDArray[np.bool_]:
    """Rim pixels that one half of a step removes, on the south-east side or the north-west."""
    shifts = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
    around = np.stack([np.roll(mask, (-dy, -dx), (0, 1)) for dy, dx in shifts])
    count = around.sum(axis=0)
    rises = (~around & np.roll(around, -1, axis=0)).sum(axis=0)
    north, east, south, west = around[::2]
    spared = (
        (north & east & west) | (north & south & west)
        if second
        else (north & east & south) | (east & south & west)
    )
    return mask & (count >= 2) & (count <= 6) & (rises == 1) & ~spared


def _bent_picture(glyph: Drawing, random: Random) -> Map:
    """A glyph bolder or finer, slanted, squeezed, turned and smoothly displaced."""
    scale = float(np.exp(random.uniform(np.log(0.4), np.log(2.2))))
    side = round(1.7 * scale * len(glyph))
    stretch = np.exp(random.uniform(np.log(0.75), np.log(1.3))) ** np.array([1, -1])
    slant = np.array([[1, random.uniform(-0.4, 0.4)], [0, 1]]) / stretch / scale
    matrix = turned(slant, random.uniform(-0.26, 0.26))
    shift = np.full(2, len(glyph) / 2) - matrix @ np.full(2, side / 2)
    axis = np.arange(side, dtype=np.float32)
    knots = random.normal(0, 3.5, (2, 5, 5)).astype(np.float32)
    maps = []
    for row, at, push in zip(matrix.astype(np.float32), shift, knots, strict=True):
        plane = (row[0] * axis + np.float32(at))[None, :] + (row[1] * axis)[:, None]
        maps.append(plane + cv2.resize(push, (side, side), interpolation=cv2.INTER_CUBIC))
    warped = cv2.remap(_bolder_or_finer(glyph, random), maps[0], maps[1], cv2.INTER_LINEAR)
    x, y, width, height = cv2.boundingRect((warped > 10).astype(np.uint8))
    return warped[y : y + height, x : x + width].astype(np.float32) * np.float32(1 / 255)


def _bolder_or_finer(glyph: Drawing, random: Random) -> Drawing:
    size = int(random.integers(1, 8))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    if random.random() < 0.5:
        return np.asarray(cv2.dilate(glyph, disc), np.uint8)
    eroded = np.asarray(cv2.erode(glyph, disc), np.uint8)
    # Eroded away in places, an E would be a dash and an m a few upright strokes.
    return eroded if np.count_nonzero(eroded > 127) > 0.6 * np.count_nonzero(glyph > 127) else glyph


# --- made of real digits


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
    return _bent_picture(_glyph(printed, _fonts()[0]), random)


def _cropped(ink: Map) -> Map:
    x, y, width, height = cv2.boundingRect((ink > 0.1).astype(np.uint8))
    return ink[y : y + height, x : x + width] if width else ink


def _several(random: Random, sources: Sources) -> Drawing:
    """Two to four digits in a row, touching or apart, or a digit next to letters."""
    height = int(np.exp(random.uniform(np.log(20), np.log(150))))
    count = int(random.choice([2, 2, 2, 3, 3, 4]))
    tiles = [_tile(random, sources, height, range(10)) for _ in range(count)]
    if random.random() < 0.2:
        letter = bent(_strokes_of(_LATIN[int(random.integers(len(_LATIN)))], random), random)
        ink = _cropped(ink_of_lines(letter, height, random, max(1.0, 0.09 * height)))
        tiles[int(random.integers(count))] = ink
    return _on_sheet(_in_a_row(tiles, random, height), random)


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


def _stacked(random: Random, sources: Sources) -> Drawing:
    """Two or three digits one above the other, or two that half cover each other."""
    height = int(np.exp(random.uniform(np.log(20), np.log(130))))
    if random.random() < 0.5:
        tiles = [_tile(random, sources, height, _DISTINCT_WHEN_STACKED) for _ in range(2)]
        shift = turned(np.array([random.uniform(0.5, 0.75), 0]), random.uniform(0, 7)) * height
        return _on_sheet(_pasted(tiles, [(0.0, 0.0), (float(shift[0]), float(shift[1]))]), random)
    count = int(random.integers(2, 4))
    tiles = [_tile(random, sources, height, _DISTINCT_WHEN_STACKED) for _ in range(count)]
    gap = random.uniform(1.08, 1.4) * height
    shifts = random.normal(0, 0.15, count) * height
    corners = [(number * gap, float(shift)) for number, shift in enumerate(shifts)]
    return _on_sheet(_pasted(tiles, corners), random)


def _pieces(random: Random, sources: Sources) -> Drawing:
    """Pieces of the strokes of several real digits, turned and joined as no digit is."""
    if not sources.pens:
        return _scribble(random, sources)
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
    return _drawn(lines, random, 0.5)


def _mirrored(random: Random, sources: Sources) -> Drawing:
    """A mirrored 3 or 7, or a 3 on its side; a 4, an 8 or a 9 would still look like a digit."""
    height = int(np.exp(random.uniform(np.log(24), np.log(200))))
    if random.random() < 0.6:
        ink = _tile(random, sources, height, (3, 7))[:, ::-1]
    else:
        ink = np.rot90(_tile(random, sources, height, (3,)), int(random.choice([1, 3])))
    return _on_sheet(np.ascontiguousarray(ink), random)


# --- photos of things


def _thing(random: Random, _sources: Sources) -> Drawing:
    """A photo of something: surfaces, bodies in light and shade, and noise."""
    height, width = random.integers(50, 240, 2).tolist()
    photo = _surface(random, height, width)
    for _ in range(random.integers(0, 9)):
        _place_body(photo, random)
    if random.random() < 0.5:
        photo = cv2.GaussianBlur(photo, (0, 0), random.uniform(0.4, 3)).astype(np.float32)
    grey = photo.mean(axis=2, keepdims=True)
    photo = grey + np.float32(random.uniform(0, 1)) * (photo - grey)
    left, right = random.uniform(0.5, 1.2, 2).tolist()
    photo = photo * np.linspace(left, right, width, dtype=np.float32)[None, :, None]
    photo += random.standard_normal(photo.shape, np.float32) * np.float32(random.uniform(0, 0.05))
    return np.clip(photo * 255, 0, 255).astype(np.uint8)


def _surface(random: Random, height: int, width: int) -> Map:
    """float32 (height, width, 3): blotches, stripes, tiles or a horizon."""
    colours = random.random((2, 3)).astype(np.float32)
    kind = random.random()
    if kind < 0.4:
        share = np.zeros((height, width), np.float32)
        for cell in random.uniform(3, 90, int(random.integers(1, 5))):
            coarse = random.random((max(2, int(height / cell)), max(2, int(width / cell))))
            method = cv2.INTER_CUBIC if random.random() < 0.7 else cv2.INTER_NEAREST
            share += cv2.resize(coarse.astype(np.float32), (width, height), interpolation=method)
        share = (share - share.min()) / max(float(np.ptp(share)), 1e-6)
    else:
        y, x = np.mgrid[:height, :width].astype(np.float32)
        turn, period = random.uniform(0, np.pi), random.uniform(4, 80)
        across = np.cos(turn) * x + np.sin(turn) * y
        along = np.cos(turn) * y - np.sin(turn) * x
        share = np.sin(across * (6.28 / period) + random.uniform(0, 2) * np.sin(along / period))
        if kind < 0.6:
            share = share * np.sin(along * (6.28 / (period * random.uniform(0.5, 2))))
        elif kind < 0.8:
            horizon = height * random.uniform(0.2, 0.8)
            share = 2 * (y + random.uniform(0, 0.15) * width * share > horizon) - 1
        share = np.clip(0.5 + 0.5 * share * random.uniform(0.5, 4), 0, 1).astype(np.float32)
    return colours[0] + share[..., None].astype(np.float32) * (colours[1] - colours[0])


def _place_body(photo: Map, random: Random) -> None:
    """Paint a ball, a box or a stone with a lit and a shaded side, in place."""
    height, width = photo.shape[:2]
    middle = random.uniform(0, 1, 2) * (width, height)
    radius = random.uniform(0.06, 0.45) * min(height, width)
    colour = random.random(3)
    corners = int(random.choice([3, 4, 4, 5, 6, 40]))
    angles = 2 * np.pi * np.arange(corners) / corners + random.uniform(0, 7)
    ring = np.stack([np.cos(angles), random.uniform(0.4, 1) * np.sin(angles)], axis=1)
    ring = turned(ring, random.uniform(0, 7)) * radius
    towards_light = random.normal(0, 0.1, 2) * radius
    for shade, size in ((0.6, 1.0), (0.85, 0.85), (1.0, 0.6), (1.2, 0.25)):
        points = np.rint((middle + towards_light * (1 - size) * 4 + ring * size) * 16)
        cv2.fillPoly(photo, [points.astype(np.int32)], (colour * shade).tolist(), cv2.LINE_AA, 4)


KINDS: dict[str, tuple[float, Callable[[Random, Sources], Drawing]]] = {
    "scribble": (0.12, _scribble),
    "dots and dashes": (0.06, _dots_and_dashes),
    "handwritten letter": (0.2, _handwritten),
    "printed letter": (0.12, _printed_letter),
    "handwritten sign": (0.07, _handwritten_sign),
    "printed sign": (0.04, _printed_sign),
    "word": (0.04, _word),
    "doodle": (0.14, _doodle),
    "several digits": (0.08, _several),
    "stacked digits": (0.03, _stacked),
    "pieces of digits": (0.05, _pieces),
    "mirrored digit": (0.02, _mirrored),
    "photo of a thing": (0.05, _thing),
}
"""For each kind of thing its share of all, and what draws it."""
