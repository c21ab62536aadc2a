"""Which signs of a row are apart: by the gap between them, and by the boxes and cells around them.

Where each digit has a narrow box of its own, as on a form, only a gap between two groups of boxes
says something; where a line parts two wide cells, it need not be so wide as on bare paper.

Coordinates: x to the right, y downwards, whole numbers at pixel centres.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.picture.box_sides import NARROWEST_BOX
from digits.picture.faint_lines import find_faint_uprights
from digits.picture.pixels import Grey, InkMap, label_parts, runs_of
from digits.picture.preparation import Sheet
from digits.picture.row_finding import TALL, Part, Row
from digits.reading.level_sides import LevelSides
from digits.reading.sign_scores import Sign

# Of the height of a row: a gap between signs that is no wider keeps them in one number.
CLEAR_GAP = 1.3
# Likewise: nor is one that is no wider than this, even where all others are so much narrower.
LEAST_CLEAR_GAP, _LEAP, _NARROW_GAP = 0.7, 2.5, 0.12
# Likewise: a cell that is no wider holds one digit of a number.
WIDEST_BOX = 1.7
# Of a box: digits are mostly no wider; of those that are close to the next, so many are parted from
# it by a line. Likewise one is where so many are no farther from the next than this, in heights of
# the row, and no farther from their gap.
_WIDEST_IN_BOX, _MOSTLY_PARTED = 0.87, 0.6
_FEWEST_TIGHT, _TIGHT, _BESIDE_GAP = 3, 0.2, 0.1
# Of what boxes are wide: so far without a line or a digit is no empty box, however its sides faded;
# and so far without a digit are several empty ones, which nobody leaves within a number.
_WIDER_THAN_BOXES, _SEVERAL_BOXES = 1.75, 2.25
# Of the height of a row: lines that go on above or below it, so far from it and for so long, are of
# squared paper; of the lines, so many, each so far aside at most.
_BEYOND_ROW, _GOES_ON, _LEAST_GOES_ON = 0.3, 2.0, 1.2
_MOSTLY_GO_ON, _LEANS = 0.6, 0.2
# Of the height of a row: a gap between numbers in two cells of a table is no narrower.
LEAST_BETWEEN_CELLS = 0.4
# Of such a gap: digits of one number in a cell are no farther apart.
_MUCH_CLOSER = 0.5
# Of what it usually is from middle to middle where no line stands between: digits that go on beyond
# a line, as on accounting paper, are no farther apart; nor is the gap so much wider than others.
_IN_STEP = 1.25
# Digits in boxes that are too pale to be seen: so many are so far apart at most, from middle to
# middle, and none twice as far as another, or so many times as far as all others.
FEWEST_PITCHES, WIDEST_PITCH, _STANDS_OUT = 3, 2.1, 1.5
# Of a row's height, what an upright line covers.
_LEAST_OF_UPRIGHT = 0.5
# Likewise: boxes end where their upper and lower sides are missing for longer than this, and for so
# many times what is usual between neighbours.
_LEAST_BETWEEN_GROUPS, _WIDER_THAN_USUAL = 0.6, 1.75
# Pixels: the sides of a box may be so thick that they are not told from what is beside them.
_SIDE = 3
# Of the ink of a sign's largest piece: a smaller one is a speck, and makes the sign no wider.
_SPECK = 0.08
# In heights of the row: one that is low is no piece of a digit that is so far aside, or that would
# be so high with it, as a word above is, or the end of a line.
_FARTHEST_PIECE, _TALLEST_DIGIT = 0.2, 1.25


@dataclass(frozen=True, eq=False)
class RowGaps:
    """The gaps between the signs of a row.

    Attributes:
        row: where they stand.
        signs: from left to right.
        uprights: float (n,), columns of upright lines of the paper beside them, pixels.
        contrast: uint8 (H, W), of the sheet.
        ink_map: float32 (H, W), of the sheet.
        are_in_grid: whether each digit is a number of its own (`digit_grid`).
    """

    row: Row
    signs: tuple[Sign, ...]
    uprights: NDArray[np.float64]
    contrast: Grey
    ink_map: InkMap
    are_in_grid: bool = False

    @classmethod
    def on(cls, sheet: Sheet, row: Row, signs: tuple[Sign, ...]) -> RowGaps:
        """Those of a row of a sheet."""
        return cls(row, signs, _uprights_beside(row, sheet), sheet.contrast, sheet.ink_map)

    def are_apart(self, left: Part, right: Part) -> bool:
        """Whether a clear gap lies between two signs."""
        if self.are_in_grid:
            return True
        gap = self._gap(left, right)
        if self._are_in_boxes(left, right):
            return self._are_in_two_groups(left, right)
        cells = [self._cell_around(part) for part in (left, right)]
        widest_box = WIDEST_BOX * self.row.height
        are_wide = widest_box < min(cells) and self._are_parted(left, right)
        if are_wide and (
            max(cells) < np.inf or any(self._are_close_around(part, gap) for part in (left, right))
        ):
            is_wide = gap > LEAST_BETWEEN_CELLS * self.row.height
            return is_wide and not self._are_in_step(left, right)
        if gap <= self._least_gap or self._is_evenly_spaced:
            return False
        return self._are_squares or max(cells) > widest_box

    def are_far_apart(self, left: Part, right: Part) -> bool:
        """Whether a line stands between two signs, or a gap as is clear beside any others."""
        is_wide = self._gap(left, right) > CLEAR_GAP * self.row.height
        return is_wide or self._are_parted(left, right)

    def is_before_box(self, part: Part, others: Sequence[Part]) -> bool:
        """Whether a box around other parts, from left to right, begins behind one, and ends.

        Not a row of narrow boxes, one of which the part may stand in.
        """
        is_closed = bool((self.uprights > others[-1].middle[0]).any())
        in_narrow = self._are_in_boxes(part, others[0])
        return is_closed and not in_narrow and self._are_parted(part, others[0])

    def parted(self) -> list[bool]:
        """Of each two digits side by side, whether an upright line stands between them."""
        return [self._are_parted(*pair) for pair in self._neighbours()]

    def _ends_of(self, part: Part) -> tuple[int, int]:
        """The column where a sign begins and the one behind it, without what is beside it."""
        is_low = part.height <= _TALLEST_DIGIT * self.row.height
        if is_low and part.mask.any(axis=0).all():
            return part.x, part.x + part.width
        stats = label_parts(part.mask)[1][1:]
        own = stats[self._are_of_sign(stats)]
        starts, widths = own[:, cv2.CC_STAT_LEFT], own[:, cv2.CC_STAT_WIDTH]
        return part.x + int(starts.min()), part.x + int((starts + widths).max())

    def _are_of_sign(self, stats: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Which pieces make a sign wider: neither specks nor what is low and far from its largest.

        Args:
            stats: int32 (n, 5), as OpenCV's connected components give them.
        """
        left, top, width, height, area = stats.T
        largest = int(area.argmax())
        right, bottom = left + width, top + height
        aside = np.maximum(left - right[largest], left[largest] - right)
        tallness = np.maximum(bottom, bottom[largest]) - np.minimum(top, top[largest])
        is_near = aside <= _FARTHEST_PIECE * self.row.height
        is_near &= tallness <= max(_TALLEST_DIGIT * self.row.height, height[largest])
        return (area >= _SPECK * area.max()) & (is_near | (height >= TALL * self.row.height))

    def _gap(self, left: Part, right: Part) -> int:
        """Pixels from the end of one sign to where the next one begins."""
        return self._ends_of(right)[0] - self._ends_of(left)[1]

    # --- in boxes

    def _are_in_boxes(self, left: Part, right: Part) -> bool:
        """Whether they stand among lines that are mostly as close as the sides of boxes."""
        if self._usual_box > WIDEST_BOX * self.row.height or self._are_squares:
            return False
        sides = self._sides
        return bool(sides[0] <= left.middle[0] and right.middle[0] <= sides[-1])

    @cached_property
    def _are_squares(self) -> bool:
        """Whether lines are of squared paper, where a number's digits stand however they come.

        The squares go on between two numbers. Digits are as wide as they are, or no line is seen
        between most of them, as is lost where digits cross it.
        """
        widths = [end - start for start, end in map(self._ends_of, self._digits)]
        if widths and np.median(widths) > _WIDEST_IN_BOX * self._usual_box:
            return True
        clear = CLEAR_GAP * self.row.height
        close = [
            self._are_parted(*pair) for pair in self._neighbours() if self._gap(*pair) <= clear
        ]
        if self._are_tight_ones_unparted or self._do_lines_go_on:
            return True
        is_parted = not close or float(np.mean(close)) >= _MOSTLY_PARTED
        return not is_parted and self._usual_box < self.row.height

    @cached_property
    def _are_tight_ones_unparted(self) -> bool:
        """Whether several digits all but touch the next, and no line is in between."""
        tight, beside = _TIGHT * self.row.height, _BESIDE_GAP * self.row.height
        pairs = [pair for pair in self._neighbours() if self._gap(*pair) <= tight]
        between = [sorted((self._ends_of(one)[1], self._ends_of(other)[0])) for one, other in pairs]
        are_unparted = [
            not ((self.uprights > start - beside) & (self.uprights < end + beside)).any()
            for start, end in between
        ]
        return len(pairs) >= _FEWEST_TIGHT and all(are_unparted)

    @cached_property
    def _do_lines_go_on(self) -> bool:
        """Whether lines beside digits lead far above these or below, as no sides of boxes do."""
        if not self._sides.size:
            return False
        height, parts = self.row.height, self.row.parts
        top = min(part.y for part in parts) - round(_BEYOND_ROW * height)
        bottom = max(part.y + part.height for part in parts) + round(_BEYOND_ROW * height)
        reach = round(_GOES_ON * height)
        bands = [
            (max(0, top - reach), top),
            (bottom, min(len(self.contrast), bottom + reach)),
        ]
        found = [
            find_faint_uprights(self.contrast, self.ink_map, start, stop)
            for start, stop in bands
            if stop - start >= _LEAST_GOES_ON * height
        ]
        return max(map(self._share_near, found), default=0.0) >= _MOSTLY_GO_ON

    def _share_near(self, uprights: NDArray[np.float64]) -> float:
        """Of the lines beside digits, how many have one of others near to them."""
        if not uprights.size:
            return 0.0
        distances = np.abs(np.subtract.outer(self._sides, uprights)).min(axis=1)
        return float(np.mean(distances <= _LEANS * self.row.height))

    @cached_property
    def _sides(self) -> NDArray[np.float64]:
        """Columns of the upright lines that may be sides of a box with a digit of the row."""
        parts = [sign.part for sign in self.signs]
        beside = WIDEST_BOX * self.row.height
        first = min(part.x for part in parts) - beside
        last = max(part.x + part.width for part in parts) + beside
        return self.uprights[(self.uprights >= first) & (self.uprights <= last)]

    @cached_property
    def _usual_box(self) -> float:
        """How far it mostly is from one upright line to the next, pixels; infinite for few."""
        pitches = np.diff(self._sides)
        pitches = pitches[pitches >= NARROWEST_BOX * self.row.height]
        return float(np.median(pitches)) if len(pitches) >= FEWEST_PITCHES - 1 else np.inf

    def _are_in_two_groups(self, left: Part, right: Part) -> bool:
        """Whether boxes end between two signs, and others begin behind a clear gap.

        An empty box is no such gap: it is as wide as its neighbours.
        """
        start, end = self._widest_between(left, right)
        clear = CLEAR_GAP * self.row.height
        if end - start > max(clear, _WIDER_THAN_BOXES * self._usual_box):
            return True
        if self._gap(left, right) > max(clear, _SEVERAL_BOXES * self._usual_box):
            return True
        least = max(_LEAST_BETWEEN_GROUPS * self.row.height, 2 * _SIDE + 1)
        if end - start <= max(least, _WIDER_THAN_USUAL * self._usually_between):
            return False
        parts = [sign.part for sign in self.signs]
        before = [part for part in reversed(parts) if part.middle[0] <= left.middle[0]]
        behind = [part for part in parts if part.middle[0] >= right.middle[0]]
        sides = LevelSides(self.contrast, self.ink_map, self.row.height)
        return sides.are_missing(round(start) + _SIDE, round(end) - _SIDE, before, behind)

    def _widest_between(self, left: Part, right: Part) -> tuple[float, float]:
        """The widest stretch of columns between two signs without an upright line."""
        start, end = float(self._ends_of(left)[1]), float(self._ends_of(right)[0])
        between = self.uprights[(self.uprights > start) & (self.uprights < end)].tolist()
        return max(pairwise([start, *between, end]), key=lambda ends: ends[1] - ends[0])

    @cached_property
    def _usually_between(self) -> float:
        """How wide the widest stretches between neighbours mostly are, pixels."""
        stretches = [self._widest_between(*pair) for pair in self._neighbours()]
        return float(np.median([end - start for start, end in stretches])) if stretches else 0.0

    # --- in cells and on bare paper

    def _are_parted(self, left: Part, right: Part) -> bool:
        """Whether there is an upright line between two signs, one of which may touch it."""
        if not self.uprights.size:
            return False
        is_between = self.uprights > left.middle[0]
        is_between &= self.uprights < right.middle[0]
        return bool(is_between.any())

    @cached_property
    def _least_gap(self) -> float:
        """What is wider is a clear gap, pixels: less than usual where gaps are of two kinds."""
        parts = [sign.part for sign in self.signs if not sign.is_unclear]
        gaps = np.sort([self._gap(*pair) for pair in pairwise(parts)])
        usual = CLEAR_GAP * self.row.height
        leaps = [
            wide
            for narrow, wide in pairwise(gaps.tolist())
            if wide > LEAST_CLEAR_GAP * self.row.height
            and wide >= _LEAP * max(narrow, _NARROW_GAP * self.row.height)
        ]
        return min([usual, *(0.99 * each for each in leaps)])

    def _neighbours(self) -> Iterable[tuple[Part, Part]]:
        return pairwise(self._digits)

    @property
    def _digits(self) -> list[Part]:
        return [sign.part for sign in self.signs if sign.kind == "digit"]

    @cached_property
    def _is_evenly_spaced(self) -> bool:
        """Whether digits stand as if each had a box of its own, however pale these are."""
        at = [sum(self._ends_of(part)) / 2 for part in self._digits]
        pitches = np.diff(np.sort(at)) / self.row.height
        if len(pitches) < FEWEST_PITCHES:
            return False
        second, widest = np.sort(pitches)[-2:]
        return bool(widest <= min(WIDEST_PITCH, 2 * pitches.min(), _STANDS_OUT * second))

    def _are_in_step(self, left: Part, right: Part) -> bool:
        """Whether two digits are about as far apart as those with no line between them."""
        if not self._beside_no_line:
            return False
        gaps = [self._gap(*pair) for pair in self._beside_no_line]
        if self._gap(left, right) > max(gaps) / _MUCH_CLOSER:
            return False
        pitches = [right.middle[0] - left.middle[0] for left, right in self._beside_no_line]
        farthest = min(_IN_STEP * float(np.median(pitches)), WIDEST_BOX * self.row.height)
        return bool(right.middle[0] - left.middle[0] <= farthest)

    @cached_property
    def _beside_no_line(self) -> list[tuple[Part, Part]]:
        """Digits side by side with neither a line between them nor a mark."""
        return [
            (left.part, right.part)
            for left, right in pairwise(self.signs)
            if left.kind == right.kind == "digit" and not self._are_parted(left.part, right.part)
        ]

    def _cell_around(self, part: Part) -> float:
        """How far it is from the upright line before a part to the one behind it, pixels."""
        before, behind = self._sides_around(part)
        return behind - before

    def _sides_around(self, part: Part) -> tuple[float, float]:
        """The columns of the upright lines before and behind a part; infinite for none."""
        if not self.uprights.size:  # as mostly
            return -np.inf, np.inf
        x, _ = part.middle
        before, behind = self.uprights[self.uprights < x], self.uprights[self.uprights > x]
        return float(before.max(initial=-np.inf)), float(behind.min(initial=np.inf))

    def _are_close_around(self, part: Part, gap: int) -> bool:
        """Whether a part stands in a cell of several digits, all much closer than by a gap.

        A box holds one digit, and where sides of boxes are not seen no digits are so close. A crop
        may cut a cell.
        """
        before, behind = self._sides_around(part)
        inside = [
            self._gap(*pair)
            for pair in self._neighbours()
            if before < pair[0].middle[0] and pair[1].middle[0] < behind
        ]
        return bool(inside) and max(inside) <= _MUCH_CLOSER * gap


def _uprights_beside(row: Row, sheet: Sheet) -> NDArray[np.float64]:
    """The columns of upright lines that are about as high as a row or higher, however faint."""
    top = min(part.y for part in row.parts)
    bottom = max(part.y + part.height for part in row.parts)
    lines = cv2.dilate(sheet.lines[top:bottom].view(np.uint8), np.ones((1, 5), np.uint8))
    is_upright = np.count_nonzero(lines, axis=0) > _LEAST_OF_UPRIGHT * len(lines)
    starts, ends = runs_of(is_upright)
    uprights = (starts + ends - 1) / 2
    gaps = [right.x - left.x - left.width for left, right in pairwise(row.parts)]
    if max(gaps, default=0) <= LEAST_BETWEEN_CELLS * row.height:
        return uprights
    faint = find_faint_uprights(sheet.contrast, sheet.ink_map, top, bottom)
    return np.union1d(uprights, faint)
