"""A margin printed so pale that a photo shows pieces of it alone, one below the other, like 1s.

A pen that writes 1s in a column writes them as dark as other digits.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

import numpy as np

from digits.picture.pixels import Grey, Labelled, Mask, darkest_in
from digits.picture.sheet_parts import in_line

# Of what is usual: parts that are so high may be digits; a margin's piece is no darker than so much
# of how dark they are at their darkest, and no wider, of its height.
_HIGH, _PALE, _WIDEST = 0.7, 0.65, 0.5
# So many pieces are a margin, if they reach so many usual heights from first to last.
_FEWEST, _SHORTEST = 3, 2.5


def find_pale_margins(parts: Labelled, contrast: Grey, usual: float) -> Mask:
    """Where pieces of one are, bool (H, W).

    Args:
        parts: of the ink without the paper's lines that were found.
        contrast: uint8 (H, W), by how much each pixel stands out of the paper.
        usual: height of what is written, pixels.
    """
    part_of, stats = parts
    x, top, width, height = stats[:, :4].astype(np.float64).T
    are_narrow = width <= _WIDEST * height
    are_digits = ~are_narrow & (height >= _HIGH * usual)
    are_narrow[0] = are_digits[0] = False
    digits = [darkest_in(part, contrast, parts) for part in np.flatnonzero(are_digits).tolist()]
    palest = _PALE * float(np.median(digits)) if digits else 0.0
    are_pieces = np.zeros(len(stats), bool)
    for part in np.flatnonzero(are_narrow).tolist():
        are_pieces[part] = darkest_in(part, contrast, parts) <= palest
    if are_pieces.any():
        usual_width = float(np.median(width[are_pieces]))
        are_pieces &= in_line(top + height / 2, x + width / 2, are_pieces, usual_width)
    if np.count_nonzero(are_pieces) < _FEWEST:
        return np.zeros(part_of.shape, bool)
    reaches = (top + height)[are_pieces].max() - top[are_pieces].min()
    return np.asarray((are_pieces & (reaches >= _SHORTEST * usual))[part_of])
