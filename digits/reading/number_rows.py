"""Read a row of ink: which of its pieces are digits, which are marks, and which are neither.

The ink is cut into more pieces than there are digits (`row_cutting`), and two networks tell how
likely which of them are one sign (`sign_scores`); the likeliest way through all is the reading
(`number_lattice`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

import numpy as np

from digits.picture.preparation import Sheet
from digits.picture.row_finding import Part, Row, close_together, row_of
from digits.reading.marks_of_amounts import without_fillers
from digits.reading.number_lattice import best_path, sum_over_paths
from digits.reading.repeated_marks import without_repeated_marks
from digits.reading.row_cutting import CutRow
from digits.reading.row_evidence import RowEvidence, SeenRow
from digits.reading.row_gaps import RowGaps
from digits.reading.sign_scores import AskedDigits, Sign, letter_if_whole, score_signs
from digits.reading.thousands_marks import with_apostrophes
from digits.reading.units import with_letters_that_hang, without_unit

if TYPE_CHECKING:
    from digits.network.row_serving import RowNetwork
    from digits.network.serving import Network

# Of the height of a row: parts that are so much taller are none of it, if there are so many side by
# side, for one may be a stray stroke.
_TALLER, _FEWEST_TALLER = 1.4, 2
# What people write into a cell for nothing, and specks.
_IN_EMPTY_CELLS = frozenset({"dash", "point", "comma"})


@dataclass(frozen=True, eq=False)
class RowReading:
    """The signs of a row from left to right.

    Attributes:
        row: where they stand.
        signs: each piece of ink belongs to one.
        gaps: between them.
        sureness: natural logarithm of how likely these signs are among all that the row may be.
    """

    row: Row
    signs: tuple[Sign, ...]
    gaps: RowGaps
    sureness: float

    @property
    def digits(self) -> list[Part]:
        """Those signs that are one."""
        return [sign.part for sign in self.signs if sign.kind == "digit"]

    def with_signs(self, signs: Sequence[Sign]) -> RowReading:
        """The same row with those of its signs that are left."""
        if len(signs) == len(self.signs):
            return self
        return replace(self, signs=tuple(signs), gaps=replace(self.gaps, signs=tuple(signs)))

    @cached_property
    def told(self) -> list[tuple[Sign, bool]]:
        """All signs that can be written down, and whether a clear gap lies before each."""
        told = [sign for sign in self.signs if not sign.is_unclear]
        gaps = [self.gaps.are_apart(left.part, right.part) for left, right in pairwise(told)]
        return list(zip(told, [False, *gaps], strict=False))

    @property
    def told_of_numbers(self) -> list[tuple[Sign, bool]]:
        """Likewise, without what stands in an empty cell, is printed before, or fills a line."""
        told = [
            each
            for number, each in enumerate(self.told)
            if not (self._is_in_empty_cell(number) or self._is_before_box(number))
        ]
        starts = [number for number, (_, is_behind_gap) in enumerate(told) if is_behind_gap]
        groups = [told[first:stop] for first, stop in pairwise([0, *starts, len(told)])]
        kept = {sign for group in groups for sign in without_fillers([sign for sign, _ in group])}
        return [each for each in told if each[0] in kept]

    def _is_in_empty_cell(self, number: int) -> bool:
        """Whether a sign is a dash, point or comma by itself."""
        sign, is_behind_gap = self.told[number]
        is_alone = number == 0 or is_behind_gap
        is_alone &= number + 1 == len(self.told) or self.told[number + 1][1]
        return is_alone and sign.kind in _IN_EMPTY_CELLS and self._is_far_from_others(number)

    def _is_before_box(self, number: int) -> bool:
        """Whether a sign is a currency's beside the box that a number stands in, as on cheques."""
        behind = self.told[number + 1 :]
        if self.told[number][0].kind != "currency sign" or not behind:
            return False
        others = takewhile(lambda each: not each[1], behind[1:])
        inside = [sign.part for sign, _ in (behind[0], *others)]
        return self.gaps.is_before_box(self.told[number][0].part, inside)

    def _is_far_from_others(self, number: int) -> bool:
        """Whether a sign is no minus between two numbers: one that is told between two others."""
        if number in (0, len(self.told) - 1):
            return True
        parts = [sign.part for sign, _ in self.told[number - 1 : number + 2]]
        return all(self.gaps.are_far_apart(*pair) for pair in pairwise(parts))


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
    stretches = [_by_height(row) for row in rows]
    asked = _ask([row for each in stretches for row in each], sheet, network, row_network)
    if row_network is not None:
        kinds = [each.kinds() for each in asked]
        asked = [
            each if _is_word(own, kinds) else replace(each, among_digits=True)
            for each, own in zip(asked, kinds, strict=True)
        ]
    read = iter([each.reading(sheet) for each in asked])
    return [_as_one([next(read) for _ in each], sheet) for each in stretches]


def _by_height(row: Row) -> list[Row]:
    """A row, and apart from it what is so much taller: a number behind a word in small print.

    The word's many letters would tell how high and how far apart digits are.
    """
    tall = _TALLER * row.height
    if max(part.height for part in row.parts) <= tall:
        return [row]
    runs = [row.parts[run] for run in close_together(row.parts)]
    are_tall = [sum(part.height > tall for part in run) >= _FEWEST_TALLER for run in runs]
    taller = [row_of(run) for run, is_tall in zip(runs, are_tall, strict=True) if is_tall]
    others = [
        part for run, is_tall in zip(runs, are_tall, strict=True) if not is_tall for part in run
    ]
    return [replace(row, parts=tuple(others)), *taller] if others and taller else [row]


def _as_one(readings: Sequence[RowReading], sheet: Sheet) -> RowReading:
    """What was read of a row, with the height of its tallest."""
    if len(readings) == 1:
        return readings[0]
    tallest = max((each.row for each in readings), key=lambda row: row.height)
    parts = sorted(
        [part for each in readings for part in each.row.parts], key=lambda part: part.middle[0]
    )
    row = replace(tallest, parts=tuple(parts))
    signs = sorted(
        [sign for each in readings for sign in each.signs], key=lambda sign: sign.part.middle[0]
    )
    gaps = RowGaps.on(sheet, row, tuple(signs))
    return RowReading(row, tuple(signs), gaps, sum(each.sureness for each in readings))


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
        signs = with_letters_that_hang(signs, self.cut.row)
        signs = with_apostrophes(signs, self.cut.row)
        gaps = RowGaps.on(sheet, self.cut.row, signs)
        return RowReading(self.cut.row, signs, gaps, sureness)


def _is_word(kinds: Sequence[str], of_all: Sequence[Sequence[str]]) -> bool:
    """Whether a row holds more letters than digits; for one sign alone the other rows tell.

    Of the letters behind a digit, those of a unit do not count.
    """
    all_kinds = [kind for row in of_all for kind in row]
    kinds = all_kinds if len(kinds) == 1 else without_unit(kinds)
    return kinds.count("letter") > kinds.count("digit")
