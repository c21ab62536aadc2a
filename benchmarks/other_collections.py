"""Digits and other things of other hands than MNIST's: UNIPEN, Semeion, optdigits and more.

Each reader gives one split. While developing that is the one that validates, and nothing of what
the report is on is read: Semeion and Quick, Draw!'s eyes and fish are not there, and of Omniglot
one alphabet of `small1` stands in.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.canvas import PENS, Pixels, Stroke, box_of, choose_size, crop_ink, place_strokes
from benchmarks.photo_simulation import INK_SIDE, InkMask, Random
from digits.common.errors import DataError
from digits.training.digit_sets import DAMAGED_NPZ

Bitmaps: TypeAlias = NDArray[np.uint8]

UNIPEN_REPORT, UNIPEN_VALIDATION = 0, 1
"""Remainders by ten of the SHA-1 of a writer's name; all other writers train."""
DOODLES_OF_REPORT, DOODLES_OF_VALIDATION = ("eye", "fish"), ("diamond",)
OMNIGLOT_OF_REPORT, OMNIGLOT_OF_VALIDATION = "images_background_small2", "images_background_small1"
OMNIGLOT_VALIDATION_ALPHABET = "Balinese"
"""Least like digits of `small1`; a training that learns from that leaves this one out."""
_PEN = 6.0
"""UNIPEN's thinnest pen, pixels: what the page offers begins there."""
_PENS_TALL = 4
_DAMAGED = (*DAMAGED_NPZ, UnicodeDecodeError, IndexError)


@dataclass(frozen=True)
class Collections:
    """Where collections lie; None for what is not there.

    Attributes:
        unipen: folder with `digits.jsonl.gz` and `letters-clear.jsonl.gz`.
        semeion: file `semeion.data.gz`.
        optdigits: folder with `optdigits-orig.windep.gz`, and `.tes.gz` to validate.
        quickdraw: file `doodles.npz`.
        omniglot: folder with `images_background_small2.zip`, and `small1` to validate.
    """

    unipen: Path | None = None
    semeion: Path | None = None
    optdigits: Path | None = None
    quickdraw: Path | None = None
    omniglot: Path | None = None

    def found_in(self, folder: Path) -> Collections:
        """With what is in a folder of all data, where nothing was named."""
        usual = {
            "unipen": folder / "unipen",
            "semeion": folder / "semeion" / "semeion.data.gz",
            "optdigits": folder / "optdigits",
            "quickdraw": folder / "quickdraw" / "doodles.npz",
            "omniglot": folder / "omniglot",
        }
        there = {name: path for name, path in usual.items() if path.exists()}
        named = {name: path for name in usual if (path := getattr(self, name)) is not None}
        return replace(self, **{**there, **named})


# --- UNIPEN ----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Written:
    """What a writer wrote with a pen.

    Attributes:
        label: the character.
        writer: who wrote it, a hash.
        strokes: float64 (n, 2) each, x to the right and y downwards, longer side 255.
    """

    label: str
    writer: str
    strokes: tuple[Stroke, ...]


def unipen_remainder(writer: str) -> int:
    """Which tenth of the writers this one belongs to, 0 to 9."""
    return int(hashlib.sha1(writer.encode()).hexdigest(), 16) % 10


def read_unipen(path: Path, validation: bool) -> list[Written]:
    """What the writers of one split wrote, in the file's order.

    Args:
        path: a JSON object a line, as gzip.
        validation: the writers to validate by, not those of the report.

    Raises:
        DataError: the file is missing or damaged.
    """
    remainder = UNIPEN_VALIDATION if validation else UNIPEN_REPORT
    try:
        objects = [json.loads(line) for line in _lines(path)]
        return [
            Written(each["label"], each["writer"], tuple(map(_points, each["strokes"])))
            for each in objects
            if unipen_remainder(each["writer"]) == remainder
        ]
    except _DAMAGED as error:
        raise _damaged(path) from error


def _points(flat: list[float]) -> Stroke:
    return np.array(flat, np.float64).reshape(-1, 2)


def draw_written(written: Written, random: Random) -> Pixels:
    """With any pen of the page, at any size and place; it is at least four pens tall.

    Returns:
        uint8 (280, 280), 0 for ink and 255 for paper.
    """
    size = choose_size(random)
    width, height = box_of(written.strokes)
    tall = size * height / max(width, height, 1e-6)
    pen = random.uniform(_PEN, max(_PEN, min(PENS[1], tall / _PENS_TALL)))
    return place_strokes(written.strokes, random, size, pen)


# --- Bitmaps ---------------------------------------------------------------------------------


def read_semeion(path: Path) -> tuple[Bitmaps, Bitmaps]:
    """All digits: uint8 (n, 16, 16), 1 for ink, and labels, uint8 (n,).

    Raises:
        DataError: the file is missing or damaged.
    """
    try:
        rows = np.array([line.split() for line in _lines(path)], np.float64)
        bitmaps = rows[:, :256].reshape(-1, 16, 16) > 0.5
        labels = rows[:, 256:].reshape(-1, 10).argmax(axis=1)
    except _DAMAGED as error:
        raise _damaged(path) from error
    return bitmaps.astype(np.uint8), labels.astype(np.uint8)


def read_optdigits(folder: Path, validation: bool) -> tuple[Bitmaps, Bitmaps]:
    """The digits of one split: uint8 (n, 32, 32), 1 for ink, and labels, uint8 (n,).

    Raises:
        DataError: its file is missing or damaged.
    """
    path = folder / f"optdigits-orig.{'tes' if validation else 'windep'}.gz"
    try:
        lines = [line.strip() for line in _lines(path)]
        bits = [line for line in lines if len(line) == 32 and set(line) <= {"0", "1"}]
        first = lines.index(bits[0])
        labels = np.array([int(line) for line in lines[first + 32 :: 33]], np.uint8)
        bitmaps = np.array([list(line) for line in bits], np.uint8).reshape(len(labels), 32, 32)
    except _DAMAGED as error:
        raise _damaged(path) from error
    return bitmaps, labels


def read_doodles(path: Path, validation: bool) -> dict[str, Bitmaps]:
    """Quick, Draw!'s drawings of one split, by their kind: uint8 (n, 28, 28), white on black.

    Raises:
        DataError: the file is missing or damaged.
    """
    kinds = DOODLES_OF_VALIDATION if validation else DOODLES_OF_REPORT
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return {kind: arrays[kind].reshape(-1, 28, 28) for kind in kinds}
    except _DAMAGED as error:
        raise _damaged(path) from error


def read_omniglot(folder: Path, validation: bool, most: int) -> list[Bitmaps]:
    """Letters of other alphabets, evenly spread among those of one split.

    Args:
        folder: with the two zip files.
        validation: of one alphabet of `small1`, not of `small2`.
        most: how many.

    Returns:
        uint8 (105, 105) each, 1 for ink.

    Raises:
        DataError: its file is missing or damaged.
    """
    name = OMNIGLOT_OF_VALIDATION if validation else OMNIGLOT_OF_REPORT
    within = f"{name}/{OMNIGLOT_VALIDATION_ALPHABET}/" if validation else f"{name}/"
    path = folder / f"{name}.zip"
    try:
        with zipfile.ZipFile(path) as archive:
            names = [
                each
                for each in sorted(archive.namelist())
                if each.startswith(within) and each.endswith(".png")
            ]
            chosen = np.linspace(0, len(names) - 1, min(most, len(names))).astype(int)
            return [_ink_of_png(archive.read(names[i])) for i in chosen]
    except (*_DAMAGED, cv2.error) as error:
        raise _damaged(path) from error


def _ink_of_png(content: bytes) -> Bitmaps:
    grey = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
    return (np.asarray(grey) < 128).astype(np.uint8)


def _lines(path: Path) -> Iterator[str]:
    """Of a gzip file."""
    with gzip.open(path, "rt", encoding="ascii") as file:
        yield from file


def _damaged(path: Path) -> DataError:
    if not path.exists():
        return DataError(f"{path.name} is not where it was looked for: check the name.")
    return DataError(f"{path.name} is damaged or of another form: download it again.")


# --- Bitmaps as pictures ---------------------------------------------------------------------


def smooth_ink(bitmap: NDArray[np.generic]) -> InkMask:
    """A bitmap's ink, enlarged smoothly and with the crisp edge that pens leave.

    Args:
        bitmap: (h, w) in [0, 1], 1 for ink.

    Returns:
        float32 (h', w') in [0, 1], the longer side about `INK_SIDE`, cropped to the ink.
    """
    margin = np.pad(bitmap.astype(np.float32), 2)
    factor = INK_SIDE / max(bitmap.shape)
    size = round(margin.shape[1] * factor), round(margin.shape[0] * factor)
    enlarged = cv2.resize(margin, size, interpolation=cv2.INTER_CUBIC)
    soft = cv2.GaussianBlur(enlarged, (0, 0), 0.5 * factor)
    return crop_ink(np.asarray(np.clip((soft - 0.36) / 0.14, 0, 1), np.float32))


def squares(bitmap: NDArray[np.generic], random: Random) -> Pixels:
    """A bitmap as it is, each of its pixels a square, with some paper around it.

    Returns:
        uint8 (H, W), 0 for ink and 255 for paper, H and W at most about 400.
    """
    side = int(random.integers(3, 11)) if max(bitmap.shape) <= 32 else 1
    around = int(random.integers(2, 1 + max(bitmap.shape) // 4))
    padded = np.pad(bitmap.astype(np.float32), around).repeat(side, axis=0).repeat(side, axis=1)
    return np.rint(255 * (1 - padded)).astype(np.uint8)
