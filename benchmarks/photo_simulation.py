"""Photos of handwritten digits as phones take them, made from ink alone, to judge a recogniser by.

No network learns from anything made here: textures, rulings, boxes and light are this module's
own, and it was committed before the training that it judges.

A photo is made as light goes. Paper, rulings and ink are reflectances in linear light; the room's
light falls on them unevenly; the lens blurs, the sensor adds shot and read noise, the picture is
encoded for the eye (gamma 2.2) and as JPEG. Every kind of `PHOTO_KINDS` makes one thing hard and
has a little of the others; a careful person reads each photo.

    ink = ink_of_image(mnist_image)
    photo = simulate_photo("squared_paper", ink, number=0)
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Random: TypeAlias = np.random.Generator
InkMask: TypeAlias = NDArray[np.float32]
Photo: TypeAlias = NDArray[np.uint8]
Light: TypeAlias = NDArray[np.float32]
Colour: TypeAlias = tuple[float, float, float]
Kind: TypeAlias = Callable[[InkMask, Random], Photo]

SEED = 190_602_337
INK_SIDE = 420
"""Longer side of the ink masks made here, pixels."""

# In sizes of the page's longer side: below, a phone's preview; above, nothing new.
_SMALLEST, _LARGEST = 170, 880

# Reflectances, red, green and blue, in linear light.
BLACK_INKS: Sequence[Colour] = ((0.02, 0.02, 0.025), (0.05, 0.05, 0.06), (0.03, 0.03, 0.06))
_COLOURED_INKS: Sequence[Colour] = (
    (0.02, 0.05, 0.30),
    (0.06, 0.10, 0.42),
    (0.45, 0.03, 0.04),
    (0.60, 0.10, 0.08),
    (0.02, 0.22, 0.08),
    (0.22, 0.04, 0.32),
    (0.60, 0.22, 0.03),
    (0.02, 0.25, 0.32),
)
_PAPERS: Sequence[Colour] = ((0.80, 0.80, 0.78), (0.74, 0.74, 0.74), (0.82, 0.78, 0.68))
_COLOURED_PAPERS: Sequence[Colour] = (
    (0.85, 0.72, 0.20),
    (0.80, 0.42, 0.48),
    (0.45, 0.70, 0.38),
    (0.40, 0.60, 0.78),
    (0.48, 0.33, 0.18),
    (0.85, 0.50, 0.20),
)
RULINGS: Sequence[Colour] = (
    (0.30, 0.42, 0.65),
    (0.42, 0.42, 0.44),
    (0.35, 0.55, 0.50),
    (0.60, 0.40, 0.42),
)
_BOARDS: Sequence[Colour] = ((0.02, 0.06, 0.04), (0.025, 0.025, 0.03), (0.03, 0.04, 0.07))


@dataclass(frozen=True)
class Camera:
    """How a phone takes the picture.

    Attributes:
        exposure: which light becomes white is 1 / exposure.
        blur: standard deviation of the lens's blur, as a share of the page's longer side.
        shot_noise: variance of the noise per unit of light.
        read_noise: standard deviation of the noise in the dark.
        quality: of the JPEG file, 1 to 100.
    """

    exposure: float
    blur: float
    shot_noise: float
    read_noise: float
    quality: int


@dataclass(frozen=True)
class Placement:
    """Where the digit stands on the page.

    Attributes:
        size: longer side of its ink, pixels.
        x: of its middle, pixels.
        y: of its middle, pixels.
        angle: degrees, counter-clockwise.
    """

    size: float
    x: float
    y: float
    angle: float


# --- Ink -------------------------------------------------------------------------------------


def ink_of_image(image: NDArray[np.uint8]) -> InkMask:
    """The ink of an MNIST image, enlarged smoothly and with the crisp edge that pens leave.

    Args:
        image: uint8 (28, 28), white ink on black.

    Returns:
        float32 (h, w) in [0, 1], the longer side `INK_SIDE`, cropped to the ink.
    """
    factor = 21
    side = 28 * factor
    enlarged = cv2.resize(
        image.astype(np.float32) / 255, (side, side), interpolation=cv2.INTER_CUBIC
    )
    smooth = cv2.GaussianBlur(enlarged, (0, 0), 0.65 * factor)
    crisp = np.clip((smooth - 0.36) / 0.12, 0, 1)
    return _fit(_cropped(np.asarray(crisp, np.float32)), INK_SIDE)


def ink_of_strokes(strokes: Sequence[NDArray[np.float64]], pen: float) -> InkMask:
    """The ink of pen strokes.

    Args:
        strokes: float64 (n, 2) each, x to the right and y downwards, in any unit.
        pen: width of the round pen, as a share of the longer side of the box around the strokes.

    Returns:
        float32 (h, w) in [0, 1], the longer side `INK_SIDE`, cropped to the ink.
    """
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = INK_SIDE / max(float((high - low).max()), 1e-6)
    width = max(1, round(pen * INK_SIDE))
    sheet = np.zeros(np.ceil((high - low) * scale).astype(int)[::-1] + 2 * width + 4, np.uint8)
    for stroke in strokes:
        placed = np.concatenate([stroke, stroke[-1:]])  # so that a single point is drawn, too
        fixed_point = np.rint(((placed - low) * scale + width + 2) * 16).astype(np.int32)
        cv2.polylines(sheet, [fixed_point], False, 255, width, cv2.LINE_AA, 4)
    return _fit(_cropped(np.asarray(sheet / 255, np.float32)), INK_SIDE)


def _cropped(ink: InkMask) -> InkMask:
    x, y, width, height = cv2.boundingRect((ink > 0.1).astype(np.uint8))
    return ink[y : y + height, x : x + width]


def _fit(ink: InkMask, side: int) -> InkMask:
    """Resized so that the longer side is `side`."""
    scale = side / max(ink.shape)
    size = max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(ink, size, interpolation=method), np.float32)


# --- Paper -----------------------------------------------------------------------------------


def choose_page_shape(
    random: Random, smallest: int = _SMALLEST, largest: int = _LARGEST
) -> tuple[int, int]:
    """Height and width of a picture, upright, square or wide, small ones as often as large."""
    longer = float(np.exp(random.uniform(np.log(smallest), np.log(largest))))
    shorter = longer * random.choice([1, 0.75, 0.8, 0.62])
    sides = round(longer), max(150, round(shorter))
    return sides if random.random() < 0.6 else (sides[1], sides[0])


def smooth_noise(shape: tuple[int, int], grain: float, random: Random) -> Light:
    """Smooth noise of mean 0 and deviation 1 whose blobs are about `grain` pixels large."""
    size = [max(2, int(np.ceil(side / grain)) + 1) for side in shape]
    noise = random.standard_normal(size).astype(np.float32)
    cloud = cv2.resize(noise, shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(cloud / max(float(cloud.std()), 1e-6), np.float32)


def sheet_of(shape: tuple[int, int], colour: Colour, random: Random) -> Light:
    """Paper with fibres and faint blotches."""
    texture = (
        1
        + 0.008 * smooth_noise(shape, 1.5, random)
        + 0.010 * smooth_noise(shape, max(shape) / 6, random)
    )
    return np.asarray(texture[..., None] * np.array(colour, np.float32), np.float32)


def white_sheet(shape: tuple[int, int], random: Random) -> Light:
    return sheet_of(shape, pick_colour(_PAPERS, random), random)


def _table(shape: tuple[int, int], random: Random) -> Light:
    """What sheets lie on: wood with its grain, cloth with its weave, or speckled stone."""
    height, width = shape
    material = random.integers(3)
    if material == 0:
        long_grain = smooth_noise((height, max(2, width // 12)), 4, random)
        lines = cv2.resize(long_grain, (width, height), interpolation=cv2.INTER_LINEAR)
        texture = 1 + 0.22 * lines + 0.08 * smooth_noise(shape, 60, random)
        colour = pick_colour(((0.30, 0.17, 0.08), (0.16, 0.08, 0.04), (0.48, 0.34, 0.20)), random)
    elif material == 1:
        y, x = np.mgrid[:height, :width].astype(np.float32)
        texture = (
            1 + 0.15 * np.sin(x * 1.3) * np.sin(y * 1.3) + 0.1 * smooth_noise(shape, 30, random)
        )
        colour = pick_colour(((0.05, 0.06, 0.12), (0.25, 0.05, 0.06), (0.10, 0.11, 0.10)), random)
    else:
        texture = 1 + 0.2 * smooth_noise(shape, 3, random) + 0.15 * smooth_noise(shape, 25, random)
        colour = pick_colour(((0.20, 0.20, 0.21), (0.35, 0.33, 0.30), (0.08, 0.08, 0.09)), random)
    reflectance = np.clip(texture, 0.2, 2)[..., None] * np.array(colour, np.float32)
    return np.asarray(np.clip(reflectance, 0, 1), np.float32)


def pick_colour(colours: Sequence[Colour], random: Random) -> Colour:
    """One of them, not quite as it is given."""
    chosen = np.array(colours[int(random.integers(len(colours)))])
    r, g, b = np.clip(chosen * random.uniform(0.9, 1.1, 3), 0, 0.92)
    return float(r), float(g), float(b)


def _lines(shape: tuple[int, int], spacing: float, along_x: bool, random: Random) -> Light:
    """Printed parallel lines, (H, W) in [0, 1], a little out of level."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    tilt = np.deg2rad(random.normal(0, 1.5))
    across = y * np.cos(tilt) + x * np.sin(tilt) if along_x else x * np.cos(tilt) - y * np.sin(tilt)
    from_line = np.abs((across + random.uniform(0, spacing)) % spacing - spacing / 2)
    half_width = max(0.45, spacing * random.uniform(0.006, 0.016))
    return np.asarray(np.clip(half_width + 0.5 - from_line, 0, 1), np.float32)


def print_on(sheet: Light, coverage: Light, colour: Colour, strength: float) -> Light:
    """The sheet with something printed or written on it; coverage is (H, W) in [0, 1]."""
    opacity = (coverage * strength)[..., None]
    return np.asarray(sheet * (1 - opacity) + np.array(colour, np.float32) * opacity, np.float32)


# --- Writing ---------------------------------------------------------------------------------


def _placement(
    shape: tuple[int, int], random: Random, least: float = 0.32, most: float = 0.78
) -> Placement:
    """The digit wholly on the page, with a little room to its border.

    Args:
        shape: of the page.
        random: where the randomness comes from.
        least: smallest size, as a share of the page's shorter side.
        most: largest.
    """
    size = min(shape) * random.uniform(least, most)
    room = (np.array(shape[::-1]) - 1.12 * size) / 2
    x, y = np.array(shape[::-1]) / 2 + np.maximum(room, 0) * random.uniform(-0.9, 0.9, 2)
    return Placement(size, float(x), float(y), float(np.clip(random.normal(0, 5), -11, 11)))


def _placed(ink: InkMask, at: Placement, shape: tuple[int, int]) -> Light:
    """The ink on a page of that shape, (H, W) in [0, 1]."""
    small = _fit(ink, max(8, round(at.size)))
    height, width = small.shape
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), at.angle, 1)
    turn[:, 2] += at.x - (width - 1) / 2, at.y - (height - 1) / 2
    page = cv2.warpAffine(small, turn, shape[::-1], flags=cv2.INTER_LINEAR)
    return np.asarray(np.clip(page, 0, 1), np.float32)


def write_with_pen(sheet: Light, coverage: Light, colour: Colour, random: Random) -> Light:
    """Written with a biro or felt pen: a little uneven along the stroke."""
    shape = coverage.shape[0], coverage.shape[1]
    flow = 0.95 - 0.08 * smooth_noise(shape, max(shape) / 25, random)
    return print_on(sheet, coverage * np.clip(flow, 0.7, 1), colour, random.uniform(0.9, 1))


def write_with_pencil(sheet: Light, coverage: Light, random: Random, strength: float) -> Light:
    """Written with a pencil: graphite catches on the paper's tooth."""
    shape = coverage.shape[0], coverage.shape[1]
    tooth = np.clip(0.8 + 0.35 * smooth_noise(shape, 1.6, random), 0.25, 1.2)
    return print_on(sheet, np.clip(coverage * tooth, 0, 1), (0.10, 0.10, 0.11), strength)


# --- Light and camera ------------------------------------------------------------------------


def light_of_room(shape: tuple[int, int], random: Random, unevenness: float = 0.25) -> Light:
    """A lamp's or window's light, (H, W, 3): a gradient, vignetting and a tint."""
    y, x = np.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j].astype(np.float32)
    direction = random.uniform(0, 2 * np.pi)
    gradient = 1 + unevenness * random.uniform(0.4, 1) * (
        x * np.cos(direction) + y * np.sin(direction)
    )
    vignette = 1 - unevenness * random.uniform(0, 0.6) * (x * x + y * y) / 2
    warmth = random.normal(0, 0.3) * unevenness + 0.04
    tint = np.array([1 + warmth, 1, 1 - warmth], np.float32)
    return np.asarray((gradient * vignette)[..., None] * tint, np.float32)


def cast_shadow(shape: tuple[int, int], random: Random) -> Light:
    """What a hand or phone leaves of the light, (H, W, 1): a rather sharp edge across it."""
    height, width = shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    direction = random.uniform(0, 2 * np.pi)
    middle = np.array(shape) * random.uniform(0.3, 0.7, 2)
    along = (x - middle[1]) * np.cos(direction) + (y - middle[0]) * np.sin(direction)
    across = (y - middle[0]) * np.cos(direction) - (x - middle[1]) * np.sin(direction)
    reach = max(shape)
    edge = 0.06 * reach * np.sin(across / reach * random.uniform(2, 9) + random.uniform(0, 6))
    if random.random() < 0.4:  # a finger or an arm rather than a hand
        edge = edge + random.uniform(0.12, 0.3) * reach
        inside = (np.abs(along) < edge).astype(np.float32)
    else:
        inside = (along > edge).astype(np.float32)
    inside = cv2.GaussianBlur(inside, (0, 0), reach * random.uniform(0.002, 0.02))
    return np.asarray(1 - (1 - random.uniform(0.22, 0.5)) * inside, np.float32)[..., None]


def usual_camera(random: Random) -> Camera:
    return Camera(
        exposure=random.uniform(0.65, 1.15),
        blur=random.uniform(0.0008, 0.003),
        shot_noise=random.uniform(1e-4, 6e-4),
        read_noise=random.uniform(0.001, 0.004),
        quality=int(random.integers(60, 95)),
    )


def take(scene: Light, camera: Camera, random: Random) -> Photo:
    """The photo of a lit scene: uint8 RGB."""
    light = scene * camera.exposure
    sigma = max(0.3, camera.blur * max(scene.shape))
    light = np.asarray(cv2.GaussianBlur(light, (0, 0), sigma), np.float32)
    deviation = np.sqrt(camera.read_noise**2 + camera.shot_noise * np.clip(light, 0, None))
    noisy = light + deviation * random.standard_normal(light.shape).astype(np.float32)
    encoded = 255 * np.clip(noisy, 0, 1) ** np.float32(1 / 2.2)
    return _through_jpeg(np.rint(encoded).astype(np.uint8), camera.quality)


def _through_jpeg(photo: Photo, quality: int) -> Photo:
    bgr = cv2.cvtColor(photo, cv2.COLOR_RGB2BGR)
    _, file = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(file, cv2.IMREAD_COLOR_RGB), np.uint8)


def take_photo(page: Light, random: Random) -> Photo:
    shape = page.shape[0], page.shape[1]
    return take(page * light_of_room(shape, random), usual_camera(random), random)


# --- Kinds -----------------------------------------------------------------------------------


def _written_page(ink: InkMask, random: Random) -> Light:
    """White paper with the digit in black ink."""
    shape = choose_page_shape(random)
    coverage = _placed(ink, _placement(shape, random), shape)
    return write_with_pen(
        white_sheet(shape, random), coverage, pick_colour(BLACK_INKS, random), random
    )


def pick_ink(random: Random) -> Colour:
    return pick_colour(BLACK_INKS if random.random() < 0.5 else _COLOURED_INKS[:4], random)


def plain_paper(ink: InkMask, random: Random) -> Photo:
    """White paper, black ink, ordinary light."""
    return take_photo(_written_page(ink, random), random)


def ruled_paper(ink: InkMask, random: Random) -> Photo:
    """Printed lines, as far apart as the digit is high or nearer, and perhaps a red margin."""
    shape = choose_page_shape(random, smallest=220)
    at = _placement(shape, random)
    spacing = at.size * random.uniform(0.45, 1.5)
    sheet = white_sheet(shape, random)
    rulings = _lines(shape, spacing, True, random)
    sheet = print_on(sheet, rulings, pick_colour(RULINGS, random), random.uniform(0.4, 0.9))
    if random.random() < 0.35:
        x = np.arange(shape[1], dtype=np.float32)[None, :]
        from_margin = np.abs(x - (at.x - random.uniform(0.6, 0.8) * at.size))
        margin = np.clip(0.012 * spacing + 0.8 - from_margin, 0, 1).repeat(shape[0], axis=0)
        sheet = print_on(sheet, margin, (0.60, 0.12, 0.15), 0.7)
    return take_photo(
        write_with_pen(sheet, _placed(ink, at, shape), pick_ink(random), random), random
    )


def squared_paper(ink: InkMask, random: Random) -> Photo:
    """A grid of squares, one to six of them as high as the digit."""
    shape = choose_page_shape(random, smallest=240)
    at = _placement(shape, random)
    spacing = at.size / random.uniform(0.9, 6)
    grid = np.maximum(*(_lines(shape, spacing, along_x, random) for along_x in (True, False)))
    colour, strength = pick_colour(RULINGS, random), random.uniform(0.35, 0.8)
    sheet = print_on(white_sheet(shape, random), grid, colour, strength)
    return take_photo(
        write_with_pen(sheet, _placed(ink, at, shape), pick_ink(random), random), random
    )


def boxed(ink: InkMask, random: Random) -> Photo:
    """A box around the digit, printed or drawn by hand, or only some of its sides."""
    shape = choose_page_shape(random)
    at = replace(_placement(shape, random, 0.3, 0.62), angle=random.normal(0, 3))
    colour = pick_colour(BLACK_INKS, random)
    sides = _box(shape, at, random)
    sheet = print_on(white_sheet(shape, random), sides, colour, random.uniform(0.5, 1))
    return take_photo(
        write_with_pen(sheet, _placed(ink, at, shape), pick_ink(random), random), random
    )


def _box(shape: tuple[int, int], at: Placement, random: Random) -> Light:
    """Sides of a box around a digit, (H, W) in [0, 1]: all four, or two or three of them."""
    half = at.size / 2 * random.uniform(1.18, 1.5, 2)
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]) * half + (at.x, at.y)
    by_hand = random.random() < 0.4
    corners = corners + (random.normal(0, 0.02 * at.size, corners.shape) if by_hand else 0)
    width = max(1, round(at.size * random.uniform(0.008, 0.03)))
    sheet = np.zeros(shape, np.uint8)
    shown = [True] * 4 if random.random() < 0.6 else random.permutation([True, True, True, False])
    for start, end, is_shown in zip(corners[:-1], corners[1:], shown, strict=True):
        if is_shown:
            line = np.linspace(start, end, 9)
            line += random.normal(0, 0.004 * at.size, line.shape) if by_hand else 0
            cv2.polylines(
                sheet, [np.rint(line * 16).astype(np.int32)], False, 255, width, cv2.LINE_AA, 4
            )
    return np.asarray(sheet / 255, np.float32)


def hard_shadow(ink: InkMask, random: Random) -> Photo:
    """The shadow of a hand or of the phone across the page."""
    page = _written_page(ink, random)
    shape = page.shape[0], page.shape[1]
    lit = page * light_of_room(shape, random) * cast_shadow(shape, random)
    return take(lit, usual_camera(random), random)


def uneven_light(ink: InkMask, random: Random) -> Photo:
    """A lamp at one side: a steep gradient, strong vignetting, warm or cold light."""
    page = _written_page(ink, random)
    shape = page.shape[0], page.shape[1]
    return take(page * light_of_room(shape, random, 0.8), usual_camera(random), random)


def dim_light(ink: InkMask, random: Random) -> Photo:
    """In the evening: grey paper and much noise."""
    page = _written_page(ink, random)
    shape = page.shape[0], page.shape[1]
    camera = replace(
        usual_camera(random),
        exposure=random.uniform(0.12, 0.35),
        shot_noise=random.uniform(1e-3, 6e-3),
        read_noise=random.uniform(0.005, 0.015),
    )
    return take(page * light_of_room(shape, random, 0.4), camera, random)


def pencil(ink: InkMask, random: Random) -> Photo:
    """Pale, grainy graphite."""
    shape = choose_page_shape(random)
    coverage = _placed(ink, _placement(shape, random), shape)
    page = write_with_pencil(
        white_sheet(shape, random), coverage, random, random.uniform(0.32, 0.7)
    )
    return take_photo(page, random)


def coloured_ink(ink: InkMask, random: Random) -> Photo:
    """Blue, red, green, violet, orange or teal."""
    shape = choose_page_shape(random)
    coverage = _placed(ink, _placement(shape, random), shape)
    page = write_with_pen(
        white_sheet(shape, random), coverage, pick_colour(_COLOURED_INKS, random), random
    )
    return take_photo(page, random)


def coloured_paper(ink: InkMask, random: Random) -> Photo:
    """A sticky note, card or wrapping paper."""
    shape = choose_page_shape(random)
    coverage = _placed(ink, _placement(shape, random), shape)
    sheet = sheet_of(shape, pick_colour(_COLOURED_PAPERS, random), random)
    return take_photo(
        write_with_pen(sheet, coverage, pick_colour(BLACK_INKS, random), random), random
    )


def blurred(ink: InkMask, random: Random) -> Photo:
    """Out of focus, or the hand shook."""
    shape = choose_page_shape(random)
    at = _placement(shape, random)
    coverage = _placed(ink, at, shape)
    page = write_with_pen(white_sheet(shape, random), coverage, pick_ink(random), random)
    camera = usual_camera(random)
    if random.random() < 0.5:
        page = _shaken(page, at.size * random.uniform(0.03, 0.09), random)
    else:
        camera = replace(camera, blur=at.size * random.uniform(0.012, 0.035) / max(shape))
    return take(page * light_of_room(shape, random), camera, random)


def _shaken(page: Light, length: float, random: Random) -> Light:
    side = 2 * int(np.ceil(length / 2)) + 1
    kernel = np.zeros((side, side), np.float32)
    angle = random.uniform(0, np.pi)
    reach = np.array([np.cos(angle), np.sin(angle)]) * length / 2
    ends = [np.rint((side // 2 + sign * reach) * 16).astype(np.int32) for sign in (-1, 1)]
    cv2.polylines(kernel, [np.array(ends)], False, 1, 1, cv2.LINE_AA, 4)
    kernel[side // 2, side // 2] = max(kernel[side // 2, side // 2], 1e-3)
    return np.asarray(
        cv2.filter2D(page, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE), np.float32
    )


def perspective(ink: InkMask, random: Random) -> Photo:
    """Taken from the side; here and there the table shows beyond the sheet."""
    page = _written_page(ink, random)
    height, width = page.shape[:2]
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    far_side = np.array([[1, 0], [-1, 0], [0, 0], [0, 0]])
    if random.random() < 0.5:  # the side that is farther away: above or below, or left or right
        far_side = far_side[[0, 3, 2, 1]][:, ::-1]
    shift = far_side * random.uniform(0.08, 0.22) + random.uniform(-0.05, 0.04, (4, 2))
    if random.random() < 0.5:
        shift = -shift[[2, 3, 0, 1]]
    size = np.array([width, height], np.float32)
    target = (corners + shift.astype(np.float32)) * size
    matrix = cv2.getPerspectiveTransform(corners * size, target)
    warped = cv2.warpPerspective(page, matrix, (width, height))
    covered = cv2.warpPerspective(np.ones((height, width), np.float32), matrix, (width, height))
    scene = warped + _table((height, width), random) * (1 - covered[..., None])
    return take_photo(np.asarray(scene, np.float32), random)


def jpeg(ink: InkMask, random: Random) -> Photo:
    """Sent through a messenger that saves on bytes: blocks and ringing."""
    page = _written_page(ink, random)
    shape = page.shape[0], page.shape[1]
    camera = replace(usual_camera(random), quality=int(random.integers(6, 20)))
    return take(page * light_of_room(shape, random), camera, random)


def table_edge(ink: InkMask, random: Random) -> Photo:
    """Beyond one or two sides of the sheet lies the table or another sheet."""
    shape = choose_page_shape(random)
    at = _placement(shape, random, 0.3, 0.5)
    at = replace(at, x=0.5 * at.x + 0.25 * shape[1], y=0.5 * at.y + 0.25 * shape[0])
    page = write_with_pen(
        white_sheet(shape, random), _placed(ink, at, shape), pick_ink(random), random
    )
    for _ in range(random.integers(1, 3)):
        page = _slide_under(page, at, random)
    return take_photo(page, random)


def _slide_under(page: Light, at: Placement, random: Random) -> Light:
    """The page with what lies beyond one of its sides, and the dark seam between the two."""
    shape = page.shape[0], page.shape[1]
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    side = random.integers(4) * np.pi / 2
    normal = np.array([np.cos(side), np.sin(side)]).round()
    to_border = float(np.abs(normal) @ (np.array(shape[::-1]) / 2))
    middle = np.array(shape[::-1]) / 2
    digit_end = float(normal @ (np.array([at.x, at.y]) - middle)) + 0.56 * at.size
    offset = (
        random.uniform(max(digit_end, 0.5 * to_border), to_border)
        if digit_end < to_border
        else to_border
    )
    tilt = random.normal(0, 0.03)
    normal = normal + tilt * np.array([-normal[1], normal[0]])
    beyond = (x - middle[0]) * normal[0] + (y - middle[1]) * normal[1] - offset
    other = _table(shape, random) if random.random() < 0.7 else 0.9 * white_sheet(shape, random)
    opacity = np.clip(beyond + 0.5, 0, 1)[..., None]
    seam = 1 - 0.5 * np.exp(-np.clip(beyond, 0, None) / (0.01 * max(shape)))[..., None] * opacity
    return np.asarray((page * (1 - opacity) + other * opacity) * seam, np.float32)


def creased_paper(ink: InkMask, random: Random) -> Photo:
    """Folded once to three times and smoothed out again."""
    page = _written_page(ink, random)
    shape = page.shape[0], page.shape[1]
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    for _ in range(random.integers(1, 4)):
        direction = random.uniform(0, np.pi)
        middle = np.array(shape) * random.uniform(0.2, 0.8, 2)
        across = (x - middle[1]) * np.cos(direction) + (y - middle[0]) * np.sin(direction)
        width = max(shape) * random.uniform(0.004, 0.012)
        slope = np.tanh(across / width) * np.exp(-np.abs(across) / (0.25 * max(shape)))
        line = np.exp(-((across / width) ** 2))
        shade = 1 + random.uniform(0.05, 0.14) * slope - random.uniform(-0.08, 0.14) * line
        page = np.asarray(page * shade[..., None], np.float32)
    return take_photo(page, random)


def see_through(ink: InkMask, random: Random) -> Photo:
    """Thin paper: the writing on its back shines through, faint and blurred."""
    shape = choose_page_shape(random, smallest=260)
    at = _placement(shape, random)
    back = np.zeros(shape, np.uint8)
    spacing = at.size * random.uniform(0.3, 0.6)
    for line in np.arange(random.uniform(0, spacing), shape[0], spacing):
        x = np.arange(-5, shape[1] + 5, spacing / 9)
        height = 0.25 * spacing * np.cumsum(random.normal(0, 0.5, x.size)) * 0.15
        wiggle = 0.22 * spacing * np.sin(np.cumsum(random.uniform(0.3, 2, x.size)))
        points = np.stack([x + wiggle * 0.6, line + np.clip(height, -5, 5) + wiggle], axis=1)
        words = np.split(points, np.sort(random.choice(x.size, max(1, x.size // 25), False)))
        paths = [np.rint(word[2:] * 16).astype(np.int32) for word in words if len(word) > 4]
        cv2.polylines(back, paths, False, 255, max(1, round(spacing * 0.05)), cv2.LINE_AA, 4)
    sigma = max(0.8, spacing * 0.03)
    soft = np.asarray(cv2.GaussianBlur(back / 255, (0, 0), sigma), np.float32)
    sheet = white_sheet(shape, random)
    sheet = print_on(sheet, soft, (0.2, 0.2, 0.3), random.uniform(0.12, 0.3))
    return take_photo(
        write_with_pen(sheet, _placed(ink, at, shape), pick_ink(random), random), random
    )


def light_on_dark(ink: InkMask, random: Random) -> Photo:
    """Chalk on a board that was wiped, or a white pen on black card."""
    shape = choose_page_shape(random)
    coverage = _placed(ink, _placement(shape, random), shape)
    board = sheet_of(shape, pick_colour(_BOARDS, random), random)
    chalk = random.random() < 0.6
    if chalk:
        wiped = np.clip(smooth_noise((shape[0], max(2, shape[1] // 5)), 12, random), 0, None)
        smears = cv2.resize(wiped, shape[::-1], interpolation=cv2.INTER_LINEAR)
        board = board + 0.012 * smears[..., None]
        tooth = np.clip(0.85 + 0.3 * smooth_noise(shape, 2, random), 0.3, 1)
        coverage = np.asarray(np.clip(coverage * tooth, 0, 1), np.float32)
    colours = ((0.75, 0.75, 0.72), (0.75, 0.68, 0.35), (0.75, 0.75, 0.75))
    page = print_on(board, coverage, pick_colour(colours, random), random.uniform(0.6, 0.95))
    return take_photo(page, random)


def tiny_in_large(ink: InkMask, random: Random) -> Photo:
    """The digit is a tenth to a fifth of the shorter side, somewhere on a large page."""
    shape = choose_page_shape(random, smallest=600)
    coverage = _placed(ink, _placement(shape, random, 0.09, 0.2), shape)
    page = write_with_pen(white_sheet(shape, random), coverage, pick_ink(random), random)
    return take_photo(page, random)


def cut_by_border(ink: InkMask, random: Random) -> Photo:
    """The picture's border cuts off a twentieth of the digit or less."""
    shape = choose_page_shape(random)
    at = replace(_placement(shape, random, 0.6, 0.95), angle=0.0)
    height, width = np.array(ink.shape) / max(ink.shape) * at.size
    lost = random.uniform(0.01, 0.05)
    side = random.integers(4)
    if side < 2:
        inset = height * (0.5 - lost)
        at = replace(at, y=inset if side == 0 else shape[0] - inset)
    else:
        inset = width * (0.5 - lost)
        at = replace(at, x=inset if side == 2 else shape[1] - inset)
    page = write_with_pen(
        white_sheet(shape, random), _placed(ink, at, shape), pick_ink(random), random
    )
    return take_photo(page, random)


def thick_marker(ink: InkMask, random: Random) -> Photo:
    """A broad felt pen, whose strokes close the smallest loops almost."""
    shape = choose_page_shape(random)
    at = _placement(shape, random, 0.45, 0.8)
    broad = _broadened(ink, random.uniform(0.01, 0.035))
    page = write_with_pen(
        white_sheet(shape, random), _placed(broad, at, shape), pick_ink(random), random
    )
    return take_photo(page, random)


def _broadened(ink: InkMask, reach: float) -> InkMask:
    """The stroke's edge moved outwards by a share of the digit's longer side."""
    margin = int(np.ceil(reach * max(ink.shape))) + 2
    padded = np.pad(ink, margin)
    side = 2 * round(reach * max(ink.shape)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(cv2.dilate(padded, disc), np.float32)


def white_padded(ink: InkMask, random: Random) -> Photo:
    """A crop that a program has padded to a square, or all around, with pure white."""
    photo = plain_paper(ink, random)
    height, width = photo.shape[:2]
    if random.random() < 0.7:
        missing = max(height, width) - np.array([height, width]) + random.integers(20, 90)
        before = (missing * random.choice([0, 0.5, 1])).astype(int)
        after = missing - before
    else:
        before, after = random.integers(8, 90, (2, 2))
    return np.pad(
        photo, ((before[0], after[0]), (before[1], after[1]), (0, 0)), constant_values=255
    )


PHOTO_KINDS: dict[str, Kind] = {
    function.__name__: function
    for function in (
        plain_paper,
        ruled_paper,
        squared_paper,
        boxed,
        hard_shadow,
        uneven_light,
        dim_light,
        pencil,
        coloured_ink,
        coloured_paper,
        blurred,
        perspective,
        jpeg,
        table_edge,
        creased_paper,
        see_through,
        light_on_dark,
        tiny_in_large,
        cut_by_border,
        thick_marker,
        white_padded,
    )
}


def simulate_photo(kind: str, ink: InkMask, number: int) -> Photo:
    """A photo that depends on nothing but its kind, its ink and its number.

    Args:
        kind: one of `PHOTO_KINDS`.
        ink: float32 (h, w) in [0, 1], 1 for ink, cropped to the digit.
        number: which one of that kind.

    Returns:
        uint8 (H, W, 3), RGB, sides of 150 to about 1,000 pixels.
    """
    random = np.random.default_rng([SEED, zlib.crc32(kind.encode()), number])
    return PHOTO_KINDS[kind](ink, random)
