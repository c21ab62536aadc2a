"""How high and thick what is written on a sheet is, and which level lines are too long for it.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from dataclasses import dataclass

from digits.picture.pixels import Mask
from digits.picture.sheet_parts import LEADS_ACROSS
from digits.picture.straight_lines import LevelLine, longest_run

# Of the usual height: no level stroke of a digit is longer.
LONGEST_LEVEL_STROKE = 2.0
# Of the strokes' width: a line that is as thick may be one of strokes that touch, or lie in a row,
# if it is no longer than this, of the usual height.
AS_THICK_AS_STROKES = 0.8
LONGEST_LINE_UP = 3.5
# Of the sheet: a line that is so long is none of a digit, even where everything is one part.
LONG_ANYWHERE = 0.6
# Of the strokes' width: a line is no thicker.
THICKEST_LINE = 1.3
# Or than this share of the usual height.
THICKEST_OF_HEIGHT = 0.12


@dataclass(frozen=True)
class Strokes:
    """What is usual on a sheet.

    Attributes:
        height: of digits, pixels.
        width: of strokes, pixels.
    """

    height: float
    width: float

    @property
    def thickest(self) -> float:
        """No line is thicker, pixels."""
        return max(3.0, THICKEST_LINE * self.width, THICKEST_OF_HEIGHT * self.height)

    @property
    def thin(self) -> float:
        """No stroke is thinner, pixels."""
        return AS_THICK_AS_STROKES * self.width

    def are_no_level(self, line: LevelLine, ink: Mask) -> bool:
        """Whether a level line is too long for them.

        Args:
            line: any straight piece.
            ink: bool (H, W), of the sheet, in which bars of digits side by side leave gaps.
        """
        rows, columns = ink.shape
        shortest = LONGEST_LEVEL_STROKE * self.height
        shortest = min(shortest, max(LONG_ANYWHERE * columns, 1.2 * self.height))
        if line.length < shortest or line.thickness < self.thin:
            return line.length >= shortest
        run = longest_run(ink, line)
        if line.leads_out_of(rows, columns) and run >= LEADS_ACROSS * line.length:
            return True
        return run >= min(LONGEST_LINE_UP * self.height, LEADS_ACROSS * columns)
