"""Rows to learn from: strips with what is written on them, as `picture.row_strips` makes them.

Most are ink as it was written, some of it among what is left of a paper's lines; the others lie on
imagined paper, and come back as the road of the page finds them. What each is depends on nothing
but its number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from digits.common.atomic_file import atomic_write
from digits.common.errors import PictureError
from digits.network.row_signs import COLUMNS_A_FRAME
from digits.picture.decoding import decode_picture
from digits.picture.pixels import InkMap
from digits.picture.preparation import prepare_sheet
from digits.picture.row_finding import Row, find_rows, ink_of
from digits.picture.row_strips import STRIP_HEIGHT, strip_of
from digits.synthetic.remains_of_lines import add_remains
from digits.synthetic.row_texts import GAP, LETTER, SCRIBBLE, row_text
from digits.synthetic.scenes import imagine_scene
from digits.synthetic.sources import Map, Random, Sources
from digits.synthetic.written_rows import RowWriter
from digits.training.digit_sets import DAMAGED_NPZ
from digits.training.kept_parts import PartForm, add_characters, make_once
from digits.training.picture_workers import UNLUCKY, sources_of_pictures

SHARE_ON_PAPER, SHARE_WITH_REMAINS = 0.42, 0.13
# Of 255 grey levels every seventeenth is told apart: files are a third as large, and a network that
# is trained with blur and noise sees no difference.
GREY_STEP = 17
WIDEST = 512
"""Pixels of a strip; what is wider is left out."""
ROOM_TO_BEND = 0.75
"""Of a strip's width, what is left of it at least when training makes it narrower."""
# Other streams of random numbers than those of `pictures`.
_ROW = 11
# Other people's writing on imagined paper, of which nobody knows what it says.
_UNKNOWN_WRITING = "neighbours"
# Of the ink that was written, what is found again in one row; and of that row, what is that ink.
_LEAST_FOUND, _LEAST_OF_ROW = 0.93, 0.35
# So high a row is on a picture at least, pixels.
_LEAST_HEIGHT = 9.0

_Made: TypeAlias = tuple[NDArray[np.uint8], str] | None


@dataclass(frozen=True, eq=False)
class RowSet:
    """Rows with what is written on them.

    Attributes:
        strips: uint8 (`STRIP_HEIGHT`, w) each, white ink on black.
        texts: of each its signs, of `row_signs.SIGNS`.
    """

    strips: tuple[NDArray[np.uint8], ...]
    texts: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.strips)


class RowMaker:
    """Makes rows, and keeps them in a folder, for they take minutes to make.

    Args:
        sources: real digits and letters.
        seed: another one gives other rows.
    """

    def __init__(self, sources: Sources, seed: int = 0) -> None:
        self.writer, self.seed = RowWriter(sources), seed

    def rows(self, n: int, cache: Path | None = None) -> RowSet:
        """`n` rows, those left out of which nothing came."""
        kept = None if cache is None else cache / f"rows-{self._key(n)}.npz"
        return make_once(self, "rows", n, kept, _FORM)

    def make(self, kind: str, number: int) -> _Made:
        """A strip, uint8 (`STRIP_HEIGHT`, w), and its signs; None where nothing comes of it."""
        random = np.random.default_rng((self.seed, _ROW, number))
        try:
            return self._row(random)
        except PictureError:
            return None
        except UNLUCKY:
            return None

    def _row(self, random: Random) -> _Made:
        text = row_text(random)
        ink = self.writer.write(text, random)
        kind = random.random()
        if kind < SHARE_ON_PAPER:
            found = _found_on_paper(ink, random)
        elif kind < SHARE_ON_PAPER + SHARE_WITH_REMAINS:
            found = _found(*add_remains(ink, random))
        else:
            found = _found(ink, ink)
        if found is None:
            return None
        strip = strip_of(*found).pixels
        signs = text.replace(GAP, "").replace(SCRIBBLE, LETTER)
        frames = ROOM_TO_BEND * strip.shape[1] / COLUMNS_A_FRAME
        if strip.shape[1] > WIDEST or fewest_frames(signs) > frames:
            return None
        return coarse(np.asarray(cv2.convertScaleAbs(strip, alpha=255), np.uint8)), signs

    def _key(self, n: int) -> str:
        """What the rows depend on, as a name: what they are made of, and the code that does."""
        sources = self.writer.sources
        letters = sources.collected.letters.characters
        counts = f"{n} {self.seed} {len(sources.images)} {len(sources.pens)} {len(letters)}"
        digest = hashlib.sha256(counts.encode())
        digest.update(sources.images.tobytes() + sources.labels.tobytes())
        add_characters(digest, sources.pens)
        add_characters(digest, letters)
        for file in (Path(__file__), *sources_of_pictures()):
            digest.update(file.read_bytes())
        return digest.hexdigest()[:16]


def coarse(strip: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """In steps of `GREY_STEP` from 0 to 255."""
    return ((strip.astype(np.uint16) + GREY_STEP // 2) // GREY_STEP * GREY_STEP).astype(np.uint8)


def fewest_frames(signs: str) -> int:
    """In how many frames signs can be told: one each, and a blank between two that are alike."""
    return len(signs) + sum(one == other for one, other in pairwise(signs))


def _found(ink_map: InkMap, ink: Map) -> tuple[Row, InkMap] | None:
    """The row that some ink is; None if a part of that is in none, or too much else is in it."""
    rows = find_rows(ink_map)
    inked = [sum(float((ink_of(part, ink) > 0.5).sum()) for part in row.parts) for row in rows]
    if not rows or max(inked) < _LEAST_FOUND * float((ink > 0.5).sum()):
        return None
    row = rows[int(np.argmax(inked))]
    is_clear = max(inked) >= _LEAST_OF_ROW * sum(float(part.mask.sum()) for part in row.parts)
    return (row, ink_map) if is_clear and row.height >= _LEAST_HEIGHT else None


def _found_on_paper(ink: Map, random: Random) -> tuple[Row, InkMap] | None:
    height, width = ink.shape
    wide = float(np.exp(random.uniform(np.log(90), np.log(900))))
    high = wide * height / width * random.uniform(1.15, 2.2)
    scene = imagine_scene(ink, random, (max(28, round(high)), max(28, round(wide))))
    if _UNKNOWN_WRITING in scene.traits:
        return None
    sheet = prepare_sheet(decode_picture(scene.pixels))
    matrix = sheet.view.to_picture
    to_sheet = np.linalg.inv(matrix)[:2]
    size = sheet.ink_map.shape[::-1]
    placed = np.asarray(cv2.warpAffine(scene.ink, to_sheet, size), np.float32)
    return _found(sheet.ink_map, placed)


def _read(file: Path) -> RowSet | None:
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as arrays:
            ends = np.cumsum(arrays["widths"])
            strips = np.split(arrays["strips"], ends[:-1], axis=1)
            return RowSet(tuple(strips), tuple(arrays["texts"].tolist()))
    except DAMAGED_NPZ:
        return None


def _keep(rows: RowSet, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(file) as temporary:
        np.savez_compressed(
            temporary,
            strips=np.concatenate([np.zeros((STRIP_HEIGHT, 0), np.uint8), *rows.strips], axis=1),
            widths=np.array([strip.shape[1] for strip in rows.strips]),
            texts=np.array(rows.texts, f"U{max(map(len, rows.texts), default=1)}"),
        )


def _gather(made: Sequence[_Made]) -> RowSet:
    whole = [each for each in made if each is not None]
    return RowSet(tuple(strip for strip, _ in whole), tuple(text for _, text in whole))


def _join(parts: Sequence[RowSet]) -> RowSet:
    strips = tuple(strip for part in parts for strip in part.strips)
    return RowSet(strips, tuple(text for part in parts for text in part.texts))


_FORM = PartForm(_gather, _join, _read, _keep)
