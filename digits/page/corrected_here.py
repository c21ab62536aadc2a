"""What a person has said of the digits of the pictures that they look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from digits.screen.corrected_number import write_corrected

if TYPE_CHECKING:
    from digits.adaptation.kept_corrections import KeptCorrection
    from digits.reading.number import Box
    from digits.screen.persons_hand import PersonsHand
    from digits.screen.shown_number import ShownNumber

    Said = tuple[str, Box, KeptCorrection]

_SAID = "said-of-digits"


def note_correction(number: ShownNumber, place: int, correction: KeptCorrection) -> None:
    """Remember of which digit of which number something was said."""
    st.session_state[_SAID] = [*_still_said(), (number.key, number.boxes[place], correction)]


def corrections_of(number: ShownNumber) -> dict[int, KeptCorrection]:
    """What was said last of each digit of a number, by its place, and was not taken back."""
    said = ((number.place_at(box), each) for key, box, each in _still_said() if key == number.key)
    return {place: correction for place, correction in said if place is not None}


def written_by_hand(number: ShownNumber) -> str:
    """The number as read, but for the digits of which a person said what they are."""
    said = {place: each.digit for place, each in corrections_of(number).items()}
    return write_corrected(number.written, said)


def _still_said() -> list[Said]:
    hand: PersonsHand | None = st.session_state.get("hand")
    left = set() if hand is None else {id(each) for each in hand.corrections}
    said: list[Said] = st.session_state.get(_SAID, [])
    return [each for each in said if id(each[2]) in left]
