"""What the window is answered: the same as everywhere else, and pictures to keep."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageColor

from digit_predictor import format_confidence, read_digit
from digits.common.errors import DigitError, PictureError
from digits.explanation.overlay import (
    COLOUR_MAPS,
    SIGNED_COLOUR_MAPS,
    colour_stops,
    overlay_heatmap,
)
from digits.window.answer_maker import AnswerMaker
from digits.window.explained_answer import (
    Corrected,
    CorrectJob,
    ExplainedAnswer,
    Question,
    Reply,
    SaveJob,
)
from gradcam_visualizer import grad_cam
from tests.conftest import as_file
from tests.drawings import DIGITS, SCRIBBLE, draw
from tests.page.test_correcting import barred_two


@pytest.fixture(scope="module")
def maker() -> AnswerMaker:
    return AnswerMaker()


@pytest.fixture(scope="module")
def seven() -> bytes:
    return as_file(Image.fromarray(draw(DIGITS[7], 400, 25)))


def ask(maker: AnswerMaker, question: Question) -> ExplainedAnswer:
    answer = maker(question)
    assert isinstance(answer, ExplainedAnswer)
    return answer


def test_a_drawing_gets_the_answer_that_every_other_caller_gets(
    maker: AnswerMaker, seven: bytes
) -> None:
    reading = read_digit(seven, ink="dark")

    answer = ask(maker, Question(seven, True))

    assert answer.top_k == tuple(reading.top_k)
    assert answer.confidences == tuple(format_confidence(each) for _, each in reading.top_k)
    assert answer.doubt is None
    assert answer.network_input is not None
    assert np.array_equal(answer.network_input, np.rint(reading.network_input * 255))
    assert answer.caption == "What spoke for a 7: the warmer the colour, the more."
    assert list(answer.colours) == colour_stops(COLOUR_MAPS[0])
    assert answer.labels[0] == "0"


def test_the_heatmap_is_grad_cams_at_its_place_and_opacity(
    maker: AnswerMaker, seven: bytes
) -> None:
    reading = read_digit(seven, ink="dark")
    heatmap = grad_cam(reading.network_input)
    for opacity in (0.0, 0.4, 1.0):
        answer = ask(maker, Question(seven, True, opacity=opacity, is_overlay=True))

        expected = overlay_heatmap(reading.picture, heatmap, reading.placement, opacity)
        # The likeliest class's evidence is the strongest here, so the common scale is its own.
        # It is up-sampled once instead of twice, and so a little sharper.
        assert np.abs(answer.heatmap.astype(int) - np.asarray(expected)).mean() <= 1.5
        assert (answer.picture == reading.picture).all()


def test_ink_has_the_colours_of_its_evidence(maker: AnswerMaker, seven: bytes) -> None:
    answer = ask(maker, Question(seven, True))
    hot = ImageColor.getrgb(answer.colours[-1])
    assert np.abs(answer.heatmap.astype(int) - hot).max(axis=2).min() <= 8


def test_the_two_likeliest_are_held_against_each_other(maker: AnswerMaker, seven: bytes) -> None:
    answer = ask(maker, Question(seven, True, is_contrast=True))

    second = answer.top_k[1][0]
    other = f"an {second}" if second == 8 else f"a {second}"
    assert answer.caption == f"Orange speaks for a 7 and not {other}, blue for {other} and not a 7."
    assert list(answer.colours) == colour_stops(next(iter(SIGNED_COLOUR_MAPS)))
    assert answer.labels[0] == "−" + answer.labels[2]


def test_a_scribble_is_doubted(maker: AnswerMaker) -> None:
    answer = ask(maker, Question(as_file(Image.fromarray(draw(SCRIBBLE, 400, 25))), True))

    assert answer.doubt is not None
    assert answer.caption.startswith("What would speak for") or "no positive" in answer.caption


def test_a_file_is_read_in_whatever_ink_it_has(maker: AnswerMaker, tmp_path: Path) -> None:
    chalk = Image.fromarray(255 - draw(DIGITS[3], 400, 25))
    chalk.save(tmp_path / "chalk.png")

    assert ask(maker, Question(tmp_path / "chalk.png", False)).top_k[0][0] == 3


def test_a_file_that_changed_is_read_again(maker: AnswerMaker, tmp_path: Path) -> None:
    path = tmp_path / "digit.png"
    for digit in (3, 7):
        Image.fromarray(draw(DIGITS[digit], 400, 25)).save(path)
        assert ask(maker, Question(path, False)).top_k[0][0] == digit


def test_a_files_bytes_come_with_its_answer_so_that_it_may_go(
    maker: AnswerMaker, tmp_path: Path, seven: bytes
) -> None:
    path = tmp_path / "seven.png"
    path.write_bytes(seven)

    assert ask(maker, Question(path, False)).source == seven
    assert ask(maker, Question(seven, False)).source is None


def test_a_file_that_is_none_is_named(maker: AnswerMaker, tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="no such file"):
        maker(Question(tmp_path / "none.png", False))


def test_an_explanation_is_kept_at_the_pictures_own_resolution(
    maker: AnswerMaker, tmp_path: Path
) -> None:
    large = as_file(Image.fromarray(draw(DIGITS[7], 1500, 90)))
    path = tmp_path / "why.png"

    assert maker(SaveJob(Question(large, True), path)) == path

    with Image.open(path) as picture:
        assert picture.format == "PNG"
        assert picture.width == 1500
        assert picture.height > 1500  # the title and the colour bar


def test_a_place_that_cannot_be_written_is_a_sentence_and_nothing_is_lost(
    maker: AnswerMaker, seven: bytes, tmp_path: Path
) -> None:
    nowhere = tmp_path / "none" / "why.png"

    with pytest.raises(DigitError, match=r"^The picture could not be saved \(.*\): choose") as said:
        maker(SaveJob(Question(seven, True), nowhere))

    assert str(tmp_path) not in str(said.value)
    assert not list(tmp_path.iterdir())


def written(reply: Reply) -> str:
    """What the answer is that came of a correction."""
    assert isinstance(reply, Corrected)
    assert reply.answer is not None
    return reply.answer.written


@pytest.fixture
def barred() -> list[bytes]:
    return [as_file(Image.fromarray(draw(barred_two(step), 400, 20))) for step in range(4)]


def test_corrections_are_followed_taken_back_and_switched_off(barred: list[bytes]) -> None:
    own = AnswerMaker()
    asked = [Question(each, True) for each in barred]
    assert ask(own, asked[3]).written == "7"

    answers = [own(CorrectJob(question, "right", 2)) for question in asked[:3]]
    assert isinstance(answers[2], Corrected)
    assert answers[2].about_hand == "Adapted to your hand: 3 corrections."
    assert ask(own, asked[3]).written == "2"

    assert isinstance(own(CorrectJob(asked[3], "switch")), Corrected)
    assert ask(own, asked[3]).written == "7"
    own(CorrectJob(asked[3], "switch"))
    for _ in range(4):
        corrected = own(CorrectJob(asked[3], "back"))
    assert isinstance(corrected, Corrected)
    assert (written(corrected), corrected.about_hand, corrected.said) == ("7", "", ())


def test_any_correction_is_taken_back_by_its_key(barred: list[bytes]) -> None:
    own = AnswerMaker()
    for picture, right in zip(barred, (2, 3, None), strict=False):
        corrected = own(CorrectJob(Question(picture, True), "right", right))
    assert isinstance(corrected, Corrected)
    newest, middle, oldest = corrected.said
    assert newest.sentence.endswith(", is no digit")
    assert middle.sentence.endswith(", is a 3")
    assert oldest.sentence == "read as a 7, is a 2"
    assert oldest.network_input.shape == (28, 28)

    for key in (middle.key, middle.key):  # what is gone is gone
        corrected = own(CorrectJob(None, "back", key=key))
        assert isinstance(corrected, Corrected)
        assert [each.key for each in corrected.said] == [newest.key, oldest.key]


def test_what_was_said_is_brought_back_before_anything_is_drawn(
    barred: list[bytes], tmp_path: Path
) -> None:
    own, later = AnswerMaker(), AnswerMaker()
    for picture in barred[:3]:
        own(CorrectJob(Question(picture, True), "right", 2))
    own(CorrectJob(None, "keep", folder=tmp_path))

    corrected = later(CorrectJob(None, "keep", folder=tmp_path))
    assert isinstance(corrected, Corrected)
    assert corrected.answer is None
    assert corrected.about_hand == "Adapted to your hand: 3 corrections."
    assert ask(later, Question(barred[3], True)).written == "2"


def test_corrections_are_kept_in_the_folder_that_was_chosen(
    barred: list[bytes], tmp_path: Path
) -> None:
    first, second = AnswerMaker(), AnswerMaker()
    asked = [Question(each, True) for each in barred]
    first(CorrectJob(asked[0], "right", 2))
    first(CorrectJob(asked[0], "keep", folder=tmp_path))
    for question in asked[1:3]:
        first(CorrectJob(question, "right", 2))
    assert len(list((tmp_path / "2").glob("*.png"))) == 3

    assert written(second(CorrectJob(asked[3], "keep", folder=tmp_path))) == "2"
    second(CorrectJob(asked[3], "back"))
    assert len(list((tmp_path / "2").glob("*.png"))) == 2


def test_the_same_folder_chosen_again_brings_nothing_twice(
    barred: list[bytes], tmp_path: Path
) -> None:
    own = AnswerMaker()
    for picture, right in zip(barred, (2, 2, 3), strict=False):
        own(CorrectJob(Question(picture, True), "right", right))
    for _ in range(2):
        corrected = own(CorrectJob(None, "keep", folder=tmp_path))
        assert isinstance(corrected, Corrected)
        assert [each.sentence[-1] for each in corrected.said] == ["3", "2", "2"]
        assert len(list(tmp_path.glob("?/*.png"))) == 3


def test_what_was_said_last_counts_though_a_folder_says_otherwise(
    barred: list[bytes], tmp_path: Path
) -> None:
    first, second = AnswerMaker(), AnswerMaker()
    for right in (3, 2, 3):  # whoever mends their own slip says the first thing twice
        first(CorrectJob(Question(barred[0], True), "right", right))
    first(CorrectJob(None, "keep", folder=tmp_path))

    corrected = second(CorrectJob(None, "keep", folder=tmp_path))
    assert isinstance(corrected, Corrected)
    assert [each.sentence[-1] for each in corrected.said] == ["3", "2"]


def test_what_cannot_be_brought_back_is_told_and_not_deleted(
    barred: list[bytes], tmp_path: Path
) -> None:
    own, later = AnswerMaker(), AnswerMaker()
    for picture in barred[:2]:
        own(CorrectJob(Question(picture, True), "right", 2))
    own(CorrectJob(None, "keep", folder=tmp_path))
    damaged = min((tmp_path / "2").iterdir())
    damaged.write_bytes(b"half a pict")

    corrected = later(CorrectJob(None, "keep", folder=tmp_path))
    assert isinstance(corrected, Corrected)
    assert corrected.left_out.startswith(f"2/{damaged.name} is left out: ")
    assert len(corrected.said) == 1
    corrected = later(CorrectJob(None, "back"))
    assert isinstance(corrected, Corrected)
    assert (corrected.left_out, corrected.said) == ("", ())
    assert [path.read_bytes() for path in (tmp_path / "2").iterdir()] == [b"half a pict"]


def test_no_key_of_a_process_before_means_anything_to_another(
    barred: list[bytes],
) -> None:
    first, second = AnswerMaker(), AnswerMaker()
    keys = set()
    for maker in (first, second):
        for picture in barred[:2]:
            corrected = maker(CorrectJob(Question(picture, True), "right", 2))
            assert isinstance(corrected, Corrected)
            keys |= {each.key for each in corrected.said}
    assert len(keys) == 4


def test_a_whole_number_is_corrected_digit_by_digit(maker: AnswerMaker) -> None:
    row = np.full((280, 560, 3), 255, np.uint8)
    row[:, :280], row[:, 280:] = draw(DIGITS[3]), draw(DIGITS[8])
    question = Question(as_file(Image.fromarray(row)), True)
    with pytest.raises(DigitError, match="Choose a digit"):
        maker(CorrectJob(question, "right", 2))
