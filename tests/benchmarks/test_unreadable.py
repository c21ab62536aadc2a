"""What is marked as unreadable is counted as it should be, and shown without its answer."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.unreadable import Marked, agreement, choose, draw_sheet, main, read_marks
from digits.common.errors import DataError


def marked(number: int, label: int, read: int, *, doubted: bool = False) -> Marked:
    return Marked("pens", "any", number, label, read, doubted)


FOUND = [marked(number, number % 10, number % 10) for number in range(20)]
WRONG = [marked(20, 4, 9), marked(21, 7, 1, doubted=True), marked(22, 3, -1, doubted=True)]


def test_all_misread_are_mixed_with_as_many_that_are_right() -> None:
    chosen = choose([*FOUND, *WRONG], np.random.default_rng(0))
    assert sorted(each.number for each in chosen if not each.is_right) == [20, 21, 22]
    assert sum(each.is_right for each in chosen) == 3
    assert [each.is_right for each in chosen] != sorted(each.is_right for each in chosen)


def test_agreement_is_cohens_kappa() -> None:
    # Of 10, both mark 2, one alone 1, the other alone 1, neither 6: observed 0.8, by chance
    # 0.3 * 0.3 + 0.7 * 0.7 = 0.58.
    assert agreement({0, 1, 2}, {1, 2, 3}, 10) == pytest.approx((0.8 - 0.58) / 0.42)
    assert agreement({4}, {4}, 10) == 1
    assert agreement(set(), set(), 10) == 1


def test_a_sheet_shows_pictures_in_order() -> None:
    pictures = [np.full((40, 40, 3), shade, np.uint8) for shade in (0, 90, 200)]
    shown = np.asarray(draw_sheet(pictures, 7))
    assert [int(shown[30, 20 + 138 * place, 0]) for place in range(3)] == [0, 90, 200]


def test_figures_are_given_with_and_without_what_both_marked(tmp_path: Path, capsys) -> None:
    shown = [*WRONG, *FOUND[:3]]
    key = {"counts": {"pens": [200, 3]}, "marked": [each.__dict__ for each in shown]}
    (tmp_path / "key.json").write_text(json.dumps(key))
    (tmp_path / "one.txt").write_text("0\n1\n")
    (tmp_path / "two.txt").write_text("1\n2\n4\n")
    assert not main(["count", str(tmp_path), *(str(tmp_path / f"{n}.txt") for n in ("one", "two"))])
    said = capsys.readouterr().out
    assert "by both 1" in said
    assert "1 were misread, 1 doubted" in said
    assert "200 digits    98.50% read right, 98.99% without 1" in said  # 197/200, 197/199


@pytest.mark.parametrize("text", ["a\n", "99\n", "-1\n"])
def test_other_marks_are_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "marks.txt").write_text(text)
    with pytest.raises(DataError, match="holds n"):
        read_marks(tmp_path / "marks.txt", 50)
