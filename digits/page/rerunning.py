"""Running more of the page anew than the part that holds the widget that was used."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

QUESTION_AND_ANSWER = "question-and-answer"
"""The part that holds all but the heading and the model's layers."""


def rerun_question_and_answer() -> NoReturn:
    """Show another tab, or what changed beside the answer; for what a widget calls when it is used.

    A stroke reruns the paper and its answer alone, and so would a widget among them.
    """
    st.rerun(QUESTION_AND_ANSWER)
