"""What people collected beside digits' strokes: letters, doodles, other alphabets, bitmaps.

The splits are constants, as those of `digit_sets`: letters by their writers; of Quick, Draw!'s
doodles apples, bicycles and cats train and diamonds validate; of Omniglot's alphabets those of its
first small set train; of UCI's optical digits `.tra` trains and `.tes` judges. What else there is
is opened only for reports. What could be taken for a digit is left out, for it teaches neither a
digit nor doubt.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digits.common.errors import DataError
from digits.common.packed_file import read_packed_file
from digits.common.zip_reading import DAMAGED_ZIP
from digits.picture.skeleton import thinned
from digits.synthetic.bitmaps import NO_BITMAPS, Bitmaps, read_bitmaps
from digits.synthetic.letter_strokes import LOOK_ALIKES
from digits.synthetic.pen_characters import PenCharacter, parse_pen_characters
from digits.synthetic.sources import CollectedThings
from digits.synthetic.writers import ByWriter
from digits.training.digit_sets import DAMAGED_NPZ, split_of_writer

UNCLEAR_LETTERS = LOOK_ALIKES | frozenset("Jj.,'`-_/\\()[]{}>")
"""Left out of letters: beside the look-alikes, what may be a 1 (a slash, a bracket), a 3 (a brace),
a 7 (>), or but a speck of ink."""
# Of its length: what stands and is narrower is a bar, whatever was meant, such as a K that is cut
# off after its stem.
NARROWEST_LETTER = 0.15

TRAINING_DOODLES = ("apple", "bicycle", "cat")
VALIDATION_DOODLES = ("diamond",)
FEWEST_FEATURES = 6
"""Loose ends, and holes twice over: a closed 4 has 5, and of MNIST's digits 99.5% have no more. A
doodle of fewer is left out, for an apple with its stem is a 6 or a 0 to look at, and a plain
diamond a 0. That leaves 5% of the apples, two thirds of the bicycles and most cats."""
_GREY, _BLANK = 100, 2

FOREIGN_SIDE = 105
LOOK_ALIKES_OF_ALPHABETS: Mapping[str, frozenset[int]] = {
    # 4, 9, 7, 4, 3, 4, a 1 with head and foot, a nought with a cross, 2, 6, 9, 9, 0, 7, 4.
    "Early_Aramaic": frozenset({1, 2, 3, 4, 5, 6, 7, 9, 10, 12, 13, 14, 16, 17, 20}),
    # β γ δ ζ θ ι ξ ο σ, for 8 8 8 5 8 1 3 0 6.
    "Greek": frozenset({2, 3, 4, 6, 8, 9, 14, 15, 18}),
    # Vowels like 4, 7, a 1 with its foot, 4, 1; ㄱ ㄴ ㄹ ㅁ ㅇ ㅋ, for 7 2 2 0 0 7.
    "Korean": frozenset({5, 7, 9, 20, 21, 22, 24, 27, 28, 33, 37}),
    # b g i j l o q s z.
    "Latin": frozenset({2, 7, 9, 10, 12, 15, 17, 19, 26}),
}
"""Alphabets that train (Balinese validates, in `benchmarks/`), and the numbers of the characters in
them that were found, on a contact sheet of three writers each, to look like a digit and are left
out. One that somebody wrote so that it does, though others do not, stays."""
_CHARACTER = re.compile(r"(?:.*/)?([^/]+)/character(\d{2})/[^/]+\.png")
# A character's file has a few hundred bytes; this keeps a damaged one from filling the memory.
_LARGEST_PNG = 1_000_000
_DAMAGED = (OSError, SyntaxError, *DAMAGED_ZIP)  # the ZIP, or a PNG in it

FileName: TypeAlias = str | Path
_Images: TypeAlias = NDArray[np.uint8]


@dataclass(frozen=True)
class CollectedFiles:
    """Files to learn from beside MNIST, pen strokes and one's own pictures; all may be left out.

    Attributes:
        letters: as for `synthetic.pen_characters`, letters that are no digits.
        bitmaps: as for `synthetic.bitmaps`; the name says what each is for.
        doodles: an `.npz` of Quick, Draw!, uint8 (n, 28, 28) for each kind of thing.
        alphabets: Omniglot's `images_background_small1.zip`.
    """

    letters: Sequence[FileName] = ()
    bitmaps: Sequence[FileName] = ()
    doodles: FileName | None = None
    alphabets: FileName | None = None


@dataclass(frozen=True, eq=False)
class Collected:
    """What such files hold.

    Attributes:
        training: things that train doubt.
        validation: things that judge it.
        training_bitmaps: digits that train.
        validation_bitmaps: digits that judge.
        notes: sentences for people about what is left out.
    """

    training: CollectedThings
    validation: CollectedThings
    training_bitmaps: Bitmaps
    validation_bitmaps: Bitmaps
    notes: tuple[str, ...] = ()


def read_collected(files: CollectedFiles) -> Collected:
    """Read them all.

    Raises:
        DataError: one is missing, damaged, empty, or for reports only.
    """
    notes: list[str] = []
    learnt, judging = _read_letters(files.letters, notes)
    bitmaps = _read_bitmaps(files.bitmaps)
    doodles, judging_doodles = _read_doodles(files.doodles, notes)
    foreign = _read_alphabets(files.alphabets)
    return Collected(
        CollectedThings(ByWriter(learnt), doodles, foreign),
        CollectedThings(ByWriter(judging), judging_doodles),
        bitmaps["tra"],
        bitmaps["tes"],
        tuple(notes),
    )


def left_out(count: int, thing: str, file: Path) -> str:
    """The beginning of a sentence, such as `3 letters of letters.jsonl are left out`."""
    many = count != 1
    return f"{count:,} {thing}{'s' * many} of {file.name} {'are' if many else 'is'} left out"


# --- letters


def _read_letters(
    paths: Iterable[FileName], notes: list[str]
) -> tuple[list[PenCharacter], list[PenCharacter]]:
    """Letters of training writers and of validation writers."""
    learnt: list[PenCharacter] = []
    judging: list[PenCharacter] = []
    for path in map(Path, paths):
        letters = parse_pen_characters(read_packed_file(path), path.name)
        if any(letter.label in tuple("0123456789") for letter in letters):
            raise DataError(f"{path.name} holds digits: doubt is learnt from letters without any.")
        splits = [split_of_writer(letter.writer) for letter in letters]
        known = [(a, b) for a, b in zip(letters, splits, strict=True) if b != "report"]
        clear = [(letter, split) for letter, split in known if not may_be_a_digit(letter)]
        if not any(split == "training" for _, split in clear):
            raise DataError(f"{path.name} holds no letter to learn from that looks like no digit.")
        if len(clear) < len(known):
            what = left_out(len(known) - len(clear), "letter", path)
            notes.append(f"{what}: what may be taken for a digit teaches no doubt.")
        learnt += [letter for letter, split in clear if split == "training"]
        judging += [letter for letter, split in clear if split == "validation"]
    return learnt, judging


def may_be_a_digit(letter: PenCharacter) -> bool:
    """Whether a letter looks like a digit by its name, or by its shape is a bar that stands."""
    if letter.label in UNCLEAR_LETTERS:
        return True
    points = np.concatenate(letter.strokes)
    width, height = np.ptp(points, axis=0)
    _, _, axes = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)
    extents = np.ptp(points @ axes.T, axis=0)
    return bool(height >= width and extents[-1] <= NARROWEST_LETTER * extents[0])


# --- bitmaps


def _read_bitmaps(paths: Iterable[FileName]) -> dict[str, Bitmaps]:
    read = {"tra": NO_BITMAPS, "tes": NO_BITMAPS}
    for path in map(Path, paths):
        ending = path.name.removesuffix(".gz").rpartition(".")[2]
        if ending not in read:
            raise DataError(
                f"{path.name} has no part in a training, and is for reports only: "
                "of optical digits, give files that end in .tra (they train) or .tes (they judge)."
            )
        read[ending] += read_bitmaps(path)
    return read


# --- doodles


def _read_doodles(path: FileName | None, notes: list[str]) -> tuple[_Images, _Images]:
    """Those that train and those that validate."""
    if path is None:
        return CollectedThings().doodles, CollectedThings().doodles
    path = Path(path)
    found = _read_npz(path, (*TRAINING_DOODLES, *VALIDATION_DOODLES))
    clear = {name: images[has_more_than_a_digit(images)] for name, images in found.items()}
    simple = sum(map(len, found.values())) - sum(map(len, clear.values()))
    if simple:
        what = left_out(simple, "doodle", path)
        notes.append(f"{what}: what is as simple as a digit teaches no doubt.")
    learnt, judging = (
        np.concatenate([clear[name] for name in names])
        for names in (TRAINING_DOODLES, VALIDATION_DOODLES)
    )
    if not len(learnt):
        raise DataError(f"{path.name} holds no doodle to learn from that looks like no digit.")
    return learnt, judging


def _read_npz(path: Path, names: Iterable[str]) -> dict[str, _Images]:
    """Arrays of doodles, and no others than these."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            found = {name: arrays[name] for name in names}
    except (FileNotFoundError, IsADirectoryError) as error:
        raise DataError(f"{path.name or path} is no file: check the name.") from error
    except KeyError as error:
        raise DataError(
            f"{path.name} lacks one of its kinds of doodles: {error.args[0]}"
        ) from error
    except DAMAGED_NPZ as error:
        raise DataError(f"{path.name} is no whole .npz file: download it again.") from error
    for name, images in found.items():
        if images.ndim != 3 or images.shape[1:] != (28, 28) or images.dtype != np.uint8:
            raise DataError(
                f"The doodles {name} of {path.name} must be uint8 of shape (n, 28, 28)."
            )
    return found


def has_more_than_a_digit(images: _Images) -> NDArray[np.bool_]:
    """Which doodles have more loose ends and holes than a digit.

    Args:
        images: uint8 (n, 28, 28), white ink on black.

    Returns:
        bool (n,).
    """
    if not len(images):
        return np.zeros(0, bool)
    masks = np.pad(images > _GREY, ((0, 0), (_BLANK, _BLANK), (_BLANK, _BLANK)))
    # One below the other, for to thin them all at once takes a fraction of the time.
    sheet = masks.reshape(-1, masks.shape[2])
    line = thinned(sheet).astype(np.uint8)
    around = cv2.filter2D(line, -1, _NEIGHBOURS, borderType=cv2.BORDER_CONSTANT)
    ends = line * np.choose(np.minimum(around, 2), [2, 1, 0])  # a dot has two
    features = ends.reshape(len(images), -1).sum(axis=1) + 2 * np.array(list(map(_holes, masks)))
    return np.asarray(features >= FEWEST_FEATURES)


def _holes(mask: NDArray[np.bool_]) -> int:
    background = (~mask).astype(np.uint8)
    areas = cv2.connectedComponentsWithStats(background, connectivity=4)[2][1:, cv2.CC_STAT_AREA]
    # A gap of a pixel or two between strokes that touch is no hole; the paper around is none.
    return int((areas > 2).sum()) - 1


_NEIGHBOURS = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], np.uint8)


# --- other alphabets


def _read_alphabets(path: FileName | None) -> _Images:
    """All letters of the alphabets that train, but those that look like digits."""
    if path is None:
        return CollectedThings().foreign
    path = Path(path)
    if "small2" in path.name:
        raise DataError(f"{path.name} is for reports only: give images_background_small1.zip.")
    images = _read_zip(path, _is_clear_character)
    if not images:
        raise DataError(
            f"{path.name} holds no alphabet that trains: "
            "take images_background_small1.zip of Omniglot."
        )
    return np.stack(images)


def _is_clear_character(name: str) -> bool:
    found = _CHARACTER.fullmatch(name)
    if found is None or found[1] not in LOOK_ALIKES_OF_ALPHABETS:
        return False
    return int(found[2]) not in LOOK_ALIKES_OF_ALPHABETS[found[1]]


def _read_zip(path: Path, is_wanted: Callable[[str], bool]) -> list[_Images]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = sorted(filter(is_wanted, archive.namelist()))
            return [_read_character(archive, name) for name in names]
    except (FileNotFoundError, IsADirectoryError) as error:
        raise DataError(f"{path.name or path} is no file: check the name.") from error
    except _DAMAGED as error:
        raise DataError(f"{path.name} is no whole .zip file: download it again.") from error


def _read_character(archive: zipfile.ZipFile, name: str) -> _Images:
    """White ink on black; the file has black ink on white."""
    if archive.getinfo(name).file_size > _LARGEST_PNG:
        raise ValueError(f"{name} is too large")
    with Image.open(io.BytesIO(archive.read(name)), formats=["PNG"]) as picture:
        if picture.size != (FOREIGN_SIDE, FOREIGN_SIDE):
            raise ValueError(f"{name} is of another size")
        return np.asarray(255 - np.asarray(picture.convert("L")), np.uint8)
