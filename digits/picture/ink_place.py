"""Where on the upright picture the ink lies that a network sees.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Network pixels: from the centre of a pixel to its edge.
_TO_EDGE = 0.5


def corners_of_ink(
    network_input: NDArray[np.float32], placement: NDArray[np.float64], brim: float = _TO_EDGE
) -> NDArray[np.float64]:
    """Where ink begins and ends: float64 (2, 2), x before y, pixels of the picture.

    Args:
        network_input: float32 (28, 28) in [0, 1], white ink on black, of which some is.
        placement: float64 (2, 3), from the network's pixels to the picture's, without rotation.
        brim: how far around the centres of inked pixels, network pixels.
    """
    rows, columns = np.nonzero(network_input)
    first = [columns.min() - brim, rows.min() - brim, 1]
    last = [columns.max() + brim, rows.max() + brim, 1]
    return np.asarray((placement @ np.array([first, last]).T).T)


def box_of_ink(
    network_input: NDArray[np.float32],
    placement: NDArray[np.float64],
    shape: tuple[int, ...],
    brim: float = _TO_EDGE,
) -> tuple[int, int, int, int]:
    """The smallest box of whole pixels around the ink: x, y, width, height.

    Args:
        network_input, placement, brim: as for `corners_of_ink`.
        shape: height and width of the picture, beyond which no box reaches.
    """
    corners = corners_of_ink(network_input, placement, brim) + 0.5
    low, high = np.clip(corners, 0, (shape[1], shape[0]))
    x, y = np.floor(low).astype(int).tolist()
    right, bottom = np.ceil(high).astype(int).tolist()
    return x, y, right - x, bottom - y
