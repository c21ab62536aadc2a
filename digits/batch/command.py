"""The command `read_pictures.py`: from names of files to a table, and on where it was stopped."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from digits.batch.cluster_connection import LOCAL
from digits.batch.cluster_run import run_on_ray
from digits.batch.fields import read_fields
from digits.batch.job import Job, Result
from digits.batch.local_run import run_here
from digits.batch.outputs import check_format
from digits.batch.stores import is_url, without_query
from digits.batch.task import Kind, ReadingTask, hash_of_model
from digits.common.command_line import check_writable, run_script, whole_number
from digits.common.errors import DataError
from digits.network.loading import file_of_model, load_network
from digits.picture.pixels import Ink

UNREADABLE = 2
"""Exit status where a picture could not be read."""
STOPPED = "Stopped: what is read so far is kept, and the same command goes on with it."


def main(arguments: Sequence[str] | None = None) -> int:
    """Read all pictures; 2 if any could not be read, 1 if the work could not be done, else 0."""
    options = _parser().parse_args(arguments)
    results: list[Result] = []
    start = time.monotonic()
    status = run_script(lambda: results.append(_work(options)), lambda: STOPPED)
    if status:
        return status
    print(_told(results[0], options.output, time.monotonic() - start))
    return UNREADABLE if results[0].unreadable else 0


def _work(options: argparse.Namespace) -> Result:
    if options.ray is None:
        return run_here(_job(options))
    return run_on_ray(_job(options), options.output, options.ray)


def _job(options: argparse.Namespace) -> Job:
    output, model = Path(without_query(options.output)), file_of_model(options.model)
    check_format(output)
    if not is_url(options.output):
        check_writable(output.absolute().parent, "--output")
    if options.ray is None and any(map(is_url, (options.output, *options.sources))):
        raise DataError("Addresses such as s3://… are read with --ray: add it, or name files.")
    sheet = None if options.sheet is None else Path(options.sheet or output.with_suffix(".html"))
    if sheet is not None:
        check_writable(sheet.absolute().parent, "--sheet")
    fields = () if options.fields is None else read_fields(Path(options.fields))
    kind: Kind = "digit" if options.digit else "number"
    return Job(
        sources=options.sources,
        listed=getattr(sys.stdin, "buffer", None),
        output=output,
        sheet=sheet,
        task=ReadingTask(_hash_of(model), kind, options.ink, fields),
        model=model,
        workers=options.workers,
        restart=options.restart,
    )


def _hash_of(model: Path) -> str:
    try:
        return hash_of_model(model)
    except OSError:
        load_network(model)  # which says what is wrong with the file
        raise


def _told(result: Result, output: str, seconds: float) -> str:
    if result.summary is None:
        return (
            f"{output} is there already, of the same pictures, model and options: "
            "there was nothing to read. --restart reads all anew."
        )
    return f"{output}: {result.summary.as_text(seconds, result.passed_over)}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Read the numbers or digits in many pictures into a table.",
        epilog="The exit status is 2 if a picture could not be read, and 1 if nothing could be.",
    )
    parser.add_argument(
        "sources",
        nargs="+",
        metavar="SOURCE",
        help="a picture, TIFF, PDF or ZIP; a folder, with all in it; a pattern such as "
        "'scans/*.png'; or -, for a list on standard input, a line or a zero byte each",
    )
    parser.add_argument(
        "--output", required=True, metavar="FILE", help="the table: .csv, .parquet or .jsonl"
    )
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument("--number", action="store_true", help="read whole numbers (the default)")
    kinds.add_argument("--digit", action="store_true", help="read one digit in each picture")
    parser.add_argument(
        "--fields",
        metavar="FILE",
        help='a form\'s rectangles, in fractions of the page: {"sum": [x, y, width, height], …}',
    )
    parser.add_argument(
        "--sheet",
        nargs="?",
        const="",
        metavar="FILE",
        help="write a contact sheet, too: thumbnails by answer, in HTML (beside the output)",
    )
    parser.add_argument("--restart", action="store_true", help="read all anew, whatever is there")
    parser.add_argument(
        "--workers",
        type=whole_number(1, 1_000),
        default=os.cpu_count() or 1,
        metavar="N",
        help="processes that read (one for each core)",
    )
    parser.add_argument(
        "--ray",
        nargs="?",
        const=LOCAL,
        metavar="ADDRESS",
        help="read by Ray: on a cluster, such as 10.0.0.5:6379, or without an address on this "
        "machine; sources and output may then be s3:// and file:// URLs",
    )
    parser.add_argument("--ink", choices=get_args(Ink), default="auto", help="ink on paper (auto)")
    parser.add_argument("--model", metavar="FILE", help="another model, .h5 or .keras")
    return parser
