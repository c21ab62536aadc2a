"""Draws the judges of `mouse_numbers` on the page, with the mouse in a real browser.

    python benchmarks/draw_numbers_with_mouse.py                     # what has no picture yet
    python benchmarks/draw_numbers_with_mouse.py touching rows       # these kinds anew
    python benchmarks/draw_numbers_with_mouse.py --sheets FOLDER     # only sheets to look at

What is drawn stands in `mouse_numbers/strokes.txt`, which says how it is written.
"""

from __future__ import annotations

import argparse
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.draw_with_mouse import (
    choose_pen,
    draw_events,
    keep,
    page_to_draw_on,
    parse_stroke,
    picture_on_canvas,
    take_new_sheet,
    tremble,
    wait_until_idle,
)
from benchmarks.hand_drawn_figures import Stroke
from benchmarks.mouse_numbers import FOLDER, KINDS, file_of, load_mouse_numbers

Hand = dict[str, list[str]]
"""Of each sign its strokes, as they are written down."""

# Of the height of a digit: how wide its box is; and of the pitch, what a mark takes.
_WIDTH = 0.72
_PITCH_OF_MARKS = {".": 0.5, ",": 0.5, ":": 0.5, "-": 0.85, "/": 0.85}
_COLUMNS, _SHEET_WIDTH = 5, 300


@dataclass(frozen=True, eq=False)
class PlannedNumber:
    """What a line says.

    Attributes:
        kind: one of `KINDS`.
        number: of the drawing within its kind.
        written: what it shows, a row a line.
        pen: width in pixels.
        events: what the mouse passes through, float64 (n, 2) a stroke, in hundredths of the paper's
            height.
    """

    kind: str
    number: int
    written: str
    pen: int
    events: tuple[Stroke, ...]


def read_plan(text: str) -> Iterator[PlannedNumber]:
    """All numbers of `strokes.txt`, in order."""
    hands: dict[str, Hand] = {}
    section, number = "", 0
    for line in text.splitlines():
        if line.startswith("["):
            section, number = line.strip("[]"), 0
        elif line and not line.startswith("#"):
            if section.startswith("hand "):
                sign, strokes = line.split(maxsplit=1)
                hands.setdefault(section.removeprefix("hand "), {})[sign] = strokes.split("|")
            else:
                yield _parse_line(line, section, number, hands)
                number += 1


def _parse_line(line: str, kind: str, number: int, hands: dict[str, Hand]) -> PlannedNumber:
    name, pen, steps, tremor, rest = line.split(maxsplit=4)
    random = np.random.default_rng(zlib.crc32(line.encode()))
    events: list[Stroke] = []
    texts = []
    for row in rest.split("|"):
        text, *places = row.split()
        left, top, height, pitch, rise = map(float, places)
        texts.append(text)
        for sign in text:
            for stroke in _signed(hands[name][sign], int(steps), random):
                placed = stroke * np.array([_WIDTH, 1.0]) * height / 100 + (left, top)
                events.append(tremble(placed, float(tremor), random, (199.0, 99.0)))
            left += pitch * _PITCH_OF_MARKS.get(sign, 1.0)
            top -= rise * _PITCH_OF_MARKS.get(sign, 1.0)
    return PlannedNumber(kind, number, "\n".join(texts), int(pen), tuple(events))


def _signed(strokes: list[str], steps: int, random: np.random.Generator) -> Iterator[Stroke]:
    """A sign once more, never quite as before."""
    size = 1 + random.normal(0, 0.03, 2)
    lean, shift = random.normal(0, 0.03), random.normal(0, 1.5, 2)
    for stroke in strokes:
        for points in parse_stroke(stroke.strip(), steps):
            knots = points + random.normal(0, 0.6, points.shape)
            leant = knots + np.stack([lean * (50 - knots[:, 1]), np.zeros(len(knots))], axis=1)
            yield leant * size + shift


def draw_all(plan: list[PlannedNumber]) -> None:
    """Draw one after the other on the page, and keep what is then on the canvas.

    Raises:
        DigitError: no browser is found.
    """
    with page_to_draw_on() as page:
        for drawing in sorted(plan, key=lambda each: each.pen):
            choose_pen(page, drawing.pen)
            draw_events(page, drawing.events, is_centred=False)
            wait_until_idle(page)
            file = file_of(drawing.kind, drawing.number, drawing.written)
            keep(file, picture_on_canvas(page))
            take_new_sheet(page)


def draw_sheets(folder: Path) -> None:
    """A sheet of each kind, to be looked at: every drawing above what it shows."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = load_mouse_numbers()
    for kind in KINDS:
        chosen = [each for each in drawn if each.kind == kind]
        rows = -(-len(chosen) // _COLUMNS)
        tall = _SHEET_WIDTH // 2
        sheet = Image.new("L", (_COLUMNS * _SHEET_WIDTH, rows * (tall + 14)), 200)
        for number, drawing in enumerate(chosen):
            x, y = number % _COLUMNS * _SHEET_WIDTH, number // _COLUMNS * (tall + 14)
            size = _SHEET_WIDTH - 4, tall - 2
            small = Image.fromarray(drawing.picture).resize(size, Image.Resampling.BOX)
            sheet.paste(small, (x, y))
            ImageDraw.Draw(sheet).text((x + 4, y + tall), drawing.written.replace("\n", " | "), 0)
        sheet.save(folder / f"{kind.replace(' ', '_')}.png")


def main() -> None:
    """Draw what is named, or what is not drawn yet."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kinds", nargs="*", help="to draw anew")
    parser.add_argument("--sheets", type=Path, metavar="FOLDER", help="draw only sheets")
    options = parser.parse_args()
    if options.sheets is not None:
        draw_sheets(options.sheets)
        return
    plan = list(read_plan((FOLDER / "strokes.txt").read_text()))
    if options.kinds:
        plan = [each for each in plan if each.kind in options.kinds]
    else:
        plan = [each for each in plan if not file_of(each.kind, each.number, each.written).exists()]
    draw_all(plan)


if __name__ == "__main__":
    main()
