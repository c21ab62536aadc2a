"""Every writer counts about as much as any other, however much of each there is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from digits.synthetic.writers import FEWEST_CHARACTERS, MOST_TIMES, ByWriter


@dataclass(frozen=True)
class Note:
    writer: int | str
    number: int


def notes(*counts: int) -> ByWriter[Note]:
    """So many by each writer: `a` wrote the first, `b` those after them."""
    written = [("abcdefgh"[w], n) for w, count in enumerate(counts) for n in range(count)]
    return ByWriter([Note(writer, number) for writer, number in written])


def dealt(by_writer: ByWriter[Note], count: int) -> list[str]:
    found = [by_writer.deal(number) for number in range(count)]
    return [f"{note.writer}{note.number}" for note in found]


def test_after_all_have_come_once_it_is_the_turn_of_who_had_fewest() -> None:
    # Once each; then b has had one turn and a three, so b has the next two; then turn about.
    order = dealt(notes(3, 1), 9)
    assert order == ["a0", "a1", "a2", "b0", "b0", "b0", "a0", "b0", "a1"]


def test_equal_writers_come_in_rounds() -> None:
    assert dealt(notes(2, 2), 8) == ["a0", "a1", "b0", "b1", "a0", "b0", "a1", "b1"]
    assert dealt(notes(3), 7) == ["a0", "a1", "a2", "a0", "a1", "a2", "a0"]


def test_no_character_comes_more_often_than_it_may_before_all_do() -> None:
    # 4 × 51 drawings: 12 of the one note by a, and half of the other 192 for b and for c each.
    counts = Counter(dealt(notes(1, 10, 40), 4 * 51))
    assert counts.pop("a0") == MOST_TIMES == 12
    assert sum(count for name, count in counts.items() if name[0] == "b") == 96
    assert {count for name, count in counts.items() if name[0] == "b"} == {9, 10}
    assert {count for name, count in counts.items() if name[0] == "c"} == {2, 3}
    everything = Counter(dealt(notes(1, 10, 40), 12 * 51))
    assert set(everything.values()) == {12}


def test_when_all_have_come_as_often_as_they_may_it_begins_again() -> None:
    by_writer = notes(1, 3)
    order = dealt(by_writer, 2 * 12 * 4)
    assert order[: 12 * 4] == order[12 * 4 :]


@given(
    counts=st.lists(st.integers(1, 30), min_size=1, max_size=6),
    times=st.integers(1, MOST_TIMES),
)
def test_writers_have_as_many_turns_as_their_characters_allow(
    counts: list[int], times: int
) -> None:
    order = dealt(notes(*counts), times * sum(counts))
    assert set(Counter(order).values()) <= set(range(1, MOST_TIMES + 1))
    turns = Counter(name[0] for name in order)
    # Whoever could have had more has had at most one fewer than anybody who need not have had it.
    could = [turns["abcdefgh"[w]] for w, n in enumerate(counts) if turns["abcdefgh"[w]] < 12 * n]
    need_not = [turns["abcdefgh"[w]] for w, n in enumerate(counts) if turns["abcdefgh"[w]] > n]
    assert not (could and need_not) or min(could) >= max(need_not) - 1


def test_a_writer_of_many_is_chosen_as_often_as_one_of_some_and_one_of_few_less() -> None:
    by_writer = notes(2, 10, 300)
    random = np.random.default_rng(0)
    chosen = Counter(by_writer.choose(random).writer for _ in range(4_400))
    # 2, 10 and 10 parts of 22.
    assert FEWEST_CHARACTERS == 10
    assert abs(chosen["a"] - 400) < 80
    assert abs(chosen["b"] - 2_000) < 130
    assert abs(chosen["c"] - 2_000) < 130


def test_a_number_and_a_text_are_two_writers() -> None:
    assert len(ByWriter([Note(1, 0), Note("1", 0)]).shares) == 2
    assert len(ByWriter([])) == 0
