"""Spoilt model files, of Keras 2 and 3, through translation and Keras: what becomes of each.

    python benchmarks/model_fuzzing.py [--cases 10000] [--seed 0]

Each must be loaded or refused in one known sentence, within 5 s, and nothing of it may be run; a
file that ends otherwise is kept, under its seed. Not measured is what `model_config` does before:
reading each file in a process of its own, which takes 0.2 s and is the same for all.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from digits.network import model_config
from tests.model_mutations import SENTENCES, make_files, mutate, outcome

KEPT = Path(__file__).parent / "out" / "broken_models"
MOST_SECONDS = 5.0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cases", type=int, default=10_000, help="how many (10000)")
    parser.add_argument("--seed", type=int, default=0, help="of the first mutation (0)")
    options = parser.parse_args()
    model_config._tried = lambda path: 0
    said: Counter[str] = Counter()
    slowest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        healthy = Path(folder) / "healthy"
        healthy.mkdir()
        files = make_files(healthy)
        for seed in range(options.seed, options.seed + options.cases):
            path, trap = mutate(files[seed % len(files)], seed, Path(folder))
            begin = time.process_time()
            found = outcome(path, trap)
            seconds = time.process_time() - begin
            slowest = max(slowest, seconds)
            if seconds > MOST_SECONDS:
                found = f"broken: it took {seconds:.1f} s"
            if found.startswith("broken"):
                KEPT.mkdir(parents=True, exist_ok=True)
                (KEPT / f"{seed}{path.suffix}").write_bytes(path.read_bytes())
                print(f"{seed}: {found}", flush=True)
            said[found.partition(":")[0]] += 1
    for name in ("model", *SENTENCES, "broken"):
        print(f"{name:24}{said[name]:8,}")
    print(f"{'slowest':24}{slowest:8.2f} s")
    return int(said["broken"] > 0)


if __name__ == "__main__":
    sys.exit(main())
