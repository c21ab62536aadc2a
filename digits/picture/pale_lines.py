"""Which straight lines are printed so much paler than what is written that no pen drew them.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from digits.picture.pixels import InkMap, Mask
from digits.picture.straight_lines import LevelLine

# Of what is written: a line is no darker.
PALE = 0.5
# Of the darkest ink: what is written is as dark, or there is something darker, such as an underline.
_LEAST_DARK = 0.9
# Pixels: in fewer, what is written cannot be told.
_LEAST_WRITTEN = 100


class Darkness:
    """How dark strokes are along their middles, where a lens blurs them least.

    Args:
        ink_map: float32 (H, W) in [0, 1].
        mask: bool (H, W), what of it is ink.
    """

    def __init__(self, ink_map: InkMap, mask: Mask) -> None:
        highest = cv2.dilate(ink_map, np.ones((3, 3), np.uint8))
        self._ink_map = ink_map
        self._middles = mask & (ink_map >= highest)

    def pale_among(self, level: Sequence[LevelLine], upright: Sequence[LevelLine]) -> list[bool]:
        """Whether each line is paler than all that lies on none, first level ones, then upright.

        Args:
            level: nearly level lines.
            upright: the same of the sheet on its side.
        """
        bands = [self._band(line, self._ink_map.shape) for line in level]
        bands += [self._band(line, self._ink_map.shape[::-1]).T for line in upright]
        if not bands:
            return []
        written = self._ink_map[self._middles & ~np.logical_or.reduce(bands)]
        if written.size < _LEAST_WRITTEN or np.median(written) < _LEAST_DARK:
            return [False] * len(bands)
        own = [self._ink_map[self._middles & band] for band in bands]
        return [bool(each.size) and float(np.median(each)) < PALE for each in own]

    @staticmethod
    def _band(line: LevelLine, shape: tuple[int, ...]) -> Mask:
        band = np.zeros(shape, np.uint8)
        ends = [(x, round(line.slope * x + line.height)) for x in (line.first, line.last)]
        cv2.line(band, ends[0], ends[1], 1, max(1, round(line.thickness)))
        return band > 0
