"""Two hundred digits drawn with the mouse on the page, of all kinds of other writing.

They were drawn for this project, and are free to use. A script held the hand: every stroke was
placed point by point, each drawing on its own (`mouse_drawings/strokes.txt`), a little tremor came
on top, and a real browser's mouse drew them on the real page, with the pen that its slider gives
(`draw_with_mouse.py`). What was then on the canvas is kept. They were looked at, and drawn anew
where a person would not read them at once; nobody looked at what a network reads in them, and none
learns from them: they are judges.

`mouse_drawings/KIND/LABEL_NUMBER.png` are 320 by 320 pixels, black on white, in grey; the page's
paper was square then.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels: TypeAlias = NDArray[np.uint8]

FOLDER = Path(__file__).resolve().parent / "mouse_drawings"
KINDS = (
    "slashed_zeros",
    "flagged_ones",
    "crossed_sevens",
    "block_digits",
    "thick_pen",
    "turned_digits",
    "hollow_digits",
    "dotted_digits",
    "ringed_digits",
    "hurried_digits",
)
"""Folders, of twenty drawings each.

Thick pens are of 32 to 40 pixels; turned is up to 30° either way; half of the dotted are dashed;
hurried digits are ordinary ones.
"""


class MouseDrawing(NamedTuple):
    """A drawing.

    Attributes:
        kind: one of `KINDS`.
        label: which digit it shows.
        picture: uint8 (320, 320), 0 for ink and 255 for paper.
    """

    kind: str
    label: int
    picture: Pixels


def load_mouse_drawings() -> list[MouseDrawing]:
    """All drawings, kind after kind, each kind in the order of its numbers."""
    return [_load(file) for kind in KINDS for file in _files(kind)]


def _files(kind: str) -> list[Path]:
    return sorted((FOLDER / kind).glob("*.png"), key=lambda file: file.stem.partition("_")[2])


def _load(file: Path) -> MouseDrawing:
    with Image.open(file) as image:
        picture = np.asarray(image, np.uint8)
    return MouseDrawing(file.parent.name, int(file.stem.partition("_")[0]), picture)
