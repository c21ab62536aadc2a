"""One road from any picture to what the network sees.

MNIST was made by normalising each digit's size to fit a 20×20 box, which made it anti-aliased,
and by moving its centre of mass to the centre of a 28×28 field (LeCun et al., 1998, "Gradient-based
learning applied to document recognition", section III.A). This module does the same to any
picture: find the paper, find the ink on it, crop, shrink, centre.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from digit_errors import NoInkError
from picture_decoding import DecodedPicture

Ink: TypeAlias = Literal["auto", "dark", "light"]
Grey = NDArray[np.uint8]
InkMap = NDArray[np.float32]

PREPARATION_VERSION = 1
"""Raised when the same picture would give another network input; models record it."""

NETWORK_SIZE = 28
DIGIT_SIZE = 20
# Measured on MNIST: the centre of mass, in pixel indices, is 14.00 ± 0.29 along both axes.
CENTRE_OF_MASS = 14

# Ample for a digit, and it bounds the work that a 50-megapixel photo causes.
WORKING_SIZE = 640
# Below this contrast, in grey levels of 255, even people see an empty sheet.
MIN_CONTRAST = 14.0
# Ink must stand out of the paper's grain by this many of its standard deviations.
MIN_SIGNAL_TO_NOISE = 6.0
# A stroke's faint rim belongs to it. MNIST's own rims begin near zero, and on clean paper nothing
# else is so faint; on grainy paper the grain is.
WEAK_INK_ON_CLEAN_PAPER = 0.02
WEAK_INK_ON_GRAINY_PAPER = 0.08
# Detached parts count from this share of the largest part's length: the bar of a 5, not dust.
MIN_PART_LENGTH = 0.12
# In network pixels: MNIST's finest strokes are about 1.8 wide, and thinner ones fade when shrunk.
MIN_STROKE = 1.4
BOLDENED_STROKE = 2.0


@dataclass(frozen=True)
class PreparedDigit:
    """What the network sees, and how it came about.

    Attributes:
        network_input: float32 (28, 28) in [0, 1], white ink on black.
        placement: float64 (2, 3), affine map from network pixels to pixels of the upright
            picture: `[x, y] = placement @ [u, v, 1]`.
        steps: the pictures on the way, `(name, uint8 array)`, first to last.
    """

    network_input: InkMap
    placement: NDArray[np.float64]
    steps: tuple[tuple[str, NDArray[np.uint8]], ...]


def prepare_digit(picture: DecodedPicture, ink: Ink = "auto") -> PreparedDigit:
    """Turn an upright picture into what the network sees.

    Args:
        picture: from `picture_decoding.decode_picture`.
        ink: whether the ink is darker or lighter than the paper; "auto" finds out.

    Raises:
        NoInkError: nothing is drawn on the picture.
        ValueError: `ink` is none of the three.
    """
    if ink not in get_args(Ink):
        raise ValueError(f"ink must be one of {get_args(Ink)}, not {ink!r}")
    grey, ink = _working_grey(picture, ink)
    ink_map = find_ink(grey, ink)
    crop, corner = _crop_to_ink(_bolden_thin_strokes(ink_map))
    digit = _fit_into_box(crop)
    network_input, offset = _centre_by_mass(digit)
    placement = _to_picture(grey, picture.pixels) @ _to_working(crop, digit, corner, offset)
    steps = (
        ("In grey", grey),
        ("Ink found", _as_grey(ink_map)),
        ("Cropped", _as_grey(crop)),
        ("Centred, 28 × 28", _as_grey(network_input)),
    )
    return PreparedDigit(network_input, placement[:2], steps)


def _working_grey(picture: DecodedPicture, ink: Ink) -> tuple[Grey, Ink]:
    """Grey values, uint8, no side longer than `WORKING_SIZE`; and the polarity if known."""
    if picture.alpha_ink is not None:
        return _shrink(picture.alpha_ink, WORKING_SIZE), "light"
    pixels = _shrink(picture.pixels, WORKING_SIZE)
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8), ink


def find_ink(grey: Grey, ink: Ink = "auto") -> InkMap:
    """How much ink lies on every pixel.

    Args:
        grey: uint8 (H, W).
        ink: polarity, as in `prepare_digit`.

    Returns:
        float32 (H, W) in [0, 1], 0 on bare paper and on specks.

    Raises:
        NoInkError: no pixel stands out of the paper.
    """
    paper, noise = estimate_paper(grey, ink)
    darkness = paper - grey
    if ink == "light" or (ink == "auto" and _is_lighter(darkness, noise)):
        darkness = -darkness
    elif noise:
        # In the shade ink is darker by less: it reflects a share of the light, not a difference.
        darkness *= float(paper.mean()) / np.maximum(paper, 1)
    strong_threshold = _otsu(np.maximum(darkness, 0))
    strong = darkness[darkness > strong_threshold]
    contrast = float(np.percentile(strong, 95)) if strong.size else 0.0
    if contrast < max(MIN_CONTRAST, MIN_SIGNAL_TO_NOISE * noise):
        raise NoInkError("Nothing is drawn here: draw a digit, or choose a picture of one.")
    floor = min(3 * noise, 0.3 * contrast)
    ink_map = np.clip((darkness - floor) / (contrast - floor), 0, 1).astype(np.float32)
    weak = ink_map > (WEAK_INK_ON_GRAINY_PAPER if noise else WEAK_INK_ON_CLEAN_PAPER)
    return _keep_digit_parts(ink_map, weak, ink_map > min(strong_threshold / contrast, 0.5))


def _is_lighter(darkness: NDArray[np.float32], noise: float) -> bool:
    """Whether what stands out of the paper is mostly lighter than it."""
    least = 3 * noise + 1
    if darkness.min() > -least:
        return False
    beyond_noise = np.where(np.abs(darkness) > least, darkness, 0)
    return float(np.sum(beyond_noise * np.abs(beyond_noise))) < 0


def estimate_paper(grey: Grey, ink: Ink = "auto") -> tuple[NDArray[np.float32], float]:
    """The brightness that the bare paper has, or would have, at every pixel.

    Light falls off smoothly over a photo, so a quadratic surface is fitted to those pixels that
    agree with it (least squares reweighted from loose to strict), beginning at the border, where
    paper is likelier than ink. A drawing's paper has one value, and nothing need be fitted.

    Returns:
        float32 (H, W) in grey levels, and the standard deviation of the paper's grain.
    """
    start = float(np.percentile(_border(grey), _PAPER_PERCENTILE[ink], method="nearest"))
    if _is_of_one_value(grey, start):
        return np.full(grey.shape, start, np.float32), 0.0
    sample = cv2.resize(grey, _SAMPLE, interpolation=cv2.INTER_NEAREST).astype(np.float64).ravel()
    surface = np.full(sample.shape, start)
    coefficients = np.zeros(_SAMPLE_BASIS.shape[1])
    for tolerance in (80.0, 50.0, 30.0, 20.0, 14.0, 14.0):
        weights = 1 / (1 + ((sample - surface) / tolerance) ** 4)
        weighted = _SAMPLE_BASIS * weights[:, None]
        coefficients = np.linalg.lstsq(weighted.T @ _SAMPLE_BASIS, weighted.T @ sample)[0]
        surface = _SAMPLE_BASIS @ coefficients
    return _surface(coefficients, *grey.shape), _grain(sample - surface)


def _is_of_one_value(grey: Grey, value: float) -> bool:
    """Whether the paper has just that value; grain clipped at white has it often, but not just."""
    same = int(np.count_nonzero(grey == value))
    lowest, highest = value - _LARGEST_GRAIN, value + _LARGEST_GRAIN
    near = int(np.count_nonzero((grey >= lowest) & (grey <= highest)))
    return same > 0.4 * grey.size and near - same < 0.15 * grey.size


def _grain(residual: NDArray[np.float64]) -> float:
    """Standard deviation of the paper's grain; of one side where the other was clipped away."""
    grain = residual[np.abs(residual) < _LARGEST_GRAIN]
    sides = (grain[grain > 0], -grain[grain < 0])
    return max(
        (1.48 * float(np.median(side)) for side in sides if side.size > 0.1 * residual.size),
        default=0.0,
    )


def _border(grey: Grey) -> Grey:
    depth = max(1, min(grey.shape) // 20)
    sides = (grey[:depth], grey[-depth:], grey[:, :depth], grey[:, -depth:])
    return np.concatenate([side.ravel() for side in sides])


def _basis(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Terms of a quadratic surface, (n, 6), for coordinates in [-1, 1]."""
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)


# Told the ink, paper is sought among the border's brightest or darkest.
_PAPER_PERCENTILE: dict[Ink, float] = {"auto": 50, "dark": 90, "light": 10}
# In grey levels: what differs more from the paper is no grain.
_LARGEST_GRAIN = 20
_SAMPLE = (40, 40)
_SAMPLE_AXES = np.meshgrid(*(np.linspace(-1, 1, n) for n in _SAMPLE))
_SAMPLE_BASIS = _basis(_SAMPLE_AXES[0].ravel(), _SAMPLE_AXES[1].ravel())


def _surface(c: NDArray[np.float64], height: int, width: int) -> NDArray[np.float32]:
    x = np.linspace(-1, 1, width)[None, :]
    y = np.linspace(-1, 1, height)[:, None]
    surface = (c[0] + c[1] * x + c[3] * x * x) + (c[2] * y + c[5] * y * y) + c[4] * y * x
    return surface.astype(np.float32)


def _otsu(values: NDArray[np.float32]) -> float:
    """Otsu's threshold (1979), in grey levels."""
    clipped = np.minimum(values, 255).astype(np.uint8)
    return float(cv2.threshold(clipped, 0, 255, cv2.THRESH_OTSU)[0])


def _keep_digit_parts(
    ink_map: InkMap, weak: NDArray[np.bool_], strong: NDArray[np.bool_]
) -> InkMap:
    """Keep connected parts of weak ink that hold strong ink and are no specks; blank the rest."""
    count, part_of, stats, _ = cv2.connectedComponentsWithStats(weak.astype(np.uint8))
    if count == 2:  # one part, besides the background
        return np.where(weak, ink_map, np.float32(0))
    has_strong = np.bincount(part_of[strong], minlength=count) > 0
    has_strong[0] = False
    length = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    keep = has_strong & (length >= MIN_PART_LENGTH * length[has_strong].max(initial=1))
    return np.where(keep[part_of], ink_map, np.float32(0))


def _bolden_thin_strokes(ink_map: InkMap) -> InkMap:
    """Widen strokes that would fade when shrunk to 20 pixels, so that a thin line stays a line."""
    _, _, width, height = _ink_box(ink_map)
    scale = DIGIT_SIZE / max(width, height)
    stroke = stroke_width(ink_map)
    if scale >= 1 or stroke * scale >= MIN_STROKE:
        return ink_map
    grow = round((BOLDENED_STROKE / scale - stroke) / 2)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * grow + 1, 2 * grow + 1))
    return np.asarray(cv2.dilate(ink_map, disc), np.float32)


def stroke_width(ink_map: InkMap) -> float:
    """Mean width of the strokes, in pixels.

    The distance to the stroke's edge, averaged over its pixels, is a quarter of its width and,
    on a pixel grid, half a pixel more.
    """
    mask = (ink_map > 0.5).astype(np.uint8)
    distance = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    return max(1.0, 4 * float(distance[mask > 0].mean()) - 2) if mask.any() else 1.0


def shrink_picture(
    pixels: NDArray[np.uint8], placement: NDArray[np.float64], longest_side: int
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """A picture no larger than a screen can show, and the placement that fits it.

    Args:
        pixels: uint8 (H, W, 3), such as `Reading.picture`.
        placement: float64 (2, 3), as in `PreparedDigit`, for `pixels`.
        longest_side: in pixels; a smaller picture is returned as it is.

    Returns:
        uint8 (h, w, 3) and float64 (2, 3).
    """
    shrunken = _shrink(pixels, longest_side)
    to_pixels = np.vstack([placement, [0, 0, 1]])
    return shrunken, (np.linalg.inv(_to_picture(shrunken, pixels)) @ to_pixels)[:2]


def _shrink(pixels: NDArray[np.uint8], longest_side: int) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    shrink = longest_side / max(height, width)
    if shrink >= 1:
        return pixels
    size = max(1, round(width * shrink)), max(1, round(height * shrink))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _ink_box(ink_map: InkMap) -> tuple[int, int, int, int]:
    """Smallest box that holds all ink: x, y, width, height."""
    x, y, width, height = cv2.boundingRect((ink_map > 0).astype(np.uint8))
    return x, y, width, height


def _crop_to_ink(ink_map: InkMap) -> tuple[InkMap, tuple[int, int]]:
    x, y, width, height = _ink_box(ink_map)
    return ink_map[y : y + height, x : x + width], (x, y)


def _fit_into_box(crop: InkMap) -> InkMap:
    """Scale, keeping the aspect, so that the longer side is `DIGIT_SIZE`; peak ink is 1."""
    height, width = crop.shape
    scale = DIGIT_SIZE / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    digit = np.clip(cv2.resize(crop, size, interpolation=method), 0, 1)
    return digit / digit.max()


def _centre_by_mass(digit: InkMap) -> tuple[InkMap, tuple[int, int]]:
    """Place the digit in the 28×28 field, its centre of mass at the centre to half a pixel."""
    mass = float(digit.sum())
    offset = []
    for axis, size in ((0, digit.shape[1]), (1, digit.shape[0])):
        centre = float(digit.sum(axis=axis) @ np.arange(size)) / mass
        offset.append(int(np.clip(round(CENTRE_OF_MASS - centre), 0, NETWORK_SIZE - size)))
    x, y = offset
    field = np.zeros((NETWORK_SIZE, NETWORK_SIZE), np.float32)
    field[y : y + digit.shape[0], x : x + digit.shape[1]] = digit
    return field, (x, y)


def _to_working(
    crop: InkMap, digit: InkMap, corner: tuple[int, int], offset: tuple[int, int]
) -> NDArray[np.float64]:
    """(3, 3) affine map from network pixels to pixels of the working picture."""
    grow = np.array(crop.shape[::-1]) / digit.shape[::-1]
    return _scale_and_shift(grow, grow * (0.5 - np.array(offset)) - 0.5 + corner)


def _to_picture(working: Grey, pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """(3, 3) affine map from pixels of the working picture to those of the upright picture."""
    grow = np.array(pixels.shape[1::-1]) / working.shape[1::-1]
    return _scale_and_shift(grow, 0.5 * grow - 0.5)


def _scale_and_shift(scale: NDArray[np.float64], shift: NDArray[np.float64]) -> NDArray[np.float64]:
    matrix = np.diag([*scale, 1.0])
    matrix[:2, 2] = shift
    return matrix


def _as_grey(ink_map: InkMap) -> Grey:
    return np.rint(ink_map * 255).astype(np.uint8)
