"""What the scripts have in common: arguments, and one plain sentence for whatever goes wrong."""

from __future__ import annotations

import argparse
import io
import math
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn, TextIO

from digits.common.errors import DigitError

GIVE_UP = "free some space, or choose another place, and try again"
FAILED = 1
INTERRUPTED = 130

_interrupts: list[int] = []


def run_script(work: Callable[[], None], when_interrupted: Callable[[], str]) -> int:
    """Do a script's work and say in one sentence, on standard error, why it could not be done.

    Args:
        work: may raise DigitError, OSError where a file cannot be written, KeyboardInterrupt.
        when_interrupted: gives the sentence that is said after Ctrl-C.

    Returns:
        The exit status: 0, 1 for an error, 130 after Ctrl-C.
    """
    with _noticed_interrupts():
        try:
            work()
        except BaseException as error:
            if was_interrupted():
                return complain(when_interrupted(), INTERRUPTED)
            if isinstance(error, DigitError):
                return complain(str(error))
            if isinstance(error, OSError):
                name = Path(error.filename).name if error.filename else "A file"
                reason = error.strerror or error
                return complain(f"{name} could not be written ({reason}): {GIVE_UP}.")
            raise
    return 0


def was_interrupted() -> bool:
    """Whether Ctrl-C was pressed while `run_script` works, whatever exception came out of it."""
    return bool(_interrupts)


def complain(sentence: str, status: int = FAILED) -> int:
    """Print a sentence on standard error; returns the exit status."""
    if sys.stderr is not None:  # print would take None for standard output
        print(sentence, file=sys.stderr)
    return status


def begin_script(*, ends_with_reader: bool = False) -> None:
    """Prepare a program's process, before it imports what it needs.

    From now on Ctrl-C ends it with a sentence, not with a traceback. What it prints never ends it
    in that way: neither a character that the terminal does not know nor a reader who has read
    enough.

    Args:
        ends_with_reader: whether the program is there for nothing but what it prints, so that it
            ends quietly when nobody reads on; else it goes on with its work.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name) or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
        is_answer = ends_with_reader and name == "stdout"
        setattr(sys, name, _forgiving(stream, ends_with_reader=is_answer))

    def stop(signal_number: int, frame: FrameType | None) -> None:
        os.write(2, b"Stopped.\n")
        os._exit(INTERRUPTED)

    signal.signal(signal.SIGINT, stop)


def leave(status: int) -> NoReturn:
    """End a program. After Ctrl-C at once, for TensorFlow's threads may abort an orderly end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:  # on a full disk, of which has been told; nothing more is tried at the end
            _print_nowhere(stream)
            status = status or FAILED
    if status == INTERRUPTED:
        os._exit(status)
    sys.exit(status)


def _forgiving(stream: TextIO, *, ends_with_reader: bool) -> TextIO:
    """The same stream, which prints what can be printed as long as there is someone to read it."""
    if not isinstance(stream, io.TextIOWrapper):
        return stream

    class Forgiving(io.TextIOWrapper):
        def write(self, text: str) -> int:
            try:
                return super().write(text)
            except BrokenPipeError:
                self._go_on_without_reader()
                return 0

        def flush(self) -> None:
            try:
                super().flush()
            except BrokenPipeError:
                self._go_on_without_reader()

        def _go_on_without_reader(self) -> None:
            if ends_with_reader:
                os._exit(0)
            _print_nowhere(self)

    encoding = stream.encoding
    return Forgiving(stream.detach(), encoding, errors="backslashreplace", line_buffering=True)


def _print_nowhere(stream: TextIO) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


@contextmanager
def _noticed_interrupts() -> Iterator[None]:
    """Collect the interrupts (Ctrl-C) that come meanwhile, and still raise KeyboardInterrupt.

    One that strikes while TensorFlow calls back into Python comes out as another exception.
    """
    _interrupts.clear()

    def notice(number: int, frame: FrameType | None) -> None:
        _interrupts.append(number)
        signal.default_int_handler(number, frame)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, notice)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        _interrupts.clear()


def check_writable(folder: Path, option: str) -> None:
    """Fail before the work, not after it, where its result could never be written.

    Args:
        folder: where files will be written; it must exist.
        option: of the command line, such as `--output`.

    Raises:
        DigitError: the folder does not exist or cannot be written to.
    """
    if not folder.is_dir():
        raise DigitError(f"The folder of {option} does not exist: make it first.")
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise DigitError(f"The folder of {option} cannot be written to: choose another.") from error


def check_new_folder(folder: Path, option: str, sentence: str) -> None:
    """The same for a folder that will be made where it is missing, with all that lead to it.

    Args:
        folder: where files will be written.
        option: of the command line, such as `--output`.
        sentence: what to say if a file is in the way.

    Raises:
        DigitError: it cannot be made or written to.
    """
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not nearest.is_dir():
        raise DigitError(sentence)
    check_writable(nearest, option)


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """A type for argparse: an integer within limits, both allowed."""

    def convert(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"must be from {least} to {most}")
        return number

    convert.__name__ = "whole number"
    return convert


def number(least: float, most: float) -> Callable[[str], float]:
    """A type for argparse: a number within limits, both allowed."""

    def convert(text: str) -> float:
        value = float(text)
        if not (math.isfinite(value) and least <= value <= most):
            raise argparse.ArgumentTypeError(f"must be from {least:g} to {most:g}")
        return value

    convert.__name__ = "number"
    return convert


count = whole_number(1, 100_000)
seed = whole_number(0, 2**32 - 1)
