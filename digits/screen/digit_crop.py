"""The part of a picture that holds one digit, to be shown by itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digits.picture.ink_place import box_of_ink

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
    shape = picture.height, picture.width
    x, y, width, height = box_of_ink(network_input, placement, shape, _BRIM)
    part = picture.crop((x, y, x + max(width, 1), y + max(height, 1)))
    larger = least_side / max(part.size)
    if larger <= 1:
        return part
    size = max(1, round(larger * part.width)), max(1, round(larger * part.height))
    return part.resize(size, Image.Resampling.BICUBIC)
