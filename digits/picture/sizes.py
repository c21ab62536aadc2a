"""How large a picture may be, and how a larger one becomes smaller, strip by strip."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digits.common.errors import PictureError

MAX_PIXELS = 50_000_000
"""Pillow takes 200 MB for 50 megapixels; more is refused before it is decoded."""
MAX_PIXELS_OF_FORMAT = {"WEBP": 16_000_000, "AVIF": 16_000_000}
"""Their decoders hold a picture four times over."""
MAX_SIDE = 65_535
"""Pixels; as JPEG has it. Longer ones are nothing that anybody wrote a digit on."""
MAX_FILE_BYTES = 4 * MAX_PIXELS + 10_000_000
"""The largest picture without compression, and its notes."""
KEPT_PIXELS = 13_000_000
"""A 12-megapixel camera gives up to 12.6; larger pictures come out at `REDUCED_PIXELS`."""
REDUCED_PIXELS = 12_000_000
"""Nothing later needs more: it is 4000 × 3000, and the whole is looked at in 640 × 640."""
Box: TypeAlias = tuple[int, int, int, int]  # left, top, right, bottom
# Large pictures are worked on in strips of so many pixels, so that no step copies them whole.
_STRIP_PIXELS = 250_000


def reduce_picture(cut: Callable[[Box], Image.Image], size: tuple[int, int]) -> NDArray[np.uint8]:
    """A picture at `REDUCED_PIXELS`, strip by strip.

    Args:
        cut: gives a piece of the picture in L, RGB or RGBA.
        size: of the picture: (W, H).
    """
    width, height = reduced_size(size)
    across, down = size[0] / width, size[1] / height
    brim_x, brim_y = math.ceil(across) + 1, math.ceil(down) + 1  # that the filter looks at
    reduced: NDArray[np.uint8] | None = None
    for left, top, right, bottom in strips((width, height)):
        x, y = left * across, top * down
        x_end, y_end = min(right * across, size[0]), min(bottom * down, size[1])
        corner_x, corner_y = max(0, int(x) - brim_x), max(0, int(y) - brim_y)
        end_x, end_y = min(size[0], int(x_end) + brim_x), min(size[1], int(y_end) + brim_y)
        piece = cut((corner_x, corner_y, end_x, end_y))
        box = x - corner_x, y - corner_y, x_end - corner_x, y_end - corner_y
        small = np.asarray(
            piece.resize((right - left, bottom - top), Image.Resampling.HAMMING, box)
        )
        if reduced is None:
            reduced = np.empty((height, width, *small.shape[2:]), np.uint8)
        reduced[top:bottom, left:right] = small
    assert reduced is not None
    return reduced


def reduced_size(size: tuple[int, int]) -> tuple[int, int]:
    """Width and height of so many pixels, `REDUCED_PIXELS`, in the same proportion."""
    scale = math.sqrt(REDUCED_PIXELS / math.prod(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def strips(size: tuple[int, int]) -> Iterator[Box]:
    """Cover a picture of (W, H) by pieces of `_STRIP_PIXELS`, cut across its longer side."""
    width, height = size
    step = max(1, _STRIP_PIXELS // min(size))
    if width > height:
        for x in range(0, width, step):
            yield x, 0, min(x + step, width), height
    else:
        for y in range(0, height, step):
            yield 0, y, width, min(y + step, height)


def check_dimensions(width: int, height: int, most_pixels: int) -> None:
    """Say what is wrong with a picture's size, if anything is.

    Raises:
        PictureError: there are no pixels, more than `most_pixels`, or more than `MAX_SIDE` a side.
    """
    if not width or not height:
        raise PictureError("This picture has no pixels: choose another one.")
    if width * height > most_pixels:
        raise too_large(f"{width} × {height} pixels", f"{most_pixels // 1_000_000} megapixels")
    if max(width, height) > MAX_SIDE:
        raise too_large(f"{width} × {height} pixels", f"{MAX_SIDE} pixels a side")


def too_large(size: str, limit: str) -> PictureError:
    """The error of a picture that is too large, both in words."""
    return PictureError(
        f"This picture has {size}, and the limit is {limit}: make it smaller and try again."
    )
