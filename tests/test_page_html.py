"""The page's HTML: numbers as people read them, and nothing that a stranger wrote."""

import numpy as np
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


def test_a_large_picture_is_shrunk_for_showing_and_its_placement_with_it() -> None:
    picture = np.zeros((1_440, 2_880, 3), np.uint8)
    placement = np.array([[80.0, 0.0, 1.5], [0.0, 40.0, 5.5]])

    shown, moved = page_html.shrink_for_showing(picture, placement)

    # A quarter of the size: the centre of old pixel 1.5 is the centre of new pixel 0.
    assert shown.shape == (360, 720, 3)
    np.testing.assert_allclose(moved, [[20.0, 0.0, 0.0], [0.0, 10.0, 1.0]])


def test_a_small_picture_is_shown_as_it_is() -> None:
    picture = np.full((40, 30, 3), 7, np.uint8)
    placement = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 3.0]])

    shown, moved = page_html.shrink_for_showing(picture, placement)

    np.testing.assert_array_equal(shown, picture)
    np.testing.assert_array_equal(moved, placement)
