"""Draws the judges of `mouse_drawings` on the page, with the mouse in a real browser.

    python benchmarks/draw_with_mouse.py                              # what has no picture yet
    python benchmarks/draw_with_mouse.py block_digits/4_08 thick_pen  # these anew
    python benchmarks/draw_with_mouse.py --sheets FOLDER              # only sheets to look at

What is drawn stands in `mouse_drawings/strokes.txt`, point by point. A line is a drawing: its
digit, the pen's width in pixels, how many events the mouse sends from point to point (few where
the hand is in a hurry, and the canvas rounds its corners), how much the hand trembles, and the
strokes, parted by |, in a square of 100 by 100. A stroke is a row of points "x,y"; after ~ a curve
passes through them, with a corner where a point stands twice; after . each is a dot; after - every
two are a dash.
"""

from __future__ import annotations

import argparse
import base64
import io
import re
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.hand_drawn_figures import Stroke, curve
from benchmarks.mouse_drawings import FOLDER, KINDS, load_mouse_drawings
from digits.common.atomic_file import atomic_write
from digits.common.errors import DigitError
from tests.browser import (
    HOW_TO_ENABLE,
    find_chromium,
    open_page,
    paper,
    running_browser,
    running_server,
    wait_until,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

THINNEST_PEN, PEN_STEP = 4, 2
"""Of the page's slider, in pixels."""
_LOWER_CANVAS = "canvas.dc-canvas.lower-canvas"
_ON_WHITE = """
(canvas) => {
  const sheet = document.createElement("canvas");
  [sheet.width, sheet.height] = [canvas.width, canvas.height];
  const context = sheet.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, sheet.width, sheet.height);
  context.drawImage(canvas, 0, 0);
  return sheet.toDataURL("image/png");
}
"""
_COLUMNS, _SIDE = 10, 150


@dataclass(frozen=True, eq=False)
class Planned:
    """What a line says.

    Attributes:
        name: folder and name of its picture, such as block_digits/4_08.
        pen: width in pixels.
        events: what the mouse passes through, float64 (n, 2) a stroke, in a square of 100 by 100.
    """

    name: str
    pen: int
    events: tuple[Stroke, ...]


def read_plan(text: str) -> Iterator[Planned]:
    """All drawings of `strokes.txt`, in order."""
    kind, number = "", 0
    for line in text.splitlines():
        if line.startswith("["):
            kind, number = line.strip("[]"), 0
        elif line and not line.startswith("#"):
            yield _parse_line(line, kind, number)
            number += 1


def _parse_line(line: str, kind: str, number: int) -> Planned:
    label, pen, steps, tremor, strokes = line.split(maxsplit=4)
    random = np.random.default_rng(zlib.crc32(strokes.encode()))
    parsed = (
        each for stroke in strokes.split("|") for each in parse_stroke(stroke.strip(), int(steps))
    )
    events = tuple(tremble(each, float(tremor), random) for each in parsed)
    return Planned(f"{kind}/{label}_{number:02}", int(pen), events)


def parse_stroke(stroke: str, steps: int) -> Iterator[Stroke]:
    """The strokes that one of `strokes.txt` stands for; those of dots and dashes are several."""
    way = stroke[0] if stroke[0] in "~.-" else ""
    points = np.array(re.findall(r"-?[\d.]+", stroke.lstrip("~.-")), np.float64).reshape(-1, 2)
    if way == ".":
        yield from points[:, None]
    elif way == "-":
        yield from (_line(dash, steps) for dash in points.reshape(-1, 2, 2))
    elif way == "~":
        yield np.concatenate([curve(piece, steps) for piece in _between_corners(points)])
    else:
        yield _line(points, steps)


def _between_corners(points: Stroke) -> list[Stroke]:
    """The pieces of a curve: a corner stands twice."""
    corners = np.flatnonzero((points[1:] == points[:-1]).all(axis=1)) + 1
    return np.split(points, corners)


def _line(points: Stroke, steps: int) -> Stroke:
    ways = [np.linspace(start, end, steps, endpoint=False) for start, end in pairwise(points)]
    return np.concatenate([*ways, points[-1:]])


def tremble(
    stroke: Stroke,
    tremor: float,
    random: np.random.Generator,
    most: tuple[float, float] = (99.0, 99.0),
) -> Stroke:
    """The stroke of a hand that is not quite steady: neighbours stray together, on the paper."""
    noise = random.normal(0, tremor, (len(stroke) + 4, 2))
    strays = np.stack([np.convolve(axis, np.full(5, 0.45), "valid") for axis in noise.T], axis=1)
    return np.clip(stroke + strays, 1, most)


# --- The page --------------------------------------------------------------------------------


def draw_all(plan: Iterable[Planned]) -> None:
    """Draw one after the other on the page, and keep what is then on the canvas.

    Raises:
        DigitError: no browser is found.
    """
    with page_to_draw_on() as page:
        for drawing in sorted(plan, key=lambda each: each.pen):
            choose_pen(page, drawing.pen)
            draw_events(page, drawing.events)
            wait_until_idle(page)
            keep(FOLDER / f"{drawing.name}.png", middle_square(picture_on_canvas(page)))
            take_new_sheet(page)


@contextmanager
def page_to_draw_on() -> Iterator[Page]:
    """The page of a server of its own, in a browser.

    Raises:
        DigitError: no browser is found.
    """
    executable = find_chromium()
    if executable is None:
        raise DigitError(HOW_TO_ENABLE)
    with (
        TemporaryDirectory() as folder,
        running_server(Path(folder) / "server.log") as url,
        running_browser(executable) as browser,
    ):
        yield open_page(browser.new_page(viewport={"width": 1280, "height": 800}), url)


def choose_pen(page: Page, width: int) -> None:
    """Set the pen with the keyboard: its slider takes no number."""
    slider = page.get_by_role("slider", name="Pen width")
    if slider.input_value() == str(width):
        return
    slider.focus()
    slider.press("Home")
    for _ in range((width - THINNEST_PEN) // PEN_STEP):
        slider.press("ArrowRight")
    wait_until(lambda: slider.input_value() == str(width))
    wait_until_idle(page)


def wait_until_idle(page: Page) -> None:
    """Come back when the page has answered everything."""
    page.wait_for_timeout(400)  # a change is sent after a while
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.wait_for_timeout(100)


def draw_events(page: Page, strokes: Sequence[Stroke], *, is_centred: bool = True) -> None:
    """Press the mouse at each stroke's first point, move it through the others, and lift it.

    Args:
        page: with the paper.
        strokes: in hundredths of the paper's height.
        is_centred: whether they lie in the square in the middle of the paper.
    """
    box = paper(page).bounding_box()
    if box is None:
        raise DigitError("The paper is not on the screen.")
    for stroke in strokes:
        margin = (box["width"] - box["height"]) / 2 if is_centred else 0.0
        corner = box["x"] + margin, box["y"]
        places = stroke * box["height"] / 100 + corner
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place)
        page.mouse.up()


def picture_on_canvas(page: Page) -> Image.Image:
    """What is on the canvas, on white paper, in grey."""
    url = page.locator(_LOWER_CANVAS).evaluate(_ON_WHITE)
    return Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).convert("L")


def middle_square(picture: Image.Image) -> Image.Image:
    """As high as the picture."""
    left = (picture.width - picture.height) // 2
    return picture.crop((left, 0, left + picture.height, picture.height))


def keep(file: Path, picture: Image.Image) -> None:
    """Write a drawing to its place, as PNG."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(file) as temporary:
        picture.save(temporary, "PNG", optimize=True)


def take_new_sheet(page: Page) -> None:
    """Press Clear, and wait until the paper is white."""
    page.get_by_role("button", name="Clear Shortcut").click()
    wait_until(lambda: picture_on_canvas(page).getextrema() == (255, 255))
    wait_until_idle(page)


# --- Sheets ----------------------------------------------------------------------------------


def draw_sheets(folder: Path) -> None:
    """A sheet of each kind, to be looked at: every drawing above its digit and number."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = load_mouse_drawings()
    for kind in KINDS:
        pictures = [(each.label, each.picture) for each in drawn if each.kind == kind]
        rows = -(-len(pictures) // _COLUMNS)
        sheet = Image.new("L", (_COLUMNS * _SIDE, rows * (_SIDE + 14)), 200)
        for number, (label, picture) in enumerate(pictures):
            x, y = number % _COLUMNS * _SIDE, number // _COLUMNS * (_SIDE + 14)
            small = Image.fromarray(picture).resize((_SIDE - 4, _SIDE - 4), Image.Resampling.BOX)
            sheet.paste(small, (x, y))
            ImageDraw.Draw(sheet).text((x + 4, y + _SIDE - 3), f"{label}  #{number:02}", 0)
        sheet.save(folder / f"{kind}.png")


def main() -> None:
    """Draw what is named, or what is not drawn yet."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="kinds, or drawings such as block_digits/4_08")
    parser.add_argument("--sheets", type=Path, metavar="FOLDER", help="draw only sheets")
    options = parser.parse_args()
    if options.sheets is not None:
        draw_sheets(options.sheets)
        return
    plan = list(read_plan((FOLDER / "strokes.txt").read_text()))
    if options.names:
        plan = [each for each in plan if {each.name, each.name.split("/")[0]} & {*options.names}]
    else:
        plan = [each for each in plan if not (FOLDER / f"{each.name}.png").exists()]
    draw_all(plan)


if __name__ == "__main__":
    main()
