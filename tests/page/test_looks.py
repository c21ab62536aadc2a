"""What anybody can see and use: every width, and what axe finds for those who see or hear it."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import (
    PHONE,
    draw,
    fresh_tab,
    open_page,
    open_part,
    paper,
    wait_until,
    wait_until_idle,
)
from tests.drawings import DIGITS, SCRIBBLE
from tests.page.test_browser import view
from tests.page.test_correcting_browser import correct, open_hand

# Of Streamlit's own; what is not in this list is a fault.
KNOWN: frozenset[str] = frozenset()


def serious(page: Page) -> list[tuple[str, str]]:
    """What axe finds that keeps people out, and the element it found it at."""
    expect(page.locator('[data-stale="true"]')).to_have_count(0)  # nothing is on its way
    found = Axe().run(page).response["violations"]
    return [
        (each["id"], node["html"][:100])
        for each in found
        if each["impact"] in ("serious", "critical") and each["id"] not in KNOWN
        for node in each["nodes"]
    ]


def with_digit(page: Page) -> None:
    draw(page, DIGITS[4])
    expect(page.locator(".heatmap")).to_be_visible()


def with_doubt(page: Page) -> None:
    draw(page, SCRIBBLE)
    expect(page.locator(".answer-doubt")).to_be_visible()


def with_number(page: Page) -> None:
    page.get_by_role("button", name="Ruled paper").click()
    expect(page.locator(".answer-number")).to_be_visible()


def with_everything_open(page: Page) -> None:
    with_digit(page)
    open_part(page, "More about the method", page.get_by_text("Heatmap opacity"))
    open_part(page, "Inside the network", page.locator(".map").first)
    open_part(page, "All ten digits", page.locator(".all-digits"))
    correct(page, "9", 1)
    open_hand(page)
    expect(page.locator(".correction img")).to_be_visible()
    open_part(page, "Show model layers", page.get_by_role("region", name="Model layers"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("show", [with_doubt, with_number, with_everything_open])
def test_axe_finds_nothing_serious(
    chromium: Browser, server: str, show: Callable[[Page], None], scheme: str
) -> None:
    with chromium.new_context(color_scheme=scheme) as context, fresh_tab(context) as page:  # type: ignore[arg-type]
        open_page(page, server)
        assert serious(page) == []
        show(page)
        page.mouse.move(0, 0)
        assert serious(page) == []


@pytest.fixture
def sized(chromium: Browser) -> Callable[[int, int], BrowserContext]:
    """A browser with a window of some width and height."""
    return lambda width, height: chromium.new_context(
        viewport={"width": width, "height": height}, has_touch=width < 700
    )


@pytest.mark.parametrize(
    ("width", "height", "is_beside"),
    [
        (320, 568, False),
        (360, 640, False),
        (640, 800, False),
        (844, 390, True),
        (1024, 768, True),
        (1100, 800, True),
        (1920, 1080, True),
    ],
)
def test_the_paper_fits_and_the_answer_is_beside_it_where_both_fit(
    sized: Callable[[int, int], BrowserContext],
    server: str,
    width: int,
    height: int,
    *,
    is_beside: bool,
) -> None:
    with sized(width, height) as context, fresh_tab(context) as page:
        open_page(page, server)
        draw(page, DIGITS[7])
        expect(page.locator(".answer-digit")).to_have_text("7")

        sheet, answer = paper(page).bounding_box(), page.locator(".answer").bounding_box()
        assert sheet is not None
        assert answer is not None
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert sheet["x"] >= 0
        assert sheet["x"] + sheet["width"] <= width
        assert sheet["y"] + sheet["height"] <= height
        assert answer["x"] + answer["width"] <= width
        assert (answer["x"] >= sheet["x"] + sheet["width"]) == is_beside
        assert (answer["y"] < sheet["y"] + sheet["height"]) == is_beside


# Whether nothing around a name cuts it off.
IS_WHOLE = """
(name) => {
  let around = name.parentElement;
  while (getComputedStyle(around).overflowX === "visible") around = around.parentElement;
  return around.scrollWidth <= around.clientWidth;
}
"""


@pytest.mark.parametrize(("width", "height"), [(320, 568), (360, 640), (844, 390)])
def test_on_the_smallest_phones_nothing_is_cut_off(
    sized: Callable[[int, int], BrowserContext], server: str, width: int, height: int
) -> None:
    with sized(width, height) as context, fresh_tab(context) as page:
        open_page(page, server)
        with_digit(page)
        names = page.locator(".st-key-example-row button p")
        expect(names).to_have_count(4)
        for name in names.all():
            assert name.evaluate(IS_WHOLE), name.inner_text()
        view(page, "Prove it")
        curve = page.locator(".curve")
        expect(curve).to_be_visible()
        room, inside = page.locator(".proof").bounding_box(), curve.bounding_box()
        assert room is not None
        assert inside is not None
        assert inside["x"] + inside["width"] <= room["x"] + room["width"] + 1
        assert curve.evaluate("e => e.scrollWidth <= e.clientWidth")


def test_on_a_small_phone_the_answer_is_seen_without_scrolling(
    sized: Callable[[int, int], BrowserContext], server: str
) -> None:
    with sized(PHONE["width"], 664) as context, fresh_tab(context) as page:
        open_page(page, server)
        draw(page, DIGITS[7])
        expect(page.locator(".answer-digit")).to_have_text("7")

        digit = page.locator(".answer-digit").bounding_box()
        assert digit is not None
        assert digit["y"] + digit["height"] <= 664
        assert page.evaluate("document.querySelector('.stMain').scrollTop") == 0


MOST_STOPS = 90
FOCUSED = """
() => {
  let focused = document.activeElement;
  while (focused.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  window.focused = focused;
  if (focused === document.body) return null;
  window.visited ??= new Set();
  if (window.visited.has(focused)) return "once around";
  window.visited.add(focused);
  if (focused.matches(".stMain")) focused.scrollTo(0, 0); // its heading shows it
  const { left, top, width, height } = focused.getBoundingClientRect();
  return { name: focused.outerHTML.slice(0, 120), left, top, width, height };
}
"""


def with_upload(page: Page) -> None:
    page.get_by_role("button", name="Ruled paper").click()
    expect(page.locator(".heatmap")).to_be_visible()


@pytest.mark.parametrize("show", [with_digit, with_doubt, with_upload])
def test_the_tab_key_stops_only_at_what_is_on_a_phone_s_screen_and_shows_where(
    phone: Page, show: Callable[[Page], None]
) -> None:
    show(phone)
    phone.add_style_tag(content="* { transition: none !important; animation: none !important }")
    wait_until_idle(phone)
    stops = 0
    while stops < MOST_STOPS:
        phone.keyboard.press("Tab")
        stop = phone.evaluate(FOCUSED)
        if stop is None:  # the browser's own bar
            continue
        if stop == "once around":
            break
        stops += 1
        assert 0 <= stop["left"] < PHONE["width"], stop
        assert min(stop["width"], stop["height"]) > 0, stop
        focused = seen(phone)
        phone.evaluate("window.focused.blur()")
        wait_until(lambda: changed(focused, seen(phone)) > 20)  # noqa: B023
        phone.evaluate("window.focused.focus({ focusVisible: true })")
    assert 10 < stops < MOST_STOPS


def changed(before: NDArray[np.int_], after: NDArray[np.int_]) -> int:
    """How many pixels differ so that it is seen."""
    return int((np.abs(before - after).max(axis=2) > 40).sum())


def seen(page: Page) -> NDArray[np.int_]:
    """What the screen shows, RGB."""
    return np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"), int)


# The browser's own pixels of the canvas, whatever lies over it: its darkest and its lightest grey.
PIXELS = """
(upper) => {
  const canvas = upper.parentElement.querySelector("canvas.lower-canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const greys = data.filter((_, place) => place % 4 === 0);
  return [greys.reduce((a, b) => Math.min(a, b)), greys.reduce((a, b) => Math.max(a, b))];
}
"""


@pytest.mark.parametrize(("scheme", "least", "most"), [("light", 255, 255), ("dark", 200, 235)])
def test_in_the_dark_paper_is_lit_less_and_what_is_drawn_is_black_on_white(
    chromium: Browser, server: str, scheme: str, least: int, most: int
) -> None:
    with chromium.new_context(color_scheme=scheme) as context, fresh_tab(context) as page:  # type: ignore[arg-type]
        open_page(page, server)
        draw(page, DIGITS[7])
        expect(page.locator(".answer-digit")).to_have_text("7")
        page.mouse.move(0, 0)
        assert paper(page).evaluate(PIXELS) == [0, 255]
        shown = Image.open(io.BytesIO(paper(page).screenshot()))
        assert least <= np.median(np.asarray(shown.convert("L"))) <= most
