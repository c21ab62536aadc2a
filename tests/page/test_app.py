"""What the page says for each way of giving a picture, without a browser."""

from __future__ import annotations

import base64
import gc
import re
import weakref
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Html

from digits.explanation.overlay import colour_stops
from digits.page.drawing import PaperHistory
from digits.page.earlier import MOST
from digits.page.explanation import VIEWS
from digits.screen.constants import DOUBT_WAITS
from gradcam_visualizer import METHODS, Explanation
from tests import drawings
from tests.app_page import open_app_page
from tests.bad_models import write_good
from tests.browser import PATIENCE, row_of_digits, wait_until
from tests.conftest import as_file
from tests.doors.test_bad_models import ALL
from tests.drawings import DASH, DIGITS, Strokes

BAD_FILES = {
    "a text named .png": "picture",
    "a truncated JPEG": "damaged",
    "an empty file": "empty",
    "a picture of 144 megapixels": "megapixels",
    "a blank picture": "Nothing",
}


@pytest.fixture
def page() -> AppTest:
    return open_app_page()


def canvas_value(strokes: Strokes, sheet: int = 0) -> dict[str, object]:
    """What the canvas sends for a drawing on a sheet; Undo and Clear take a new one."""
    file = as_file(Image.fromarray(drawings.draw(strokes)))
    url = "data:image/png;base64," + base64.b64encode(file).decode()
    objects = [{"type": "Path", "path": stroke} for stroke in strokes]
    paper = f"hsl({sheet}, 0%, 100%)"
    return {"drawing": {"raw": {"objects": objects, "background": paper}, "data": url}}


def draw(page: AppTest, digit: int) -> AppTest:
    page.session_state["canvas"] = canvas_value(DIGITS[digit])
    return page.run()


def upload(page: AppTest, name: str, content: bytes) -> AppTest:
    page.session_state["tab"] = "Upload"
    return page.file_uploader(key="upload").upload(name, content, "image/png").run()


def blocks(page: AppTest, name: str) -> list[str]:
    """The parts of the page that have this class, as HTML."""
    parts = [part.value for part in page.get("html") if isinstance(part, Html)]
    return [part for part in parts if f'class="{name}' in part]


def is_awake(page: AppTest) -> bool:
    """Whether nothing waits for TensorFlow, once the page has come back."""
    page.run()
    return not blocks(page, "waking")


def text(page: AppTest, name: str) -> str:
    """What a person reads in the only part of the page that has this class."""
    (block,) = blocks(page, name)
    return " ".join(re.sub("<[^>]+>", " ", block).split())


def likeliest(page: AppTest) -> str:
    (block,) = blocks(page, "answer")
    return re.search(r'answer-digit">(\d)<', block)[1]  # type: ignore[index]


# ---- Draw


def test_an_empty_canvas_invites_and_predicts_nothing(page: AppTest) -> None:
    assert "Draw a number" in text(page, "message")
    assert not blocks(page, "answer")
    assert not page.exception


def test_a_drawn_digit_is_answered_with_three_bars_and_a_heatmap(page: AppTest) -> None:
    draw(page, 1)

    assert likeliest(page) == "1"
    assert blocks(page, "answer")[0].count("<li>") == 3
    assert "spoke for a 1" in text(page, "heatmap")
    assert not page.exception


def test_the_steps_to_the_network_are_shown_to_whoever_opens_them(page: AppTest) -> None:
    draw(page, 1)
    assert not blocks(page, "steps")

    page.session_state["steps"] = True
    page.run()
    assert blocks(page, "steps")[0].count("<figure") >= 3

    draw(page, 4)
    assert blocks(page, "steps")[0].count("<figure") >= 3
    assert not page.exception


def test_a_doubt_is_said_instead_of_a_digit(
    page: AppTest, doubting_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGIT_MODEL", str(doubting_model))

    page.session_state["canvas"] = canvas_value(DASH)
    page.run()

    said = text(page, "answer doubted")
    assert said.startswith("This looks like a dot or a dash: write digits")
    assert not page.pills and not page.segmented_control
    assert not blocks(page, "heatmap") and not blocks(page, "anyway")
    by_label(page.expander, "What the network sees")

    by_label(page.toggle, "Show the likeliest digit anyway").set_value(True).run()

    assert text(page, "answer doubted") == said
    assert text(page, "anyway").startswith("If it were a digit:")
    assert blocks(page, "anyway")[0].count("<li>") == 3
    assert "answer-digit" not in "".join(blocks(page, "an"))
    assert blocks(page, "heatmap")
    assert not page.exception


def test_what_is_asked_for_in_a_doubt_is_asked_of_that_picture_alone(
    page: AppTest, doubting_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGIT_MODEL", str(doubting_model))
    draw(page, 3)
    by_label(page.toggle, "Show the likeliest digit anyway").set_value(True).run()
    draw(page, 1)
    assert blocks(page, "answer doubted")
    assert not blocks(page, "anyway")


def test_after_a_doubt_a_digit_is_answered(
    page: AppTest, doubting_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as doubting:
        doubting.setenv("DIGIT_MODEL", str(doubting_model))
        draw(page, 3)
        assert blocks(page, "answer doubted")

    draw(page, 1)

    assert likeliest(page) == "1"


def test_an_emptied_canvas_invites_again(page: AppTest) -> None:
    draw(page, 1)

    page.session_state["canvas"] = canvas_value([])
    page.run()

    assert "Draw a number" in text(page, "message")
    assert not blocks(page, "answer")


def press(page: AppTest, label: str) -> None:
    next(button for button in page.button if button.label == label).click().run()


def test_clear_gives_the_canvas_an_empty_sheet(page: AppTest) -> None:
    draw(page, 4)

    press(page, "Clear")

    assert page.session_state["sheet"]["objects"] == []
    assert "Draw a number" in text(page, "message")


def test_undo_leaves_out_the_last_stroke(page: AppTest) -> None:
    draw(page, 4)

    press(page, "Undo")

    assert page.session_state["sheet"]["objects"] == [{"type": "Path", "path": DIGITS[4][0]}]


def test_redo_takes_back_an_undo_and_undo_a_clear(page: AppTest) -> None:
    draw(page, 4)
    press(page, "Undo")
    press(page, "Redo")
    assert len(page.session_state["sheet"]["objects"]) == 2

    press(page, "Clear")
    assert page.session_state["sheet"]["objects"] == []
    press(page, "Undo")
    assert len(page.session_state["sheet"]["objects"]) == 2
    assert by_label(page.button, "Redo").disabled is False


def test_history_keeps_every_stroke_however_many_come_at_once() -> None:
    history = PaperHistory()
    history.keep(["a", "b"])
    history.keep(["a", "b"])
    history.undo()
    assert history.strokes == ["a"]
    history.keep(["a", "c"])
    assert not history.can_redo
    history.undo()
    history.undo()
    history.undo()
    assert history.strokes == [] and not history.can_undo
    history.redo()
    history.redo()
    history.redo()
    assert history.strokes == ["a", "c"]
    history.clear()
    history.undo()
    assert history.strokes == ["a", "c"]


def test_after_clear_a_drawing_on_the_old_sheet_stays_forgotten(page: AppTest) -> None:
    draw(page, 4)
    press(page, "Clear")

    page.run()
    assert "Draw a number" in text(page, "message")

    page.session_state["canvas"] = canvas_value(DIGITS[4], sheet=1)
    page.run()
    assert likeliest(page) == "4"


# ---- Upload and camera


def test_an_upload_is_shown_with_what_was_read_framed_heatmap_or_not(
    page: AppTest, written_one: Image.Image
) -> None:
    upload(page, "one.png", as_file(written_one))
    shown = blocks(page, "uploaded")
    assert len(shown) == 1
    by_label(page.toggle, "Show Grad-CAM heatmap").set_value(False).run()
    assert blocks(page, "uploaded") == shown


def test_two_files_at_once_become_a_table(page: AppTest, written_one: Image.Image) -> None:
    page.session_state["tab"] = "Upload"
    file = as_file(written_one)
    page.file_uploader(key="upload").set_value(
        [("a.png", file, "image/png"), ("b.png", file, "image/png")]
    ).run()
    _, reading = page.session_state["many"]
    reading._thread.join(PATIENCE)
    page.run()
    assert reading.problem is None
    assert "All 2 pictures are read." in text(page, "note")
    assert [row.row["answer"] for row in reading.pictures] == ["1", "1"]
    page.selectbox(key="many-shown").set_value(1).run()
    assert "b.png" in blocks(page, "chosen-picture")[0]
    assert likeliest(page) == "1"
    assert not page.exception
    page.file_uploader(key="upload").set_value([("c.png", file, "image/png")]).run()
    assert "many" not in page.session_state


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.pdf", b"%PDF-1.7 ...", "This is a PDF"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This is an SVG drawing"),
        ("notes.txt", b"4 8 15", "This file is not a picture"),
        ("no_suffix", b"\x00\x01", "This file is not a picture"),
        ("large.png", bytes(11_000_000), "This file has 11 MB, and the limit is 10 MB"),
    ],
)
def test_any_file_gets_its_sentence_where_the_answer_stands(
    page: AppTest, name: str, content: bytes, said: str
) -> None:
    upload(page, name, content)
    assert text(page, "message problem").removeprefix("! ").startswith(said)


def test_an_upload_is_answered(page: AppTest, written_one: Image.Image) -> None:
    upload(page, "one.png", as_file(written_one))

    assert likeliest(page) == "1"
    assert not page.exception


def test_a_photo_is_answered(page: AppTest, written_one: Image.Image) -> None:
    page.session_state["tab"] = "Camera"
    page.run()
    page.camera_input(key="photo").set_value(
        ("photo.jpg", as_file(written_one, "JPEG"), "image/jpeg")
    ).run()

    assert likeliest(page) == "1"
    assert not page.exception


def test_the_camera_is_left_alone_until_its_tab_is_open(page: AppTest) -> None:
    assert not page.camera_input


def test_each_tab_has_its_own_answer(page: AppTest, written_one: Image.Image) -> None:
    draw(page, 7)
    upload(page, "one.png", as_file(written_one))
    assert likeliest(page) == "1"

    page.session_state["tab"] = "Draw"
    page.run()
    assert likeliest(page) == "7"

    page.session_state["tab"] = "Upload"
    page.run()
    assert likeliest(page) == "1"


def test_a_picture_of_light_ink_is_answered_as_told(
    page: AppTest, written_one: Image.Image
) -> None:
    negative = Image.fromarray(255 - np.asarray(written_one))
    page.radio[0].set_value("Light on dark")

    upload(page, "one.png", as_file(negative))

    assert likeliest(page) == "1"


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")  # we refuse sooner
@pytest.mark.parametrize(("what", "word"), BAD_FILES.items(), ids=BAD_FILES)
def test_a_bad_file_gets_one_plain_sentence(
    page: AppTest, bad_files: dict[str, bytes], what: str, word: str
) -> None:
    upload(page, "picture.png", bad_files[what])

    assert word in text(page, "message problem")
    assert not blocks(page, "answer")
    assert not page.exception


def test_after_a_bad_file_a_good_one_is_answered(page: AppTest, written_one: Image.Image) -> None:
    upload(page, "bad.png", b"this is no picture")

    upload(page, "one.png", as_file(written_one))

    assert likeliest(page) == "1"
    assert not blocks(page, "message")


# ---- Sidebar


def test_the_heatmap_can_be_hidden(page: AppTest) -> None:
    draw(page, 1)

    by_label(page.toggle, "Show Grad-CAM heatmap").set_value(False).run()

    assert not blocks(page, "heatmap")
    assert likeliest(page) == "1"


def open_method(page: AppTest) -> None:
    page.session_state["method-settings"] = True
    page.run()


def test_how_heatmaps_are_made_is_folded_away_and_kept_when_it_is_again(page: AppTest) -> None:
    draw(page, 4)
    assert not [each for each in page.selectbox if each.key == "method"]

    open_method(page)
    page.selectbox(key="colours").select("viridis").run()
    page.session_state["method-settings"] = False
    page.run()

    assert not [each for each in page.selectbox if each.key == "colours"]
    assert ", ".join(colour_stops("viridis")) in blocks(page, "heatmap")[0]


def test_the_classic_overlay_is_a_choice(page: AppTest) -> None:
    draw(page, 4)
    before = blocks(page, "heatmap")
    open_method(page)
    page.selectbox(key="style").select("overlay").run()
    assert blocks(page, "heatmap") != before
    assert not page.exception


def test_the_opacity_changes_the_heatmap(page: AppTest) -> None:
    draw(page, 1)
    open_method(page)
    before = blocks(page, "heatmap")

    by_label(page.slider, "Heatmap opacity").set_value(50).run()

    assert blocks(page, "heatmap") != before


def by_label(widgets: Iterable[Any], label: str) -> Any:
    (widget,) = [each for each in widgets if each.label == label]
    return widget


def test_every_convolution_can_be_chosen_and_changes_the_heatmap(page: AppTest) -> None:
    draw(page, 1)
    open_method(page)
    choice = page.selectbox(key="layer")
    before = blocks(page, "heatmap")

    choice.select(choice.options[0]).run()
    wait_until(lambda: is_awake(page))

    assert len(choice.options) >= 2
    after = blocks(page, "heatmap")
    assert len(after) == len(before) == 1
    assert after != before
    assert not page.exception


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("view", list(VIEWS))
def test_every_method_has_every_view_and_says_what_it_can_show(
    page: AppTest, method: str, view: str
) -> None:
    draw(page, 4)
    open_method(page)

    page.selectbox(key="method").select(method).run()
    open_view(page, view)

    assert METHODS[method].says in [caption.value for caption in page.caption]
    is_refused = view == "against" and not METHODS[method].takes_against
    assert bool(blocks(page, "note")) == is_refused
    assert is_refused or blocks(page, "heatmap") or blocks(page, "proof")
    assert not page.exception


def open_view(page: AppTest, view: str) -> None:
    page.segmented_control(key="view").set_value(view).run()


def test_any_class_can_be_explained_and_the_next_digit_starts_with_its_own(page: AppTest) -> None:
    draw(page, 4)
    (choice,) = page.pills
    assert len(choice.options) == 10
    assert choice.options[0] == "4"

    choice.set_value(9).run()
    assert "spoke for a 9" in text(page, "heatmap")

    draw(page, 1)
    assert "spoke for a 1" in text(page, "heatmap")


def test_two_digits_are_held_against_each_other_in_two_colours(page: AppTest) -> None:
    draw(page, 4)
    open_view(page, "against")

    by_label(page.selectbox, "and not").select(7).run()

    assert "Orange speaks for a 4 and not a 7" in text(page, "heatmap")
    assert "#0072b2" in blocks(page, "heatmap")[0]
    assert "−" in text(page, "heatmap")  # the colour bar goes below 0


def test_a_digit_is_not_offered_against_itself(page: AppTest) -> None:
    draw(page, 4)
    open_view(page, "against")

    by_label(page.selectbox, "Why").select(9).run()

    assert "9" not in by_label(page.selectbox, "and not").options


def test_the_three_likeliest_stand_side_by_side_with_one_colour_bar(page: AppTest) -> None:
    draw(page, 4)

    open_view(page, "side")

    (block,) = blocks(page, "heatmap")
    assert block.count("<img") == 3
    assert block.count('class="colour-bar"') == 1
    assert text(page, "heatmap").startswith("4 · ")


def test_the_proof_follows_the_slider_and_what_is_done(page: AppTest) -> None:
    draw(page, 4)
    open_view(page, "proof")
    assert "25% of the ink removed" in blocks(page, "proof")[0]

    page.slider(key="share").set_value(100).run()
    assert "100% of the ink removed" in blocks(page, "proof")[0]

    page.segmented_control(key="doing").set_value("Add ink").run()
    page.slider(key="share").set_value(100).run()
    assert "100% of the ink added" in blocks(page, "proof")[0]
    assert text(page, "proof").startswith("4 ,")
    before = blocks(page, "proof")

    page.segmented_control(key="first").set_value("Least first").run()
    assert blocks(page, "proof") != before


def test_the_colours_can_be_chosen(page: AppTest) -> None:
    draw(page, 4)
    assert ", ".join(colour_stops("plasma")) in blocks(page, "heatmap")[0]

    open_method(page)
    page.selectbox(key="colours").select("viridis").run()

    assert ", ".join(colour_stops("viridis")) in blocks(page, "heatmap")[0]


def test_a_blank_heatmap_is_said_to_hold_no_evidence(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Explanation, "is_blank", True)

    draw(page, 1)

    assert "no positive evidence for a 1" in text(page, "heatmap")
    assert "colour-bar" not in blocks(page, "heatmap")[0]
    open_view(page, "proof")
    assert "no positive evidence for a 1" in text(page, "note")


def test_the_models_layers_are_shown_when_asked_for(page: AppTest) -> None:
    assert not blocks(page, "layers")

    by_label(page.toggle, "Show model layers").set_value(True).run()

    assert "Conv2D" in text(page, "layers")
    assert "14 × 14" in text(page, "layers")
    assert "Total" in text(page, "layers")


def test_the_pen_width_reaches_the_canvas_and_keeps_the_answer(page: AppTest) -> None:
    draw(page, 1)

    by_label(page.slider, "Pen width").set_value(30).run()

    assert likeliest(page) == "1"


def test_one_sentence_says_what_becomes_of_pictures(page: AppTest) -> None:
    assert "none is stored" in page.main.caption[-1].value


# ---- What goes wrong on our side


def test_a_missing_model_is_said_in_one_sentence_without_a_path(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGIT_MODEL", "/secret/place/none.h5")

    draw(page, 1)

    assert "missing" in text(page, "message problem")
    assert "secret" not in text(page, "message problem")
    assert not page.exception


@pytest.mark.parametrize(("write", "words"), list(ALL.values()), ids=list(ALL))
def test_a_model_that_cannot_be_used_is_one_sentence_and_the_page_goes_on(
    write: Callable[[Path], None],
    words: str,
    page: AppTest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(tmp_path / "model.h5")
    with monkeypatch.context() as misled:
        misled.setenv("DIGIT_MODEL", str(tmp_path / "model.h5"))
        draw(page, 3)
        assert words in text(page, "message problem")
        assert str(tmp_path) not in text(page, "message problem")
        assert not blocks(page, "answer")
        assert not page.exception

    draw(page, 1)

    assert likeliest(page) == "1"


@pytest.mark.parametrize("suffix", [".h5", ".keras"])
def test_a_model_is_not_taken_by_upload_whatever_its_name(
    page: AppTest, suffix: str, tmp_path: Path
) -> None:
    content = write_good(tmp_path / f"model{suffix}").read_bytes()

    upload(page, "model.png", content)

    assert "not a picture" in text(page, "message problem")
    assert not blocks(page, "answer")


def test_a_missing_model_has_no_layers_to_show(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGIT_MODEL", "/secret/place/none.h5")

    by_label(page.toggle, "Show model layers").set_value(True).run()

    assert "missing" in text(page, "message problem")
    assert not page.exception


def test_an_unforeseen_failure_is_one_sentence_without_a_traceback(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("/secret/place")

    monkeypatch.setattr("digits.screen.shown_number.read_and_explain_number", fail)

    draw(page, 1)

    assert "went wrong" in text(page, "message problem")
    assert "secret" not in text(page, "message problem")
    assert not page.exception


# ---- Whole numbers


def draw_number(page: AppTest, number: str) -> AppTest:
    page.session_state["canvas"] = canvas_value(row_of_digits(number))
    return page.run()


def test_a_drawn_number_is_answered_whole_with_a_button_for_each_digit(page: AppTest) -> None:
    draw_number(page, "206")

    said = text(page, "answer number")
    assert said.startswith("Number 206 ")
    assert re.search(r"whole number is right: ([\d.]+%|>99.9%)", said)
    labels = page.button_group[0].options
    assert [label[0] for label in labels] == ["2", "0", "6"]
    assert all("%" in label for label in labels)
    assert "spoke for each digit" in text(page, "heatmap")
    assert not blocks(page, "answer-bars")
    assert not page.exception


def test_a_chosen_digit_is_explained_as_if_it_were_alone(page: AppTest) -> None:
    draw_number(page, "206")
    page.button_group[0].set_value(2).run()

    assert "Likeliest digit 6" in text(page, "answer of-number")
    assert "spoke for a 6" in text(page, "heatmap")
    assert not page.exception


def test_a_session_keeps_the_last_numbers_alone(page: AppTest) -> None:
    """Streamlit keeps what a button's callback was given for as long as the session lasts."""
    shown = []
    for number in range(10, 10 + MOST + 4):
        page.session_state["earlier"] = True
        draw_number(page, str(number))
        place = page.session_state["answer"].digits[0]
        page.session_state[f"wrong-{place.key}"] = True
        page.button_group[0].set_value(0).run()
        shown.append(weakref.ref(page.session_state["answer"]))
    gc.collect()
    assert sum(each() is not None for each in shown) <= MOST + 1


def test_one_digit_leaves_nothing_to_choose(page: AppTest) -> None:
    draw(page, 2)

    assert not blocks(page, "answer number")
    assert likeliest(page) == "2"


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """One for each time that the page held an answer back; nobody waits for it here."""
    held: list[object] = []
    monkeypatch.setattr("digits.page.waiting.hold_back", lambda: held.append(None))
    return held


def test_a_doubt_of_a_drawing_waits_and_once(
    page: AppTest, waits: list[object], doubting_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw(page, 1)
    assert not waits

    monkeypatch.setenv("DIGIT_MODEL", str(doubting_model))
    draw(page, 3)
    assert blocks(page, "answer doubted")
    assert len(waits) == 1

    page.run()
    assert len(waits) == 1


def test_a_doubt_of_an_upload_is_said_at_once(
    page: AppTest, waits: list[object], doubting_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGIT_MODEL", str(doubting_model))
    upload(page, "3.png", as_file(Image.fromarray(drawings.draw(DIGITS[3]))))
    assert blocks(page, "answer doubted")
    assert not waits


def test_a_doubt_waits_for_half_a_second_at_most() -> None:
    assert 0.1 < DOUBT_WAITS <= 0.5


# ---- What there is to try, what was read before, and what else can be opened


@pytest.mark.parametrize(
    ("file", "written"), [("ruled_paper", "5081"), ("amount", "12.50"), ("hard_4", "4")]
)
def test_an_example_is_read_when_it_is_chosen(page: AppTest, file: str, written: str) -> None:
    page.button(key=f"example-{file}").click().run()

    assert page.session_state["tab"] == "Upload"
    assert page.session_state["answer"].written == written
    assert blocks(page, "uploaded")
    assert not page.exception


def test_a_file_that_is_chosen_after_an_example_is_read_instead(page: AppTest) -> None:
    page.button(key="example-amount").click().run()

    upload(page, "seven.png", as_file(Image.fromarray(drawings.draw(DIGITS[7]))))

    assert likeliest(page) == "7"


def test_a_file_is_no_longer_named_where_an_example_is_looked_at(
    page: AppTest, written_one: Image.Image
) -> None:
    upload(page, "one.png", as_file(written_one))
    page.button(key="example-amount").click().run()
    named = [name for each in page.file_uploader for name in each.value or []]
    assert named == []
    page.file_uploader(key="upload-1").upload("one.png", as_file(written_one), "image/png").run()
    assert likeliest(page) == "1"


def test_the_scribble_among_the_examples_is_doubted(page: AppTest) -> None:
    page.button(key="example-scribble").click().run()

    assert "like" in text(page, "answer doubted")


def test_earlier_answers_are_offered_and_brought_back_with_what_was_drawn(page: AppTest) -> None:
    draw(page, 7)
    assert "Earlier answers" not in [each.label for each in page.expander]
    by_label(page.button, "Clear").click().run()
    page.session_state["canvas"] = canvas_value(DIGITS[1], sheet=1)
    page.session_state["earlier"] = True
    page.run()
    assert likeliest(page) == "1"
    (button,) = (each for each in page.button if str(each.key).startswith("earlier-"))
    assert button.label == "7"

    button.click().run()

    assert page.session_state["tab"] == "Draw"
    assert page.session_state["sheet"]["objects"] == [
        {"type": "Path", "path": stroke} for stroke in DIGITS[7]
    ]


def test_earlier_answers_to_uploads_come_back_at_once(page: AppTest) -> None:
    page.button(key="example-hard_4").click().run()
    page.button(key="example-ruled_paper").click().run()
    page.session_state["earlier"] = True
    page.run()
    (button,) = (each for each in page.button if str(each.key).startswith("earlier-"))

    button.click().run()

    assert likeliest(page) == "4"
    assert not page.exception


def test_all_ten_digits_are_shown_to_whoever_opens_them(page: AppTest) -> None:
    draw(page, 1)
    assert not blocks(page, "all-digits")

    page.session_state["all-ten"] = True
    page.run()

    shown = blocks(page, "all-digits")[0]
    assert re.findall(r'bar-digit">(\d)<', shown) == [str(digit) for digit in range(10)]


def test_inside_the_network_each_map_can_be_chosen(page: AppTest) -> None:
    draw(page, 1)
    assert not blocks(page, "inside")

    page.session_state["inside-network"] = True
    page.run()

    shown = blocks(page, "inside")[0]
    assert shown.count('type="radio"') == shown.count("map-on-picture") >= 8
    assert shown.count(" checked") == 1
    assert not page.exception


def test_below_the_answer_a_sentence_says_by_what_it_was_known(page: AppTest) -> None:
    draw(page, 4)

    assert re.fullmatch(
        r"(It knows the 4 by the .*|No single part decides: .*)\.", text(page, "telling")
    )
