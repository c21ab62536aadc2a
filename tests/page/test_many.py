"""Several pictures at once in a real browser: how far they are, the table, what is kept of it."""

from __future__ import annotations

import csv
import io
import re
from contextlib import suppress
from pathlib import Path

from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, expect
from playwright.sync_api import TimeoutError as NotYetError

from benchmarks.habits import write_habit
from tests.batch.test_places import document, png, zipped
from tests.browser import draw, until_seen, wait_until, wait_until_idle, wait_until_still
from tests.conftest import as_file
from tests.drawings import DIGITS, SCRIBBLE
from tests.drawings import draw as draw_picture

WAIT = 90_000  # milliseconds
# Pixels: a row's height, and from the table's left side to two of its columns, on a desktop.
ROW, ANSWER, WHY = 78, 180, 513
# What scrolls inside the table.
SCROLLER = "document.querySelector('.dvn-scroller')"


def give(page: Page, *files: tuple[str, bytes]) -> None:
    page.set_default_timeout(WAIT)  # so that what is missing is said before the test's time is over
    page.get_by_role("tab", name="Upload").click()
    payloads = [
        FilePayload(name=name, mimeType="application/octet-stream", buffer=content)
        for name, content in files
    ]
    page.get_by_test_id("stFileUploader").locator("input").set_input_files(payloads)


def kept(page: Page) -> list[dict[str, str]]:
    """The rows of the CSV that is offered, once all is read."""
    button = page.get_by_role("button", name="Download CSV")
    found: list[str] = []

    def is_kept() -> bool:
        button.wait_for()
        wait_until_idle(page)
        with suppress(NotYetError), page.expect_download(timeout=10_000) as download:
            # Unlike click(), it never scrolls; it is lost while the page is drawn anew.
            button.dispatch_event("click")
            found.append(Path(download.value.path()).read_text("utf-8"))
        return bool(found)

    wait_until(is_kept)
    return list(csv.DictReader(io.StringIO(found[0])))


def test_several_files_and_a_zip_become_a_table(desktop: Page, screenshots: Path) -> None:
    archive = zipped({"a/3.png": png(3), "4.png": png(4), "in.zip": b"PK", "text.png": b"none"})
    give(desktop, ("7.png", png(7)), ("all.zip", archive))
    rows = {row["path"]: row for row in kept(desktop)}
    desktop.screenshot(path=screenshots / "many.png", full_page=True)
    assert {path: row["answer"] for path, row in rows.items()} == {
        "7.png": "7", "all.zip/4.png": "4", "all.zip/a/3.png": "3", "all.zip/in.zip": "",
        "all.zip/text.png": "",
    }  # fmt: skip
    assert table_in_view(desktop) > 0.2
    assert "ZIP inside a ZIP" in rows["all.zip/in.zip"]["error"]
    assert "not a picture" in rows["all.zip/text.png"]["error"]
    assert {row["by_hand"] for row in rows.values()} == {"False"}
    expect(desktop.get_by_text("2 of 5 pictures are in doubt or unreadable")).to_be_visible()


def test_another_view_keeps_the_work_going(desktop: Page) -> None:
    give(desktop, *[(f"{number}.png", png(number % 10)) for number in range(30)])
    desktop.get_by_text("of 30 pictures are read").wait_for()
    desktop.get_by_role("tab", name="Draw").click()
    draw(desktop, DIGITS[1])
    expect(desktop.locator(".answer-digit")).to_have_text("1")
    desktop.get_by_role("tab", name="Upload").click()
    answers = {row["path"]: row["answer"] for row in kept(desktop)}
    assert answers == {f"{number}.png": str(number % 10) for number in range(30)}


def test_a_wrong_answer_is_corrected_in_place_and_marked(desktop: Page) -> None:
    scribble = as_file(Image.fromarray(draw_picture(SCRIBBLE)))
    give(desktop, ("3.png", png(3)), ("text.png", b"no picture"), ("doubted.png", scribble))
    assert answers_kept(desktop) == {
        "3.png": ("3", "False"), "text.png": ("", "False"), "doubted.png": ("", "False")
    }  # fmt: skip
    in_doubt = desktop.get_by_text(re.compile(r"(\d) of 3 pictures (?:is|are) in doubt"))
    expect(in_doubt).to_contain_text("2 of 3")
    bring_table_into_view(desktop, "See the table below")
    write_over(desktop, 1, "5")
    expect(desktop.get_by_text("Your hand has changed")).to_be_visible()
    expect(in_doubt).to_contain_text("1 of 3")
    write_over(desktop, 1, "?")  # which takes it back
    expect(in_doubt).to_contain_text("2 of 3")
    write_over(desktop, 1, "8")
    write_over(desktop, 2, "8")
    expected = {"3.png": ("8", "True"), "text.png": ("", "False"), "doubted.png": ("8", "True")}
    wait_until(lambda: answers_kept(desktop) == expected)
    expect(in_doubt).to_contain_text("1 of 3")
    rows = {row["path"]: row for row in kept(desktop)}
    assert {(row["confidence"], row["doubt"]) for row in rows.values()} == {("", "")}
    assert all(rows[name]["top_3"] for name in ("3.png", "doubted.png"))


def answers_kept(page: Page) -> dict[str, tuple[str, str]]:
    return {row["path"]: (row["answer"], row["by_hand"]) for row in kept(page)}


def test_a_picture_that_is_chosen_is_explained_like_any_other(desktop: Page) -> None:
    give(desktop, *[(f"{number}.png", png(number)) for number in range(8)], ("text.png", b"none"))
    bring_table_into_view(desktop, "See the table below")
    box = table_of(desktop).bounding_box()
    assert box is not None
    desktop.mouse.move(box["x"] + WHY, box["y"] + 200)
    desktop.mouse.wheel(0, 2 * ROW)
    wait_until(lambda: desktop.evaluate(f"{SCROLLER}.scrollTop") == 2 * ROW)

    press_why(desktop, row=3)

    answer = desktop.locator(".answer-digit")
    name = desktop.get_by_role("heading", name=f"{answer.inner_text()}.png")
    wait_until(lambda: is_in_view(name) and is_in_view(answer))
    expect(desktop.locator(".heatmap")).to_be_visible()
    bring_table_into_view(desktop, "Back to the table")
    assert desktop.evaluate(f"{SCROLLER}.scrollTop") == 2 * ROW
    expect(answer).to_be_attached()
    before, chosen = top_of(desktop), desktop.locator(".st-key-chosen")
    chosen.evaluate("element => element.dataset.sameAs = 'before'")
    write_over(desktop, 1, "9")
    expect(desktop.get_by_text("Your hand has changed")).to_be_visible()
    wait_until_still(table_of(desktop))
    assert top_of(desktop) == before
    # Taken away for a moment, it would leave the page shorter, and the table elsewhere.
    expect(chosen).to_have_attribute("data-same-as", "before")


def is_in_view(element: Locator) -> bool:
    """Whether all of it is on the screen."""
    page, box = element.page, element.bounding_box()
    assert page.viewport_size is not None
    return box is not None and 0 <= box["y"] <= page.viewport_size["height"] - box["height"]


def table_in_view(page: Page) -> float:
    """How much of the table is on the screen; the page's own bar lies over it."""
    box = table_of(page).bounding_box()
    assert box is not None
    assert page.viewport_size is not None
    seen = min(box["y"] + box["height"], page.viewport_size["height"]) - max(box["y"], 60)
    return max(0.0, seen / box["height"])


def bring_table_into_view(page: Page, button: str) -> None:
    """By a button of the page; come back when nothing moves any more."""
    page.get_by_role("button", name=button).click()
    wait_until(lambda: table_in_view(page) == 1)
    wait_until_still(table_of(page))


def table_of(page: Page) -> Locator:
    return page.locator(".st-key-many-table")


def top_of(page: Page) -> float:
    """Where on the screen the table is."""
    box = table_of(page).bounding_box()
    assert box is not None
    return box["y"]


def press_why(page: Page, row: int) -> None:
    """Of the rows that are shown; until there is an answer."""
    answer = page.locator(".answer-digit")
    until_seen(answer, lambda: click_in_table(page, row, WHY), patience=40)


def click_in_table(page: Page, row: int, x: int, clicks: int = 1) -> None:
    """So many pixels from the table's left side, in the middle of a row; 0 is the first."""
    table = page.get_by_test_id("stDataFrame")
    expect(table).to_have_count(1)  # while it is drawn anew, the old one stands beside it
    table.scroll_into_view_if_needed()
    box = table.bounding_box()  # something of the table's own lies over its canvas
    assert box is not None
    page.mouse.click(box["x"] + x, box["y"] + 36 + ROW * row + ROW / 2, click_count=clicks)


def test_a_page_of_a_document_is_explained_like_any_other(desktop: Page) -> None:
    give(desktop, ("pages.tif", document("TIFF", 3, 4)), ("text.png", b"no picture"))
    desktop.get_by_role("button", name="Download CSV").wait_for()
    press_why(desktop, row=1)
    expect(desktop.locator(".answer-digit")).to_have_text(re.compile("[34]"))
    expect(desktop.get_by_role("heading", name="pages.tif, page")).to_be_visible()
    expect(desktop.locator(".heatmap")).to_be_visible()


def test_a_whole_folder_is_taken(desktop: Page, tmp_path: Path) -> None:
    (tmp_path / "scans" / "a").mkdir(parents=True)
    (tmp_path / "scans" / "3.png").write_bytes(png(3))
    (tmp_path / "scans" / "a" / "4.png").write_bytes(png(4))
    desktop.get_by_role("tab", name="Upload").click()
    desktop.get_by_text("Many pictures: several files").click()
    uploader = desktop.get_by_test_id("stFileUploader").nth(1).locator("input")
    uploader.set_input_files(tmp_path / "scans")
    assert sorted(row["answer"] for row in kept(desktop)) == ["3", "4"]


def test_what_is_corrected_in_the_table_the_hand_learns(desktop: Page, screenshots: Path) -> None:
    habit = [Image.fromarray(write_habit("barred_z", 3, number)) for number in range(4)]
    give(desktop, *[(f"{number}.png", as_file(two)) for number, two in enumerate(habit)])
    desktop.get_by_role("button", name="Download CSV").wait_for()
    desktop.get_by_text(re.compile("^Your hand")).first.click()
    expect(desktop.get_by_text("Bring kept corrections back")).to_be_visible()
    for row in range(3):
        write_over(desktop, row, "2")
        expect(desktop.get_by_text("read as a 7, is a 2")).to_have_count(row + 1)
    write_over(desktop, 0, "24")
    expect(desktop.get_by_text("there should be 2: which is which")).to_be_visible()
    expect(desktop.get_by_text("read as a 7, is a 2")).to_have_count(2)
    write_over(desktop, 0, "2")
    expect(desktop.get_by_text("read as a 7, is a 2")).to_have_count(3)
    expect(desktop.get_by_text("which is which")).not_to_be_visible()
    desktop.screenshot(path=screenshots / "many-corrected.png", full_page=True)

    desktop.get_by_role("button", name="Read these pictures again").click()

    expect(desktop.get_by_text("Adapted to your hand: 3 corrections.")).to_be_visible()
    rows = kept(desktop)
    assert {row["answer"] for row in rows} == {"2"}
    assert sorted(row["by_hand"] for row in rows) == ["False", "True", "True", "True"]
    assert {row["model"][16:] for row in rows} == {", adapted by 3 corrections"}
    expect(desktop.get_by_text("Your hand has changed")).not_to_be_visible()


def write_over(page: Page, row: int, answer: str) -> None:
    """Write another answer into a row."""
    editor = page.locator("textarea.gdg-input")
    until_seen(editor, lambda: click_in_table(page, row, ANSWER, clicks=2))
    editor.fill(answer)
    page.keyboard.press("Enter")
