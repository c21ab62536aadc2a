"""The part of a picture that holds one digit, to be shown by itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# Pixels of the network, half of one being ink.
_BRIM = 2.5


def crop_digit(
    picture: Image.Image,
    network_input: NDArray[np.float32],
    placement: NDArray[np.float64],
    least_side: int = 1,
) -> Image.Image:
    """The part of a picture that holds the ink of one digit, with a brim around it.

    Args:
        picture: of any size.
        network_input, placement: as in `Reading`, for `picture`.
        least_side: pixels; a part whose longer side is shorter is enlarged to it.
    """
    across, down = placement @ np.vstack([_corners_of_ink(network_input), np.ones(4)]) + 0.5
    left, top = max(0, int(across.min())), max(0, int(down.min()))
    right = min(picture.width, int(np.ceil(across.max())))
    bottom = min(picture.height, int(np.ceil(down.max())))
    part = picture.crop((left, top, max(right, left + 1), max(bottom, top + 1)))
    larger = least_side / max(part.size)
    if larger <= 1:
        return part
    size = max(1, round(larger * part.width)), max(1, round(larger * part.height))
    return part.resize(size, Image.Resampling.BICUBIC)


def _corners_of_ink(network_input: NDArray[np.float32]) -> NDArray[np.float64]:
    """float64 (2, 4), x before y, in pixels of the network, whose centres are whole numbers."""
    rows, columns = np.nonzero(network_input > 0)
    left, right = columns.min() - _BRIM, columns.max() + _BRIM
    top, bottom = rows.min() - _BRIM, rows.max() + _BRIM
    return np.array([[left, right, left, right], [top, top, bottom, bottom]], np.float64)
