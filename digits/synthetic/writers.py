"""Who wrote it: as much of every writer, however much a collection holds of each.

A network that learns from a few hundred people reads one more person as well as it reads people,
not characters: one who filled ten pages must not count ten times as much as one who filled one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

MOST_TIMES = 12
"""So often one character comes at most, before all do: a thirteenth drawing of the same strokes
teaches little, and where a label is wrong, a lie."""
FEWEST_CHARACTERS = 10
"""Whoever wrote fewer is chosen so much less often, lest one character stand for a person."""


class Written(Protocol):
    """Whatever somebody wrote."""

    @property
    def writer(self) -> int | str:
        """Who did."""


Character = TypeVar("Character", bound=Written)


class ByWriter(Generic[Character]):
    """Characters, given out so that every writer has about equally many.

    Attributes:
        characters: all of them, in their order; may be empty.
        shares: for each writer, in the order of their first characters, the indices of theirs.
    """

    def __init__(self, characters: Sequence[Character]) -> None:
        self.characters = characters
        shares: dict[int | str, list[int]] = {}
        for index, character in enumerate(characters):
            shares.setdefault(character.writer, []).append(index)
        self.shares = tuple(shares.values())

    def __len__(self) -> int:
        return len(self.characters)

    def choose(self, random: np.random.Generator) -> Character:
        """One of a writer's characters, whoever it is with about the same probability."""
        writer = int(np.searchsorted(self._up_to_writer, random.random(), side="right"))
        share = self.shares[min(writer, len(self.shares) - 1)]
        return self.characters[share[int(random.integers(len(share)))]]

    @cached_property
    def _up_to_writer(self) -> NDArray[np.float64]:
        weights = np.cumsum([min(len(share), FEWEST_CHARACTERS) for share in self.shares])
        return weights / weights[-1]

    def deal(self, number: int) -> Character:
        """The character of that number, from 0, in an order that is fair wherever it is cut off.

        First comes every character once. Then the next is always of the writer who has had fewest
        turns so far, which goes through that writer's characters in order, until each of these has
        come `MOST_TIMES`. When all have, it begins again.
        """
        return self.characters[int(self._order[number % len(self._order)])]

    @cached_property
    def _order(self) -> NDArray[np.intp]:
        turns: list[tuple[int, int, int]] = []
        for writer, share in enumerate(self.shares):
            count = len(share)
            later = range(count, MOST_TIMES * count)
            turns += [(turn, writer, share[turn % count]) for turn in later]
        once = np.arange(len(self.characters))
        return np.concatenate([once, np.array([index for *_, index in sorted(turns)], np.intp)])
