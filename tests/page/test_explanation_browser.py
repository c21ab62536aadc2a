"""What a real browser shows of why: colours that are seen, words for laymen, maps, and no more."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.browser import draw, open_part
from tests.conftest import as_file
from tests.drawings import DIGITS, Strokes
from tests.page.test_browser import expect_answer, open_method, upload, view


def pixels_of(picture: Locator) -> NDArray[np.int_]:
    """What came to the browser as a picture, RGB."""
    source = picture.get_attribute("src") or ""
    file = io.BytesIO(base64.b64decode(source.partition(",")[2]))
    return np.asarray(Image.open(file).convert("RGB"), int)


def end_of_bar(page: Page) -> list[int]:
    """The colour of the strongest evidence, as the bar has it."""
    stops = "e => getComputedStyle(e).backgroundImage"
    colours = re.findall(r"rgb\((.*?)\)", page.locator(".colour-bar-stops").evaluate(stops))
    return [int(each) for each in colours[-1].split(",")]


def box_of(part: Locator) -> FloatRect:
    box = part.bounding_box()
    assert box is not None
    return box


def test_ink_has_the_colours_of_the_bar_up_to_its_brightest_on_dimmed_paper(desktop: Page) -> None:
    draw(desktop, DIGITS[3])
    expect_answer(desktop, 3)

    brightest = end_of_bar(desktop)

    assert min(brightest[:2]) > 200 > brightest[2]  # yellow
    shown = pixels_of(desktop.locator(".heatmap img"))
    assert np.abs(shown - brightest).max(axis=2).min() < 25
    is_pale_grey = np.abs(shown - 205).max(axis=2) < 12
    assert is_pale_grey.sum() > 1000  # ink without evidence
    assert shown[:10].max() < 80  # dimmed paper


@pytest.mark.parametrize("size", [(200, 240), (900, 200)])
def test_the_bar_is_as_wide_as_its_picture(
    desktop: Page, written_one: Image.Image, size: tuple[int, int]
) -> None:
    sheet = Image.new("RGB", size, (238, 236, 230))
    sheet.paste(written_one.resize((size[1] * 5 // 6, size[1])))
    upload(desktop, "one.png", as_file(sheet))
    expect_answer(desktop, 1)

    picture, bar = box_of(desktop.locator(".heatmap img")), box_of(desktop.locator(".colour-bar"))

    assert bar["x"] == pytest.approx(picture["x"], abs=1)
    assert bar["width"] == pytest.approx(picture["width"], abs=1)


def test_settings_stand_where_they_belong_and_logits_are_explained(desktop: Page) -> None:
    draw(desktop, DIGITS[4])
    expect_answer(desktop, 4)
    expect(desktop.locator(".heatmap")).to_contain_text("Logits are the sums that the network")
    paper, pen = box_of(desktop.locator(".st-key-paper")), box_of(desktop.locator(".st-key-pen"))
    assert 0 < pen["y"] - paper["y"] - paper["height"] < 60
    assert pen["x"] + pen["width"] <= paper["x"] + paper["width"] + 1
    expect(desktop.get_by_test_id("stSidebar")).to_have_count(0)
    settings = desktop.get_by_text(re.compile("^(Method|Heatmap opacity|Heatmap as|Colours)$"))
    expect(settings).to_have_count(0)

    open_method(desktop)

    expect(settings).to_have_count(4)
    picture = box_of(desktop.locator(".heatmap img"))
    for each in settings.all():
        assert box_of(each)["y"] > picture["y"] + picture["height"]


def test_below_the_answer_laymen_are_told_by_what_it_was_known(desktop: Page) -> None:
    draw(desktop, DIGITS[4])
    expect_answer(desktop, 4)

    told = desktop.locator(".telling")
    expect(told).to_have_text(re.compile(r"^(It knows the 4 by the|No single part decides: )"))
    expect(desktop.locator(".heatmap")).to_contain_text("the warmer the colour, the more")
    answer = box_of(desktop.locator(".answer"))
    assert 0 <= box_of(told)["y"] - answer["y"] - answer["height"] < 40


def test_side_by_side_says_why_pictures_are_bare(desktop: Page) -> None:
    draw(desktop, DIGITS[3])
    expect_answer(desktop, 3)
    view(desktop, "Side by side")
    pictures = desktop.locator(".side-by-side img")
    expect(pictures).to_have_count(3)

    bare = [each for each in range(3) if np.ptp(pixels_of(pictures.nth(each)), axis=2).max() < 60]
    digits = desktop.locator(".beside figcaption")
    named = " and ".join(f"an? {digits.nth(each).inner_text()[0]}" for each in bare)

    assert bare
    expect(desktop.locator(".heatmap")).to_contain_text(
        re.compile(f"Next to nothing speaks for .*{named}, so the ink stays pale there")
    )


CROSS: Strokes = [[(7, 5), (37, 83)], [(73, 18), (20, 72)]]
# A cross between a 2 and a 7, which is read as an 8, and doubted.
CROSSED: Strokes = [
    [(start + 0.33 * x, 34 + 0.33 * y) for x, y in stroke]
    for start, strokes in ((2, DIGITS[2]), (34, CROSS), (66, DIGITS[7]))
    for stroke in strokes
]


def test_a_doubted_digit_of_a_number_is_shown_no_more_than_one_alone(desktop: Page) -> None:
    draw(desktop, CROSSED)
    digits = desktop.get_by_role("radio")
    expect(digits).to_have_count(3)
    expect(digits.nth(1)).to_contain_text("?")
    expect(desktop.locator(".answer-doubt")).to_have_count(0)

    digits.nth(1).click()

    expect(desktop.locator(".answer-doubt")).to_be_visible()
    expect(desktop.locator(".answer-bars, .heatmap, .colour-bar, .answer-digit")).to_have_count(0)
    expect(desktop.get_by_text("What the network sees", exact=True)).to_be_visible()
    bars = desktop.locator(".answer-bars li")
    open_part(desktop, "Show the likeliest digit anyway", bars.first)
    expect(bars).to_have_count(3)


def test_inside_the_network_another_convolution_can_be_looked_at(desktop: Page) -> None:
    draw(desktop, DIGITS[4])
    expect_answer(desktop, 4)
    maps = desktop.locator(".map")
    open_part(desktop, "Inside the network", maps.first)
    before = maps.first.locator(".map-alone").get_attribute("src") or ""

    layer = desktop.get_by_role("combobox", name="Convolution")
    layer.scroll_into_view_if_needed()
    layer.click()
    desktop.get_by_role("option").first.click()

    expect(maps.first.locator(".map-alone")).not_to_have_attribute("src", before)
    assert maps.count() > 4
    expect(desktop.get_by_role("alert")).to_have_count(0)
