"""A real browser draws, uploads and looks around; the tests read what a person reads."""

from __future__ import annotations

import base64
import re
import urllib.request
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from tests.browser import (
    PATIENCE,
    draw,
    draw_with_finger,
    errors_in_console,
    open_page,
    open_part,
    paper,
    row_of_digits,
    started_server,
    wait_until,
    wait_until_healthy,
    wait_until_still,
)
from tests.conftest import as_file
from tests.drawings import DIGITS, SCRIBBLE, Stroke, Strokes
from tests.drawings import draw as draw_picture

DRAWN_INVITATION = re.compile("Draw a number")


def expect_answer(page: Page, digit: int) -> None:
    expect(page.locator(".answer-digit")).to_have_text(str(digit))


def heatmap(page: Page) -> str:
    return page.locator(".heatmap img").get_attribute("src") or ""


def expect_another_heatmap(page: Page, before: str) -> None:
    expect(page.locator(".heatmap img")).not_to_have_attribute("src", before)


def upload(page: Page, name: str, content: bytes) -> None:
    page.get_by_role("tab", name="Upload").click()
    file = FilePayload(name=name, mimeType="image/png", buffer=content)
    page.get_by_test_id("stFileUploader").locator("input").set_input_files(file)


def press(page: Page, name: str) -> None:
    """A button, whose key may stand behind its name."""
    page.get_by_role("button", name=re.compile(rf"^{re.escape(name)}( Shortcut .*)?$")).click()


@pytest.mark.parametrize("digit", [0, 1, 2, 3, 4, 7])
def test_a_digit_drawn_with_the_mouse_is_read(desktop: Page, screenshots: Path, digit: int) -> None:
    draw(desktop, DIGITS[digit])

    expect_answer(desktop, digit)
    expect(desktop.locator(".answer-bars li")).to_have_count(3)
    expect(desktop.locator(".answer-bars li").first).to_contain_text(re.compile(r"\d%"))
    expect(desktop.locator(".heatmap")).to_contain_text(f"spoke for a {digit}")
    expect(desktop.get_by_test_id("stStatusWidget")).to_be_hidden()
    desktop.screenshot(path=screenshots / f"drawn-{digit}.png")


def test_a_digit_drawn_with_a_finger_is_read_and_the_page_stays(
    phone: Page, screenshots: Path
) -> None:
    paper(phone).scroll_into_view_if_needed()
    top = paper(phone).bounding_box()

    draw_with_finger(phone, DIGITS[7])

    expect_answer(phone, 7)
    assert paper(phone).bounding_box() == top
    phone.screenshot(path=screenshots / "phone-drawn-7.png", full_page=True)


def test_a_finger_can_begin_in_every_corner_of_the_paper(phone: Page) -> None:
    first, *others = [(2.0, 2.0), (98.0, 2.0), (60.0, 2.0), (98.0, 98.0), (2.0, 98.0)]

    draw_with_finger(phone, [[first, (50.0, 50.0)]], stretched=True)
    expect(phone.locator(".answer")).to_be_visible()
    for count, corner in enumerate(others, 2):
        draw_with_finger(phone, [[corner, (50.0, 50.0)]], stretched=True)
        wait_for_strokes(phone, count)

    for count in reversed(range(1, 1 + len(others))):
        press(phone, "Undo")
        wait_for_strokes(phone, count)
    press(phone, "Undo")
    expect(phone.locator(".message")).to_have_text(DRAWN_INVITATION)


def wait_for_strokes(page: Page, count: int) -> None:
    """Until the server knows of so many strokes on the paper."""
    kept = "JSON.parse(sessionStorage.getItem('handwritten-digits') ?? '{}').strokes?.length"
    wait_until(lambda: page.evaluate(kept) == count)


def test_the_phone_scrolls_only_up_and_down(phone: Page) -> None:
    draw_with_finger(phone, DIGITS[1])
    expect(phone.locator(".answer-digit")).to_be_visible()

    widths = phone.evaluate("[document.documentElement.scrollWidth, innerWidth]")

    assert widths[0] <= widths[1]


def test_a_fresh_server_answers_and_explains_without_tensorflow_and_quietly(
    chromium: Browser, tmp_path: Path
) -> None:
    log = tmp_path / "server.log"
    with started_server(log) as server, chromium.new_context() as context:
        wait_until_healthy(server, log)
        page = context.new_page()
        errors = errors_in_console(page)
        open_page(page, server.url)
        draw(page, DIGITS[7])
        expect_answer(page, 7)
        expect(page.locator(".heatmap")).to_be_visible()
        assert not errors
        libraries = loaded_by(server.process.pid)
        children = children_of(server.process.pid)

    assert "onnxruntime" in libraries
    assert "tensorflow" not in libraries
    assert not children
    assert not re.search("tensorflow|onednn|cuda|warning|error|traceback", log.read_text(), re.I)


def test_a_model_without_an_export_wakes_tensorflow_beside_the_page(
    chromium: Browser, tmp_path: Path, model_without_export: Path
) -> None:
    log = tmp_path / "server.log"
    environment = {"DIGIT_MODEL": str(model_without_export)}
    with started_server(log, **environment) as server, chromium.new_context() as context:
        wait_until_healthy(server, log)
        page = open_page(context.new_page(), server.url)
        draw(page, DIGITS[7])
        expect(page.get_by_text("Waking the network…").first).to_be_visible()
        expect_answer(page, 7)
        open_method(page)
        expect(page.get_by_role("combobox", name="Last conv layer")).to_be_enabled()
        libraries = loaded_by(server.process.pid)
        children = children_of(server.process.pid)

    assert "tensorflow" not in libraries
    assert len(children) == 1
    assert "without_export.h5 holds no export: it is answered by TensorFlow." in log.read_text()


def test_whoever_waits_for_tensorflow_can_clear_the_paper(
    chromium: Browser, tmp_path: Path, model_without_export: Path
) -> None:
    endless = tmp_path / "tensorflow"
    endless.mkdir()
    (endless / "__init__.py").write_text("import time\ntime.sleep(600)\n")
    environment = {"DIGIT_MODEL": str(model_without_export), "PYTHONPATH": str(tmp_path)}
    log = tmp_path / "server.log"
    with started_server(log, **environment) as server, chromium.new_context() as context:
        wait_until_healthy(server, log)
        page = open_page(context.new_page(), server.url)
        draw(page, DIGITS[7])
        expect(page.get_by_text("Waking the network…").first).to_be_visible()
        press(page, "Clear")
        expect(page.get_by_text("Waking the network…")).to_have_count(0)
        assert children_of(server.process.pid)


def loaded_by(process_id: int) -> str:
    """What native code a process has loaded."""
    return Path(f"/proc/{process_id}/maps").read_text()


def children_of(process_id: int) -> list[str]:
    lists = Path(f"/proc/{process_id}/task").glob("*/children")
    return [number for each in lists for number in each.read_text().split()]


def test_a_doubted_scribble_is_told_so_where_an_answer_would_stand(
    phone: Page, screenshots: Path
) -> None:
    draw(phone, SCRIBBLE)
    expect(phone.locator(".answer-doubt")).to_be_visible()
    expect(phone.locator(".answer-digit")).to_have_count(0)
    expect(phone.locator(".answer-bars, .heatmap, .colour-bar")).to_have_count(0)
    expect(phone.get_by_text("What the network sees", exact=True)).to_be_visible()
    phone.screenshot(path=screenshots / "phone-doubt.png", full_page=True)

    open_part(phone, "Show the likeliest digit anyway", phone.locator(".answer-bars li").first)
    expect(phone.locator(".answer-bars li")).to_have_count(3)
    expect(phone.locator(".heatmap")).to_be_visible()


def test_people_who_draw_at_once_see_their_own_digits(chromium: Browser, server: str) -> None:
    digits = (0, 2, 7)
    contexts = [chromium.new_context() for _ in digits]
    pages = [context.new_page() for context in contexts]
    errors = [errors_in_console(page) for page in pages]
    for page in pages:
        open_page(page, server)
    for _ in range(2):
        for page, digit in zip(pages, digits, strict=True):
            draw(page, DIGITS[digit])
        for page, digit in zip(pages, digits, strict=True):
            expect_answer(page, digit)
            expect(page.locator(".heatmap")).to_contain_text(f"spoke for a {digit}")
            expect(page.get_by_role("alert")).to_have_count(0)
        for page in pages:
            press(page, "Clear")
            expect(page.locator(".message")).to_have_text(DRAWN_INVITATION)
    assert errors == [[], [], []]
    for context in contexts:
        context.close()


def test_who_leaves_before_the_answer_leaves_nothing_behind(
    chromium: Browser, desktop: Page, server: str, server_log: Path
) -> None:
    draw(desktop, DIGITS[7])
    expect_answer(desktop, 7)
    there = people_at(server)
    for _ in range(3):
        with chromium.new_context() as other:
            draw(open_page(other.new_page(), server), DIGITS[1])
    press(desktop, "Clear")
    draw(desktop, DIGITS[2])
    expect_answer(desktop, 2)
    wait_until(lambda: people_at(server) == there)
    assert "Traceback" not in server_log.read_text()


def people_at(server: str) -> int:
    """How many browsers the server is connected with, by its own count."""
    with urllib.request.urlopen(f"{server}/_stcore/metrics", timeout=PATIENCE) as answer:
        return int(re.search(r"^active_sessions (\d+)", answer.read().decode(), re.M)[1])  # type: ignore[index]


def test_a_stroke_brings_the_paper_and_its_answer_and_nothing_else(desktop: Page) -> None:
    messages: list[str | bytes] = []

    def note(message: str | bytes) -> None:
        messages.append(message)

    desktop.on("websocket", lambda socket: socket.on("framereceived", note))
    open_page(desktop, desktop.url)
    expect(desktop.get_by_text("Your hand")).to_be_visible()
    expect(desktop.get_by_text("Show model layers")).to_be_visible()
    on_the_whole_page = b"".join(each for each in messages if isinstance(each, bytes))
    messages.clear()

    draw(desktop, DIGITS[3])
    expect_answer(desktop, 3)
    expect(desktop.get_by_text("What the network sees")).to_be_visible()

    sent = b"".join(each for each in messages if isinstance(each, bytes))
    assert b"Undo" in sent and b"What the network sees" in sent
    for beside in (b"A picture or several", b"Ruled paper", b"Your hand", b"Show model layers"):
        assert beside in on_the_whole_page
        assert beside not in sent
    for folded in (
        b"all-digits",
        b"feature-map",
        b'class="step',
        b"side-by-side",
        b"Heatmap opacity",
    ):
        assert folded not in sent


# What would be done 0.2 s later, as the canvas sends by itself, is never done.
NO_WAIT_ENDS = """
const setTimer = window.setTimeout;
window.setTimeout = (act, after, ...rest) => (after === 200 ? 0 : setTimer(act, after, ...rest));
"""


@pytest.mark.parametrize("hand", [draw, draw_with_finger])
def test_a_stroke_is_sent_once_and_without_the_canvas_s_wait(
    phone: Page, hand: Callable[[Page, Strokes], None]
) -> None:
    sent: list[str | bytes] = []

    def note(message: str | bytes) -> None:
        sent.append(message)

    phone.add_init_script(NO_WAIT_ENDS)
    phone.on("websocket", lambda socket: socket.on("framesent", note))
    open_page(phone, phone.url)
    expect(phone.get_by_text("Your hand")).to_be_visible()
    sent.clear()

    hand(phone, DIGITS[7])
    expect_answer(phone, 7)
    wait_until_still(phone.locator(".answer"))

    assert [b"canvas" in each for each in sent if isinstance(each, bytes)] == [True]


def test_clear_empties_the_paper_and_invites(desktop: Page) -> None:
    draw(desktop, DIGITS[1])
    expect_answer(desktop, 1)

    press(desktop, "Clear")

    expect(desktop.locator(".message")).to_have_text(DRAWN_INVITATION)
    expect(desktop.locator(".answer-digit")).to_have_count(0)


def test_after_clear_the_same_digit_can_be_drawn_and_cleared_again(desktop: Page) -> None:
    for _ in range(4):
        draw(desktop, DIGITS[1])
        expect_answer(desktop, 1)

        press(desktop, "Clear")
        expect(desktop.locator(".message")).to_have_text(DRAWN_INVITATION)


def test_undo_takes_back_one_stroke_for_each_press_and_redo_brings_it_again(desktop: Page) -> None:
    draw(desktop, DIGITS[1])
    expect_answer(desktop, 1)
    strokes: list[Stroke] = [
        [(30.0, 20.0), (80.0, 20.0), (80.0, 80.0)],
        [(80.0, 80.0), (20.0, 80.0)],
    ]
    for count, stroke in enumerate(strokes, 2):
        draw(desktop, [stroke])
        wait_for_strokes(desktop, count)

    for name, count in (("Undo", 2), ("Redo", 3), ("Undo", 2), ("Undo", 1)):
        press(desktop, name)
        wait_for_strokes(desktop, count)

    expect_answer(desktop, 1)


def test_each_change_of_the_paper_has_a_key(desktop: Page) -> None:
    draw(desktop, DIGITS[4])
    expect_answer(desktop, 4)
    for key, is_empty in (("Escape", True), ("Control+z", False), ("Control+z", False)):
        desktop.keyboard.press(key)
        expect(desktop.locator(".message")).to_have_count(int(is_empty))
        assert frame_around_all(desktop) == "none"
    desktop.keyboard.press("Control+y")
    expect_answer(desktop, 4)


def frame_around_all(page: Page) -> str:
    """How Streamlit shows that all below the bar is focused."""
    return str(
        page.locator(".stMain").evaluate("e => getComputedStyle(e, '::before').boxShadow || 'none'")
    )


def test_who_comes_with_the_tab_key_sees_where_they_are_and_no_frame_around_all(
    desktop: Page,
) -> None:
    draw(desktop, DIGITS[1])
    expect_answer(desktop, 1)
    assert not desktop.evaluate("document.activeElement.matches('.stMain')")
    heading = desktop.locator(".st-key-heading h1")
    line = "e => getComputedStyle(e).textDecorationLine"
    assert heading.evaluate(line) == "none"

    desktop.locator(".stMain").evaluate("e => e.focus({ focusVisible: true })")

    assert heading.evaluate(line) == "underline"
    assert frame_around_all(desktop) == "none"


def test_a_drawing_is_there_and_answered_after_a_reload_and_in_no_other_tab(desktop: Page) -> None:
    draw(desktop, row_of_digits("27"))
    expect(desktop.locator(".answer-number")).to_have_text("27")
    kept = "JSON.parse(sessionStorage.getItem('handwritten-digits') ?? '{}').strokes?.length"
    wait_until(lambda: desktop.evaluate(kept) == 2)

    desktop.reload()
    expect(desktop.locator(".answer-number")).to_have_text("27")
    press(desktop, "Undo")
    expect_answer(desktop, 2)

    other = desktop.context.new_page()
    other.goto(desktop.url)
    expect(other.locator(".message")).to_have_text(DRAWN_INVITATION)
    other.close()


def test_an_upload_is_gone_after_a_reload_and_the_page_says_so(
    desktop: Page, written_one: Image.Image
) -> None:
    upload(desktop, "one.png", as_file(written_one))
    expect_answer(desktop, 1)
    kept = "sessionStorage.getItem('handwritten-digits')?.includes('\"had_upload\":true')"
    wait_until(lambda: desktop.evaluate(kept))
    desktop.reload()
    expect(desktop.locator(".message")).to_contain_text("is not kept when the page is loaded anew")


def test_a_picture_is_pasted(desktop: Page) -> None:
    content = base64.b64encode(as_file(Image.fromarray(draw_picture(DIGITS[3])))).decode()
    desktop.evaluate(PASTE, content)
    expect_answer(desktop, 3)
    expect(desktop.get_by_role("tab", name="Upload")).to_have_attribute("aria-selected", "true")
    expect(desktop.locator(".uploaded img")).to_be_visible()


PASTE = """
(content) => {
  const bytes = Uint8Array.from(atob(content), (each) => each.charCodeAt(0));
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([bytes], "pasted.png", { type: "image/png" }));
  document.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
}
"""


def test_a_lost_connection_is_said(chromium: Browser, tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    with started_server(log) as own, chromium.new_page() as page:
        wait_until_healthy(own, log)
        open_page(page, own.url)
        draw(page, DIGITS[1])
        expect_answer(page, 1)
        expect(page.locator(".lost")).to_be_hidden()
        own.process.terminate()
        expect(page.locator(".lost")).to_be_visible()
        expect(page.locator(".lost")).to_contain_text("your drawing is kept")


def test_the_paper_says_what_it_is_and_where_else_to_go(desktop: Page) -> None:
    expect(paper(desktop)).to_have_attribute("role", "img")
    expect(paper(desktop)).to_have_attribute("aria-label", re.compile("Upload, beside Draw"))


def test_switching_tabs_loses_neither_drawing_nor_file(
    desktop: Page, written_one: Image.Image
) -> None:
    draw(desktop, DIGITS[7])
    expect_answer(desktop, 7)
    upload(desktop, "one.png", as_file(written_one))
    expect_answer(desktop, 1)

    desktop.get_by_role("tab", name="Draw").click()
    expect_answer(desktop, 7)
    expect(paper(desktop)).to_be_visible()

    desktop.get_by_role("tab", name="Camera").click()
    expect(desktop.locator(".message")).to_contain_text("Take a photo")

    desktop.get_by_role("tab", name="Upload").click()
    expect_answer(desktop, 1)
    expect(desktop.get_by_text("one.png")).to_be_visible()


def test_bad_files_get_a_sentence_each_and_a_good_one_still_an_answer(
    desktop: Page, bad_files: dict[str, bytes], written_one: Image.Image, screenshots: Path
) -> None:
    for number, (what, content) in enumerate(bad_files.items()):
        upload(desktop, f"{number}.png", content)

        expect(desktop.get_by_text(f"{number}.png")).to_be_visible()
        expect(desktop.get_by_role("alert")).to_have_count(1)
        expect(desktop.get_by_text("Traceback")).to_have_count(0)
        desktop.screenshot(path=screenshots / f"bad-{what.replace(' ', '-')}.png")

    upload(desktop, "one.png", as_file(written_one))
    expect_answer(desktop, 1)
    expect(desktop.get_by_role("alert")).to_have_count(0)


def test_a_photo_from_the_camera_is_kept_while_another_tab_is_open(desktop: Page) -> None:
    desktop.get_by_role("tab", name="Camera").click()
    expect(desktop.locator("video")).to_have_js_property("readyState", 4)
    press(desktop, "Take Photo")
    expect(desktop.locator(".answer, .problem")).to_be_visible()

    desktop.get_by_role("tab", name="Draw").click()
    expect(desktop.locator(".message")).to_have_text(DRAWN_INVITATION)

    desktop.get_by_role("tab", name="Camera").click()
    expect(desktop.locator(".answer, .problem")).to_be_visible()
    expect(desktop.get_by_role("button", name="Clear photo")).to_be_visible()


def test_what_the_network_sees_opens_on_its_28_by_28_pixels(desktop: Page) -> None:
    draw(desktop, DIGITS[3])
    expect_answer(desktop, 3)

    desktop.get_by_text("What the network sees", exact=True).first.click()

    last = desktop.locator(".step img").last
    expect(last).to_be_visible()
    expect(last).to_have_css("image-rendering", "pixelated")
    expect(last).to_have_js_property("naturalWidth", 28)


def test_the_convolutions_can_be_chosen(desktop: Page) -> None:
    draw(desktop, DIGITS[2])
    expect_answer(desktop, 2)
    before = heatmap(desktop)

    open_method(desktop)
    layer = desktop.get_by_role("combobox", name="Last conv layer")
    layer.scroll_into_view_if_needed()  # a page that moves under it closes the list
    layer.click()
    desktop.get_by_role("option").first.click()

    expect_another_heatmap(desktop, before)


def wait_for_rest(page: Page) -> None:
    page.locator('.stApp[data-test-script-state="notRunning"]').wait_for()


def open_method(page: Page) -> None:
    layer = page.get_by_role("combobox", name="Last conv layer")
    open_part(page, "More about the method", layer)
    wait_for_rest(page)


def view(page: Page, name: str) -> None:
    wait_for_rest(page)
    page.get_by_test_id("stButtonGroup").get_by_text(name, exact=True).click()


def test_why_this_digit_and_why_not_another_are_one_click_away(desktop: Page) -> None:
    draw(desktop, DIGITS[3])
    expect_answer(desktop, 3)
    expect(desktop.locator(".colour-bar-numbers")).to_contain_text("logits")

    second = desktop.locator(".answer-bars .bar-digit").nth(1).inner_text()
    view(desktop, second)
    expect(desktop.locator(".heatmap")).to_contain_text(
        re.compile(f"(spoke|evidence) for an? {second}")
    )

    view(desktop, "Why not?")
    expect(desktop.locator(".heatmap")).to_contain_text("Orange speaks for a 3")

    view(desktop, "Side by side")
    expect(desktop.locator(".side-by-side img")).to_have_count(3)


def test_the_proof_shows_confidence_fall_as_ink_goes(desktop: Page, screenshots: Path) -> None:
    draw(desktop, DIGITS[3])
    expect_answer(desktop, 3)
    view(desktop, "Prove it")
    expect(desktop.locator(".curve-legend li")).to_have_count(2)
    first = desktop.locator(".proof-picture img").get_attribute("alt") or ""

    slider = desktop.get_by_role("slider", name=re.compile("of the ink"))
    slider.focus()
    for _ in range(4):
        slider.press("ArrowRight")

    expect(desktop.locator(".proof-picture img")).not_to_have_attribute("alt", first)
    expect(desktop.locator(".proof-picture img")).to_have_attribute("alt", re.compile("45%"))
    # The curve is drawn: an element of some height in the accent's colour, cut out by a mask.
    mask = desktop.locator(".curve-box .curve-line").evaluate("e => getComputedStyle(e).maskImage")
    assert mask.startswith('url("data:image/svg+xml')
    desktop.screenshot(path=screenshots / "proof.png")


def test_the_explanation_can_be_kept_as_picture_and_as_numbers(
    desktop: Page, written_one: Image.Image, tmp_path: Path
) -> None:
    large = written_one.resize((1600, 1920))
    upload(desktop, "one.png", as_file(large))
    expect_answer(desktop, 1)

    with desktop.expect_download() as picture:
        press(desktop, "Download picture")
    picture.value.save_as(tmp_path / "why.png")
    with desktop.expect_download() as numbers:
        press(desktop, "Download numbers (.npy)")
    numbers.value.save_as(tmp_path / "why.npy")

    assert picture.value.suggested_filename == "why-1-grad-cam-conv_8.png"
    with Image.open(tmp_path / "why.png") as kept:
        assert kept.width == 1600  # its own resolution
        assert kept.height > 1920  # and what the colours mean
    evidence = np.load(tmp_path / "why.npy")
    assert evidence.shape == (14, 14)
    assert evidence.dtype == np.float32
    assert evidence.max() > 0


def test_the_layers_are_listed_with_their_parameters(desktop: Page) -> None:
    heading = desktop.get_by_role("columnheader", name="Parameters")
    open_part(desktop, "Show model layers", heading)

    expect(heading).to_be_in_viewport()
    expect(desktop.get_by_role("row", name=re.compile("Conv2D")).first).to_be_visible()


def test_a_number_drawn_with_the_mouse_is_read(desktop: Page, screenshots: Path) -> None:
    draw(desktop, row_of_digits("2026"))

    expect(desktop.locator(".answer-number")).to_have_text("2026")
    expect(desktop.locator(".heatmap")).to_contain_text("spoke for each digit")
    desktop.screenshot(path=screenshots / "drawn-2026.png")


def test_digits_that_touch_are_read_apart(desktop: Page) -> None:
    draw(desktop, row_of_digits("10", pitch=0.4))

    expect(desktop.locator(".answer-number")).to_have_text("10")


def test_two_rows_are_read_one_below_the_other(desktop: Page, phone: Page) -> None:
    rows = row_of_digits("204", 0.35, middle=28) + row_of_digits("73", 0.35, middle=74)
    draw(desktop, rows)
    draw_with_finger(phone, rows)

    for page in (desktop, phone):
        expect(page.locator(".answer-number")).to_have_text(re.compile(r"^204\s*73$"))
        expect(page.get_by_role("radio", name=re.compile(r"^\d "))).to_have_count(5)


def test_an_uploaded_number_is_read(desktop: Page) -> None:
    sheet = np.full((160, 420), 255, np.uint8)
    for number, digit in enumerate("2047"):
        own = draw_picture(DIGITS[int(digit)], 110, 9)[..., 0]
        window = sheet[25:135, 10 + 96 * number : 120 + 96 * number]
        np.minimum(window, own, out=window)
    upload(desktop, "number.png", as_file(Image.fromarray(sheet)))

    expect(desktop.locator(".answer-number")).to_have_text("2047")


def test_a_number_drawn_with_a_finger_is_read_and_each_digit_explained(phone: Page) -> None:
    draw_with_finger(phone, row_of_digits("307"))

    expect(phone.locator(".answer-number")).to_have_text("307")
    phone.get_by_role("radio", name=re.compile("^7 ")).click()
    expect_answer(phone, 7)
    expect(phone.locator(".heatmap")).to_contain_text("spoke for a 7")


def test_digits_with_the_same_label_are_chosen_by_click_and_key_each_for_itself(
    desktop: Page,
) -> None:
    draw(desktop, row_of_digits("2026"))
    expect(desktop.locator(".answer-number")).to_have_text("2026")
    digits = desktop.get_by_role("radio", name=re.compile(r"^\d "))
    expect(digits.nth(2)).to_have_text(digits.nth(0).inner_text())

    for place in (0, 2, 0):
        digits.nth(place).click()
        expect_only_chosen(digits, place)
    for _ in range(2):
        desktop.keyboard.press("ArrowRight")
    expect(digits.nth(2)).to_be_focused()
    desktop.keyboard.press("Space")
    expect_only_chosen(digits, 2)
    expect_answer(desktop, 2)
    expect(desktop.locator(".heatmap img")).to_be_in_viewport()

    digits.nth(2).click()
    expect(desktop.locator(".answer-digit")).to_have_count(0)
    expect_only_chosen(digits, None)


def expect_only_chosen(digits: Locator, place: int | None) -> None:
    """Of the digits of a number; None for none."""
    for each in range(digits.count()):
        checked = "true" if each == place else "false"
        expect(digits.nth(each)).to_have_attribute("aria-checked", checked)


def test_the_sheet_is_twice_as_wide_as_high_and_strokes_land_under_the_pointer(
    desktop: Page, phone: Page
) -> None:
    for page in (desktop, phone):
        box = paper(page).bounding_box()
        assert box is not None
        assert box["width"] == pytest.approx(2 * box["height"], abs=1)
        draw(page, [[(20.0, 50.0), (80.0, 50.0)]])
        expect(page.locator(".answer")).to_be_visible()
        inked = paper(page).evaluate(INKED)
        assert inked == pytest.approx([0.35, 0.65, 0.5, 0.5], abs=0.06)


INKED = """
(upper) => {
  const canvas = upper.parentElement.querySelector("canvas.lower-canvas");
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  let [left, right, top, bottom] = [1, 0, 1, 0];
  for (let i = 0; i < data.length; i += 4) {
    if (data[i] < 128 && data[i + 3] > 128) {
      const [x, y] = [((i / 4) % width) / width, Math.floor(i / 4 / width) / height];
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
    }
  }
  return [left, right, top, bottom];
}
"""


# ---- What there is to try, what was read before, and what else can be opened


def test_an_example_is_read_when_it_is_clicked_and_the_next_one_after_it(phone: Page) -> None:
    ruled = phone.get_by_role("button", name="Ruled paper")
    picture = ruled.evaluate("e => getComputedStyle(e, '::before').backgroundImage")
    assert picture.startswith('url("data:image/')
    ruled.click()
    expect(phone.locator(".answer-number")).to_have_text("5081")
    expect(phone.locator(".uploaded img")).to_be_visible()

    phone.get_by_role("button", name="A scribble").click()
    expect(phone.locator(".answer-doubt")).to_be_visible()


def test_the_answer_is_copied(desktop: Page) -> None:
    desktop.context.grant_permissions(["clipboard-read", "clipboard-write"])
    draw(desktop, row_of_digits("27"))
    expect(desktop.locator(".answer-number")).to_have_text("27")

    button = desktop.locator("button.copy")
    button.click()

    expect(button).to_have_text("Copied")
    assert desktop.evaluate("navigator.clipboard.readText()") == "27"
    expect(button).to_have_text("Copy answer")


def test_an_earlier_answer_comes_back_with_its_drawing(desktop: Page) -> None:
    draw(desktop, DIGITS[7])
    expect_answer(desktop, 7)
    press(desktop, "Clear")
    expect(desktop.locator(".message")).to_have_text(DRAWN_INVITATION)
    draw(desktop, DIGITS[4])
    expect_answer(desktop, 4)
    wait_for_strokes(desktop, 2)

    seven = desktop.locator(".st-key-earlier-row").get_by_role("button", name="7")
    open_part(desktop, "Earlier answers", seven)
    seven.click()

    expect_answer(desktop, 7)
    expect(desktop.locator(".heatmap")).to_contain_text("spoke for a 7")
    wait_for_strokes(desktop, 1)
    expect(desktop.locator(".st-key-earlier-row").get_by_role("button", name="4")).to_be_visible()


def test_a_feature_map_that_is_clicked_lies_on_the_picture(phone: Page) -> None:
    draw(phone, DIGITS[4])
    expect_answer(phone, 4)
    maps = phone.locator(".map")
    open_part(phone, "Inside the network", maps.nth(1))

    for chosen in (1, 0):
        maps.nth(chosen).click()
        shown = [maps.nth(number).locator(".map-on-picture") for number in (0, 1)]
        expect(shown[chosen]).to_be_visible()
        expect(shown[1 - chosen]).to_be_hidden()
        picture = phone.locator(".inside-picture").bounding_box()
        overlay = shown[chosen].bounding_box()
        assert picture is not None
        assert overlay is not None
        # A 4 in the middle of the paper: what the network saw of it is in the middle, too.
        middle = overlay["x"] + overlay["width"] / 2 - picture["x"]
        assert middle == pytest.approx(picture["width"] / 2, rel=0.1)
        assert 0.9 < overlay["height"] / picture["height"] < 1.5


def test_all_ten_digits_are_shown_on_demand(desktop: Page) -> None:
    draw(desktop, DIGITS[7])
    expect_answer(desktop, 7)

    open_part(desktop, "All ten digits", desktop.locator(".all-digits"))

    expect(desktop.locator(".all-digits li")).to_have_count(10)


def test_a_phone_reaches_the_switch_for_light_and_dark(phone: Page) -> None:
    background = "getComputedStyle(document.querySelector('.stApp')).backgroundColor"
    light = phone.evaluate(background)

    phone.get_by_role("button", name="Main menu").click()
    phone.get_by_text("dark_mode").click()

    wait_until(lambda: phone.evaluate(background) != light)
