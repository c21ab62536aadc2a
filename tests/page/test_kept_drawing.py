"""A drawing stays with its tab: over Back and a server that ends; and the page does not jump."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser import (
    DESKTOP,
    PHONE,
    draw,
    free_port,
    open_page,
    open_part,
    row_of_digits,
    running_server,
    started_server,
    wait_until,
    wait_until_healthy,
    wait_until_idle,
)
from tests.drawings import DIGITS
from tests.page.test_browser import DRAWN_INVITATION, expect_answer, press, wait_for_strokes

ANSWER = ".answer-number"


def test_a_drawing_is_there_and_answered_after_back(desktop: Page) -> None:
    draw(desktop, row_of_digits("27"))
    expect(desktop.locator(ANSWER)).to_have_text("27")
    wait_for_strokes(desktop, 2)

    desktop.goto("about:blank")
    desktop.go_back()

    expect(desktop.locator(ANSWER)).to_have_text("27")
    press(desktop, "Undo")
    expect_answer(desktop, 2)


def test_it_is_kept_in_the_tab_s_own_storage_and_nowhere_else(desktop: Page) -> None:
    draw(desktop, DIGITS[1])
    expect_answer(desktop, 1)
    wait_for_strokes(desktop, 1)

    assert desktop.evaluate(
        "Object.keys(sessionStorage).some(k => sessionStorage[k].match(/path/))"
    )
    assert not desktop.evaluate(
        "Object.keys(localStorage).some(k => localStorage[k].match(/path/))"
    )
    assert desktop.evaluate("indexedDB.databases().then(all => all.length)") == 0
    assert all(len(each.get("value", "")) < 200 for each in desktop.context.cookies())
    expect(desktop.get_by_text(re.compile("also kept in this tab of your browser"))).to_be_visible()


def test_a_drawing_is_kept_and_answered_when_the_connection_is_back(
    chromium: Browser, tmp_path: Path
) -> None:
    port = {"STREAMLIT_SERVER_PORT": str(free_port())}
    with chromium.new_page() as page:
        with started_server(tmp_path / "first.log", **port) as first:
            wait_until_healthy(first, tmp_path / "first.log")
            open_page(page, first.url)
            draw(page, row_of_digits("27"))
            expect(page.locator(ANSWER)).to_have_text("27")
            wait_for_strokes(page, 2)
        expect(page.locator(".lost")).to_be_visible()

        with started_server(tmp_path / "second.log", **port) as second:
            wait_until_healthy(second, tmp_path / "second.log")
            expect(page.locator(".lost")).to_be_hidden()
            wait_until_idle(page)
            expect(page.locator(ANSWER)).to_have_text("27")
            press(page, "Undo")
            expect_answer(page, 2)


def test_earlier_answers_are_gone_after_a_reload(desktop: Page) -> None:
    for digit in (7, 4):
        draw(desktop, DIGITS[digit])
        expect_answer(desktop, digit)
        press(desktop, "Clear")
        expect(desktop.locator(".message")).to_have_text(DRAWN_INVITATION)
    seven = desktop.locator(".st-key-earlier-row").get_by_role("button", name="7")
    open_part(desktop, "Earlier answers", seven)
    picture = seven.evaluate("e => getComputedStyle(e, '::before').backgroundImage")
    assert picture.startswith('url("data:image/')

    desktop.reload()

    expect(desktop.locator(".message")).to_have_text(DRAWN_INVITATION)
    expect(desktop.get_by_text("Your hand")).to_be_visible()
    wait_until_idle(desktop)
    expect(desktop.get_by_text("Earlier answers")).to_have_count(0)


# ---- Nothing jumps, and nothing flickers


# Of all shifts that no person caused, as web.dev defines it; a visit is one burst.
NOTE_SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => {
  for (const each of list.getEntries()) if (!each.hadRecentInput) window.shifts += each.value;
}).observe({ type: "layout-shift", buffered: true });
"""


def test_from_the_first_paper_of_a_fresh_server_on_nothing_jumps(
    chromium: Browser, tmp_path: Path
) -> None:
    """All of a first visit is measured by `benchmarks/page.py`: it depends on what else runs."""
    with running_server(tmp_path / "server.log") as url:
        for size in (DESKTOP, PHONE):
            with chromium.new_page(viewport=size) as page:  # type: ignore[arg-type]
                page.add_init_script(NOTE_SHIFTS)
                open_page(page, url)
                place = page.locator(".st-key-paper").bounding_box()
                page.evaluate("window.shifts = 0")
                expect(page.get_by_text("Your hand")).to_be_visible()
                wait_until_idle(page)
                assert page.locator(".st-key-paper").bounding_box() == place
                assert page.evaluate("window.shifts") < 0.05


# What stands where the answer does, in each picture that the browser draws.
NOTE_ANSWERS = """
window.seen = [];
const look = () => {
  const digit = document.querySelector(".answer-digit, .answer-doubt, .message");
  const said = digit ? digit.textContent.trim() : "nothing";
  if (window.seen.at(-1) !== said) window.seen.push(said);
  requestAnimationFrame(look);
};
look();
"""


def test_between_strokes_the_answer_stands_until_the_next_one_comes(desktop: Page) -> None:
    draw(desktop, DIGITS[1])
    expect_answer(desktop, 1)
    wait_for_strokes(desktop, 1)
    desktop.evaluate(NOTE_ANSWERS)

    for count, stroke in enumerate([[(50.0, 50.0), (50.0, 52.0)], [(50.0, 30.0), (50.0, 31.0)]], 2):
        draw(desktop, [stroke])  # on the 1, which stays one
        wait_for_strokes(desktop, count)
        wait_until_idle(desktop)

    wait_until(lambda: desktop.evaluate("window.seen.length") > 0)
    assert desktop.evaluate("window.seen") == ["1"]
