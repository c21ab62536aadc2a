"""The page's HTML: numbers as people read them, and nothing that a stranger wrote."""

import numpy as np
from PIL import Image

from digits.explanation.faithfulness import FaithfulnessCheck
from digits.network.layers import LayerRow
from digits.network.loading import load_network
from digits.screen import html_parts


def test_a_message_shows_markup_as_text() -> None:
    assert "<b>" not in html_parts.message("a <b>bold</b> name")


def test_a_layer_name_shows_markup_as_text() -> None:
    assert "<b>" not in html_parts.layers([LayerRow("<b>", "Conv2D", (28, 28, 16), 160)])


def test_a_size_that_depends_on_the_picture_is_any() -> None:
    assert "any × any × 4" in html_parts.layers([LayerRow("a", "Conv2D", (0, 0, 4), 40)])


def test_a_models_file_shows_markup_as_text_and_its_scale() -> None:
    block = html_parts.model_in_use("<b>.h5", load_network())
    assert "<b>" not in block
    assert "28 × 28, 0 to 1, white ink on black" in block
    assert "this project trained it" in block


def test_layers_end_with_the_sum_of_their_parameters() -> None:
    rows = [LayerRow("a", "Conv2D", (28, 28, 16), 1_600), LayerRow("b", "Dense", (10,), 290)]

    assert "1,890" in html_parts.layers(rows)


def test_a_doubt_takes_the_place_of_the_large_digit_and_the_likeliest_are_subdued() -> None:
    assert "Is that &lt;b&gt;one&lt;/b&gt;?" in html_parts.doubt("Is that <b>one</b>?")
    block = html_parts.likeliest_anyway([(3, 0.5), (8, 0.25), (5, 0.125)])
    assert "answer-digit" not in block
    assert "confident" not in block
    assert block.count("<li>") == 3
    assert "50.0%" in block


def test_a_heatmap_has_its_colours_with_numbers_and_its_caption() -> None:
    bar = html_parts.colour_bar(["#000000", "#ffffff"], ("0", "1.2", "2.4"))
    block = html_parts.heatmap(Image.new("RGB", (28, 28)), "What spoke for <a> 3.", bar)

    assert "linear-gradient(90deg, #000000, #ffffff)" in block
    assert "<span>1.2</span><span>2.4 logits</span>" in block
    assert "What spoke for &lt;a&gt; 3." in block


def test_the_proof_shows_the_step_its_answer_and_both_areas() -> None:
    probabilities = np.array([[0.9, 0.1], [0.25, 0.75], [0.0, 1.0]], np.float32)
    by_lot = np.array([0.9, 0.5, 0.1], np.float32)
    check = FaithfulnessCheck(0, np.zeros((3, 28, 28), np.float32), probabilities, by_lot)

    block = html_parts.proof(check, 1, "Said in a sentence.", adding=False)

    assert "<b>1</b>, 75.0% confident" in block
    assert "50% of the ink removed" in block
    assert "left: 50.0%; top: 75.0%" in block
    # Trapezoids: (0.9 + 0.25) / 4 + 0.25 / 4 and (0.9 + 0.5) / 4 + (0.5 + 0.1) / 4.
    assert "this order: 35% on average" in block
    assert "at random: 50% on average" in block
    assert "Said in a sentence." in block


def test_what_a_person_says_takes_the_place_of_what_was_read_which_stands_below() -> None:
    whole = html_parts.number("12.50", 0.9, "12.60")
    assert "Corrected by hand" in whole
    assert 'data-copy="12.60"' in whole
    assert "Read as 12.50, 90.0% confident" in whole
    assert html_parts.number("12.50", 0.9, "12.50") == html_parts.number("12.50", 0.9)
    assert "Corrected by hand: no digit. Read as 4 7, 90.0% confident." in html_parts.number(
        "4\n7", 0.9, "\n"
    )

    digit = html_parts.answer([(0, 0.9), (8, 0.1)], by_hand=8)
    assert 'answer-digit">8<' in digit
    assert "Read as a 0, 90.0% confident" in digit
    assert html_parts.answer([(0, 0.9)], by_hand=0) == html_parts.answer([(0, 0.9)])
