"""The whole command: pictures in, a table out, whatever happens in between."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from digits.batch import local_run
from digits.batch.command import main
from digits.common.file_lock import held_lock
from tests.browser import ROOT
from tests.drawings import DIGITS, SCRIBBLE, draw
from tests.programs import run

ENVIRONMENT = dict(os.environ)
PATIENCE = 120.0


def save(folder: Path, count: int) -> Path:
    """So many small drawings, each a little different."""
    folder.mkdir(exist_ok=True)
    for number in range(count):
        pixels = draw(DIGITS[number % 10], 60 + number // 10, 5)
        Image.fromarray(pixels).save(folder / f"{number:04}.png", compress_level=1)
    return folder


@pytest.fixture(scope="module")
def drawings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("pictures") / "drawings", 300)


@pytest.fixture(scope="module")
def undisturbed(drawings: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The table of one worker that nobody disturbed."""
    output = tmp_path_factory.mktemp("undisturbed") / "answers.csv"
    assert read(drawings, output, "--workers", "1") == 0
    return output.read_bytes()


def read(source: Path | str, output: Path, *options: str) -> int:
    workers = [] if "--workers" in options else ["--workers", "1"]
    return main([str(source), "--output", str(output), "--digit", *workers, *options])


def rows_of(output: Path) -> list[dict[str, str]]:
    with output.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_row_a_picture_in_the_order_of_the_input(undisturbed: bytes, drawings: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(undisturbed.decode())))
    assert [row["path"] for row in rows] == [str(path) for path in sorted(drawings.iterdir())]
    right = sum(row["answer"] == str(number % 10) for number, row in enumerate(rows))
    assert right >= 285


def test_any_number_of_workers_makes_the_same_file(
    undisturbed: bytes, drawings: Path, tmp_path: Path
) -> None:
    assert read(drawings, tmp_path / "answers.csv", "--workers", "3") == 0
    assert (tmp_path / "answers.csv").read_bytes() == undisturbed


def test_killed_again_and_again_it_goes_on_and_every_picture_is_there_once(
    undisturbed: bytes, drawings: Path, tmp_path: Path
) -> None:
    output = tmp_path / "answers.csv"
    command = [sys.executable, "read_pictures.py", str(drawings), "--output", str(output)]
    for wanted in (0, 1):
        started = subprocess.Popen([*command, "--digit"], cwd=ROOT, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE
        while len(parts_of(output)) < wanted and time.monotonic() < deadline:
            time.sleep(0.01)
        started.kill()
        started.wait()
    assert not output.exists()
    assert parts_of(output)
    assert read(drawings, output) == 0
    assert output.read_bytes() == undisturbed


def parts_of(output: Path) -> list[Path]:
    return list(output.with_name(f"{output.name}.parts").glob("0*.jsonl"))


def test_what_is_read_is_not_read_again(
    undisturbed: bytes,
    drawings: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    output = tmp_path / "answers.csv"

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "temporary")

    with monkeypatch.context() as patch:
        patch.setattr(local_run, "write_table", full)
        assert read(drawings, output) == 1
    assert len(parts_of(output)) == 2

    with monkeypatch.context() as patch:
        patch.setattr(local_run, "BATCH", 0)  # which would fail at once
        assert read(drawings, output) == 0
    assert output.read_bytes() == undisturbed
    assert ", of which 300 were read before; the others in " in capsys.readouterr().out


def test_ctrl_c_is_a_sentence_and_nothing_is_lost(drawings: Path, tmp_path: Path) -> None:
    output = tmp_path / "answers.csv"
    started = subprocess.Popen(
        [sys.executable, "read_pictures.py", str(drawings), "--output", str(output)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + PATIENCE
    while not parts_of(output) and time.monotonic() < deadline:
        time.sleep(0.01)
    started.send_signal(2)
    _, said = started.communicate(timeout=PATIENCE)
    assert started.returncode == 130
    assert "the same command goes on" in said
    assert "Traceback" not in said
    assert parts_of(output)
    assert not output.exists()


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A 7, a scribble, a text called .png, and a name that is no UTF-8, with a new line."""
    folder = tmp_path / "mixed"
    folder.mkdir()
    Image.fromarray(draw(DIGITS[7])).save(folder / "seven.png")
    Image.fromarray(draw(SCRIBBLE)).save(folder / "scribble.png")
    (folder / "text.png").write_text("no picture")
    (folder / "notes.txt").write_text("passed over")
    strange = os.fsencode(folder) + b"/caf\xe9\n.png"
    os.link(folder / "seven.png", strange)
    return folder


def test_unreadable_pictures_are_rows_and_the_exit_status(
    mixed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "answers.csv"
    assert read(mixed, output, "--sheet") == 2
    rows = {row["path"]: row for row in rows_of(output)}
    assert set(rows) == {
        f"{mixed}/{name}" for name in ("caf\\xe9\n.png", "scribble.png", "seven.png", "text.png")
    }
    assert rows[f"{mixed}/caf\\xe9\n.png"]["answer"] == rows[f"{mixed}/seven.png"]["answer"] == "7"
    assert rows[f"{mixed}/text.png"]["error"].startswith("This file is not a picture")
    said = capsys.readouterr().out
    assert "4 rows" in said
    assert "Unreadable: 1." in said
    assert "Passed over, for they are not called as pictures are: 1." in said
    sheet = (tmp_path / "answers.html").read_text("utf-8")
    assert sheet.count("<img") == 3
    assert "This file is not a picture" in sheet


def test_the_same_command_once_more_reads_nothing_and_says_so(
    mixed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "answers.jsonl"
    assert read(mixed, output) == 2
    before = output.stat()
    capsys.readouterr()
    assert read(mixed, output) == 2
    assert "is there already" in capsys.readouterr().out
    assert output.stat() == before
    (mixed / "text.png").unlink()
    assert read(mixed, output) == 1
    assert "of other pictures" in capsys.readouterr().err
    assert read(mixed, output, "--restart") == 0
    assert len(output.read_text("utf-8").splitlines()) == 3


@pytest.mark.parametrize(
    ("source", "options"), [("missing", []), ("mixed", ["--model", "{0}/theirs.h5"])]
)
def test_what_cannot_be_begun_costs_no_table(
    source: str, options: list[str], mixed: Path, tmp_path: Path
) -> None:
    output = tmp_path / "answers.csv"
    assert read(mixed / "seven.png", output) == 0
    before = output.read_bytes()
    (tmp_path / "theirs.h5").write_bytes(b"no model at all")
    named = [each.format(tmp_path) for each in options]
    assert read(tmp_path / source, output, "--restart", *named) == 1
    assert output.read_bytes() == before


def test_fields_of_a_form(tmp_path: Path) -> None:
    (tmp_path / "fields.json").write_text('{"left": [0, 0, 0.5, 1], "right": [0.5, 0, 0.5, 1]}')
    page = Image.new("RGB", (560, 280), "white")
    page.paste(Image.fromarray(draw(DIGITS[3])), (0, 0))
    page.paste(Image.fromarray(draw(DIGITS[5])), (280, 0))
    page.save(tmp_path / "forms.tif", save_all=True, append_images=[page])
    output = tmp_path / "answers.jsonl"
    status = read(tmp_path / "forms.tif", output, "--fields", str(tmp_path / "fields.json"))
    assert status == 0
    rows = list(map(json.loads, output.read_text("utf-8").splitlines()))
    assert [(row["page"], row["left"], row["right"]) for row in rows] == [
        (1, "3", "5"),
        (2, "3", "5"),
    ]


def test_a_list_on_standard_input(mixed: Path, tmp_path: Path) -> None:
    names = [os.fsencode(mixed / "seven.png"), os.fsencode(mixed) + b"/caf\xe9\n.png", b"gone.png"]
    done = subprocess.run(
        [sys.executable, "read_pictures.py", "-", "--output", str(tmp_path / "a.csv"), "--digit"],
        input=b"\0".join(names),
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    rows = rows_of(tmp_path / "a.csv")
    assert [row["answer"] for row in rows] == ["7", "7", ""]
    assert "no such file" in rows[2]["error"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere", "--output", "{0}/a.csv"], "There is no file or folder nowhere"),
        (["{0}/empty", "--output", "{0}/a.csv"], "holds no picture"),
        (["{0}/7.png", "--output", "{0}/none/a.csv"], "folder of --output does not exist"),
        (["{0}/7.png", "--output", "{0}/a.xlsx"], ".csv, .parquet or .jsonl"),
        (["{0}/7.png", "--output", "{0}/theirs.csv"], "nothing says what made it"),
        (["{0}/7.png", "--output", "{0}/a.csv", "--fields", "{0}/7.png"], "7.png is no JSON"),
        (["{0}/7.png", "--output", "{0}/a.csv", "--fields", "none.json"], "no file none.json"),
        (["{0}/7.png", "--output", "{0}/a.csv", "--model", "none.h5"], "none.h5 is missing"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    arguments: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "theirs.csv").write_text("somebody's")
    Image.fromarray(draw(DIGITS[7])).save(tmp_path / "7.png")
    assert main([each.format(tmp_path) for each in arguments]) == 1
    said = capsys.readouterr().err
    lines = [line for line in said.splitlines() if line]
    assert len(lines) == 1
    assert sentence in lines[0]
    assert (tmp_path / "theirs.csv").read_text() == "somebody's"


def test_two_runs_do_not_write_one_output(
    mixed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with held_lock(tmp_path / ".answers.csv.lock", "taken"):
        assert read(mixed, tmp_path / "answers.csv") == 1
    assert "Another run writes answers.csv" in capsys.readouterr().err
    assert not (tmp_path / "answers.csv").exists()


def test_without_tensorflow_ray_and_pdfium_it_reads(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    blocked = ("tensorflow", "keras", "ray", "pypdfium2", "pyarrow")
    (site / "sitecustomize.py").write_text(
        f"import sys\nfor name in {blocked!r}: sys.modules[name] = None\n"
    )
    Image.fromarray(draw(DIGITS[7])).save(tmp_path / "7.png")
    Image.fromarray(draw(DIGITS[7])).save(tmp_path / "8.pdf")
    environment = ENVIRONMENT | {"PYTHONPATH": str(site)}
    output = tmp_path / "answers.csv"
    sources = [str(tmp_path / "7.png"), str(tmp_path / "8.pdf")]
    done = run("read_pictures.py", *sources, "--output", str(output), environment=environment)
    assert done.returncode == 2, done.stderr
    seven, pdf = rows_of(output)
    assert seven["answer"] == "7"
    assert "pip install -r requirements-batch.txt" in pdf["error"]

    parquet = str(tmp_path / "answers.parquet")
    done = run("read_pictures.py", *sources, "--output", parquet, environment=environment)
    assert done.returncode == 1
    assert "takes pyarrow" in done.stderr
