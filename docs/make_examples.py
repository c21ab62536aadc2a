"""Make the pictures that the page offers to try.

    python docs/make_examples.py

They are drawings of this project's own: two numbers of `benchmarks/mouse_numbers`, one of them on
imagined paper, and strokes that were placed point by point.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.mouse_numbers import load_mouse_numbers
from digits.synthetic.drawing_basics import SUBPIXEL_BITS, fixed_point
from digits.synthetic.scenes import imagine_scene

FOLDER = ROOT / "digits" / "page" / "examples"
# Blue ink on ruled paper.
SEED_OF_PAPER = 186
PHOTO_SIZE = 360, 540
SIZE = 280, 420  # rows and columns of the drawings
HARD_4 = [
    [(0.42, 0.16), (0.36, 0.36), (0.37, 0.52), (0.47, 0.55), (0.60, 0.49)],
    [(0.66, 0.20), (0.62, 0.50), (0.60, 0.88)],
]
SCRIBBLE = [
    [
        *[(0.18, 0.72), (0.32, 0.24), (0.38, 0.74), (0.46, 0.22), (0.50, 0.70), (0.60, 0.30)],
        *[(0.30, 0.48), (0.78, 0.36), (0.66, 0.76), (0.84, 0.52), (0.40, 0.62)],
    ]
]


def main() -> None:
    """Write the four pictures."""
    FOLDER.mkdir(exist_ok=True)
    photo = imagine_scene(_ink_of("5081"), np.random.default_rng(SEED_OF_PAPER), PHOTO_SIZE).pixels
    Image.fromarray(photo).save(FOLDER / "ruled_paper.jpg", quality=85)
    Image.fromarray(_picture_of("12.50")).save(FOLDER / "amount.png", optimize=True)
    for name, strokes in (("hard_4", HARD_4), ("scribble", SCRIBBLE)):
        Image.fromarray(_drawn(strokes)).save(FOLDER / f"{name}.png", optimize=True)


def _picture_of(written: str) -> NDArray[np.uint8]:
    return next(each.picture for each in load_mouse_numbers() if each.written == written)


def _ink_of(written: str) -> NDArray[np.float32]:
    inked = 255 - _picture_of(written)
    x, y, width, height = cv2.boundingRect((inked > 60).astype(np.uint8))
    return inked[y : y + height, x : x + width].astype(np.float32) / np.float32(255)


def _drawn(strokes: list[list[tuple[float, float]]]) -> NDArray[np.uint8]:
    """Smooth strokes on white paper; their points are in shares of its height."""
    rows, columns = SIZE
    sheet = np.full(SIZE, 255, np.uint8)
    for stroke in strokes:
        points = np.array(stroke) * rows + [(columns - rows) / 2, 0]
        ways = np.linspace(0, len(points) - 1, 60)
        smooth = np.stack([_through(points[:, axis], ways) for axis in (0, 1)], axis=1)
        cv2.polylines(sheet, [fixed_point(smooth)], False, 0, 13, cv2.LINE_AA, SUBPIXEL_BITS)
    return sheet


def _through(values: NDArray[np.float64], ways: NDArray[np.float64]) -> NDArray[np.float64]:
    """A smooth line through values that stand one step apart: Catmull & Rom (1974)."""
    padded = np.concatenate([values[:1], values, values[-1:]])
    at = np.minimum(ways.astype(int), len(values) - 2)
    t = ways - at
    before, start, end, behind = (padded[at + shift] for shift in range(4))
    return np.asarray(
        start
        + 0.5 * t * (end - before)
        + t**2 * (before - 2.5 * start + 2 * end - 0.5 * behind)
        + t**3 * (1.5 * (start - end) + 0.5 * (behind - before))
    )


if __name__ == "__main__":
    main()
