"""Where ink lies on a picture as people see it, for what is laid over it."""

from __future__ import annotations

import cv2
import numpy as np

from digits.common.errors import NoInkError
from digits.picture.decoding import DecodedPicture
from digits.picture.drawing_ink import drawing_contrast, drawing_paper, padded_photo
from digits.picture.ink_finding import without_needless
from digits.picture.ink_parts import threshold_and_peak
from digits.picture.pixels import Ink, InkMap
from digits.picture.preparation import prepare_sheet, sheet_with_ink


def ink_on_picture(picture: DecodedPicture, ink: Ink = "auto") -> InkMap:
    """How much handwriting lies on every pixel of an upright picture, to be shown.

    Args:
        picture: from `decoding.decode_picture`.
        ink: as for `prepare_sheet`.

    Returns:
        float32 (H, W) in [0, 1]; all 0 where nothing is drawn. Of a drawing its lines count, too.
    """
    pixels, ink = sheet_with_ink(picture, ink)
    plain = without_needless(pixels)
    paper = drawing_paper(plain)
    if paper is not None:
        contrast = drawing_contrast(plain, paper, ink)
        if padded_photo(contrast) is None:
            peak = threshold_and_peak(contrast, 0.0)[1]
            return np.minimum(contrast.astype(np.float32) / np.float32(max(peak, 1)), 1)
    try:
        sheet = prepare_sheet(picture, ink)
    except NoInkError:
        return np.zeros(pixels.shape[:2], np.float32)
    size = pixels.shape[1], pixels.shape[0]
    placed = cv2.warpAffine(sheet.ink_map, sheet.view.to_picture[:2], size)
    return np.asarray(placed, np.float32)
