"""Drawings that are no digit, from which the network learns doubt.

A network that is shown, beside digits, all kinds of other things with no digit as the answer also
doubts what is unlike either: outlier exposure (Hendrycks, Mazeika & Dietterich, 2019, "Deep
anomaly detection with outlier exposure"). What looks like a digit (O, l, I, S, Z, an upright dash)
is left out altogether, for it is neither.

Strokes are points (x, y) in a square from 0 to 1, y downwards.
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

from pen_strokes import PenDigit

Strokes: TypeAlias = list[NDArray[np.float64]]
Drawing: TypeAlias = NDArray[np.uint8]
Random: TypeAlias = np.random.Generator

# Letters and signs that nobody takes for a digit, however they are written.
LATIN = "ACEFHJKLMNPRTVWXacdefhkmnprtvwx"
OTHER_LETTERS = "ЖФШЩЯЮДИЛПЭЫЧЦΨΩΣΔΓΞΠΛλμξπψωζδφѢ"
SIGNS = "?!%&@#$+=<>*~^{};:€§¶±÷×≠≤√∞∑∂←→↑↓↔★☆♥♣♪✓✗☺✂✈☂"
CANVAS = 140
_MIRRORED = (3, 4, 7)
_TURNED = (2, 3, 4, 5, 7)


@dataclass(frozen=True, eq=False)
class Sources:
    """Real digits, pieces and groups of which are no digit; either may be empty.

    Attributes:
        images: uint8 (n, 28, 28), white ink on black.
        labels: uint8 (n,), 0 to 9.
        pens: digits as pen strokes.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    pens: Sequence[PenDigit]


def draw_non_digit(random: Random, sources: Sources) -> tuple[str, Drawing]:
    """Something that is no digit, and what kind of thing it is.

    Returns:
        A key of `KINDS`, and uint8 (h, w), dark on light, or (h, w, 3), RGB.
    """
    names = list(KINDS)
    shares = np.array([share for share, _ in KINDS.values()])
    kind = names[random.choice(len(names), p=shares / shares.sum())]
    return kind, KINDS[kind][1](random, sources)


def _scribble(random: Random, _: Sources) -> Drawing:
    shapes = (_tangle, _zigzag, _spiral, _hatching, _loops, _wander)
    strokes = [shapes[random.integers(len(shapes))](random) for _ in range(random.integers(1, 3))]
    return _drawn(strokes, random)


def _tangle(random: Random) -> NDArray[np.float64]:
    t = np.linspace(0, 1, 160)[:, None]
    waves = random.integers(1, 9, (4, 2))
    phases, sizes = random.uniform(0, 7, (4, 2)), random.uniform(0.2, 1, (4, 2))
    return np.asarray(
        sum(s * np.sin(6.28 * w * t + p) for w, p, s in zip(waves, phases, sizes, strict=True))
    )


def _zigzag(random: Random) -> NDArray[np.float64]:
    teeth = int(random.integers(5, 16))
    x = np.linspace(0, 1, teeth) * random.uniform(0.5, 1.5)
    y = np.arange(teeth) % 2 * random.uniform(0.4, 1, teeth) + random.normal(0, 0.05, teeth)
    return _turned(np.stack([x, y], axis=1), random.uniform(0, 6.28))


def _spiral(random: Random) -> NDArray[np.float64]:
    t = np.linspace(0.05, 1, 120)
    angle = 6.28 * random.uniform(2, 5) * t * random.choice([-1, 1]) + random.uniform(0, 6.28)
    return np.stack([t * np.cos(angle), random.uniform(0.6, 1) * t * np.sin(angle)], axis=1)


def _hatching(random: Random) -> NDArray[np.float64]:
    lines = int(random.integers(4, 12))
    x = np.repeat(np.linspace(0, 1, lines), 2) + random.normal(0, 0.03, 2 * lines)
    y = np.tile([0, 1, 1, 0], lines)[: 2 * lines] * random.uniform(0.5, 1.2)
    return _turned(
        np.stack([x, y + random.normal(0, 0.05, 2 * lines)], axis=1), random.uniform(0, 7)
    )


def _loops(random: Random) -> NDArray[np.float64]:
    turns = int(random.integers(3, 8))
    t = np.linspace(0, 6.28 * turns, 40 * turns)
    drift = random.uniform(0.05, 0.4)
    return np.stack(
        [drift * t / 6.28 + 0.4 * np.cos(t), random.uniform(0.3, 0.9) * np.sin(t)], axis=1
    )


def _wander(random: Random) -> NDArray[np.float64]:
    steps = random.normal(0, 1, (int(random.integers(5, 14)), 2))
    return _smooth(np.cumsum(steps, axis=0))


def _dots_and_dashes(random: Random, _: Sources) -> Drawing:
    choice = random.integers(5)
    if choice == 0:  # a dash no steeper than half way
        strokes = [_turned(np.array([[0, 0], [1, 0]]), random.uniform(-0.75, 0.75))]
    elif choice == 1:
        apart = random.uniform(0.15, 0.6)
        strokes = [np.array([[0, y], [1, y + random.normal(0, 0.05)]]) for y in (0, apart)]
    elif choice == 2:
        strokes = [random.uniform(0, 1, (1, 2)) for _ in range(random.integers(2, 6))]
    else:
        return _blob(random)
    return _drawn(strokes, random, elastic=0.02)


def _blob(random: Random) -> Drawing:
    angle = np.linspace(0, 6.28, 60)[:-1]
    radius = 1 + sum(
        random.normal(0, 0.12 / k) * np.cos(k * angle + random.uniform(0, 6.28))
        for k in (1, 2, 3, 5)
    )
    stretch = np.array([1, random.uniform(0.55, 1)])
    points = np.stack([np.cos(angle), np.sin(angle)], axis=1) * radius[:, None] * stretch
    points = _turned(points, random.uniform(0, 6.28)) * random.uniform(8, 45) + CANVAS / 2
    sheet = np.full((CANVAS, CANVAS), 255, np.uint8)
    cv2.fillPoly(sheet, [np.rint(points * 16).astype(np.int32)], 0, cv2.LINE_AA, 4)
    return sheet


def _letter(random: Random, _: Sources) -> Drawing:
    return _glyph(random, LATIN if random.random() < 0.75 else OTHER_LETTERS)


def _sign(random: Random, _: Sources) -> Drawing:
    return _glyph(random, SIGNS)


def _glyph(random: Random, characters: str) -> Drawing:
    """A character of a font, bent as if by hand, its strokes bolder or finer."""
    font_names = _fonts()
    sheet = np.full((CANVAS, CANVAS), 255, np.uint8)
    for _ in range(20):
        name = font_names[random.integers(len(font_names))]
        character = characters[random.integers(len(characters))]
        sheet = _rendered(character, name)
        if (sheet < 128).sum() > 60:
            break
    if random.random() < 0.5:
        size = int(random.integers(2, 9))
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
        changed = cv2.erode(sheet, disc) if random.random() < 0.6 else cv2.dilate(sheet, disc)
        sheet = changed if (changed < 128).sum() > 60 else sheet
    return _bent(sheet, random)


@lru_cache(1)
def _fonts() -> tuple[str, ...]:
    """The fonts that Matplotlib brings, but those of mathematical pieces."""
    import matplotlib as mpl

    folder = Path(mpl.get_data_path(), "fonts", "ttf")
    return tuple(
        sorted(str(file) for file in folder.glob("*.ttf") if file.name.startswith(_LETTER_FONTS))
    )


_LETTER_FONTS = ("DejaVuSans", "DejaVuSerif", "STIXGeneral", "cmr10", "cmmi10", "cmss10", "cmtt10")


@lru_cache(4096)
def _rendered(character: str, font_name: str) -> Drawing:
    """uint8 (CANVAS, CANVAS), black on white; white where the font has no such character."""
    font = ImageFont.truetype(font_name, 84)
    sheet = Image.new("L", (CANVAS, CANVAS), 255)
    if font.getmask(character).getbbox() != font.getmask("\uffff").getbbox():
        middle = (CANVAS / 2, CANVAS / 2)
        ImageDraw.Draw(sheet).text(middle, character, fill=0, font=font, anchor="mm")
    return np.asarray(sheet)


def _figure(random: Random, _: Sources) -> Drawing:
    """Shapes within, above and beside each other, as doodles are made of."""
    strokes: Strokes = []
    count = int(random.integers(1, 6))
    for number in range(count):
        shape = _polygon(random) if count == 1 else _shape(random)
        size = random.uniform(0.2, 1) if number else 1.0
        place = random.uniform(-0.6, 0.6, 2) if number else np.zeros(2)
        if number and random.random() < 0.4:  # its mirror image, such as a second eye
            strokes += [each * size * 0.5 + place * (-1, 1) for each in shape]
            size *= 0.5
        strokes += [each * size + place for each in shape]
    return _drawn(strokes, random)


def _shape(random: Random) -> Strokes:
    shapes = (_ring, _polygon, _star, _cross, _arc, _rays, _wave)
    return shapes[random.integers(len(shapes))](random)


def _ring(random: Random) -> Strokes:
    t = np.linspace(0, 6.4, 40)
    return [0.5 * np.stack([np.cos(t), random.uniform(0.5, 1.2) * np.sin(t)], axis=1)]


def _polygon(random: Random) -> Strokes:
    corners = int(random.choice([3, 3, 4, 5, 6]))
    t = np.arange(corners + 1) * 6.2832 / corners + random.uniform(0, 6.28)
    strokes = [0.5 * np.stack([np.cos(t), random.uniform(0.6, 1.3) * np.sin(t)], axis=1)]
    if corners >= 4 and random.random() < 0.6:  # a square alone might pass for a 0
        strokes.append(strokes[0][[0, 2]])
    return strokes


def _star(random: Random) -> Strokes:
    points = int(random.integers(4, 9))
    t = np.arange(2 * points + 1) * np.pi / points + random.uniform(0, 6.28)
    radius = np.where(np.arange(2 * points + 1) % 2, random.uniform(0.15, 0.35), 0.5)
    return [radius[:, None] * np.stack([np.cos(t), np.sin(t)], axis=1)]


def _cross(random: Random) -> Strokes:
    angle = random.uniform(0, 1.57)
    line = np.array([[-0.5, 0], [0.5, 0]])
    return [_turned(line, angle), _turned(line, angle + random.uniform(1.2, 1.9))]


def _arc(random: Random) -> Strokes:
    start = random.uniform(0, 6.28)
    t = np.linspace(start, start + random.uniform(1.5, 4), 24)
    return [0.5 * np.stack([np.cos(t), np.sin(t)], axis=1)]


def _rays(random: Random) -> Strokes:
    count, inner = int(random.integers(4, 11)), random.uniform(0, 0.35)
    turns = np.arange(count) * 6.2832 / count
    return [_turned(np.array([[inner, 0], [0.5, 0]]), float(turn)) for turn in turns]


def _wave(random: Random) -> Strokes:
    t = np.linspace(-0.5, 0.5, 50)
    y = random.uniform(0.05, 0.2) * np.sin(6.28 * random.uniform(1.5, 4) * t)
    return [_turned(np.stack([t, y], axis=1), random.uniform(-0.8, 0.8))]


def _several(random: Random, sources: Sources) -> Drawing:
    """Two to four digits, side by side or one above the other."""
    count = int(random.choice([2, 2, 2, 3, 3, 4]))
    tiles = [_digit_tile(random, sources) for _ in range(count)]
    gap = int(random.integers(-14, 30))
    is_row = random.random() < 0.85
    step = tiles[0].shape[0] + gap
    shape = (140, step * count + 60) if is_row else (step * count + 60, 140)
    sheet = np.zeros(shape, np.uint8)
    for number, tile in enumerate(tiles):
        along, across = 20 + number * step, int(random.integers(10, 40))
        y, x = (across, along) if is_row else (along, across)
        window = sheet[y : y + tile.shape[0], x : x + tile.shape[1]]
        np.maximum(window, tile[: window.shape[0], : window.shape[1]], out=window)
    return _bent(np.asarray(255 - sheet, np.uint8), random, elastic=1.5)


def _digit_tile(random: Random, sources: Sources) -> Drawing:
    """uint8 (84, 84), white on black."""
    if len(sources.images) and (random.random() < 0.5 or not sources.pens):
        image = sources.images[random.integers(len(sources.images))]
        return np.asarray(cv2.resize(image, (84, 84), interpolation=cv2.INTER_CUBIC))
    if not sources.pens:
        return np.asarray(255 - _rendered(str(random.integers(10)), _fonts()[0])[28:112, 28:112])
    strokes = _fitted(list(sources.pens[random.integers(len(sources.pens))].strokes))
    return np.asarray(255 - _inked(strokes, 84, 60, float(random.uniform(3, 12))))


def _pieces(random: Random, sources: Sources) -> Drawing:
    """Pieces of the strokes of several real digits, turned and joined as no digit is."""
    if not sources.pens:
        return _figure(random, sources)
    strokes: Strokes = []
    for _ in range(random.integers(2, 5)):
        digit = sources.pens[random.integers(len(sources.pens))]
        stroke = _fitted(list(digit.strokes))[0]
        first = int(random.uniform(0, 0.4) * len(stroke))
        piece = stroke[first : first + max(2, int(random.uniform(0.4, 0.8) * len(stroke)))]
        piece = _turned(piece * random.choice([-1, 1], 2), random.uniform(0, 6.28))
        strokes.append(piece * random.uniform(0.5, 1.2) + random.uniform(-0.4, 0.4, 2))
    return _drawn(strokes, random)


def _mirrored(random: Random, sources: Sources) -> Drawing:
    """A mirrored digit, or one that lies on its side, where that is no other digit."""
    is_turned = random.random() < 0.5
    wanted = _TURNED if is_turned else _MIRRORED
    for _ in range(40):
        if not sources.pens:
            break
        digit = sources.pens[random.integers(len(sources.pens))]
        if digit.label in wanted:
            strokes = [
                _turned(each, random.choice([-1, 1]) * np.pi / 2) if is_turned else each * (-1, 1)
                for each in _fitted(list(digit.strokes))
            ]
            return _drawn(strokes, random)
    return _scribble(random, sources)


def _thing(random: Random, _: Sources) -> Drawing:
    """A photo of something: blotches of colour, in focus or not, with edges or grain."""
    height, width = random.integers(60, 260, 2).tolist()
    photo = np.zeros((height, width, 3), np.float32)
    for cell in random.uniform(3, 90, int(random.integers(2, 5))):
        size = max(2, int(width / cell)), max(2, int(height / cell))
        coarse = random.random((size[1], size[0], 3)).astype(np.float32)
        method = cv2.INTER_CUBIC if random.random() < 0.7 else cv2.INTER_NEAREST
        photo += random.uniform(0.2, 1) * cv2.resize(coarse, (width, height), interpolation=method)
    photo = (photo - photo.min()) / max(float(np.ptp(photo)), 1e-6)
    for _ in range(random.integers(0, 9)):
        centre = random.uniform(0, (width, height)).astype(int).tolist()
        axes = random.uniform(3, max(8, 0.4 * width), 2).astype(int).tolist()
        colour = random.random(3).tolist()
        thickness = -1 if random.random() < 0.9 else int(random.integers(1, 9))
        cv2.ellipse(photo, centre, axes, random.uniform(0, 180), 0, 360, colour, thickness)
    grey = photo.mean(axis=2, keepdims=True)
    photo = grey + random.uniform(0, 1) * (photo - grey)
    photo += random.normal(0, random.uniform(0, 0.06), photo.shape).astype(np.float32)
    return np.clip(photo * 255, 0, 255).astype(np.uint8)


KINDS: dict[str, tuple[float, Callable[[Random, Sources], Drawing]]] = {
    "scribble": (0.15, _scribble),
    "dots and dashes": (0.07, _dots_and_dashes),
    "letter": (0.26, _letter),
    "sign": (0.10, _sign),
    "figure": (0.14, _figure),
    "several digits": (0.12, _several),
    "pieces of digits": (0.06, _pieces),
    "mirrored digit": (0.03, _mirrored),
    "photo of a thing": (0.07, _thing),
}
"""For each kind of thing its share of all, and what draws it."""


def _turned(points: NDArray[np.float64], angle: float) -> NDArray[np.float64]:
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return points @ turn


def _smooth(knots: NDArray[np.float64]) -> NDArray[np.float64]:
    """A curve near the knots (cubic B-spline, by repeated averaging)."""
    points = knots
    for _ in range(4):
        middles = (points[1:] + points[:-1]) / 2
        points = np.stack([(points[:-1] + middles) / 2, (middles + points[1:]) / 2], axis=1)
        points = points.reshape(-1, 2)
    return points


def _fitted(strokes: Strokes) -> Strokes:
    """Moved and scaled, keeping the aspect, into the square from 0 to 1."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = max(float((high - low).max()), 1e-6)
    return [(each - (low + high) / 2) / scale + 0.5 for each in strokes]


def _drawn(strokes: Strokes, random: Random, elastic: float = 0.06) -> Drawing:
    """With a round pen, by an unsteady hand."""
    slant, squeeze = random.uniform(-0.3, 0.3), np.exp(random.uniform(-0.4, 0.4))
    fitted = _fitted([each @ np.array([[squeeze, 0], [slant, 1]]) for each in _fitted(strokes)])
    wobble = random.normal(0, elastic, (2, 3, 3)), random.uniform(0, 6.28, (2, 3, 3))
    bent = [_displaced(_dense(each), *wobble) for each in fitted]
    size = float(random.uniform(50, 110))
    pen = float(np.exp(random.uniform(np.log(2), np.log(0.18 * size))))
    return _inked(_fitted(bent), CANVAS, size, pen)


def _dense(stroke: NDArray[np.float64]) -> NDArray[np.float64]:
    """With more points on long pieces, so that these can bend."""
    if len(stroke) < 2 or len(stroke) > 30:
        return stroke
    t = np.linspace(0, len(stroke) - 1, 40)
    return np.stack([np.interp(t, np.arange(len(stroke)), axis) for axis in stroke.T], axis=1)


def _displaced(
    points: NDArray[np.float64], amounts: NDArray[np.float64], phases: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Moved smoothly, by sums of waves across the square."""
    moved = points.copy()
    for axis in range(2):
        for i in range(3):
            for j in range(3):
                wave = np.sin(3 * (i * points[:, 0] + j * points[:, 1]) + phases[axis, i, j])
                moved[:, axis] += amounts[axis, i, j] * wave / (1 + i + j)
    return moved


def _inked(strokes: Strokes, canvas: int, size: float, pen: float) -> Drawing:
    sheet = np.full((canvas, canvas), 255, np.uint8)
    for stroke in strokes:
        placed = (np.concatenate([stroke, stroke[-1:]]) - 0.5) * size + canvas / 2
        fixed_point = [np.rint(placed * 16).astype(np.int32)]
        cv2.polylines(sheet, fixed_point, False, 0, max(1, round(pen)), cv2.LINE_AA, 4)
    return sheet


def _bent(sheet: Drawing, random: Random, elastic: float = 5.0) -> Drawing:
    """A drawing slanted, squeezed, turned and smoothly displaced; `elastic` in pixels."""
    height, width = sheet.shape
    angle, slant = random.uniform(-0.25, 0.25), random.uniform(-0.4, 0.4)
    stretch = np.exp(random.uniform(-0.35, 0.35)) ** np.array([1, -1])
    matrix = _turned(np.array([[1, slant], [0, 1]]) / stretch, angle)
    middle = np.array([width / 2, height / 2])
    affine = np.hstack([matrix, (middle - matrix @ middle)[:, None]])
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    grid = np.stack([x.ravel(), y.ravel(), np.ones(x.size, np.float32)])
    maps = (affine.astype(np.float32) @ grid).reshape(2, height, width)
    knots = random.normal(0, elastic, (2, 5, 5)).astype(np.float32)
    for axis in range(2):
        maps[axis] += cv2.resize(knots[axis], (width, height), interpolation=cv2.INTER_CUBIC)
    bent = cv2.remap(sheet, maps[0], maps[1], cv2.INTER_LINEAR, borderValue=255)
    return np.asarray(bent, np.uint8)
