"""What a model file says of its network, read and judged before Keras builds anything from it.

Keras builds whatever a file names: some of its layers run code that the file carries, read other
files, or take all memory. Here only what is known to do none of that is let through.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import h5py

from digits.common.errors import ModelError
from digits.network.config_translation import translate
from digits.network.foreign_models import ELSEWHERE, foreign_model
from digits.network.known_kinds import KNOWN_KINDS, kinds_in

HDF5_SUFFIXES = (".h5", ".hdf5")
ARCHIVE_SUFFIX = ".keras"
# Of all that a file stores, unpacked: the shipped model has 1.4 MB, and a large ResNet 250 MB.
MOST_BYTES = 2**30
# Of a configuration; the shipped model's has 20 kB.
_MOST_CONFIG_BYTES = 2**24
_ROOT = Path(__file__).parents[2]
# Seconds for a file to be read in; a slow machine needs two.
PATIENCE = 30.0
# How the process ends that tries a file whose network is sound, but whose export is not.
_EXPORT_REFUSED = 3
_MOST_ADDRESSES = 2**33
CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
"""Members of a `.keras` file."""
_WORD = re.compile(r"_*[A-Za-z]\w{0,60}")


def read_config(path: Path) -> dict[str, Any]:
    """The configuration of the network in a model file, as Keras will be given it.

    Raises:
        ModelError: it names what is not known to be harmless, or the file is of another kind.
        Exception: the file is damaged; whatever the reader of its format stumbles over.
    """
    return read_configs(path)[1]


def read_configs(path: Path) -> tuple[dict[str, Any], dict[str, Any], str]:
    """The same as it stands in the file, as Keras will be given it, and the version of Keras.

    Raises:
        ModelError, Exception: as `read_config`.
    """
    text, version = _read_hdf5(path) if is_hdf5_model(path) else _read_archive(path)
    # Keras takes bytes for UTF-8 in the one format; in the other json would guess.
    config = json.loads(text.decode() if isinstance(text, bytes) else text)
    if not isinstance(config, dict):
        raise ValueError("the configuration is no object")  # noqa: TRY004
    translated = translate(config, version)
    for kind in kinds_in(translated):
        if kind not in KNOWN_KINDS:
            raise _forbidden(path, kind)
    return config, translated, version


def is_hdf5_model(path: Path) -> bool:
    """Whether a model file is HDF5, as `.h5` mostly is, or else an archive.

    A file that is of both formats is what its name says. Keras 2 wrote HDF5 into `.keras`, too.

    Raises:
        ModelError: its name is that of no model file.
    """
    if path.suffix not in (*HDF5_SUFFIXES, ARCHIVE_SUFFIX):
        raise foreign_model(path)
    with path.open("rb") as file:
        is_archive = zipfile.is_zipfile(file)
    if path.suffix == ARCHIVE_SUFFIX:
        return not is_archive and h5py.is_hdf5(path)
    return h5py.is_hdf5(path) or not is_archive


def _read_hdf5(path: Path) -> tuple[str | bytes, str]:
    with h5py.File(path, "r") as file:
        if "model_config" not in file.attrs and _holds_weights(file):
            raise ModelError(
                f"{path.name} holds weights only, and not the network that they belong to: save "
                "the whole model, with model.save('model.keras'), and name that."
            )
        version = file.attrs.get("keras_version", "")
        version = version.decode() if isinstance(version, bytes) else str(version)
        return file.attrs["model_config"], version


def _holds_weights(file: h5py.File) -> bool:
    """Whether a file is what `save_weights` of Keras 2 or 3 writes."""
    return "layer_names" in file.attrs or any(
        name in file for name in ("layers", "vars", "_layer_checkpoint_dependencies")
    )


def _read_archive(path: Path) -> tuple[bytes, str]:
    with zipfile.ZipFile(path) as archive:
        if sorted(archive.namelist()) != [CONFIG, METADATA, WEIGHTS]:
            raise ValueError("the archive holds other files than Keras puts there")
        metadata = json.loads(_read_member(archive, METADATA, _MOST_CONFIG_BYTES))
        return _read_member(archive, CONFIG, _MOST_CONFIG_BYTES), str(metadata["keras_version"])


def _read_member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """Unpack a file, which never gives more than it declares."""
    if archive.getinfo(name).file_size > most:
        raise ValueError("more is packed into the file than any model needs")
    return archive.read(name)


def _forbidden(path: Path, kind: str) -> ModelError:
    word = kind.strip("_").rpartition(">")[2]  # Keras names what is registered package>Name
    name = word if _WORD.fullmatch(word) else "part"
    return ModelError(
        f"The model file {path.name} holds a {name}, which may carry code or read other files "
        f"and is never run: save a model of Keras's own layers alone, or {ELSEWHERE}."
    )


def check_size(path: Path) -> None:
    """Refuse a file whose weights would not fit into memory, however little of them it stores.

    Raises:
        ValueError: they would not.
        Exception: the file is damaged, as in `read_config`.
    """
    if is_hdf5_model(path):
        _check_arrays(path)
        return
    with zipfile.ZipFile(path) as archive:
        _check_arrays(io.BytesIO(_read_member(archive, WEIGHTS, MOST_BYTES)))


def _check_arrays(source: Path | io.BytesIO) -> None:
    sizes: list[int] = []
    with h5py.File(source, "r") as file:
        file.visititems(lambda name, item: sizes.append(_bytes_of(item)))
    if sum(sizes) > MOST_BYTES:
        raise ValueError("the arrays are larger than any model's need to be")


def _bytes_of(item: h5py.Group | h5py.Dataset) -> int:
    """What an object takes in memory; its attributes are read on the way."""
    list(item.attrs.values())
    return getattr(item, "nbytes", 0)


def check_that_reading_ends(path: Path) -> None:
    """Read a file in a process of its own first: over some damage the HDF5 library loops for ever.

    Raises:
        ValueError: it does, or the process crashed.
        OSError: the file is gone, or no process can be started.
    """
    _tried(path)


def is_export_sound(path: Path) -> bool:
    """Whether a file's export could be run in that process, within its memory; yes without one.

    Raises:
        ValueError, OSError: as `check_that_reading_ends`.
    """
    return _tried(path) == 0


def _tried(path: Path) -> int:
    status = path.stat()
    return _try_version(path, status.st_mtime_ns, status.st_size)


@lru_cache(64)
def _try_version(path: Path, modified: int, size: int) -> int:
    """Once for each version of a file that ends; what does not may fare better another time."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__, str(path)],
            cwd=_ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ValueError("reading the file does not end") from error
    if done.returncode not in (0, _EXPORT_REFUSED):
        raise ValueError("reading the file crashes")
    return done.returncode


def _try(path: Path) -> int:
    """All that will be done with a file by whoever asked, who meets its other errors, too."""
    with suppress(Exception):
        read_config(path)
        check_size(path)
        if is_hdf5_model(path) and not _runs_export(path):
            return _EXPORT_REFUSED
    return 0


def _runs_export(path: Path) -> bool:
    from digits.network.light_serving import try_export

    _limit_memory()
    try:
        try_export(path)
    except Exception:
        return False
    return True


def _limit_memory() -> None:
    """Where the system can, refuse what a small network never needs."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_ADDRESSES, _MOST_ADDRESSES))


if __name__ == "__main__":
    sys.exit(_try(Path(sys.argv[1])))
