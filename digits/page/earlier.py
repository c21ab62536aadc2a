"""The last answers of this session, as small pictures; a click brings one back."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from digits.page.corrected_here import corrections_of, written_by_hand
from digits.page.drawing import Strokes, draw_again, paper_history
from digits.page.given import give
from digits.page.rerunning import rerun_question_and_answer
from digits.screen import html_parts
from digits.screen.shown_number import ShownNumber

MOST, MOST_BYTES = 8, 20_000_000
"""So many answers are kept, with so many bytes of pictures, in the session's memory."""
# Pixels, for sharp screens.
_THUMBNAIL = 240, 160


@dataclass(frozen=True, eq=False)
class Earlier:
    """An answer, and what it takes to bring it back.

    Attributes:
        number: what was read.
        strokes: of a drawing; None of a picture.
    """

    number: ShownNumber
    strokes: Strokes | None

    def is_same_as(self, other: Earlier) -> bool:
        """Whether it is of the same picture, or of the same drawing, finished or not."""
        if self.number.key == other.number.key:
            return True
        if self.strokes is None or other.strokes is None:
            return False
        shorter = min(len(self.strokes), len(other.strokes))
        return shorter > 0 and self.strokes[:shorter] == other.strokes[:shorter]


def remember(number: ShownNumber, *, is_drawn: bool) -> None:
    """Keep an answer as the newest; what came of the same drawing before is gone."""
    new = Earlier(number, list(paper_history().strokes) if is_drawn else None)
    kept = [each for each in _answers() if not each.is_same_as(new)]
    kept = [*kept, new][-MOST:]
    while len(kept) > 1 and sum(len(each.number.source) for each in kept) > MOST_BYTES:
        kept.pop(0)
    st.session_state["answers"] = kept


def _answers() -> list[Earlier]:
    found: list[Earlier] = st.session_state.get("answers", [])
    return found


def show_earlier(shown: ShownNumber | None) -> None:
    """Offer all answers but the one that is shown, the newest first, to whoever opens them."""
    earlier = [
        each for each in reversed(_answers()) if shown is None or each.number.key != shown.key
    ]
    if not earlier:
        st.empty()
        return
    with st.expander("Earlier answers", key="earlier", on_change="rerun") as more:
        if not more.open:
            return
        st.html(f"<style>{''.join(map(_rule, earlier))}</style>")
        with st.container(key="earlier-row", horizontal=True, gap="small"):
            for each in earlier:
                key = f"earlier-{each.number.key}"
                label = _label(each.number)
                st.button(
                    label, key=key, on_click=_bring_back, args=(each.number.key,), width="stretch"
                )


def _label(number: ShownNumber) -> str:
    is_known = number.doubt is None or bool(corrections_of(number))
    return " ".join(written_by_hand(number).split()) or "?" if is_known else "?"


def _bring_back(key: str) -> None:
    earlier = next((each for each in _answers() if each.number.key == key), None)
    if earlier is None:
        return
    if earlier.strokes is None:
        st.session_state["answer"] = earlier.number
        give(earlier.number.source, earlier.number.ink)
    else:
        st.session_state["tab"] = "Draw"
        draw_again(earlier.strokes)
    rerun_question_and_answer()


def _rule(earlier: Earlier) -> str:
    picture = earlier.number.framed_picture()
    picture.thumbnail(_THUMBNAIL)
    url = html_parts.data_uri(picture)
    selector = f".st-key-earlier-{earlier.number.key} button::before"
    return f"{selector} {{ background-image: url({url}); }}"
