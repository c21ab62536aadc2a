"""Which misread digits people cannot read either: sheets to be marked blind, and what comes of it.

    python benchmarks/unreadable.py draw FOLDER --data-folder ../shared/data
    python benchmarks/unreadable.py count FOLDER FIRST.txt SECOND.txt

`draw` reads the report's real digits (pen writers 27 to 30, UNIPEN, Semeion, optdigits), and mixes
all that are misread with as many that are read right, in an order of chance. It writes sheets of
numbered pictures, with no label or answer on them, and `key.json`, which nobody opens who marks.
Two people then write down, each by themselves, the numbers of those that they cannot read: one
number a line. `count` gives the figures with and without what both marked, and how many of those
were doubted.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.collection_rows import collection_groups
from benchmarks.other_collections import Collections
from benchmarks.robustness_rows import Group, Pixels, Row, load_digits, pen_group
from digit_predictor import Reading, read_digits
from digits.common.atomic_file import atomic_write
from digits.common.command_line import run_script
from digits.common.errors import DataError

COLUMNS, ROWS_A_SHEET, SIDE = 10, 8, 130
PENS_A_WIDTH = 400
_BATCH = 200


@dataclass(frozen=True)
class Marked:
    """A picture on a sheet.

    Attributes:
        group: the set that it is of.
        row: how it is shown.
        number: in that row.
        label: the digit that it shows.
        read: what was read.
        doubted: whether that was doubted.
    """

    group: str
    row: str
    number: int
    label: int
    read: int
    doubted: bool

    @property
    def is_right(self) -> bool:
        """Whether it was read right."""
        return self.read == self.label


def read_row_of(group: Group, row: Row) -> list[Marked]:
    """What is read in every picture of a row; what is refused is read as -1, and doubted."""
    assert row.labels is not None
    found = []
    for first in range(0, row.count, _BATCH):
        numbers = range(first, min(first + _BATCH, row.count))
        for number, reading in zip(numbers, read_digits(map(row.picture, numbers)), strict=True):
            read = reading.top_k[0][0] if isinstance(reading, Reading) else -1
            doubted = not (isinstance(reading, Reading) and reading.is_digit)
            label = int(row.labels[number])
            found.append(Marked(group.name, row.name, number, label, read, doubted))
    return found


def choose(found: Sequence[Marked], random: np.random.Generator) -> list[Marked]:
    """All that are misread and as many that are read right, in any order."""
    wrong = [each for each in found if not each.is_right]
    right = [each for each in found if each.is_right]
    others = random.choice(len(right), min(len(wrong), len(right)), replace=False)
    chosen = [*wrong, *(right[int(each)] for each in others)]
    return [chosen[int(each)] for each in random.permutation(len(chosen))]


def draw_sheet(pictures: Sequence[Pixels], first: int) -> Image.Image:
    """Numbered pictures and nothing else."""
    height = -(-len(pictures) // COLUMNS) * (SIDE + 18)
    sheet = Image.new("RGB", (COLUMNS * (SIDE + 8), height), "white")
    draw = ImageDraw.Draw(sheet)
    for place, pixels in enumerate(pictures):
        x, y = place % COLUMNS * (SIDE + 8), place // COLUMNS * (SIDE + 18)
        picture = Image.fromarray(pixels).convert("RGB")
        picture.thumbnail((SIDE, SIDE))
        sheet.paste(picture, (x, y + 16))
        draw.rectangle((x, y + 16, x + SIDE, y + 16 + SIDE), outline="#dddddd")
        draw.text((x + 2, y + 2), str(first + place), "black")
    return sheet


def draw(folder: Path, data_folder: Path) -> None:
    """Read everything, and write the sheets and the key."""
    groups = _groups(data_folder)
    rows = {(group.name, row.name): row for group in groups for row in group.rows}
    found = [each for group in groups for row in group.rows for each in read_row_of(group, row)]
    chosen = choose(found, np.random.default_rng(0))
    folder.mkdir(parents=True, exist_ok=True)
    counts = {
        name: [sum(each.group == name and right in (None, each.is_right) for each in found)
               for right in (None, False)]
        for name in dict.fromkeys(each.group for each in found)
    }  # fmt: skip
    with atomic_write(folder / "key.json") as temporary:
        key = {"counts": counts, "marked": [asdict(each) for each in chosen]}
        temporary.write_text(json.dumps(key), "utf-8")
    a_sheet = COLUMNS * ROWS_A_SHEET
    for first in range(0, len(chosen), a_sheet):
        own = chosen[first : first + a_sheet]
        pictures = [rows[each.group, each.row].picture(each.number) for each in own]
        draw_sheet(pictures, first).save(folder / f"sheet-{first // a_sheet}.png")
    print(f"{len(chosen)} pictures on {-(-len(chosen) // a_sheet)} sheets in {folder}.")


def _groups(folder: Path) -> list[Group]:
    digits = load_digits(
        str(folder / "mnist.npz"), str(folder / "pendigits-orig.tra.gz"), validation=False
    )
    collections = Collections(None, None, None, None, None).found_in(folder)
    others = collection_groups(collections, digits.first, 1, validation=False)
    return [pen_group(digits, PENS_A_WIDTH), *(each for each in others if each.is_collection)]


def read_marks(file: Path, count: int) -> set[int]:
    """The numbers in a file.

    Raises:
        DataError: it holds something else.
    """
    try:
        marks = {int(line) for line in file.read_text("utf-8").split()}
    except (OSError, ValueError) as error:
        raise DataError(f"{file.name} holds no numbers, one a line.") from error
    if marks and not 0 <= min(marks) <= max(marks) < count:
        raise DataError(f"{file.name} holds numbers that are on no sheet: 0 to {count - 1} are.")
    return marks


def agreement(one: set[int], two: set[int], count: int) -> float:
    """Cohen's kappa (1960): how much more two agree than by chance, at most 1."""
    both, neither = len(one & two), count - len(one | two)
    observed = (both + neither) / count
    expected = (len(one) * len(two) + (count - len(one)) * (count - len(two))) / count**2
    return 1.0 if expected == 1 else (observed - expected) / (1 - expected)


def report(folder: Path, files: Iterable[Path]) -> None:
    """Print the figures with and without what both marked."""
    key = json.loads((folder / "key.json").read_text("utf-8"))
    shown = [Marked(**each) for each in key["marked"]]
    one, two = (read_marks(file, len(shown)) for file in files)
    both = [shown[number] for number in sorted(one & two)]
    print(f"marked by the one {len(one)}, by the other {len(two)}, by both {len(both)};", end=" ")
    print(f"kappa {agreement(one, two, len(shown)):.2f}")
    wrong = [each for each in both if not each.is_right]
    print(
        f"of those by both {len(wrong)} were misread, {sum(each.doubted for each in both)}", end=""
    )
    print(" doubted")
    for name, (total, misread) in key["counts"].items():
        out = sum(each.group == name for each in wrong)
        raw, without = 1 - misread / total, 1 - (misread - out) / max(1, total - out)
        print(f"{name:24}{total:>7} digits {raw:>9.2%} read right, {without:.2%} without {out}")


def main(arguments: list[str] | None = None) -> int:
    """Draw or count; returns the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("draw", "count"))
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("marks", type=Path, nargs="*", metavar="MARKS.txt", help="two, to count")
    parser.add_argument("--data-folder", type=Path, metavar="FOLDER", help="with all collections")
    options = parser.parse_args(arguments)
    if options.what == "draw" and options.data_folder is None:
        parser.error("draw takes --data-folder")
    if options.what == "count" and len(options.marks) != 2:
        parser.error("count takes two files of marks")
    if options.what == "draw":
        return run_script(lambda: draw(options.folder, options.data_folder), lambda: "Stopped.")
    return run_script(lambda: report(options.folder, options.marks), lambda: "Stopped.")


if __name__ == "__main__":
    sys.exit(main())
