"""A picture that came otherwise than as a file: pasted, an example, or one that was read before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from digits.picture.pixels import Ink

INKS: dict[str, Ink] = {"Auto": "auto", "Dark on light": "dark", "Light on dark": "light"}


def give(picture: bytes, ink: Ink = "auto") -> None:
    """Have a picture read as if it had been uploaded; for what a widget calls when it is used."""
    st.session_state["given"] = picture
    st.session_state["ink-upload"] = next(name for name, each in INKS.items() if each == ink)
    st.session_state["tab"] = "Upload"
    if st.session_state.get(upload_key()):
        st.session_state["emptied_uploads"] = st.session_state.get("emptied_uploads", 0) + 1


def upload_key() -> str:
    """The key of the widget that takes files.

    Another one after something else was given: only a new widget is empty, and the name of a file
    that is not looked at any more would stand above another picture.
    """
    emptied = st.session_state.get("emptied_uploads", 0)
    return f"upload-{emptied}" if emptied else "upload"


def given_picture() -> bytes | None:
    """What was given last; a file that is uploaded later replaces it."""
    given: bytes | None = st.session_state.get("given")
    return given


def forget_given() -> None:
    """A file was uploaded, or taken back."""
    st.session_state.pop("given", None)
