"""What the scripts have in common: arguments, and one plain sentence for whatever goes wrong."""

from __future__ import annotations

import argparse
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

from digit_errors import DigitError

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
        except DigitError as error:
            return complain(str(error))
        except BaseException as error:
            if was_interrupted():
                return complain(when_interrupted(), INTERRUPTED)
            if isinstance(error, OSError):
                name = f"{Path(error.filename).name} " if error.filename else "A file "
                return complain(f"{name}could not be written ({error.strerror}).")
            raise
    return 0


def was_interrupted() -> bool:
    """Whether Ctrl-C was pressed since the script began, whatever exception that came out as."""
    return bool(_interrupts)


def complain(sentence: str, status: int = FAILED) -> int:
    """Print a sentence on standard error; returns the exit status."""
    if sys.stderr is not None:  # print would take None for standard output
        print(sentence, file=sys.stderr)
    return status


def stop_quietly() -> None:
    """From now on Ctrl-C ends the program with a sentence, not with a traceback.

    For the seconds before `run_script`, in which a script imports what it needs; so it is called
    before those imports.
    """

    def stop(signal_number: int, frame: FrameType | None) -> None:
        os.write(2, b"Stopped.\n")
        os._exit(INTERRUPTED)

    signal.signal(signal.SIGINT, stop)


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
