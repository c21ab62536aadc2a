"""How long the preparation takes, beyond decoding: a drawing on the canvas, and a phone's photo."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

import cv2
import numpy as np

from benchmarks.photo_simulation import InkMask, uneven_light
from benchmarks.robustness_rows import Pixels
from digits.common.errors import NoInkError
from digits.picture.decoding import decode_picture
from digits.picture.preparation import prepare_digit

PHOTO = (3000, 4000)
CANVAS = 280


def measure_canvas(ink: InkMask, rounds: int = 200) -> float:
    """Median seconds for a drawing of 280×280 pixels, a fresh one each time."""
    return _median([partial(_canvas, ink, number) for number in range(rounds)])


def measure_photo(ink: InkMask, rounds: int = 7) -> float:
    """Median seconds for a photo of 12 megapixels, a fresh one each time."""
    return _median([partial(_photo, ink, number) for number in range(rounds)])


def _median(pictures: Sequence[Callable[[], Pixels]]) -> float:
    seconds = []
    for make in [pictures[0], *pictures]:
        decoded = decode_picture(make())
        start = time.perf_counter()
        with suppress(NoInkError):  # which takes its time, too
            prepare_digit(decoded)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[1:])  # the first one fills caches


def _canvas(ink: InkMask, number: int) -> Pixels:
    """Black on white, of another size and in another place each time."""
    random = np.random.default_rng(number)
    scale = random.uniform(90, 250) / max(ink.shape)
    small = cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    height, width = small.shape
    x, y = random.integers(0, CANVAS - width + 1), random.integers(0, CANVAS - height + 1)
    canvas = np.full((CANVAS, CANVAS, 3), 255, np.uint8)
    canvas[y : y + height, x : x + width] = np.rint(255 * (1 - small))[..., None]
    return canvas


def _photo(ink: InkMask, number: int) -> Pixels:
    """A simulated photo enlarged to twelve megapixels, with a large sensor's noise."""
    random = np.random.default_rng(number)
    photo = uneven_light(ink, random)
    large = cv2.resize(photo, PHOTO[::-1], interpolation=cv2.INTER_CUBIC)
    noise = 3 * random.standard_normal(large.shape, np.float32)
    return np.clip(large + noise, 0, 255).astype(np.uint8)
