"""The page's HTML: numbers as people read them, and nothing that a stranger wrote."""

from PIL import Image

import page_html
from digit_network import LayerRow


def test_a_message_shows_markup_as_text() -> None:
    assert "<b>" not in page_html.message("a <b>bold</b> name")


def test_a_layer_name_shows_markup_as_text() -> None:
    assert "<b>" not in page_html.layers([LayerRow("<b>", "Conv2D", (28, 28, 16), 160)])


def test_layers_end_with_the_sum_of_their_parameters() -> None:
    rows = [LayerRow("a", "Conv2D", (28, 28, 16), 1_600), LayerRow("b", "Dense", (10,), 290)]

    assert "1,890" in page_html.layers(rows)


def test_a_doubt_takes_the_place_of_the_large_digit_and_the_likeliest_stay() -> None:
    block = page_html.answer([(3, 0.5), (8, 0.25), (5, 0.125)], "Is that <b>one</b>?")

    assert "Is that &lt;b&gt;one&lt;/b&gt;?" in block
    assert "answer-digit" not in block
    assert "confident" not in block
    assert block.count("<li>") == 3
    assert "50.0%" in block


def test_the_heatmap_of_what_may_be_no_digit_is_in_the_conditional() -> None:
    picture = Image.new("RGB", (28, 28))

    assert "What spoke for an 8" in page_html.heatmap(picture, 8, blank=False)
    assert "What would speak for a 3" in page_html.heatmap(picture, 3, blank=False, is_digit=False)
