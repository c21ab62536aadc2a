"""A folder or ZIP of your own pictures as digits to measure or to learn from.

It holds a subfolder for each digit, named 0 to 9, with pictures of that digit in it, in any format
that the page takes, and `none` for what is no digit, as page and window keep corrections:

    digits/3/anna.png
    digits/3/photo.heic
    digits/7/ben.jpg
    digits/none/scribble.png

Every picture takes the same road as on the page: decoded upright, then prepared as MNIST was.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from pathlib import Path

import numpy as np

from digits.adaptation.labelled_files import LABELS, LabelledFile, as_label, open_zip
from digits.adaptation.network_input_files import network_input_of
from digits.common.errors import DataError, PictureError
from digits.common.litter import is_litter
from digits.picture.decoding import Picture
from digits.training.digit_sets import NO_DIGIT, DigitSet, Images, as_image


@dataclass(frozen=True, eq=False)
class PictureFolder:
    """What a folder of pictures holds, subfolder by subfolder, each by the names of its files.

    Attributes:
        digits: the pictures that could be read, prepared for the network and rounded to whole
            grey levels; labelled by their subfolders, `NO_DIGIT` for `none`.
        files: a name such as `3/anna.png` for each of `digits`, parallel to them.
        unreadable: `(name, reason)` of every other file; the reason is a sentence for people.
    """

    digits: DigitSet
    files: tuple[str, ...]
    unreadable: tuple[tuple[str, str], ...]


def read_picture_folder(path: str | os.PathLike[str]) -> PictureFolder:
    """Read and prepare every picture in the subfolders 0 to 9 and `none` of a folder or ZIP.

    A digit may have no subfolder. Plain files beside the subfolders, whatever is hidden (its name
    begins with a dot), and what systems leave in folders (`Thumbs.db`, `__MACOSX`) are passed over.
    A file that is no picture, or shows nothing, is collected in `unreadable`.

    Raises:
        DataError: the folder is missing, holds no subfolder of a digit, one that is empty or one
            of another name, or no picture in it can be read; or, as `open_zip`, of a ZIP.
    """
    source = Path(path)
    images, labels, files, unreadable = [], [], [], []
    for file in _labelled_files(source):
        try:
            images.append(prepare_image(file.picture))
        except PictureError as error:
            unreadable.append((file.name, str(error)))
        else:
            labels.append(NO_DIGIT if file.label is None else file.label)
            files.append(file.name)
    if not files:
        raise DataError(
            f"None of the {len(unreadable):,} files in {_name(source)} is a picture of a digit "
            "that can be read: choose a folder with pictures such as 3/anna.png."
        )
    digits = DigitSet(np.stack(images), np.array(labels, np.uint8))
    return PictureFolder(digits, tuple(files), tuple(unreadable))


def read_picture_folders(paths: Sequence[str | os.PathLike[str]]) -> PictureFolder | None:
    """Several as one, in their order; None for none.

    Raises:
        DataError: as `read_picture_folder`.
    """
    read = [read_picture_folder(path) for path in paths]
    if not read:
        return None
    return PictureFolder(
        reduce(add, (each.digits for each in read)),
        tuple(name for each in read for name in each.files),
        tuple(pair for each in read for pair in each.unreadable),
    )


def _labelled_files(source: Path) -> Iterator[LabelledFile]:
    """Of a ZIP or a folder, by name."""
    if source.suffix.lower() == ".zip" and source.is_file():
        with open_zip(source, source.name) as packed:
            yield from packed.files()
        return
    for folder in _label_folders(source):
        for file in _files_in(folder):
            yield LabelledFile(as_label(folder.name), f"{folder.name}/{file.name}", file)


def _label_folders(folder: Path) -> list[Path]:
    """The subfolders 0 to 9 that there are, in order."""
    subfolders = [entry for entry in _entries(folder) if entry.is_dir()]
    for subfolder in subfolders:
        if subfolder.name not in LABELS:
            raise DataError(
                f"The subfolder {subfolder.name} of {_name(folder)} is named for no digit: "
                "a label must be 0 to 9 or none, so rename it or take it away."
            )
    if not subfolders:
        raise DataError(
            f"{_name(folder)} has no subfolders: "
            "put the pictures of each digit in one that is named for it, 0 to 9."
        )
    return subfolders


def _files_in(label_folder: Path) -> list[Path]:
    files = _entries(label_folder)
    if not files:
        raise DataError(
            f"The folder of the digit {label_folder.name} is empty: "
            "put pictures in it, or take it away."
        )
    return files


def _entries(folder: Path) -> list[Path]:
    """What lies in a folder, is not hidden, and was not put there by a system, by name."""
    try:
        entries = [entry for entry in folder.iterdir() if not is_litter(entry.name)]
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise DataError(
            f"{_name(folder)} is no folder: name one with a subfolder for each digit, 0 to 9."
        ) from error
    except OSError as error:
        raise DataError(
            f"The folder {_name(folder)} cannot be opened: check that you may read it."
        ) from error
    return sorted(entries, key=lambda entry: entry.name)


def prepare_image(picture: Picture) -> Images:
    """What the network sees of a picture, as data sets hold it: uint8 (28, 28).

    Raises:
        PictureError: the picture cannot be read.
        NoInkError: nothing is drawn on it.
    """
    return as_image(network_input_of(picture))


def _name(folder: Path) -> str:
    return folder.name or str(folder)
