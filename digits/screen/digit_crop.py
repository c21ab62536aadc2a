"""The part of a picture that holds one digit, to be shown by itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digits.picture.preparation import NETWORK_SIZE


def crop_digit(
    picture: Image.Image, placement: NDArray[np.float64], least_side: int = 1
) -> Image.Image:
    """What the network saw of a picture, upright, with as much around it as it saw.

    Args:
        picture: of any size.
        placement: as in `Reading`, for `picture`.
        least_side: pixels; a part whose longer side is shorter is enlarged to it.
    """
    edge = NETWORK_SIZE - 0.5
    corners = np.array([[-0.5, edge, -0.5, edge], [-0.5, -0.5, edge, edge], [1, 1, 1, 1]])
    across, down = placement @ corners + 0.5
    left, top = max(0, int(across.min())), max(0, int(down.min()))
    right = min(picture.width, int(np.ceil(across.max())))
    bottom = min(picture.height, int(np.ceil(down.max())))
    part = picture.crop((left, top, max(right, left + 1), max(bottom, top + 1)))
    larger = least_side / max(part.size)
    if larger <= 1:
        return part
    size = max(1, round(larger * part.width)), max(1, round(larger * part.height))
    return part.resize(size, Image.Resampling.BICUBIC)
