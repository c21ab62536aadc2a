"""Several nodes, one of which is killed in the middle; a store that is not on disk.

Minutes long, and so run by `.ci/versions slow`.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from digits.batch.command import main
from tests.batch.test_command import save
from tests.browser import ROOT

pytest.importorskip("ray", reason="Ray is not installed: pip install -r requirements-cluster.txt")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_200)]
PATIENCE = 600.0
_CLUSTER = """
import sys
from ray.cluster_utils import Cluster

cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
nodes = [cluster.add_node(num_cpus=1) for _ in range(2)]
print(cluster.address, flush=True)
for line in sys.stdin:
    cluster.remove_node(nodes.pop(), allow_graceful=False)
    print("killed", flush=True)
cluster.shutdown()
"""


@contextmanager
def running_cluster() -> Iterator[subprocess.Popen[str]]:
    """Three nodes as processes; a line on its standard input kills one of them."""
    cluster = subprocess.Popen(
        [sys.executable, "-c", _CLUSTER],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield cluster
    finally:
        cluster.communicate(timeout=PATIENCE)


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_node_that_is_killed_costs_no_row_and_doubles_none(tmp_path: Path) -> None:
    drawings, here = save(tmp_path / "drawings", 1_500), tmp_path / "here.csv"
    there, parts = tmp_path / "there.csv", tmp_path / "there.csv.parts"
    assert main([str(drawings), "--output", str(here), "--digit"]) == 0

    with running_cluster() as cluster:
        address = line_of(cluster)
        command = [sys.executable, "read_pictures.py", str(drawings), "--output", str(there)]
        run = subprocess.Popen([*command, "--digit", "--ray", address], cwd=ROOT)
        deadline = time.monotonic() + PATIENCE
        while not list(parts.glob("*.parquet")) and time.monotonic() < deadline:
            assert run.poll() is None
            time.sleep(0.02)
        assert cluster.stdin is not None
        cluster.stdin.write("kill\n")
        cluster.stdin.flush()
        assert line_of(cluster) == "killed"
        assert run.poll() is None, "it was over before a node was killed"
        assert run.wait(PATIENCE) == 0

    assert there.read_bytes() == here.read_bytes()


@contextmanager
def running_store() -> Iterator[str]:
    """The address of an S3 that forgets everything in the end."""
    found = Path(sys.executable).with_name("moto_server")
    server = str(found) if found.exists() else shutil.which("moto_server")
    if server is None:
        pytest.skip("There is no moto: pip install 'moto[s3,server]>=5.2.2'")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [server, "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_it_listens(port)
        yield f"127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def wait_until_it_listens(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)


def test_pictures_and_table_may_lie_in_a_bucket(tmp_path: Path) -> None:
    from pyarrow import fs

    drawings, here = save(tmp_path / "drawings", 60), tmp_path / "here.parquet"
    (drawings / "0007b.png").write_text("no picture")
    assert main([str(drawings), "--output", str(here), "--digit"]) == 2
    keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "x-1"}
    with running_store() as address:
        store = fs.S3FileSystem(
            endpoint_override=address,
            scheme="http",
            access_key="x",
            secret_key="x",
            region="x-1",
            allow_bucket_creation=True,
        )
        store.create_dir("forms")
        fs.copy_files(str(drawings), "forms/2026", destination_filesystem=store)
        query = f"?endpoint_override={address}&scheme=http"
        command = ["read_pictures.py", f"s3://forms/2026{query}", "--digit", "--ray", "--output"]
        done = subprocess.run(
            [sys.executable, *command, f"s3://forms/answers.parquet{query}"],
            cwd=ROOT,
            env=os.environ | keys,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 2, done.stderr
        from pyarrow import parquet

        there = parquet.read_table("forms/answers.parquet", filesystem=store).to_pylist()
    expected = parquet.read_table(here).to_pylist()
    for row in expected:
        row["path"] = row["path"].replace(str(drawings), "s3://forms/2026")
    assert there == expected
