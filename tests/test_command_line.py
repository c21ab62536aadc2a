"""Whatever goes wrong in a script is one sentence and a status."""

import argparse
import errno
import signal
from pathlib import Path

import pytest

from command_line import check_writable, number, run_script, whole_number
from digit_errors import DataError, DigitError


def raising(error: BaseException):
    def work() -> None:
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (DataError("The file is gone."), "The file is gone."),
        (
            OSError(errno.ENOSPC, "No space left on device", "/secret/path/model.h5"),
            "model.h5 could not be written (No space left on device).",
        ),
        (OSError(errno.ENOSPC, "No space left"), "A file could not be written (No space left)."),
    ],
)
def test_an_error_is_its_sentence_and_status_1(error: Exception, sentence: str, capsys) -> None:
    assert run_script(raising(error), lambda: "Stopped.") == 1
    assert capsys.readouterr().err == sentence + "\n"


def test_done_is_status_0_and_silent(capsys) -> None:
    assert run_script(lambda: None, lambda: "Stopped.") == 0
    assert capsys.readouterr().err == ""


def test_an_interrupt_is_a_sentence_even_if_it_comes_out_as_something_else(capsys) -> None:
    def work() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise ValueError("callback failed") from None

    assert run_script(work, lambda: "Stopped.") == 130
    assert capsys.readouterr().err == "Stopped.\n"


def test_a_bug_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        run_script(raising(ZeroDivisionError()), lambda: "Stopped.")


def test_a_folder_that_cannot_be_written_to_is_named_by_its_option(tmp_path: Path) -> None:
    check_writable(tmp_path, "--output")
    with pytest.raises(DigitError, match=r"folder of --output does not exist"):
        check_writable(tmp_path / "none", "--output")


def test_numbers_have_limits() -> None:
    assert whole_number(1, 3)("3") == 3
    assert number(0, 1)("0.5") == 0.5
    for convert, text in ((whole_number(1, 3), "0"), (number(0, 1), "1.5"), (number(0, 1), "nan")):
        with pytest.raises(argparse.ArgumentTypeError, match="must be from"):
            convert(text)
