"""The part of the page that explains an answer: why this digit, why not another, and the proof.

It only shows: evidence, heatmaps and checks are calls to modules that know no screen.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from PIL import Image

import page_html
from digit_predictor import DigitError, list_convolutions
from explanation_sentences import describe_check, describe_heatmap, describe_method, file_name
from faithfulness import STEPS, check_faithfulness
from gradcam_visualizer import METHODS, Explanation, common_scale, explain
from heatmap_overlay import (
    COLOUR_MAPS,
    SIGNED_COLOUR_MAPS,
    colour_bar_labels,
    colour_stops,
    overlay_heatmap,
    with_colour_bar,
)
from shown_answer import ShownAnswer

VIEWS = {
    "why": "Why?",
    "against": "Why not?",
    "side": "Side by side",
    "proof": "Prove it",
}
SIGNED_COLOUR_MAP = next(iter(SIGNED_COLOUR_MAPS))


@dataclass(frozen=True)
class ExplanationSettings:
    """What the sidebar says about heatmaps."""

    is_shown: bool
    method: str
    opacity: float
    layer: str | None
    colour_map: str


def explanation_settings() -> ExplanationSettings:
    """Ask for everything about heatmaps that can be set."""
    is_shown = st.toggle("Show Grad-CAM heatmap", value=True)
    method = st.selectbox(
        "Method",
        list(METHODS),
        format_func=lambda each: METHODS[each].name,
        key="method",
        disabled=not is_shown,
    )
    st.caption(METHODS[method].says)
    opacity = st.slider("Heatmap opacity", 0, 100, 80, 5, "%d%%", disabled=not is_shown)
    layer = st.selectbox(
        "Last conv layer (optional)",
        known_convolutions(),
        index=None,
        placeholder="The model's last",
        key="layer",
        disabled=METHODS[method].activation_map is None,
    )
    colours = st.selectbox("Colours", COLOUR_MAPS, format_func=str.capitalize, key="colours")
    return ExplanationSettings(is_shown, method, opacity / 100, layer, colours)


def known_convolutions() -> list[str]:
    """Name the model's convolutions; none where the model itself is the trouble."""
    try:
        return list_convolutions()
    except DigitError:
        return []


def show_explanation(answer: ShownAnswer, settings: ExplanationSettings) -> None:
    """Offer the four views of why, and show the open one."""
    view = one_of("Explanation", list(VIEWS), "view", VIEWS.__getitem__)
    shows = (show_why, show_contrast, show_side_by_side, show_proof)
    show = dict(zip(VIEWS, shows, strict=True))[view]
    with st.container(key=f"view-{view}"):
        show(answer, settings)


# ---- The views


def show_why(answer: ShownAnswer, settings: ExplanationSettings) -> None:
    """Show where a class, the likeliest unless another is chosen, found its evidence."""
    chosen = class_choice(answer)
    explained = explain_all([chosen, *answer.likeliest_first[:3]], answer, settings)
    show_heatmap(explained[0], common_scale(explained), answer, settings)


def show_contrast(answer: ShownAnswer, settings: ExplanationSettings) -> None:
    """Show what speaks for one class and not for another."""
    with st.container(horizontal=True, key="pair"):
        if not METHODS[settings.method].takes_against:
            able = [method.name for method in METHODS.values() if method.takes_against]
            name = METHODS[settings.method].name
            st.html(
                page_html.note(f"{name} cannot hold digits against each other: {_or(able)} can.")
            )
            return
        classes = answer.likeliest_first
        chosen = st.selectbox("Why", classes, key=f"for-{answer.key}", width=112)
        others = [each for each in classes if each != chosen]
        against = st.selectbox("and not", others, key=f"not-{answer.key}", width=112)
    explained = explain_all([chosen], answer, settings, against)[0]
    show_heatmap(explained, explained.strength, answer, settings)


def show_side_by_side(answer: ShownAnswer, settings: ExplanationSettings) -> None:
    """Show the three likeliest on one scale, so that a weak claim looks weak."""
    explained = explain_all(answer.likeliest_first[:3], answer, settings)
    scale = common_scale(explained)
    titles = [page_html.candidate(*each) for each in answer.top_k]
    pictures = [lay_over(each, scale, answer, settings) for each in explained]
    bar = colour_bar(scale, settings.colour_map) if scale else ""
    st.html(page_html.side_by_side(list(zip(titles, pictures, strict=True)), bar))
    evidence = np.stack([each.evidence for each in explained])
    offer_numbers(evidence, f"side-by-side-{explained[0].method}")


def show_proof(answer: ShownAnswer, settings: ExplanationSettings) -> None:
    """Let the ink that counts most go, or come, and show what becomes of the confidence."""
    chosen = class_choice(answer)
    explained = explain_all([chosen], answer, settings)[0]
    with st.container(horizontal=True, key="proof-choice"):
        if explained.is_blank:
            st.html(page_html.note(describe_heatmap(explained, 1.0)))
            return
        doing = one_of("Ink", ["Remove ink", "Add ink"], "doing")
        first = one_of("Order", ["Most telling first", "Least first"], "first")
    adding, least_first = doing == "Add ink", first == "Least first"
    percent = st.slider(
        f"{doing[:-4]} so much of the ink", 0, 100, 25, 100 // STEPS, "%d%%", key="share"
    )
    check = check_faithfulness(
        answer.network_input, explained.heatmap(), chosen, adding=adding, least_first=least_first
    )
    step = percent * STEPS // 100
    st.html(page_html.proof(check, step, describe_check(check, adding=adding), adding=adding))


# ---- What the views share


def class_choice(answer: ShownAnswer) -> int:
    """Ask which class to explain; the likeliest three stand first."""
    chosen = st.pills(
        "Explain",
        answer.likeliest_first,
        default=answer.likeliest_first[0],
        required=True,
        key=f"class-{answer.key}",
        label_visibility="collapsed",
    )
    return answer.likeliest_first[0] if chosen is None else chosen


def one_of(
    label: str, options: list[str], key: str, name: Callable[[str], str] | None = None
) -> str:
    """Ask for one of a few, side by side; the first unless another is chosen."""
    chosen = st.segmented_control(
        label,
        options,
        format_func=name,
        default=options[0],
        required=True,
        key=key,
        label_visibility="collapsed",
    )
    return options[0] if chosen is None else chosen


def explain_all(
    classes: Sequence[int],
    answer: ShownAnswer,
    settings: ExplanationSettings,
    against: int | None = None,
) -> list[Explanation]:
    """Explain several classes at once, by the method and at the layer that are set."""
    methods = [settings.method]
    return explain(answer.network_input, classes, settings.layer, against=against, methods=methods)


def show_heatmap(
    explained: Explanation, scale: float, answer: ShownAnswer, settings: ExplanationSettings
) -> None:
    """Show one heatmap with its colour bar, and offer it to be kept."""
    overlay = lay_over(explained, scale, answer, settings)
    caption = describe_heatmap(explained, scale, is_digit=answer.doubt is None)
    if explained.is_blank:
        st.html(page_html.heatmap(overlay, caption))
        return
    colours = colour_map_of(explained, settings)
    st.html(page_html.heatmap(overlay, caption, colour_bar(scale, colours)))

    def own_resolution() -> bytes:
        heatmap = explained.heatmap(scale)
        full = overlay_heatmap(
            answer.source, heatmap, answer.full_placement, settings.opacity, colour_map=colours
        )
        title = f"{caption} {describe_method(explained)}"
        return _as_png(with_colour_bar(full, title, scale, colours))

    name = file_name(explained)
    with st.container(horizontal=True, key="downloads"):
        st.download_button("Picture", own_resolution, f"{name}.png", "image/png", on_click="ignore")
        offer_numbers(explained.evidence, name)


def offer_numbers(evidence: np.ndarray, name: str) -> None:
    """Offer the unscaled evidence, in logits, as a NumPy file."""
    st.download_button(
        "Numbers (.npy)",
        lambda: _as_npy(evidence),
        f"{name}.npy",
        "application/octet-stream",
        on_click="ignore",
    )


def lay_over(
    explained: Explanation, scale: float, answer: ShownAnswer, settings: ExplanationSettings
) -> Image.Image:
    """The heatmap over the person's own picture."""
    return overlay_heatmap(
        answer.picture,
        explained.heatmap(scale),
        answer.placement,
        settings.opacity,
        colour_map=colour_map_of(explained, settings),
    )


def colour_map_of(explained: Explanation, settings: ExplanationSettings) -> str:
    """Two colours where two classes are held against each other."""
    return settings.colour_map if explained.against is None else SIGNED_COLOUR_MAP


def colour_bar(scale: float, colour_map: str) -> str:
    """What the colours mean, in logits."""
    return page_html.colour_bar(colour_stops(colour_map), colour_bar_labels(scale, colour_map))


def _or(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _as_png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def _as_npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()
