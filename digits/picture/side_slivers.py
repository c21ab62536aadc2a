"""Slivers of a table along the left and right side of a photo, which look like 1s.

Of a table beside the paper a photo shows a narrow wedge, which its grain and its shadow break to
pieces. Such a piece lies along the side. So does a 1 that a crop has cut; but that is as high as
other digits, and stands in a row with them.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

import cv2
import numpy as np

from digits.picture.line_remains import HIGHEST_ONE
from digits.picture.pixels import Labelled, Mask

# Of its length: a sliver lies along the side for no less, and is no wider.
_LEAST_ALONG, _WIDEST = 0.7, 0.5
# Of the usual height: no digit is lower, and a part beside it that is no lower may be one. Of a
# sliver's height, how much that shares.
_LOWEST_ONE, _LOWEST_DIGIT, _SHARED = 0.65, 0.5, 0.3


def find_side_slivers(parts: Labelled, usual: float) -> Mask:
    """Where they are, bool (H, W); none where there is nothing else.

    Args:
        parts: of the ink without the paper's lines.
        usual: height of what is written, pixels.
    """
    part_of, stats = parts
    sides = part_of[:, 0], part_of[:, -1]
    along = np.max([np.bincount(side, minlength=len(stats)) for side in sides], axis=0)
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    top, bottom = stats[:, cv2.CC_STAT_TOP], stats[:, cv2.CC_STAT_TOP] + height
    lies_along = (along >= _LEAST_ALONG * height) & (width <= _WIDEST * height)
    lies_along[0] = False
    may_be_digits = ~lies_along & (height >= _LOWEST_DIGIT * usual)
    may_be_digits[0] = False
    if not lies_along.any() or not may_be_digits.any():
        return np.zeros(part_of.shape, bool)
    shared = np.minimum(bottom[:, None], bottom) - np.maximum(top[:, None], top)
    stands_in_row = ((shared >= _SHARED * height[:, None]) & may_be_digits).any(axis=1)
    is_as_high = (height >= _LOWEST_ONE * usual) & (height <= HIGHEST_ONE * usual)
    return np.asarray((lies_along & ~(is_as_high & stands_in_row))[part_of])
