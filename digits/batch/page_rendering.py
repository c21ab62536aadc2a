"""A page of a document as a picture, made where a decoder that fails ends nothing else."""

from __future__ import annotations

import io
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

import numpy as np
from PIL import Image

from digits.batch.documents import picture_of_page
from digits.common.errors import PictureError
from digits.common.worker_process import begin_work
from digits.picture.decoding import decode_picture

_FAILED = "This page cannot be shown: save it as a picture to see why it was read so."


def page_as_picture(content: bytes, page: int) -> bytes:
    """A page of a document, upright, as it is read: a PNG file, which is read alike.

    PDFium and Pillow decode documents in C, and a process of its own (half a second) does it.

    Args:
        content: of a TIFF or a PDF.
        page: 1 is the first.

    Raises:
        PictureError: as `documents.picture_of_page`, or the decoder ended its process.
    """
    context = get_context("spawn")
    with ProcessPoolExecutor(1, context, initializer=begin_work) as pool:
        try:
            return pool.submit(_as_png, content, page).result()
        except BrokenProcessPool as error:
            raise PictureError(_FAILED) from error


def _as_png(content: bytes, page: int) -> bytes:
    decoded, file = decode_picture(picture_of_page(content, page)), io.BytesIO()
    pixels, alpha = decoded.pixels, decoded.alpha_ink
    if alpha is not None:  # the drawing is what is not transparent
        pixels = np.dstack([np.zeros_like(alpha), alpha])
    Image.fromarray(pixels).save(file, "PNG", compress_level=1)
    return file.getvalue()
