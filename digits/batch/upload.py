"""Pictures that a stranger gave over the page: within limits, unpacked in memory, never on disk."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from digits.batch.archives import members_of, open_archive, unpack
from digits.batch.sources import ARCHIVES, suffix_of
from digits.common.errors import PictureError
from digits.picture.files import MOST_UPLOADED, check_file_size

MOST_PICTURES = 2_000
"""Files at a time."""
MOST_BYTES = 200_000_000
"""Of all of them, as they are sent and unpacked."""


@dataclass
class Upload:
    """What was given.

    Attributes:
        contents: the bytes of each file by its name, in order; no two names are the same.
        refused: why a file cannot be taken, in a sentence, by its name.
    """

    contents: dict[str, bytes] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.contents) + len(self.refused)


def take_upload(files: Iterable[tuple[str, bytes]]) -> Upload:
    """Take some files, and what is in those that are ZIPs.

    Args:
        files: name and bytes of each. A name is only ever shown, whatever it says.

    Raises:
        PictureError: they are too many, or too large all together.
    """
    upload, size = Upload(), 0
    for name, content in files:
        for each, inner, refusal in _files_in(name, content, MOST_BYTES - size):
            size += len(inner)
            own = _unlike(each, upload)
            if refusal is None:
                upload.contents[own] = inner
            else:
                upload.refused[own] = refusal
            if len(upload) > MOST_PICTURES:
                raise PictureError(
                    f"These are more than {MOST_PICTURES:,} pictures: give fewer at a time."
                )
            if size > MOST_BYTES:
                raise _too_large()
    return upload


def _files_in(name: str, content: bytes, most: int) -> Iterable[tuple[str, bytes, str | None]]:
    """Name, bytes, and why not, of a file or of each in a ZIP."""
    if suffix_of(name) not in ARCHIVES:
        yield _checked(name, content)
        return
    try:
        archive = open_archive(io.BytesIO(content))
        members, _ = members_of(archive)
    except PictureError as error:
        yield name, b"", str(error)
        return
    sizes = [archive.getinfo(member).file_size for member in members]
    if len(members) > MOST_PICTURES:
        raise PictureError(f"These are more than {MOST_PICTURES:,} pictures: give fewer at a time.")
    if sum(min(each, MOST_UPLOADED) for each in sizes) > most:
        raise _too_large()
    for member in members:
        try:
            yield f"{name}/{member}", unpack(archive, member, MOST_UPLOADED), None
        except PictureError as error:
            yield f"{name}/{member}", b"", str(error)


def _checked(name: str, content: bytes) -> tuple[str, bytes, str | None]:
    try:
        check_file_size(len(content), MOST_UPLOADED)
    except PictureError as error:
        return name, b"", str(error)
    return name, content, None


def _unlike(name: str, upload: Upload) -> str:
    """The name, or another where there is one already: two folders may hold a 1.png each."""
    others: Sequence[dict[str, object]] = (upload.contents, upload.refused)  # type: ignore[assignment]
    own, number = name, 2
    while any(own in names for names in others):
        own, number = f"{name} ({number})", number + 1
    return own


def _too_large() -> PictureError:
    return PictureError(
        f"These pictures have more than {MOST_BYTES // 1_000_000} MB together: "
        "give fewer at a time."
    )
