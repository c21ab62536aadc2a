"""What came of many pictures: how many, how sure, how many in doubt and why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from digits.batch.rows import Row, answers_of
from digits.batch.task import ReadingTask
from digits.common.progress import duration_text
from digits.common.sentences import count_of

# Reasons that are named one by one; the rarer ones are counted together.
_REASONS = 6
_LEVELS = (0.99, 0.9, 0.5)
_NAMED_DIGITS = re.compile(r"\d or \d")
_NUMBERS = re.compile(r"\d[\d.,]*\d")


class Summary:
    """Counts rows as they go by.

    Args:
        task: by which they were read.
        read_before: how many of them a run before has left.

    Attributes:
        pictures: how many rows there were.
        unreadable: how many of them could not be read.
    """

    def __init__(self, task: ReadingTask, read_before: int) -> None:
        self._task = task
        self._read_before = read_before
        self.pictures = self.unreadable = 0
        self._answers = self._empty = 0
        self._at_least = dict.fromkeys(_LEVELS, 0)
        self._doubts: Counter[str] = Counter()
        self._errors: Counter[str] = Counter()

    def counting(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows, counted."""
        for row in rows:
            self.count(row)
            yield row

    def count(self, row: Row) -> None:
        """One row more."""
        self.pictures += 1
        if row["error"] is not None:
            self.unreadable += 1
            self._errors[_alike(row["error"])] += 1
        for cells in answers_of(row, self._task):
            if cells["answer"] is not None:
                self._answers += 1
                for level in _LEVELS:
                    self._at_least[level] += cells["confidence"] >= level
            elif cells["top_3"] is not None:
                self._doubts[_alike(cells["doubt"])] += 1
            else:
                self._empty += 1

    def as_text(self, seconds: float, passed_over: int) -> str:
        """Lines for a person.

        Args:
            seconds: that it took.
            passed_over: files that are called like no picture.
        """
        what = "field" if self._task.fields else "picture"
        lines = [f"{count_of(self.pictures, 'row')}{self._pace(seconds)}"]
        sure = ", ".join(f"{n:,} at least {level:.0%}" for level, n in self._at_least.items())
        lines.append(f"Answered: {count_of(self._answers, what)}; sure of them: {sure}.")
        doubted = sum(self._doubts.values())
        lines += [f"In doubt: {count_of(doubted, what)}.", *_listed(self._doubts)]
        if self._task.fields:
            lines.append(f"Empty: {count_of(self._empty, 'field')}.")
        lines += [f"Unreadable: {self.unreadable:,}.", *_listed(self._errors)]
        if passed_over:
            lines.append(f"Passed over, for they are not called as pictures are: {passed_over:,}.")
        return "\n".join(lines)

    def _pace(self, seconds: float) -> str:
        read = self.pictures - self._read_before
        pace = f"in {duration_text(seconds)}, {read / max(seconds, 1e-9):,.1f} a second."
        if not self._read_before:
            return f" {pace}"
        return f", of which {self._read_before:,} were read before; the others {pace}"


def _alike(sentence: str) -> str:
    """A sentence without what only one picture has in it, so that those alike are counted."""
    return _NUMBERS.sub("…", _NAMED_DIGITS.sub("one or another digit", sentence))


def _listed(reasons: Counter[str]) -> list[str]:
    lines = [f"  {count:>7,}  {reason}" for reason, count in reasons.most_common(_REASONS)]
    others = sum(reasons.values()) - sum(count for _, count in reasons.most_common(_REASONS))
    return [*lines, f"  {others:>7,}  for other reasons"] if others else lines
