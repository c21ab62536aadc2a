"""Which files are meant by what somebody names."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest

from digits.batch.sources import find_files, is_taken, printable
from digits.common.errors import DataError


def files(folder: Path, *names: str | bytes) -> None:
    for name in names:
        path = os.path.join(os.fsencode(folder), os.fsencode(name))  # noqa: PTH118
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
        with open(path, "wb"):  # noqa: PTH123
            pass


def found(folder: Path, *sources: str, listed: bytes = b"") -> list[str]:
    paths = find_files([str(folder / source) for source in sources], io.BytesIO(listed)).paths
    return [os.path.relpath(path, folder) for path in paths]


def test_a_folder_stands_for_all_in_it_in_the_order_of_paths(tmp_path: Path) -> None:
    files(tmp_path, "b.png", "a/z.JPG", "a/b/c.heic", "forms.pdf", "more.zip", "c.tiff")
    assert found(tmp_path, ".") == [
        "a/b/c.heic", "a/z.JPG", "b.png", "c.tiff", "forms.pdf", "more.zip",
    ]  # fmt: skip


def test_what_is_hidden_or_called_like_no_picture_is_counted_and_passed_over(
    tmp_path: Path,
) -> None:
    files(tmp_path, "a.png", "notes.txt", ".b.png", ".hidden/c.png", "Thumbs.db")
    every = find_files([str(tmp_path)])
    assert [Path(path).name for path in every.paths] == ["a.png"]
    assert every.passed_over == 3


def test_what_systems_and_programs_leave_in_a_folder_is_passed_over(tmp_path: Path) -> None:
    litter = ["@eaDir/a.png/THUMB.jpg", "System Volume Information/b.png", "__MACOSX/c.png"]
    files(tmp_path, "sub/a.png", "~$form.pdf", *litter)
    assert found(tmp_path, ".") == ["sub/a.png"]
    names = ["sub/a.png", "./sub/a.png", "/sub/a.png", "~$form.pdf", *litter, ".hidden/d.png"]
    assert [is_taken(name) for name in names] == [True] * 3 + [False] * 5


def test_a_folder_of_the_system_that_may_not_be_opened_ends_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def scan(folder: str) -> Any:
        if "lost+found" in folder:
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    files(tmp_path, "a.png", "lost+found/b.png")
    scandir = os.scandir
    monkeypatch.setattr(os, "scandir", scan)
    assert found(tmp_path, ".") == ["a.png"]


def test_links_to_folders_do_not_go_round_in_circles(tmp_path: Path) -> None:
    files(tmp_path, "a/b.png")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    assert found(tmp_path, ".") == ["a/b.png"]


def test_a_pattern_is_sorted_and_reaches_into_folders(tmp_path: Path) -> None:
    files(tmp_path, "x/2.png", "x/1.png", "y/3.png", "y/3.txt")
    assert found(tmp_path, "**/*.png") == ["x/1.png", "x/2.png", "y/3.png"]


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path: Path) -> None:
    files(tmp_path, "scan[1].png", "scan1.png")
    assert found(tmp_path, "scan[1].png") == ["scan[1].png"]


def test_what_is_named_twice_is_read_once(tmp_path: Path) -> None:
    files(tmp_path, "a.png", "b.png")
    assert found(tmp_path, "b.png", "*.png") == ["b.png", "a.png"]


@pytest.mark.parametrize(
    ("listed", "names"),
    [
        (b"a.png\nb c.png\n\n", ["a.png", "b c.png"]),
        (b"a.png\r\nb.png", ["a.png", "b.png"]),
        (b"new\nline.png\0b.png\0", ["new\nline.png", "b.png"]),
        (b"caf\xe9.png\n", ["caf\udce9.png"]),
    ],
)
def test_a_list_on_standard_input(listed: bytes, names: list[str]) -> None:
    assert find_files(["-"], io.BytesIO(listed)).paths == names


def test_names_that_are_no_utf_8_and_new_lines_are_found(tmp_path: Path) -> None:
    files(tmp_path, b"caf\xe9.png", "new\nline.png")
    names = [os.fsencode(path) for path in found(tmp_path, ".")]
    assert names == [b"caf\xe9.png", b"new\nline.png"]


def test_a_path_can_always_be_written() -> None:
    assert printable("caf\udce9/é.png") == "caf\\xe9/é.png"
    printable("caf\udce9").encode("utf-8")


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("nowhere", "There is no file or folder"),
        ("*.webp", "Nothing matches"),
        ("empty", "holds no picture"),
        ("texts", "holds no picture"),
        ("a\0b", "There is no file or folder"),
    ],
)
def test_what_is_not_there_is_a_sentence(tmp_path: Path, source: str, sentence: str) -> None:
    (tmp_path / "empty").mkdir()
    files(tmp_path, "texts/notes.txt")
    with pytest.raises(DataError, match=sentence):
        find_files([f"{tmp_path}/{source}"])


def test_an_empty_list_is_a_sentence() -> None:
    with pytest.raises(DataError, match="Standard input names no picture"):
        find_files(["-"], io.BytesIO(b"\n"))
