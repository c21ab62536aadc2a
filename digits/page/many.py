"""Many pictures at once: how far they are, then a table with what was read, to be corrected."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from digits.batch.background import BackgroundReading, ReadPicture
from digits.batch.outputs import table_as_bytes
from digits.batch.upload import take_upload
from digits.common.errors import PictureError
from digits.common.progress import duration_text
from digits.page.correcting_many import (
    forget_learnt,
    learn_answer,
    say_what_is_learnt,
    task_as_adapted,
)
from digits.picture.pixels import Ink

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

LOOKS_EVERY = 1.0
"""Seconds between two looks at what was read in the meantime."""
# Rows that are sent to the browser every second while more are read.
_SHOWN_SO_FAR = 50
# Pixels: of the table at most, and of a row of it.
_HEIGHT, _ROW_HEIGHT = 440, 48
_COLUMNS = ("show", "picture", "name", "answer", "by_hand", "confidence", "says")


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
    if context is None or not runtime.exists():
        return lambda: True
    session = context.session_id
    return lambda: runtime.get_instance().is_active_session(session)


def show_many(reading: BackgroundReading) -> None:
    """Show how far it is, or what was read."""
    if reading.is_running:
        _show_progress(reading)
        return
    if reading.problem is not None:
        st.error(reading.problem)
    show_table(reading)


@st.fragment(run_every=LOOKS_EVERY)
def _show_progress(reading: BackgroundReading) -> None:
    if not reading.is_running:
        st.rerun()
    done, total = len(reading.pictures), max(1, reading.total)
    words = f"{done:,} of {total:,} pictures are read"
    if reading.seconds_left is not None:
        words += f", about {duration_text(reading.seconds_left)} to go"
    st.progress(min(1.0, done / total), words)
    st.dataframe(
        _columns(dict(islice(_rows(reading.pictures, {}).items(), _SHOWN_SO_FAR))),
        column_config=_column_config(),
        column_order=[name for name in _COLUMNS if name not in ("show", "by_hand")],
        hide_index=True,
        height=_HEIGHT,
        row_height=_ROW_HEIGHT,
        key="many-so-far",
    )


def show_table(reading: BackgroundReading) -> None:
    """Show all answers, the doubted first; any can be corrected, and kept as a file."""
    corrections: dict[int, str] = st.session_state["corrections"]
    rows = _rows(reading.pictures, corrections)
    answers = sorted({each["answer"] for each in rows.values()} - {""}, key=lambda a: (len(a), a))
    chosen = st.multiselect("Only these answers", answers, key="many-filter")
    shown = {i: row for i, row in rows.items() if not chosen or row["answer"] in chosen}
    st.caption(
        "Tick a picture to see why it was read so; write over an answer that is wrong, or empty "
        "it where there is no digit, and your hand learns it. "
        f"{sum(row['says'] != '' for row in rows.values()):,} of {len(rows):,} pictures are in "
        "doubt or unreadable, and stand first."
    )
    key = f"many-table-{st.session_state.setdefault('many-version', 0)}"
    st.data_editor(
        _columns(shown),
        column_config=_column_config(),
        column_order=_COLUMNS,
        disabled=("picture", "name", "confidence", "says", "by_hand"),
        hide_index=True,
        height=min(_HEIGHT, _ROW_HEIGHT * (len(shown) + 1) + 3),
        row_height=_ROW_HEIGHT,
        key=key,
        on_change=_take_edits,
        args=(reading, key, list(shown)),
    )
    say_what_is_learnt(reading)
    _offer_files(reading, corrections)


def chosen_picture(reading: BackgroundReading) -> bytes | None:
    """The file of the picture that was chosen in the table, if one was, to be explained.

    Raises:
        PictureError: it was not read.
    """
    index = st.session_state.get("many-shown")
    pictures = reading.pictures
    if index is None or index >= len(pictures):
        return None
    chosen = pictures[index]
    if chosen.row["error"] is not None:
        raise PictureError(chosen.row["error"])
    return reading.fetch(chosen.place)


def _take_edits(reading: BackgroundReading, key: str, indices: Sequence[int]) -> None:
    """Of the table's rows as they were shown."""
    for row, changes in st.session_state[key]["edited_rows"].items():
        index = indices[int(row)]
        if "answer" in changes:
            right = (changes["answer"] or "").strip()
            st.session_state["corrections"][index] = right
            learn_answer(reading, index, right)
        if "show" in changes:
            st.session_state["many-shown"] = index if changes["show"] else None
    st.session_state["many-version"] += 1  # a table of its own, in which nothing is edited


def _rows(
    pictures: Sequence[ReadPicture], corrections: Mapping[int, str]
) -> dict[int, dict[str, Any]]:
    """A row for each picture by its number; the doubted first, then the least sure."""
    shown = st.session_state.get("many-shown")
    rows = {
        index: {
            "show": index == shown,
            "picture": _data_uri(each.thumbnail),
            "name": _name(each),
            "answer": corrections.get(index, each.row["answer"] or ""),
            "confidence": each.row["confidence"],
            "says": each.row["error"] or each.row["doubt"] or "",
            "by_hand": index in corrections,
        }
        for index, each in enumerate(pictures)
    }
    doubted_first = sorted(
        rows, key=lambda i: (not rows[i]["says"], rows[i]["confidence"] or 0.0, i)
    )
    return {index: rows[index] for index in doubted_first}


def _columns(rows: Mapping[int, dict[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows.values()] for name in _COLUMNS}


def _name(picture: ReadPicture) -> str:
    page = picture.row["page"]
    return picture.row["path"] if page is None else f"{picture.row['path']}, page {page}"


def _data_uri(thumbnail: bytes) -> str | None:
    if not thumbnail:
        return None
    return f"data:image/webp;base64,{base64.b64encode(thumbnail).decode('ascii')}"


def _column_config() -> dict[str, Any]:
    column = st.column_config
    return {
        "show": column.CheckboxColumn("Why?", width="small"),
        "picture": column.ImageColumn("Picture", width="small"),
        "name": column.TextColumn("Name"),
        "answer": column.TextColumn("Answer", max_chars=500),
        "confidence": column.NumberColumn("Confidence", format="percent", width="small"),
        "says": column.TextColumn("Doubt"),
        "by_hand": column.CheckboxColumn("By hand", width="small"),
    }


def _offer_files(reading: BackgroundReading, corrections: dict[int, str]) -> None:
    with st.container(horizontal=True, key="many-downloads"):
        for name, suffix, kind in (
            ("Download CSV", "csv", "text/csv"),
            ("Download Parquet", "parquet", "application/vnd.apache.parquet"),
        ):
            st.download_button(
                name,
                lambda suffix=suffix: _as_file(reading, corrections, suffix),  # type: ignore[misc]
                f"answers.{suffix}",
                kind,
                on_click="ignore",
                key=f"many-{suffix}",
            )


def _as_file(reading: BackgroundReading, corrections: dict[int, str], suffix: str) -> bytes:
    rows = [each.row | {"by_hand": False} for each in reading.pictures]
    for index, answer in corrections.items():
        if index >= len(rows):  # it is read again, and that ended early
            continue
        rows[index] |= {"answer": answer or None, "by_hand": True}
    return table_as_bytes(rows, reading.task, suffix)
