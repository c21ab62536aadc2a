"""Sentences that are right of none, of one, and of many."""

import pytest

from digits.common.sentences import count_of, describe_left_out_files

LEFT_OUT = [(f"3/{name}.png", "Nothing is drawn on it.") for name in "abcdefgh"]


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 pictures"), (1, "1 picture"), (2, "2 pictures")]
)
def test_one_is_no_plural(number: int, words: str) -> None:
    assert count_of(number, "picture") == words


def test_thousands_are_parted() -> None:
    assert count_of(1_200, "other file") == "1,200 other files"


@pytest.mark.parametrize(
    ("files", "last"),
    [
        (0, None),
        (2, "3/b.png is left out: Nothing is drawn on it."),
        (3, "So is 1 other file."),
        (8, "So are 6 other files."),
    ],
)
def test_two_are_named_and_the_others_counted(files: int, last: str | None) -> None:
    lines = describe_left_out_files(LEFT_OUT[:files], 2)
    assert len(lines) == min(files, 3)
    assert lines[-1:] == ([] if last is None else [last])
    assert lines[:1] == (["3/a.png is left out: Nothing is drawn on it."] if files else [])
