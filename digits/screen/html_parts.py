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

from digits.explanation.faithfulness import FaithfulnessCheck, area_under_curve
from digits.explanation.sentences import with_article
from digits.network.layers import LayerRow
from digits.network.serving import Network
from digits.reading.digit import format_confidence
from digits.screen.confidence_words import sureness_of_number

# A step of at most this many pixels a side is shown as pixels, not smoothed.
PIXELATED_BELOW = 64


BY_HAND = "Corrected by hand"
_LOGITS = (
    '<p class="heatmap-caption">Logits are the sums that the network compares; 1 more is 2.7 times '
    "as likely.</p>"
)


def answer(
    top_k: Sequence[tuple[int, float]], *, is_alone: bool = True, by_hand: int | None = None
) -> str:
    """The likeliest digit, large, and the likeliest few as bars with numbers.

    Args:
        top_k: best first.
        is_alone: whether it is the answer, and no digit of a number, which is copied as a whole.
        by_hand: what a person says that it is, which takes the likeliest digit's place.
    """
    read, confidence = top_k[0]
    is_corrected = by_hand is not None and by_hand != read
    digit = by_hand if is_corrected else read
    sureness = f"{format_confidence(confidence)} confident"
    words = _read_as(with_article(read), confidence) if is_corrected else sureness
    return f"""
    <section class="answer{"" if is_alone else " of-number"}" role="status">
      <div class="answer-best">
        <p class="answer-label">{BY_HAND if is_corrected else "Likeliest digit"}</p>
        <p class="answer-digit">{digit}</p>
        <p class="answer-confidence">{html.escape(words)}</p>
        {_copy_button(str(digit)) if is_alone else ""}
      </div>
      {_bars(top_k)}
    </section>
    """


def number(written: str, confidence: float, by_hand: str | None = None) -> str:
    """A whole number, large, a row a line, and how sure it is.

    Args:
        written: what was read.
        confidence: that it is right as a whole.
        by_hand: what a person says that it is, which takes its place.
    """
    shown = written if by_hand is None else by_hand
    is_corrected = shown != written
    read = _read_as(" ".join(written.split()), confidence)
    if not shown.strip():
        return doubt(f"{BY_HAND}: no digit. {read}.")
    words = read if is_corrected else sureness_of_number(confidence)
    return f"""
    <section class="answer number" role="status">
      <p class="answer-label">{BY_HAND if is_corrected else "Number"}</p>
      {_large(shown)}
      <div class="answer-below">
        <p class="answer-confidence">{html.escape(words)}</p>
        {_copy_button(shown)}
      </div>
    </section>
    """


def no_digit_by_hand(top_k: Sequence[tuple[int, float]]) -> str:
    """What a person says is no digit, and what it was read as, best first."""
    read, confidence = top_k[0]
    return doubt(f"{BY_HAND}: no digit. {_read_as(with_article(read), confidence)}.")


def _read_as(what: str, confidence: float) -> str:
    return f"Read as {what}, {format_confidence(confidence)} confident"


def doubt(sentence: str) -> str:
    """Why something may be no digit or number, in the large digit's place."""
    return f"""
    <section class="answer doubted" role="status">
      <p class="answer-doubt">{html.escape(sentence)}</p>
    </section>
    """


def likeliest_anyway(top_k: Sequence[tuple[int, float]]) -> str:
    """The likeliest few of what is doubted to be a digit, subdued."""
    return f"""
    <section class="anyway doubted" role="status">
      <p class="answer-label">If it were a digit:</p>
      {_bars(top_k)}
    </section>
    """


def number_anyway(written: str) -> str:
    """What is doubted to be a number, subdued."""
    return f"""
    <section class="anyway doubted" role="status">
      <p class="answer-label">If it were a number:</p>
      {_large(written)}
    </section>
    """


def uploaded(picture: Image.Image) -> str:
    """The picture that a person gave, with what was read on it framed."""
    return f"""
    <figure class="uploaded">
      <img src="{data_uri(picture)}" alt="Your picture, with what was read framed">
    </figure>
    """


def correction(network_input: NDArray[np.float32], sentence: str) -> str:
    """What a person said of a digit, beside what the network saw of it.

    Args:
        network_input: float32 (28, 28) in [0, 1], white ink on black.
        sentence: what it was read as, and what it is.
    """
    paper = Image.fromarray(255 - np.rint(255 * network_input).astype(np.uint8))
    return f"""
    <p class="correction">
      <img src="{data_uri(paper)}" alt="The digit">
      {html.escape(sentence)}
    </p>
    """


def _copy_button(text: str) -> str:
    """What `browser_side.js` copies when it is pressed."""
    return (
        f'<button class="link copy" type="button" data-copy="{html.escape(text)}">'
        "Copy answer</button>"
    )


def all_digits(probabilities: Sequence[float]) -> str:
    """All ten digits with how sure the network is of each, in their order."""
    return f'<div class="all-digits">{_bars(list(enumerate(probabilities)))}</div>'


def telling_part(sentence: str) -> str:
    """By what a digit was known, in a sentence for laymen."""
    return f'<p class="telling">{html.escape(sentence)}</p>'


def feature_maps(
    picture: Image.Image,
    digit: Image.Image,
    maps: Sequence[tuple[str, Image.Image]],
    placement: NDArray[np.float64],
    caption: str,
) -> str:
    """A convolution's feature maps as a grid; the chosen one lies on the picture.

    It is chosen in the browser alone: each is a radio button whose own image is shown.

    Args:
        picture: that was read.
        digit: what the network sees of it, behind each map by itself.
        maps: of each its name and its image, with transparency, all of one size.
        placement: float64 (2, 3), from pixels of such an image to those of the picture, x before y.
        caption: a sentence below them, or none.
    """
    items = "".join(
        _feature_map(name, image, _on_picture(image, picture, placement), is_chosen=number == 0)
        for number, (name, image) in enumerate(maps)
    )
    style = f"--ratio: {picture.width} / {picture.height}; --digit: url({data_uri(digit)})"
    return f"""
    <div class="inside" style="{style}">
      <img class="inside-picture" src="{data_uri(picture)}" alt="Your picture">
      <div class="maps" role="radiogroup" aria-label="Feature maps">{items}</div>
      <p class="heatmap-caption">{html.escape(caption)}</p>
    </div>
    """


def _feature_map(name: str, image: Image.Image, place: str, *, is_chosen: bool) -> str:
    label, source = html.escape(name), data_uri(image)
    return f"""
    <label class="map">
      <input type="radio" name="feature-map"{" checked" if is_chosen else ""}>
      <img class="map-on-picture" src="{source}" alt="" style="{place}">
      <img class="map-alone" src="{source}" alt="">
      <span>{label}</span>
    </label>
    """


def _on_picture(image: Image.Image, picture: Image.Image, placement: NDArray[np.float64]) -> str:
    """Where an image lies on the picture, in shares of that."""
    (wide, _, x), (_, tall, y) = placement
    left, top = (x + 0.5 - wide / 2) / picture.width, (y + 0.5 - tall / 2) / picture.height
    width, height = wide * image.width / picture.width, tall * image.height / picture.height
    return f"--x: {left:.4f}; --y: {top:.4f}; --w: {width:.4f}; --h: {height:.4f}"


def _large(written: str) -> str:
    rows = written.split("\n")
    longest = max(3, *map(len, rows))
    text = "<br>".join(map(html.escape, rows))
    return f'<p class="answer-number" style="--signs: {longest}">{text}</p>'


def _bars(top_k: Sequence[tuple[int, float]]) -> str:
    most = max(confidence for _, confidence in top_k)
    rows = "".join(_bar(*candidate, is_likeliest=candidate[1] == most) for candidate in top_k)
    return f'<ol class="answer-bars" aria-label="The likeliest digits">{rows}</ol>'


def _bar(digit: int, confidence: float, *, is_likeliest: bool) -> str:
    kind = "bar-fill likeliest" if is_likeliest else "bar-fill"
    return f"""
    <li>
      <span class="bar-digit">{digit}</span>
      <span class="bar-track" aria-hidden="true">
        <span class="{kind}" style="width: {100 * confidence:.2f}%"></span>
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


def waking() -> str:
    """Where an answer, or a heatmap, will stand when TensorFlow is loaded."""
    return """
    <section class="waking" role="status">
      <p class="waking-mark" aria-hidden="true"></p>
      <p class="message-text">Waking the network…</p>
    </section>
    """


def heatmap(picture: Image.Image, caption: str, colour_bar: str = "") -> str:
    """The person's own picture with the heatmap over it, and what its colours mean."""
    text = html.escape(caption)
    return f"""
    <figure class="heatmap">
      <img src="{data_uri(picture)}" alt="Your picture. {text}">
      {colour_bar}
      <figcaption>{text}</figcaption>
      {_LOGITS if colour_bar else ""}
    </figure>
    """


def colour_bar(stops: Sequence[str], labels: Sequence[str]) -> str:
    """Colours from left to right, and numbers at even distances below them."""
    *others, last = map(html.escape, labels)
    numbers = "".join(f"<span>{label}</span>" for label in (*others, f"{last} logits"))
    return f"""
    <div class="colour-bar" role="img" aria-label="Colours from {others[0]} to {last} logits">
      <div class="colour-bar-stops" style="background: linear-gradient(90deg, {", ".join(stops)})">
      </div>
      <div class="colour-bar-numbers">{numbers}</div>
    </div>
    """


def side_by_side(heatmaps: Iterable[tuple[str, Image.Image]], colour_bar: str, caption: str) -> str:
    """Several heatmaps with a title each, one colour bar for all, and what they show."""
    figures = "".join(
        f"""
        <figure class="beside">
          <figcaption>{html.escape(title)}</figcaption>
          <img src="{data_uri(picture)}" alt="Your picture with the evidence for {title}">
        </figure>
        """
        for title, picture in heatmaps
    )
    return f"""
    <div class="heatmap">
      <div class="side-by-side">{figures}</div>
      {colour_bar}
      <p class="heatmap-caption">{html.escape(caption)}</p>
      {_LOGITS if colour_bar else ""}
    </div>
    """


def chosen_picture(name: str) -> str:
    """The name of a picture that was chosen in a table, and the way back to that."""
    return f"""
    <div class="chosen-picture">
      <h2>{html.escape(name)}</h2>
      {_button_to_table("Back to the table")}
    </div>
    """


def least_height(key: str, pixels: int) -> str:
    """A rule that keeps the place of a container while what is in it is drawn anew.

    Without, the page is shorter for a moment, and who looks at its end finds it moved afterwards.
    """
    return f"<style>.st-key-{key} {{ min-height: {pixels}px }}</style>"


def table_is_below(sentence: str) -> str:
    """That pictures are read, and the way to their table."""
    to_table = _button_to_table("See the table below")
    return f'<p class="note" role="status">{html.escape(sentence)} {to_table}</p>'


def _button_to_table(text: str) -> str:
    """What `browser_side.js` brings the table into view for."""
    return f'<button class="link to-table" type="button">{html.escape(text)}</button>'


def note(sentence: str) -> str:
    """A sentence where a heatmap would stand."""
    return f'<p class="note" role="status">{html.escape(sentence)}</p>'


# ---- Taking ink away, and putting it on paper


def proof(check: FaithfulnessCheck, step: int, outcome: str, *, adding: bool) -> str:
    """The picture at one step of a check, what the network says to it, and the whole curve."""
    picture = Image.fromarray(np.rint(255 - 255 * check.pictures[step]).astype(np.uint8))
    likeliest = check.likeliest[step]
    confidence = format_confidence(float(check.probabilities[step, likeliest]))
    steps = len(check.curve) - 1
    share = f"{100 * step // steps}% of the ink {'added' if adding else 'removed'}"
    return f"""
    <div class="proof">
      <figure class="proof-picture">
        <img class="pixelated" src="{data_uri(picture)}" alt="The digit with {share}">
        <figcaption><b>{likeliest}</b>, {html.escape(confidence)} confident</figcaption>
      </figure>
      {_curve_chart(check, step, adding=adding)}
      <p class="heatmap-caption">{html.escape(outcome)}</p>
    </div>
    """


def _curve_chart(check: FaithfulnessCheck, step: int, *, adding: bool) -> str:
    """Confidence along the check, beside random order."""
    name = f"Confidence in {with_article(check.class_index)}"
    change = "added" if adding else "removed"
    here = f"left: {100 * step / (len(check.curve) - 1):.1f}%; top: {_height(check.curve[step])}%"
    lines = (
        _drawn("curve-frame", "M0 0H100M0 50H100M0 100H100"),
        _drawn("curve-area", f"M0 100L{_points(check.curve)}L100 100Z", "fill"),
        _drawn("curve-lot", f"M{_points(check.by_lot)}", "dashed"),
        _drawn("curve-line", f"M{_points(check.curve)}"),
    )
    return f"""
    <figure class="curve">
      <figcaption>{name}</figcaption>
      <div class="curve-box" role="img" aria-label="{name} while ink is {change}">
        {"".join(lines)}<span class="curve-here" style="{here}"></span>
      </div>
      <div class="curve-axis"><span>0%</span><span>ink {change}</span><span>100%</span></div>
      <ul class="curve-legend">
        <li class="this">this order: {area_under_curve(check.curve):.0%} on average</li>
        <li class="lot">at random: {area_under_curve(check.by_lot):.0%} on average</li>
      </ul>
    </figure>
    """


_STROKES = {"line": "2.5", "dashed": "2' stroke-dasharray='5 4"}


def _drawn(kind: str, path: str, how: str = "line") -> str:
    """A line or an area in a box of 100 × 100, in the colour that the style sheet gives it.

    Streamlit lets no SVG into the page, but a mask of it takes the theme's colours besides.
    """
    paint = "" if how == "fill" else f"fill='none' stroke='#000' stroke-width='{_STROKES[how]}'"
    style = "stroke-linejoin='round' vector-effect='non-scaling-stroke'"
    svg = (
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 100 100' preserveAspectRatio='none'>"
        f"<path d='{path}' {paint} {style}/></svg>"
    )
    source = base64.b64encode(svg.encode()).decode("ascii")
    return f'<i class="{kind}" style="mask-image: url(data:image/svg+xml;base64,{source})"></i>'


def _points(curve: NDArray[np.float32]) -> str:
    steps = len(curve) - 1
    return "L".join(f"{100 * i / steps:.1f} {_height(value)}" for i, value in enumerate(curve))


def _height(confidence: float) -> str:
    return f"{100 - 100 * confidence:.1f}"


def steps(pictures: Iterable[tuple[str, NDArray[np.uint8]]]) -> str:
    """The pictures on the way from the person's picture to the network's, in order."""
    return f'<div class="steps">{"".join(_step(name, pixels) for name, pixels in pictures)}</div>'


def _step(name: str, pixels: NDArray[np.uint8]) -> str:
    kind = "pixelated" if max(pixels.shape[:2]) <= PIXELATED_BELOW else "smooth"
    label = html.escape(name).replace(" × ", "\u00a0×\u00a0")  # a size stays in one line
    source = data_uri(Image.fromarray(pixels))
    return f"""
    <figure class="step">
      <img class="{kind}" src="{source}" alt="{label}">
      <figcaption>{label}</figcaption>
    </figure>
    """


def model_in_use(file_name: str, network: Network) -> str:
    """Which file answers, what it is given, and what was found about it.

    Raises:
        ModelError: as `Network.findings`.
    """
    findings = network.findings
    untried = "Nothing: this project trained it, and knows." if network.papers.architecture else ""
    rows = [
        ("File", file_name),
        ("Takes", findings.input_in_words),
        ("What trying it found", findings.probe or untried or "Nothing."),
        *(("Note", note) for note in findings.notes),
        *([("Warning", findings.warning)] if findings.warning else []),
    ]
    body = "".join(
        f'<tr><th scope="row">{name}</th><td>{html.escape(words)}</td></tr>' for name, words in rows
    )
    return f"""
    <div class="in-use layers" tabindex="0" role="region" aria-label="Model in use">
      <table><caption>Model in use</caption><tbody>{body}</tbody></table>
    </div>
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
    """Write a shape as people do: 14 × 14 × 32; 0 is any size."""
    return " × ".join(str(size) if size else "any" for size in shape)


def data_uri(picture: Image.Image) -> str:
    """Encode a picture for the page."""
    # JPEG would smear the few pixels of the network's own picture.
    kind = "PNG" if max(picture.size) <= PIXELATED_BELOW else "JPEG"
    encoded = io.BytesIO()
    picture.save(encoded, kind, **({"quality": 88} if kind == "JPEG" else {}))
    text = base64.b64encode(encoded.getvalue()).decode("ascii")
    return f"data:image/{kind.lower()};base64,{text}"
