"""The page's HTML: numbers as people read them, and nothing that a stranger wrote."""

import pytest

import page_html
from digit_network import LayerRow


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (1.0, "100.0%"),
        (0.99996, ">99.9%"),
        (0.9994, "99.9%"),
        (0.5, "50.0%"),
        (0.0006, "0.1%"),
        (0.00049, "<0.1%"),
        (0.0, "0.0%"),
    ],
)
def test_only_certainty_is_written_as_certainty(share: float, written: str) -> None:
    assert page_html.percent(share) == written


def test_a_message_shows_markup_as_text() -> None:
    assert "<b>" not in page_html.message("a <b>bold</b> name")


def test_a_layer_name_shows_markup_as_text() -> None:
    assert "<b>" not in page_html.layers([LayerRow("<b>", "Conv2D", (28, 28, 16), 160)])


def test_layers_end_with_the_sum_of_their_parameters() -> None:
    rows = [LayerRow("a", "Conv2D", (28, 28, 16), 1_600), LayerRow("b", "Dense", (10,), 290)]

    assert "1,890" in page_html.layers(rows)
