"""One road from any picture to what the network sees.

MNIST was made by normalising each digit's size to fit a 20×20 box, which made it anti-aliased,
and by moving its centre of mass to the centre of a 28×28 field (LeCun et al., 1998, "Gradient-based
learning applied to document recognition", section III.A). This module does the same to any
picture: find the ink (`ink_finding`), look closer where it is small, crop, bring strokes to a
thickness that survives shrinking, shrink, centre.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.common.errors import NoInkError
from digits.picture.decoding import DecodedPicture
from digits.picture.drawing_ink import drawing_contrast, drawing_paper
from digits.picture.halftone import without_halftone
from digits.picture.ink_finding import find_inks, without_needless
from digits.picture.ink_parts import MIN_CONTRAST
from digits.picture.ink_place import corners_of_ink
from digits.picture.part_cutting import are_two_strokes
from digits.picture.pixels import (
    Grey,
    Ink,
    InkMap,
    Mask,
    Pixels,
    round_brush,
    runs_of,
    shrink,
    stroke_width,
)
from digits.picture.row_finding import Part, ink_of
from digits.picture.sheet_ink import find_sheet_ink

PREPARATION_VERSION = 2
"""Raised when the same picture would give another network input; models record it."""

NETWORK_SIZE = 28
"""Rows and columns of what the network sees."""
DIGIT_SIZE = 20
# Measured on MNIST: the centre of mass, in pixel indices, is 14.00 ± 0.29 along both axes.
CENTRE_OF_MASS = 14

# Ample for a digit, and it bounds the work that a 50-megapixel photo causes.
WORKING_SIZE = 640
# Of a sheet with many digits; and the shorter side in which a row of them is looked at, at least.
SHEET_SIZE = 1280
LEAST_SHEET = 84
# A digit that is smaller on the working picture is looked at again, closer, if there is more of it.
SMALLEST_DIGIT = 160
# Of its longer side: how much is around the digit on the closer look.
CLOSER_MARGIN = 0.6
# In network pixels. Of MNIST's strokes 2% are finer than 1.5, and those fade when shrunk; 5% are
# bolder than 4, and those close loops.
FINEST_STROKE, WIDENED_STROKE = 1.5, 2.0
BOLDEST_STROKE, NARROWED_STROKE = 4.0, 3.4


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

    @property
    def corners_of_ink(self) -> NDArray[np.float64]:
        """Where on the upright picture its ink begins and ends: (2, 2), x before y."""
        return corners_of_ink(self.network_input, self.placement)


def prepare_digit(picture: DecodedPicture, ink: Ink = "auto") -> PreparedDigit:
    """Turn an upright picture into what the network sees.

    Args:
        picture: from `decoding.decode_picture`.
        ink: whether the ink is darker or lighter than the paper; "auto" finds out.

    Raises:
        NoInkError: nothing is drawn on the picture.
        ValueError: `ink` is none of the three.
    """
    _check(ink)
    view, ink_maps = _look(picture, ink)
    return _prepare(view, ink_maps[0])


def prepare_candidates(picture: DecodedPicture, ink: Ink = "auto") -> list[PreparedDigit]:
    """As `prepare_digit`, and what else the digit may be.

    Geometry leaves open whether a line or box is the paper's or a part of the digit; whoever knows
    a network may ask it.

    Args:
        picture, ink: as for `prepare_digit`.

    Returns:
        First what `prepare_digit` gives; mostly nothing else.

    Raises:
        NoInkError, ValueError: as `prepare_digit`.
    """
    _check(ink)
    view, ink_maps = _look(picture, ink)
    return [_prepare(view, each) for each in ink_maps]


def _check(ink: Ink) -> None:
    if ink not in get_args(Ink):
        raise ValueError(f"ink must be one of {get_args(Ink)}, not {ink!r}")


def _prepare(view: _View, ink_map: InkMap) -> PreparedDigit:
    found, corner = _crop_to_ink(ink_map)
    pictures = _as_grey_picture(view.pixels), _as_grey(ink_map)
    return _prepared(_normalised(found), view.to_picture @ _shift(corner), pictures)


def _prepared(
    normal: _Normalised, to_picture: NDArray[np.float64], pictures: tuple[Grey, Grey]
) -> PreparedDigit:
    """Ink that was found, cropped, as a digit.

    Args:
        normal: the same in the network's field.
        to_picture: float64 (3, 3), affine map from pixels of that ink to those of the upright
            picture.
        pictures: in grey, and the ink in it.
    """
    in_grey, ink_found = pictures
    steps = (
        ("In grey", in_grey),
        ("Ink found", ink_found),
        ("Cropped", normal.crop),
        ("Centred, 28 × 28", _as_grey(normal.network_input)),
    )
    return PreparedDigit(normal.network_input, (to_picture @ normal.to_found)[:2], steps)


@dataclass(frozen=True, eq=False)
class _Normalised:
    """A digit in the network's field.

    Attributes:
        network_input: float32 (28, 28) in [0, 1].
        crop: the ink in grey, its strokes of a usual thickness.
        to_found: float64 (3, 3), affine map from network pixels to those of the ink that was found.
    """

    network_input: InkMap
    crop: Grey
    to_found: NDArray[np.float64]


def _normalised(found: InkMap) -> _Normalised:
    crop, (x, y) = _crop_to_ink(with_usual_strokes(found, DIGIT_SIZE / max(found.shape)))
    digit = _fit_into_box(crop)
    network_input, offset = _centre_by_mass(digit)
    return _Normalised(
        network_input, _as_grey(crop), _to_view(crop, digit, (x - BRIM, y - BRIM), offset)
    )


def normalise_ink(ink_map: InkMap) -> InkMap:
    """The digit that some ink is, as the network sees it.

    Args:
        ink_map: float32 (h, w) in [0, 1], some of it above 0.

    Returns:
        float32 (28, 28) in [0, 1], white ink on black.
    """
    return _normalised(_crop_to_ink(ink_map)[0]).network_input


@dataclass(frozen=True, eq=False)
class DrawnInk:
    """Where there is anything on a drawing.

    Attributes:
        box: x, y, width, height, pixels.
        is_several: whether there are tall things side by side, with paper between.
        mask: bool (height, width), what is anything, in its box.
    """

    box: tuple[int, int, int, int]
    is_several: bool
    mask: Mask

    @property
    def are_two_strokes(self) -> bool:
        """Whether it is two strokes, as of 1s whose feet touch."""
        return are_two_strokes(self.mask)

    def is_all_in(self, prepared: PreparedDigit) -> bool:
        """Whether a digit is all that there is."""
        x, y, width, height = self.box
        low, high = prepared.corners_of_ink
        slack = 1 + float(prepared.placement[0, 0])  # a network pixel
        outside = np.maximum(low - (x, y), np.array([x + width, y + height]) - high)
        return bool((outside <= slack).all())


def find_drawn_ink(picture: DecodedPicture, ink: Ink = "auto") -> DrawnInk | None:
    """Where there is anything on a drawing; None for a photo, of which that cannot be said.

    A bare sheet has nothing of which it could be said, either.

    Args:
        picture: an upright picture.
        ink: as for `prepare_digit`.
    """
    pixels, ink = pixels_with_ink(picture, ink)
    if max(pixels.shape[:2]) > WORKING_SIZE:
        return None
    pixels = without_needless(pixels)
    paper = drawing_paper(pixels)
    if paper is None:
        return None
    contrast = drawing_contrast(pixels, paper, ink)
    x, y, width, height = cv2.boundingRect(contrast)
    if not height:
        return None
    columns = contrast.max(axis=0) > MIN_CONTRAST
    starts, ends = runs_of(columns)
    heights = [
        cv2.boundingRect(np.ascontiguousarray(contrast[:, start:end]))[3]
        for start, end in zip(starts[:_MOST_RUNS], ends[:_MOST_RUNS], strict=True)
    ]
    mask = contrast[y : y + height, x : x + width] > MIN_CONTRAST
    is_several = sum(each >= 0.5 * height for each in heights) > 1 or _are_two_pieces(mask)
    return DrawnInk((x, y, width, height), is_several, mask)


def _are_two_pieces(mask: Mask) -> bool:
    """Whether two pieces of ink are as high as all of it, and their boxes hardly share columns."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8)
    tall = stats[1:][stats[1:, cv2.CC_STAT_HEIGHT] >= _TALL * len(mask)]
    tall = tall[tall[:, cv2.CC_STAT_LEFT].argsort()]
    lefts, widths = tall[:, cv2.CC_STAT_LEFT], tall[:, cv2.CC_STAT_WIDTH]
    shared = lefts[:-1] + widths[:-1] - lefts[1:]
    return bool((shared <= _HARDLY * np.minimum(widths[:-1], widths[1:])).any())


@dataclass(frozen=True, eq=False)
class Sheet:
    """A sheet of paper with whatever is written on it.

    Attributes:
        ink_map: float32 (h, w) in [0, 1], all handwriting, of the picture as it is worked on.
        lines: bool (h, w), where lines of the paper are.
        contrast: uint8 (h, w), by how much each pixel stands out of the paper, whatever it shows.
        view: where that lies in the picture.
    """

    ink_map: InkMap
    lines: NDArray[np.bool_]
    contrast: Grey
    view: _View

    @cached_property
    def stroke(self) -> float:
        """The width of its strokes, pixels."""
        return stroke_width(self.ink_map)

    @cached_property
    def grey(self) -> Grey:
        """uint8 (h, w), the picture as it is worked on, of which `prepare` shows pieces."""
        return _as_grey_picture(self.view.pixels)

    def network_input(self, part: Part) -> InkMap:
        """The digit that a part of its ink is, as the network sees it.

        Returns:
            float32 (28, 28) in [0, 1], white ink on black.
        """
        return self._normalised(part, _crop_to_ink(ink_of(part, self.ink_map))[0]).network_input

    def _normalised(self, part: Part, found: InkMap) -> _Normalised:
        """A part's ink as a digit, which is made once of all that is asked about and then shown."""
        if part not in self._made:
            self._made[part] = _normalised(found)
        return self._made[part]

    @cached_property
    def _made(self) -> dict[Part, _Normalised]:
        return {}

    def prepare(self, part: Part) -> PreparedDigit:
        """A part of its ink as a digit, whose steps show no more than what is around it."""
        found, (left, top) = _crop_to_ink(ink_of(part, self.ink_map))
        corner = part.x + left, part.y + top
        brim = round(CLOSER_MARGIN * max(found.shape))
        rows, columns = (
            slice(max(0, start - brim), start + size + brim)
            for start, size in zip(corner[::-1], found.shape, strict=True)
        )
        in_grey = self.grey[rows, columns]
        ink_found = np.zeros_like(in_grey)
        own = ink_found[corner[1] - rows.start :, corner[0] - columns.start :]
        own[: found.shape[0], : found.shape[1]] = _as_grey(found)
        to_picture = self.view.to_picture @ _shift(corner)
        return _prepared(self._normalised(part, found), to_picture, (in_grey, ink_found))

    def box_on_picture(self, x: int, y: int, width: int, height: int) -> tuple[int, int, int, int]:
        """Where a box of the sheet lies on the upright picture: x, y, width, height, pixels."""
        corners = np.array([[x - 0.5, y - 0.5, 1], [x + width - 0.5, y + height - 0.5, 1]])
        low, high = (self.view.to_picture @ corners.T).T[:, :2] + 0.5
        left, top = np.floor(low + 1e-6).astype(int).tolist()
        right, bottom = np.ceil(high - 1e-6).astype(int).tolist()
        return left, top, right - left, bottom - top


def prepare_sheet(picture: DecodedPicture, ink: Ink = "auto") -> Sheet:
    """Find all handwriting in an upright picture.

    Args:
        picture: from `decoding.decode_picture`.
        ink: whether the ink is darker or lighter than the paper; "auto" finds out.

    Raises:
        NoInkError: nothing is drawn on the picture.
        ValueError: `ink` is none of the three.
    """
    _check(ink)
    pixels, ink = sheet_with_ink(picture, ink)
    view = _sheet_view(pixels)
    found = find_sheet_ink(view.pixels, ink)
    return Sheet(found.ink_map, found.lines, found.contrast, view)


def _sheet_view(pixels: Pixels) -> _View:
    """A picture in a size in which the digits of its rows can be told apart."""
    working = without_needless(shrink(pixels, SHEET_SIZE))
    height, width = working.shape[:2]
    grow = min(LEAST_SHEET / min(height, width), SHEET_SIZE / max(height, width))
    if grow > 1:
        size = max(3, round(width * grow)), max(3, round(height * grow))
        working = np.asarray(cv2.resize(working, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    return _View(working, _enlarge(working, pixels))


@dataclass(frozen=True, eq=False)
class _View:
    """A piece of the picture, no larger than is worked on.

    Attributes:
        pixels: uint8 (h, w) or (h, w, 3).
        to_picture: float64 (3, 3), affine map from its pixels to those of the upright picture.
    """

    pixels: Pixels
    to_picture: NDArray[np.float64]


def pixels_with_ink(picture: DecodedPicture, ink: Ink) -> tuple[Pixels, Ink]:
    """The pixels in which ink is sought, and how light it is: transparency itself may be it."""
    if picture.alpha_ink is not None:
        return picture.alpha_ink, "light"
    return picture.pixels, ink


def sheet_with_ink(picture: DecodedPicture, ink: Ink) -> tuple[Pixels, Ink]:
    """As `pixels_with_ink`, smoothed where specks would be many small signs."""
    pixels, ink = pixels_with_ink(picture, ink)
    return without_halftone(pixels), ink


def _look(picture: DecodedPicture, ink: Ink) -> tuple[_View, list[InkMap]]:
    """Find the ink on the whole picture, and closer if it is small there; as `find_inks`."""
    pixels, ink = pixels_with_ink(picture, ink)
    view = _view(pixels, (0, 0, pixels.shape[1], pixels.shape[0]))
    ink_maps = find_inks(view.pixels, ink)
    region = _region_to_look_at_closer(ink_maps, view, pixels)
    if region is not None:
        closer = _view(pixels, region)
        try:
            return closer, find_inks(closer.pixels, ink)
        except NoInkError:  # it was but the grain of a large picture
            pass
    return view, ink_maps


def _view(pixels: Pixels, region: tuple[int, int, int, int]) -> _View:
    """The region x, y, width, height of the picture, shrunk to the working size."""
    x, y, width, height = region
    piece = pixels[y : y + height, x : x + width]
    working = shrink(piece, WORKING_SIZE)
    return _View(working, _shift((x, y)) @ _enlarge(working, piece))


def _region_to_look_at_closer(
    ink_maps: Sequence[InkMap], view: _View, pixels: Pixels
) -> tuple[int, int, int, int] | None:
    """Where the digit lies, whichever of these it is, if it is small: x, y, width, height."""
    boxes = np.array([_ink_box(each) for each in ink_maps])
    lengths = boxes[:, 2:].max(axis=1)
    enlargement = float(view.to_picture[0, 0])
    if lengths[0] >= SMALLEST_DIGIT or enlargement < 1.3:
        return None
    small = lengths < SMALLEST_DIGIT
    largest = int(np.where(small, lengths, 0).argmax())
    x, y, width, height = boxes[largest].tolist()
    brim = CLOSER_MARGIN * lengths[largest]
    corners = np.array([[x - brim, y - brim, 1], [x + width + brim, y + height + brim, 1]])
    low, high = (view.to_picture @ corners.T).T[:, :2]
    x0, y0 = np.maximum(low, 0).astype(int).tolist()
    x1, y1 = np.minimum(high, pixels.shape[1::-1]).astype(int).tolist()
    return x0, y0, x1 - x0, y1 - y0


def with_usual_strokes(found: InkMap, scale: float) -> InkMap:
    """Strokes of a thickness that survives shrinking: a thin line stays a line, a loop a loop.

    Args:
        found: ink, cropped; the answer has a brim of `BRIM` more pixels on each side.
        scale: by how much it is about to be resized.
    """
    brims = (BRIM,) * 4
    brimmed = np.asarray(cv2.copyMakeBorder(found, *brims, cv2.BORDER_CONSTANT), np.float32)
    if scale >= 1:
        return brimmed
    stroke = stroke_width(brimmed)
    if stroke * scale < FINEST_STROKE:
        return _widened(brimmed, WIDENED_STROKE / scale - stroke)
    if stroke * scale > BOLDEST_STROKE:
        return _narrowed(brimmed, stroke - NARROWED_STROKE / scale)
    return brimmed


def _widened(ink_map: InkMap, by: float) -> InkMap:
    grow = min(round(by / 2), BRIM)
    return np.asarray(cv2.dilate(ink_map, round_brush(grow)), np.float32)


def _narrowed(ink_map: InkMap, by: float) -> InkMap:
    """Strokes narrower by so many pixels, but those that would vanish as they are."""
    radius = round(by / 2)
    if radius < 1:
        return ink_map
    narrow = cv2.erode(ink_map, round_brush(radius))
    kept = cv2.dilate(narrow, round_brush(radius + 2))
    vanished = ((ink_map > 0.5) & (kept < 0.5)).astype(np.uint8)
    vanished = np.asarray(cv2.morphologyEx(vanished, cv2.MORPH_OPEN, round_brush(1)), np.uint8)
    if not vanished.any():
        return np.asarray(narrow, np.float32)
    bridge = cv2.dilate(vanished, round_brush(radius + 2))
    return np.asarray(np.where(bridge, ink_map, narrow), np.float32)


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
    shrunken = shrink(pixels, longest_side)
    to_pixels = np.vstack([placement, [0, 0, 1]])
    return shrunken, (np.linalg.inv(_enlarge(shrunken, pixels)) @ to_pixels)[:2]


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
        offset.append(min(max(round(CENTRE_OF_MASS - centre), 0), NETWORK_SIZE - size))
    x, y = offset
    field = np.zeros((NETWORK_SIZE, NETWORK_SIZE), np.float32)
    field[y : y + digit.shape[0], x : x + digit.shape[1]] = digit
    return field, (x, y)


def _to_view(
    crop: InkMap, digit: InkMap, corner: tuple[int, int], offset: tuple[int, int]
) -> NDArray[np.float64]:
    """(3, 3) affine map from network pixels to pixels of the view."""
    grow = np.array(crop.shape[::-1]) / digit.shape[::-1]
    return _scale_and_shift(grow, grow * (0.5 - np.array(offset)) - 0.5 + corner)


def _enlarge(small: Pixels, large: Pixels) -> NDArray[np.float64]:
    """(3, 3) affine map from pixels of a shrunken picture to those of the picture itself."""
    grow = np.array(large.shape[1::-1]) / small.shape[1::-1]
    return _scale_and_shift(grow, 0.5 * grow - 0.5)


def _shift(corner: tuple[int, int]) -> NDArray[np.float64]:
    return _scale_and_shift(np.ones(2), np.array(corner))


def _scale_and_shift(scale: NDArray[np.float64], shift: NDArray[np.float64]) -> NDArray[np.float64]:
    matrix = np.diag([*scale, 1.0])
    matrix[:2, 2] = shift
    return matrix


def _as_grey_picture(pixels: Pixels) -> Grey:
    if pixels.ndim == 2:
        return pixels
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def _as_grey(ink_map: InkMap) -> Grey:
    return np.asarray(cv2.convertScaleAbs(ink_map, alpha=255), np.uint8)


# Of the height of all ink: pieces that are as high, and of their width, what two of them share at
# most, are two things side by side, if slanted.
_TALL, _HARDLY = 0.85, 0.35
# Of a drawing's things side by side, so many are looked at.
_MOST_RUNS = 24
# Around a crop, so that strokes can grow.
BRIM = 24
