"""The page from top to bottom: settings, ways to give a picture, the answer.

It only shows: reading a picture, explaining the answer and describing the model are calls to rooms
that know no screen.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec

import streamlit as st

from digits.common.errors import DigitError
from digits.page.drawing import drawn_picture, hide_canvas_toolbar
from digits.screen.sentences import DRAW_INVITATION, UNEXPECTED

# Whatever imports NumPy or OpenCV waits until the paper is on its way to the browser.
if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from digits.picture.pixels import Ink
    from digits.screen.shown_number import ShownNumber

logger = logging.getLogger(__name__)

STYLE = Path(__file__).with_name("style.css")
INKS: dict[str, Ink] = {"Auto": "auto", "Dark on light": "dark", "Light on dark": "light"}
INVITATIONS = {
    "Draw": DRAW_INVITATION,
    "Upload": "Give a picture of a number; the answer appears here.",
    "Camera": "Take a photo of a handwritten number; the answer appears here.",
}


@dataclass(frozen=True)
class Settings:
    """What the sidebar says of pictures and of the model."""

    pen_width: int
    ink: Ink
    show_layers: bool


@dataclass(frozen=True)
class Question:
    """What the person looks at: a tab, and a picture in it if there is one."""

    tab: str
    picture: bytes | None
    ink: Ink


P = ParamSpec("P")


def guarded(section: Callable[P, None]) -> Callable[P, None]:
    """Turn whatever goes wrong in a section of the page into one plain sentence."""

    @functools.wraps(section)
    def guard(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            section(*args, **kwargs)
        except DigitError as error:
            show_problem(str(error))
        except Exception:
            logger.exception("The page could not be shown")
            show_problem(UNEXPECTED)

    return guard


def show_problem(sentence: str) -> None:
    """Say what is wrong where the answer would stand."""
    from digits.screen import html_parts

    st.html(html_parts.message(sentence, problem=True))


@guarded
def main() -> None:
    """Lay out the page from top to bottom."""
    st.set_page_config("Handwritten digits", page_icon="✏️", layout="wide")
    st.html(STYLE)
    with st.sidebar:
        explanation = st.container()
        settings = ask_settings()
    heading()
    question_and_answer(settings)
    with explanation:
        ask_explanation_settings()
    if settings.show_layers:
        model_layers()
    privacy_note()
    hide_canvas_toolbar()
    prepare_to_answer()


def prepare_to_answer() -> None:
    """Load what the first answer of this server would wait for; the page is there already."""
    from digits.network.loading import load_network
    from digits.screen import shown_heatmap, shown_number  # noqa: F401 - imports take longest

    with suppress(DigitError):  # whoever asks for an answer is told
        load_network()


# ---- Sidebar


def ask_settings() -> Settings:
    """Ask for what concerns pictures and the model."""
    st.subheader("Picture")
    pen_width = st.slider("Pen width", 4, 40, 14, 2, "%d px")
    ink = st.radio("Ink", list(INKS), help="For uploads and photos; the canvas is known.")
    st.subheader("Model")
    show_layers = st.toggle("Show model layers")
    return Settings(pen_width, INKS[ink], show_layers)


@guarded
def ask_explanation_settings() -> None:
    """Ask for what concerns heatmaps."""
    from digits.page import explanation

    st.subheader("Explanation")
    explanation.ask_explanation_settings()


# ---- Page


def heading() -> None:
    """Say what the page does."""
    with st.container(key="heading", gap="small"):
        st.title("Handwritten digits", anchor=False)
        st.markdown("Write a number: a neural network reads its digits and shows where it looked.")


def privacy_note() -> None:
    """Say what becomes of pictures."""
    st.caption("Pictures stay in this session's memory and are gone when it ends; none is stored.")


@st.fragment
@guarded
def question_and_answer(settings: Settings) -> None:
    """Take a picture on the left, answer on the right; a stroke reruns nothing else."""
    with st.container(key="desk", horizontal=True):
        with st.container(key="input"):
            question = ask(settings)
            pause = st.empty()
        with st.container(key="answer"):
            show_answer(question, pause)


def ask(settings: Settings) -> Question:
    """Offer the three ways to give a picture; the open tab is the one that is answered."""
    names = list(INVITATIONS)
    draw, upload, camera = st.tabs(names, key="tab", on_change="rerun")
    with draw:
        drawing = drawn_picture(settings.pen_width)
    with upload:
        file = uploaded_picture()
    with camera:
        photo = photographed_picture(is_open=bool(camera.open))
    if upload.open:
        return Question("Upload", file, settings.ink)
    if camera.open:
        return Question("Camera", photo, settings.ink)
    return Question("Draw", drawing, "dark")


def uploaded_picture() -> bytes | None:
    """Ask for a file."""
    from digits.picture.decoding import SUFFIXES

    file = st.file_uploader("Picture of a number, at most 10 MB", type=list(SUFFIXES), key="upload")
    return None if file is None else file.getvalue()


def photographed_picture(*, is_open: bool) -> bytes | None:
    """Ask for a photo.

    An open camera widget asks for the camera and keeps it on, so it is there only while its tab
    is open or it holds a photo.
    """
    if not is_open and st.session_state.get("photo") is None:
        return None
    photo = st.camera_input("Photo of a number", key="photo")
    return None if photo is None else photo.getvalue()


@guarded
def show_answer(question: Question, pause: DeltaGenerator) -> None:
    """Show the number and where the network looked, or invite."""
    from digits.page.explanation import (
        chosen_digit,
        explanation_settings,
        show_explanation,
        show_heatmaps,
    )
    from digits.screen import html_parts

    if question.picture is None:
        st.html(html_parts.message(INVITATIONS[question.tab]))
        return
    number = read(question.picture, question.ink)
    if question.tab == "Draw" and number.doubt is not None:
        let_the_hand_finish(number, pause)
    settings = explanation_settings()
    answer = number.only_digit
    if answer is None:
        st.html(html_parts.number(number.written, number.confidence, number.doubt))
        answer = chosen_digit(number)
        if answer is None:
            if settings.is_shown:
                show_heatmaps(number, settings)
            return
    st.html(html_parts.answer(answer.top_k, answer.doubt))
    with st.container(key="why"):
        if settings.is_shown:
            show_explanation(answer, settings)
    steps = st.expander("What the network sees", key="steps", on_change="rerun")
    if steps.open:
        steps.html(html_parts.steps(answer.steps))


def let_the_hand_finish(number: ShownNumber, pause: DeltaGenerator) -> None:
    """Hold a doubt back for a moment, once: half-drawn is not wrong.

    Meanwhile the last answer stays.
    """
    from digits.page.waiting import hold_back

    if st.session_state.get("doubted") != number.key:
        hold_back(pause)
        st.session_state["doubted"] = number.key


def read(picture: bytes, ink: Ink) -> ShownNumber:
    """Read a picture once, however often the page is drawn; the session keeps only the last."""
    last: ShownNumber | None = st.session_state.get("answer")
    if last is not None and (last.source, last.ink) == (picture, ink):
        return last
    from digits.page.waiting import said_to_be_waking
    from digits.screen.shown_number import read_number_to_show

    with said_to_be_waking():
        answer = read_number_to_show(picture, ink)
    st.session_state["answer"] = answer
    return answer


@guarded
def model_layers() -> None:
    """Show the network's layers, their shapes and parameters."""
    from digits.network.loading import load_network
    from digits.page.waiting import said_to_be_waking
    from digits.screen import html_parts

    with said_to_be_waking():
        layers = load_network().layers
    st.html(html_parts.layers(layers))
