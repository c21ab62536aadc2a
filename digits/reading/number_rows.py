"""Read a row of ink: which of its pieces are digits, which are marks, and which are neither.

The ink is cut into more pieces than there are digits (`row_cutting`), and two networks tell how
likely which of them are one sign (`sign_scores`); the likeliest way through all is the reading
(`number_lattice`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.picture.box_sides import NARROWEST_BOX
from digits.picture.faint_lines import find_faint_uprights
from digits.picture.pixels import runs_of
from digits.picture.preparation import Sheet
from digits.picture.row_finding import Part, Row
from digits.reading.number_lattice import best_path, sum_over_paths
from digits.reading.repeated_marks import without_repeated_marks
from digits.reading.row_cutting import CutRow
from digits.reading.row_evidence import RowEvidence, SeenRow
from digits.reading.sign_scores import AskedDigits, Sign, letter_if_whole, score_signs

if TYPE_CHECKING:
    from digits.network.row_serving import RowNetwork
    from digits.network.serving import Network

# Of the height of a row: a gap between signs that is no wider keeps them in one number.
CLEAR_GAP = 1.3
# Likewise: nor is one that is no wider than this, even where all others are so much narrower.
LEAST_CLEAR_GAP, _LEAP, _NARROW_GAP = 0.7, 2.5, 0.12
# Likewise: a cell that is no wider holds one digit of a number.
WIDEST_BOX = 1.7
# Of what boxes are wide: so far without a line or a digit is no empty box, however its sides faded.
_WIDER_THAN_BOXES = 1.75
# Of the height of a row: a gap between numbers in two cells of a table is no narrower.
LEAST_BETWEEN_CELLS = 0.4
# Digits in boxes that are too pale to be seen: so many are so far apart at most, from middle to
# middle, and none twice as far as another.
FEWEST_PITCHES, WIDEST_PITCH = 3, 2.1
# Of a row's height, what an upright line covers.
_LEAST_OF_UPRIGHT = 0.5


@dataclass(frozen=True, eq=False)
class RowReading:
    """The signs of a row from left to right.

    Attributes:
        row: where they stand.
        signs: each piece of ink belongs to one.
        uprights: float (n,), columns of upright lines of the paper beside them, pixels.
        sureness: natural logarithm of how likely these signs are among all that the row may be.
    """

    row: Row
    signs: tuple[Sign, ...]
    uprights: NDArray[np.float64]
    sureness: float

    def are_apart(self, left: Part, right: Part) -> bool:
        """Whether a clear gap lies between two signs.

        Where each has a narrow cell of its own, as on a form, only one between two groups of such
        cells says something; where a line parts two wide cells, it need not be so wide.
        """
        gap = right.x - left.x - left.width
        if self._are_in_boxes(left, right):
            return self._are_in_two_groups(left, right)
        cells = [self._cell_around(part) for part in (left, right)]
        widest_box = WIDEST_BOX * self.row.height
        are_in_cells = widest_box < min(cells) and max(cells) < np.inf
        if are_in_cells and self._are_parted(left, right):
            return gap > LEAST_BETWEEN_CELLS * self.row.height
        if gap <= self._least_gap or self._is_evenly_spaced:
            return False
        return max(cells) > widest_box

    def _are_in_boxes(self, left: Part, right: Part) -> bool:
        """Whether they stand among lines that are mostly as close as the sides of boxes."""
        if self._usual_box > WIDEST_BOX * self.row.height:
            return False
        return bool(self.uprights[0] <= left.middle[0] and right.middle[0] <= self.uprights[-1])

    @cached_property
    def _usual_box(self) -> float:
        """How far it mostly is from one upright line to the next, pixels; infinite for few."""
        pitches = np.diff(self.uprights)
        pitches = pitches[pitches >= NARROWEST_BOX * self.row.height]
        return float(np.median(pitches)) if len(pitches) >= FEWEST_PITCHES - 1 else np.inf

    def _are_in_two_groups(self, left: Part, right: Part) -> bool:
        """Whether boxes end between two signs, and others begin behind a clear gap.

        An empty box is no such gap: it is as wide as its neighbours.
        """
        ends = np.array([left.x + left.width, right.x], np.float64)
        between = self.uprights[(self.uprights > ends[0]) & (self.uprights < ends[1])]
        widest = np.diff(np.insert(ends, 1, between)).max()
        least = max(CLEAR_GAP * self.row.height, _WIDER_THAN_BOXES * self._usual_box)
        return bool(widest > least)

    def _are_parted(self, left: Part, right: Part) -> bool:
        """Whether there is an upright line between two signs."""
        is_between = (self.uprights >= left.x + left.width - 1) & (self.uprights <= right.x)
        return bool(is_between.any())

    @cached_property
    def _least_gap(self) -> float:
        """What is wider is a clear gap, pixels: less than usual where gaps are of two kinds."""
        gaps = np.sort([right.x - left.x - left.width for left, right in self._neighbours()])
        usual = CLEAR_GAP * self.row.height
        leaps = [
            wide
            for narrow, wide in pairwise(gaps.tolist())
            if wide > LEAST_CLEAR_GAP * self.row.height
            and wide >= _LEAP * max(narrow, _NARROW_GAP * self.row.height)
        ]
        return min([usual, *(0.99 * each for each in leaps)])

    def _neighbours(self) -> Iterable[tuple[Part, Part]]:
        return pairwise([sign.part for sign in self.signs if sign.kind == "digit"])

    @cached_property
    def _is_evenly_spaced(self) -> bool:
        """Whether digits stand as if each had a box of its own, however pale these are."""
        at = np.array([sign.part.middle[0] for sign in self.signs if sign.kind == "digit"])
        pitches = np.diff(np.sort(at)) / self.row.height
        if len(pitches) < FEWEST_PITCHES:
            return False
        return bool(pitches.max() <= min(WIDEST_PITCH, 2 * pitches.min()))

    def _cell_around(self, part: Part) -> float:
        """How far it is from the upright line before a part to the one behind it, pixels."""
        x, _ = part.middle
        before, behind = self.uprights[self.uprights < x], self.uprights[self.uprights > x]
        if not (before.size and behind.size):
            return np.inf
        return float(behind.min() - before.max())


def read_rows(
    rows: Sequence[Row], sheet: Sheet, network: Network, row_network: RowNetwork | None = None
) -> list[RowReading]:
    """The likeliest signs of each row of a sheet.

    Args:
        rows: of the sheet.
        sheet: from `preparation.prepare_sheet`.
        network: which says what looks like a digit.
        row_network: which says what a row looks like as a whole; None asks `network` alone.

    Raises:
        ModelError: its answers are no numbers.
    """
    asked = _ask(rows, sheet, network, row_network)
    if row_network is not None:
        kinds = [each.kinds() for each in asked]
        asked = [
            each if _is_word(own, kinds) else replace(each, among_digits=True)
            for each, own in zip(asked, kinds, strict=True)
        ]
    return [each.reading(sheet) for each in asked]


def _ask(
    rows: Sequence[Row], sheet: Sheet, network: Network, row_network: RowNetwork | None
) -> list[_AskedRow]:
    """Each network of each row, both at once: that of rows need not know how they are cut."""
    if row_network is None:
        return [_AskedRow.of(row, sheet, network) for row in rows]
    seen = [_beside().submit(SeenRow.of, row, sheet.ink_map, row_network) for row in rows]
    return [_AskedRow.of(row, sheet, network, each) for row, each in zip(rows, seen, strict=True)]


@cache
def _beside() -> ThreadPoolExecutor:
    """Threads for all who read, as many as there are cores.

    They stay, for what a new one allocates does not all come back when it ends.
    """
    return ThreadPoolExecutor(os.cpu_count(), "rows")


@dataclass(frozen=True, eq=False)
class _AskedRow:
    """A row, cut, and all that the networks say of its pieces.

    Attributes:
        cut: its pieces.
        asked: what the network of digits says.
        evidence: what the network of rows says; None without one.
        among_digits: whether it holds a number, in which letters are rare.
    """

    cut: CutRow
    asked: AskedDigits
    evidence: RowEvidence | None
    among_digits: bool = False

    @classmethod
    def of(
        cls, row: Row, sheet: Sheet, network: Network, seen: Future[SeenRow] | None = None
    ) -> _AskedRow:
        """Ask the network of digits; without the other, there is no evidence of it."""
        cut = CutRow.of(row, sheet, network)
        asked = AskedDigits.of(cut, sheet, network)
        evidence = None
        if seen is not None:
            evidence = RowEvidence.of(seen.result(), cut.pieces, cut.segments)
        return cls(cut, asked, evidence)

    @cached_property
    def signs(self) -> list[Sign]:
        """What each segment is taken for."""
        return score_signs(self.cut, self.asked, self.evidence, self.among_digits)

    @cached_property
    def path(self) -> tuple[list[int], float]:
        """Numbers of the segments that are likeliest, and their score."""
        scores = np.array([sign.score for sign in self.signs])
        return best_path(len(self.cut.pieces), self.cut.segments, scores)

    def kinds(self) -> list[str]:
        """Of the likeliest signs."""
        return [self.signs[number].kind for number in self.path[0]]

    def reading(self, sheet: Sheet) -> RowReading:
        """The likeliest signs, and how likely they are."""
        totals = np.array([sign.total for sign in self.signs])
        path, best = self.path
        sureness = best - sum_over_paths(len(self.cut.pieces), self.cut.segments, totals)
        chosen = [
            letter_if_whole(self.signs[number], self.cut.segments[number], self.cut)
            if self.evidence is None
            else self.signs[number]
            for number in path
        ]
        signs = without_repeated_marks([sign for sign in chosen if sign.kind != "nothing"])
        return RowReading(self.cut.row, signs, _uprights_beside(self.cut.row, sheet), sureness)


def _is_word(kinds: Sequence[str], of_all: Sequence[Sequence[str]]) -> bool:
    """Whether a row holds more letters than digits; for one sign alone the other rows tell."""
    if len(kinds) == 1:
        kinds = [kind for row in of_all for kind in row]
    return kinds.count("letter") > kinds.count("digit")


def _uprights_beside(row: Row, sheet: Sheet) -> NDArray[np.float64]:
    """The columns of upright lines that are about as high as a row or higher, however faint."""
    top = min(part.y for part in row.parts)
    bottom = max(part.y + part.height for part in row.parts)
    lines = cv2.dilate(sheet.lines[top:bottom].view(np.uint8), np.ones((1, 5), np.uint8))
    is_upright = np.asarray(lines, np.float64).mean(axis=0) > _LEAST_OF_UPRIGHT
    starts, ends = runs_of(is_upright)
    uprights = (starts + ends - 1) / 2
    gaps = [right.x - left.x - left.width for left, right in pairwise(row.parts)]
    if max(gaps, default=0) <= LEAST_BETWEEN_CELLS * row.height:
        return uprights
    faint = find_faint_uprights(sheet.contrast, sheet.ink_map, top, bottom)
    return np.union1d(uprights, faint)
