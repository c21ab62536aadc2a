"""In a real browser a person corrects a habit, keeps that, and brings it back after a reload."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser import draw, open_page, until_seen, wait_until, wait_until_still
from tests.drawings import DIGITS, Strokes
from tests.page.test_browser import expect_answer, press

NAME = "That's wrong, it is a …"


def barred_two(step: int) -> Strokes:
    """A 2 like a Z with a bar, which the page reads as a 7; another one for each step."""
    wide, bar, x, y = (
        *((20.0, 24.0, 2.0, -3.0), (20.0, 24.0, -2.0, 3.0), (16.0, 26.0, 3.0, 2.0)),
        *((16.0, 26.0, 2.0, -3.0), (16.0, 26.0, -2.0, 3.0)),
    )[step]
    z = [(50 - wide + x, 14 + y), (50 + wide, 14.0), (50 - wide + x, 86.0), (50 + wide, 86 + y)]
    return [z, [(50 - bar + x, 50 + y), (50 + bar, 50.0)]]


def correct(page: Page, name: str, count: int) -> None:
    """Say what it is; a fold is closed again if it was opened before the last stroke was read."""
    button = page.get_by_role("button", name=name, exact=True)
    until_seen(button, lambda: page.get_by_text(NAME).click())
    button.click()
    expect(page.get_by_text(f"Adapted to your hand: {count} correction")).to_be_visible()


def write(page: Page, step: int) -> None:
    draw(page, barred_two(step))
    expect(page.locator(".answer-digit")).to_be_visible()


def test_a_corrected_digit_of_a_number_stays_chosen_though_its_label_changes(
    desktop: Page,
) -> None:
    two = [[(x / 2 - 12, y / 2 + 25) for x, y in stroke] for stroke in barred_two(0)]
    zero = [[(x / 2 + 62, y / 2 + 25) for x, y in stroke] for stroke in DIGITS[0]]
    draw(desktop, [*two, *zero])
    expect(desktop.locator(".answer-number")).to_have_text("70")
    chosen = desktop.get_by_role("radio", name=re.compile(r"^\d ")).first
    chosen.click()
    expect(chosen).to_have_attribute("aria-checked", "true")
    before = chosen.inner_text()

    correct(desktop, "2", 1)

    expect(chosen).not_to_have_text(before)
    expect(chosen).to_have_attribute("aria-checked", "true")


def open_hand(page: Page) -> None:
    """Open what is told of the hand, and wait until it has unfolded."""
    page.get_by_text(re.compile("^Your hand")).first.click()
    last = page.locator(".st-key-kept-corrections")
    last.wait_for()
    wait_until_still(last)


def test_a_habit_is_corrected_kept_brought_back_and_taken_back(
    desktop: Page, chromium: Browser, server: str, tmp_path: Path
) -> None:
    write(desktop, 0)
    expect_answer(desktop, 7)
    for step in range(3):
        correct(desktop, "2", step + 1)
        press(desktop, "Clear")
        expect(desktop.locator(".message")).to_be_visible()
        write(desktop, step + 1)
    expect_answer(desktop, 2)
    expect(desktop.get_by_text("Adapted to your hand: 3 corrections.")).to_be_visible()

    open_hand(desktop)
    main = desktop.locator(".stMain")
    main.evaluate("e => e.scrollTo(0, 460)")
    assert desktop.locator(".st-key-answer").evaluate("e => e.getBoundingClientRect().top") < 0
    with desktop.expect_download() as waiting:
        desktop.get_by_role("button", name="Keep my corrections").click()
    desktop.wait_for_timeout(700)  # as long as a smooth scroll would last
    assert main.evaluate("e => e.scrollTop") == 460
    kept = tmp_path / "kept.zip"
    waiting.value.save_as(kept)
    assert waiting.value.suggested_filename == "my-corrections.zip"

    desktop.reload()
    expect_answer(desktop, 7)  # the drawing is kept in the tab, the hand is gone
    open_hand(desktop)
    desktop.locator(".st-key-kept-corrections input").set_input_files(kept)
    expect_answer(desktop, 2)

    desktop.get_by_role("button", name="Take back").first.click()
    wait_until(lambda: desktop.get_by_role("button", name="Take back").count() == 2)

    with chromium.new_context() as context:
        another = open_page(context.new_page(), server)
        write(another, 4)
        expect_answer(another, 7)
