"""One search on many machines, by Keras Tuner's own distributed mode: a chief and its workers.

The chief holds the oracle and hands out trials by gRPC, workers run them. Three environment
variables tell each process its part: `KERASTUNER_TUNER_ID` (`chief`, or any other name, unlike all
others), `KERASTUNER_ORACLE_IP` and `KERASTUNER_ORACLE_PORT` (where the chief listens).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from digits.common.errors import DigitError
from digits.tuning.oracle import import_keras_tuner, quiet
from digits.tuning.trials import run_trials

TUNER_ID = "KERASTUNER_TUNER_ID"
ORACLE_IP = "KERASTUNER_ORACLE_IP"
ORACLE_PORT = "KERASTUNER_ORACLE_PORT"

LOOK_EVERY_S = 0.5
# Idle workers ask every second, so all that are alive hear within this that the search is over.
FAREWELL_S = 10.0


@dataclass(frozen=True)
class Seat:
    """A process's part in a search on many machines.

    Attributes:
        tuner_id: its name.
        address: where the chief listens, `host:port`.
    """

    tuner_id: str
    address: str

    @property
    def is_chief(self) -> bool:
        """Whether it hands out trials; Keras Tuner looks for this word anywhere in the name."""
        return "chief" in self.tuner_id


def take_seat(environment: Mapping[str, str]) -> Seat | None:
    """Read the part of this process from its environment; None if it searches alone.

    Raises:
        DigitError: only some of the three variables are set, or the port is none.
    """
    names = (TUNER_ID, ORACLE_IP, ORACLE_PORT)
    missing = [name for name in names if not environment.get(name)]
    if len(missing) == len(names):
        return None
    if missing:
        raise DigitError(
            f"{' and '.join(missing)} must be set as well, or none of {', '.join(names)}."
        )
    port = environment[ORACLE_PORT]
    if not (port.isascii() and port.isdigit() and 1 <= int(port) <= 65_535):
        raise DigitError(f"{ORACLE_PORT} must be a number from 1 to 65535.")
    return Seat(environment[TUNER_ID], f"{environment[ORACLE_IP]}:{port}")


def serve(oracle: Any, seat: Seat, patience: float) -> None:
    """Hand out trials as the chief until the search is over.

    Keras Tuner's own loop (`oracle_chief.start_server`) would wait for ever for a worker that is
    lost, and look up every 20 seconds only.

    Args:
        oracle: of `oracle.make_oracle`, with the same patience.
        seat: of this process.
        patience: give up after so many seconds without a word from any worker.

    Raises:
        DigitError: the port is taken, all workers are silent, or the search cannot be kept on disk.
    """
    servicer, server = _server(oracle, seat)
    try:
        with quiet():
            _wait_for_end(oracle, servicer, patience)
    finally:
        server.stop(grace=2).wait()


def _wait_for_end(oracle: Any, servicer: Any, patience: float) -> None:
    while not servicer.stop_triggered:
        time.sleep(LOOK_EVERY_S)
        if oracle.failure is not None:
            raise oracle.failure
        if time.monotonic() - oracle.last_heard > patience:
            raise DigitError(
                f"No worker was heard of for {patience:g} s: the trials that are done are kept, "
                "and the same command goes on with them."
            )
    end = time.monotonic() + FAREWELL_S
    while oracle.tuner_ids and time.monotonic() < end:
        time.sleep(LOOK_EVERY_S)


def _server(oracle: Any, seat: Seat) -> tuple[Any, Any]:
    import_keras_tuner()
    import grpc
    from keras_tuner.src import protos
    from keras_tuner.src.distribute.oracle_chief import OracleServicer

    servicer = OracleServicer(oracle)
    # gRPC would share a port with another chief without a word, and workers would ask either.
    server = grpc.server(ThreadPoolExecutor(max_workers=1), options=[("grpc.so_reuseport", 0)])
    protos.get_service_grpc().add_OracleServicer_to_server(servicer, server)
    try:
        is_bound = server.add_insecure_port(seat.address) != 0
    except RuntimeError:
        is_bound = False
    if not is_bound:
        raise DigitError(
            f"The chief cannot listen at {seat.address}: another program may do so already, "
            f"or the address is not of this machine; see {ORACLE_IP} and {ORACLE_PORT}."
        )
    server.start()
    return servicer, server


def wait_for_chief(seat: Seat, patience: float) -> None:
    """Wait until the chief answers.

    Raises:
        DigitError: it does not within `patience` seconds.
    """
    import_keras_tuner()
    import grpc

    with grpc.insecure_channel(seat.address) as channel:
        try:
            grpc.channel_ready_future(channel).result(timeout=patience)
        except grpc.FutureTimeoutError as error:
            raise DigitError(
                f"No chief answers at {seat.address}: start it first, "
                f"or check {ORACLE_IP} and {ORACLE_PORT}."
            ) from error


def work(tuner: Any, seat: Seat, patience: float) -> None:
    """Run trials as a worker until the chief has no more.

    Args:
        tuner: of `trials.make_tuner`.
        seat: of this process.
        patience: seconds after which a silent chief counts as lost.

    Raises:
        DigitError: the chief is lost, or its search is another.
    """
    import grpc
    from keras_tuner.src.distribute import oracle_client

    oracle_client.TIMEOUT = patience  # an hour otherwise
    tuner.heartbeat_s = min(5.0, patience / 4)
    try:
        run_trials(tuner)
    except grpc.RpcError as error:
        raise DigitError(
            f"The chief at {seat.address} no longer answers; "
            "if it is started again, start its workers again, too."
        ) from error
