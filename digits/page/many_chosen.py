"""The picture that was chosen in the table of many, explained below it like any other."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from digits.batch.background import BackgroundReading, ReadPicture
from digits.common.errors import PictureError
from digits.page.answering import show_number
from digits.page.digit_choice import chosen_place
from digits.page.guarding import guarded
from digits.page.many_rows import name_of
from digits.screen import html_parts
from digits.screen.shown_number import ShownNumber

# Once for each choice, however often the page is drawn.
_BRING_INTO_VIEW = """
<script>
  if (document.body.dataset.chosen !== "{choice}") {{
    document.body.dataset.chosen = "{choice}";
    document.querySelector(".st-key-chosen")?.scrollIntoView({{ behavior: "smooth" }});
  }}
</script>
"""


def show_chosen(reading: BackgroundReading, read: Callable[[bytes], ShownNumber | None]) -> None:
    """Show what was read in the picture that was chosen, if one was, and bring that into view.

    Args:
        reading: of all pictures.
        read: reads one; None while it waits to, and says so.
    """
    index, pictures = st.session_state.get("many-shown"), reading.pictures
    if index is None or index >= len(pictures):
        return
    with st.container(key="chosen"):
        st.html(html_parts.chosen_picture(name_of(pictures[index])))
        _explain(pictures[index], reading, read)
        bring_into_view = _BRING_INTO_VIEW.format(choice=st.session_state["many-choices"])
        st.html(bring_into_view, unsafe_allow_javascript=True)


@guarded
def _explain(
    picture: ReadPicture, reading: BackgroundReading, read: Callable[[bytes], ShownNumber | None]
) -> None:
    """As any other picture.

    Raises:
        PictureError: it was not read.
    """
    if picture.row["error"] is not None:
        raise PictureError(picture.row["error"])
    content = reading.fetch(picture.place)
    if content is None:
        raise PictureError("This picture is not kept here any more: give it once more.")
    number = read(content)
    if number is None:
        return
    seen, answer = st.columns([5, 4], gap="medium")
    with answer:
        show_number(number)
    seen.html(html_parts.uploaded(number.framed_picture(chosen_place(number))))
