"""The answer on the page: a number or a digit, how sure it is, and why; or a doubt, and no more."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from digits.common.errors import LayerError
from digits.page.corrected_here import corrections_of, written_by_hand
from digits.page.correcting import ask_whether_wrong, say_adapted
from digits.page.explanation import (
    ask_whether_shown,
    chosen_digit,
    explanation_settings,
    more_about_the_method,
    show_explanation,
    show_heatmaps,
    show_inside,
)
from digits.page.guarding import guarded
from digits.page.waiting import is_waking
from digits.screen import html_parts
from digits.screen.shown_answer import ShownAnswer
from digits.screen.shown_number import ShownNumber


def show_number(number: ShownNumber) -> None:
    """Show all that is read; one digit as a digit."""
    answer = number.only_digit
    if answer is not None:
        show_digit(number, answer)
        return
    if number.doubt is not None:
        if not _is_wanted_anyway("number", number.doubt, number.key):
            return
        st.html(html_parts.number_anyway(written_by_hand(number)))
    else:
        st.html(html_parts.number(number.written, number.confidence, written_by_hand(number)))
    answer = chosen_digit(number)
    if answer is not None:
        show_digit(number, answer, is_alone=False)
        return
    say_adapted(number.hand)
    if ask_whether_shown():
        guarded(show_heatmaps)(number, explanation_settings())
        more_about_the_method()


def show_digit(number: ShownNumber, answer: ShownAnswer, *, is_alone: bool = True) -> None:
    """Show a digit, alone or of a number, how sure it is, why, and what the network sees."""
    said = corrections_of(number).get(answer.place)
    is_wanted = True
    if answer.doubt is not None and (said is None or said.digit is None):
        is_wanted = _is_wanted_anyway("digit", answer.doubt, answer.key)
        if is_wanted:
            st.html(html_parts.likeliest_anyway(answer.top_k))
    elif said is not None and said.digit is None:
        st.html(html_parts.no_digit_by_hand(answer.top_k))
    else:
        by_hand = None if said is None else said.digit
        st.html(html_parts.answer(answer.top_k, is_alone=is_alone, by_hand=by_hand))
        say_what_told(answer)
    guarded(ask_whether_wrong)(number, answer)
    if is_wanted and ask_whether_shown():
        with st.container(key="why"):
            guarded(show_explanation)(answer, explanation_settings())
            more_about_the_method()
    if is_wanted:
        show_all_digits(answer)
        guarded(show_inside)(answer)
    show_steps(answer)


def say_what_told(answer: ShownAnswer) -> None:
    """Say for laymen by which part of its strokes the digit was known."""
    if is_waking():
        return
    with suppress(LayerError):
        st.html(html_parts.telling_part(answer.telling))


def _is_wanted_anyway(what: str, doubt: str, key: str) -> bool:
    """Say a doubt; whether the likeliest is asked for nevertheless."""
    st.html(html_parts.doubt(doubt))
    return bool(st.toggle(f"Show the likeliest {what} anyway", key=f"anyway-{key}"))


def show_all_digits(answer: ShownAnswer) -> None:
    """Show how sure the network is of each digit, to whoever opens it."""
    everything = st.expander("All ten digits", key="all-ten", on_change="rerun")
    if everything.open:
        everything.html(html_parts.all_digits(answer.probabilities.tolist()))


def show_steps(answer: ShownAnswer) -> None:
    """Show the pictures on the way to the network, to whoever opens them."""
    steps = st.expander("What the network sees", key="steps", on_change="rerun")
    if steps.open:
        steps.html(html_parts.steps(answer.steps))
