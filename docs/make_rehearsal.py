"""Draw `digits/adaptation/rehearsal.png`: what an adapted network must still read as before.

    python docs/make_rehearsal.py

Every picture is the project's own drawing, made by rules, and none is of a data set: digits and
letters as strokes that an unsteady hand bends, in many ways of writing, with any pen and at any
size; scribbles and doodles. Of the digits only those count that the shipped network reads right.
The seed is fixed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from digits.adaptation.rehearsal import COLUMNS, ROWS_A_DIGIT, SHEET
from digits.common.errors import NoInkError
from digits.network.architectures import CLASSES
from digits.network.loading import load_network
from digits.network.prediction import predict_logits
from digits.network.serving import Network
from digits.synthetic.digit_ways import draw_digit_as
from digits.synthetic.doodles import Line, bent, rounded
from digits.synthetic.handwritten_things import draw_doodle, draw_scribble, on_sheet, strokes_of
from digits.synthetic.ink import ink_of_lines
from digits.synthetic.letter_strokes import LETTERS, LOOK_ALIKES, parse_strokes
from digits.synthetic.sources import Drawing, Random, Sources
from digits.training.picture_folder import prepare_image

SEED = 299_792_458
# A digit that the network misreads is drawn anew, at most so often.
_ATTEMPTS = 100
_LETTER_ROWS = 5
# And of scribbles and doodles, each.
_DRAWN_ROWS = 3
# Pixels, as on the page's canvas of 280; a character is at least so many pens tall.
_SIZES, _PENS, _PENS_TALL = (84.0, 252.0), (6.0, 32.0), 4
# How unsteady hands are, as for `bent`, how far to the right they lean, as the tangent of the
# angle, and by how much of the grid's side they miss where a stroke should go.
_BENT, _LEANING, _MISSED = (0.2, 0.6), (-0.1, 0.5), 0.035
# So many digits are straight, flagged, slashed or crossed, as in `digit_ways`.
_OTHER_WAYS = 0.08

# As on a grid of ten by ten; see `letter_strokes`.
DIGITS: tuple[tuple[str, ...], ...] = (
    (
        "~60 40 22 14 16 28 49 69 87 85 83 71 50", "~50 31 12 14 16 28 49 69 87 85 83 72 60 40",
        "~40 12 05 17 49 87 94 82 50 30", "~50 81 95 88 59 18 05 11 40 60",
        "~50 32 25 28 49 68 75 72 50", "~70 40 13 16 38 69 87 84 72 40 21",
        "~40 12 05 17 49 78 84 72 60", "~50 21 14 16 28 59 78 86 83 71 50 / 91 09",
        "~40 12 05 17 49 87 94 82 40 30 60 91",
    ),
    (
        "50 49", "60 39", "70 29", "~41 45 49", "32 50 49", "14 50 59",
        "16 50 59", "24 50 49", "~34 50 55 59", "30 50 59 / 29 79", "32 50 49 / 29 69",
        "15 60 49 / 29 79", "80 19", "13 50 49", "05 50 49",
        "05 60 39", "~05 33 50 / 50 49", "24 60 49 / 19 89", "~23 41 52 49 / 28 79",
        "15 51 59 / 39 79", "~14 42 60 58 / 38 89",
        "~34 43 50 / 50 59", "23 40 49",
        "24 40 39", "33 51 49", "~32 51 46 49 / 19 79",
    ),
    (
        "~13 21 40 60 72 73 55 19 / 19 89", "~12 30 60 82 74 46 19 / 19 99",
        "~12 40 71 73 46 19 08 27 48 79 98", "~13 31 61 73 55 28 19 07 27 49 89",
        "~02 30 70 83 65 09 / ~09 38 99", "~24 31 51 63 55 29 / ~29 49 68 87",
        "~12 40 72 65 38 19 / ~19 38 59 89", "~22 50 72 64 19 / 19 79", "20 70 19 89",
        "~03 21 51 73 66 38 18 37 59 89",
        "~21 40 61 63 46 28 / ~28 39 69 98", "~12 30 61 63 47 29 / 29 99",
    ),
    (
        "~11 30 60 81 73 45 / ~45 65 87 78 49 18", "~12 40 71 72 54 35 54 76 77 49 18",
        "11 71 44 / ~44 74 87 68 39 08", "~02 30 71 63 34 / ~34 75 77 58 29 07",
        "~21 50 72 53 34 44 64 76 68 39 17", "20 80 43 / ~43 85 77 49 17",
        "~12 40 72 54 34 45 54 75 78 49 08", "~22 50 63 44 24 / ~24 74 97 69 29 08",
        "~11 50 84 65 36 / ~36 56 77 58 28",
        "~12 31 60 72 63 44 / ~44 74 86 78 49 18", "~11 40 71 72 54 34 / ~34 65 87 79 49 08",
        "~02 21 50 72 63 44 / ~44 75 87 68 39 07", "~12 30 60 72 65 44 / ~44 65 77 79 59 38 07",
    ),
    (
        "30 15 95 / 71 69", "40 06 96 / 60 59", "20 15 85 / 70 79", "10 15 85 / 53 59",
        "60 06 96 / 60 69", "69 60 05 85", "79 70 06 96", "10 14 84 / 80 89",
        "~10 13 35 55 84 / 80 69", "~20 13 15 45 74 / ~80 75 79", "~30 14 16 46 85 / 71 49",
        "40 16 76 / 62 58",
        "40 16 / 16 85 / 62 49", "~30 25 17 / 17 96 / 53 59",
    ),
    (
        "20 14 / ~14 43 74 86 78 49 18 / 20 80", "30 24 / ~24 53 84 86 68 39 08 / 30 90",
        "80 20 14 / ~14 43 74 86 78 49 18", "90 30 24 / ~24 64 86 68 29 07",
        "~81 40 21 23 44 64 77 68 39 18", "70 20 24 / ~24 54 75 77 58 28 17",
        "80 10 14 84 89 19", "20 15 / ~15 54 76 68 49 18 / 41 91",
        "~30 23 14 44 75 77 58 28 / 30 80",
        "30 24 / ~24 54 66 58 39 28 / 31 90", "21 24 / ~24 54 75 67 49 / 21 80",
        "~40 32 23 44 65 67 49 19 / 40 90", "20 23 / ~23 54 76 79 38 08 / 20 91",
    ),
    (
        "~70 33 15 17 39 69 87 76 55 35 16", "~60 32 14 17 38 59 79 87 75 54 34 15",
        "60 16 / ~16 19 59 88 76 55 35 16", "~80 51 23 16 18 39 69 87 75 54 35 17",
        "~50 22 15 17 39 59 77 65 44 25 17", "~40 23 15 18 49 78 76 45 26 28",
        "~81 60 31 14 17 49 78 76 65 36 17", "~60 23 16 18 39 58 67 56 37 18",
        "~20 14 18 49 78 85 64 25 17",
        "~60 42 25 18 29 48 57 46 28", "~50 33 25 27 39 58 67 56 37", "50 27 / ~27 39 58 66 46 27",
        "~70 43 26 18 29 58 76 56 28", "~40 33 26 28 49 67 56 37 29",
    ),
    (
        "10 90 49", "11 80 39", "00 80 39", "13 10 80 39", "10 80 39 / 24 74", "11 80 49 / 35 85",
        "~02 20 50 80 / ~80 64 46 39", "~13 11 40 80 / ~80 54 47 49 / 25 75", "~10 50 91 66 49",
        "20 80 64 39", "10 80 29 / 36 74", "12 10 80 49 / 24 85",
        "~13 21 40 70 / ~70 64 56 49 / 25 85", "12 20 80 / ~80 64 46 39 / 14 84",
        "~22 31 50 70 81 / 81 59 / 35 95", "~13 12 30 50 70 / ~70 62 55 49 / 15 85",
        "13 21 71 49 / 25 85", "~12 11 30 51 80 / ~80 73 54 46 39 / 23 95",
        "~13 20 41 71 / ~71 53 46 48 / 15 85",
    ),
    (
        "~71 60 40 21 22 44 66 78 59 39 18 26 44 63 72 61",
        "~50 21 22 44 66 78 69 39 18 26 44 62 61 50",
        "~50 31 22 34 54 73 62 50 / ~44 25 17 29 59 87 75 44",
        "~80 50 21 23 45 76 78 49 18 16 45 73 81", "~82 60 31 23 45 76 68 49 28 17 46 64 82",
        "~44 72 61 40 21 23 45 76 78 49 18 17 45", "~70 41 33 45 56 58 39 18 27 54 72 71 60",
        "~50 71 63 44 25 17 39 69 77 65 44 22 31 50", "~50 31 33 55 67 59 39 37 45 63 61 50",
        "~71 41 23 45 67 58 29 17 / 17 71",
    ),
    (
        "~80 50 22 24 45 74 82 80 / 81 79", "~81 60 31 13 25 55 83 81 / 80 69",
        "~73 42 23 15 36 66 73 / ~73 77 59 29 17", "~70 41 22 24 45 65 82 71 / ~71 75 67 49",
        "~82 50 21 13 25 55 83 81 84 77 59 28", "~71 40 12 14 35 65 82 / 71 49",
        "~80 51 23 35 65 83 / 80 69", "~60 31 23 35 55 73 61 / ~61 67 59 39 28",
        "~75 45 14 22 51 72 75 79", "~50 22 14 36 65 73 51 50 / 72 69",
        "~71 51 42 44 54 72 / 72 49", "~70 41 33 44 63 71 / ~71 64 56 49",
        "~80 61 43 54 72 / 71 39",
        "~82 71 50 32 24 45 64 82 / ~82 76 59", "~72 52 33 44 63 72 70 / ~71 66 58 49",
    ),
)  # fmt: skip
# Signs that are nearer to a digit than most letters are.
SIGNS: tuple[str, ...] = (
    "~60 32 25 28 59", "~40 15 49", "~60 31 24 26 38 69", "~30 62 75 78 39", "~40 74 49",
    "70 20 29 79", "50 30 39 59", "20 70 79 29", "30 50 59 39",
    "~60 41 43 24 46 48 69", "~70 51 53 35 56 58 79", "~30 51 53 64 56 58 39",
    "50 56 / 58 59", "61 46 / 38 39", "~41 51 47 / 49 49", "40 45 / ~49 59 58 49",
    "~22 40 71 63 45 47 / 49 49", "~12 50 82 65 46 / 48 49", "~31 60 82 64 57 / 59 59",
    "90 09", "80 09", "00 99", "91 18", "~90 55 09", "41 42 / ~47 48 29", "52 52 / ~57 47 39",
    "11 85 19", "21 75 28", "81 15 89", "~12 75 18", "05 95", "15 84", "~05 23 65 93",
    "~06 23 45 67 94", "30 33 / 60 63", "31 24 / 61 54", "30 39 / 60 69", "40 19 / 70 49",
    "52 52 / 57 57", "~83 50 31 43 66 38 16 35 89", "29 50 79",
)  # fmt: skip
_NONE = tuple(key for key in LETTERS if key not in LOOK_ALIKES)
_NO_SOURCES = Sources(np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.uint8), ())

Tile = NDArray[np.uint8]
# Gets the number of the picture, so that all ways of writing come by turns.
Draw = Callable[[Random, int], Drawing]


def main() -> None:
    """Draw the sheet."""
    Image.fromarray(draw_sheet(load_network())).save(SHEET, optimize=True)


def draw_sheet(network: Network) -> Tile:
    """Rows of pictures as `rehearsal` describes them, uint8 (28 rows, 28 · COLUMNS).

    Args:
        network: reads every digit right that is drawn; what it misreads is drawn anew.
    """

    def is_read_as(label: int, tile: Tile) -> bool:
        pixels = np.asarray(tile[None] / 255, np.float32)
        return int(predict_logits(pixels, network).argmax()) == label

    rows = []
    for label in range(CLASSES):
        draw = partial(_digit, label)
        rows += _rows(label, draw, ROWS_A_DIGIT, partial(is_read_as, label))
    others = (_letter, _LETTER_ROWS), (_scribble, _DRAWN_ROWS), (_doodle, _DRAWN_ROWS)
    for kind, (draw_other, count) in enumerate(others, CLASSES):
        rows += _rows(kind, draw_other, count, lambda _: True)
    return np.concatenate(rows)


def _rows(kind: int, draw: Draw, count: int, is_wanted: Callable[[Tile], bool]) -> list[Tile]:
    """Rows of 28×28 pictures, uint8 (28, 28 · COLUMNS) each.

    Each has its own randomness, so that another network changes those alone that it misreads.
    """
    tiles = [_tile((SEED, kind, number), draw, is_wanted) for number in range(count * COLUMNS)]
    return [np.hstack(tiles[row * COLUMNS : (row + 1) * COLUMNS]) for row in range(count)]


def _tile(key: tuple[int, ...], draw: Draw, is_wanted: Callable[[Tile], bool]) -> Tile:
    for attempt in range(_ATTEMPTS):
        try:
            tile = prepare_image(draw(np.random.default_rng([*key, attempt]), key[-1]))
        except NoInkError:
            continue
        if is_wanted(tile):
            return tile
    raise RuntimeError(f"the network reads none of {_ATTEMPTS} drawings right")


def _digit(label: int, random: Random, number: int) -> Drawing:
    """A digit in one of its ways."""
    if random.random() < _OTHER_WAYS:
        ink = draw_digit_as(label, random, _NO_SOURCES)
        if ink is not None:
            return on_sheet(ink, random)
    ways = DIGITS[label]
    return _written(_moved(ways[number % len(ways)], random), random)


def _moved(way: str, random: Random) -> list[Line]:
    """The strokes of a way of writing, each knot a little beside its place."""
    strokes = [
        (is_round, knots + random.normal(0, _MISSED, knots.shape))
        for is_round, knots in parse_strokes(way)
    ]
    return [rounded(knots) if is_round else knots for is_round, knots in strokes]


def _written(lines: list[Line], random: Random) -> Drawing:
    """Strokes as some hand and some pen make them: uint8 (h, w), 0 for ink."""
    size = random.uniform(*_SIZES)
    pen = random.uniform(_PENS[0], max(_PENS[0], min(_PENS[1], size / _PENS_TALL)))
    leaning = random.uniform(*_LEANING)
    lines = [line @ np.array([[1, 0], [-leaning, 1]]) for line in lines]
    lines = bent(lines, random, random.uniform(*_BENT))
    return on_sheet(ink_of_lines(lines, size, random, pen), random)


def _letter(random: Random, number: int) -> Drawing:
    """A letter that is no look-alike of a digit, and a sign, by turns."""
    if number % 2:
        return _written(_moved(SIGNS[number // 2 % len(SIGNS)], random), random)
    return _written(strokes_of(_NONE[int(random.integers(len(_NONE)))], random), random)


def _scribble(random: Random, _: int) -> Drawing:
    return draw_scribble(random, _NO_SOURCES)


def _doodle(random: Random, _: int) -> Drawing:
    return draw_doodle(random, _NO_SOURCES)


if __name__ == "__main__":
    main()
