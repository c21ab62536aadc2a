"""The Dockerfile's own steps, in an empty folder and a fresh environment, end in an answer.

No container engine is needed: a virtual environment stands for the image, and whoever runs the
tests for the user that the file names.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import PATIENCE, ROOT, Server, draw, free_port, open_page, wait_until_healthy
from tests.drawings import DIGITS

PORT = "8501"


def steps() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, in order."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


STEPS = steps()


def value_of(instruction: str) -> str:
    (value,) = (rest for word, rest in STEPS if word == instruction)
    return value


def ignored(name: str) -> bool:
    """Whether .dockerignore, which lets through what it names and nothing else, holds it back."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "*"
    return f"!{name}" not in lines


def test_the_file_knows_only_steps_that_are_tried_here() -> None:
    known = "FROM WORKDIR COPY RUN USER ENV EXPOSE HEALTHCHECK CMD"
    assert {word for word, _ in STEPS} == set(known.split())
    assert re.fullmatch(r"python:3\.1[123]-slim", value_of("FROM"))
    assert int(value_of("USER").split(":")[0]) > 0
    assert value_of("EXPOSE") == PORT


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The folder and the environment that the steps up to the command leave."""
    base = tmp_path_factory.mktemp("image")
    app, venv = base / "app", base / "venv"
    app.mkdir()
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    environment = {"PATH": f"{venv}/bin:{os.environ['PATH']}"}
    environment |= {name: each for name, each in os.environ.items() if name.startswith("PIP_")}
    for word, rest in STEPS:
        if word == "COPY":
            *sources, target = rest.split()
            for source in sources:
                assert not ignored(source)
                place = app / target if target == source else app / target / source
                copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copyfile
                copy(ROOT / source, place)
        elif word == "RUN":
            subprocess.run(rest, shell=True, cwd=app, env=environment, check=True)
        elif word == "ENV":
            environment |= dict(pair.split("=", 1) for pair in shlex.split(rest))
    return app, environment


@pytest.fixture(scope="module")
def served(image: tuple[Path, dict[str, str]], tmp_path_factory) -> Iterator[Server]:
    """The server that the last step starts, on a port that is free."""
    app, environment = image
    port = str(free_port())
    command = [word.replace(PORT, port) for word in json.loads(value_of("CMD"))]
    log = tmp_path_factory.mktemp("log") / "server.log"
    with log.open("w") as output:
        program = shutil.which(command[0], path=environment["PATH"])
        process = subprocess.Popen(
            [str(program), *command[1:]], cwd=app, env=environment, stdout=output, stderr=output
        )
        server = Server(f"http://localhost:{port}", process)
        try:
            wait_until_healthy(server, log)
            yield server
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE)


@pytest.mark.slow
def test_the_image_holds_no_tensorflow(image: tuple[Path, dict[str, str]]) -> None:
    _, environment = image
    listed = subprocess.run(
        "pip list", shell=True, env=environment, capture_output=True, text=True, check=True
    )
    assert "onnxruntime" in listed.stdout
    assert not re.search("tensorflow|keras", listed.stdout)


@pytest.mark.slow
def test_what_it_serves_is_healthy_and_answers(
    image: tuple[Path, dict[str, str]], served: Server, chromium: Browser
) -> None:
    _, environment = image
    check = value_of("HEALTHCHECK").partition("CMD ")[2].replace(PORT, served.url.split(":")[-1])
    subprocess.run(check, shell=True, env=environment, check=True)
    with chromium.new_context() as context:
        page = open_page(context.new_page(), served.url)
        draw(page, DIGITS[7])
        expect(page.locator(".answer-digit")).to_have_text("7")
        expect(page.locator(".heatmap")).to_be_visible()
