"""Photographs of digits, imagined: ink laid on paper the way cameras and scanners see it.

Training needs pictures like those that people take, each with a known answer. Every choice here
(paper, ruling, box, ink, light, lens, sensor, file) is drawn independently of the others, which
shows a network and a preparation far more than any collection could: domain randomisation (Tobin
et al., 2017, "Domain randomization for transferring deep neural networks from simulation to the
real world"). A third of the pictures are plain ones, as a drawing program saves them.

Colours are red, green, blue in [0, 1]; x goes to the right and y downwards, in pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.common.errors import NoInkError
from digits.synthetic.camera import (
    add_noise,
    as_jpeg,
    finish,
    light_sheet,
    through_lens,
)
from digits.synthetic.colours import Colour, Polarity, apart, paper_and_ink
from digits.synthetic.drawing_basics import Map, Picture
from digits.synthetic.ink import rough_stroke_width
from digits.synthetic.ink_wear import worn_ink
from digits.synthetic.paper import paint_dirt, paint_edges, paint_neighbours, paint_paper
from digits.synthetic.paper_rulings import paint_frames, paint_rulings
from digits.synthetic.sheet import Sheet, paint

PLAIN_SHARE = 1 / 3
# Of the pictures whose polarity nobody asks for: chalk, white on a screen, negatives.
LIGHT_INK_SHARE = 0.15
SMALLEST_SIDE, LARGEST_SIDE = 28, 700
# A digit is not legible on fewer pixels than this, whatever the picture's size.
LEAST_DIGIT = 16.0


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
        NoInkError: there is no ink.
        ValueError: there is no room for it.
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
        raise NoInkError("There is no ink to compose: draw something.")
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
    return np.asarray(picture, np.float32), rough_stroke_width(resized)


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
    paper, pen = paper_and_ink(random, polarity)
    planes = np.empty((3, *shape), np.float32)
    sheet = Sheet(random, planes, ink, box, stroke, view, paper, pen, ["cut"] if cut else [])
    paint_paper(sheet)
    paint_rulings(sheet)
    paint_frames(sheet)
    paint_dirt(sheet)
    paint_neighbours(sheet)
    paint(sheet.planes, worn_ink(sheet), pen)
    paint_edges(sheet)
    contrast = light_sheet(sheet)
    pixels = through_lens(np.asarray(cv2.merge(list(sheet.planes))), sheet)
    add_noise(pixels, sheet, contrast)
    pad = 255 if random.random() < 0.75 else 0
    if shape != size:
        sheet.traits.append("padded")
    picture = cv2.convertScaleAbs(np.clip(pixels, 0, 1, out=pixels), alpha=255)
    sides = (top, bottom, left, right)
    picture = cv2.copyMakeBorder(picture, *sides, cv2.BORDER_CONSTANT, value=(pad, pad, pad))
    ink_map = cv2.copyMakeBorder(sheet.ink, *sides, cv2.BORDER_CONSTANT, value=0)
    return Scene(
        finish(np.asarray(picture, np.uint8), sheet),
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
    paint(planes, ink, pen)
    picture = np.asarray(cv2.convertScaleAbs(cv2.merge(list(planes)), alpha=255), np.uint8)
    if random.random() < 0.3:
        traits.append("JPEG")
        picture = as_jpeg(picture, int(random.integers(30, 96)))
    return Scene(picture, ink, polarity, tuple(traits))


def _plain_colours(random: np.random.Generator, polarity: Polarity) -> tuple[Colour, Colour]:
    black, white = np.zeros(3), np.ones(3)
    if random.random() < 0.5:
        return (white, black) if polarity == "dark" else (black, white)
    paper, ink = paper_and_ink(random, polarity)
    if random.random() < 0.5:
        paper = white if polarity == "dark" else black
        ink = apart(ink, paper, polarity == "dark")
    return paper, ink
