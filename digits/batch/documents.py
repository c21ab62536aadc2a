"""Files of several pages: TIFF by Pillow, PDF by PDFium, page by page."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digits.common.errors import PictureError
from digits.picture.bombs import refuse_bombs
from digits.picture.decoding import Picture
from digits.picture.file_kinds import is_pdf, is_tiff

if TYPE_CHECKING:
    import pypdfium2

MOST_PAGES = 10_000
"""Of a document; what lies behind is not read, for nobody scans so much into a file."""
# Dots an inch, as scanners have it, and pixels of a page at most.
_RESOLUTION, _MOST_PIXELS = 200, 12_000_000
_POINTS = 72  # of PDF, an inch
_DAMAGED = "This document is damaged or incomplete: save or send it again."
HOW_TO_READ_PDF = "This is a PDF: pip install -r requirements-batch.txt, and its pages are read."


def count_pages(content: bytes) -> int:
    """How many pages a file has: 1 for whatever is neither TIFF nor PDF.

    Args:
        content: of the file.

    Returns:
        From 1 to `MOST_PAGES`.

    Raises:
        PictureError: it cannot be opened.
    """
    if is_pdf(content):
        with _open_pdf(content) as pdf:
            return min(max(1, len(pdf)), MOST_PAGES)
    if is_tiff(content):
        return _count_tiff_pages(content)
    return 1


def picture_of_page(content: bytes, page: int) -> Picture:
    """One page of a document, to be decoded.

    Args:
        content: of a TIFF or a PDF.
        page: 1 is the first.

    Returns:
        Of a TIFF an opened image; of a PDF uint8 (H, W, 3), at 200 dots an inch or, of a large
        sheet, 12 megapixels.

    Raises:
        PictureError: the page is not there, or the document is damaged or locked.
    """
    if is_pdf(content):
        return _rendered(content, page)
    file = io.BytesIO(content)
    refuse_bombs(file)
    try:
        image = Image.open(file, formats=["TIFF"])
        image.seek(page - 1)
    except Exception as error:  # whatever Pillow stumbles over
        raise PictureError(_DAMAGED) from error
    return image


def _count_tiff_pages(content: bytes) -> int:
    file = io.BytesIO(content)
    refuse_bombs(file)
    try:
        with Image.open(file, formats=["TIFF"]) as image:
            return min(getattr(image, "n_frames", 1), MOST_PAGES)
    except Exception as error:
        raise PictureError(_DAMAGED) from error


def _rendered(content: bytes, page: int) -> NDArray[np.uint8]:
    try:
        with _open_pdf(content) as pdf:
            sheet = pdf[page - 1]
            width, height = sheet.get_size()
            most = math.sqrt(_MOST_PIXELS / max(1.0, width * height))
            bitmap = sheet.render(scale=min(_RESOLUTION / _POINTS, most), rev_byteorder=True)
            pixels = bitmap.to_numpy()
            return np.array(pixels[..., :3] if pixels.ndim == 3 else pixels)
    except PictureError:
        raise
    except Exception as error:  # whatever PDFium stumbles over
        raise PictureError(_DAMAGED) from error


def _open_pdf(content: bytes) -> pypdfium2.PdfDocument:
    try:
        import pypdfium2
    except ImportError as error:
        raise PictureError(HOW_TO_READ_PDF) from error
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            raise PictureError("This PDF is locked with a password: save it without.") from error
        raise PictureError(_DAMAGED) from error
