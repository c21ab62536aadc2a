"""Reads an upload beside whatever else a server does: in niced processes, one upload at a time."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from digits.batch.page_rendering import page_as_picture
from digits.batch.places import FilesInMemory, Place, groups, list_places
from digits.batch.processes import THUMBNAIL, Workers
from digits.batch.rows import Row, make_row
from digits.batch.seen_digits import SEEN
from digits.batch.task import ReadingTask
from digits.batch.upload import MOST_PICTURES, Upload
from digits.common.errors import DigitError, PictureError
from digits.network.loading import file_of_model

logger = logging.getLogger(__name__)

# Few, so that answers come soon, and one that is stopped ends soon.
_BATCH = 4
_NICENESS = 19
# Seconds: a connection that is lost for a moment is no page that is left.
_PATIENCE = 10.0
_LEFT = "The reading ended when the page was left: give the pictures once more for the others."
_UNEXPECTED = "Something went wrong on our side; please give these pictures once more."
# Another upload's processes would take memory, and be no faster.
_turn = threading.Lock()


@dataclass(frozen=True)
class ReadPicture:
    """A picture that was read.

    Attributes:
        place: of it.
        row: what was read.
        thumbnail: a WebP file; empty where there is none.
        seen: as `seen_digits.pack_digits`; empty where nothing was read.
    """

    place: Place
    row: Row
    thumbnail: bytes
    seen: bytes = b""


class BackgroundReading:
    """The reading of an upload, which begins at once in a thread.

    Args:
        upload: what was given.
        task: what is read in each picture.
        is_wanted: whether anybody waits for it still; asked now and then.

    Attributes:
        task: what is read in each picture.
        total: how many pictures there are, as far as is known; files turn out to hold several.
        problem: a sentence about what ended the reading; None while nothing has.
    """

    def __init__(
        self, upload: Upload, task: ReadingTask, is_wanted: Callable[[], bool] = lambda: True
    ) -> None:
        self.task, self.total = task, len(upload)
        self.problem: str | None = None
        self._upload, self._is_wanted = upload, is_wanted
        self._stopped, self._is_read = threading.Event(), False
        self._began: float | None = None
        self._wanted_at = time.monotonic()
        self._read: list[ReadPicture] = [
            ReadPicture(Place(name), make_row(Place(name), PictureError(reason), task), b"")
            for name, reason in upload.refused.items()
        ]
        self._page = lru_cache(maxsize=1)(self._rendered)  # asked whenever the screen is drawn
        self._thread = threading.Thread(target=self._work, name="many pictures", daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Whether more will come; the processes may take a moment longer to end."""
        return self._thread.is_alive() and not self._is_read

    @property
    def pictures(self) -> list[ReadPicture]:
        """What is read so far."""
        return list(self._read)

    @property
    def seconds_left(self) -> float | None:
        """How long it will go on, as it went so far; None while nobody can say."""
        done = len(self._read) - len(self._upload.refused)
        if not done or self._began is None:
            return None
        return (time.monotonic() - self._began) / done * max(0, self.total - len(self._read))

    def stop(self) -> None:
        """End it, and wait until it has ended."""
        self._stopped.set()
        self._thread.join()

    def again(self, task: ReadingTask) -> BackgroundReading:
        """End it, and begin to read the same upload for another task."""
        self.stop()
        return BackgroundReading(self._upload, task, self._is_wanted)

    def fetch(self, place: Place) -> bytes | None:
        """The file of a picture, as it was given, or of a page, as it was read; None if refused.

        Raises:
            PictureError: the page cannot be shown.
        """
        return self._page(place) if place.page else self._upload.contents.get(place.path)

    def _rendered(self, place: Place) -> bytes | None:
        content = self._upload.contents.get(place.path)
        return content and page_as_picture(content, place.page or 1)

    def _work(self) -> None:
        try:
            while not _turn.acquire(timeout=0.2):
                if self._is_over():
                    return
            try:
                self._read_all()
            finally:
                _turn.release()
        except DigitError as error:
            self.problem = str(error)
        except Exception:
            logger.exception("An upload could not be read")
            self.problem = _UNEXPECTED

    def _read_all(self) -> None:
        self._began = time.monotonic()
        contents = self._upload.contents
        count = max(1, (os.cpu_count() or 1) - 1)
        with Workers(self.task, file_of_model(), count, _NICENESS, contents) as workers:
            under_way: list[Place] = []
            for rows in workers.read(self._batches(workers, under_way)):
                for row in rows:
                    thumbnail, seen = row.pop(THUMBNAIL, b""), row.pop(SEEN, b"")
                    self._read.append(ReadPicture(under_way.pop(0), row, thumbnail, seen))
                if self._is_over():
                    raise PictureError(_LEFT)
            self._is_read = True

    def _batches(self, workers: Workers, under_way: list[Place]) -> Iterator[list[Place]]:
        files = FilesInMemory(self._upload.contents)
        pictures = len(self._upload.refused)
        for batch in groups(list_places(self._upload.contents, files, workers.count_pages), _BATCH):
            pictures += len(batch)
            self.total = max(self.total, pictures)
            if pictures > MOST_PICTURES:
                raise PictureError(
                    f"These are more than {MOST_PICTURES:,} pages: give fewer at a time."
                )
            under_way += batch
            yield batch

    def _is_over(self) -> bool:
        now = time.monotonic()
        if self._is_wanted():
            self._wanted_at = now
        return self._stopped.is_set() or now - self._wanted_at > _PATIENCE
