"""How far many pictures are: a bar with pictures a second and the time left."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

from digits.common.progress import QUIET_IN_A_LOG, REDRAWN

Path = TypeVar("Path")


class PictureBar(tqdm):
    """A bar on standard error whose end moves while files turn out to hold several pictures.

    Args:
        files: how many there are.
    """

    monitor_interval = 0  # no thread that outlives the bar

    def __init__(self, files: int) -> None:
        stream = sys.stderr
        is_terminal = stream is not None and stream.isatty()
        super().__init__(
            total=files,
            unit=" pictures",
            file=stream,
            disable=stream is None,
            mininterval=REDRAWN if is_terminal else QUIET_IN_A_LOG,
            miniters=1,
            dynamic_ncols=True,
            smoothing=0.05,
        )
        self._files_ahead = files

    def opening(self, paths: Iterable[Path]) -> Iterator[Path]:
        """The same files, noticed as they are opened."""
        for path in paths:
            self._files_ahead -= 1
            yield path

    def expect(self, pictures: int) -> None:
        """So many pictures were found in the files that are opened so far."""
        self.total = pictures + self._files_ahead
