"""Tests of the tests: what is marked runs elsewhere, nothing is left behind, and nobody waits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser import ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="runs in a process of its own on POSIX")


def run_pytest(folder: Path, source: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a file of tests with our plugins, and nothing else of this project."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_it.py").write_text(source)
    plugins = [
        each
        for name in ("dead_worker", "left_behind", "own_process")
        for each in ("-p", f"tests.{name}")
    ]
    environment = {name: each for name, each in os.environ.items() if "PYTEST" not in name}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-c", str(folder / "pytest.ini"), *plugins, *options],
        cwd=folder,
        env=environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


MARKED = """
import os
import pytest

pytestmark = pytest.mark.own_process
numbers = []

@pytest.fixture(scope="module")
def fixture():
    yield os.getpid()
    open("cleared up", "w").close()

def test_elsewhere(fixture):
    numbers.append(fixture)
    assert fixture != int(os.environ["RUN_BY"])

def test_in_the_same_process(fixture):
    assert numbers == [fixture]

def test_wrong():
    assert 1 == 2

def test_left_out():
    pytest.skip("for a reason")

@pytest.fixture
def broken():
    raise ZeroDivisionError

def test_that_cannot_begin(broken):
    pass
"""


def test_what_a_marked_file_comes_to_is_passed_on(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(
        "import os\nos.environ.setdefault('RUN_BY', str(os.getpid()))\n"
    )

    done = run_pytest(tmp_path, MARKED)

    assert "1 failed, 2 passed, 1 skipped, 1 error" in done.stdout
    assert "assert 1 == 2" in done.stdout
    assert "ZeroDivisionError" in done.stdout
    assert (tmp_path / "cleared up").exists()


def test_a_process_that_ends_fails_its_tests_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    source = (
        "import os, pytest\npytestmark = pytest.mark.own_process\n"
        "def test_one(): pass\ndef test_two(): os.abort()\ndef test_three(): pass\n"
    )

    done = run_pytest(tmp_path, source)

    assert "2 failed, 1 passed" in done.stdout
    assert "The process of this file has ended:" in done.stdout
    assert "exit status -6" in done.stdout


def test_a_worker_that_dies_ends_the_run(tmp_path: Path) -> None:
    """Though a server that it has started lives on, and another worker has an hour of work."""
    (tmp_path / "test_long.py").write_text(
        "import pytest, time\n"
        "@pytest.mark.parametrize('number', range(60))\n"
        "def test_it(number): time.sleep(60)\n"
    )
    source = (
        "import os, subprocess, pytest\n"
        "@pytest.fixture(scope='session')\n"
        "def server():\n"
        "    with subprocess.Popen(['sleep', '600']) as process:\n"
        "        open('server', 'w').write(str(process.pid))\n"
        "        yield\n"
        "def test_one(server): os.abort()\n"
        "def test_two(server): pass\n"
    )
    try:
        done = run_pytest(tmp_path, source, "-n", "2", "--dist", "loadfile")
    finally:
        os.kill(int((tmp_path / "server").read_text()), 9)

    assert done.returncode == 1
    assert "crashed while running 'test_it.py::test_one'" in done.stdout


@pytest.mark.parametrize(
    ("left", "named"),
    [
        ("threading.Thread(target=time.sleep, args=(60,), daemon=True, name='t').start()", "t"),
        ("subprocess.Popen(['sleep', '60'])", "sleep 60"),
    ],
)
def test_what_a_test_leaves_behind_fails_it(tmp_path: Path, left: str, named: str) -> None:
    source = (
        "import subprocess, threading, time\n"
        "from tests import left_behind\nleft_behind.PATIENCE = 0.1\n"
        f"def test_it():\n    {left}\n"
        "def test_next(): pass\n"
    )

    done = run_pytest(tmp_path, source)

    assert "2 passed, 1 error" in done.stdout
    assert "left behind: the " in done.stdout
    assert named in done.stdout


def test_a_test_that_hangs_ends_with_the_traces_of_all_threads(tmp_path: Path) -> None:
    source = (
        "import threading, time\n"
        "from tests import left_behind\nleft_behind.PATIENCE = 0.1\n"
        "def wait_for_nothing(): time.sleep(60)\n"
        "def test_it():\n"
        "    thread = threading.Thread(target=wait_for_nothing, daemon=True)\n"
        "    thread.start()\n"
        "    thread.join()\n"
    )

    done = run_pytest(tmp_path, source, "--timeout", "1", "--timeout-method", "signal")

    assert done.stdout.count("wait_for_nothing") + done.stderr.count("wait_for_nothing") >= 1
    assert "Timeout" in done.stdout
