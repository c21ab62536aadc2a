"""The real window on a virtual screen: a hand draws in it, the tests read what a person reads."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageGrab

from tests import programs
from tests.conftest import as_file
from tests.drawings import DIGITS, SCRIBBLE
from tests.window_hand import (
    HOW_TO_ENABLE,
    draw,
    draw_number,
    draw_stroke,
    open_window,
    random_stroke,
    virtual_screen,
    wait_for_answer,
    wait_until,
)

if os.environ.get("CI") != "true":
    pytest.importorskip("tkinter", reason="Python without Tk: apt-get install python3-tk")

import tkinter as tk
from tkinter import filedialog

from digits.screen.sentences import DRAW_INVITATION
from digits.screen.stroke_drawing import SHEET_ASPECT
from digits.window.app import (
    HAND_IS_LOST,
    KEYS,
    LOADING,
    NOTHING_TO_CORRECT,
    WITHOUT_HAND,
    DigitWindow,
)
from digits.window.background_process import STOPPED
from digits.window.theme import PALETTES
from tests.browser import ROOT
from tests.page.test_correcting_browser import barred_two

pytestmark = pytest.mark.own_process  # Tk's: see tests/own_process.py


@pytest.fixture(scope="session")  # Tk does not survive a screen that goes away
def screen() -> Iterator[str]:
    """A virtual screen; without one the test is skipped, but never where tests must run."""
    try:
        with virtual_screen() as name:
            yield name
    except FileNotFoundError:
        if os.environ.get("CI") == "true":
            pytest.fail(HOW_TO_ENABLE)
        pytest.skip(HOW_TO_ENABLE)


@pytest.fixture(scope="module")
def living_window(screen: str) -> Iterator[DigitWindow]:
    window = open_window(screen)
    yield window
    window.close()


@pytest.fixture
def window(living_window: DigitWindow, monkeypatch: pytest.MonkeyPatch) -> Iterator[DigitWindow]:
    """The window with an empty sheet; whatever goes wrong in it, the test does not pass."""
    window, troubles = living_window, []
    monkeypatch.setattr(window.root, "report_callback_exception", lambda *e: troubles.append(e))
    if not window.paper.sheet.is_empty:
        window.paper.clear()
    window.panel.is_contrast.set(False)
    window.opacity.set(0.8)
    window.panel.is_heatmap_shown.set(True)
    yield window
    assert not troubles


def said(window: DigitWindow) -> str:
    return str(window.panel.words["text"])


def digit(window: DigitWindow) -> str:
    return str(window.panel.digit["text"])


def press(window: DigitWindow, key: str) -> None:
    window.root.focus_force()
    window.root.update()
    window.root.event_generate(key)
    window.root.update()


def seen(window: DigitWindow, widget: tk.Misc, screen: str) -> np.ndarray:
    """What a widget shows, as pixels of the screen."""
    window.root.update()
    left, top = widget.winfo_rootx(), widget.winfo_rooty()
    box = (left, top, left + widget.winfo_width(), top + widget.winfo_height())
    return np.asarray(ImageGrab.grab(box, xdisplay=screen).convert("RGB"), int)


def colourfulness(window: DigitWindow, screen: str) -> float:
    """Of the explained picture: how far its channels lie apart, 0 where all is grey."""
    pixels = seen(window, window.panel.heatmap, screen)
    return float((pixels.max(axis=2) - pixels.min(axis=2)).mean())


# ---- Drawing and answers


def test_a_drawing_from_before_the_network_is_there_is_answered(window: DigitWindow) -> None:
    """The first test of the file: the window has just been opened."""
    assert window.status["text"] == LOADING
    assert window.process.state == "loading"
    draw(window, DIGITS[7])

    wait_until(window, lambda: digit(window) == "7")

    assert window.status["text"] == KEYS


@pytest.mark.parametrize("drawn", [0, 1, 2, 3, 4, 7])
def test_a_drawn_digit_is_read_when_the_pen_lifts(window: DigitWindow, drawn: int) -> None:
    draw(window, DIGITS[drawn])
    wait_for_answer(window)

    assert digit(window) == str(drawn)
    assert said(window).endswith("confident")
    name, bar, number = window.panel.bars[0]
    assert name["text"] == str(drawn)
    assert number["text"].endswith("%")
    (fill,) = bar.find_all()
    assert bar.coords(fill)[2] > 0.5 * bar.winfo_width()
    assert window.panel.caption["text"] == (
        f"What spoke for {'an' if drawn == 8 else 'a'} {drawn}: the warmer the colour, the more."
    )


def test_a_fast_stroke_leaves_no_gaps(window: DigitWindow, screen: str) -> None:
    draw_stroke(window, [(10, 10), (90, 15), (15, 85), (90, 90)], steps=1)

    pixels = seen(window, window.paper.canvas, screen)[2:-2, 2:-2, 0]

    assert _pieces(pixels < 128) == 1


def _pieces(ink: np.ndarray) -> int:
    import cv2

    return cv2.connectedComponents(ink.astype(np.uint8))[0] - 1


def test_the_heatmap_lies_over_the_drawing_and_can_be_hidden(
    window: DigitWindow, screen: str
) -> None:
    draw(window, DIGITS[7])
    wait_for_answer(window)

    shown = colourfulness(window, screen)
    press(window, "<h>")
    hidden = colourfulness(window, screen)
    press(window, "<h>")
    assert hidden < 0.5
    assert shown > 2
    assert colourfulness(window, screen) == shown

    window.opacity.set(0.3)
    window._ask_again()
    wait_for_answer(window)
    assert 0.5 < colourfulness(window, screen) < shown


def test_the_colour_bar_is_as_wide_as_its_picture_and_below_it(
    window: DigitWindow, tmp_path: Path, written_one: Image.Image, screen: str
) -> None:
    written_one.save(tmp_path / "one.png")
    for is_opened in (False, True):
        if is_opened:
            window.open_picture(tmp_path / "one.png")
        else:
            draw(window, DIGITS[7])
        wait_for_answer(window)
        bar, picture = (
            ends(window, each, screen) for each in (window.panel.colour_bar, window.panel.heatmap)
        )
        assert bar == pytest.approx(picture, abs=3)


def ends(window: DigitWindow, widget: tk.Misc, screen: str) -> list[int]:
    """Where a widget is coloured or dark near its upper edge, first and last, on the screen."""
    columns = np.flatnonzero(seen(window, widget, screen)[4].min(axis=1) < 180)
    return [widget.winfo_rootx() + int(each) for each in columns[[0, -1]]]


def test_the_two_likeliest_are_held_against_each_other(window: DigitWindow) -> None:
    draw(window, DIGITS[4])
    wait_for_answer(window)
    second = window.panel.bars[1][0]["text"]
    assert window.panel.views[1]["text"] == f"Why 4 and not {second}?"

    window.panel.views[1].invoke()

    wait_until(window, lambda: window.panel.caption["text"].startswith("Orange speaks for a 4"))


def test_a_scribble_is_doubted_in_words(window: DigitWindow, screen: str) -> None:
    draw(window, SCRIBBLE)
    wait_for_answer(window)

    assert digit(window) == "?"
    assert "digit" in said(window)
    assert said(window) != DRAW_INVITATION

    panel = window.panel
    assert not panel.bars[0][0].winfo_viewable()
    assert (panel.caption["text"], panel.views[0]["text"]) == ("", "Why?")
    assert colourfulness(window, screen) < 0.5

    panel.anyway_button.invoke()
    window.root.update()
    assert panel.bars[2][2]["text"].endswith("%")
    assert panel.bars[0][0].winfo_viewable()
    assert not panel.anyway_button.winfo_viewable()
    assert panel.views[0]["text"] == f"Why {panel.bars[0][0]['text']}?"
    window.paper.undo()
    wait_for_answer(window)
    draw(window, SCRIBBLE)
    wait_for_answer(window)
    assert panel.anyway_button.winfo_viewable()


def test_a_number_in_doubt_is_shown_to_whoever_asks(window: DigitWindow) -> None:
    draw_number(window, "27")
    wait_for_answer(window)
    panel = window.panel
    assert panel.answer is not None
    panel.show(replace(panel.answer, doubt="These may be letters."))
    window.root.update()
    assert (digit(window), said(window)) == ("?", "These may be letters.")
    assert not panel.strip.frame.winfo_viewable()

    panel.anyway_button.invoke()
    window.root.update()
    assert (digit(window), said(window)) == ("27", "These may be letters.")
    assert panel.strip.frame.winfo_viewable()
    assert not panel.bars[0][0].winfo_viewable()


def test_a_newer_drawing_overtakes_an_older_one(window: DigitWindow) -> None:
    for each in (7, 4, 2, 0, 3):
        window.paper.clear()
        draw(window, DIGITS[each])
    wait_for_answer(window)

    assert digit(window) == "3"


def test_what_the_network_sees_is_shown(window: DigitWindow, screen: str) -> None:
    draw(window, DIGITS[1])
    wait_for_answer(window)

    pixels = seen(window, window.panel.seen, screen)[2:-2, 2:-2]

    assert (pixels < 30).mean() > 0.6
    assert (pixels > 220).any()


# ---- Undo, redo, clear


def test_undo_redo_and_clear_by_key(window: DigitWindow) -> None:
    draw(window, DIGITS[4])
    wait_for_answer(window)
    drawn = window.paper.sheet

    press(window, "<Control-z>")
    assert window.paper.sheet.strokes == drawn.strokes[:1]
    press(window, "<Control-y>")
    assert window.paper.sheet == drawn

    press(window, "<Escape>")
    assert said(window) == DRAW_INVITATION
    assert digit(window) == "?"
    press(window, "<Control-z>")
    wait_for_answer(window)
    assert digit(window) == "4"


def test_buttons_are_there_when_they_can_do_something(window: DigitWindow) -> None:
    assert window.clear_button.instate(["disabled"])
    assert window.save_button.instate(["disabled"])
    draw(window, DIGITS[4])
    wait_for_answer(window)
    assert window.clear_button.instate(["!disabled"])
    assert window.save_button.instate(["!disabled"])

    window.undo_button.invoke()
    assert window.redo_button.instate(["!disabled"])
    window.redo_button.invoke()
    assert window.redo_button.instate(["disabled"])

    window.clear_button.invoke()
    assert said(window) == DRAW_INVITATION


def test_an_answer_that_comes_after_clear_is_not_shown(window: DigitWindow) -> None:
    draw(window, DIGITS[4])
    window.paper.clear()
    wait_for_answer(window)
    for _ in range(5):
        window.root.update()
        time.sleep(0.02)

    assert said(window) == DRAW_INVITATION


# ---- Corrections


def choose(window: DigitWindow, entry: str) -> None:
    """In the menu by which a person says that the answer is wrong."""
    window.corrections.menu.invoke(entry)
    wait_for_answer(window)


def test_a_habit_is_corrected_by_the_menu_kept_and_taken_back(
    window: DigitWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in range(3):
        window.paper.clear()
        draw(window, barred_two(step))
        wait_for_answer(window)
        if step == 0:
            assert digit(window) == "7"
        choose(window, "2")
        count = "1 correction" if step == 0 else f"{step + 1} corrections"
        assert window.status["text"].startswith(f"Adapted to your hand: {count}.")

    window.paper.clear()
    draw(window, barred_two(3))
    wait_for_answer(window)
    assert digit(window) == "2"
    assert window.status["text"] == (
        "Adapted to your hand: 3 corrections. Without it would be a 7."
    )

    choose(window, "With my hand, or without")
    assert digit(window) == "7"
    assert window.status["text"] == WITHOUT_HAND
    choose(window, "With my hand, or without")
    assert digit(window) == "2"

    monkeypatch.setattr(filedialog, "askdirectory", lambda **options: str(tmp_path))
    choose(window, "Keep corrections in a folder…")
    assert len(list((tmp_path / "2").iterdir())) == 3
    for left in (2, 1, 0):
        choose(window, "Take the last back")
        assert len(list(tmp_path.glob("2/*.png"))) == left
    assert digit(window) == "7"
    assert window.status["text"] == WITHOUT_HAND


def test_any_correction_is_taken_back_in_the_list(window: DigitWindow) -> None:
    window.corrections.menu.invoke("What I said…")
    listed = window.correction_list
    assert listed.rows is not None
    assert not listed.rows.get_children()
    assert "disabled" in listed.button.state()

    for step, right in enumerate(("2", "3", "No digit")):
        window.paper.clear()
        draw(window, barred_two(step))
        wait_for_answer(window)
        choose(window, right)
    sentences = [listed.rows.item(row, "text").strip() for row in listed.rows.get_children()]
    assert [each.rpartition(", ")[2] for each in sentences] == ["is no digit", "is a 3", "is a 2"]

    listed.rows.selection_set(listed.rows.get_children()[1])
    listed.button.invoke()
    wait_for_answer(window)
    sentences = [listed.rows.item(row, "text").strip() for row in listed.rows.get_children()]
    assert [each.rpartition(", ")[2] for each in sentences] == ["is no digit", "is a 2"]
    assert window.status["text"].startswith("Adapted to your hand: 2 corrections.")

    listed.close()
    choose(window, "Take the last back")
    window.corrections.menu.invoke("What I said…")
    assert listed.rows is not None
    assert len(listed.rows.get_children()) == 1
    window.use_theme("dark")
    listed.rows.event_generate("<Escape>")
    window.root.update()


def test_without_an_answer_there_is_nothing_to_correct(screen: str) -> None:
    window = open_window(screen)
    window.corrections.menu.invoke("2")
    assert window.status["text"] == NOTHING_TO_CORRECT
    window.close()


def test_the_menu_has_the_colours_of_the_theme(window: DigitWindow) -> None:
    for name in ("dark", "light"):
        window.use_theme(name)
        palette = PALETTES[name]
        menu = window.corrections.menu
        colours = str(menu["background"]), str(menu["foreground"])
        assert colours == (palette.raised, palette.text)


# ---- Files


def test_a_picture_is_opened_and_undone(
    window: DigitWindow,
    tmp_path: Path,
    written_one: Image.Image,
    monkeypatch: pytest.MonkeyPatch,
    screen: str,
) -> None:
    path = tmp_path / "one.jpg"
    written_one.save(path)
    draw(window, DIGITS[7])
    wait_for_answer(window)
    monkeypatch.setattr(filedialog, "askopenfilename", lambda **options: str(path))

    press(window, "<Control-o>")

    wait_until(window, lambda: digit(window) == "1")
    paper = seen(window, window.paper.canvas, screen)
    assert (paper[..., 0] < 100).mean() > 0.01  # the ink of the photo
    assert (paper == paper[..., :1]).mean() < 0.9  # on paper that is not quite white
    assert window.save_drawing_button.instate(["disabled"])

    press(window, "<Control-z>")
    wait_until(window, lambda: digit(window) == "7")
    press(window, "<Control-y>")
    wait_until(window, lambda: digit(window) == "1")


def test_a_bad_file_is_a_sentence_and_the_drawing_stays(
    window: DigitWindow, tmp_path: Path, bad_files: dict[str, bytes]
) -> None:
    draw(window, DIGITS[7])
    wait_for_answer(window)
    drawn = window.paper.sheet
    for number, content in enumerate(bad_files.values()):
        path = tmp_path / f"{number}.png"
        path.write_bytes(content)
        window.panel.say("")
        window.open_picture(path)

        wait_until(window, lambda: said(window))
        assert digit(window) == "!"
        assert str(tmp_path) not in said(window)
        assert window.paper.sheet == drawn

    draw_stroke(window, [(30, 50), (60, 50)])
    wait_for_answer(window)
    wait_until(window, lambda: digit(window) != "!")


def test_drawing_and_explanation_are_saved(
    window: DigitWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw(window, DIGITS[4])
    wait_for_answer(window)
    names = iter(["mine.png", "why.png", "none/why.png"])
    monkeypatch.setattr(
        filedialog, "asksaveasfilename", lambda **options: str(tmp_path / next(names))
    )

    window.save_drawing_button.invoke()
    wait_until(window, lambda: window.status["text"] == "Saved as mine.png.")
    press(window, "<Control-s>")
    wait_until(window, lambda: window.status["text"] == "Saved as why.png.")
    press(window, "<Control-s>")
    wait_until(window, lambda: "could not be saved" in window.status["text"])

    with Image.open(tmp_path / "mine.png") as mine, Image.open(tmp_path / "why.png") as why:
        assert mine.size == (640, 480)
        assert why.width == 640
        assert np.asarray(why.convert("HSV"))[..., 1].max() > 100  # coloured
    assert sorted(each.name for each in tmp_path.iterdir()) == ["mine.png", "why.png"]


def test_a_dialog_that_is_cancelled_changes_nothing(
    window: DigitWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw(window, DIGITS[4])
    wait_for_answer(window)
    monkeypatch.setattr(filedialog, "askopenfilename", lambda **options: "")
    monkeypatch.setattr(filedialog, "asksaveasfilename", lambda **options: "")

    window.open()
    window.save_drawing()
    wait_for_answer(window)

    assert digit(window) == "4"


# ---- Look


def test_nothing_moves_whatever_is_said(
    window: DigitWindow, tmp_path: Path, bad_files: dict[str, bytes]
) -> None:
    def places() -> list[tuple[int, ...]]:
        window.root.update()
        parts = (
            window.paper.canvas,
            *window.panel.views[:1],
            window.panel.heatmap,
            window.panel.seen,
            window.panel.colour_bar,
            *(bar for _, bar, _ in window.panel.bars),
            window.heatmap_switch,
            window.theme_button,
        )
        return [(each.winfo_rootx(), each.winfo_rooty(), each.winfo_height()) for each in parts]

    before = places()
    for strokes in (DIGITS[4], SCRIBBLE):
        draw(window, strokes)
        wait_for_answer(window)
        assert places() == before
        window.paper.clear()
    (tmp_path / "bad.png").write_bytes(bad_files["a text named .png"])
    window.open_picture(tmp_path / "bad.png")
    wait_for_answer(window)
    assert places() == before


def test_light_and_dark(window: DigitWindow, screen: str) -> None:
    assert seen(window, window.root, screen)[5, 5].min() > 240

    window.theme_button.invoke()
    assert seen(window, window.root, screen)[5, 5].max() < 40
    assert window.theme_button["text"] == "Light"

    window.theme_button.invoke()
    assert seen(window, window.root, screen)[5, 5].min() > 240


def test_a_drawing_survives_a_resize(window: DigitWindow) -> None:
    draw(window, DIGITS[7])
    wait_for_answer(window)
    side = window.paper.height
    for width, height in ((1200, 850), (880, 600)):
        window.root.geometry(f"{width}x{height}")
        wait_until(window, lambda: window.root.winfo_width() == width)  # noqa: B023
        window.root.update()
        assert window.paper.height != side
        edge = 2 * window.theme.edge
        wide, tall = window.paper.canvas.winfo_width(), window.paper.canvas.winfo_height()
        assert wide - edge == pytest.approx(SHEET_ASPECT * (tall - edge), abs=2)
        side = window.paper.height
        window._ask_again()
        wait_for_answer(window)
        assert digit(window) == "7"
    window.root.geometry("1120x700")
    wait_until(window, lambda: window.root.winfo_width() == 1120)
    window.root.update()


# ---- Whole numbers


def test_a_number_is_read_and_each_of_its_digits_can_be_looked_at(
    window: DigitWindow, screen: str
) -> None:
    draw_number(window, "207")
    wait_for_answer(window)
    panel = window.panel
    assert digit(window) == "207"
    assert "whole number is right" in said(window)
    assert [str(button["text"])[0] for button in panel.strip.buttons] == ["A", "2", "0", "7"]
    assert panel.caption["text"].startswith("What spoke for each digit")
    whole = seen(window, panel.heatmap, screen)

    panel.strip.buttons[3].invoke()
    wait_for_answer(window)
    assert digit(window) == "7"
    assert said(window).endswith("confident")
    assert panel.bars[0][0]["text"] == "7"
    assert panel.caption["text"] == "What spoke for a 7: the warmer the colour, the more."
    # "What the network sees" takes its place beside it again.
    assert seen(window, panel.heatmap, screen).shape < whole.shape
    assert panel.seen.winfo_ismapped()

    panel.strip.buttons[0].invoke()
    wait_for_answer(window)
    assert digit(window) == "207"


def test_arrow_keys_go_from_digit_to_digit(window: DigitWindow) -> None:
    draw_number(window, "207")
    wait_for_answer(window)
    window.panel.strip.buttons[0].focus_force()
    for expected in ("2", "0"):
        window.root.update()
        window.root.focus_get().event_generate("<Right>")  # type: ignore[union-attr]
        wait_for_answer(window)
        assert digit(window) == expected
    window.root.focus_get().event_generate("<Left>")  # type: ignore[union-attr]
    wait_for_answer(window)
    assert digit(window) == "2"


def test_another_stroke_looks_at_the_whole_again_and_one_digit_has_no_strip(
    window: DigitWindow,
) -> None:
    draw_number(window, "2")
    wait_for_answer(window)
    assert not window.panel.strip.frame.winfo_ismapped()
    draw_number(window, "27")
    wait_for_answer(window)
    window.panel.strip.buttons[1].invoke()
    wait_for_answer(window)
    assert digit(window) == "2"
    for stroke in DIGITS[7]:
        draw_stroke(window, [(80 + 0.4 * x, 25 + 0.4 * y) for x, y in stroke])
    wait_for_answer(window)
    assert digit(window) == "277"


def test_a_doubt_waits_for_the_hand_and_the_last_answer_stays_meanwhile(
    window: DigitWindow,
) -> None:
    draw(window, DIGITS[7])
    wait_for_answer(window)
    draw(window, SCRIBBLE)
    wait_until(window, lambda: window._held_back is not None)
    assert digit(window) == "7"
    assert str(window.panel.digit["foreground"]) == window.theme.palette.line
    wait_for_answer(window)
    assert digit(window) == "?"
    assert not str(window.panel.digit["foreground"])


def test_every_control_can_be_reached_by_tab(window: DigitWindow) -> None:
    draw(window, DIGITS[4])
    wait_for_answer(window)
    reached, widget = set(), window.root.tk_focusNext()
    while widget is not None and str(widget) not in reached:
        reached.add(str(widget))
        widget = widget.tk_focusNext()

    for control in (
        window.undo_button,
        window.open_button,
        window.save_drawing_button,
        *window.panel.views,
        window.heatmap_switch,
        window.save_button,
        window.theme_button,
    ):
        assert str(control) in reached


# ---- Endurance and trouble


def test_200_random_strokes_neither_fail_nor_take_memory(window: DigitWindow) -> None:
    strokes = random.Random(6)

    def drive(count: int) -> None:
        for number in range(count):
            draw_stroke(window, random_stroke(strokes), steps=3)
            if number % 10 == 9:
                window.paper.clear()
            if number % 25 == 24:
                wait_for_answer(window)

    processes = (os.getpid(), window.process.process_id)
    drive(100)
    before = [_memory(each) for each in processes]
    drive(200)

    for process, megabytes in zip(processes, before, strict=True):
        assert _memory(process) < megabytes + 25


def answered_or_empty(window: DigitWindow) -> None:
    wait_until(window, lambda: window.process.state == "idle")
    window.root.update()


def _memory(process_id: int | None) -> float:
    """Megabytes that a process has in memory."""
    pages = int(Path(f"/proc/{process_id}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def test_a_reader_that_is_killed_is_started_again(screen: str) -> None:
    window = open_window(screen)
    draw(window, DIGITS[7])
    wait_for_answer(window)
    assert window.process.process_id is not None
    os.kill(window.process.process_id, signal.SIGKILL)
    wait_until(window, lambda: window.process.state == "stopped")

    before = window.panel.answer
    draw(window, DIGITS[4])
    assert window.status["text"] == LOADING
    wait_until(window, lambda: window.panel.answer not in (None, before))
    wait_for_answer(window)
    assert window.status["text"] == KEYS
    window.close()


def test_what_was_said_is_read_again_when_the_reader_is_killed_or_said_to_be_gone(
    screen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(screen)
    draw(window, DIGITS[7])
    wait_for_answer(window)
    choose(window, "1")
    assert len(window.correction_list.said) == 1

    kill_reader(window)
    assert window.status["text"] == HAND_IS_LOST
    assert not window.correction_list.said
    (tmp_path / "3").mkdir()
    (tmp_path / "3" / "mine.png").write_bytes(b"half a pict")
    monkeypatch.setattr(filedialog, "askdirectory", lambda **options: str(tmp_path))
    choose(window, "Keep corrections in a folder…")
    assert window.status["text"].startswith("3/mine.png is left out: ")
    choose(window, "1")
    assert [each.sentence for each in window.correction_list.said] == ["read as a 7, is a 1"]

    assert window.process.process_id is not None
    os.kill(window.process.process_id, signal.SIGSTOP)
    window.corrections.menu.invoke("3")
    kill_reader(window)
    wait_until(window, lambda: window.correction_list.said)
    wait_for_answer(window)
    assert [each.sentence for each in window.correction_list.said] == ["read as a 7, is a 1"]
    assert window.status["text"].startswith(STOPPED)
    assert "Adapted to your hand: 1 correction." in window.status["text"]
    window.close()


def kill_reader(window: DigitWindow) -> None:
    """And let the window notice."""
    before = window.process.losses
    assert window.process.process_id is not None
    os.kill(window.process.process_id, signal.SIGKILL)
    wait_until(window, lambda: window.process.losses > before)
    window.root.update()


def test_a_missing_model_is_a_sentence_in_the_window(
    screen: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DIGIT_MODEL", str(tmp_path / "none.h5"))
    window = open_window(screen)
    draw(window, DIGITS[7])
    wait_until(window, lambda: digit(window) == "!")

    assert "model" in said(window)
    assert str(tmp_path) not in said(window)
    window.close()


@pytest.mark.parametrize("state", ["loading", "busy"])
def test_closing_while_work_runs_ends_the_program_cleanly(screen: str, state: str) -> None:
    code = (
        "import tkinter as tk, digit_gui\n"
        "def go_on():\n"
        "    window._ask(b'no picture', is_drawn=True)\n"
        f"    window.close() if window.process.state == '{state}' else root.after(20, go_on)\n"
        "if __name__ == '__main__':\n"
        "    root = tk.Tk()\n"
        "    window = digit_gui.DigitWindow(root)\n"
        "    root.after(50, go_on)\n"
        "    root.mainloop()\n"
        "    print(window.process.state)\n"
    )

    ended = run(screen, "-c", code)

    assert ended.returncode == 0
    assert ended.stdout == "stopped\n"
    assert ended.stderr == ""


def test_without_a_screen_there_is_a_sentence() -> None:
    ended = run("", "digit_gui.py")

    assert ended.returncode == 1
    assert ended.stderr.startswith("There is no screen to open a window on:")
    assert ended.stderr.count("\n") == 1


def test_without_tk_there_is_a_sentence_that_says_what_to_install() -> None:
    code = (
        "import runpy, sys\n"
        "sys.modules['tkinter'] = None\n"
        "runpy.run_path('digit_gui.py', run_name='__main__')\n"
    )

    ended = run("", "-c", code)

    assert ended.returncode == 1
    assert all(each in ended.stderr for each in ("Debian", "Fedora", "macOS", "python3-tk"))
    assert "Traceback" not in ended.stderr


def run(screen: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "DISPLAY"}
    if screen:
        environment["DISPLAY"] = screen
    return programs.run(*arguments, environment=environment, timeout=300)


def test_the_program_opens_a_picture_that_it_is_given(
    screen: str, tmp_path: Path, written_one: Image.Image
) -> None:
    (tmp_path / "one.png").write_bytes(as_file(written_one))
    program = subprocess.Popen(
        [sys.executable, "digit_gui.py", str(tmp_path / "one.png"), "--theme", "dark"],
        cwd=ROOT,
        env=os.environ | {"DISPLAY": screen},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline and not _shows_photo(screen):
            time.sleep(0.2)
        assert _shows_photo(screen)
    finally:
        os.killpg(program.pid, signal.SIGINT)  # Ctrl-C in the terminal
        error = program.communicate(timeout=120)[1]
    assert program.returncode == 130
    assert error == "Stopped.\n"


def _shows_photo(screen: str) -> bool:
    """Whether a dark window shows the picture, by the colour of its paper."""
    pixels = np.asarray(ImageGrab.grab((0, 0, 480, 480), xdisplay=screen).convert("RGB"))
    is_paper = (pixels == (238, 236, 230)).all(axis=2)
    return bool(is_paper.mean() > 0.1 and (pixels.max(axis=2) < 40).mean() > 0.05)
