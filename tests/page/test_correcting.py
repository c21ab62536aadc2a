"""A person tells the page that it is wrong; without a browser."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from digits.adaptation.kept_corrections import write_corrections_zip
from digits.page.correcting import ALL_HERE
from digits.screen.persons_hand import PersonsHand
from tests.app_page import open_app_page
from tests.conftest import as_file
from tests.drawings import DIGITS, SCRIBBLE, Strokes
from tests.drawings import draw as draw_picture
from tests.page.test_app import blocks, by_label, canvas_value, likeliest, text


def barred_two(step: int) -> Strokes:
    """A 2 like a Z with a bar, which is read as a 7; another one for each step."""
    right, down = ((0, 0), (3, 2), (-3, 3), (2, -4), (4, 4), (-2, -2))[step]
    z = [(22.0 + down, 15.0), (78.0 + right, 15.0), (24.0 + down, 85.0 - right), (80.0, 85.0)]
    return [z, [(32.0, 50.0 + right), (68.0, 50.0 + down)]]


@pytest.fixture
def page() -> AppTest:
    return open_app_page()


def draw(page: AppTest, strokes: Strokes) -> AppTest:
    page.session_state["canvas"] = canvas_value(strokes)
    return page.run()


def open_hand(page: AppTest) -> None:
    page.session_state["persons-hand"] = True
    page.run()


def correct(page: AppTest, name: str) -> None:
    """Of the only digit, or the first of a number."""
    page.session_state[f"wrong-{page.session_state['answer'].digits[0].key}"] = True
    page.run()
    by_label(page.button, name).click().run()
    assert not page.exception


def hand_of(page: AppTest) -> PersonsHand:
    hand: PersonsHand = page.session_state["hand"]
    return hand


@pytest.fixture
def corrected(page: AppTest) -> AppTest:
    for step in range(3):
        draw(page, barred_two(step))
        correct(page, "2")
    return page


def test_after_three_corrections_the_next_is_right_and_it_says_why(corrected: AppTest) -> None:
    draw(corrected, barred_two(3))

    assert likeliest(corrected) == "2"
    notes = " ".join(blocks(corrected, "note"))
    assert "Adapted to your hand: 3 corrections. Without it would be a 7." in notes


def test_a_correction_counts_at_once_for_what_is_shown(page: AppTest) -> None:
    draw(page, barred_two(0))
    assert likeliest(page) == "7"
    before = blocks(page, "heatmap")

    correct(page, "2")

    assert "Adapted to your hand: 1 correction." in " ".join(blocks(page, "note"))
    assert blocks(page, "heatmap") != before
    assert page.session_state["answer"].hand is hand_of(page).hand


def test_it_can_be_switched_off_and_on(corrected: AppTest) -> None:
    draw(corrected, barred_two(4))
    open_hand(corrected)

    by_label(corrected.toggle, "Answer as adapted to my hand").set_value(False).run()
    assert likeliest(corrected) == "7"
    assert not blocks(corrected, "note")

    by_label(corrected.toggle, "Answer as adapted to my hand").set_value(True).run()
    assert likeliest(corrected) == "2"


def test_each_correction_can_be_taken_back(corrected: AppTest) -> None:
    draw(corrected, barred_two(5))
    open_hand(corrected)

    for left in (2, 1, 0):
        next(each for each in corrected.button if each.label == "Take back").click().run()
        assert len(hand_of(corrected).corrections) == left

    assert hand_of(corrected).hand is None
    assert likeliest(corrected) == "7"


def test_no_digit_can_be_said_and_the_doubted_corrected(page: AppTest) -> None:
    draw(page, SCRIBBLE)
    assert blocks(page, "answer doubted")

    correct(page, "4")
    assert hand_of(page).corrections[0].digit == 4
    correct(page, "no digit")

    assert "A picture was corrected more than once" in hand_of(page).notes[0]
    assert blocks(page, "answer doubted")


def test_kept_corrections_bring_the_hand_back(corrected: AppTest) -> None:
    kept = write_corrections_zip(hand_of(corrected).corrections)
    another = draw(open_app_page(), barred_two(3))
    assert likeliest(another) == "7"

    bring_back(another, kept)

    assert likeliest(another) == "2"
    assert len(hand_of(another).corrections) == 3


def bring_back(page: AppTest, content: bytes) -> None:
    open_hand(page)
    uploader = page.file_uploader(key="kept-corrections")
    uploader.upload("kept.zip", content, "application/zip").run()
    assert not page.exception


def zip_of(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no ZIP", "no whole ZIP"),
        (zip_of({"cats/1.png": b""}), "other things than labelled pictures"),
        (zip_of({"../1/x.png": b""}), "other things than labelled pictures"),
    ],
)
def test_a_bad_zip_is_one_sentence_and_the_answer_stays(
    page: AppTest, content: bytes, said: str
) -> None:
    draw(page, DIGITS[3])
    bring_back(page, content)
    assert said in " ".join(blocks(page, "note"))
    assert likeliest(page) == "3"


def test_what_cannot_be_read_in_it_is_named(page: AppTest) -> None:
    draw(page, DIGITS[3])
    good = as_file(Image.fromarray(draw_picture(barred_two(0))))
    bring_back(page, zip_of({"2/a.png": good, "5/b.png": b"nothing"}))
    assert "5/b.png is left out: " in " ".join(blocks(page, "note"))
    assert len(hand_of(page).corrections) == 1


def test_a_digit_of_a_number_is_corrected_as_one_alone(page: AppTest) -> None:
    number_of_barred_two_and(page, 8)
    page.button_group[0].set_value(0).run()

    correct(page, "2")

    assert hand_of(page).corrections[0].digit == 2
    assert "Adapted to your hand" in " ".join(blocks(page, "note"))


def test_another_session_knows_nothing_of_it(corrected: AppTest) -> None:
    another = draw(open_app_page(), barred_two(3))
    assert likeliest(another) == "7"
    assert corrected.session_state["hand"].hand is not None


def number_of_barred_two_and(page: AppTest, digit: int) -> Any:
    """A barred 2, read as a 7, and a digit beside it."""
    row = np.full((280, 560, 3), 255, np.uint8)
    row[:, :280], row[:, 280:] = draw_picture(barred_two(1), pen=14), draw_picture(DIGITS[digit])
    page.session_state["tab"] = "Upload"
    file: Any = page.file_uploader(key="upload")
    file.upload("row.png", as_file(Image.fromarray(row)), "image/png").run()
    number = page.session_state["answer"]
    assert number.written == f"7{digit}"
    return number


def take_back_here(page: AppTest) -> None:
    """Beside the answer, not under Your hand."""
    (button,) = (each for each in page.button if re.match(r"take-back-.*-", str(each.key)))
    button.click().run()
    assert not page.exception


def test_what_a_person_says_is_the_answer_to_this_picture_though_the_network_stays(
    page: AppTest,
) -> None:
    draw(page, DIGITS[3])
    assert likeliest(page) == "3"

    correct(page, "8")

    said = text(page, 'answer"')
    assert said.startswith("Corrected by hand 8 Read as a 3, ")
    assert 'data-copy="8"' in blocks(page, 'answer"')[0]
    assert blocks(page, 'answer"')[0].count("<li>") == 3
    assert "Noted: this is an 8. The network still reads a 3: one correction" in " ".join(
        blocks(page, "note")
    )

    take_back_here(page)
    assert likeliest(page) == "3"
    assert not blocks(page, "note")
    assert hand_of(page).corrections == []


def test_where_the_network_follows_it_is_noted_and_no_more(page: AppTest) -> None:
    draw(page, barred_two(0))
    correct(page, "2")
    assert likeliest(page) == "2"
    assert "Noted: this is a 2.<" in " ".join(blocks(page, "note"))
    assert text(page, 'answer"').startswith("Likeliest digit 2 ")


def test_a_number_with_a_digit_corrected_is_shown_and_copied_as_it_should_be(
    page: AppTest,
) -> None:
    number_of_barred_two_and(page, 3)
    page.button_group[0].set_value(1).run()
    page.session_state[f"wrong-{page.session_state['answer'].digits[1].key}"] = True
    page.run()

    by_label(page.button, "8").click().run()

    assert text(page, "answer number").startswith("Corrected by hand 78 Read as 73, ")
    assert 'data-copy="78"' in blocks(page, "answer number")[0]
    assert page.button_group[0].options[1] == "8 · by hand"
    assert page.button_group[0].value == 1
    assert text(page, "answer of-number").startswith("Corrected by hand 8 Read as a 3, ")

    page.button_group[0].set_value(None).run()
    assert text(page, "answer number").startswith("Corrected by hand 78 ")
    page.button(key="example-hard_4").click().run()
    page.session_state["earlier"] = True
    page.run()
    assert "78" in [each.label for each in page.button if str(each.key).startswith("earlier-")]


def test_no_digit_can_be_said_of_a_clear_one(page: AppTest) -> None:
    draw(page, DIGITS[3])
    correct(page, "no digit")
    said = " ".join(blocks(page, "answer doubted"))
    assert "Corrected by hand: no digit. Read as a 3, " in said
    assert "Noted: this is no digit." in " ".join(blocks(page, "note"))


def test_each_correction_is_listed_with_the_digit_alone_and_its_article(
    page: AppTest,
) -> None:
    number_of_barred_two_and(page, 3)
    page.button_group[0].set_value(0).run()
    correct(page, "8")
    open_hand(page)

    assert text(page, "correction") == "read as a 7, is an 8"
    assert any("my-corrections.zip" in each.value for each in page.caption)
    (encoded,) = re.findall(r'base64,([^"]+)', blocks(page, "correction")[0])
    with Image.open(io.BytesIO(base64.b64decode(encoded))) as picture:
        ink = 255 - np.asarray(picture, np.float32)
    seen = hand_of(page).corrections[0].reading.network_input
    np.testing.assert_allclose(ink / 255, seen, atol=1 / 255)


def test_how_many_came_back_is_said(corrected: AppTest) -> None:
    another = draw(open_app_page(), barred_two(3))
    kept = hand_of(corrected).corrections
    for several, words in (
        (kept[:1], "1 correction brought back."),
        (kept[:1], ALL_HERE),
        (kept, "2 corrections brought back."),
    ):
        bring_back(another, write_corrections_zip(several))
        assert words in " ".join(blocks(another, "note"))
    next(each for each in another.button if each.label == "Take back").click().run()
    assert "brought back" not in " ".join(blocks(another, "note"))


def test_among_several_it_is_not_called_the_only_one(corrected: AppTest) -> None:
    draw(corrected, DIGITS[7])
    assert likeliest(corrected) == "7"
    correct(corrected, "4")
    assert "The network still reads a 7: your corrections do not outweigh that yet" in " ".join(
        blocks(corrected, "note")
    )
