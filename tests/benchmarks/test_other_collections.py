"""Readers of other collections, which open one split alone, and what is drawn of them."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.collection_rows import OTHER_HANDS, UNIPEN, collection_groups
from benchmarks.other_collections import (
    OMNIGLOT_VALIDATION_ALPHABET,
    Collections,
    Written,
    draw_written,
    read_doodles,
    read_omniglot,
    read_optdigits,
    read_semeion,
    read_unipen,
    smooth_ink,
    squares,
    unipen_remainder,
)
from benchmarks.writer_shares import share_over_digits, share_over_writers
from digits.common.errors import DataError
from tests.benchmarks.test_ways_of_writing import as_picture, holes

# SHA-1 by `sha1sum`: 86f7e437…267f8 of "a", e9d71f5e…7ddf98 of "b".
REMAINDERS = {
    "a": int("86f7e437faa5a7fce15d1ddcb9eaeaea377667b8", 16) % 10,
    "b": int("e9d71f5ee7c92d6dc9e92ffdad17b8bd49418f98", 16) % 10,
}
RING = np.zeros((32, 32), np.uint8)
RING[6:26, 8:24] = 1
RING[10:22, 12:20] = 0


def write_lines(path: Path, lines: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt") as file:
        file.write("".join(f"{line}\n" for line in lines))


def writer_of(remainder: int) -> str:
    return next(name for name in map(str, range(1000)) if unipen_remainder(name) == remainder)


def written_line(writer: str, label: str = "4") -> str:
    strokes = [[0, 0, 10, 255], [0, 100, 200, 100]]
    return json.dumps({"label": label, "writer": writer, "set": "aga", "strokes": strokes})


def optdigits_lines(label: int) -> list[str]:
    return ["entwidth = 32", *("".join(map(str, row)) for row in RING), f" {label}"]


@pytest.fixture
def only_validation(tmp_path: Path) -> Collections:
    """A folder where the files of the report are not there, or hold nothing."""
    lines = [written_line(writer_of(remainder)) for remainder in range(10)]
    write_lines(tmp_path / "unipen" / "digits.jsonl.gz", lines)
    write_lines(tmp_path / "unipen" / "letters-clear.jsonl.gz", lines)
    write_lines(tmp_path / "optdigits" / "optdigits-orig.tes.gz", optdigits_lines(0))
    for folder in ("quickdraw", "omniglot", "semeion"):
        (tmp_path / folder).mkdir()
    (tmp_path / "semeion" / "semeion.data.gz").write_bytes(b"closed")
    np.savez(tmp_path / "quickdraw" / "doodles.npz", diamond=np.full((2, 28, 28), 255, np.uint8))
    png = cv2.imencode(".png", 255 * (1 - RING))[1].tobytes()
    with zipfile.ZipFile(tmp_path / "omniglot" / "images_background_small1.zip", "w") as archive:
        for alphabet in (OMNIGLOT_VALIDATION_ALPHABET, "Latin"):
            archive.writestr(f"images_background_small1/{alphabet}/character01/1_01.png", png)
    return Collections().found_in(tmp_path)


class TestSplits:
    def test_the_writers_hash_tells_the_split(self):
        assert {name: unipen_remainder(name) for name in REMAINDERS} == REMAINDERS

    @pytest.mark.parametrize(("validation", "remainder"), [(False, 0), (True, 1)])
    def test_a_split_has_its_own_writers_alone(self, validation, remainder, only_validation):
        assert only_validation.unipen is not None
        read = read_unipen(only_validation.unipen / "digits.jsonl.gz", validation)
        assert [each.writer for each in read] == [writer_of(remainder)]

    def test_developing_opens_nothing_of_the_report(self, only_validation):
        groups = collection_groups(only_validation, 0, 5, validation=True)
        assert [group.name for group in groups] == [UNIPEN, "optdigits", OTHER_HANDS]
        names = [row.name for row in groups[-1].rows]
        assert names == ["UNIPEN letters", "Quick, Draw! diamond", "Omniglot"]
        assert [row.count for row in groups[-1].rows] == [1, 2, 1]
        for row in (row for group in groups for row in group.rows):
            picture = row.picture(row.count - 1)
            assert picture.dtype == np.uint8
            assert (picture == row.picture(row.count - 1)).all()

    def test_the_report_opens_semeion(self, only_validation):
        with pytest.raises(DataError, match=r"semeion\.data\.gz is damaged"):
            collection_groups(Collections(semeion=only_validation.semeion), 0, 5, validation=False)

    def test_what_is_named_comes_before_what_is_found(self, only_validation, tmp_path):
        named = Collections(unipen=Path("mine")).found_in(tmp_path)
        assert named.unipen == Path("mine")
        assert named.optdigits == tmp_path / "optdigits"

    def test_nothing_there_gives_no_groups(self, tmp_path):
        assert collection_groups(Collections().found_in(tmp_path), 0, 5, validation=True) == []


class TestReaders:
    def test_strokes_are_points(self, only_validation):
        assert only_validation.unipen is not None
        (four,) = read_unipen(only_validation.unipen / "digits.jsonl.gz", validation=True)
        assert four.label == "4"
        assert [stroke.tolist() for stroke in four.strokes] == [
            [[0, 0], [10, 255]],
            [[0, 100], [200, 100]],
        ]

    def test_semeions_ones_are_ink(self, tmp_path):
        values = [f"{value:.4f}" for value in np.eye(16).ravel()]
        one_hot = ["1" if digit == 7 else "0" for digit in range(10)]
        write_lines(tmp_path / "semeion.data.gz", [" ".join([*values, *one_hot])] * 2)
        bitmaps, labels = read_semeion(tmp_path / "semeion.data.gz")
        assert (bitmaps == np.eye(16, dtype=np.uint8)).all()
        assert labels.tolist() == [7, 7]

    def test_optdigits_begin_behind_their_header(self, tmp_path):
        lines = [*optdigits_lines(0), *optdigits_lines(9)[1:]]
        write_lines(tmp_path / "optdigits-orig.windep.gz", lines)
        bitmaps, labels = read_optdigits(tmp_path, validation=False)
        assert bitmaps.shape == (2, 32, 32)
        assert (bitmaps[1] == RING).all()
        assert labels.tolist() == [0, 9]

    def test_omniglots_black_is_ink(self, only_validation):
        assert only_validation.omniglot is not None
        (letter,) = read_omniglot(only_validation.omniglot, validation=True, most=5)
        assert (letter == RING).all()

    @pytest.mark.parametrize(
        "content",
        [b"", b"no gzip", gzip.compress(b"{'half':", mtime=0)],
        ids=["empty", "no gzip", "half a line"],  # for a gzip file may hold the time of day
    )
    def test_damaged_files_are_told_in_a_sentence(self, content, tmp_path):
        for name in ("digits.jsonl.gz", "optdigits-orig.tes.gz", "doodles.npz"):
            (tmp_path / name).write_bytes(content)
        (tmp_path / "images_background_small1.zip").write_bytes(content)
        for read in (
            lambda: (
                read_unipen(tmp_path / "digits.jsonl.gz", True) or read_semeion(tmp_path / "no")
            ),
            lambda: read_optdigits(tmp_path, True),
            lambda: read_doodles(tmp_path / "doodles.npz", True),
            lambda: read_omniglot(tmp_path, True, 3),
        ):
            with pytest.raises(DataError, match=r"check the name|download it again"):
                read()


class TestDrawing:
    def test_a_pen_is_at_most_a_quarter_as_wide_as_the_digit_is_tall(self):
        """A level bar has no height, and gets the thinnest pen."""
        level = Written("1", "x", (np.array([[0.0, 0.0], [255.0, 0.0]]),))
        for seed in range(10):
            ink = draw_written(level, np.random.default_rng(seed)) < 128
            assert 5 <= ink.any(axis=1).sum() <= 8

    def test_an_enlarged_ring_keeps_its_hole(self):
        assert holes(as_picture(smooth_ink(RING))) == 1
        assert smooth_ink(RING).shape[0] / smooth_ink(RING).shape[1] == pytest.approx(
            1.25, abs=0.05
        )

    def test_squares_are_the_bitmap_again(self):
        picture = squares(RING, np.random.default_rng(0))
        side = round(np.sqrt((picture == 0).sum() / RING.sum()))
        rows = np.flatnonzero((picture == 0).any(axis=1))
        columns = np.flatnonzero((picture == 0).any(axis=0))
        box = picture[rows[0] : rows[-1] + 1 : side, columns[0] : columns[-1] + 1 : side]
        assert (box == 255 * (1 - RING[6:26, 8:24])).all()


class TestWriterShares:
    RIGHT = np.array([True, True, True, False, True, False])
    WRITERS = ("a", "a", "a", "a", "b", "b")

    def test_over_digits_each_digit_counts_the_same(self):
        share = share_over_digits(self.RIGHT, self.WRITERS)
        assert share.value == pytest.approx(4 / 6)
        assert share.writers == 2
        # Two writers are drawn: a twice, b twice, or one of each.
        assert (share.low, share.high) == pytest.approx((0.5, 0.75))

    def test_over_writers_each_writer_counts_the_same(self):
        share = share_over_writers(self.RIGHT, self.WRITERS, fewest=2)
        assert share.value == pytest.approx((3 / 4 + 1 / 2) / 2)

    def test_writers_with_too_few_digits_are_left_out(self):
        share = share_over_writers(self.RIGHT, self.WRITERS, fewest=3)
        assert (share.value, share.low, share.high, share.writers) == (0.75, 0.75, 0.75, 1)
        assert np.isnan(share_over_writers(self.RIGHT, self.WRITERS).value)
