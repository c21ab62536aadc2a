"""Corrections that a person keeps: a ZIP or a folder, read and written here alone.

A folder per digit and `none/` hold what the network saw as PNG, and `corrections.csv` tells what
each was read as, how sure that was, by which model, and when.
"""

from __future__ import annotations

import csv
import datetime
import io
import itertools
import re
import zipfile
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digits.adaptation.labelled_files import (
    CORRECTIONS,
    NONE,
    LabelledFolder,
    LabelledZip,
    open_zip,
)
from digits.adaptation.network_input_files import as_png, network_input_of
from digits.common.atomic_file import atomic_write
from digits.common.errors import DataError, DigitError, PictureError
from digits.network.prediction import predict_logits
from digits.network.serving import Network
from digits.picture.decoding import DecodedPicture
from digits.picture.preparation import PreparedDigit
from digits.reading.digit import Reading, ReadyPicture, make_readings

_COLUMNS = ("file", "digit", "read_as", "confidence", "doubted", "model_sha256", "date")
# Of a picture, as it is named here.
_NAME = rf"([0-9]|{NONE})/[0-9]{{5}}-[0-9-]{{0,10}}\.png"
MOST = 2_000
"""So many corrections may be brought back at once."""


@dataclass(frozen=True, eq=False)
class KeptCorrection:
    """What a person said of an answer.

    Attributes:
        reading: the answer as it was.
        digit: the right digit; None for no digit.
        model_sha256: `LastLayer.sha256` of the network that answered; "" where it has none.
        date: when, ISO 8601, UTC; "" where nobody knows.
    """

    reading: Reading
    digit: int | None
    model_sha256: str
    date: str

    @classmethod
    def now(cls, reading: Reading, digit: int | None, network: Network) -> KeptCorrection:
        """What is said now."""
        date = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        return cls(reading, digit, _model_of(network), date)


@dataclass(frozen=True, eq=False)
class ReadCorrections:
    """What a ZIP held.

    Attributes:
        corrections: in the order in which they were said.
        unreadable: `(name, reason)` of each picture that could not be read.
    """

    corrections: tuple[KeptCorrection, ...]
    unreadable: tuple[tuple[str, str], ...]


def write_corrections_zip(corrections: Sequence[KeptCorrection]) -> bytes:
    """The bytes of a ZIP of corrections."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        _write(corrections, packed.writestr)
    return file.getvalue()


def write_corrections_folder(
    corrections: Sequence[KeptCorrection], folder: Path, spared: Collection[str] = ()
) -> None:
    """The same in a folder; pictures that were kept there and are no corrections any more go.

    So do folders of digits that are empty then. Nothing else in the folder is touched.

    Args:
        corrections: all that shall be in it.
        folder: need not be there.
        spared: names such as `3/00001-.png` of files that stay as they are, since they could not
            be read and so are no corrections.

    Raises:
        DigitError: the folder cannot be written, or the disk is full.
    """
    written = set(spared)

    def write(name: str, content: bytes) -> None:
        written.add(name)
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path) as temporary:
            temporary.write_bytes(content)

    try:
        before = _rows_of(LabelledFolder(folder)) if folder.exists() else {}
        _write(corrections, write, spared)
        for name in before.keys() - written:
            if re.fullmatch(_NAME, name):
                _delete(folder / name)
    except OSError as error:
        sentence = f"The corrections could not be kept ({error.strerror}): choose another folder."
        raise DigitError(sentence) from error


def _delete(picture: Path) -> None:
    picture.unlink(missing_ok=True)
    with suppress(OSError):  # others are in its folder still, and then it stays
        picture.parent.rmdir()


def _write(
    corrections: Sequence[KeptCorrection],
    write: Callable[[str, bytes], None],
    spared: Collection[str] = (),
) -> None:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(_COLUMNS)
    numbers = itertools.count(1)
    for each in corrections:
        folder = NONE if each.digit is None else str(each.digit)
        names = (f"{folder}/{number:05}-{each.date[:10]}.png" for number in numbers)
        name = next(name for name in names if name not in spared)
        write(name, as_png(each.reading.network_input))
        digit, confidence = each.reading.top_k[0]
        doubted = "no" if each.reading.is_digit else "yes"
        rows.writerow(
            [name, folder, digit, f"{confidence:.4f}", doubted, each.model_sha256, each.date]
        )
    write(CORRECTIONS, text.getvalue().encode())


def read_corrections_zip(source: Path | bytes, network: Network) -> ReadCorrections:
    """Read what was kept, or a ZIP that somebody made in its form.

    Every picture is read anew, by this network.

    Args:
        source: the ZIP.
        network: which reads them.

    Raises:
        DataError: it is no ZIP, is hostile or damaged, or holds no labelled picture.
        ModelError: as `predict_logits`.
    """
    name = source.name if isinstance(source, Path) else "This file"
    with open_zip(source, name) as packed:
        found = _read(packed, name, network)
    if not found.corrections:
        raise DataError(f"{name} holds no correction: choose one that the page kept.")
    return found


def read_corrections_folder(folder: Path, network: Network) -> ReadCorrections:
    """Read what was kept in a folder; nothing where there is nothing yet.

    Raises:
        DataError: it cannot be read, or holds too much.
        ModelError: as `predict_logits`.
    """
    return _read(LabelledFolder(folder), folder.name, network)


def _read(source: LabelledZip | LabelledFolder, name: str, network: Network) -> ReadCorrections:
    if len(source) > MOST:
        raise DataError(f"{name} holds more than {MOST:,} pictures: take fewer.")
    about = _rows_of(source)
    inputs, said, unreadable = [], [], []
    for file in source.files():
        try:
            inputs.append(network_input_of(file.picture))
        except PictureError as error:
            unreadable.append((file.name, str(error)))
        else:
            said.append((file.name, file.label, _date_in(about.get(file.name, {}).get("date"))))
    model = _model_of(network)
    readings = readings_of(np.stack(inputs), network) if inputs else []
    kept = [
        (own, KeptCorrection(reading, label, model, date))
        for reading, (own, label, date) in zip(readings, said, strict=True)
    ]
    order = {own: place for place, own in enumerate(about)}
    kept.sort(key=lambda each: (order.get(each[0], len(order)), each[0]))
    return ReadCorrections(tuple(each for _, each in kept), tuple(unreadable))


def _date_in(text: str | None) -> str:
    """A date as it is written here; "" for what is none, since files are named by it."""
    try:
        return datetime.datetime.fromisoformat(text or "").isoformat(timespec="seconds")
    except ValueError:
        return ""


def _model_of(network: Network) -> str:
    last_layer = network.last_layer
    return "" if last_layer is None else last_layer.sha256


def _rows_of(packed: LabelledZip | LabelledFolder) -> dict[str, dict[str, str]]:
    """The rows of its list by file, in order; none where there is no list, or it is no list."""
    text = packed.read(CORRECTIONS).decode(errors="replace")
    try:
        rows = list(csv.DictReader(io.StringIO(text)))
    except csv.Error:
        return {}
    return {row["file"]: row for row in rows if row.get("file")}


def readings_of(network_inputs: NDArray[np.float32], network: Network) -> list[Reading]:
    """What a network reads in pictures that are prepared already.

    Args:
        network_inputs: float32 (n, 28, 28) in [0, 1]; n is at least 1.
        network: with or without a hand.
    """
    ready = [_ready(each) for each in network_inputs]
    return make_readings(ready, predict_logits(network_inputs, network), 10, network)


def _ready(network_input: NDArray[np.float32]) -> ReadyPicture:
    grey = 255 - np.rint(network_input * 255).astype(np.uint8)
    picture = np.repeat(grey[..., None], 3, axis=-1)
    prepared = PreparedDigit(network_input, np.eye(2, 3), ())
    return ReadyPicture(DecodedPicture(picture), [prepared])
