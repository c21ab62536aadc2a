"""Pictures to try, for whoever has none at hand; `docs/make_examples.py` makes them."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path

import streamlit as st

from digits.page.given import give

FOLDER = Path(__file__).with_name("examples")
EXAMPLES = {
    "ruled_paper.jpg": "Ruled paper",
    "amount.png": "An amount",
    "hard_4.png": "A hard 4",
    "scribble.png": "A scribble",
}
"""What each picture is called, by its file."""


def offer_examples() -> None:
    """A row of pictures, each a button."""
    st.caption("Pictures to try")
    with st.container(key="example-row", horizontal=True, gap="small"):
        for file, name in EXAMPLES.items():
            st.button(
                name,
                key=f"example-{Path(file).stem}",
                on_click=_read,
                args=(file,),
                width="stretch",
            )


def _read(file: str) -> None:
    give((FOLDER / file).read_bytes())


@cache
def pictures_of_examples() -> str:
    """A style sheet with the pictures, for Streamlit's buttons hold none; it is sent once."""
    return "".join(map(_rule, EXAMPLES))


def _rule(file: str) -> str:
    path = FOLDER / file
    kind = "jpeg" if path.suffix == ".jpg" else "png"
    url = f"data:image/{kind};base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"
    return f".st-key-example-{path.stem} button::before {{ background-image: url({url}); }}"
