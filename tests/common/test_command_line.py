"""Whatever goes wrong in a script is one sentence and a status."""

import argparse
import errno
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from digits.common.command_line import (
    GIVE_UP,
    check_writable,
    number,
    run_script,
    whole_number,
)
from digits.common.errors import DataError, DigitError
from tests.browser import ROOT


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
            f"model.h5 could not be written (No space left on device): {GIVE_UP}.",
        ),
        (
            OSError(errno.ENOSPC, "No space left"),
            f"A file could not be written (No space left): {GIVE_UP}.",
        ),
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


def test_an_interrupt_that_comes_out_as_bad_input_is_an_interrupt(capsys) -> None:
    def work() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise DataError("The file is damaged.") from None

    assert run_script(work, lambda: "Stopped.") == 130
    assert capsys.readouterr().err == "Stopped.\n"


SCRIPT = r"""
import sys
from digits.common.command_line import begin_script, leave
begin_script()
for number in range(50_000):
    print(number, "\udcff–")
print("done", file=sys.stderr)
leave({status})
"""


def python(status: int) -> str:
    return shlex.join([sys.executable, "-c", SCRIPT.format(status=status)])


@pytest.mark.parametrize("status", [0, 1, 130])
def test_a_program_goes_on_when_its_reader_has_read_enough(status: int) -> None:
    command = f"{python(status)} | head -1; echo ${{PIPESTATUS[0]}}"
    run = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert run.stdout.splitlines()[-1] == str(status)
    assert run.stderr == "done\n"


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_program_without_output_ends_well(closed: str) -> None:
    command = f"{python(3)} {closed}"
    run = subprocess.run(["bash", "-c", command], capture_output=True, check=False, cwd=ROOT)
    assert run.returncode == 3


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
