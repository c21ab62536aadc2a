"""Where a training from the command line begins: anew, or after the last whole epoch."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from digits.training.checkpoint import Checkpoint, Row, check_same_run, load_checkpoint


def where_to_begin(
    options: argparse.Namespace, path: Path, row: type[Row], run: Mapping[str, Any]
) -> Checkpoint[Row] | None:
    """The checkpoint to go on from, if that is wanted and there is one; says which it is.

    Args:
        options: of `train_mnist_model.py`; told that the run can be resumed if it is.
        path: of the checkpoint.
        row: what its history consists of.
        run: what it must be equal in.

    Raises:
        DataError: it is damaged, or of another run.
    """
    if not options.resume:
        if path.exists():
            print(f"{path.name} of an earlier run will be replaced; --resume goes on.")
        return None
    checkpoint = load_checkpoint(path, row)
    if checkpoint is None:
        print("There is no checkpoint yet: this begins at the first epoch.")
        return None
    check_same_run(checkpoint, run)
    print(f"Going on after epoch {len(checkpoint.history)}.", flush=True)
    options.can_resume = True
    return checkpoint
