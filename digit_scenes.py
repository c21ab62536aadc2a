"""Photographs of digits, imagined: ink laid on paper the way cameras and scanners see it.

Training needs pictures like those that people take, each with a known answer. Every choice here
(paper, ruling, box, ink, light, lens, sensor, file) is drawn independently of the others, which
shows a network and a preparation far more than any collection could: domain randomisation (Tobin
et al., 2017, "Domain randomization for transferring deep neural networks from simulation to the
real world"). A third of the pictures are plain ones, as a drawing program saves them.

Colours are red, green, blue in [0, 1]; x goes to the right and y downwards, in pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from pen_strokes import PenDigit

Map: TypeAlias = NDArray[np.float32]
Picture: TypeAlias = NDArray[np.uint8]
Points: TypeAlias = NDArray[np.float64]
Colour: TypeAlias = NDArray[np.float64]
Polarity: TypeAlias = Literal["dark", "light"]

PLAIN_SHARE = 1 / 3
# Of the pictures whose polarity nobody asks for: chalk, white on a screen, negatives.
LIGHT_INK_SHARE = 0.15
SMALLEST_SIDE, LARGEST_SIDE = 28, 700
# Between ink and paper, of the whole range from black to white: what a person still sees at once.
LEAST_CONTRAST = 0.22
# Noise drowns ink that stands out by less than this many of its standard deviations.
LEAST_SIGNAL_TO_NOISE = 5.0
# A digit is not legible on fewer pixels than this, whatever the picture's size.
LEAST_DIGIT = 16.0
_LUMA = np.array([0.299, 0.587, 0.114])
_SUBPIXEL_BITS = 4


@dataclass(frozen=True, eq=False)
class Scene:
    """A picture of a digit, and where its ink went.

    Attributes:
        pixels: uint8 (H, W, 3), RGB.
        ink: float32 (H, W) in [0, 1], the share of every pixel that the digit's ink covers; before
            lens, sensor and file have blurred it.
        polarity: whether the ink is darker or lighter than the paper.
        traits: names of the choices made, for contact sheets.
    """

    pixels: Picture
    ink: Map
    polarity: Polarity
    traits: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Sheet:
    """A sheet while it is being painted.

    Attributes:
        planes: float32 (3, H, W), painted in place.
        ink: float32 (H, W), where the digit's ink goes.
        box: x, y, width, height of the digit.
        stroke: width of the digit's strokes, pixels.
        view: float64 (3, 3), from the sheet's pixels to the picture's.
        paper, pen: the colours of the bare sheet and of the digit.
        traits: filled in place.
    """

    random: np.random.Generator
    planes: Map
    ink: Map
    box: tuple[float, float, float, float]
    stroke: float
    view: NDArray[np.float64]
    paper: Colour
    pen: Colour
    traits: list[str]

    @property
    def shape(self) -> tuple[int, int]:
        return self.ink.shape[0], self.ink.shape[1]

    @property
    def length(self) -> float:
        """The digit's longer side."""
        return max(self.box[2:])

    @property
    def polarity(self) -> Polarity:
        return "dark" if _luma(self.pen) < _luma(self.paper) else "light"

    def chance(self, share: float, trait: str) -> bool:
        """Whether this sheet has a trait that such a share of all sheets has."""
        happens = bool(self.random.random() < share)
        if happens:
            self.traits.append(trait)
        return happens


def compose_scene(
    ink: Map,
    random: np.random.Generator,
    size: tuple[int, int] | None = None,
    polarity: Polarity | None = None,
) -> Picture:
    """A picture of a digit on some paper, under some light, through some camera.

    Args:
        ink: float32 (h, w) in [0, 1], 1 where ink lies; only the box around it counts.
        random: the picture depends on nothing else.
        size: height and width of the picture; by default 28 to 700, mostly 100 to 400.
        polarity: ink darker or lighter than the paper; by default mostly darker.

    Returns:
        uint8 (H, W, 3), RGB.

    Raises:
        ValueError: there is no ink, or no room for it.
    """
    return imagine_scene(ink, random, size, polarity).pixels


def imagine_scene(
    ink: Map,
    random: np.random.Generator,
    size: tuple[int, int] | None = None,
    polarity: Polarity | None = None,
) -> Scene:
    """As `compose_scene`, with where the ink went and what was chosen."""
    crop = _crop_to_ink(ink)
    if size is not None and min(size) < 1:
        raise ValueError(f"size must be at least 1×1, not {size}")
    if polarity is None:
        polarity = "light" if random.random() < LIGHT_INK_SHARE else "dark"
    if random.random() < PLAIN_SHARE:
        return _plain_scene(crop, random, size or _plain_size(random), polarity)
    return _photographed_scene(crop, random, size or _photo_size(random), polarity)


def _crop_to_ink(ink: Map) -> Map:
    x, y, width, height = cv2.boundingRect((ink > 0.05).astype(np.uint8))
    if not width:
        raise ValueError("there is no ink to compose")
    return np.asarray(ink[y : y + height, x : x + width], np.float32)


def _photo_size(random: np.random.Generator) -> tuple[int, int]:
    return _sides(random, 230 * np.exp(random.normal(0, 0.45)))


def _plain_size(random: np.random.Generator) -> tuple[int, int]:
    if random.random() < 0.35:
        return _sides(random, random.uniform(SMALLEST_SIDE, 100))
    return _sides(random, random.choice([200.0, 256.0, 280.0, 300.0, random.uniform(100, 420)]))


def _sides(random: np.random.Generator, longer: float) -> tuple[int, int]:
    sides = np.array([longer, longer])
    if random.random() < 0.5:
        sides[random.integers(2)] *= random.uniform(0.55, 1)
    height, width = np.clip(sides, SMALLEST_SIDE, LARGEST_SIDE).astype(int)
    return int(height), int(width)


# --- where the digit goes


def _place(
    crop: Map, random: np.random.Generator, shape: tuple[int, int], cut: bool
) -> tuple[float, float, float, float]:
    """x, y, width and height of the digit in a picture of that shape."""
    height, width = crop.shape
    room = min(shape[0] / height, shape[1] / width)
    kind = random.random()
    if kind < 0.1:
        fill = random.uniform(0.08, 0.25)
    else:
        fill = random.uniform(0.3, 0.8) if kind < 0.85 else random.uniform(0.8, 0.94)
    fill = float(np.clip(LEAST_DIGIT / (room * max(height, width)), fill, 0.94))
    w, h = fill * room * width, fill * room * height
    x, y = (np.array(shape[::-1]) - (w, h)) * random.beta(2, 2, 2)
    if cut:
        side, depth = random.integers(4), random.uniform(0.02, 0.06)
        x = (-depth * w, shape[1] - (1 - depth) * w, x, x)[side]
        y = (y, y, -depth * h, shape[0] - (1 - depth) * h)[side]
    return float(x), float(y), w, h


def _view(
    random: np.random.Generator, shape: tuple[int, int], box: tuple[float, float, float, float]
) -> NDArray[np.float64]:
    """How the camera is held: turned by up to 10° about the digit, and tilted a little."""
    x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
    turn = np.deg2rad(np.clip(random.normal(0, 4), -10, 10))
    cos, sin = np.cos(turn), np.sin(turn)
    tilt = random.uniform(-0.18, 0.18, 2) / max(shape) * (random.random() < 0.6)
    to_digit = np.array([[1, 0, -x], [0, 1, -y], [0, 0, 1]])
    back = np.array([[1, 0, x], [0, 1, y], [0, 0, 1]])
    return back @ np.array([[cos, -sin, 0], [sin, cos, 0], [*tilt, 1]]) @ to_digit


def _lay_ink(
    crop: Map,
    shape: tuple[int, int],
    box: tuple[float, float, float, float],
    view: NDArray[np.float64] | None,
) -> tuple[Map, float]:
    """The ink in the picture, at full strength, and the width of its strokes there."""
    x, y, width, height = box
    size = max(1, round(width)), max(1, round(height))
    enlargement = size[1] / crop.shape[0]
    method = cv2.INTER_AREA if enlargement < 1 else cv2.INTER_CUBIC
    resized = np.asarray(cv2.resize(crop, size, interpolation=method), np.float32)
    # Shrunk to less than a pixel, a thin stroke would fade: it is drawn with a finer pen instead.
    resized /= np.float32(max(0.35, float(np.quantile(resized, 0.98))))
    if enlargement > 1.5:  # a pen's edge stays sharp
        resized = 0.5 + (resized - 0.5) * np.float32(enlargement)
    np.clip(resized, 0, 1, out=resized)
    placed = np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], np.float64)
    matrix = placed if view is None else view @ placed
    picture = cv2.warpPerspective(resized, matrix, shape[::-1], flags=cv2.INTER_LINEAR)
    return np.asarray(picture, np.float32), _stroke_width(resized)


def _stroke_width(ink: Map) -> float:
    mask = (ink > 0.5).astype(np.uint8)
    area = float(mask.sum())
    edge = area - float(cv2.erode(mask, np.ones((3, 3), np.uint8)).sum())
    return max(1.0, 2 * area / max(edge, 1.0))


# --- random fields


@lru_cache(maxsize=1)
def _normal_of_byte() -> Map:
    """Normal deviate of each of 256 equally likely bytes."""
    return np.array([NormalDist().inv_cdf((b + 0.5) / 256) for b in range(256)], np.float32)


def _white_noise(random: np.random.Generator, shape: tuple[int, ...]) -> Map:
    """float32, normal deviates; ten times as fast as NumPy's, and good enough to look at."""
    bytes_ = np.frombuffer(random.bytes(int(np.prod(shape))), np.uint8)
    return _normal_of_byte()[bytes_].reshape(shape)


def _field(
    random: np.random.Generator, shape: tuple[int, int], cell: float, cell_y: float | None = None
) -> Map:
    """Smooth noise (H, W) of about unit variance whose patches are about `cell` pixels wide."""
    cell_y = cell if cell_y is None else cell_y
    small = max(2, round(shape[0] / cell_y)), max(2, round(shape[1] / cell))
    if small[0] >= shape[0] and small[1] >= shape[1]:
        return _white_noise(random, shape)
    noise = _white_noise(random, small)
    return np.asarray(cv2.resize(noise, shape[::-1], interpolation=cv2.INTER_CUBIC), np.float32)


def _blur(pixels: Map, sigma: float) -> Map:
    if sigma < 0.25:
        return pixels
    side = 2 * int(np.ceil(2.5 * sigma)) + 1
    return np.asarray(cv2.GaussianBlur(pixels, (side, side), sigma), np.float32)


# --- colour


def _luma(colour: Colour) -> float:
    return float(colour @ _LUMA)


def _contrast(a: Colour, b: Colour) -> float:
    """How well a person tells them apart, 0 to 1: by brightness above all, and by hue."""
    return max(abs(_luma(a) - _luma(b)), 0.4 * float(np.abs(a - b).max()))


def _hue(random: np.random.Generator, saturation: float, value: float) -> Colour:
    """A colour of any hue."""
    wheel = np.clip(np.abs((random.random() * 6 + np.array([0, 4, 2])) % 6 - 3) - 1, 0, 1)
    return np.asarray(value * (1 - saturation * (1 - wheel)), np.float64)


def _grey_colour(level: float) -> Colour:
    return np.full(3, level)


def _pick(random: np.random.Generator, *choices: tuple[float, Callable[[], Colour]]) -> Colour:
    """One of the weighted choices."""
    weights = np.array([weight for weight, _ in choices])
    return choices[int(random.choice(len(choices), p=weights / weights.sum()))][1]()


def _around(random: np.random.Generator, red: float, green: float, blue: float) -> Colour:
    return np.clip(np.array([red, green, blue]) + random.normal(0, 0.04, 3), 0, 1)


def _light_paper(random: np.random.Generator) -> Colour:
    return _pick(
        random,
        (8, lambda: _grey_colour(random.uniform(0.86, 1)) - random.uniform(0, 0.03, 3)),
        (3, lambda: _around(random, 0.95, 0.92, 0.82)),
        (2, lambda: _around(random, 0.82, 0.8, 0.74)),
        (2, lambda: _around(random, 0.74, 0.6, 0.44)),
        (2, lambda: _hue(random, random.uniform(0.08, 0.6), random.uniform(0.7, 1))),
        (1, lambda: _grey_colour(random.uniform(0.5, 0.86))),
    )


def _dark_paper(random: np.random.Generator) -> Colour:
    return _pick(
        random,
        (3, lambda: _grey_colour(random.uniform(0.02, 0.3))),
        (2, lambda: _around(random, 0.14, 0.27, 0.2)),
        (2, lambda: _hue(random, random.uniform(0.3, 1), random.uniform(0.1, 0.45))),
        (1, lambda: np.zeros(3)),
    )


def _dark_ink(random: np.random.Generator) -> Colour:
    return _pick(
        random,
        (6, lambda: _grey_colour(random.uniform(0, 0.22))),
        (5, lambda: _around(random, 0.1, random.uniform(0.1, 0.35), random.uniform(0.4, 0.8))),
        (2.5, lambda: _around(random, random.uniform(0.55, 0.85), 0.1, 0.12)),
        (1.5, lambda: _around(random, 0.08, random.uniform(0.35, 0.55), 0.2)),
        (1.5, lambda: _around(random, 0.4, 0.12, random.uniform(0.4, 0.65))),
        (4, lambda: _grey_colour(random.uniform(0.25, 0.6))),
        (2, lambda: _hue(random, random.uniform(0.3, 1), random.uniform(0.2, 0.85))),
    )


def _light_ink(random: np.random.Generator) -> Colour:
    return _pick(
        random,
        (5, lambda: _grey_colour(random.uniform(0.75, 1))),
        (2, lambda: _hue(random, random.uniform(0.1, 0.6), random.uniform(0.8, 1))),
        (1, lambda: _grey_colour(random.uniform(0.5, 0.75))),
    )


def _colours(random: np.random.Generator, polarity: Polarity) -> tuple[Colour, Colour]:
    """Paper and ink that a person can tell apart."""
    dark = polarity == "dark"
    paper = np.clip(_light_paper(random) if dark else _dark_paper(random), 0, 1)
    ink = _dark_ink(random) if dark else _light_ink(random)
    if dark and random.random() < 0.12:  # pale: not much more ink than can be seen
        ink += (1 - LEAST_CONTRAST - random.uniform(0.05, 0.2)) * (paper - ink)
    return paper, _apart(ink, paper, dark)


def _apart(ink: Colour, paper: Colour, dark: bool) -> Colour:
    """The ink, made darker or lighter until it can be seen on the paper and is of its polarity."""
    extreme = _grey_colour(0.0 if dark else 1.0)
    sign = 1 if dark else -1
    for _ in range(12):
        if (
            _contrast(ink, paper) >= LEAST_CONTRAST
            and sign * (_luma(paper) - _luma(ink)) > 0.4 * LEAST_CONTRAST
        ):
            break
        ink = ink + 0.25 * (extreme - ink)
    return ink


# --- painting


def _paint(planes: Map, alpha: Map, colour: Colour) -> None:
    """Cover by `alpha` (H, W) with a colour, in place."""
    for channel, value in enumerate(colour):
        planes[channel] += alpha * (np.float32(value) - planes[channel])


def _as_seen(sheet: _Sheet, points: Points) -> Points:
    """Where points of the sheet, float64 (..., 2), lie in the picture."""
    flat = points.reshape(-1, 1, 2)
    seen = cv2.perspectiveTransform(flat, sheet.view)
    return np.asarray(seen, np.float64).reshape(points.shape)


def _fixed_point(points: Points) -> NDArray[np.int32]:
    return np.rint(np.clip(points, -9999, 9999) * 2**_SUBPIXEL_BITS).astype(np.int32)


def _draw_lines(
    sheet: _Sheet, lines: Sequence[Points] | Points, thickness: int, strength: float = 1.0
) -> Map:
    """float32 (H, W): lines of the sheet, each float64 (n, 2), as the picture shows them."""
    mask = np.zeros(sheet.shape, np.uint8)
    seen = [_fixed_point(_as_seen(sheet, np.asarray(line, np.float64))) for line in lines]
    cv2.polylines(mask, seen, False, 255, max(1, thickness), cv2.LINE_AA, _SUBPIXEL_BITS)
    return mask.astype(np.float32) * np.float32(strength / 255)


# --- paper


def _paint_paper(sheet: _Sheet) -> None:
    """Texture: what makes paper look like paper and wood like wood."""
    random, shape = sheet.random, sheet.shape
    for plane, value in zip(sheet.planes, sheet.paper, strict=True):
        plane[:] = value
    if sheet.chance(0.3, "clouds"):
        cell = random.uniform(0.1, 0.5) * max(shape)
        _shade(sheet, _field(random, shape, cell) * random.uniform(0.01, 0.035))
    if sheet.chance(0.35, "grain"):
        _shade(sheet, _field(random, shape, random.uniform(1, 3)) * random.uniform(0.005, 0.03))
    if sheet.chance(0.12, "fibres"):
        _paint_fibres(sheet)
    if sheet.chance(0.06, "wood"):
        _paint_wood(sheet)
    if sheet.chance(0.07, "creases"):
        _paint_creases(sheet)
    if sheet.chance(0.06, "show-through"):
        _paint_show_through(sheet)


def _shade(sheet: _Sheet, relative: Map) -> None:
    """Make the sheet lighter or darker by these shares of its brightness, in place."""
    np.multiply(sheet.planes, 1 + relative, out=sheet.planes)


def _paint_fibres(sheet: _Sheet) -> None:
    random, (height, width) = sheet.random, sheet.shape
    count = int(random.integers(20, 90))
    middles = random.random((count, 1, 2)) * (width, height)
    reach = random.normal(0, 0.02 * max(height, width) + 2, (count, 1, 2))
    bends = random.normal(0, 1.5, (count, 3, 2))
    lines = middles + reach * np.array([-1, 0, 1])[None, :, None] + bends
    alpha = _draw_lines(sheet, lines, 1, random.uniform(0.06, 0.22))
    _paint(sheet.planes, alpha, sheet.paper * random.choice([0.5, 0.7, 1.15]))


def _paint_wood(sheet: _Sheet) -> None:
    """Growth rings: waves across the board, bent by slow noise along it."""
    random, (height, width) = sheet.random, sheet.shape
    bend = _field(random, (height, width), width / 2, height / 6) * random.uniform(1, 4)
    rings = np.sin(_line_distance(random, (height, width)) * random.uniform(0.15, 0.8) + bend)
    _shade(sheet, rings * np.float32(random.uniform(0.01, 0.045)))


def _paint_creases(sheet: _Sheet) -> None:
    random, (height, width) = sheet.random, sheet.shape
    for _ in range(random.integers(1, 4)):
        distance = _line_distance(random, (height, width))
        side = np.clip(distance / (0.02 * width + 1), -1, 1) * random.uniform(0.01, 0.05)
        ridge = np.exp(-((distance / random.uniform(0.8, 2.5)) ** 2)) * random.uniform(-0.1, 0.1)
        _shade(sheet, (side + ridge).astype(np.float32))


def _line_distance(random: np.random.Generator, shape: tuple[int, int]) -> Map:
    """Signed distance of every pixel from a random line through the picture."""
    height, width = shape
    angle, x, y = random.uniform(0, np.pi), random.uniform(0, width), random.uniform(0, height)
    columns = (np.arange(width, dtype=np.float32) - x) * np.float32(np.sin(angle))
    rows = (np.arange(height, dtype=np.float32) - y) * np.float32(np.cos(angle))
    return columns[None, :] - rows[:, None]


def _paint_show_through(sheet: _Sheet) -> None:
    """Writing on the back of the page, faint, blurred and mirrored."""
    random = sheet.random
    lines = [_scribble(random, sheet.length * random.uniform(0.2, 0.8)) for _ in range(4)]
    height, width = sheet.shape
    lines = [line + random.random(2) * (width, height) for line in lines]
    alpha = _draw_lines(sheet, lines, round(sheet.stroke), random.uniform(0.03, 0.1))
    _paint(sheet.planes, _blur(alpha, 0.3 * sheet.stroke + 0.8), sheet.pen)


def _scribble(random: np.random.Generator, length: float) -> Points:
    """A smooth curve (n, 2) around the origin, at most about so long to every side."""
    knots = np.cumsum(random.normal(0, 1, (int(random.integers(3, 7)), 2)), axis=0)
    knots -= knots.mean(axis=0)
    knots *= length / max(1e-6, float(np.abs(knots).max()))
    return _smooth_curve(knots)


def _smooth_curve(knots: Points, per_span: int = 8) -> Points:
    """Catmull-Rom spline through points (n, 2)."""
    if len(knots) < 3:
        return knots
    p = np.concatenate([2 * knots[:1] - knots[1:2], knots, 2 * knots[-1:] - knots[-2:-1]])
    t = np.linspace(0, 1, per_span, endpoint=False)[:, None, None]
    a, b, c, d = p[:-3], p[1:-2], p[2:-1], p[3:]
    curve = b + 0.5 * t * (
        c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a))
    )  # (per_span, spans, 2)
    return np.concatenate([curve.transpose(1, 0, 2).reshape(-1, 2), knots[-1:]])


# --- rulings


def _paint_rulings(sheet: _Sheet) -> None:
    """What is printed on paper to write on."""
    random = sheet.random
    kinds: list[tuple[float, str, Callable[[_Sheet, float], None]]] = [
        (4, "lines", _rule_lines),
        (4, "squares", _rule_squares),
        (1.5, "dots", _rule_dots),
        (1, "millimetres", _rule_millimetres),
        (1, "ladder", _rule_ladder),
        (0.5, "triangles", _rule_triangles),
    ]
    weights = np.array([kind[0] for kind in kinds])
    if random.random() < 0.45:
        _, name, rule = kinds[int(random.choice(len(kinds), p=weights / weights.sum()))]
        sheet.traits.append(name)
        rule(sheet, _ruling_spacing(sheet))
    if sheet.chance(0.12, "margin"):
        _rule_margin(sheet)


def _ruling_spacing(sheet: _Sheet) -> float:
    """From many lines behind the digit to one or two."""
    return float(np.clip(sheet.length * np.exp(sheet.random.uniform(-2.1, 0.3)), 7, 400))


def _ruling_style(sheet: _Sheet, faint: bool = False) -> tuple[int, float, Colour]:
    """Thickness, strength and colour: thin where dark, so that the digit stays the digit."""
    random = sheet.random
    most = max(1, round(0.45 * sheet.stroke))
    thickness = int(random.integers(1, min(most, 6) + 1))
    strength = random.uniform(0.08, 0.35) if faint else random.uniform(0.1, 0.9)
    if thickness > 0.45 * sheet.stroke:
        strength = min(strength, 0.5)
    if sheet.polarity == "light":
        colour = sheet.paper + random.uniform(0.15, 0.5) * (sheet.pen - sheet.paper)
        return thickness, strength, colour
    colour = _pick(
        random,
        (4, lambda: _around(random, 0.35, 0.5, 0.8)),
        (3, lambda: _grey_colour(random.uniform(0.2, 0.65))),
        (1.5, lambda: _around(random, 0.85, 0.45, 0.4)),
        (1, lambda: _around(random, 0.35, 0.65, 0.5)),
        (1, lambda: _around(random, 0.6, 0.45, 0.75)),
        (1, lambda: _hue(random, random.uniform(0.2, 0.9), random.uniform(0.3, 0.8))),
    )
    # Nearly as dark as the ink, never darker: beyond that, the ruling is what one reads.
    darkest = _luma(sheet.pen) + 0.1 * (_luma(sheet.paper) - _luma(sheet.pen))
    if _luma(colour) < darkest:
        colour = colour + (darkest - _luma(colour))
    return thickness, strength, np.minimum(colour, 1)


def _parallels(sheet: _Sheet, spacing: float, angle: float = 0.0) -> Points:
    """(n, 2, 2): end points of evenly spaced lines all over the sheet; horizontal for 0 rad."""
    random, (height, width) = sheet.random, sheet.shape
    reach = 1.3 * (height + width)
    count = int(np.ceil(reach / spacing)) + 1
    offsets = (np.arange(count) - count / 2 + random.random()) * spacing
    along = np.array([np.cos(angle), np.sin(angle)]) * reach
    across = np.array([-np.sin(angle), np.cos(angle)])
    starts = np.array([width / 2, height / 2]) + offsets[:, None] * across
    return np.stack([starts - along, starts + along], axis=1)


def _rule(sheet: _Sheet, lines: Points, style: tuple[int, float, Colour]) -> None:
    thickness, strength, colour = style
    _paint(sheet.planes, _draw_lines(sheet, lines, thickness, strength), colour)


def _rule_lines(sheet: _Sheet, spacing: float) -> None:
    lines = _parallels(sheet, spacing, np.deg2rad(sheet.random.normal(0, 1.5)))
    _rule(sheet, lines, _ruling_style(sheet))


def _rule_squares(sheet: _Sheet, spacing: float) -> None:
    angle = np.deg2rad(sheet.random.normal(0, 1.5))
    upright = _parallels(sheet, spacing, angle + np.pi / 2)
    _rule(sheet, np.concatenate([_parallels(sheet, spacing, angle), upright]), _ruling_style(sheet))


def _rule_millimetres(sheet: _Sheet, spacing: float) -> None:
    spacing = min(max(spacing / 4, 5), 30)
    angle = np.deg2rad(sheet.random.normal(0, 1))
    fine = [_parallels(sheet, spacing, a) for a in (angle, angle + np.pi / 2)]
    coarse = [_parallels(sheet, 5 * spacing, a) for a in (angle, angle + np.pi / 2)]
    _, strength, colour = _ruling_style(sheet, faint=True)
    _rule(sheet, np.concatenate(fine), (1, strength, colour))
    _rule(sheet, np.concatenate(coarse), (1, 2 * strength, colour))


def _rule_ladder(sheet: _Sheet, spacing: float) -> None:
    """Pairs or threes of lines, for children who learn how tall letters are."""
    spacing = max(spacing, 14)
    lines = _parallels(sheet, spacing, np.deg2rad(sheet.random.normal(0, 1)))
    _rule(sheet, lines, _ruling_style(sheet))
    shift = np.array([0, spacing * sheet.random.uniform(0.25, 0.4)])
    _rule(sheet, lines + shift, _ruling_style(sheet, faint=True))
    if sheet.random.random() < 0.5:
        upright = _parallels(sheet, spacing * sheet.random.uniform(1, 3), np.pi / 2)
        _rule(sheet, upright, _ruling_style(sheet, faint=True))


def _rule_triangles(sheet: _Sheet, spacing: float) -> None:
    angles = np.deg2rad(np.array([-60, 0, 60]) + sheet.random.normal(0, 1))
    lines = np.concatenate([_parallels(sheet, max(spacing, 12), a) for a in angles])
    _rule(sheet, lines, _ruling_style(sheet, faint=True))


def _rule_dots(sheet: _Sheet, spacing: float) -> None:
    random, (height, width) = sheet.random, sheet.shape
    spacing = max(spacing / 2, 8)
    columns = np.arange(-0.2 * width, 1.2 * width, spacing) + random.uniform(0, spacing)
    rows = np.arange(-0.2 * height, 1.2 * height, spacing) + random.uniform(0, spacing)
    points = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 1, 2)
    thickness, strength, colour = _ruling_style(sheet)
    dots = np.concatenate([points, points + np.array([0.01, 0])], axis=1)
    _rule(sheet, dots, (min(thickness + 1, max(1, round(0.7 * sheet.stroke))), strength, colour))


def _rule_margin(sheet: _Sheet) -> None:
    """One or two lines beside the digit, not through it."""
    random, (x, _, w, _) = sheet.random, sheet.box
    gap = sheet.length * random.uniform(0.12, 0.6)
    at = x - gap if random.random() < 0.6 else x + w + gap
    line = np.array([[at, -2000.0], [at + random.normal(0, 10), 2000 + sheet.shape[0]]])
    lines = [line] if random.random() < 0.6 else [line, line + np.array([random.uniform(2, 8), 0])]
    thickness, strength, colour = _ruling_style(sheet)
    if sheet.polarity == "dark" and random.random() < 0.6:
        colour = _around(random, 0.85, 0.3, 0.3)
    _rule(sheet, np.array(lines), (thickness, strength, colour))


# --- boxes and neighbours


def _paint_frames(sheet: _Sheet) -> None:
    """A box around the digit, or two or three sides or a corner of one; cells of a form."""
    kind = sheet.random.random()
    if kind < 0.12:
        sheet.traits.append("box")
        _draw_frame(sheet, 4)
    elif kind < 0.19:
        sheet.traits.append("part of a box")
        _draw_frame(sheet, int(sheet.random.integers(1, 4)))
    elif kind < 0.23:
        sheet.traits.append("form")
        _draw_frame(sheet, 4, cells=int(sheet.random.integers(1, 4)))


def _draw_frame(sheet: _Sheet, sides: int, cells: int = 0) -> None:
    random, (x, y, w, h) = sheet.random, sheet.box
    left, top, right, bottom = sheet.length * random.uniform(0.07, 0.45, 4)
    corners = np.array(
        [
            [x - left, y - top],
            [x + w + right, y - top],
            [x + w + right, y + h + bottom],
            [x - left, y + h + bottom],
        ]
    )
    first = int(random.integers(4))
    outline = np.roll(np.concatenate([corners, corners]), -first, axis=0)[: sides + 1]
    by_hand = random.random() < 0.4 and not cells
    if by_hand:
        outline = outline + random.normal(0, 0.015 * sheet.length, outline.shape)
        outline = _wobbly(outline, random, 0.006 * sheet.length)
    lines = [outline]
    for cell in range(1, cells + 1):
        shift = (cell * (w + left + right), 0)
        lines += [corners[[0, 1, 2, 3, 0]] + shift, corners[[0, 1, 2, 3, 0]] - shift]
    thickness, strength, colour = _ruling_style(sheet)
    if random.random() < 0.6:
        strength = random.uniform(0.6, 1)
        colour = sheet.pen if by_hand else colour
    most = max(1, round(0.75 * sheet.stroke))
    thickness = int(random.integers(1, min(most, 10) + 1))
    _paint(sheet.planes, _draw_lines(sheet, lines, thickness, strength), colour)


def _wobbly(line: Points, random: np.random.Generator, by: float) -> Points:
    """The line with more points, moved a little off it as a hand does."""
    t = np.linspace(0, len(line) - 1, 8 * len(line))
    dense = np.stack([np.interp(t, np.arange(len(line)), line[:, i]) for i in (0, 1)], axis=1)
    return dense + cv2.blur(random.normal(0, 3 * by, dense.shape), (1, 5))


def _paint_neighbours(sheet: _Sheet) -> None:
    """Pieces of other writing that reach into the picture, not as far as the digit."""
    random, (height, width) = sheet.random, sheet.shape
    x, y, w, h = sheet.box
    rooms = {"left": x, "top": y, "right": width - x - w, "bottom": height - y - h}
    roomy = [side for side, room in rooms.items() if room > 0.15 * sheet.length + 4]
    if not roomy or not sheet.chance(0.12, "neighbours"):
        return
    lines = []
    for _ in range(random.integers(1, 4)):
        side = roomy[int(random.integers(len(roomy)))]
        curve = _scribble(random, min(0.45 * rooms[side], 0.5 * sheet.length))
        at = random.uniform((x, y), (x + w, y + h))
        where = {"left": (0, at[1]), "right": (width, at[1])}
        lines.append(curve + where.get(side, (at[0], 0 if side == "top" else height)))
    mask = np.zeros(sheet.shape, np.uint8)
    seen = [_fixed_point(line) for line in lines]
    thickness = max(1, round(sheet.stroke * random.uniform(0.7, 1.1)))
    cv2.polylines(mask, seen, False, 255, thickness, cv2.LINE_AA, _SUBPIXEL_BITS)
    colour = sheet.pen
    if random.random() < 0.3:
        dark = sheet.polarity == "dark"
        colour = _apart(_dark_ink(random) if dark else _light_ink(random), sheet.paper, dark)
    _paint(sheet.planes, mask.astype(np.float32) * np.float32(1 / 255), colour)


def _paint_dirt(sheet: _Sheet) -> None:
    """Specks, smudges, the rim of a cup, a staple, punched holes."""
    random, (height, width) = sheet.random, sheet.shape
    if sheet.chance(0.15, "specks"):
        count = int(random.integers(2, 25))
        points = (random.random((count, 1, 2)) * (width, height)).repeat(2, axis=1)
        points[:, 1] += random.normal(0, 0.8, (count, 2))
        size = int(random.integers(1, max(2, round(0.4 * sheet.stroke)) + 1))
        alpha = _draw_lines(sheet, points, size, random.uniform(0.3, 1))
        _paint(sheet.planes, alpha, sheet.paper * random.uniform(0.1, 0.7))
    if sheet.chance(0.06, "smudge"):
        patch = _field(random, sheet.shape, sheet.length * random.uniform(0.2, 1))
        alpha = np.clip(patch - 0.8, 0, 1) * np.float32(random.uniform(0.05, 0.25))
        _paint(sheet.planes, alpha, sheet.pen)
    if sheet.chance(0.03, "rim of a cup"):
        angles = np.linspace(0, random.uniform(2, 6.3), 60) + random.uniform(0, 6.3)
        radius, middle = random.uniform(0.4, 1) * width, random.random(2) * (width, height)
        rim = middle + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        alpha = _draw_lines(sheet, [rim], round(width / 50) + 1, random.uniform(0.08, 0.3))
        _paint(sheet.planes, _blur(alpha, 1), _around(random, 0.5, 0.35, 0.2))
    if sheet.chance(0.04, "holes"):
        _paint_holes(sheet)
    if sheet.chance(0.03, "staple"):
        _paint_staple(sheet)


def _free_side(sheet: _Sheet, depth: float) -> tuple[float, bool] | None:
    """x of a margin so deep beside the digit, and whether it is the left one."""
    x, _, w, _ = sheet.box
    width = sheet.shape[1]
    if x > 1.2 * depth:
        return 0.5 * min(depth, x), True
    if width - x - w > 1.2 * depth:
        return width - 0.5 * min(depth, width - x - w), False
    return None


def _paint_holes(sheet: _Sheet) -> None:
    random, height = sheet.random, sheet.shape[0]
    radius = max(2.0, random.uniform(0.08, 0.2) * sheet.length)
    side = _free_side(sheet, 3 * radius)
    if side is None:
        return
    at, spacing = side[0], random.uniform(4, 9) * radius
    rows = np.arange(random.uniform(0, spacing), height, spacing)
    behind = sheet.paper * random.uniform(0.02, 0.7) if random.random() < 0.7 else _grey_colour(1)
    mask = np.zeros(sheet.shape, np.uint8)
    for row in rows:
        middle = _fixed_point(np.array([at, row]))
        cv2.circle(
            mask,
            (int(middle[0]), int(middle[1])),
            round(radius * 16),
            255,
            -1,
            cv2.LINE_AA,
            _SUBPIXEL_BITS,
        )
    alpha = mask.astype(np.float32) * np.float32(1 / 255)
    rim = np.abs(alpha - _blur(alpha, 1.2)) * np.float32(0.5)
    _paint(sheet.planes, alpha, behind)
    _paint(sheet.planes, rim, sheet.paper * 0.4)


def _paint_staple(sheet: _Sheet) -> None:
    random, length = sheet.random, sheet.length
    side = _free_side(sheet, 0.5 * length)
    if side is None:
        return
    direction = random.normal(0, 1, 2)
    reach = 0.16 * length * direction / np.linalg.norm(direction)
    middle = np.array([side[0], random.uniform(0, sheet.shape[0])])
    line = np.array([middle - reach, middle + reach])
    thickness = max(1, round(0.02 * length))
    shadow = _draw_lines(sheet, [line + np.array([1.5, 2])], thickness + 1, 0.5)
    _paint(sheet.planes, _blur(shadow, 0.8), sheet.paper * 0.3)
    _paint(
        sheet.planes,
        _draw_lines(sheet, [line], thickness),
        _grey_colour(random.uniform(0.5, 0.95)),
    )


def _paint_edges(sheet: _Sheet) -> None:
    """The sheet's edge and what lies beyond it, on one side or two."""
    random, (height, width) = sheet.random, sheet.shape
    if not sheet.chance(0.12, "edge of the sheet"):
        return
    x, y, w, h = sheet.box
    rooms = np.array([x, y, width - x - w, height - y - h])
    outward = np.array([[-1, 0], [0, -1], [1, 0], [0, 1]], np.float64)
    outside = np.full(sheet.shape, -1e3, np.float32)
    for side in random.permutation(4)[: random.integers(1, 3)]:
        gap = 0.08 * sheet.length
        if rooms[side] < gap + 4:
            continue
        turn = np.deg2rad(random.normal(0, 3))
        normal = outward[side] @ np.array(
            [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
        )
        middle = np.array([x + w / 2, y + h / 2])
        half = abs(outward[side] @ (w, h)) / 2
        # The turned edge stays clear of the digit's far corner, too.
        clear = half + gap + abs(np.sin(turn)) * sheet.length
        reach = clear + random.random() * max(0.0, rooms[side] + half - clear)
        columns = ((np.arange(width) - middle[0]) * normal[0]).astype(np.float32)
        rows = ((np.arange(height) - middle[1]) * normal[1]).astype(np.float32)
        np.maximum(outside, columns[None, :] + rows[:, None] - np.float32(reach), out=outside)
    if outside.max() < 0:
        return
    _paint_table(sheet, outside)


def _paint_table(sheet: _Sheet, outside: Map) -> None:
    """Paint a table wherever `outside`, pixels beyond the edge, is positive."""
    random = sheet.random
    colour = _pick(
        random,
        (3, lambda: _grey_colour(random.uniform(0, 1))),
        (3, lambda: _around(random, 0.5, 0.35, 0.22) * random.uniform(0.5, 1.5)),
        (1, lambda: _hue(random, random.uniform(0, 0.8), random.uniform(0.1, 1))),
    )
    shadow = np.exp(-np.maximum(outside, 0) / random.uniform(1, 0.06 * sheet.length + 2))
    alpha = np.clip(outside + 0.5, 0, 1)
    texture = 1 + _field(random, sheet.shape, random.uniform(1, 30), random.uniform(1, 8)) * (
        random.uniform(0, 0.08)
    )
    shading = texture * (1 - shadow * random.uniform(0, 0.6))
    for channel, value in enumerate(np.clip(colour, 0, 1)):
        sheet.planes[channel] += alpha * (np.float32(value) * shading - sheet.planes[channel])


# --- the digit's ink


def _wear_ink(sheet: _Sheet) -> Map:
    """The digit's ink as the pen leaves it: float32 (H, W) in [0, 1]."""
    random, ink = sheet.random, sheet.ink
    x, y, w, h = sheet.box
    reach = 0.2 * sheet.length + 2
    rows = slice(max(0, int(y - reach)), max(1, int(y + h + reach)))
    columns = slice(max(0, int(x - reach)), max(1, int(x + w + reach)))
    worn = ink.copy()
    part = worn[rows, columns]
    if part.size and random.random() < 0.55:
        wear = (_pencil, _marker, _ball_pen, _chalk, _dry_brush, _wet_ink)
        worn_by = wear[int(random.integers(len(wear)))]
        sheet.traits.append(worn_by.__name__[1:].replace("_", " "))
        part[:] = np.clip(worn_by(part, sheet), 0, 1)
    if part.size and sheet.chance(0.08, "gaps"):
        _break_strokes(part, sheet)
    return worn


def _shape_of(ink: Map) -> tuple[int, int]:
    return ink.shape[0], ink.shape[1]


def _pencil(ink: Map, sheet: _Sheet) -> Map:
    """The paper's tooth takes the graphite."""
    tooth = _field(sheet.random, _shape_of(ink), sheet.random.uniform(1, 2.2))
    return ink * (0.78 + np.float32(sheet.random.uniform(0.1, 0.35)) * tooth)


def _marker(ink: Map, sheet: _Sheet) -> Map:
    """Uneven fill, streaks along one direction."""
    random = sheet.random
    cell = max(2.0, sheet.stroke * random.uniform(0.3, 2))
    uneven = _field(random, _shape_of(ink), cell, max(1.5, cell * random.uniform(0.2, 1)))
    return ink * (0.82 + np.float32(random.uniform(0.08, 0.22)) * uneven)


def _ball_pen(ink: Map, sheet: _Sheet) -> Map:
    """Skips for a moment here and there."""
    random = sheet.random
    flow = _field(random, _shape_of(ink), max(1.5, 0.6 * sheet.stroke))
    return ink * (1 - np.clip(flow - 1.1, 0, 1) * np.float32(random.uniform(0.5, 1)))


def _chalk(ink: Map, sheet: _Sheet) -> Map:
    """Grains that the board takes, or not."""
    grain = _field(sheet.random, _shape_of(ink), sheet.random.uniform(1, 1.8))
    return ink * np.clip(1.1 + np.float32(sheet.random.uniform(0.4, 0.8)) * grain, 0.1, 1)


def _dry_brush(ink: Map, sheet: _Sheet) -> Map:
    """Hairs leave streaks."""
    random = sheet.random
    streaks = _field(random, _shape_of(ink), max(3.0, 2 * sheet.stroke), 1.5)
    if random.random() < 0.5:
        streaks = _field(random, _shape_of(ink), 1.5, max(3.0, 2 * sheet.stroke))
    return ink * (0.8 + np.float32(0.25) * streaks)


def _wet_ink(ink: Map, sheet: _Sheet) -> Map:
    """Dries darker at the rim."""
    inside = _blur(ink, max(0.6, 0.25 * sheet.stroke))
    return ink * (1.15 - np.float32(sheet.random.uniform(0.2, 0.5)) * inside)


def _break_strokes(ink: Map, sheet: _Sheet) -> None:
    """Rub out one to three short gaps, in place."""
    random = sheet.random
    rows, columns = np.nonzero(ink > 0.5)
    if not len(rows):
        return
    rubbed = np.zeros(ink.shape, np.uint8)
    gap = max(1, round(min(random.uniform(0.25, 0.6) * sheet.stroke, 0.04 * sheet.length)))
    for at in random.integers(len(rows), size=random.integers(1, 4)):
        angle = random.uniform(0, np.pi)
        reach = 1.2 * sheet.stroke * np.array([np.cos(angle), np.sin(angle)])
        ends = _fixed_point(np.array([columns[at], rows[at]]) + np.array([reach, -reach]))
        cv2.polylines(rubbed, [ends], False, 255, gap, cv2.LINE_AA, _SUBPIXEL_BITS)
    ink *= 1 - rubbed.astype(np.float32) * np.float32(1 / 255)


# --- light


def _light(sheet: _Sheet) -> Map:
    """float32 (H, W): share of the light that falls on every point, 1 on average or less."""
    random, shape = sheet.random, sheet.shape
    coarse = np.ones((24, 24), np.float32)
    x, y = np.meshgrid(np.linspace(-1, 1, 24, dtype=np.float32), np.linspace(-1, 1, 24))
    if sheet.chance(0.5, "gradient"):
        slope = random.normal(0, 0.13, 2)
        coarse *= np.clip(1 + slope[0] * x + slope[1] * y, 0.35, 1.6)
    if sheet.chance(0.25, "vignette"):
        coarse *= 1 - random.uniform(0.05, 0.4) * (x * x + y * y) / 2
    if sheet.chance(0.2, "soft shadow"):
        blob = _field(random, (24, 24), random.uniform(8, 24))
        coarse *= 1 - random.uniform(0.1, 0.5) * np.clip(blob + random.uniform(-0.5, 1), 0, 1)
    light = cv2.resize(coarse.astype(np.float32), shape[::-1], interpolation=cv2.INTER_CUBIC)
    if sheet.chance(0.12, "hard shadow"):
        light = light * _hard_shadow(sheet)
    return np.asarray(light, np.float32)


def _hard_shadow(sheet: _Sheet) -> Map:
    """The shadow of a hand, a phone or a window frame."""
    random, (height, width) = sheet.random, sheet.shape
    mask = np.zeros(sheet.shape, np.uint8)
    middle = random.uniform(-0.1, 1.1, 2) * (width, height)
    angles = np.sort(random.uniform(0, 2 * np.pi, int(random.integers(3, 8))))
    radii = random.uniform(0.3, 1.1, len(angles)) * max(height, width)
    corners = middle + radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    if random.random() < 0.5:
        corners = _smooth_curve(np.concatenate([corners, corners[:1]]))
    cv2.fillPoly(mask, [_fixed_point(corners)], 255, cv2.LINE_AA, _SUBPIXEL_BITS)
    penumbra = random.uniform(0.4, 0.02 * max(height, width) + 1)
    strength = random.uniform(0.12, 0.6)
    return 1 - _blur(mask.astype(np.float32) * np.float32(1 / 255), penumbra) * np.float32(strength)


def _shine(sheet: _Sheet) -> float:
    """Light the sheet, in place; the contrast that ink keeps where it is darkest."""
    random = sheet.random
    light = _light(sheet)
    x, y, w, h = (int(max(0, v)) for v in sheet.box)
    there = light[y : y + h + 1, x : x + w + 1]
    darkest, brightest = float(there.min(initial=1.0)), float(there.max(initial=0.5))
    exposure = 1.0
    if sheet.chance(0.15, "underexposed"):
        exposure = random.uniform(0.35, 0.8)
    elif sheet.chance(0.12, "overexposed"):
        exposure = random.uniform(1.05, 1.25)
    contrast = _contrast(sheet.paper, sheet.pen) * darkest
    exposure = max(exposure, 0.12 / max(contrast, 1e-3))
    # White swallows the paper, but not the ink (or the ink, but not the dark paper).
    darker = min(_luma(sheet.paper), _luma(sheet.pen))
    exposure = min(exposure, 0.86 / max(darker * brightest, 1e-3))
    warmth = random.normal(0, 0.07) if sheet.chance(0.5, "tinted light") else 0.0
    tint = np.clip([1 + warmth, 1 + random.normal(0, 0.015), 1 - 1.2 * warmth], 0.6, 1.3)
    for channel, gain in enumerate(tint):
        sheet.planes[channel] *= light * np.float32(gain * exposure)
    if exposure > 1.2 and random.random() < 0.8:  # a camera's shoulder, not a hard clip
        np.minimum(sheet.planes, 1 - 0.15 * np.exp(-sheet.planes), out=sheet.planes)
    return min(contrast * exposure, 1.0)


# --- lens and sensor


def _through_lens(pixels: Map, sheet: _Sheet) -> Map:
    """Blur, motion, low resolution, sharpening."""
    random = sheet.random
    unit = min(sheet.length, 6 * sheet.stroke)
    if sheet.chance(0.45, "blur"):
        pixels = _blur(pixels, random.uniform(0.3, 0.7 + 0.018 * unit))
    if sheet.chance(0.08, "motion"):
        kernel = _motion(random, random.uniform(2, 2.5 + 0.06 * unit))
        pixels = np.asarray(cv2.filter2D(pixels, -1, kernel), np.float32)
    if sheet.chance(0.08, "few pixels"):
        height, width = sheet.shape
        shrink = max(random.uniform(0.3, 0.8), min(1.0, 20 / sheet.length))
        size = max(1, round(width * shrink)), max(1, round(height * shrink))
        small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        method = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_NEAREST)[random.integers(3)]
        pixels = np.asarray(cv2.resize(small, (width, height), interpolation=method), np.float32)
    if sheet.chance(0.1, "sharpened"):
        sharp = pixels - _blur(pixels, random.uniform(0.8, 2.5))
        pixels = pixels + sharp * np.float32(random.uniform(0.4, 1.5))
    return np.asarray(pixels, np.float32)


def _motion(random: np.random.Generator, length: float) -> Map:
    side = 2 * int(np.ceil(length / 2)) + 1
    kernel = np.zeros((side, side), np.uint8)
    angle = random.uniform(0, np.pi)
    reach = length / 2 * np.array([np.cos(angle), np.sin(angle)])
    ends = _fixed_point(side // 2 + np.array([-reach, reach]))
    cv2.polylines(kernel, [ends], False, 255, 1, cv2.LINE_AA, _SUBPIXEL_BITS)
    return kernel.astype(np.float32) / np.float32(max(1, int(kernel.sum())))


def _add_noise(pixels: Map, sheet: _Sheet, contrast: float) -> None:
    """Sensor noise, in place: grey or coloured, fine or in patches, worse where it is dark."""
    random, (height, width) = sheet.random, sheet.shape
    if not sheet.chance(0.55, "noise"):
        return
    most = contrast / LEAST_SIGNAL_TO_NOISE
    strength = np.float32(min(random.exponential(0.018) + 0.003, most, 0.09))
    if random.random() < 0.4:
        pixels += _white_noise(random, (height, width, 3)) * strength
        return
    noise = _field(random, (height, width), random.choice([1.0, 1.0, 1.7])) * strength
    pixels += noise[..., None]


def _finish(pixels: Picture, sheet: _Sheet) -> Picture:
    """What happens to the file: grey, two tones, JPEG."""
    random = sheet.random
    if sheet.chance(0.12, "grey"):
        pixels = np.repeat(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    if sheet.chance(0.6, "JPEG"):
        pixels = _jpeg(pixels, int(random.integers(25, 96)))
    return pixels


def _jpeg(pixels: Picture, quality: int) -> Picture:
    _, file = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(file, cv2.IMREAD_COLOR), np.uint8)


# --- whole scenes


def _photographed_scene(
    crop: Map, random: np.random.Generator, size: tuple[int, int], polarity: Polarity
) -> Scene:
    top, bottom, left, right = _padding(random, size)
    shape = size[0] - top - bottom, size[1] - left - right
    cut = random.random() < 0.04
    box = _place(crop, random, shape, cut)
    view = _view(random, shape, box)
    ink, stroke = _lay_ink(crop, shape, box, view)
    paper, pen = _colours(random, polarity)
    planes = np.empty((3, *shape), np.float32)
    sheet = _Sheet(random, planes, ink, box, stroke, view, paper, pen, ["cut"] if cut else [])
    _paint_paper(sheet)
    _paint_rulings(sheet)
    _paint_frames(sheet)
    _paint_dirt(sheet)
    _paint_neighbours(sheet)
    _paint(sheet.planes, _wear_ink(sheet), pen)
    _paint_edges(sheet)
    contrast = _shine(sheet)
    pixels = _through_lens(np.asarray(cv2.merge(list(sheet.planes))), sheet)
    _add_noise(pixels, sheet, contrast)
    pad = 255 if random.random() < 0.75 else 0
    if shape != size:
        sheet.traits.append("padded")
    picture = cv2.convertScaleAbs(np.clip(pixels, 0, 1, out=pixels), alpha=255)
    sides = (top, bottom, left, right)
    picture = cv2.copyMakeBorder(picture, *sides, cv2.BORDER_CONSTANT, value=(pad, pad, pad))
    ink_map = cv2.copyMakeBorder(sheet.ink, *sides, cv2.BORDER_CONSTANT, value=0)
    return Scene(
        _finish(np.asarray(picture, np.uint8), sheet),
        np.asarray(ink_map, np.float32),
        polarity,
        tuple(sheet.traits),
    )


def _padding(random: np.random.Generator, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Rows and columns of pure white or black that a cropping program adds; mostly none."""
    if random.random() > 0.05 or min(size) < 2 * SMALLEST_SIDE:
        return 0, 0, 0, 0
    shares = random.uniform(0, 0.22, 4) * (random.random(4) < 0.6)
    top, bottom = (shares[:2] * size[0]).astype(int)
    left, right = (shares[2:] * size[1]).astype(int)
    return int(top), int(bottom), int(left), int(right)


def _plain_scene(
    crop: Map, random: np.random.Generator, size: tuple[int, int], polarity: Polarity
) -> Scene:
    """A picture as a drawing program saves it: one colour on another."""
    traits = ["plain"]
    box = _place(crop, random, size, cut=bool(random.random() < 0.03))
    ink, _ = _lay_ink(crop, size, box, None)
    if random.random() < 0.25:
        traits.append("not anti-aliased")
        ink = np.asarray(ink > 0.5, np.float32)
    paper, pen = _plain_colours(random, polarity)
    planes = np.empty((3, *size), np.float32)
    planes[:] = paper.astype(np.float32)[:, None, None]
    _paint(planes, ink, pen)
    picture = np.asarray(cv2.convertScaleAbs(cv2.merge(list(planes)), alpha=255), np.uint8)
    if random.random() < 0.3:
        traits.append("JPEG")
        picture = _jpeg(picture, int(random.integers(30, 96)))
    return Scene(picture, ink, polarity, tuple(traits))


def _plain_colours(random: np.random.Generator, polarity: Polarity) -> tuple[Colour, Colour]:
    black, white = np.zeros(3), np.ones(3)
    if random.random() < 0.5:
        return (white, black) if polarity == "dark" else (black, white)
    paper, ink = _colours(random, polarity)
    if random.random() < 0.5:
        paper = white if polarity == "dark" else black
        ink = _apart(ink, paper, polarity == "dark")
    return paper, ink


# --- ink to compose


def ink_of_mnist(image: Picture, size: int, random: np.random.Generator) -> Map:
    """An MNIST digit enlarged as if a pen had drawn it: smooth edges, some thickness.

    The edge is where the grey value passes half of the stroke's own peak, so that faint strokes
    stay whole; the strokes then grow or shrink along the distance from that edge, but never so far
    that a loop closes.

    Args:
        image: uint8 (28, 28), white ink on black.
        size: side of the square that the whole image becomes, pixels.
        random: the thickness and the sharpness of the edge depend on it.

    Returns:
        float32 (size, size) in [0, 1].
    """
    grown = cv2.resize(image, (112, 112), interpolation=cv2.INTER_CUBIC).astype(np.float32)
    smooth = _blur(grown, random.uniform(1.5, 2.5))
    peak = _blur(np.asarray(cv2.dilate(smooth, np.ones((17, 17), np.uint8)), np.float32), 6)
    mask = smooth > random.uniform(0.42, 0.55) * np.maximum(peak, 90)
    distance = _blur(_signed_distance(mask), 1.2)
    half = max(1.5, 0.5 * _stroke_width(mask.astype(np.float32)))
    distance += np.float32(_growth(distance, half * random.uniform(-0.5, 0.7)))
    enlarged = cv2.resize(distance, (size, size), interpolation=cv2.INTER_CUBIC) * (size / 112)
    sharpness = 1 / max(1.0, random.uniform(0.6, 0.012 * size + 1))
    return np.clip(enlarged * sharpness + 0.5, 0, 1).astype(np.float32)


def _signed_distance(mask: NDArray[np.bool_]) -> Map:
    """Distance from the mask's edge in pixels, positive inside."""
    inside = mask.astype(np.uint8)
    outside = cv2.distanceTransform(1 - inside, cv2.DIST_L2, 5)
    return np.asarray(cv2.distanceTransform(inside, cv2.DIST_L2, 5) - outside, np.float32)


def _growth(distance: Map, wanted: float) -> float:
    """As much of the wanted growth as neither closes a loop nor tears a stroke."""
    parts = _count_parts(distance > 0)
    for share in (1.0, 0.6, 0.3):
        if _count_parts(distance > -share * wanted) == parts:
            return share * wanted
    return 0.0


def _count_parts(mask: NDArray[np.bool_]) -> tuple[int, int]:
    ink = mask.astype(np.uint8)
    return cv2.connectedComponents(ink)[0], cv2.connectedComponents(1 - ink)[0]


def ink_of_strokes(
    digit: PenDigit, size: float, random: np.random.Generator, pen: float | None = None
) -> Map:
    """A pen digit drawn with some pen: as `ink_of_lines`, for its strokes."""
    return ink_of_lines(digit.strokes, size, random, pen)


def ink_of_lines(
    lines: Sequence[Points], size: float, random: np.random.Generator, pen: float | None = None
) -> Map:
    """Lines drawn with some pen: round, broad-nibbed, pressed unevenly, or gone over twice.

    Args:
        lines: float64 (n, 2) each, x and y, in units of their own.
        size: longer side of the box around them, pixels.
        random: the look of the pen depends on it.
        pen: width of the pen, pixels; by default 2% to 22% of `size`.

    Returns:
        float32 (h, w) in [0, 1], the ink with a little room around it.
    """
    if pen is None:
        pen = size * float(np.exp(random.uniform(np.log(0.02), np.log(0.22))))
    points = np.concatenate(lines)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = size / max(float((high - low).max()), 1e-6)
    margin = np.ceil(1.2 * pen) + 3
    drawn = [_drawn_by_hand((line - low) * scale + margin, random, size) for line in lines]
    width, height = np.ceil((high - low) * scale + 2 * margin).astype(int)
    mask = np.zeros((int(height), int(width)), np.uint8)
    looks = (_round_pen, _round_pen, _broad_nib, _uneven_pressure, _twice)
    looks[int(random.integers(len(looks)))](mask, drawn, pen, random)
    return mask.astype(np.float32) * np.float32(1 / 255)


def _drawn_by_hand(line: Points, random: np.random.Generator, size: float) -> Points:
    """As recorded, rounded, or shaky as with a mouse."""
    kind = random.random()
    if kind < 0.5:
        line = _smooth_curve(line, 4)
    elif kind < 0.7:
        line = line + random.normal(0, 0.004 * size, line.shape)
    return np.concatenate([line, line[-1:]])  # so that a single point is drawn, too


def _round_pen(mask: Picture, lines: list[Points], pen: float, random: np.random.Generator) -> None:
    kind = cv2.LINE_AA if random.random() < 0.85 else cv2.LINE_8
    fixed = [_fixed_point(line) for line in lines]
    cv2.polylines(mask, fixed, False, 255, max(1, round(pen)), kind, _SUBPIXEL_BITS)


def _broad_nib(mask: Picture, lines: list[Points], pen: float, random: np.random.Generator) -> None:
    """Thick across the nib, thin along it."""
    angle = random.uniform(0, np.pi)
    nib = np.array([np.cos(angle), np.sin(angle)]) * pen * random.uniform(0.3, 0.5)
    thin = max(1, round(pen * random.uniform(0.25, 0.6)))
    for shift in np.linspace(-1, 1, 2 + round(2 * float(np.hypot(*nib)) / max(1.0, 0.7 * thin))):
        fixed = [_fixed_point(line + shift * nib) for line in lines]
        cv2.polylines(mask, fixed, False, 255, thin, cv2.LINE_AA, _SUBPIXEL_BITS)


def _uneven_pressure(
    mask: Picture, lines: list[Points], pen: float, random: np.random.Generator
) -> None:
    """Wide where the pen is pressed or slow, narrow towards the end of a stroke."""
    for line in lines:
        dense = _smooth_curve(line, 3) if len(line) < 60 else line
        knots = random.uniform(0.5, 1.2, 5) * pen
        knots[-1] *= random.uniform(0.4, 1)
        widths = np.interp(np.linspace(0, 4, len(dense)), np.arange(5), knots)[1:]
        whole = np.maximum(1, np.rint(widths)).astype(int)
        fixed = _fixed_point(dense)
        segments = np.stack([fixed[:-1], fixed[1:]], axis=1)
        for width in np.unique(whole).tolist():
            chosen = list(segments[whole == width])
            cv2.polylines(mask, chosen, False, 255, width, cv2.LINE_AA, _SUBPIXEL_BITS)


def _twice(mask: Picture, lines: list[Points], pen: float, random: np.random.Generator) -> None:
    """Gone over a second time, not quite where the first line was."""
    _round_pen(mask, lines, 0.8 * pen, random)
    again = [line + np.clip(random.normal(0, 0.25 * pen, 2), -pen, pen) for line in lines]
    _round_pen(mask, again, 0.8 * pen, random)
