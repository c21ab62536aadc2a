"""Undo and redo: every state that something had, and which of them is shown."""

from __future__ import annotations

from typing import Generic, TypeVar

State = TypeVar("State")


class History(Generic[State]):
    """The states of a session, one for every change; nothing is lost by a click.

    Args:
        first: what it begins with.
    """

    def __init__(self, first: State) -> None:
        self._states = [first]
        self._shown = 0

    @property
    def shown(self) -> State:
        """The state before the person."""
        return self._states[self._shown]

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever changed."""
        return len(self._states) == 1

    @property
    def can_undo(self) -> bool:
        """Whether there was a state before."""
        return self._shown > 0

    @property
    def can_redo(self) -> bool:
        """Whether a state was undone that nothing has replaced."""
        return self._shown + 1 < len(self._states)

    def change(self, *states: State) -> None:
        """Put states behind the one that is shown, and show the last; what was undone is gone."""
        self._states[self._shown + 1 :] = states
        self._shown = len(self._states) - 1

    def undo(self) -> None:
        """Go back one change, if there is one."""
        self._shown = max(0, self._shown - 1)

    def redo(self) -> None:
        """Take back one undo, if there is one."""
        self._shown = min(len(self._states) - 1, self._shown + 1)
