"""The fifteen corruptions of MNIST-C, written anew: Mu & Gilmer (2019), arXiv:1906.02337.

The figures are those of the authors' `corruptions.py` (google-research/mnist-c, commit aa07569):
each corruption at the severity that is its function's default there; the script that made the
published set is not public. ImageMagick's motion blur and the shearing matrix of the scikit-image
of that time were read in their sources, too. From memory is that scikit-image's Canny measures
slopes unscaled; OpenCV's stands for it, whose edges may lie a pixel elsewhere. The authors' random
numbers cannot be had again: the images are like the published ones, not the same.

    corrupted = corrupt("fog", image, number=0)
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from itertools import pairwise
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Random: TypeAlias = np.random.Generator
Image: TypeAlias = NDArray[np.uint8]
Values: TypeAlias = NDArray[np.float64]

SEED = 6_231_906
_SIDE = 28
_CENTRE = 13.5

SHOT_NOISE_PHOTONS = 3
IMPULSE_SHARE = 0.17
GLASS_SIGMA, GLASS_REACH, GLASS_ROUNDS = 0.7, 1, 2
MOTION_RADIUS, MOTION_SIGMA, MOTION_ANGLE = 10, 3.0, 45
SHEAR = 0.4
SCALE = 0.7
ROTATION = 0.4
BRIGHTNESS = 0.5
TRANSLATION = 3
STRIPE_WIDTH = 7
FOG_DENSITY, FOG_DECAY = 3.0, 1.4
SPATTER_MEAN, SPATTER_DEVIATION, SPATTER_SIGMA = 0.65, 0.3, 1.0
SPATTER_THRESHOLD, SPATTER_EDGE_SIGMA, SPATTER_OPAQUE, SPATTER_GREY = 0.65, 1.5, 0.8, 63
LINE_REACH = 2.3
ZIGZAG_LENGTH, ZIGZAG_HEIGHT = 2.0, 2.0
CANNY_SIGMA, CANNY_LOW, CANNY_HIGH = 1.0, 0.1, 0.2


def shot_noise(image: Image, random: Random) -> Image:
    """The noise of few photons."""
    photons = random.poisson(image / 255 * SHOT_NOISE_PHOTONS)
    return _image(photons / SHOT_NOISE_PHOTONS)


def impulse_noise(image: Image, random: Random) -> Image:
    """Salt and pepper, as much of one as of the other."""
    hit = random.random(image.shape) < IMPULSE_SHARE
    salt = random.random(image.shape) < 0.5
    return np.where(hit, np.where(salt, 255, 0), image).astype(np.uint8)


def glass_blur(image: Image, random: Random) -> Image:
    """Blurred, neighbouring pixels exchanged, blurred again."""
    shuffled = np.floor(_blur(image / 255, GLASS_SIGMA) * 255)
    span = range(_SIDE - GLASS_REACH, GLASS_REACH, -1)
    for _ in range(GLASS_ROUNDS):
        moves = random.integers(-GLASS_REACH, GLASS_REACH, (_SIDE, _SIDE, 2))
        exchanged = random.random((_SIDE, _SIDE)) < 0.5
        for y, x in ((y, x) for y in span for x in span if exchanged[y, x]):
            other = y + moves[y, x, 0], x + moves[y, x, 1]
            shuffled[y, x], shuffled[other] = shuffled[other], shuffled[y, x]
    return _image(_blur(shuffled / 255, GLASS_SIGMA))


def motion_blur(image: Image, random: Random) -> Image:
    """Smeared one way, as ImageMagick does it: half a bell curve along a line."""
    angle = np.deg2rad(random.uniform(-MOTION_ANGLE, MOTION_ANGLE))
    steps = np.arange(2 * MOTION_RADIUS + 1)
    weights = np.exp(-(steps**2) / (2 * MOTION_SIGMA**2))
    reach = 2 * MOTION_RADIUS
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1))
    rows, columns = (
        np.ceil(steps * part - 0.5).astype(int) for part in (np.sin(angle), np.cos(angle))
    )
    np.add.at(kernel, (reach + rows, reach + columns), weights / weights.sum())
    smeared = cv2.filter2D(image / 255, -1, kernel, borderType=cv2.BORDER_REPLICATE)
    return _image(np.asarray(smeared, np.float64))


def shear(image: Image, random: Random) -> Image:
    """Slanted to the left or to the right, by the matrix of the authors' scikit-image."""
    angle = SHEAR * random.choice([-1, 1])
    return _sample(image, np.array([[1, -np.sin(angle)], [0, np.cos(angle)]]))


def scale(image: Image, random: Random) -> Image:
    """Shrunken."""
    return _sample(image, np.eye(2) / SCALE)


def rotate(image: Image, random: Random) -> Image:
    """Turned to the left or to the right."""
    angle = ROTATION * random.choice([-1, 1])
    return _sample(
        image, np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    )


def brightness(image: Image, random: Random) -> Image:
    """Lighter, paper and ink, and what is too light clipped."""
    return _image(image / 255 + BRIGHTNESS)


def translate(image: Image, random: Random) -> Image:
    """Moved towards one of the four corners."""
    return _sample(image, np.eye(2), TRANSLATION * random.choice([-1, 1], 2))


def stripe(image: Image, random: Random) -> Image:
    """The left and the right quarter inverted."""
    inverted = image.copy()
    inverted[:, :STRIPE_WIDTH] = 255 - image[:, :STRIPE_WIDTH]
    inverted[:, -STRIPE_WIDTH:] = 255 - image[:, -STRIPE_WIDTH:]
    return inverted


def fog(image: Image, random: Random) -> Image:
    """Dense clouds over everything."""
    values = image / 255
    lightest = values.max()
    foggy = values + FOG_DENSITY * _clouds(256, FOG_DECAY, random)[:_SIDE, :_SIDE]
    return _image(foggy * lightest / (lightest + FOG_DENSITY))


def spatter(image: Image, random: Random) -> Image:
    """Dark grey mud thrown at it."""
    mud = random.normal(SPATTER_MEAN, SPATTER_DEVIATION, image.shape)
    blobs = _blur(mud, SPATTER_SIGMA) > SPATTER_THRESHOLD
    cover = _blur(blobs.astype(np.float64), SPATTER_EDGE_SIGMA)
    cover[cover < SPATTER_OPAQUE] = 0
    return _image(image / 255 * (1 - cover) + SPATTER_GREY / 255 * cover)


def dotted_line(image: Image, random: Random) -> Image:
    """A dotted line from the left border to the right one."""
    start, end = random.integers(0, _SIDE - 1, 2)
    line = _line((0, start), (_SIDE - 1, end))
    line[:, np.arange(_SIDE) % 4 < 2] = 0
    return _image(image / 255 + line)


def zigzag(image: Image, random: Random) -> Image:
    """A zigzag line from left to right."""
    values = image / 255
    corners = _zigzag_corners(random)
    for start, end in pairwise(corners):
        values = np.clip(values + _line(tuple(start), tuple(end)), 0, 1)
    return _image(values)


def canny_edges(image: Image, random: Random) -> Image:
    """Only the edges of the strokes, one pixel wide (Canny, 1986)."""
    smooth = _blur(image / 255, CANNY_SIGMA)
    unit = 1000  # OpenCV takes whole numbers
    slopes = [cv2.Sobel(smooth * unit, cv2.CV_64F, *axis) for axis in ((1, 0), (0, 1))]
    along_x, along_y = (np.rint(slope).astype(np.int16) for slope in slopes)
    edges = cv2.Canny(along_x, along_y, CANNY_LOW * unit, CANNY_HIGH * unit, L2gradient=True)
    return np.asarray(edges, np.uint8)


CORRUPTIONS: dict[str, Callable[[Image, Random], Image]] = {
    function.__name__: function
    for function in (
        shot_noise,
        impulse_noise,
        glass_blur,
        motion_blur,
        shear,
        scale,
        rotate,
        brightness,
        translate,
        stripe,
        fog,
        spatter,
        dotted_line,
        zigzag,
        canny_edges,
    )
}


def corrupt(name: str, image: Image, number: int) -> Image:
    """A corruption that depends on nothing but its name, the image and its number.

    Args:
        name: one of `CORRUPTIONS`.
        image: uint8 (28, 28), white ink on black.
        number: which image of that corruption.

    Returns:
        uint8 (28, 28).
    """
    return CORRUPTIONS[name](
        image, np.random.default_rng([SEED, zlib.crc32(name.encode()), number])
    )


def _image(values: Values) -> Image:
    """uint8 from what should lie in [0, 1]."""
    return np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)


def _blur(values: Values, sigma: float) -> Values:
    """Gaussian blur cut off at four standard deviations, as scikit-image's is."""
    side = 2 * int(4 * sigma + 0.5) + 1
    return np.asarray(
        cv2.GaussianBlur(values, (side, side), sigma, borderType=cv2.BORDER_REPLICATE), np.float64
    )


def _sample(image: Image, matrix: Values, shift: Values | tuple[int, int] = (0, 0)) -> Image:
    """Every pixel taken from `matrix` times its place, from the centre, and `shift` further."""
    offset = _CENTRE - matrix @ np.full(2, _CENTRE) + shift
    placement = np.column_stack([matrix, offset])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    moved = cv2.warpAffine(image / 255, placement, (_SIDE, _SIDE), flags=flags)
    return _image(np.asarray(moved, np.float64))


def _line(start: tuple[float, float], end: tuple[float, float]) -> Values:
    """A line that fades at its sides; start and end are (x, y), start to the left of end."""
    (x0, y0), (x1, y1) = start, end
    if x0 == x1:
        return np.zeros((_SIDE, _SIDE))
    y, x = np.mgrid[:_SIDE, :_SIDE]
    distance = np.abs(y - (y0 + (y1 - y0) / (x1 - x0) * (x - x0)))
    light = np.log(1 - np.clip(distance, 0, LINE_REACH - 1e-10) / LINE_REACH) + 1
    within = (x >= np.floor(x0)) & (x < np.ceil(x1))
    return np.where(within, np.clip(light, 0, 1), 0)


def _zigzag_corners(random: Random) -> Values:
    """Corners of the zigzag, (n, 2), x before y, along a line from x = 2 to x = 25."""
    left, right = 2, 25
    start = int(random.integers(0, _SIDE - 1))
    slope = np.arctan(int(random.integers(-5, 5)) / (right - left))
    length = (right - left) / np.cos(slope)
    count = int((length - ZIGZAG_LENGTH) // (2 * ZIGZAG_LENGTH)) + 1
    along = (2 * np.arange(count) + 1) * ZIGZAG_LENGTH
    across = ZIGZAG_HEIGHT * (-1.0) ** np.arange(count)
    corners = [(0.0, 0.0), *zip(along, across, strict=True)]
    last = 2 * ZIGZAG_LENGTH * (length // (2 * ZIGZAG_LENGTH))
    if length != last:
        corners.append((length, across[-1] / (2 * (length - last))))
    turn = np.array([[np.cos(slope), -np.sin(slope)], [np.sin(slope), np.cos(slope)]])
    return np.array(corners) @ turn.T + (left, start)


def _clouds(side: int, decay: float, random: Random) -> Values:
    """Plasma in [0, 1] that repeats beyond its borders, by the diamond-square algorithm.

    Fournier, Fussell & Carpenter (1982), "Computer rendering of stochastic models".

    Args:
        side: of the square, a power of two.
        decay: by how much the roughness falls from one size of step to the next, at least 1.
        random: where the randomness comes from.
    """
    height = np.zeros((side, side))
    step, roughness = side, 100.0

    def rough_mean(sum_of_four: Values) -> Values:
        noise = random.uniform(-roughness, roughness, sum_of_four.shape)
        return sum_of_four / 4 + roughness * noise

    while step > 1:
        half = step // 2
        corners = height[::step, ::step]
        pairs = corners + np.roll(corners, -1, axis=0)
        height[half::step, half::step] = rough_mean(pairs + np.roll(pairs, -1, axis=1))
        middles = height[half::step, half::step]
        beside = corners + np.roll(corners, -1, axis=1)
        height[::step, half::step] = rough_mean(middles + np.roll(middles, 1, axis=0) + beside)
        below = corners + np.roll(corners, -1, axis=0)
        height[half::step, ::step] = rough_mean(middles + np.roll(middles, 1, axis=1) + below)
        step, roughness = half, roughness / decay
    height -= height.min()
    return height / height.max()
