"""The table of many pictures: what was read in each, to be corrected, filtered and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import streamlit as st

from digits.batch.background import BackgroundReading, ReadPicture
from digits.batch.outputs import table_as_bytes
from digits.page.correcting_many import learn_answer, say_what_is_learnt
from digits.page.many_rows import (
    DOUBTED,
    IN_DOUBT,
    Shown,
    kinds_of,
    rows_to_keep,
    shown_rows,
)
from digits.screen import html_parts

WHAT_TO_DO = (
    "*Why?* shows why a picture was read so. Write over an answer that is wrong, or empty it where "
    "there is no digit, and your hand learns it."
)
_WHAT_PARQUET_IS = (
    "The same table as a compact file for programs (pandas, DuckDB, Spark), in which numbers stay "
    "numbers and lists lists. A spreadsheet opens the CSV."
)
# Rows that are sent to the browser every second while more are read.
_SHOWN_SO_FAR = 50
# Pixels: of the table at most, and of a row of it, in which long text takes several lines only
# from 65 on. The first four columns fill a phone.
_HEIGHT, _ROW_HEIGHT = 470, 78
_WIDTHS = {
    "picture": 56,
    "answer": 90,
    "says": 150,
    "why": 62,
    "confidence": 96,
    "name": 150,
}


def show_rows_so_far(reading: BackgroundReading) -> None:
    """Show what was read until now, the doubted first; nothing before there is something."""
    rows = dict(islice(shown_rows(reading.pictures, {}).items(), _SHOWN_SO_FAR))
    if not rows:
        return
    st.dataframe(
        _columns(rows),
        column_config=_column_config([]),
        column_order=[name for name in _WIDTHS if name != "why"],
        hide_index=True,
        height=_height(rows),
        row_height=_ROW_HEIGHT,
        key="many-so-far",
    )


def show_table(reading: BackgroundReading) -> None:
    """Show all answers, the doubted first; any can be corrected, and kept as a file."""
    corrections: dict[int, str] = st.session_state["corrections"]
    rows = shown_rows(reading.pictures, corrections)
    filter_place, choice_place = st.columns(2, gap="medium")
    with filter_place:
        shown = _filtered(rows, reading.pictures)
    with choice_place:
        _offer_choice(rows)
    doubted = sum(row["says"] != "" for row in rows.values())
    st.caption(f"{WHAT_TO_DO} {describe_doubted(doubted, len(rows))}")
    key = _key_of_table(list(shown))
    st.html(html_parts.least_height("many-table", _height(shown)))
    with st.container(key="many-table"):
        st.data_editor(
            _columns(shown),
            column_config=_column_config(list(shown)),
            column_order=list(_WIDTHS),
            disabled=[name for name in _WIDTHS if name != "answer"],
            hide_index=True,
            height=_height(shown),
            row_height=_ROW_HEIGHT,
            key=key,
            on_change=_take_edits,
            args=(reading, key, list(shown)),
        )
    with st.container(key="many-learnt"):  # also while nothing is: what follows keeps its place
        say_what_is_learnt(reading)
    _offer_files(reading, corrections)


def describe_doubted(doubted: int, pictures: int) -> str:
    """How many of so many pictures need to be looked at, in a sentence."""
    if not doubted:
        return "No picture is in doubt or unreadable."
    if pictures == 1:
        return "The picture is in doubt or unreadable."
    verbs = ("is", "stands") if doubted == 1 else ("are", "stand")
    many = f"{doubted:,} of {pictures:,} pictures"
    return f"{many} {verbs[0]} in doubt or unreadable, and {verbs[1]} first."


def _filtered(rows: Mapping[int, Shown], pictures: Sequence[ReadPicture]) -> dict[int, Shown]:
    """The rows that are asked for, all unless some are."""
    kinds = {index: kinds_of(pictures[index], row) for index, row in rows.items()}
    there = set().union(*kinds.values())
    answers = sorted(there - {IN_DOUBT}, key=lambda answer: (len(answer), answer))
    options = [*({IN_DOUBT} & there), *answers]
    chosen = set(st.multiselect("Only these answers", options, key="many-filter"))
    return {index: row for index, row in rows.items() if not chosen or kinds[index] & chosen}


def _key_of_table(indices: list[int]) -> str:
    """As long as it is the same, the browser keeps the table, how far it is scrolled and what was
    written into it, which would otherwise stand in other rows' places.
    """
    if st.session_state.get("many-indices") != indices:
        st.session_state["many-indices"] = indices
        begin_new_table()
    return f"many-table-{st.session_state['many-version']}"


def begin_new_table() -> None:
    """Have the browser forget what was written into the table: rows are others, or read anew."""
    st.session_state["many-version"] = st.session_state.get("many-version", 0) + 1


def _take_edits(reading: BackgroundReading, key: str, indices: Sequence[int]) -> None:
    """Of the table's rows as they were shown; those of before are in it still."""
    corrections: dict[int, str] = st.session_state["corrections"]
    for row, changes in st.session_state[key]["edited_rows"].items():
        index, right = indices[int(row)], (changes.get("answer") or "").strip()
        if right == DOUBTED:
            corrections.pop(index, None)
            learn_answer(reading, index, None)
            begin_new_table()
        elif corrections.get(index) != right:
            corrections[index] = right
            learn_answer(reading, index, right)


def _offer_choice(rows: Mapping[int, Shown]) -> None:
    """Ask which picture to explain: by its name, and by keys, which buttons in the table lack."""
    st.selectbox(
        "Why was it read so?",
        list(rows),
        index=None,
        format_func=lambda index: rows[index]["name"],
        placeholder="Choose a picture",
        key="many-shown",
        on_change=_count_choice,
    )


def _choose(indices: Sequence[int]) -> None:
    """Have the picture explained whose button was pressed."""
    st.session_state["many-shown"] = indices[int(st.session_state["many-why"]["row"])]
    _count_choice()


def _count_choice() -> None:
    """The page brings each choice into view, also of the same picture once more."""
    st.session_state["many-choices"] = st.session_state.get("many-choices", 0) + 1


def _columns(rows: Mapping[int, Shown]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows.values()] for name in _WIDTHS}


def _height(rows: Mapping[int, Shown]) -> int:
    return min(_HEIGHT, 36 + _ROW_HEIGHT * len(rows) + 3)


def _column_config(indices: Sequence[int]) -> dict[str, Any]:
    column, widths = st.column_config, _WIDTHS
    return {
        "picture": column.ImageColumn("Picture", width=widths["picture"]),
        "answer": column.TextColumn("Answer", max_chars=500, width=widths["answer"]),
        "says": column.TextColumn("Doubt", width=widths["says"]),
        "why": column.ButtonColumn(
            "Why?", width=widths["why"], key="many-why", on_click=_choose, args=(indices,)
        ),
        "confidence": column.TextColumn(
            "Confidence", width=widths["confidence"], alignment="right"
        ),
        "name": column.TextColumn("Name", width=widths["name"]),
    }


def _offer_files(reading: BackgroundReading, corrections: dict[int, str]) -> None:
    with st.container(horizontal=True, key="many-downloads"):
        for name, suffix, kind, explained in (
            ("Download CSV", "csv", "text/csv", None),
            ("Download Parquet", "parquet", "application/vnd.apache.parquet", _WHAT_PARQUET_IS),
        ):
            st.download_button(
                name,
                lambda suffix=suffix: table_as_bytes(  # type: ignore[misc]
                    rows_to_keep(reading.pictures, corrections), reading.task, suffix
                ),
                f"answers.{suffix}",
                kind,
                help=explained,
                on_click="ignore",
                key=f"many-{suffix}",
            )
