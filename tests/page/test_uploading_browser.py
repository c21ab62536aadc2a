"""Files given in a real browser: any is taken, and each gets its answer or its sentence."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.conftest import as_file
from tests.page.test_browser import expect_answer
from tests.page.test_explanation_browser import pixels_of


def give(page: Page, name: str, kind: str, content: bytes) -> None:
    """Choose a file of some kind, as the browser calls it."""
    page.get_by_role("tab", name="Upload").click()
    file = FilePayload(name=name, mimeType=kind, buffer=content)
    page.get_by_test_id("stFileUploader").locator("input").set_input_files(file)


@pytest.mark.parametrize(
    ("name", "kind", "content", "said"),
    [
        ("a.pdf", "application/pdf", b"%PDF-1.7 ...", "This is a PDF"),
        ("a.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This is an SVG"),
        ("notes.txt", "text/plain", b"4 8 15", "This file is not a picture"),
        ("no_suffix", "application/octet-stream", b"\x00\x01", "This file is not a picture"),
        ("large.png", "image/png", bytes(11_000_000), "This file has 11 MB, and the limit is 10"),
    ],
)
def test_any_file_is_taken_and_gets_its_sentence_where_the_answer_stands(
    desktop: Page, name: str, kind: str, content: bytes, said: str
) -> None:
    give(desktop, name, kind, content)

    expect(desktop.locator(".st-key-answer").get_by_role("alert")).to_contain_text(said)
    expect(desktop.get_by_role("alert")).to_have_count(1)  # and none of Streamlit's own


def test_a_picture_is_read_whatever_it_is_called(desktop: Page, written_one: Image.Image) -> None:
    give(desktop, "one", "application/octet-stream", as_file(written_one))
    expect_answer(desktop, 1)


def test_a_picture_is_shown_with_what_was_read_framed_heatmap_or_not(
    desktop: Page, written_one: Image.Image
) -> None:
    sheet = Image.new("RGB", (600, 400), (238, 236, 230))
    sheet.paste(written_one, (300, 80))
    give(desktop, "one.png", "image/png", as_file(sheet))
    expect_answer(desktop, 1)
    desktop.get_by_text("Show Grad-CAM heatmap").click()
    expect(desktop.locator(".heatmap")).to_have_count(0)

    shown = pixels_of(desktop.locator(".uploaded img"))
    down, across = np.nonzero(shown[..., 2] - shown[..., 0] > 80)  # blue: no ink, and no paper
    per_pixel = 600 / shown.shape[1]
    frame = [across.min(), down.min(), across.max(), down.max()]

    left, top, right, bottom = (float(each) * per_pixel for each in frame)
    # The 1's ink, 9 pixels around a line from (404, 120) to (396, 280), is in it, and little else.
    assert 340 < left < 390 and 80 < top < 120
    assert 410 < right < 460 and 280 < bottom < 320
