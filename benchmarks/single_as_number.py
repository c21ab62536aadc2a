"""On how many pictures of one digit `read_number` gives another digit than `read_digit`.

    python benchmarks/single_as_number.py --data-folder ../shared/data [--validation]

The pictures are those of `benchmarks/robustness.py` that show a digit. --sheet draws those on which
the two differ.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.collection_rows import collection_groups
from benchmarks.robustness import collections_of, find_digits
from benchmarks.robustness_rows import Row, all_groups, load_digits
from digits.common.command_line import count, run_script
from digits.common.errors import PictureError
from digits.reading.digit import read_digit
from digits.reading.number import read_number

GOAL = 0.001
_CELL = 150
_COLUMNS = 8


def differing(row: Row) -> list[tuple[int, str, str]]:
    """Of a row's pictures those that are read differently: number, as a digit, as a number."""

    def read(number: int) -> tuple[int, str, str]:
        picture = row.picture(number)
        ink = "light" if row.ink_is_light else "auto"
        try:
            digit = read_digit(picture, ink=ink)  # type: ignore[arg-type]
        except PictureError:
            return number, "", ""
        found = read_number(picture, ink=ink)  # type: ignore[arg-type]
        return number, str(digit.top_k[0][0]), found.text

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return [found for found in pool.map(read, range(row.count)) if found[1] != found[2]]


def write_sheet(found: Sequence[tuple[Row, int, str, str]], file: Path) -> None:
    """Draw pictures with what they were read as, as a digit and as a number."""
    height = (len(found) + _COLUMNS - 1) // _COLUMNS * (_CELL + 30)
    sheet = Image.new("RGB", (_COLUMNS * _CELL, max(height, 1)), "white")
    draw = ImageDraw.Draw(sheet)
    for place, (row, number, digit, text) in enumerate(found):
        x, y = place % _COLUMNS * _CELL, place // _COLUMNS * (_CELL + 30)
        picture = Image.fromarray(np.asarray(row.picture(number), np.uint8)).convert("RGB")
        picture.thumbnail((_CELL - 6, _CELL - 6))
        sheet.paste(picture, (x + 3, y + 3))
        draw.text((x + 3, y + _CELL), f"{row.name[:20]} {number}\n{digit} {text!r}", "black")
    sheet.save(file)


def report(options: argparse.Namespace) -> None:
    """Print a line a row, and the sum."""
    find_digits(options)
    digits = load_digits(options.data, options.pen_strokes, options.validation)
    groups = [*all_groups(digits, options.digits)]
    groups += collection_groups(
        collections_of(options), digits.first, options.digits, options.validation
    )
    total, found = 0, []
    for group in groups:
        for row in group.rows:
            if row.labels is None or row.is_prepared:
                continue
            others = differing(row)
            found += [(row, *each) for each in others]
            total += row.count
            print(f"{group.name[:40]:40} {row.name[:30]:30} {len(others):4} of {row.count}")
    print(f"{len(found)} of {total:,}, {len(found) / max(total, 1):.2%} (goal {GOAL:.1%})")
    if options.sheet is not None:
        write_sheet(found, options.sheet)


def main(arguments: list[str] | None = None) -> int:
    """Print the report; returns the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", metavar="FILE", help="a local mnist.npz (downloaded otherwise)")
    parser.add_argument("--pen-strokes", metavar="FILE", help="pendigits-orig.tra of UCI")
    for name in ("unipen", "semeion", "optdigits", "quickdraw", "omniglot"):
        parser.add_argument(f"--{name}", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--data-folder", type=Path, metavar="FOLDER", help="with all of these")
    parser.add_argument("--digits", type=count, default=100, metavar="N", help="a row (100)")
    parser.add_argument("--validation", action="store_true", help="not the report's digits")
    parser.add_argument("--sheet", type=Path, metavar="FILE.png", help="draw those that differ")
    options = parser.parse_args(arguments)
    return run_script(lambda: report(options), lambda: "Stopped.")


if __name__ == "__main__":
    sys.exit(main())
