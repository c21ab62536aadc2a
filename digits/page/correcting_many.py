"""Answers written over in the table of many pictures: the session's hand learns them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from digits.adaptation.kept_corrections import KeptCorrection, readings_of
from digits.batch.background import BackgroundReading, ReadPicture
from digits.batch.rows import likeliest_digits
from digits.batch.seen_digits import unpack_digits
from digits.batch.task import ReadingTask, hash_of_model
from digits.common.errors import DigitError
from digits.common.sentences import count_of
from digits.network.hand import with_hand
from digits.network.loading import file_of_model, load_network
from digits.page.correcting import current_hand, let_stand, persons_hand, say_adapted
from digits.screen import html_parts
from digits.screen.corrected_number import corrected_digits

if TYPE_CHECKING:
    from digits.network.hand import Hand
    from digits.picture.pixels import Ink
    from digits.reading.digit import Reading

_OTHERWISE = "Your hand has changed since these pictures were read."
_ANEW = "Read these pictures again"


def task_as_adapted(ink: Ink) -> ReadingTask:
    """What is read in each picture, by the session's hand as it is now, which the table names."""
    hand, model = current_hand(), hash_of_model(file_of_model())
    if hand is not None:
        model += f", adapted by {count_of(hand.corrections, 'correction')}"
    return ReadingTask(model, "number", ink, by_hand=True, hand=hand)


def forget_learnt() -> None:
    """Another table begins; what was learnt of the one before stays in the hand."""
    st.session_state["many-learnt"] = {}
    st.session_state["many-note"] = None


def learn_answer(reading: BackgroundReading, index: int, right: str | None) -> None:
    """Learn what a person wrote over the answer of a picture, instead of what they wrote before.

    Args:
        reading: of all pictures.
        index: of the picture in it.
        right: what they wrote; empty for no digit, None if they take back what they wrote.
    """
    learnt: dict[int, list[KeptCorrection]] = st.session_state["many-learnt"]
    hand, before = persons_hand(), learnt.pop(index, [])
    st.session_state["many-note"] = None
    found: list[KeptCorrection] = []
    try:
        found = _corrections(reading.pictures[index], right, reading.task.hand)
    except DigitError as error:
        st.session_state["many-note"] = str(error)
    if found:
        learnt[index] = found
        hand.is_on = True
    if found or before:
        hand.replace(before, found, let_stand())


def _corrections(
    picture: ReadPicture, right: str | None, hand: Hand | None
) -> list[KeptCorrection]:
    if not picture.seen or right is None:
        return []
    is_doubted = picture.row["doubt"] is not None
    digits = corrected_digits(likeliest_digits(picture.row), right, is_doubted=is_doubted)
    readings, network = _readings(picture, hand), load_network()
    return [KeptCorrection.now(readings[place], digit, network) for place, digit in digits.items()]


def _readings(picture: ReadPicture, hand: Hand | None) -> list[Reading]:
    """Of each digit, as the table says; its row may have known better than the digit alone."""
    readings = readings_of(unpack_digits(picture.seen), with_hand(load_network(), hand))
    return [
        replace(reading, top_k=[(each["digit"], each["confidence"]) for each in top])
        for reading, top in zip(readings, picture.row["top_3"], strict=True)
    ]


def say_what_is_learnt(reading: BackgroundReading) -> None:
    """Tell by which hand the table was read, and offer to read it again by another."""
    say_adapted(reading.task.hand)
    note: str | None = st.session_state["many-note"]
    if note is not None:
        st.html(html_parts.note(note))
    if current_hand() is not reading.task.hand:
        st.html(html_parts.note(_OTHERWISE))
        st.button(_ANEW, key="many-again", on_click=_read_again)


def _read_again() -> None:
    which, reading = st.session_state["many"]
    st.session_state["many"] = which, reading.again(task_as_adapted(reading.task.ink))
    st.session_state["many-indices"] = None  # its rows make another table
