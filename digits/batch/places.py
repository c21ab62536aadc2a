"""Where a picture is: a file, a member of a ZIP, a page of a document; and how it is fetched."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TypeVar

from digits.batch.archives import members_of, open_archive, unpack
from digits.batch.documents import count_pages, picture_of_page
from digits.batch.sources import ARCHIVES, DOCUMENTS, printable, suffix_of
from digits.common.errors import PictureError
from digits.picture.decoding import Picture
from digits.picture.files import check_file_size, read_picture_file

Item = TypeVar("Item")
_WITH_PAGES = (*DOCUMENTS, "tif", "tiff")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a picture is.

    Attributes:
        path: of a file.
        member: its name in the file, if that is a ZIP.
        page: 1 is the first; None for what has no pages.
    """

    path: str
    member: str | None = None
    page: int | None = None

    @property
    def name(self) -> str:
        """What stands in the table: the path, with the member's behind it."""
        return printable(self.path if self.member is None else f"{self.path}/{self.member}")


class Files:
    """Files on disk, of which the last document and the last ZIP stay open for the next picture."""

    def __init__(self) -> None:
        self.archive = lru_cache(maxsize=1)(self._open_archive)
        self._document = lru_cache(maxsize=1)(self.content)

    def _open_archive(self, path: str) -> zipfile.ZipFile:
        return open_archive(path)

    def _read(self, path: str) -> bytes:
        return read_picture_file(Path(path))

    def content(self, path: str, member: str | None) -> bytes:
        """The bytes of a file, or of a member of a ZIP.

        Raises:
            PictureError: it is not there, cannot be opened, is empty or too large.
        """
        if member is not None:
            return unpack(self.archive(path), member)
        if suffix_of(path) in ARCHIVES:
            members_of(self.archive(path))  # which says what is wrong with it
        return self._read(path)

    def fetch(self, place: Place) -> Picture:
        """The picture at a place, to be decoded.

        Raises:
            PictureError: as `content`, or there is no such page.
        """
        if place.page is None:
            return self.content(place.path, place.member)
        return picture_of_page(self._document(place.path, place.member), place.page)

    def count_pages(self, place: Place) -> int:
        """How many pages there are at a place: 1 for whatever has none, or cannot be read."""
        with suppress(PictureError):
            return count_pages(self.content(place.path, place.member))
        return 1


class FilesInMemory(Files):
    """Files whose bytes are at hand, by their paths, however they came."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        super().__init__()
        self._contents = contents

    def _open_archive(self, path: str) -> zipfile.ZipFile:
        return open_archive(io.BytesIO(self._contents[path]))

    def _read(self, path: str) -> bytes:
        content = self._contents[path]
        check_file_size(len(content))
        return content


def list_places(
    paths: Iterable[str],
    files: Files,
    count: Callable[[Place], int],
    passed_over: Callable[[int], None] = lambda number: None,
) -> Iterator[Place]:
    """Every picture in some files, in order: a file, each member of a ZIP, each page of a document.

    Args:
        paths: of the files.
        files: where ZIPs are opened.
        count: how many pages there are at a place, at least 1; decoders of documents are written
            in C, so that `files.count_pages` is best asked in a process apart.
        passed_over: is told how many files in a ZIP are called like no picture.
    """
    for path in paths:
        for place in _places_in(path, files, passed_over):
            if suffix_of(place.member or place.path) not in _WITH_PAGES:
                yield place
                continue
            pages = count(place)
            if pages == 1 and suffix_of(place.member or place.path) not in DOCUMENTS:
                yield place
                continue
            for page in range(1, pages + 1):
                yield Place(place.path, place.member, page)


def _places_in(path: str, files: Files, passed_over: Callable[[int], None]) -> list[Place]:
    """A file alone, also if it is a ZIP in which nothing can be read; else the ZIP's members."""
    if suffix_of(path) not in ARCHIVES:
        return [Place(path)]
    try:
        members, others = members_of(files.archive(path))
    except PictureError:
        return [Place(path)]
    passed_over(others)
    return [Place(path, member) for member in members]


def groups(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The same items in order, so many at a time; the last group may be smaller."""
    remaining = iter(items)
    while some := list(islice(remaining, size)):
        yield some
