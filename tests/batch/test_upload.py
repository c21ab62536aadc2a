"""What a stranger gives over the page: within limits, whatever it says of itself."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from benchmarks.habits import write_habit
from digits.adaptation.adapting import adapt
from digits.adaptation.kept_corrections import readings_of
from digits.batch import background, upload
from digits.batch.background import BackgroundReading
from digits.batch.rows import columns_of
from digits.batch.seen_digits import unpack_digits
from digits.batch.task import ReadingTask
from digits.batch.upload import Upload, take_upload
from digits.common.errors import PictureError
from digits.network.loading import load_network
from digits.reading.digit import read_digit
from tests.batch.test_places import document, png, zipped
from tests.conftest import as_file

TASK = ReadingTask("0123456789abcdef")
PATIENCE = 60.0


def test_files_and_members_keep_their_order_and_names() -> None:
    taken = take_upload([("b.png", b"1"), ("a.zip", zipped({"y/2.png": b"2", "x.png": b"3"}))])
    assert taken.contents == {"b.png": b"1", "a.zip/x.png": b"3", "a.zip/y/2.png": b"2"}
    assert taken.refused == {}


def test_two_files_of_one_name_are_two() -> None:
    taken = take_upload([("1.png", b"a"), ("1.png", b"b"), ("1.png", b"")])
    assert sorted(taken.contents.values()) == [b"a", b"b"]
    assert len(taken) == 3


def test_a_name_that_climbs_is_only_a_name() -> None:
    taken = take_upload([("a.zip", zipped({"../../etc/1.png": b"1", "/root/2.png": b"2"}))])
    assert sorted(taken.contents.values()) == [b"1", b"2"]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.png", b"", "empty"),
        ("large.png", bytes(10_000_001), "limit is 10 MB"),
        ("bad.zip", b"no archive", "damaged"),
        ("empty.zip", zipped({}), "no picture"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_sentence(
    name: str, content: bytes, sentence: str
) -> None:
    taken = take_upload([(name, content), ("1.png", b"1")])
    assert sentence in taken.refused[name]
    assert taken.contents == {"1.png": b"1"}


def test_a_member_that_is_a_zip_or_a_bomb_is_refused_alone() -> None:
    members = {"in.zip": b"PK", "bomb.png": bytes(10_000_001), "1.png": b"1"}
    taken = take_upload([("a.zip", zipped(members))])
    assert "ZIP inside a ZIP" in taken.refused["a.zip/in.zip"]
    assert "limit is 10 MB" in taken.refused["a.zip/bomb.png"]
    assert taken.contents == {"a.zip/1.png": b"1"}


def test_too_many_are_refused_before_they_are_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "MOST_PICTURES", 3)
    four = {f"{number}.png": b"x" for number in range(4)}
    for files in ([("a.zip", zipped(four))], list(four.items())):
        with pytest.raises(PictureError, match="more than 3 pictures"):
            take_upload(files)


def test_too_much_together_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "MOST_BYTES", 1_000_000)
    half = bytes(600_000)
    for files in ([("a.zip", zipped({"1.png": half, "2.png": half}))], [("1", half), ("2", half)]):
        with pytest.raises(PictureError, match="more than 1 MB together"):
            take_upload(files)


def finished(reading: BackgroundReading) -> BackgroundReading:
    deadline = time.monotonic() + PATIENCE
    while reading.is_running and time.monotonic() < deadline:
        time.sleep(0.02)
    return reading


@pytest.fixture
def pictures() -> Upload:
    files = {"3.png": png(3), "text.png": b"none", "pages.tif": document("TIFF", 4, 5)}
    return take_upload([*files.items(), ("empty.png", b"")])


def test_an_upload_is_read_beside(pictures: Upload) -> None:
    reading = finished(BackgroundReading(pictures, TASK))
    found = {(p.row["path"], p.row["page"]): p.row["answer"] for p in reading.pictures}
    assert found == {
        ("empty.png", None): None,
        ("3.png", None): "3",
        ("text.png", None): None,
        ("pages.tif", 1): "4",
        ("pages.tif", 2): "5",
    }
    assert (reading.problem, reading.total) == (None, 5)
    three = next(p for p in reading.pictures if p.row["answer"] == "3")
    assert three.thumbnail.startswith(b"RIFF")
    assert reading.fetch(three.place) == pictures.contents["3.png"]


def test_when_nobody_waits_any_more_it_ends_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "_PATIENCE", 0.0)
    many = take_upload([(f"{number}.png", png(1)) for number in range(200)])
    reading = finished(BackgroundReading(many, TASK, lambda: False))
    assert len(reading.pictures) < 200
    assert "when the page was left" in str(reading.problem)


def test_the_next_one_waits_for_its_turn_and_can_be_stopped(pictures: Upload) -> None:
    with background._turn:
        reading = BackgroundReading(pictures, TASK)
        assert reading.seconds_left is None
        reading.stop()
    assert not reading.is_running
    assert [p.row["path"] for p in reading.pictures] == ["empty.png"]


def test_too_many_pages_are_said(pictures: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "MOST_PICTURES", 2)
    assert "more than 2 pages" in str(finished(BackgroundReading(pictures, TASK)).problem)


@pytest.fixture(scope="module")
def barred() -> dict[str, bytes]:
    """Four times a 2 like a Z with a bar, which the network takes for a 7."""
    pictures = [Image.fromarray(write_habit("barred_z", 3, number)) for number in range(4)]
    return {f"{number}.png": as_file(each) for number, each in enumerate(pictures)}


def test_a_hand_is_read_with_and_what_the_network_saw_is_kept(barred: dict[str, bytes]) -> None:
    task = ReadingTask("0123456789abcdef", by_hand=True)
    reading = finished(BackgroundReading(take_upload(barred.items()), task))
    assert {p.row["answer"] for p in reading.pictures} == {"7"}
    seen = np.concatenate([unpack_digits(p.seen) for p in reading.pictures])
    expected = [read_digit(each).network_input for each in barred.values()]
    np.testing.assert_allclose(seen, expected, atol=0.51 / 255)
    assert all(set(p.row) == set(columns_of(task)) for p in reading.pictures)

    hand = adapt([(each, 2) for each in readings_of(seen[:3], load_network())])
    again = finished(reading.again(replace(task, hand=hand)))

    assert [p.row["answer"] for p in again.pictures] == ["2"] * 4
    assert [p.place for p in again.pictures] == [p.place for p in reading.pictures]
