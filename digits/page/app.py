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
from digits.page.drawing import drawn_picture, is_settled, paper_history
from digits.page.examples import offer_examples, pictures_of_examples
from digits.page.given import INKS, forget_given, given_picture
from digits.page.guarding import guarded
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
MOST_UPLOADED = 10_000_000
"""Bytes, which hold any phone's photo."""
CONNECTION_IS_LOST = (
    "The connection is lost; your drawing is kept and will be read when it is back."
)
CHOOSE_ONE = "What is read stands in the table below; choose a picture in it to see why."
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


@st.fragment
@guarded
def question_and_answer() -> None:
    """Take a picture on the left, answer on the right; a stroke reruns nothing else."""
    with st.container(key="desk", horizontal=True, gap="medium"):
        with st.container(key="left", width=INPUT_WIDTH, gap="medium"):
            with st.container(key="input"):
                question, seen = ask()
                pause = st.empty()
            more = st.container(key="more-pictures", gap="small")
        width = PAGE_WIDTH - INPUT_WIDTH - GAP
        with st.container(key="answer", width=width, height=ANSWER_HEIGHT, border=False):
            show_answer(question, seen, pause)
        with more:
            offer_examples()
            earlier_answers(question)
            guarded(show_persons_hand)()
    if question.several:
        with st.container(key="many"):
            show_several(question)
    keep_in_browser(paper_history(), has_upload=bool(st.session_state.get("upload")))


def ask() -> tuple[Question, DeltaGenerator]:
    """Offer the three ways to give a picture; the open tab is the one that is answered.

    Returns:
        What is asked, and a place where an uploaded picture is shown.
    """
    names = list(INVITATIONS)
    draw, upload, camera = st.tabs(names, key="tab", on_change="rerun")
    with draw:
        drawing = drawn_picture()
    with upload:
        pictures, several = uploaded_pictures()
        seen = st.empty()
        ink = ask_for_ink("upload")
    with camera:
        photo, ink_of_photo = photographed_picture(is_open=bool(camera.open))
    if upload.open:
        return Question("Upload", pictures, ink, several), seen
    if camera.open:
        return Question("Camera", photo, ink_of_photo), seen
    return Question("Draw", drawing, "dark"), seen


def uploaded_pictures() -> tuple[list[bytes], list[UploadedFile]]:
    """Ask for a file, of any kind: what it is tells its content, and our own sentence.

    Returns:
        The picture, if it is one; else all files of several, of a folder or a ZIP.
    """
    files = st.file_uploader(
        "Picture of a number, at most 10 MB, or paste one",
        accept_multiple_files=True,
        key="upload",
        on_change=_uploaded,
        args=("files",),
    )
    folder = uploaded_folder()
    given = given_picture()
    newest = newest_of(files)
    if st.session_state.get("uploaded") == "folder" and folder:
        newest = folder
    if given is not None or not are_several(newest):
        forget_several()
        return [file.getvalue() for file in newest] if given is None else [given], []
    return [], newest


def uploaded_folder() -> list[UploadedFile]:
    """Ask for a whole folder, of whoever opens this."""
    with st.expander("Many pictures: several files, a ZIP or a folder", on_change="rerun") as more:
        if not more.open:
            return []
        st.caption("Give several files or a ZIP above, up to 2,000 pictures, or a folder here.")
        return st.file_uploader(
            "Folder of pictures",
            accept_multiple_files="directory",
            key="folder",
            on_change=_uploaded,
            args=("folder",),
        )


def _uploaded(what: str) -> None:
    forget_given()
    st.session_state["uploaded"] = what


def are_several(files: list[UploadedFile]) -> bool:
    """Whether they are read into a table."""
    return len(files) > 1 or any(file.name.lower().endswith(".zip") for file in files)


def forget_several() -> None:
    """End the reading of many pictures, where there is one, for one is looked at instead."""
    if "many" in st.session_state:
        from digits.page.many import forget_reading

        forget_reading()


@guarded
def show_several(question: Question) -> None:
    """Show how far many pictures are, and what was read in them."""
    from digits.page.many import reading_of, show_many

    show_many(reading_of(question.several, question.ink))


def chosen_of_several(question: Question) -> list[bytes]:
    """The picture that was chosen in the table, to be explained like any other."""
    from digits.page.many import chosen_picture, reading_of

    picture = chosen_picture(reading_of(question.several, question.ink))
    return [] if picture is None else [picture]


def newest_of(files: list[UploadedFile]) -> list[UploadedFile]:
    """Those that were given last, for a picture more takes the place of the one before."""
    ids = [file.file_id for file in files]
    known: list[str] = st.session_state.get("known_uploads", [])
    newest = [each for each in ids if each not in known]
    newest = newest or [each for each in st.session_state.get("newest_uploads", []) if each in ids]
    newest = newest or ids[-1:]
    st.session_state["known_uploads"], st.session_state["newest_uploads"] = ids, newest
    return [file for file in files if file.file_id in newest]


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
def show_answer(question: Question, seen: DeltaGenerator, pause: DeltaGenerator) -> None:
    """Show the number and where the network looked, or invite."""
    from digits.page.answering import show_number
    from digits.picture.files import check_file_size
    from digits.screen import html_parts

    pictures = chosen_of_several(question) if question.several else question.pictures
    if question.several and not pictures:
        st.html(html_parts.message(CHOOSE_ONE))
        return
    if not pictures:
        is_gone = st.session_state.get("upload_is_gone") and question.tab != "Camera"
        invitation = INVITATIONS[question.tab]
        st.html(html_parts.message(f"{UPLOAD_IS_GONE} {invitation}" if is_gone else invitation))
        return
    st.session_state["upload_is_gone"] = False
    if not question.several:  # which are checked as they come, and pages have their own limit
        check_file_size(len(pictures[0]), MOST_UPLOADED)
    number = read(pictures[0], question.ink)
    if question.tab == "Upload":
        chosen = st.session_state.get(f"digit-{number.key}")
        seen.html(html_parts.uploaded(number.framed_picture(chosen)))
    if question.tab == "Draw" and number.doubt is not None:
        let_the_hand_finish(number, pause)
    show_number(number)


def earlier_answers(question: Question) -> None:
    """Keep what is shown, and offer what was shown before."""
    number: ShownNumber | None = st.session_state.get("answer")
    if number is None:  # nothing was read yet, and nothing is imported that could
        return
    from digits.page.earlier import remember, show_earlier

    is_shown = question.pictures[:1] == [number.source]
    if is_shown and (question.tab != "Draw" or is_settled()):
        remember(number, is_drawn=question.tab == "Draw")
    show_earlier(number if is_shown else None)


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
    hand = current_hand()
    if last is not None and (last.source, last.ink, last.hand) == (picture, ink, hand):
        return last
    from digits.page.waiting import said_to_be_waking
    from digits.screen.shown_number import read_number_to_show

    with said_to_be_waking():
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
    from digits.page.waiting import said_to_be_waking
    from digits.screen import html_parts

    with said_to_be_waking():
        network = load_network()
        in_use = html_parts.model_in_use(file_of_model().name, network)
        layers = html_parts.layers(network.layers)
    st.html(in_use)
    st.html(layers)
    st.html(BRING_LAYERS_INTO_VIEW, unsafe_allow_javascript=True)
