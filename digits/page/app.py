"""The page from top to bottom: ways to give a picture, the answer, the model.

It only shows: reading a picture, explaining the answer and describing the model are calls to rooms
that know no screen.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from digits.common.errors import DigitError
from digits.page.browser_side import UPLOAD_IS_GONE, keep_in_browser
from digits.page.correcting import current_hand, show_persons_hand
from digits.page.digit_choice import chosen_place
from digits.page.drawing import (
    drawn_picture,
    is_settled,
    let_the_paper_go_first,
    paper_history,
    paper_tools,
    sent_picture,
)
from digits.page.examples import offer_examples, pictures_of_examples
from digits.page.given import INKS, upload_key
from digits.page.guarding import guarded
from digits.page.rerunning import QUESTION_AND_ANSWER
from digits.page.uploading import uploaded_pictures
from digits.screen.sentences import DRAW_INVITATION

# Whatever imports NumPy or OpenCV waits until the paper is on its way to the browser.
if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from digits.picture.pixels import Ink
    from digits.screen.shown_number import ShownNumber

STYLE = Path(__file__).with_name("style.css")
INVITATIONS = {
    "Draw": DRAW_INVITATION,
    "Upload": "Give a picture of a number; the answer appears here.",
    "Camera": "Take a photo of a handwritten number; the answer appears here.",
}
# Pixels; `GAP` is Streamlit's medium one. An answer has room before it is there.
PAGE_WIDTH, INPUT_WIDTH, GAP, ANSWER_HEIGHT = 928, 498, 32, 552
CONNECTION_IS_LOST = (
    "The connection is lost; your drawing is kept and will be read when it is back."
)
BRING_LAYERS_INTO_VIEW = """
<script>
  document
    .querySelector(".layers")
    ?.scrollIntoView({ block: "start", behavior: "smooth" });
</script>
"""


@dataclass(frozen=True)
class Question:
    """What the person looks at: a tab, and the picture in it, if there is one, or several files."""

    tab: str
    pictures: list[bytes]
    ink: Ink
    several: list[UploadedFile] = field(default_factory=list)


@dataclass(frozen=True)
class Places:
    """Where the answer to a drawing stands, the answers before it, and what only a browser can."""

    answer: DeltaGenerator
    earlier: DeltaGenerator
    browser_side: DeltaGenerator


@guarded
def main() -> None:
    """Lay out the page from top to bottom."""
    st.set_page_config("Handwritten digits", page_icon="✏️", layout="wide")
    with st.container(horizontal_alignment="center", gap=None):
        with st.container(key="style-sheet", height=1, border=False):
            style_sheet()
        page = st.container(key="page", width=PAGE_WIDTH)
    with page:
        heading()
        question_and_answer()
        model_layers()
        privacy_note()
    prepare_to_answer()


def prepare_to_answer() -> None:
    """Load what the first answer of this server would wait for; the page is there already."""
    from digits.network.loading import load_network
    from digits.screen import shown_heatmap, shown_number  # noqa: F401 - imports take longest

    with suppress(DigitError):  # whoever asks for an answer is told
        load_network()


# ---- Page


def style_sheet() -> None:
    """Bring the style, and what shows only while the connection is lost.

    The browser applies it a moment after the page is there; so all that has a size has it natively,
    too, or it would jump.
    """
    style = f"<style>{STYLE.read_text('utf-8')} {pictures_of_examples()}</style>"
    st.html(f'{style}<p class="lost" role="status">{CONNECTION_IS_LOST}</p>')


def heading() -> None:
    """Say what the page does."""
    with st.container(key="heading", gap="xsmall"):
        st.title("Handwritten digits", anchor=False)
        st.markdown("Write a number: a network reads it and shows why.")


def privacy_note() -> None:
    """Say what becomes of pictures."""
    st.caption(
        "Pictures and corrections stay in this session's memory and are gone when it ends; none is "
        "stored. Your "
        "drawing is also kept in this tab of your browser, until you close it."
    )


@st.fragment(key=QUESTION_AND_ANSWER)
@guarded
def question_and_answer() -> None:
    """Take a picture on the left, answer on the right.

    A stroke reruns only the paper and the answer to it, which write to places made here.
    """
    desk = st.container(key="desk", horizontal=True, gap="medium")
    with desk:
        left = st.container(key="left", width=INPUT_WIDTH, gap="medium")
        width = PAGE_WIDTH - INPUT_WIDTH - GAP
        answer = st.container(key="answer", width=width, height=ANSWER_HEIGHT, border=False)
    with left:
        asking = st.container(key="input")
        with st.container(key="more-pictures", gap="small"):
            examples = st.container(gap="small")
            earlier = st.container(key="earlier-answers")
            hand = st.container()
    places = Places(answer, earlier, st.container(key="browser-side"))
    with asking:
        question, seen = ask(places)
    if question is not None:
        with answer:
            show_answer(question, seen)
        with earlier:
            earlier_answers(question)
    with examples:
        offer_examples()
    with hand:
        guarded(show_persons_hand)()
    if question is not None and question.several and "many" in st.session_state:
        with desk, st.container(key="many"):
            show_several(question)


def ask(places: Places) -> tuple[Question | None, DeltaGenerator]:
    """Offer the three ways to give a picture; the open tab is the one that is answered.

    Returns:
        What is asked, None of the paper, which answers itself; and a place where an uploaded
        picture is shown.
    """
    names = list(INVITATIONS)
    draw, upload, camera = st.tabs(names, key="tab", on_change="rerun")
    is_drawn = not (upload.open or camera.open)
    with draw:
        paper_and_answer(places, is_open=is_drawn)
    with upload:
        pictures, several = uploaded_pictures()
        seen = st.empty()
        ink = ask_for_ink("upload")
    with camera:
        photo, ink_of_photo = photographed_picture(is_open=bool(camera.open))
    if upload.open:
        return Question("Upload", pictures, ink, several), seen
    return None if is_drawn else Question("Camera", photo, ink_of_photo), seen


@st.fragment
@guarded
def paper_and_answer(places: Places, *, is_open: bool) -> None:
    """The paper, and what a stroke on it changes: this, and no more, is sent for each stroke.

    Args:
        places: for what stands beside the paper.
        is_open: whether the paper is looked at, and not another tab.
    """
    question = Question("Draw", drawn_picture(read_ahead), "dark")
    with places.browser_side:
        keep_in_browser(paper_history(), has_upload=bool(st.session_state.get(upload_key())))
    let_the_paper_go_first()
    paper_tools()
    with places.answer:
        if is_open:
            show_answer(question)
    with places.earlier:
        if is_open:
            earlier_answers(question)


@guarded
def show_several(question: Question) -> None:
    """Show what was read in many pictures, and the chosen one below, explained like any other."""
    from digits.page.many import reading_of, show_many
    from digits.page.many_chosen import show_chosen

    reading = reading_of(question.several, question.ink)
    show_many(reading)
    show_chosen(reading, lambda picture: read(picture, question.ink))


def photographed_picture(*, is_open: bool) -> tuple[list[bytes], Ink]:
    """Ask for a photo.

    An open camera widget asks for the camera and keeps it on, so it is there only while its tab
    is open or it holds a photo.
    """
    if not is_open and st.session_state.get("photo") is None:
        return [], "auto"
    photo = st.camera_input("Photo of a number", key="photo")
    return [] if photo is None else [photo.getvalue()], ask_for_ink("camera")


def ask_for_ink(tab: str) -> Ink:
    """Ask how light the ink is, which mostly can be seen."""
    return INKS[st.radio("Ink", list(INKS), key=f"ink-{tab}", horizontal=True)]


@guarded
def show_answer(question: Question, seen: DeltaGenerator | None = None) -> None:
    """Show the number and where the network looked, or invite.

    Args:
        question: what is asked.
        seen: a place where an uploaded picture is shown.
    """
    from digits.page.answering import show_number
    from digits.picture.files import MOST_UPLOADED, check_file_size
    from digits.screen import html_parts

    if question.several:
        from digits.page.many import reading_of, show_how_far

        show_how_far(reading_of(question.several, question.ink))
        return
    if not question.pictures:
        is_gone = st.session_state.get("upload_is_gone") and question.tab != "Camera"
        invitation = INVITATIONS[question.tab]
        st.html(html_parts.message(f"{UPLOAD_IS_GONE} {invitation}" if is_gone else invitation))
        return
    st.session_state["upload_is_gone"] = False
    check_file_size(len(question.pictures[0]), MOST_UPLOADED)
    number = read(question.pictures[0], question.ink)
    if number is None:
        return
    if seen is not None and question.tab == "Upload":
        seen.html(html_parts.uploaded(number.framed_picture(chosen_place(number))))
    if question.tab == "Draw" and number.doubt is not None:
        let_the_hand_finish(number)
    show_number(number)


def earlier_answers(question: Question) -> None:
    """Keep what is shown, and offer what was shown before."""
    number: ShownNumber | None = st.session_state.get("answer")
    if number is None:  # nothing was read yet, and nothing is imported that could
        st.empty()  # without an element, Streamlit keeps no place for those of later strokes
        return
    from digits.page.earlier import remember, show_earlier

    is_shown = question.pictures[:1] == [number.source]
    if is_shown and (question.tab != "Draw" or is_settled()):
        remember(number, is_drawn=question.tab == "Draw")
    show_earlier(number if is_shown else None)


def let_the_hand_finish(number: ShownNumber) -> None:
    """Hold a doubt back for a moment, once: half-drawn is not wrong.

    Meanwhile the last answer stays.
    """
    from digits.page.waiting import hold_back

    if st.session_state.get("doubted") != number.key:
        hold_back()
        st.session_state["doubted"] = number.key


def read_ahead() -> None:
    """Read a drawing before anything is sent, so that its answer is in the browser's first picture.

    The browser draws what has come in the first 10 ms, and is busy with it for longer.
    """
    from digits.network.loading import load_network

    with suppress(DigitError):  # whoever shows the answer says so
        if load_network().is_waiting(None):
            return
        for picture in sent_picture():
            read(picture, "dark")


def read(picture: bytes, ink: Ink) -> ShownNumber | None:
    """Read a picture once, however often the page is drawn; the session keeps only the last.

    Returns:
        None while TensorFlow must be loaded first, which is said here.
    """
    last: ShownNumber | None = st.session_state.get("answer")
    hand = current_hand()
    if last is not None and (last.source, last.ink, last.hand) == (picture, ink, hand):
        return last
    from digits.page.waiting import is_waking
    from digits.screen.shown_number import read_number_to_show

    if is_waking():
        return None
    answer = read_number_to_show(picture, ink, hand)
    st.session_state["answer"] = answer
    return answer


# ---- The model


@st.fragment
@guarded
def model_layers() -> None:
    """Show the network's layers, their shapes and parameters, to whoever asks."""
    if not st.toggle("Show model layers"):
        return
    from digits.network.loading import file_of_model, load_network
    from digits.page.waiting import is_waking
    from digits.screen import html_parts

    if is_waking():
        return
    network = load_network()
    st.html(html_parts.model_in_use(file_of_model().name, network))
    st.html(html_parts.layers(network.layers))
    st.html(BRING_LAYERS_INTO_VIEW, unsafe_allow_javascript=True)
