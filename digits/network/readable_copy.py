"""A model file as Keras 3 can read it: itself, or a copy with its configuration translated."""

from __future__ import annotations

import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py

from digits.network.config_translation import is_keras_2
from digits.network.keras_2_weights import rename_groups, without_state_of_chance
from digits.network.model_config import (
    ARCHIVE_SUFFIX,
    CONFIG,
    HDF5_SUFFIXES,
    WEIGHTS,
    is_hdf5_model,
    read_configs,
)


@contextmanager
def readable_copy(path: Path) -> Iterator[Path]:
    """The file that Keras is to load, for as long as the block lasts.

    Raises:
        ModelError, Exception: as `model_config.read_config`.
    """
    config, translated, version = read_configs(path)
    is_hdf5 = is_hdf5_model(path)
    is_named_so = path.suffix in (HDF5_SUFFIXES if is_hdf5 else (ARCHIVE_SUFFIX,))
    as_it_is = {name: value for name, value in config.items() if name != "compile_config"}
    if is_named_so and translated == as_it_is and not is_keras_2(version):
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / f"{path.stem}{HDF5_SUFFIXES[0] if is_hdf5 else ARCHIVE_SUFFIX}"
        write = _write_hdf5 if is_hdf5 else _write_archive
        write(path, copy, translated, version)
        yield copy


def _write_hdf5(path: Path, copy: Path, config: dict[str, Any], version: str) -> None:
    shutil.copyfile(path, copy)
    with h5py.File(copy, "r+") as file:
        # A long attribute must be of variable length.
        file.attrs.create("model_config", json.dumps(config), dtype=h5py.string_dtype())
        if is_keras_2(version):
            without_state_of_chance(file["model_weights"])


def _write_archive(path: Path, copy: Path, config: dict[str, Any], version: str) -> None:
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(copy, "w") as written:
        for name in archive.namelist():
            content = archive.read(name)
            if name == CONFIG:
                content = json.dumps(config).encode()
            elif name == WEIGHTS and is_keras_2(version):
                content = _renamed(content)
            written.writestr(name, content)


def _renamed(content: bytes) -> bytes:
    weights = io.BytesIO(content)
    with h5py.File(weights, "r+") as file:
        rename_groups(file)
    return weights.getvalue()
