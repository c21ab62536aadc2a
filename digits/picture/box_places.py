"""Where the sides of a row of equal boxes are, by those that are seen of them.

A lens sees farther boxes closer together, and so their places lie on a curve.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digits.picture.pixels import Mask

# Of the row, how far one is off the curve that the others lie on at first; and how often that is
# fitted.
_SPREAD, _FITS = 0.012, 3


def fitted_places(
    places: NDArray[np.float64], seen: NDArray[np.intp], moved: NDArray[np.float64], off: float
) -> tuple[NDArray[np.float64], Mask]:
    """Where sides are, if some are seen, and which of these are sides, and no strokes.

    Args:
        places: float (n,), about where all are.
        seen: int (m,), numbers of those that are seen.
        moved: float (m,), how far these are from there, pixels.
        off: how far one is at most from where the others say that it is, likewise.
    """
    usual = np.quantile(moved, 0.5, method="nearest")
    are_sides = np.abs(moved - usual) <= max(off, _SPREAD * float(np.ptp(places[seen])))
    for _ in range(_FITS):
        degree = min(2, int(are_sides.sum()) // 2 - 1) if are_sides.sum() > 1 else 0
        curve = np.polyfit(seen[are_sides], moved[are_sides], max(degree, 0))
        are_sides = np.abs(moved - np.polyval(curve, seen)) <= off
        if not are_sides.any():
            return places, are_sides
    return np.asarray(places + np.polyval(curve, np.arange(len(places))), np.float64), are_sides
