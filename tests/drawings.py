"""Digits drawn as a person would draw them, with known shapes: made here, free to use.

Each digit is a list of strokes, each stroke a list of points (x, y) in a 100×100 square.
"""

import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from digits.synthetic.pen_strokes import PenDigit

Stroke = list[tuple[float, float]]
Strokes = list[Stroke]


def arc(  # noqa: PLR0917
    cx: float, cy: float, rx: float, ry: float, start: float, stop: float
) -> Stroke:
    """Points of an ellipse's arc; angles in degrees, 0 to the right, growing clockwise."""
    angles = np.deg2rad(np.linspace(start, stop, 24))
    return [(cx + rx * float(np.cos(a)), cy + ry * float(np.sin(a))) for a in angles]


DIGITS: dict[int, Strokes] = {
    0: [arc(50, 50, 24, 36, -90, 270)],
    1: [[(52, 12), (50, 88)]],
    2: [[*arc(50, 32, 22, 19, -160, 30), (30, 86), (76, 86)]],
    3: [[*arc(46, 31, 21, 18, -150, 90), *arc(46, 68, 24, 20, -90, 150)]],
    4: [[(58, 12), (24, 58), (78, 58)], [(60, 34), (58, 90)]],
    5: [[(70, 14), (36, 14), (33, 46), *arc(48, 64, 23, 22, -120, 140)]],
    6: [[(62, 12), (40, 40), *arc(50, 66, 21, 21, -170, 190)]],
    7: [[(24, 16), (76, 16), (44, 88)]],
    8: [[*arc(50, 31, 17, 17, 90, 450), *arc(50, 68, 21, 20, -90, 270)]],
    9: [[*arc(50, 34, 20, 20, 0, -340), (70, 30), (66, 88)]],
}

DASH: Strokes = [[(20, 48), (45, 51), (80, 50)]]
SCRIBBLE: Strokes = [
    [(15, 30), (85, 70), (30, 75), (75, 20), (20, 60), (60, 85), (45, 12)],
]


def draw(
    strokes: Strokes,
    size: int = 280,
    pen: int = 20,
    ink: tuple[int, ...] = (0, 0, 0),
    paper: tuple[int, ...] = (255, 255, 255),
) -> NDArray[np.uint8]:
    """The strokes on a square sheet: uint8 (size, size, channels of the ink)."""
    sheet = np.full((size, size, len(paper)), paper, np.uint8)
    for stroke in strokes:
        points = (np.array(stroke) * size / 100 * 16).astype(np.int32)
        cv2.polylines(sheet, [points], False, ink, pen, cv2.LINE_AA, shift=4)
    return sheet


def as_mnist(digit: int) -> NDArray[np.uint8]:
    """A digit as MNIST has them: 28×28, white on black, strokes about 2.5 pixels wide."""
    large = 255 - draw(DIGITS[digit], 280, 26)[..., 0]
    return np.asarray(cv2.resize(large, (28, 28), interpolation=cv2.INTER_AREA), np.uint8)


def as_pen_digit(digit: int) -> PenDigit:
    return PenDigit(digit, 1, tuple(np.array(stroke, np.float64) for stroke in DIGITS[digit]))


def photographed(digit: int) -> bytes:
    """Make a ruled sheet with a digit in blue ink, as it looks when photographed."""
    sheet = draw(DIGITS[digit], 700, 24, (44, 58, 120), (240, 236, 224))
    for y in range(40, 700, 70):
        sheet[y : y + 3] = (0.75 * sheet[y : y + 3] + (22, 38, 50)).astype(sheet.dtype)
    tilted = Image.fromarray(sheet).rotate(-5, Image.Resampling.BICUBIC, fillcolor=(240, 236, 224))
    shade = Image.linear_gradient("L").resize(tilted.size).point(lambda grey: 255 - grey // 4)
    lit = Image.composite(tilted, Image.new("RGB", tilted.size, "black"), shade)
    file = io.BytesIO()
    lit.filter(ImageFilter.GaussianBlur(1.5)).save(file, "JPEG", quality=90)
    return file.getvalue()
