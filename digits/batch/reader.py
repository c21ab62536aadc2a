"""The reading of a batch, whoever drives it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from digits.batch.fields import Field
from digits.batch.places import Files, Place
from digits.batch.rows import (
    TOP,
    Cells,
    Row,
    cells_of_digit,
    cells_of_nothing,
    cells_of_number,
    make_row,
    moved,
)
from digits.batch.seen_digits import SEEN, pack_digits
from digits.batch.task import ReadingTask
from digits.common.errors import ModelError, NoInkError, PictureError
from digits.network.prediction import predict_logits
from digits.picture.decoding import decode_picture
from digits.reading.digit import (
    ReadyPicture,
    choose_candidate,
    make_readings,
    prepare_picture,
    read_digit,
)
from digits.reading.number import read_number

if TYPE_CHECKING:
    from digits.network.serving import Network

logger = logging.getLogger(__name__)

BATCH = 16
"""Pictures that are read together. More are no faster, and fewer shares are shared out worse."""
_NO_MEMORY = "There is not enough memory for this picture: make it smaller, or use fewer workers."
_UNEXPECTED = "Something went wrong on our side with this picture: save it anew and try again."
# Pixels of pictures that wait for the network together: of large ones each goes alone.
_HELD_PIXELS = 4_000_000

Found = TypeVar("Found")


def read_batch(
    places: Sequence[Place], files: Files, task: ReadingTask, network: Network
) -> list[Row]:
    """Read some pictures, in one thread.

    Args:
        places: of the pictures, up to `BATCH`.
        files: where they are fetched.
        task: what is read in each of them.
        network: that reads.

    Returns:
        A row for each, in order, with the reason in a sentence where it cannot be read.

    Raises:
        ModelError: the network's answers are no numbers.
    """
    found: Iterable[Cells | dict[str, Cells] | PictureError]
    if task.kind == "digit" and not task.fields:
        found = _read_digits(places, files, task, network)
    else:
        read = _read_form if task.fields else _read_whole
        found = (attempted(partial(read, place, files, task, network)) for place in places)
    return [make_row(place, each, task) for place, each in zip(places, found, strict=True)]


def attempted(read: Callable[[], Found]) -> Found | PictureError:
    """What comes of a picture, or why nothing does: no picture is the end of all others.

    Raises:
        ModelError: which is no picture's fault.
    """
    try:
        return read()
    except PictureError as error:
        return error
    except ModelError:
        raise
    except MemoryError:
        return PictureError(_NO_MEMORY)
    except Exception:
        logger.exception("A picture could not be read")
        return PictureError(_UNEXPECTED)


def _read_whole(place: Place, files: Files, task: ReadingTask, network: Network) -> Cells:
    number = read_number(files.fetch(place), ink=task.ink, model=network)
    seen = {SEEN: pack_digits(number)} if task.by_hand else {}
    return cells_of_number(number) | seen


def _read_form(place: Place, files: Files, task: ReadingTask, network: Network) -> dict[str, Cells]:
    page = decode_picture(files.fetch(place)).pixels
    return {field.name: _read_field(field, page, task, network) for field in task.fields}


def _read_field(
    field: Field, page: NDArray[np.uint8], task: ReadingTask, network: Network
) -> Cells:
    """What is in a field; one that is empty, as many are on forms, spoils no page."""
    cut = np.ascontiguousarray(field.cut(page))
    try:
        if task.kind == "digit":
            cells = cells_of_digit(read_digit(cut, TOP, ink=task.ink, model=network))
        else:
            cells = cells_of_number(read_number(cut, ink=task.ink, model=network))
    except NoInkError as error:
        return cells_of_nothing(str(error))
    return moved(cells, field.corner((page.shape[1], page.shape[0])))


def _read_digits(
    places: Sequence[Place], files: Files, task: ReadingTask, network: Network
) -> Iterator[Cells | PictureError]:
    """What is in each picture; the network is asked for as many at once as memory should hold."""
    waiting: list[ReadyPicture | PictureError] = []
    pixels = 0
    for place in places:
        ready = attempted(partial(_ready, place, files, task, network))
        waiting.append(ready)
        pixels += ready.decoded.pixels.size // 3 if isinstance(ready, ReadyPicture) else 0
        if pixels > _HELD_PIXELS:
            yield from _answers(waiting, network)
            waiting, pixels = [], 0
    yield from _answers(waiting, network)


def _ready(place: Place, files: Files, task: ReadingTask, network: Network) -> ReadyPicture:
    return choose_candidate(prepare_picture(files.fetch(place), TOP, task.ink), network)


def _answers(
    waiting: Sequence[ReadyPicture | PictureError], network: Network
) -> Iterator[Cells | PictureError]:
    ready = [each for each in waiting if isinstance(each, ReadyPicture)]
    readings = []
    if ready:
        logits = predict_logits(np.stack([each.network_input for each in ready]), network)
        readings = make_readings(ready, logits, TOP, network)
    read = iter(readings)
    for each in waiting:
        yield each if isinstance(each, PictureError) else cells_of_digit(next(read))
