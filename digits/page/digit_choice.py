"""Which digit of a number is looked at: a button for each, and what was chosen."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from digits.reading.number import Box
    from digits.screen.shown_number import ShownNumber

_CHOICE = "chosen-digit"


def chosen_place(number: ShownNumber) -> int | None:
    """Place of the digit that is looked at; None for all of the number.

    A number that is read anew keeps the choice if there is still a digit where the chosen one was.
    """
    key, box = st.session_state.get(_CHOICE, (None, None))
    return None if key != number.key or box is None else number.place_at(box)


def ask_for_place(number: ShownNumber, labels: Iterable[str]) -> int | None:
    """Ask which digit of a number to look at; None for all of it.

    Args:
        number: of several digits.
        labels: what stands on the button of each.
    """
    own = distinct_labels(labels)
    # By its label the browser knows which is chosen, so other labels are buttons of their own.
    key = f"digit-{number.key}-{zlib.crc32(repr(own).encode())}"
    st.session_state[key] = chosen_place(number)
    st.pills(
        "Digit",
        range(len(own)),
        format_func=own.__getitem__,
        key=key,
        on_change=_take_choice,
        # Streamlit keeps it for as long as the session lasts: not the number, with its pictures.
        args=(key, number.key, number.boxes),
        label_visibility="collapsed",
    )
    return chosen_place(number)


def _take_choice(key: str, number_key: str, boxes: Sequence[Box]) -> None:
    place: int | None = st.session_state[key]
    st.session_state[_CHOICE] = number_key, None if place is None else boxes[place]


def distinct_labels(labels: Iterable[str]) -> list[str]:
    """The same labels to the eye and ear, and no two alike.

    Streamlit tells the options of `st.pills` apart by their text alone, and takes the last of those
    that are alike. Spaces at the end of a text are neither shown nor read out.
    """
    seen: Counter[str] = Counter()
    own = []
    for label in labels:
        own.append(label + " " * seen[label])
        seen[label] += 1
    return own
