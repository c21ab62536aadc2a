"""A row of equal boxes that was found: what stands in it, and the ink of its sides.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from digits.picture.pixels import Mask
from digits.picture.straight_lines import LevelLine, draw_line, pixels_of_lines

# Of a box's width, how far from a side what is left of it is at most.
_BESIDE = 0.15
# Of its thickness, how close to its middle an upright line is the side itself.
_TAKEN = 0.35
# Of their height: what is longer stands in no box.
_LONGEST_HELD = 1.25
# Of a side, what another line that is the same shares with it.
_SHARED = 0.7
# Pixels around a side that go with it.
_BLUR = 1


@dataclass(frozen=True, eq=False)
class EqualBoxes:
    """A row of boxes.

    Attributes:
        below: its lower line.
        height: of its boxes, pixels.
        width: of one of them.
        sides: what parts them: nearly level lines of the sheet on its side; those at the ends last.
    """

    below: LevelLine
    height: float
    width: float
    sides: list[LevelLine]

    def holds(self, upright: LevelLine) -> bool:
        """Whether an upright line is a side, or stands in one of the boxes, away from those."""
        y = (upright.first + upright.last) / 2
        x = upright.slope * y + upright.height
        above_line = self.below.slope * x + self.below.height - y
        is_in_row = 0 < above_line < self.height and self.below.first <= x <= self.below.last
        is_in_row &= upright.length <= _LONGEST_HELD * self.height
        beside = _BESIDE * self.below.length / len(self.sides)
        off = min(abs(side.slope * y + side.height - x) for side in self.sides)
        return bool(is_in_row and not _TAKEN * self.sides[0].thickness < off <= beside)

    def pixels_of_sides(self, mask: Mask, taken: Sequence[LevelLine]) -> Mask:
        """The ink of its sides, bool (H, W), without that of strokes beside them.

        Args:
            mask: bool (H, W), ink.
            taken: upright lines that were taken away before, strokes beside them left: no side that
                is one of them is taken again.
        """
        sides = [side for side in self.sides if not any(_are_one(side, line) for line in taken)]
        near = np.zeros(mask.shape[::-1], np.uint8)
        for side in sides:
            draw_line(near, side, side.thickness + 2 * _BLUR)
        return np.asarray(pixels_of_lines(mask.T, sides) & (near > 0)).T


def _are_one(side: LevelLine, line: LevelLine) -> bool:
    """Whether a side and an upright line are the same."""
    y = (side.first + side.last) / 2
    off = abs(side.slope * y + side.height - line.slope * y - line.height)
    shared = min(side.last, line.last) - max(side.first, line.first)
    return bool(off <= side.thickness and shared >= _SHARED * side.length)
