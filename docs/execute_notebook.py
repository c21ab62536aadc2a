"""Execute the notebook from top to bottom: `python docs/execute_notebook.py [--data mnist.npz]`.

Run it after every change of `MNIST.ipynb`, or of a module that it calls. What is written is the
same on every machine but for the figures themselves: no times, no paths, no name of a kernel. A
notebook that fails, chatters or is too large is not written.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from digits.common.atomic_file import atomic_write

NOTEBOOK = ROOT / "MNIST.ipynb"
# GitHub shows no larger ones, and a clone should not be all notebook.
MOST_BYTES = 2_000_000
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
# An absolute path, in POSIX's way or in Windows's, that names a file of this machine.
_PATH = re.compile(r"(?<![\w.:/<])/(?:\w[\w.-]*/)+\w|\b[A-Z]:\\\w")


def main() -> None:
    """Execute, clean, check, write."""
    options = _parser().parse_args()
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    execute(notebook, options.data)
    clean(notebook)
    problems = find_problems(notebook)
    if problems:
        sys.exit("\n".join(problems))
    with atomic_write(options.output) as temporary:
        nbformat.write(notebook, temporary)
    print(f"Written to {options.output.name}, {len(as_text(notebook)) / 1e6:.2f} MB.")


def execute(notebook: nbformat.NotebookNode, data: Path | None) -> None:
    """Run every cell in a fresh kernel, in the root of the repository."""
    environment = dict(os.environ)
    environment.pop("MNIST_FILE", None)
    if data is not None:
        environment["MNIST_FILE"] = str(data.absolute())
    client = NotebookClient(
        notebook,
        timeout=None,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(ROOT)}},
    )
    client.execute(env=environment)


def clean(notebook: nbformat.NotebookNode) -> None:
    """Leave nothing that only says on which machine it ran, and no picture twice."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                output.data.pop("image/jpeg", None)


def find_problems(notebook: nbformat.NotebookNode) -> list[str]:
    """Why the notebook should not be written, in sentences."""
    problems = []
    size = len(as_text(notebook))
    if size > MOST_BYTES:
        problems.append(f"It is {size / 1e6:.1f} MB, more than {MOST_BYTES / 1e6:.0f} MB.")
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                problems.append(f"Cell {number} complains: {output.text.strip()}")
            path = _PATH.search(words_of(output))
            if path:
                problems.append(f"Cell {number} shows a path of this machine: {path.group()}…")
    return problems


def words_of(output: Any) -> str:
    """What an output says, without its pictures."""
    data = output.get("data", {})
    said = [data[kind] for kind in data if kind.startswith("text/")]
    return "\n".join([output.get("text", ""), *said])


def as_text(notebook: nbformat.NotebookNode) -> bytes:
    """The notebook as it lies on disk."""
    return nbformat.writes(notebook).encode()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Execute MNIST.ipynb from top to bottom.")
    parser.add_argument("--data", type=Path, metavar="FILE", help="a local mnist.npz (downloaded)")
    parser.add_argument(
        "--output", type=Path, default=NOTEBOOK, metavar="FILE", help="where it goes (MNIST.ipynb)"
    )
    return parser


if __name__ == "__main__":
    main()
