"""A page of a document as a picture of its own: what is read in it is what was read in the page."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from digits.batch.background import BackgroundReading
from digits.batch.documents import picture_of_page
from digits.batch.page_rendering import page_as_picture
from digits.batch.places import Place
from digits.batch.task import ReadingTask
from digits.batch.upload import take_upload
from digits.common.errors import PictureError
from digits.picture.decoding import decode_picture
from tests.batch.test_places import document, png, zipped


@pytest.mark.parametrize("kind", ["TIFF", "PDF"])
def test_a_page_is_the_picture_that_was_read(kind: str) -> None:
    if kind == "PDF":
        pytest.importorskip("pypdfium2")
    content = document(kind, 3, 8)
    for page in (1, 2):
        shown = decode_picture(page_as_picture(content, page))
        read = decode_picture(picture_of_page(content, page))
        assert np.array_equal(shown.pixels, read.pixels)
        assert shown.alpha_ink is None


def test_what_is_drawn_on_nothing_stays_so() -> None:
    file, alpha = io.BytesIO(), np.zeros((40, 30), np.uint8)
    alpha[5:35, 12:18] = 255
    page = Image.fromarray(np.dstack([np.zeros_like(alpha)] * 3 + [alpha]))
    page.save(file, "TIFF", save_all=True, append_images=[page])
    shown = decode_picture(page_as_picture(file.getvalue(), 2))
    assert shown.alpha_ink is not None
    assert np.array_equal(shown.alpha_ink, alpha)


def test_a_page_that_is_not_there_is_a_sentence() -> None:
    with pytest.raises(PictureError, match="damaged"):
        page_as_picture(document("TIFF", 1, 2), 9)


def test_pages_and_files_of_an_upload_are_fetched_once() -> None:
    pages = document("TIFF", 1, 2)
    upload = take_upload([("all.zip", zipped({"pages.tif": pages})), ("3.png", png(3))])
    reading = BackgroundReading(upload, ReadingTask("0" * 16), lambda: False)
    place = Place("all.zip/pages.tif", page=2)
    assert reading.fetch(Place("3.png")) == png(3)
    assert reading.fetch(place) == page_as_picture(pages, 2)
    assert reading.fetch(place) is reading.fetch(place)
    assert reading.fetch(Place("none.tif", page=1)) is None
    reading.stop()
