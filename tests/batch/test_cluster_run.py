"""On Ray the same pictures become the same table, and what goes wrong is said."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from digits.batch.command import main
from digits.batch.parts import only_run
from tests.batch.test_places import document, png, zipped
from tests.drawings import SCRIBBLE, draw
from tests.programs import run

pytest.importorskip("ray", reason="Ray is not installed: pip install -r requirements-cluster.txt")
PATIENCE = 280.0


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All kinds of files, good and bad, with a name that is no UTF-8."""
    folder = tmp_path_factory.mktemp("pictures")
    for number in range(40):
        (folder / f"{number:02}.png").write_bytes(png(number % 10))
    Image.fromarray(draw(SCRIBBLE)).save(folder / "scribble.png")
    (folder / "text.png").write_bytes(b"no picture")
    (folder / "empty.png").write_bytes(b"")
    (folder / "pages.tif").write_bytes(document("TIFF", 1, 2))
    (folder / "pages.pdf").write_bytes(document("PDF", 3, 4))
    (folder / "all.zip").write_bytes(zipped({"a.tif": document("TIFF", 8, 9), "in.zip": b"PK"}))
    with open(os.fsencode(folder) + b"/caf\xe9\n.png", "wb") as file:  # noqa: PTH123
        file.write(png(7))
    return folder


def on_ray(*arguments: str, timeout: float = PATIENCE) -> subprocess.CompletedProcess[str]:
    command = ["read_pictures.py", *arguments]
    return run(*command, environment=dict(os.environ), timeout=timeout)


def test_both_drivers_make_the_same_table(pictures: Path, tmp_path: Path) -> None:
    here, there = tmp_path / "here.csv", tmp_path / "there.csv"
    assert main([str(pictures), "--output", str(here), "--digit", "--workers", "1"]) == 2

    done = on_ray(str(pictures), "--output", str(there), "--digit", "--sheet", "--ray")

    assert done.returncode == 2, done.stderr
    assert there.read_text("utf-8").splitlines() == here.read_text("utf-8").splitlines()
    assert "Unreadable: 3." in done.stdout
    assert (tmp_path / "there.html").read_text("utf-8").count("<figure") == 48
    assert [path.name for path in there.with_name("there.csv.parts").iterdir()] == ["run.json"]
    # What is there already takes no Ray at all.
    again = on_ray(str(pictures), "--output", str(there), "--digit", "--ray")
    assert "is there already" in again.stdout
    assert again.returncode == 2


@pytest.mark.parametrize("output", ["{0}/answers.csv", "file://{0}/answers.csv"])
def test_two_runs_do_not_write_one_output(
    output: str, pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with only_run(tmp_path / "answers.csv"):
        assert main([str(pictures), "--output", output.format(tmp_path), "--ray"]) == 1
    assert "Another run writes answers.csv" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--ray", "127.0.0.1:1"], "Nothing answers at 127.0.0.1:1"),
        (["--ray", "nonsense"], "Nothing answers at nonsense"),
    ],
)
def test_an_address_where_nobody_answers_is_a_sentence(
    arguments: list[str],
    sentence: str,
    pictures: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([str(pictures), "--output", str(tmp_path / "a.csv"), *arguments]) == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("sources", "output", "options", "sentence"),
    [
        (["s3://bucket/forms"], "a.csv", [], "add it, or name files"),
        (["ftp://host/forms"], "a.csv", ["--ray"], "no address that can be read"),
        (["file:///nowhere/at/all"], "a.csv", ["--ray"], "There is no picture at"),
        (["{0}", "file:///nowhere"], "a.csv", ["--ray"], "several stores"),
    ],
)
def test_an_address_that_cannot_be_read_is_a_sentence(  # noqa: PLR0917
    sources: list[str],
    output: str,
    options: list[str],
    sentence: str,
    pictures: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    named = [source.format(pictures) for source in sources]
    assert main([*named, "--output", str(tmp_path / output), *options]) == 1
    assert sentence in capsys.readouterr().err


def test_a_ray_that_does_not_start_is_a_sentence(
    pictures: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def never(**options: object) -> None:
        raise Exception("The current node timed out during startup.")  # noqa: TRY002 - as Ray does

    monkeypatch.setattr("ray.init", never)
    assert main([str(pictures), "--output", str(tmp_path / "a.csv"), "--ray"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("Ray did not start on this machine")
    assert said.count("\n") == 1


def test_without_ray_it_is_said_what_to_install(pictures: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['ray'] = None\n")
    command = [str(pictures), "--output", str(tmp_path / "a.csv"), "--ray"]
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = run("read_pictures.py", *command, environment=environment)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "pip install -r requirements-cluster.txt" in done.stderr
