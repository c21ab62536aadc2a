"""What only the browser can do: keep a drawing over a reload, and take a picture that is pasted."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from digits.page.drawing import PaperHistory, put_on_paper
from digits.page.given import give
from digits.page.rerunning import rerun_question_and_answer

SCRIPT = Path(__file__).with_suffix(".js")
PAPER = "Paper to draw a number on. If you cannot draw, give a picture under Upload, beside Draw."
UPLOAD_IS_GONE = "Your uploaded picture is not kept when the page is loaded anew: choose it again."
MOST_STROKES = 2_000


@cache
def _component() -> Any:
    return st.components.v2.component("digits_browser_side", js=SCRIPT.read_text("utf-8"))


def keep_in_browser(history: PaperHistory, *, has_upload: bool) -> None:
    """Have the drawing kept in this tab of the browser, and brought back after a reload."""
    _component()(
        key="browser",
        data={
            "strokes": history.strokes,
            "has_upload": has_upload,
            "is_new": history.is_new and not has_upload and "was_kept" not in st.session_state,
            "paper": PAPER,
        },
        on_kept_change=_bring_back,
        on_pasted_change=_take_pasted,
    )


def _bring_back() -> None:
    kept = st.session_state["browser"].kept
    st.session_state["was_kept"] = True
    if not isinstance(kept, dict):
        return
    st.session_state["upload_is_gone"] = bool(kept.get("had_upload"))
    strokes = kept.get("strokes")
    if not isinstance(strokes, list) or not 0 < len(strokes) <= MOST_STROKES:
        return
    if all(isinstance(each, dict) for each in strokes):
        put_on_paper(strokes)


def _take_pasted() -> None:
    url = st.session_state["browser"].pasted
    if not isinstance(url, str):
        return
    try:
        picture = base64.b64decode(url.partition(",")[2])
    except ValueError:  # it is none, and no browser of ours sent it
        return
    give(picture)
    rerun_question_and_answer()
