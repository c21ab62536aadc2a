"""The part of the page that explains an answer: why this digit, why not another, and the proof.

It only shows: evidence, heatmaps and checks are calls to modules that know no screen.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import streamlit as st

from digits.common.errors import DigitError
from digits.explanation.evidence import Explanation
from digits.explanation.faithfulness import STEPS, FaithfulnessCheck, check_faithfulness
from digits.explanation.methods import METHODS
from digits.explanation.overlay import COLOUR_MAPS, COLOURED_INK, STYLES
from digits.explanation.sentences import (
    describe_check,
    describe_heatmap,
    describe_side_by_side,
    file_name,
)
from digits.network.loading import list_convolutions
from digits.page.corrected_here import corrections_of
from digits.page.digit_choice import ask_for_place
from digits.page.waiting import is_waking
from digits.screen import html_parts
from digits.screen.confidence_words import candidate, label_of_correction, label_of_digit
from digits.screen.digit_crop import crop_digit
from digits.screen.persons_hand import read_as
from digits.screen.shown_answer import ShownAnswer
from digits.screen.shown_feature_maps import feature_maps_to_show
from digits.screen.shown_heatmap import (
    HeatmapSettings,
    ShownHeatmap,
    heatmap_of_all,
    heatmap_of_class,
    heatmap_of_contrast,
    heatmaps_of_likeliest,
)
from digits.screen.shown_number import ShownNumber

VIEWS = {
    "why": "Why?",
    "against": "Why not?",
    "side": "Side by side",
    "proof": "Prove it",
}
SIDE_OF_DIGIT = 280
"""Pixels: of a digit by itself, twice as wide as it is shown, for sharp screens."""
# What is chosen until somebody chooses something else, by the widget's key.
DEFAULTS = {
    "heatmap": True,
    "method": next(iter(METHODS)),
    "opacity": 100,
    "style": COLOURED_INK,
    "layer": None,
    "colours": COLOUR_MAPS[0],
    "inside": None,
}


def explanation_settings() -> HeatmapSettings:
    """What was chosen, also while it is folded away."""
    said = _chosen()
    return HeatmapSettings(
        method=said["method"],
        layer_name=said["layer"],
        colour_map=said["colours"],
        opacity=said["opacity"] / 100,
        style=said["style"],
    )


def _chosen() -> dict[str, Any]:
    """Streamlit forgets what a widget said that is not there; so it is kept."""
    chosen: dict[str, Any] = st.session_state.setdefault("chosen", dict(DEFAULTS))
    return chosen


def _remembered(key: str) -> dict[str, Any]:
    """What a widget is given so that its choice is kept."""
    st.session_state[key] = _chosen()[key]
    return {"key": key, "on_change": _remember, "args": (key,)}


def _remember(key: str) -> None:
    _chosen()[key] = st.session_state[key]


def ask_whether_shown() -> bool:
    """Ask whether heatmaps are shown at all."""
    return bool(st.toggle("Show Grad-CAM heatmap", **_remembered("heatmap")))


def more_about_the_method() -> None:
    """Ask for everything about heatmaps that can be set, of whoever opens it."""
    with st.expander("More about the method", key="method-settings", on_change="rerun") as more:
        if not more.open:
            return
        st.selectbox(
            "Method",
            list(METHODS),
            format_func=lambda each: METHODS[each].name,
            **_remembered("method"),
        )
        method = METHODS[_chosen()["method"]]
        st.caption(method.says)
        st.selectbox(
            "Last conv layer (optional)",
            known_convolutions(),
            index=None,
            placeholder="The model's last",
            disabled=method.activation_map is None,
            **_remembered("layer"),
        )
        st.selectbox("Heatmap as", STYLES, format_func=str.capitalize, **_remembered("style"))
        st.slider("Heatmap opacity", 0, 100, step=5, format="%d%%", **_remembered("opacity"))
        st.selectbox("Colours", COLOUR_MAPS, format_func=str.capitalize, **_remembered("colours"))


def known_convolutions() -> list[str]:
    """Name the model's convolutions; none where the model itself is the trouble."""
    try:
        return list_convolutions()
    except DigitError:
        return []


def show_explanation(answer: ShownAnswer, settings: HeatmapSettings) -> None:
    """Offer the four views of why, and show the open one."""
    view = one_of("Explanation", list(VIEWS), "view", VIEWS.__getitem__)
    shows = (show_why, show_contrast, show_side_by_side, show_proof)
    show = dict(zip(VIEWS, shows, strict=True))[view]
    with st.container(key=f"view-{view}"):
        if not is_waking(settings.layer_name):
            show(answer, settings)


def show_inside(answer: ShownAnswer) -> None:
    """Show what a convolution makes of a digit, to whoever opens it."""
    with st.expander("Inside the network", key="inside-network", on_change="rerun") as inside:
        if not inside.open:
            return
        st.caption(
            "Each square is one of the layer's feature maps: where on the digit one of its filters "
            "answers, strongest first. Choose one to see it on your picture."
        )
        st.selectbox(
            "Convolution",
            known_convolutions(),
            index=None,
            placeholder="The model's last",
            **_remembered("inside"),
        )
        layer_name: str | None = _chosen()["inside"]
        if is_waking(layer_name):
            return
        shown = feature_maps_to_show(answer, layer_name, _chosen()["colours"])
        pictures = shown.picture, shown.digit, shown.images
        st.html(html_parts.feature_maps(*pictures, shown.placement, shown.caption))


# ---- Whole numbers


def chosen_digit(number: ShownNumber) -> ShownAnswer | None:
    """Ask which digit of a number to look at; None for all of it."""
    place = ask_for_place(number, _labels(number))
    if place is None:
        st.caption("Choose a digit to see why it was read so, or to say that it is wrong.")
        return None
    st.caption("Choose it once more for the whole number.")
    return number.digits[place]


def _labels(number: ShownNumber) -> list[str]:
    """What stands on the button of each digit."""
    said = corrections_of(number)
    return [
        label_of_correction(said[place].digit)
        if place in said and said[place].digit != read_as(digit)
        else label_of_digit(digit.top_k, digit.doubt)
        for place, digit in enumerate(number.digits)
    ]


def show_heatmaps(number: ShownNumber, settings: HeatmapSettings) -> None:
    """Show where all digits found their evidence, on one scale."""
    with st.container(key="why"):
        if not is_waking(settings.layer_name):
            show_over_picture(heatmap_of_all(number.digits, settings))


# ---- The views


def show_why(answer: ShownAnswer, settings: HeatmapSettings) -> None:
    """Show where a class, the likeliest unless another is chosen, found its evidence."""
    show_heatmap(heatmap_of_class(answer, class_choice(answer), settings))


def show_contrast(answer: ShownAnswer, settings: HeatmapSettings) -> None:
    """Show what speaks for one class and not for another."""
    with st.container(horizontal=True, key="pair"):
        if not METHODS[settings.method].takes_against:
            able = [method.name for method in METHODS.values() if method.takes_against]
            name = METHODS[settings.method].name
            st.html(
                html_parts.note(f"{name} cannot hold digits against each other: {_or(able)} can.")
            )
            return
        classes = answer.likeliest_first
        chosen = st.selectbox("Why", classes, key=f"for-{answer.key}", width=112)
        others = [each for each in classes if each != chosen]
        against = st.selectbox("and not", others, key=f"not-{answer.key}", width=112)
    show_heatmap(heatmap_of_contrast(answer, chosen, against, settings))


def show_side_by_side(answer: ShownAnswer, settings: HeatmapSettings) -> None:
    """Show the three likeliest on one scale, so that a weak claim looks weak."""
    heatmaps = heatmaps_of_likeliest(answer, settings)
    titles = [candidate(*each) for each in answer.top_k]
    around = answer.network_input, answer.placement, SIDE_OF_DIGIT
    pictures = [crop_digit(each.over_picture(), *around) for each in heatmaps]
    # On a common scale they have one colour bar, which those that are blank do not draw.
    bars = filter(None, map(colour_bar_of, heatmaps))
    caption = describe_side_by_side([each.explained[0] for each in heatmaps], heatmaps[0].scale)
    figures = list(zip(titles, pictures, strict=True))
    st.html(html_parts.side_by_side(figures, next(bars, ""), caption))
    evidence = np.stack([each.explained[0].evidence for each in heatmaps])
    offer_numbers(evidence, f"side-by-side-{settings.method}")


def show_proof(answer: ShownAnswer, settings: HeatmapSettings) -> None:
    """Let the ink that counts most go, or come, and show what becomes of the confidence."""
    explained = answer.explain(class_choice(answer), settings.method, settings.layer_name)
    with st.container(horizontal=True, key="proof-choice"):
        if explained.is_blank:
            st.html(html_parts.note(describe_heatmap(explained, 1.0)))
            return
        doing = one_of("Ink", ["Remove ink", "Add ink"], "doing")
        first = one_of("Order", ["Most telling first", "Least first"], "first")
    adding, least_first = doing == "Add ink", first == "Least first"
    percent = st.slider(
        f"{doing[:-4]} so much of the ink", 0, 100, 25, 100 // STEPS, "%d%%", key="share"
    )
    check = checked(answer, explained, adding=adding, least_first=least_first)
    step = percent * STEPS // 100
    st.html(html_parts.proof(check, step, describe_check(check, adding=adding), adding=adding))


def checked(
    answer: ShownAnswer, explained: Explanation, *, adding: bool, least_first: bool
) -> FaithfulnessCheck:
    """Check an explanation once, however often the slider moves; the session keeps the last."""
    which = (answer.key, answer.hand, file_name(explained), adding, least_first)
    if st.session_state.get("check", (None,))[0] != which:
        check = check_faithfulness(
            answer.network_input,
            explained.heatmap(),
            explained.class_index,
            adding=adding,
            least_first=least_first,
            model=answer.network,
        )
        st.session_state["check"] = which, check
    last: tuple[object, FaithfulnessCheck] = st.session_state["check"]
    return last[1]


# ---- What the views share


def class_choice(answer: ShownAnswer) -> int:
    """Ask which class to explain; the likeliest three stand first."""
    chosen = st.pills(
        "Explain",
        answer.likeliest_first,
        default=answer.likeliest_first[0],
        required=True,
        key=f"class-{answer.key}-{answer.likeliest_first[0]}",
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


def show_over_picture(heatmap: ShownHeatmap) -> None:
    """Show a heatmap on the person's picture, with its colour bar."""
    bar = colour_bar_of(heatmap)
    st.html(html_parts.heatmap(heatmap.over_picture(), heatmap.caption, bar))


def colour_bar_of(heatmap: ShownHeatmap) -> str:
    """What a heatmap's colours mean; nothing for a blank one."""
    return html_parts.colour_bar(heatmap.colours, heatmap.labels) if heatmap.colours else ""


def show_heatmap(heatmap: ShownHeatmap) -> None:
    """Show one heatmap with its colour bar, and offer it to be kept."""
    show_over_picture(heatmap)
    if not heatmap.colours:
        return
    name = file_name(heatmap.explained[0])
    with st.container(horizontal=True, key="downloads"):
        st.download_button(
            "Download picture",
            heatmap.as_png,
            f"{name}.png",
            "image/png",
            on_click="ignore",
            key="keep",
        )
        offer_numbers(heatmap.explained[0].evidence, name)


def offer_numbers(evidence: np.ndarray, name: str) -> None:
    """Offer the unscaled evidence, in logits, as a NumPy file."""
    st.download_button(
        "Download numbers (.npy)",
        lambda: _as_npy(evidence),
        f"{name}.npy",
        "application/octet-stream",
        on_click="ignore",
        key="keep-numbers",
    )


def _or(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _as_npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()
