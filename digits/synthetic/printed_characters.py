"""Characters of fonts that nobody takes for a digit, bent, or redrawn with a pen."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from digits.common import quiet_matplotlib  # noqa: F401
from digits.picture.skeleton import thinned
from digits.synthetic.doodles import Line, turned
from digits.synthetic.handwritten_things import drawn, on_sheet, strokes_of
from digits.synthetic.sources import Drawing, Map, Random, Sources

# Printed characters that nobody takes for a digit, however they are bent.
PRINTED_LETTERS = "ACEFHJKLMNPRTUVWXYacdefhkmnprtuvwxy"
PRINTED_SIGNS = "ЖФШЩЯЮДИПЦΨΩΣΔΓΠΞξμπψω%@#+=<*×÷±≠≈√∞∑⊂∩∪∇∈←→↑↓↔★☆♥♣♠♫✗☺✂✈☂☎☀☁⚓⊕⊗▲◆"
_GLYPH = 72


def print_letter(random: Random, _: Sources) -> Drawing:
    """One of `PRINTED_LETTERS`."""
    return _printed(random, PRINTED_LETTERS)


def print_sign(random: Random, _: Sources) -> Drawing:
    """One of `PRINTED_SIGNS`."""
    return _printed(random, PRINTED_SIGNS)


def _printed(random: Random, characters: str) -> Drawing:
    """A character of a font: as it is, but bent, or its skeleton redrawn with a pen."""
    fonts = letter_fonts()
    for _ in range(20):
        character = characters[int(random.integers(len(characters)))]
        name = fonts[int(random.integers(len(fonts)))]
        if random.random() < 0.5:
            lines = _skeleton_lines(character, name)
            if lines:
                return drawn(lines, random, 0.9)
        else:
            glyph = glyph_of(character, name)
            if glyph.any():
                return on_sheet(bent_picture(glyph, random), random)
    return drawn(strokes_of("A", random), random)


@lru_cache(1)
def letter_fonts() -> tuple[str, ...]:
    """The fonts that Matplotlib brings, but those of mathematical pieces."""
    import matplotlib as mpl

    folder = Path(mpl.get_data_path(), "fonts", "ttf")
    return tuple(
        sorted(str(file) for file in folder.glob("*.ttf") if file.name.startswith(_LETTER_FONTS))
    )


_LETTER_FONTS = ("DejaVuSans", "DejaVuSerif", "STIXGeneral", "cmr10", "cmmi10", "cmss10", "cmtt10")


@lru_cache(2048)
def glyph_of(character: str, font_name: str) -> Drawing:
    """uint8 (96, 96), white on black; empty where the font has no such character."""
    font = ImageFont.truetype(font_name, _GLYPH)
    sheet = Image.new("L", (96, 96), 0)
    if bytes(font.getmask(character)) != bytes(font.getmask("\uffff")):
        ImageDraw.Draw(sheet).text((48, 48), character, fill=255, font=font, anchor="mm")
    return np.asarray(sheet)


@lru_cache(2048)
def _skeleton_lines(character: str, font_name: str) -> tuple[Line, ...]:
    """The middle of a glyph's strokes as many short lines, smoothed; none if it has no glyph."""
    skeleton = thinned(glyph_of(character, font_name) > 127)
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


def bent_picture(glyph: Drawing, random: Random) -> Map:
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
