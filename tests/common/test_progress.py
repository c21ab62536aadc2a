"""A long step says how far it is: on a terminal by a bar, in a log by a line now and then."""

from __future__ import annotations

import io

import pytest

from digits.common.progress import ProgressBar, duration_text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    """Goes on by so many seconds whenever it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59.6, "1 min 00 s"), (40, "40 s"), (185, "3 min 05 s")]
)
def test_durations_are_minutes_and_seconds(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


def steps(output: io.StringIO, seconds: float, count: int, total: int, done: int = 0) -> str:
    """What stands there after so many steps of ten things and so many seconds each."""
    clock = Clock()
    bar = ProgressBar(total, done, output, clock)
    for _ in range(count):
        clock.now += seconds
        bar.advance(10)
    return output.getvalue()


def test_in_a_log_there_is_a_line_every_half_minute() -> None:
    # Ten a second: at 30 s 300 are done and 700 to go, at 60 s 600 and 400, at 90 s 900.
    assert steps(io.StringIO(), 1, 99, 1_000) == (
        "300 of 1,000, about 1 min 10 s to go.\n"
        "600 of 1,000, about 40 s to go.\n"
        "900 of 1,000, about 10 s to go.\n"
    )


def test_what_was_done_before_says_nothing_of_the_pace() -> None:
    # Of the 2,000 half were there: 300 more in 30 s, and 700 to go.
    assert "1,300 of 2,000, about 1 min 10 s to go" in steps(io.StringIO(), 1, 31, 2_000, 1_000)


def test_what_is_done_at_once_says_nothing() -> None:
    assert steps(Terminal(), 0.01, 10, 100) == ""
    assert steps(io.StringIO(), 1, 10, 100) == ""


def test_on_a_terminal_a_bar_is_drawn_over_the_last_and_taken_away() -> None:
    output, clock = Terminal(), Clock()
    bar = ProgressBar(90, 0, output, clock)
    for _ in range(2):
        clock.now += 30
        bar.advance(30)
    first, second = output.getvalue().split("\r")[1:]
    assert first == "[" + 10 * "#" + 20 * "." + "] 30 of 90, about 1 min 00 s to go"
    assert second.rstrip() == "[" + 20 * "#" + 10 * "." + "] 60 of 90, about 30 s to go"
    assert len(second) == len(first)  # so that nothing of the longer one is left
    bar.close()
    assert output.getvalue().endswith("\r" + " " * len(second.rstrip()) + "\r")
    assert "\n" not in output.getvalue()


def test_where_nobody_listens_it_goes_on() -> None:
    output = io.StringIO()
    output.close()
    clock = Clock()
    bar = ProgressBar(9, 0, Terminal(), clock)
    bar._output = output
    clock.now += 60
    bar.advance()
    assert bar.done == 1
