"""The paper on the page: a canvas, its sheets, Undo and Clear."""

from __future__ import annotations

import sys
import time
from typing import Any

import streamlit as st

HEAD_START = 0.4  # seconds
CANVAS_WIDTH, CANVAS_HEIGHT = 560, 280
"""Pixels in which a drawing is kept; the style sheet scales it to whatever room there is."""
Drawing = dict[str, Any]  # as the canvas writes it
HIDE_CANVAS_TOOLBAR = """
<script>
  const hide = () => {
    const canvas = document.querySelector(".st-key-canvas [data-testid=stBidiComponentIsolated]");
    const root = canvas && [canvas, ...canvas.querySelectorAll("*")].find((e) => e.shadowRoot);
    if (!root) return requestAnimationFrame(hide);
    const style = new CSSStyleSheet();
    style.replaceSync(".dc-toolbar { visibility: hidden; }");
    root.shadowRoot.adoptedStyleSheets.push(style);
  };
  hide();
</script>
"""


def hide_canvas_toolbar() -> None:
    """Hide the canvas's own toolbar: a finger that begins in its corner would not draw.

    It lies in the component's shadow tree, which no style sheet of the page reaches.
    """
    st.html(HIDE_CANVAS_TOOLBAR, unsafe_allow_javascript=True)


def drawn_picture(pen_width: int) -> bytes | None:
    """Show the paper; None while it is empty."""
    # Outside of a running server this import fails.
    from streamlit_drawable_canvas import st_canvas

    sheet = st.session_state.setdefault("sheet", new_sheet(0, []))
    with st.container(key="paper"):
        drawing = st_canvas(
            stroke_width=pen_width,
            stroke_color="#000000",
            background_color=sheet["background"],
            width=CANVAS_WIDTH,
            height=CANVAS_HEIGHT,
            initial_drawing=sheet,
            return_image_data=True,
            key="canvas",
        )
    let_the_paper_go_first()
    strokes = known_strokes(drawing.json_data, sheet)
    with st.container(key="paper-tools", horizontal=True):
        st.button("Undo", on_click=redraw, args=(strokes[:-1],), disabled=not strokes)
        st.button("Clear", on_click=redraw, args=([],), disabled=not strokes)
    return drawing.image_bytes if strokes else None


def let_the_paper_go_first() -> None:
    """On a server's first page, let the browser fetch the canvas before more is imported.

    NumPy and OpenCV hold the interpreter's lock while they are imported, and the server sends
    nothing meanwhile: whoever comes first would wait half a second longer for something to draw on.
    """
    if "cv2" not in sys.modules:
        time.sleep(HEAD_START)


def new_sheet(number: int, strokes: list[object]) -> Drawing:
    """White paper that holds just these strokes.

    White has no hue, so the hue can number the sheets. The canvas redraws itself when its paper
    changes, even where the same strokes are asked for twice, and says with every drawing which
    paper it is on.
    """
    return {"objects": strokes, "background": f"hsl({number}, 0%, 100%)", "number": number}


def known_strokes(sent: Drawing | None, sheet: Drawing) -> list[object]:
    """Find what is on the sheet: a drawing sent before Undo or Clear is on an older one."""
    is_on_sheet = sent is not None and sent.get("background") == sheet["background"]
    strokes: list[object] = sent["objects"] if sent and is_on_sheet else sheet["objects"]
    return strokes


def redraw(strokes: list[object]) -> None:
    """Take a new sheet that holds just these strokes."""
    st.session_state["sheet"] = new_sheet(st.session_state["sheet"]["number"] + 1, strokes)
