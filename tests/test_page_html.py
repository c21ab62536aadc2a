"""The page's HTML: numbers as people read them, and nothing that a stranger wrote."""

import page_html
from digit_network import LayerRow


def test_a_message_shows_markup_as_text() -> None:
    assert "<b>" not in page_html.message("a <b>bold</b> name")


def test_a_layer_name_shows_markup_as_text() -> None:
    assert "<b>" not in page_html.layers([LayerRow("<b>", "Conv2D", (28, 28, 16), 160)])


def test_layers_end_with_the_sum_of_their_parameters() -> None:
    rows = [LayerRow("a", "Conv2D", (28, 28, 16), 1_600), LayerRow("b", "Dense", (10,), 290)]

    assert "1,890" in page_html.layers(rows)
