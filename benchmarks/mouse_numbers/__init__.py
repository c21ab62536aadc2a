"""A hundred numbers drawn with the mouse on the page.

They were drawn for this project, and are free to use. The digits and marks of five hands were
placed point by point (`strokes.txt`), and each number was laid out on its own; a script held the
hand, so that no two signs are quite the same, a little tremor came on top, and a real browser's
mouse drew them on the real page (`draw_numbers_with_mouse.py`). What was then on the canvas is
kept. Nobody looked at what a network reads in them, and none learns from them: they are judges.

`KIND/NUMBER_WRITTEN.png` are as large as the page's canvas, black on white, in grey; in the name
`s` stands for a slash, `c` for a colon and `_` for a new row.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels: TypeAlias = NDArray[np.uint8]

FOLDER = Path(__file__).resolve().parent
KINDS = ("spaced", "tight", "touching", "rows", "with marks", "slanted and climbing")
"""Of twenty, twenty, twenty, ten, twenty and ten numbers."""
_IN_NAMES = {"/": "s", ":": "c", "\n": "_"}


class MouseNumber(NamedTuple):
    """A drawing.

    Attributes:
        kind: one of `KINDS`.
        written: what it shows, a row a line.
        picture: uint8 (H, W), 0 for ink and 255 for paper.
    """

    kind: str
    written: str
    picture: Pixels

    @property
    def text(self) -> str:
        """Its digits alone, a row a line."""
        return "".join(sign for sign in self.written if sign.isdigit() or sign == "\n")


def file_of(kind: str, number: int, written: str) -> Path:
    """Where a drawing lies."""
    name = "".join(_IN_NAMES.get(sign, sign) for sign in written)
    return FOLDER / kind.replace(" ", "_") / f"{number:02} {name}.png"


def load_mouse_numbers() -> list[MouseNumber]:
    """All drawings, kind after kind, each kind in the order of its numbers."""
    return [
        _load(kind, file)
        for kind in KINDS
        for file in sorted((FOLDER / kind.replace(" ", "_")).glob("*.png"))
    ]


def _load(kind: str, file: Path) -> MouseNumber:
    written = file.stem.partition(" ")[2]
    for sign, name in _IN_NAMES.items():
        written = written.replace(name, sign)
    with Image.open(file) as image:
        return MouseNumber(kind, written, np.asarray(image, np.uint8))
