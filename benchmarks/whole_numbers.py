"""How well whole numbers are read: on the canvas, in photos, in crops, with marks, and in doubt.

    python benchmarks/whole_numbers.py --data-folder ../shared/data
    python benchmarks/whole_numbers.py … --validation --sheet kinds.png    # while developing
    python benchmarks/whole_numbers.py … --rapidocr                        # and RapidOCR beside

The report opens MNIST's test split, pen writers 27 to 30 and UNIPEN's tenth 0 of the writers; with
--validation the same kinds are made of MNIST's validation digits, writers 23 to 26 and UNIPEN's
tenth 1. A number is read whole if its `text` is right to the last digit, gap and row. --sheet draws
pictures of every kind with what they say, and needs no reader.

The file is not called numbers.py, for that is a module of Python's own, which every script in this
folder would then import instead.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.number_hands import load_hands
from benchmarks.number_pictures import LENGTHS
from benchmarks.number_readers import NumberAnswer, Reader, find_readers
from benchmarks.number_rows import (
    CALIBRATION_GOAL,
    MARKS_AS_DIGITS_GOAL,
    WITH_MARKS,
    WRITTEN_GOAL,
    NumberGroup,
    NumberRow,
    all_number_groups,
    mouse_group,
)
from benchmarks.number_sheet import draw_sheet
from digits.common.atomic_file import atomic_write
from digits.common.command_line import count, run_script
from digits.evaluation.measures import measure_reliability

SHOWN_A_ROW = 8


@dataclass(frozen=True, eq=False)
class NumberReadings:
    """What a reader said of a row's pictures.

    Attributes:
        truths: text and what is written of each, "" where there is no number.
        marks: how many marks each has.
        lengths: how many digits each has, by `LENGTHS`; None where there is no number.
        answers: of each.
    """

    truths: tuple[tuple[str, str], ...]
    marks: tuple[int, ...]
    lengths: tuple[range, ...] | None
    answers: tuple[NumberAnswer, ...]

    @property
    def whole(self) -> np.ndarray:
        """Whether each text is read right, bool (n,)."""
        pairs = zip(self.truths, self.answers, strict=True)
        return np.array([answer.text == text for (text, _), answer in pairs])

    @property
    def whole_as_written(self) -> np.ndarray:
        """Whether all that is written is read right, bool (n,)."""
        pairs = zip(self.truths, self.answers, strict=True)
        return np.array([answer.written == written for (_, written), answer in pairs])

    @property
    def doubted(self) -> np.ndarray:
        """Bool (n,)."""
        return np.array([answer.doubted for answer in self.answers])

    @property
    def score(self) -> float:
        """The share read whole, or of what is no number the share doubted."""
        return float((self.doubted if self.lengths is None else self.whole).mean())

    def score_of_length(self, length: range) -> float:
        """The share read whole of those with so many digits; NaN where there are none."""
        chosen = np.array([each == length for each in self.lengths or ()], bool)
        return float(self.whole[chosen].mean()) if chosen.any() else float("nan")

    @property
    def marks_as_digits(self) -> float:
        """Digits that nobody wrote, for each mark."""
        added = [
            count_added(text, answer.text)
            for (text, _), answer in zip(self.truths, self.answers, strict=True)
        ]
        return sum(added) / max(sum(self.marks), 1)


def count_added(truth: str, read: str) -> int:
    """How many digits were added, where a text is made of another with the fewest changes.

    Among equally few changes (Levenshtein, 1966) those count that add least.
    """
    truth, read = ("".join(sign for sign in text if sign.isdigit()) for text in (truth, read))
    before = [(i, i) for i in range(len(read) + 1)]  # changes, and how many of them add
    for sign in truth:
        row = [(before[0][0] + 1, before[0][1])]
        for i, other in enumerate(read):
            swapped = before[i][0] + (sign != other), before[i][1]
            left_out = before[i + 1][0] + 1, before[i + 1][1]
            added = row[i][0] + 1, row[i][1] + 1
            row.append(min(swapped, left_out, added))
        before = row
    return before[-1][1]


def read_row(row: NumberRow, readers: Mapping[str, Reader]) -> dict[str, NumberReadings]:
    """What every reader says, by its name; no picture is kept longer than it is read."""

    def read(number: int) -> tuple[tuple[str, str], int, list[NumberAnswer]]:
        picture = row.picture(number)
        answers = [reader(picture.pixels) for reader in readers.values()]
        return (picture.text, picture.written), len(picture.marks), answers

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        truths, marks, answers = zip(*pool.map(read, range(row.count)), strict=True)
    lengths = None if row.lengths is None else tuple(map(row.lengths, range(row.count)))
    return {
        name: NumberReadings(truths, marks, lengths, tuple(each[i] for each in answers))
        for i, name in enumerate(readers)
    }


# --- The table -------------------------------------------------------------------------------


def print_head(names: Iterable[str]) -> None:
    """The names of the columns; behind each reader's share those of its three lengths."""
    digits = " / ".join(f"{length.start}-{length.stop - 1}" for length in LENGTHS)
    print(f"{'':36}{'n':>6}" + "".join(f"{name + ', digits ' + digits:>44}" for name in names))


def print_row(name: str, number: int, readings: Sequence[NumberReadings]) -> None:
    """A row of shares."""
    cells = []
    for each in readings:
        shares = [] if each.lengths is None else map(each.score_of_length, LENGTHS)
        by_length = " / ".join("-" if np.isnan(share) else f"{share:.1%}" for share in shares)
        cells.append(f"{each.score:>18.2%}  {by_length:>24}")
    print(f"  {name:34}{number:>6}" + "".join(cells), flush=True)


def read_group(
    group: NumberGroup, readers: Mapping[str, Reader]
) -> dict[str, list[NumberReadings]]:
    """Read and print all rows of a group, and their mean; gives the readings by reader."""
    goal = "no goal" if group.goal is None else f"goal {group.goal:.0%}"
    least = "" if group.least is None else f", none under {group.least:.0%}"
    print(f"{group.name} ({goal}{least})")
    read: dict[str, list[NumberReadings]] = {name: [] for name in readers}
    for row in group.rows:
        by_reader = read_row(row, readers)
        for name, readings in by_reader.items():
            read[name].append(readings)
        print_row(row.name, row.count, list(by_reader.values()))
    if len(group.rows) > 1:
        means = [np.mean([each.score for each in rows]) for rows in read.values()]
        shares = "".join(f"{mean:>18.2%}{'':26}" for mean in means)
        print(f"  {f'mean of {len(group.rows)}':34}{'':6}{shares}")
    return read


def print_marks(name: str, rows: Sequence[NumberReadings]) -> None:
    """What becomes of marks."""
    written = np.mean([each.whole_as_written.mean() for each in rows])
    added = np.mean([each.marks_as_digits for each in rows])
    print(f"  {name}: all that is written {written:.2%} (goal {WRITTEN_GOAL:.0%}),", end=" ")
    print(f"digits added for each mark {added:.2%} (goal {MARKS_AS_DIGITS_GOAL:.1%})")


def print_confidence(name: str, rows: Sequence[NumberReadings]) -> None:
    """Whether the confidence can be believed, over all pictures that show a number."""
    shown = [each for each in rows if each.lengths is not None]
    confidences = np.array([answer.confidence for each in shown for answer in each.answers])
    right = np.concatenate([each.whole for each in shown])
    error = measure_reliability(confidences, right).calibration_error
    doubted = np.mean([each.doubted.mean() for each in shown])
    print(f"  {name}: calibration error {error:.2%} (goal {CALIBRATION_GOAL:.0%}),", end=" ")
    print(f"numbers doubted {doubted:.2%}")


def report_on(groups: Sequence[NumberGroup], readers: Mapping[str, Reader]) -> None:
    """Read all groups, and print the table and what follows from it."""
    print_head(readers)
    every: dict[str, list[NumberReadings]] = {name: [] for name in readers}
    for group in groups:
        read = read_group(group, readers)
        for name, rows in read.items():
            every[name] += rows
            if group.name == WITH_MARKS:
                print_marks(name, rows)
    print("\nConfidence, over all numbers")
    for name, rows in every.items():
        print_confidence(name, rows)


def write_sheet(groups: Sequence[NumberGroup], file: Path) -> None:
    """Pictures of every kind with what they say, as PNG."""
    rows = []
    for group in groups:
        for row in group.rows:
            pictures = [row.picture(number) for number in range(min(SHOWN_A_ROW, row.count))]
            shown = [(each.pixels, each.written.replace("\n", " | ")) for each in pictures]
            rows.append((f"{group.name}: {row.name}", shown))
    with atomic_write(file) as temporary:
        draw_sheet(rows).save(temporary, "PNG")


# --- The program -----------------------------------------------------------------------------


def report(options: argparse.Namespace) -> None:
    """Print everything, and draw the sheet if one is asked for."""
    readers, sentences = find_readers(options.model, options.rapidocr)
    for sentence in sentences:
        print(sentence)
    if not readers and options.sheet is None:
        return
    folder = options.data_folder
    hands = load_hands(
        options.data or _in_folder(folder, "mnist.npz"),
        options.pen_strokes or _in_folder(folder, "pendigits-orig.tra.gz"),
        options.unipen or (None if folder is None else folder / "unipen"),
        options.validation,
    )
    groups = all_number_groups(hands, options.numbers)
    if not options.validation:
        groups.append(mouse_group())
    if options.sheet is not None:
        write_sheet(groups, options.sheet)
    if readers:
        report_on(groups, readers)


def _in_folder(folder: Path | None, name: str) -> str | None:
    return None if folder is None else str(folder / name)


def main(arguments: list[str] | None = None) -> int:
    """Print the report; returns the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", metavar="FILE", help="a local mnist.npz (downloaded otherwise)")
    parser.add_argument("--pen-strokes", metavar="FILE", help="pendigits-orig.tra of UCI")
    parser.add_argument("--unipen", type=Path, metavar="FOLDER", help="digits, letters, .jsonl.gz")
    parser.add_argument("--data-folder", type=Path, metavar="FOLDER", help="with all of these")
    parser.add_argument("--model", metavar="FILE", help="another model, .h5 or .keras")
    parser.add_argument("--numbers", type=count, default=300, metavar="N", help="a row (300)")
    parser.add_argument("--validation", action="store_true", help="not the report's digits")
    parser.add_argument("--rapidocr", action="store_true", help="and RapidOCR, if it is installed")
    parser.add_argument("--sheet", type=Path, metavar="FILE.png", help="draw every kind")
    options = parser.parse_args(arguments)
    return run_script(lambda: report(options), lambda: "Stopped.")


if __name__ == "__main__":
    sys.exit(main())
