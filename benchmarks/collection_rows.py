"""The rows of the robustness table that are of other collections than MNIST and the pen digits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.canvas import draw_ink
from benchmarks.other_collections import (
    Bitmaps,
    Collections,
    Written,
    draw_written,
    read_doodles,
    read_omniglot,
    read_optdigits,
    read_semeion,
    read_unipen,
    smooth_ink,
    squares,
)
from benchmarks.photo_simulation import Random
from benchmarks.robustness_rows import Group, Pixels, Row
from digits.training.digit_sets import Labels, spread_evenly

OTHER_HANDS = "No digit, of other hands: share doubted"
UNIPEN = "UNIPEN"
SEED = 299_792_458


def collection_groups(
    collections: Collections, first: int, count: int, validation: bool
) -> list[Group]:
    """The groups of all collections that are there.

    Args:
        collections: where they lie.
        first: number of the first picture; another one gives other pens, sizes and places.
        count: pictures a row of what is no digit; digits are shown all.
        validation: the splits to validate by, not those of the report, of which nothing is read;
            Semeion has none.

    Raises:
        DataError: a file is missing or damaged.
    """
    groups = []
    if collections.unipen is not None:
        written = read_unipen(collections.unipen / "digits.jsonl.gz", validation)
        groups.append(_unipen_group(written, first))
    if collections.semeion is not None and not validation:
        bitmaps, labels = read_semeion(collections.semeion)
        groups.append(_bitmap_group("Semeion", bitmaps, labels, 0.985, first))
    if collections.optdigits is not None:
        bitmaps, labels = read_optdigits(collections.optdigits, validation)
        groups.append(_bitmap_group("optdigits", bitmaps, labels, 0.99, first))
    others = tuple(_other_rows(collections, first, count, validation))
    return [*groups, Group(OTHER_HANDS, others, 0.92, in_each=True)] if others else groups


def _random(first: int, number: int) -> Random:
    return np.random.default_rng([SEED, first + number])


def _unipen_group(written: Sequence[Written], first: int) -> Group:
    """Each digit once, with any pen at any size and place."""
    row = Row(
        "any pen, size and place",
        lambda number: draw_written(written[number], _random(first, number)),
        len(written),
        np.array([int(each.label) for each in written], np.uint8),
        writers=tuple(each.writer for each in written),
    )
    return Group(UNIPEN, (row,), 0.992, is_collection=True)


def _bitmap_group(name: str, bitmaps: Bitmaps, labels: Labels, goal: float, first: int) -> Group:
    """Each digit twice: drawn as a pen would, and as squares."""

    def row(way: str, draw: Callable[[Bitmaps, Random], Pixels]) -> Row:
        def picture(number: int) -> Pixels:
            return draw(bitmaps[number], _random(first, number))

        return Row(way, picture, len(labels), labels)

    rows = (row("enlarged smoothly", _draw_smoothly), row("enlarged in squares", squares))
    return Group(name, rows, goal, is_collection=True)


def _draw_smoothly(bitmap: Bitmaps, random: Random) -> Pixels:
    return draw_ink(smooth_ink(bitmap), random)


def _other_rows(
    collections: Collections, first: int, count: int, validation: bool
) -> Iterator[Row]:
    """Letters, doodles and alphabets."""
    if collections.unipen is not None:
        yield _letter_row(collections.unipen, first, count, validation)
    if collections.quickdraw is not None:
        for kind, doodles in read_doodles(collections.quickdraw, validation).items():
            chosen = doodles[spread_evenly(len(doodles), count)]
            yield _ink_row(f"Quick, Draw! {kind}", chosen / np.float32(255), first)
    if collections.omniglot is not None:
        letters = read_omniglot(collections.omniglot, validation, count)
        yield _ink_row("Omniglot", letters, first)


def _letter_row(folder: Path, first: int, count: int, validation: bool) -> Row:
    letters = read_unipen(folder / "letters-clear.jsonl.gz", validation)
    chosen = [letters[i] for i in spread_evenly(len(letters), count)]

    def picture(number: int) -> Pixels:
        return draw_written(chosen[number], _random(first, number))

    return Row("UNIPEN letters", picture, len(chosen), labels=None)


def _ink_row(name: str, inks: Sequence[np.ndarray] | np.ndarray, first: int) -> Row:
    """What is no digit, from bitmaps in [0, 1] with 1 for ink."""

    def picture(number: int) -> Pixels:
        return _draw_smoothly(inks[number], _random(first, number))

    return Row(name, picture, len(inks), labels=None)
