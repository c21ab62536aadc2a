"""How far a long step is, and for how long it will go on: a bar, or a line now and then."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable
from typing import TextIO

# Seconds. What is done sooner needs no bar, and a log holds more than progress.
QUIET_ON_A_TERMINAL, QUIET_IN_A_LOG = 1.0, 30.0
REDRAWN = 0.2
"""Seconds between two pictures of a bar on a terminal."""
_CELLS = 30


def duration_text(seconds: float) -> str:
    """Such as `3 min 05 s`, or `40 s`."""
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes} min {seconds:02d} s" if minutes else f"{seconds} s"


class ProgressBar:
    """Shows on a terminal a bar that is drawn anew, and in a log a line every half minute.

    Attributes:
        total: how many things there are to do.
        done: how many of them are done.
    """

    def __init__(
        self,
        total: int,
        done: int = 0,
        output: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.total, self.done, self._before = total, done, done
        self._output, self._clock = output or sys.stdout, clock
        self._is_terminal = self._output is not None and self._output.isatty()
        self._start = clock()
        self._next = self._start + (QUIET_ON_A_TERMINAL if self._is_terminal else QUIET_IN_A_LOG)
        self._width = 0

    def advance(self, count: int = 1) -> None:
        """So many more are done."""
        self.done += count
        now = self._clock()
        if now < self._next or self.done == self._before:
            return
        self._next = now + (REDRAWN if self._is_terminal else QUIET_IN_A_LOG)
        pace = (now - self._start) / (self.done - self._before)
        to_go = duration_text(pace * (self.total - self.done))
        words = f"{self.done:,} of {self.total:,}, about {to_go} to go"
        if self._is_terminal:
            full = "#" * (_CELLS * self.done // max(1, self.total))
            line = f"[{full:.<{_CELLS}}] {words}"
            self._write(f"\r{line:<{self._width}}")
            self._width = len(line)
        else:
            self._write(f"{words}.\n")

    def close(self) -> None:
        """Take the bar away, so that the next line begins where it stood."""
        if self._width:
            self._write(f"\r{'':<{self._width}}\r")
            self._width = 0

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):  # work goes on where nobody listens
            print(text, end="", file=self._output, flush=True)
