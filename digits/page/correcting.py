"""Telling the page that it is wrong: under an answer, and the list of what was told."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from weakref import ReferenceType, ref

import streamlit as st

from digits.common.errors import DigitError
from digits.page.corrected_here import corrections_of, note_correction
from digits.page.rerunning import rerun_question_and_answer

# Whatever imports NumPy or OpenCV waits until the paper is on its way to the browser.
if TYPE_CHECKING:
    from digits.adaptation.kept_corrections import KeptCorrection
    from digits.network.hand import Hand
    from digits.screen.persons_hand import LetStand, PersonsHand
    from digits.screen.shown_answer import ShownAnswer
    from digits.screen.shown_number import ShownNumber

CHOICES: tuple[int | None, ...] = (*range(10), None)
FILE_NAME = "my-corrections.zip"
MOST_BYTES = 20_000_000
ALL_HERE = "These corrections are all here already."


def current_hand() -> Hand | None:
    """What this session's answers are adapted to."""
    hand: PersonsHand | None = st.session_state.get("hand")
    return None if hand is None else hand.hand


def persons_hand() -> PersonsHand:
    """Of this session."""
    from digits.screen.persons_hand import PersonsHand

    if "hand" not in st.session_state:
        st.session_state["hand"] = PersonsHand()
    hand: PersonsHand = st.session_state["hand"]
    return hand


def ask_whether_wrong(number: ShownNumber, answer: ShownAnswer) -> None:
    """Say what is known of a person's hand, and let an answer be corrected.

    Args:
        number: that is looked at.
        answer: of a digit of it.
    """
    _tell_of_hand(answer, corrections_of(number).get(answer.place))
    title = "That's wrong, it is a …" if answer.doubt is None else "It is a …"
    with st.expander(title, key=f"wrong-{answer.key}", on_change="rerun") as wrong:
        if not wrong.open:
            return
        with st.container(key="right-digits", horizontal=True, gap="xsmall"):
            for digit in CHOICES:
                st.button(
                    "no digit" if digit is None else str(digit),
                    key=f"right-{digit}-{answer.key}",
                    on_click=_correct,
                    args=(ref(number), answer.place, digit),  # which the session keeps for ever
                    width="stretch",
                )


def say_adapted(hand: Hand | None) -> None:
    """Tell that a whole number was read with the hand."""
    if hand is None:
        return
    from digits.screen import html_parts
    from digits.screen.persons_hand import adapted_by

    st.html(html_parts.note(adapted_by(hand)))


def _tell_of_hand(answer: ShownAnswer, said: KeptCorrection | None) -> None:
    """Tell that an answer is adapted, and what it would be otherwise.

    Args:
        answer: to the picture that is shown.
        said: what a person said of it, which can be taken back here.
    """
    from digits.screen import html_parts
    from digits.screen.persons_hand import adapted_by, describe_correction, describe_without

    if said is not None:
        st.html(html_parts.note(describe_correction(said.digit, answer)))
        st.button(
            "Take back", key=f"take-back-{answer.key}", on_click=_take_back_here, args=(said,)
        )
    if answer.hand is not None:
        st.html(html_parts.note(f"{adapted_by(answer.hand)} {describe_without(answer)}".strip()))


def _correct(shown: ReferenceType[ShownNumber], place: int, digit: int | None) -> None:
    number = shown()
    if number is None:
        return
    answer = number.digits[place]
    hand = persons_hand()
    hand.is_on = True
    st.session_state["hand_said"] = None
    note_correction(number, answer.place, hand.correct(answer.reading, digit, let_stand()))
    st.session_state[f"wrong-{answer.key}"] = False
    rerun_question_and_answer()


def _take_back_here(correction: KeptCorrection) -> None:
    _take_back(correction)
    rerun_question_and_answer()


def let_stand() -> LetStand:
    """What was answered before what is shown now, but for what was in doubt."""
    earlier = st.session_state.get("answers", [])[:-1]
    digits = [digit for each in earlier for digit in each.number.digits]
    return [(each.reading, each.top_k[0][0]) for each in digits if each.doubt is None]


def show_persons_hand() -> None:
    """Show what was corrected, to whoever opens it; it can be taken back, kept and brought back."""
    with st.expander("Your hand", key="persons-hand", on_change="rerun") as more:
        if not more.open:
            return
        hand = persons_hand()
        st.caption(
            "Tell it under an answer that it is wrong, and it learns your hand, in this session "
            "alone. Nothing of it is stored here: keep your corrections to bring them back later."
        )
        _show_notes(hand)
        if hand.corrections:
            _show_corrections(hand)
        _offer_to_bring_back()


def _show_notes(hand: PersonsHand) -> None:
    from digits.screen import html_parts

    session = st.session_state
    said = [hand.problem, session.get("hand_problem"), session.get("hand_said"), *hand.notes]
    for sentence in filter(None, said):
        st.html(html_parts.note(sentence))


def _show_corrections(hand: PersonsHand) -> None:
    st.session_state["hand-is-on"] = hand.is_on
    st.toggle("Answer as adapted to my hand", key="hand-is-on", on_change=_switch)
    for number, each in enumerate(hand.corrections):
        with st.container(key=f"correction-{number}", horizontal=True, vertical_alignment="center"):
            _show_correction(each)
            st.button("Take back", key=f"take-back-{number}", on_click=_take_back, args=(each,))
    st.download_button(
        "Keep my corrections",
        partial(_as_zip, list(hand.corrections)),
        FILE_NAME,
        "application/zip",
        on_click="ignore",
        key="keep-corrections",
    )
    st.caption(f"They are downloaded as {FILE_NAME}: give that file here to bring them back.")


def _show_correction(correction: KeptCorrection) -> None:
    from digits.screen import html_parts
    from digits.screen.persons_hand import describe_said

    seen, sentence = correction.reading.network_input, describe_said(correction)
    st.html(html_parts.correction(seen, sentence), width="content")


def _as_zip(corrections: list[KeptCorrection]) -> bytes:
    from digits.adaptation.kept_corrections import write_corrections_zip

    return write_corrections_zip(corrections)


def _switch() -> None:
    persons_hand().is_on = bool(st.session_state["hand-is-on"])


def _take_back(correction: KeptCorrection) -> None:
    st.session_state["hand_said"] = None
    persons_hand().take_back(correction, let_stand())


def _offer_to_bring_back() -> None:
    st.file_uploader(
        "Bring kept corrections back (.zip)", key="kept-corrections", on_change=_bring_back
    )


def _bring_back() -> None:
    from digits.adaptation.kept_corrections import read_corrections_zip
    from digits.common.sentences import count_of, describe_left_out_files
    from digits.network.loading import load_network
    from digits.picture.files import check_file_size

    file = st.session_state.get("kept-corrections")
    st.session_state["hand_problem"] = st.session_state["hand_said"] = None
    if file is None:
        return
    try:
        check_file_size(file.size, MOST_BYTES)
        found = read_corrections_zip(file.getvalue(), load_network())
    except DigitError as error:
        st.session_state["hand_problem"] = str(error)
        return
    new = persons_hand().bring_back(found.corrections, let_stand())
    brought_back = f"{count_of(new, 'correction')} brought back."
    st.session_state["hand_said"] = brought_back if new else ALL_HERE
    st.session_state["hand_problem"] = " ".join(describe_left_out_files(found.unreadable, 1))
