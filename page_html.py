"""The parts of the page that are plain HTML: text from values, nothing else.

Streamlit's own charts and images weigh more than three bars and a picture need. Every picture
travels inside the page as a data URI, so none of them gets an address on the server.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digit_network import LayerRow
from digit_predictor import format_confidence

# A step of at most this many pixels a side is shown as pixels, not smoothed.
PIXELATED_BELOW = 64


def answer(top_k: Sequence[tuple[int, float]], doubt: str | None = None) -> str:
    """The likeliest digit, large, and the likeliest few as bars with numbers.

    Where it is doubted to be a digit, the doubt stands in the large digit's place, and the bars are
    subdued.
    """
    rows = "".join(_bar(*candidate) for candidate in top_k)
    bars = f'<ol class="answer-bars" aria-label="The likeliest digits">{rows}</ol>'
    if doubt is not None:
        return _doubted(doubt, bars)
    digit, confidence = top_k[0]
    return f"""
    <section class="answer" role="status">
      <div class="answer-best">
        <p class="answer-label">Likeliest digit</p>
        <p class="answer-digit">{digit}</p>
        <p class="answer-confidence">{html.escape(format_confidence(confidence))} confident</p>
      </div>
      {bars}
    </section>
    """


def _doubted(doubt: str, bars: str) -> str:
    return f"""
    <section class="answer doubted" role="status">
      <p class="answer-doubt">{html.escape(doubt)}</p>
      <div>
        <p class="answer-label">If it is one, likeliest:</p>
        {bars}
      </div>
    </section>
    """


def _bar(digit: int, confidence: float) -> str:
    return f"""
    <li>
      <span class="bar-digit">{digit}</span>
      <span class="bar-track" aria-hidden="true">
        <span class="bar-fill" style="width: {100 * confidence:.2f}%"></span>
      </span>
      <span class="bar-number">{html.escape(format_confidence(confidence))}</span>
    </li>
    """


def message(sentence: str, *, problem: bool = False) -> str:
    """One sentence where the answer would stand: an invitation, or what is wrong."""
    mark, kind, role = ("!", "problem", "alert") if problem else ("?", "invitation", "status")
    return f"""
    <section class="message {kind}" role="{role}">
      <p class="message-mark" aria-hidden="true">{mark}</p>
      <p class="message-text">{html.escape(sentence)}</p>
    </section>
    """


def heatmap(picture: Image.Image, digit: int, *, blank: bool, is_digit: bool = True) -> str:
    """The person's own picture with the heatmap over it, and what its colours mean."""
    if blank:
        caption = f"This layer holds no positive evidence for {_with_article(digit)}."
    else:
        spoke = "spoke" if is_digit else "would speak"
        caption = f"What {spoke} for {_with_article(digit)}: yellow the most, violet a little."
    return f"""
    <figure class="heatmap">
      <img src="{_data_uri(picture)}" alt="Your picture with the Grad-CAM heatmap for {digit}">
      <figcaption>{caption}</figcaption>
    </figure>
    """


def _with_article(digit: int) -> str:
    return f"an {digit}" if digit == 8 else f"a {digit}"


def steps(pictures: Iterable[tuple[str, NDArray[np.uint8]]]) -> str:
    """The pictures on the way from the person's picture to the network's, in order."""
    return f'<div class="steps">{"".join(_step(name, pixels) for name, pixels in pictures)}</div>'


def _step(name: str, pixels: NDArray[np.uint8]) -> str:
    kind = "pixelated" if max(pixels.shape[:2]) <= PIXELATED_BELOW else "smooth"
    label = html.escape(name)
    source = _data_uri(Image.fromarray(pixels))
    return f"""
    <figure class="step">
      <img class="{kind}" src="{source}" alt="{label}">
      <figcaption>{label}</figcaption>
    </figure>
    """


def layers(rows: Sequence[LayerRow]) -> str:
    """The network, a layer a line."""
    body = "".join(
        f"<tr><td>{html.escape(row.name)}</td><td>{html.escape(row.kind)}</td>"
        f"<td>{_size(row.output_shape)}</td>"
        f'<td class="number">{row.parameters:,}</td></tr>'
        for row in rows
    )
    total = sum(row.parameters for row in rows)
    return f"""
    <div class="layers" tabindex="0" role="region" aria-label="Model layers">
      <table>
        <caption>Model layers</caption>
        <thead><tr><th>Layer</th><th>Kind</th><th>Output shape</th>
          <th class="number">Parameters</th></tr></thead>
        <tbody>{body}</tbody>
        <tfoot><tr><td colspan="3">Total</td><td class="number">{total:,}</td></tr></tfoot>
      </table>
    </div>
    """


def _size(shape: Sequence[int]) -> str:
    """Write a shape as people do: 14 × 14 × 32."""
    return " × ".join(map(str, shape))


def _data_uri(picture: Image.Image) -> str:
    """Encode a picture for the page."""
    # JPEG would smear the few pixels of the network's own picture.
    kind = "PNG" if max(picture.size) <= PIXELATED_BELOW else "JPEG"
    encoded = io.BytesIO()
    picture.save(encoded, kind, **({"quality": 88} if kind == "JPEG" else {}))
    text = base64.b64encode(encoded.getvalue()).decode("ascii")
    return f"data:image/{kind.lower()};base64,{text}"
