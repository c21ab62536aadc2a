"""The house: doors that lead somewhere, and rooms that bring in nothing that is not theirs.

That no room imports what lies above it is import-linter's to see (`pyproject.toml`, `.ci/run`).
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.browser import ROOT

DOORS = sorted(path.stem for path in ROOT.glob("*.py"))
ROOMS = sorted(path.parent.name for path in (ROOT / "digits").glob("*/__init__.py"))
LONGEST_DOOR = 60
"""Lines: a table of contents fits on a screen."""
KEPT = {
    "digit_predictor": {
        *("DigitError", "LayerError", "ModelError", "NoInkError", "PictureError", "Reading"),
        *("format_confidence", "list_convolutions", "load_model", "load_network"),
        *("predict_top_k", "read_digit", "read_digits", "warm_up"),
        *("DigitInNumber", "Mark", "NumberReading", "read_number", "read_numbers"),
        *("Hand", "adapt"),
    },
    "gradcam_visualizer": {
        *("METHODS", "Explanation", "Method", "common_scale", "explain", "grad_cam"),
        *("overlay_heatmap", "read_and_explain"),
    },
    "digit_gui": {"DigitWindow", "main"},
    "train_mnist_model": {"main"},
    "tune_mnist_model": {"main"},
    "evaluate_model": {"main"},
    "read_pictures": {"main"},
}
"""What callers import from the doors: no name of these may go."""


def brought_in_by(*modules: str) -> set[str]:
    """The top-level names that are imported, by a process that imports these and nothing else."""
    code = (
        "import importlib, json, sys\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def modules_of(room: str) -> list[str]:
    files = (ROOT / "digits" / room).glob("*.py")
    return [f"digits.{room}.{file.stem}" for file in files if file.stem != "__init__"]


@pytest.mark.parametrize("door", DOORS)
def test_opening_a_door_does_not_wait_for_tensorflow(door: str) -> None:
    if door == "digit_gui" and find_spec("_tkinter") is None:
        pytest.skip("Python without Tk: apt-get install python3-tk")
    assert not {"tensorflow", "keras", "jax"} & brought_in_by(door)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_brings_in_no_tensorflow_and_no_screen_but_its_own(room: str) -> None:
    if room == "window" and find_spec("_tkinter") is None:
        pytest.skip("Python without Tk: apt-get install python3-tk")
    own = {"page": {"streamlit"}, "window": {"tkinter"}}.get(room, set())

    brought_in = brought_in_by(*modules_of(room))

    assert brought_in & {"tensorflow", "keras", "jax", "streamlit", "tkinter"} == own


@pytest.mark.parametrize("door", KEPT)
def test_every_name_of_a_door_leads_somewhere(door: str) -> None:
    if door == "digit_gui":
        pytest.importorskip("tkinter", reason="Python without Tk: apt-get install python3-tk")
    module = __import__(door)
    assert set(module.__all__) >= KEPT[door]
    assert all(hasattr(module, name) for name in module.__all__)


@pytest.mark.parametrize("door", DOORS)
def test_a_door_is_a_table_of_contents(door: str) -> None:
    source = (ROOT / f"{door}.py").read_text(encoding="utf-8")
    assert len(source.splitlines()) <= LONGEST_DOOR
    kinds = {type(node) for node in ast.parse(source).body}
    assert not kinds & {ast.FunctionDef, ast.ClassDef, ast.For, ast.While}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_a_sign_that_imports_nothing(room: str) -> None:
    sign = ast.parse((ROOT / "digits" / room / "__init__.py").read_text(encoding="utf-8"))
    assert len(sign.body) == 1
    assert ast.get_docstring(sign)


@pytest.mark.parametrize("room", ROOMS)
def test_no_name_in_a_room_repeats_the_rooms(room: str) -> None:
    names = [path.stem for path in (ROOT / "digits" / room).glob("*.py")]
    assert not [name for name in names if room in name.split("_")]


@pytest.mark.parametrize("room", ROOMS)
def test_the_tests_of_a_room_stand_where_the_room_does(room: str) -> None:
    tests = ROOT / "tests" / room
    assert list(tests.glob("test_*.py"))
    assert (tests / "__init__.py").is_file()


def test_rooms_do_not_use_doors() -> None:
    for path in Path(ROOT, "digits").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = [getattr(node, "module", None)] if isinstance(node, ast.ImportFrom) else []
            named += [each.name for each in node.names] if isinstance(node, ast.Import) else []
            assert not set(named) & set(DOORS), path
