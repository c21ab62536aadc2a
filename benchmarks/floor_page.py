"""The least that a page with our canvas can be: it echoes how many strokes it got.

`benchmarks/page.py` serves it beside ours.
"""

import streamlit as st
from streamlit_drawable_canvas import st_canvas

drawing = st_canvas(
    stroke_width=20,
    stroke_color="#000000",
    background_color="#ffffff",
    width=560,
    height=280,
    return_image_data=True,
    key="canvas",
)
strokes = len(drawing.json_data["objects"]) if drawing.json_data else 0
st.text(f"{strokes} strokes")
