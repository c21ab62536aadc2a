"""Pictures that a person keeps, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from digits.common.atomic_file import atomic_write
from digits.common.errors import DigitError


def save_picture(content: bytes, path: Path) -> None:
    """Write a picture's file; one that is there is replaced.

    Raises:
        DigitError: the folder cannot be written, or the disk is full; nothing has changed then.
    """
    try:
        with atomic_write(path) as temporary:
            temporary.write_bytes(content)
    except OSError as error:
        sentence = f"The picture could not be saved ({error.strerror}): choose another place."
        raise DigitError(sentence) from error
