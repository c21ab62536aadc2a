"""Files that may be packed with gzip."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from digits.common.errors import DataError

_GZIP_MAGIC = b"\x1f\x8b"


def read_packed_file(path: Path) -> bytes:
    """What is in a file, unpacked if it is packed with gzip.

    Raises:
        DataError: the file is missing, truncated or cannot be opened.
    """
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if content.startswith(_GZIP_MAGIC) else content
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise DataError(f"{path.name or path} is no file: check the name.") from error
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path.name} cannot be read to its end: download it again.") from error
