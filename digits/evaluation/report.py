"""The report on a model: one page that holds everything it shows, and its figures beside it.

The page loads nothing: pictures are data URIs, the style stands in it, and its own policy forbids
any request. It follows the reader's light or dark theme, figures included.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from digits.common.atomic_file import atomic_write
from digits.evaluation import figures
from digits.evaluation.figures import DARK, LIGHT, Theme
from digits.evaluation.measures import (
    FEWEST_EMBEDDED,
    RELIABILITY_BINS,
    Accuracy,
    AverageHeatmap,
    DigitScore,
    Embedding,
    Evaluation,
    Mistake,
    Reliability,
)
from digits.network.layers import LayerRow
from digits.network.model_findings import ModelFindings
from digits.network.papers import ModelPapers
from digits.reading.digit import format_confidence
from digits.screen import html_parts

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAGE = "report.html"
CONFUSION = "confusion_matrix.png"
RELIABILITY = "reliability.png"
MISTAKES = "mistakes.png"
AVERAGES = "average_heatmaps.png"
MAP_OF_PIXELS = "t_sne_pixels.png"
MAP_OF_FEATURES = "t_sne_features.png"
_FIGURES = (CONFUSION, RELIABILITY, MISTAKES, AVERAGES, MAP_OF_PIXELS, MAP_OF_FEATURES)

_STYLE = Path(__file__).with_name("report.css")
_DOTS_PER_INCH = 200


@dataclass(frozen=True, eq=False)
class Report:
    """Everything that the report tells.

    Attributes:
        model_name: the name of the model's file.
        data: what the digits are, in words.
        evaluation: how well they were read.
        layer_rows: what the network is made of.
        papers: where the model comes from.
        findings: what it is given, and what was found about it.
        mistakes: the ones to show.
        averages: where the model looks for each digit; empty where it has no convolution.
        embedding: digits as points on maps; None where too few differ.
        files: the names of the digits' files, parallel to them; empty for MNIST.
        unreadable: `(name, reason)` of the files that could not be read, and so are no digits here.
        others_doubted: how many pictures of no digit are doubted; None where there are none.
    """

    model_name: str
    data: str
    evaluation: Evaluation
    layer_rows: list[LayerRow]
    papers: ModelPapers
    findings: ModelFindings = field(default_factory=ModelFindings)
    mistakes: tuple[Mistake, ...] = ()
    averages: tuple[AverageHeatmap, ...] = ()
    embedding: Embedding | None = None
    files: tuple[str, ...] = ()
    unreadable: tuple[tuple[str, str], ...] = ()
    others_doubted: Accuracy | None = None

    @property
    def accuracy_of_all(self) -> Accuracy:
        """The accuracy where every file that could not be read counts as an error."""
        read = self.evaluation.accuracy
        return Accuracy(read.right, read.total + len(self.unreadable))

    @property
    def parameters(self) -> int:
        """How many numbers the network holds."""
        return sum(row.parameters for row in self.layer_rows)


def write_report(report: Report, folder: Path) -> Path:
    """Write the page and its figures into a folder, which is made where it is missing.

    Everything is drawn before anything is written, each file is written whole or not at all, and
    the page comes last. Figures of an earlier report that this one does not have are removed.

    Returns:
        The page.

    Raises:
        OSError: the folder cannot be written or the disk is full.
    """
    charts = _drawn(_charts(report), LIGHT)
    page = _page(report, charts, _drawn(_charts(report), DARK))
    contents = charts | _drawn(_contact_sheets(report), LIGHT) | {PAGE: page.encode()}
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        with atomic_write(folder / name) as temporary:
            temporary.write_bytes(content)
    for name in set(_FIGURES) - set(contents):
        (folder / name).unlink(missing_ok=True)
    return folder / PAGE


_Drawings = dict[str, Callable[..., "Figure"]]
_Pictures = dict[str, bytes]


def _charts(report: Report) -> _Drawings:
    """The figures that the page shows, each in two themes."""
    evaluation, embedding = report.evaluation, report.embedding
    charts: _Drawings = {
        CONFUSION: partial(figures.confusion_figure, evaluation.confusion),
        RELIABILITY: partial(figures.reliability_figure, evaluation.reliability),
    }
    if embedding:
        charts[MAP_OF_PIXELS] = partial(figures.map_figure, embedding.pixels, embedding.labels)
        charts[MAP_OF_FEATURES] = partial(figures.map_figure, embedding.features, embedding.labels)
    return charts


def _contact_sheets(report: Report) -> _Drawings:
    """The figures for which the page, which flows with the screen, shows single pictures."""
    sheets: _Drawings = {}
    if report.mistakes:
        sheets[MISTAKES] = partial(figures.mistakes_figure, report.mistakes)
    if report.averages:
        sheets[AVERAGES] = partial(figures.average_heatmaps_figure, report.averages)
    return sheets


def _drawn(drawings: _Drawings, theme: Theme) -> _Pictures:
    """PNG files, by name."""
    return {name: _png(draw(theme=theme)) for name, draw in drawings.items()}


def _png(figure: Figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=_DOTS_PER_INCH)
    return file.getvalue()


def _page(report: Report, light: _Pictures, dark: _Pictures) -> str:
    def chart(name: str, description: str) -> str:
        return f"""<picture class="chart">
          <source media="(prefers-color-scheme: dark)" srcset="{_data_uri(dark[name])}">
          <img src="{_data_uri(light[name])}" alt="{description}"></picture>"""

    title = f"How well {html.escape(report.model_name)} reads digits"
    sections = [
        _summary(report),
        _confusion(report, chart),
        _reliability(report.evaluation.reliability, chart),
        _mistakes(report),
        _averages(report.averages),
        _maps(report.embedding, chart),
        _unreadable(report),
        _network(report),
    ]
    page = f"""<!doctype html>
    <html lang="en">
    <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta http-equiv="Content-Security-Policy"
        content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
      <title>{title}</title>
      <style>{_STYLE.read_text(encoding="utf-8")}</style>
    </head>
    <body>
      <header><h1>{title}</h1><p>Measured on {html.escape(report.data)}.</p></header>
      <main>{"".join(sections)}</main>
    </body>
    </html>
    """
    # The name of a file need not be Unicode; what is not cannot be written either.
    return page.encode(errors="backslashreplace").decode()


_Chart = Callable[[str, str], str]


def _summary(report: Report) -> str:
    accuracy, reliability = report.evaluation.accuracy, report.evaluation.reliability
    of_what = "digits" if not report.unreadable else "pictures that could be read"
    tiles = [
        _tile("Read right", f"{accuracy.value:.2%}", f"95% interval {_interval(accuracy)}"),
        _tile("Errors", f"{accuracy.errors:,}", f"of {accuracy.total:,} {of_what}"),
        _tile(
            "Calibration error",
            f"{reliability.calibration_error:.2%}",
            "how far confidence is from accuracy (ECE)",
        ),
        _tile("Parameters", f"{report.parameters:,}", f"in {len(report.layer_rows)} layers"),
    ]
    if report.unreadable:
        whole = report.accuracy_of_all
        counted = f"{len(report.unreadable):,} of {whole.total:,} files could not be read"
        note = f"{counted} and count as errors here alone; 95% interval {_interval(whole)}"
        tiles.insert(1, _tile("Right, of all files", f"{whole.value:.2%}", note))
    return f"""
    <section aria-label="Summary"><dl class="tiles">{"".join(tiles)}</dl>
      <p class="note">Intervals are Wilson score intervals (Wilson, 1927).</p></section>
    """


def _tile(name: str, value: str, note: str) -> str:
    return f'<div><dt>{name}</dt><dd class="value">{value}</dd><dd class="note">{note}</dd></div>'


def _interval(accuracy: Accuracy) -> str:
    low, high = accuracy.interval
    return f"{low:.2%} to {high:.2%}"


def _confusion(report: Report, chart: _Chart) -> str:
    rows = [_score_row(score) for score in report.evaluation.scores]
    table = _table(("Digit", "Precision", "Recall", "F1", "Count"), rows)
    return f"""
    <section><h2>What is taken for what</h2>
      <p>Each row is a digit, each column what it was read as; mistakes are in red. Precision is
        the share of those read as a digit that were it, recall the share of a digit that was read
        as it, F1 their harmonic mean.</p>
      <div class="pair">{chart(CONFUSION, "The confusion matrix")}{table}</div>
    </section>
    """


def _score_row(score: DigitScore) -> tuple[str, ...]:
    shares = (score.precision, score.recall, score.f1)
    return (
        str(score.digit),
        *("–" if share is None else f"{share:.2%}" for share in shares),
        f"{score.count:,}",
    )


def _reliability(reliability: Reliability, chart: _Chart) -> str:
    rows = [
        (
            f"{100 * number / RELIABILITY_BINS:.1f}–{(number + 1) / RELIABILITY_BINS:.1%}",
            f"{reliability.counts[number]:,}",
            html.escape(format_confidence(reliability.confidence[number])),
            f"{reliability.accuracy[number]:.1%}",
        )
        for number in np.flatnonzero(reliability.counts)
    ]
    table = _table(("Confidence", "Digits", "Mean confidence", "Read right"), rows)
    return f"""
    <section><h2>Whether its confidence can be believed</h2>
      <p>Of the answers given with a confidence of 80%, 80% should be right: then the bars end at
        the dashed line. The expected calibration error (ECE) is the mean gap between the two,
        <strong>{reliability.calibration_error:.2%}</strong>, over {RELIABILITY_BINS} bins of equal
        width by the likeliest digit's confidence (Guo et al., 2017, “On calibration of modern
        neural networks”). A bin of few digits says little; the numbers below tell how many.</p>
      <div class="pair">{chart(RELIABILITY, "The reliability diagram")}{table}</div>
    </section>
    """


def _mistakes(report: Report) -> str:
    errors = report.evaluation.accuracy.errors
    if not errors:
        return _section("The surest mistakes", "<p>There are none: every digit was read right.</p>")
    cards = [_mistake(mistake, report.files) for mistake in report.mistakes]
    text = f"""
      <p>Shown: {len(cards):,} of {errors:,}, the surest first: what it is → what it was read as,
        and how sure of that the network was.
        {_HEATMAP_TEXT if report.mistakes[0].heatmap is not None else ""}</p>"""
    return _section("The surest mistakes", text + _grid(cards))


_HEATMAP_TEXT = """The right half of each picture shows what spoke for the answer (Grad-CAM,
    Selvaraju et al., 2017): yellow the most, violet a little."""


def _mistake(mistake: Mistake, files: Sequence[str]) -> str:
    name = html.escape(files[mistake.index]) if files else f"no. {mistake.index}"
    caption = f"""<strong>{mistake.label} → {mistake.reading}</strong>
      <span>{html.escape(format_confidence(mistake.confidence))}</span><small>{name}</small>"""
    picture = figures.explained_picture(mistake.picture, mistake.heatmap)
    return _card(picture, f"A {mistake.label} read as {mistake.reading}", caption)


def _averages(averages: Sequence[AverageHeatmap]) -> str:
    title = "Where it looks"
    if not averages:
        return _section(
            title,
            "<p>There are no heatmaps: the model has no convolution or read no digit right.</p>",
        )
    cards = [
        _card(
            figures.explained_average(average),
            f"The average {average.digit} and its average heatmap",
            f"<strong>{average.digit}</strong><span>{average.count} pictures</span>",
        )
        for average in averages
    ]
    most = max(average.count for average in averages)
    text = f"""<p>The average picture of each digit, and beside it the average heatmap of the same
      pictures: up to {most} of those read right, spread evenly over the data.</p>"""
    return _section(title, text + _grid(cards))


def _maps(embedding: Embedding | None, chart: _Chart) -> str:
    title = "What is alike, before and after the network"
    if embedding is None:
        text = f"Left out: such a map needs at least {FEWEST_EMBEDDED} digits that differ."
        return _section(title, f"<p>{text}</p>")
    description = html.escape(embedding.features_are)
    text = f"""<p>{len(embedding.labels):,} digits as points, those that are alike close together
      (t-SNE; van der Maaten &amp; Hinton, 2008). Distances between groups mean little.</p>
      <div class="pair">
        <figure>{chart(MAP_OF_PIXELS, "t-SNE of the pixels")}
          <figcaption>By their 784 pixels.</figcaption></figure>
        <figure>{chart(MAP_OF_FEATURES, "t-SNE of the network's features")}
          <figcaption>By the network’s features: {description}.</figcaption></figure>
      </div>"""
    return _section(title, text)


def _unreadable(report: Report) -> str:
    if not report.unreadable:
        return ""
    rows = [(html.escape(name), html.escape(reason)) for name, reason in report.unreadable]
    text = """<p>“Right, of all files” counts each of these as an error; nothing else on this page
      counts them.</p>"""
    return _section("Files that could not be read", text + _table(("File", "Why"), rows, "words"))


def _network(report: Report) -> str:
    papers = [
        (field.name.replace("_", " "), html.escape(_paper(field.name, value)))
        for field in fields(report.papers)
        if (value := getattr(report.papers, field.name)) is not None
    ]
    told = [("takes", report.findings.input_in_words), ("tried", report.findings.probe)]
    told += [("note", sentence) for sentence in report.findings.told]
    papers += [(name, html.escape(words)) for name, words in told if words]
    text = f"""{html_parts.layers(report.layer_rows)}
      <h3>The model’s papers</h3>{_table(("Entry", "What the file says"), papers, "words")}"""
    return _section("The network", text)


def _paper(name: str, value: object) -> str:
    is_share = name.endswith("_accuracy") and isinstance(value, float)
    return f"{value:.2%}" if is_share else str(value)


def _section(title: str, content: str) -> str:
    return f"<section><h2>{title}</h2>{content}</section>"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "numbers") -> str:
    """A table of cells that are HTML already."""
    header = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"""<div class="table {kind}" tabindex="0" role="region" aria-label="{head[0]}">
      <table><thead><tr>{header}</tr></thead><tbody>{body}</tbody></table></div>"""


def _grid(cards: Iterable[str]) -> str:
    return f'<div class="grid">{"".join(cards)}</div>'


def _card(picture: Image.Image, description: str, caption: str) -> str:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return f"""<figure class="card"><img src="{_data_uri(file.getvalue())}" alt="{description}">
      <figcaption>{caption}</figcaption></figure>"""


def _data_uri(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"
