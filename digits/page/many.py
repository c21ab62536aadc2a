"""Many pictures at once: how far they are, then a table with what was read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from digits.batch.background import BackgroundReading
from digits.batch.upload import take_upload
from digits.common.progress import duration_text
from digits.page.correcting_many import forget_learnt, task_as_adapted
from digits.page.many_table import begin_new_table, show_rows_so_far, show_table
from digits.picture.pixels import Ink
from digits.screen import html_parts

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

LOOKS_EVERY = 1.0
"""Seconds between two looks at what was read in the meantime."""


def reading_of(files: Sequence[UploadedFile], ink: Ink) -> BackgroundReading:
    """The reading of some files, begun once however often the page is drawn; another one ends.

    Raises:
        PictureError: they are too many or too large.
    """
    which = tuple(file.file_id for file in files), ink
    reading: BackgroundReading | None
    known, reading = st.session_state.get("many", (None, None))
    if known == which and reading is not None:
        return reading
    forget_reading()
    upload = take_upload((file.name, file.getvalue()) for file in files)
    reading = BackgroundReading(upload, task_as_adapted(ink), _somebody_waits())
    st.session_state["many"] = which, reading
    st.session_state["corrections"] = {}
    st.session_state.pop("many-shown", None)
    begin_new_table()
    forget_learnt()
    return reading


def forget_reading() -> None:
    """Nobody looks at it any more."""
    _, reading = st.session_state.pop("many", (None, None))
    if reading is not None:
        reading.stop()


def _somebody_waits() -> Any:
    """A function that tells, in any thread, whether this session's page is open."""
    context = get_script_run_ctx()
    if context is None:
        return lambda: True
    session = context.session_id
    return lambda: not runtime.exists() or runtime.get_instance().is_active_session(session)


def show_how_far(reading: BackgroundReading) -> None:
    """Say how many pictures are read; where an answer would stand."""
    if reading.is_running:
        _show_progress(reading)
        return
    done = len(reading.pictures)
    st.html(html_parts.table_is_below(how_many_are_read(done, max(done, reading.total))))


def how_many_are_read(done: int, total: int) -> str:
    """How many pictures are read when no more will be, in a sentence."""
    if total == 1:
        return f"The picture is {'read' if done else 'not read'}."
    return f"{f'All {done:,}' if done == total else f'{done:,} of {total:,}'} pictures are read."


@st.fragment(run_every=LOOKS_EVERY)
def _show_progress(reading: BackgroundReading) -> None:
    if not reading.is_running:
        st.rerun()
    st.progress(*how_far(len(reading.pictures), reading.total, reading.seconds_left))


def how_far(done: int, total: int, seconds_left: float | None) -> tuple[float, str]:
    """The share of pictures that is read, in [0, 1], and what is said of it."""
    words = f"{done:,} of {max(done, total):,} pictures are read"
    if seconds_left is not None and done < total:
        words += f", about {duration_text(seconds_left)} to go"
    return min(1.0, done / max(1, total)), words


def show_many(reading: BackgroundReading) -> None:
    """Show what was read so far, or all of it."""
    if reading.is_running:
        _show_so_far(reading)
        return
    if reading.problem is not None:
        st.error(reading.problem)
    show_table(reading)


@st.fragment(run_every=LOOKS_EVERY)
def _show_so_far(reading: BackgroundReading) -> None:
    show_rows_so_far(reading)
