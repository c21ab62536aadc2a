"""The paper on the page: a canvas, its sheets, Undo, Redo and Clear, and the pen."""

from __future__ import annotations

import base64
import sys
import time
from collections.abc import Callable
from typing import Any

import streamlit as st

from digits.screen.history import History

HEAD_START = 0.4  # seconds
CANVAS_WIDTH, CANVAS_HEIGHT = 560, 280
"""Pixels in which a drawing is kept; the style sheet scales it to whatever room there is."""
USUAL_PEN, PEN_WIDTHS = 14, (4, 40)
Drawing = dict[str, Any]  # as the canvas writes it
Strokes = list[object]


def drawn_picture(on_stroke: Callable[[], None]) -> list[bytes]:
    """Show the paper; no picture while it is empty.

    Args:
        on_stroke: called when the canvas has sent something, before the page is shown anew.
    """
    # Outside of a running server this import fails.
    from streamlit_drawable_canvas import st_canvas

    sheet = st.session_state.setdefault("sheet", new_sheet(0, []))
    with st.container(key="paper"):
        drawing = st_canvas(
            stroke_width=st.session_state.setdefault("pen", USUAL_PEN),
            stroke_color="#000000",
            background_color=sheet["background"],
            width=CANVAS_WIDTH,
            height=CANVAS_HEIGHT,
            initial_drawing=sheet,
            return_image_data=True,
            key="canvas",
            on_change=on_stroke,
        )
    st.session_state["is_settled"] = is_on_sheet(drawing.json_data, sheet)
    strokes = known_strokes(drawing.json_data, sheet)
    paper_history().keep(strokes)
    # Of a drawing that is brought back, the canvas sends the picture a moment later.
    return [drawing.image_bytes] if strokes and drawing.image_bytes else []


def sent_picture() -> list[bytes]:
    """What the canvas has sent, before it is shown anew; no picture where nothing is drawn."""
    sent: Drawing = st.session_state["canvas"]["drawing"]
    if not sent["data"] or not known_strokes(sent["raw"], st.session_state["sheet"]):
        return []
    return [base64.b64decode(sent["data"].partition(",")[2])]


def paper_history() -> PaperHistory:
    """Of this session's paper."""
    history: PaperHistory = st.session_state.setdefault("history", PaperHistory())
    return history


def paper_tools() -> None:
    """Undo, Redo and Clear, by a key each, and the pen's width."""
    history = paper_history()
    with st.container(key="paper-tools", horizontal=True, vertical_alignment="bottom"):
        for name, key, width, change, is_possible in (
            ("Undo", "Ctrl+Z", 112, history.undo, history.can_undo),
            ("Redo", "Ctrl+Y", 109, history.redo, history.can_redo),
            ("Clear", "Esc", 88, history.clear, bool(history.strokes)),
        ):
            st.button(
                name,
                on_click=redraw,
                args=(change,),
                shortcut=key,
                disabled=not is_possible,
                width=width,  # pixels, the same before and after it is styled
            )
        st.slider("Pen width", *PEN_WIDTHS, step=2, format="%d px", key="pen")


class PaperHistory(History[Strokes]):
    """All that was on the paper, as the canvas writes it."""

    def __init__(self) -> None:
        super().__init__([])

    @property
    def strokes(self) -> Strokes:
        """What is on the paper."""
        return self.shown

    def keep(self, strokes: Strokes) -> None:
        """Remember what is on the paper, and each stroke by itself that the canvas added."""
        known = len(self.strokes)
        if len(strokes) == known:
            return
        counts = range(known + 1, len(strokes) + 1) if len(strokes) > known else [len(strokes)]
        self.change(*(strokes[:count] for count in counts))

    def clear(self) -> None:
        """Take an empty sheet, which can be undone, too."""
        self.keep([])


def let_the_paper_go_first() -> None:
    """On a server's first page, let the browser fetch the canvas before more is imported.

    NumPy and OpenCV hold the interpreter's lock while they are imported, and the server sends
    nothing meanwhile: whoever comes first would wait half a second longer for something to draw on.
    """
    if "cv2" not in sys.modules:
        time.sleep(HEAD_START)


def new_sheet(number: int, strokes: Strokes) -> Drawing:
    """White paper that holds just these strokes.

    White has no hue, so the hue can number the sheets. The canvas redraws itself when its paper
    changes, even where the same strokes are asked for twice, and says with every drawing which
    paper it is on.
    """
    return {"objects": strokes, "background": f"hsl({number}, 0%, 100%)", "number": number}


def known_strokes(sent: Drawing | None, sheet: Drawing) -> Strokes:
    """Find what is on the sheet: a drawing sent before Undo or Clear is on an older one."""
    strokes: Strokes = sent["objects"] if sent and is_on_sheet(sent, sheet) else sheet["objects"]
    return strokes


def is_on_sheet(sent: Drawing | None, sheet: Drawing) -> bool:
    """Whether what the canvas sent last is on this sheet, and no older one."""
    return sent is not None and sent.get("background") == sheet["background"]


def is_settled() -> bool:
    """Whether the picture of the drawing is that of its strokes, and not the one before Undo."""
    return bool(st.session_state.get("is_settled"))


def redraw(change: Callable[[], None]) -> None:
    """Change what is on the paper, and take a new sheet that holds it."""
    change()
    number = st.session_state["sheet"]["number"] + 1
    st.session_state["sheet"] = new_sheet(number, paper_history().strokes)


def put_on_paper(strokes: Strokes) -> None:
    """Bring back what was drawn before, on paper that is empty."""
    if paper_history().is_new:
        redraw(lambda: paper_history().keep(strokes))


def draw_again(strokes: Strokes) -> None:
    """Bring back what was drawn before; what is on the paper now can be had by Undo."""
    redraw(lambda: paper_history().change(strokes))
