#!/usr/bin/env python3
"""Group-by of DuckDB and Polars on the rows of the `reduce` program: million rows per second.

    cargo run --release --bin reduce -- --write DIRECTORY
    python3 group_by.py DIRECTORY [THREADS] [ROUNDS]

Installs both into a virtual environment of its own in DIRECTORY, and goes on in that. A file `NAME.rows` holds pairs of
little-endian 64-bit numbers, key and value. Columns are in memory before the time starts, and the result is a table in memory.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import time
import venv

PACKAGES = ["duckdb", "polars", "pyarrow", "numpy"]


def in_environment(directory: pathlib.Path, threads: int) -> None:
    """Starts this script again with the interpreter of the environment."""
    environment = directory / "environment"
    python = environment / "bin" / "python"
    if not python.exists():
        venv.create(environment, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    # Polars reads this when it is imported.
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    os.environ["GROUP_BY_ENVIRONMENT"] = "1"
    os.execv(python, [python, __file__, *sys.argv[1:]])


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    directory = pathlib.Path(sys.argv[1])
    threads = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    if "GROUP_BY_ENVIRONMENT" not in os.environ:
        in_environment(directory, threads)

    import duckdb
    import numpy
    import polars

    connection = duckdb.connect(config={"threads": threads})
    print(f"DuckDB {duckdb.__version__}, Polars {polars.__version__}, {threads} threads")
    for path in sorted(directory.glob("*.rows")):
        rows = numpy.fromfile(path, dtype="<u8").reshape(-1, 2)
        frame = polars.DataFrame({"key": rows[:, 0].copy(), "value": rows[:, 1].copy()})
        connection.execute("create or replace table input as select * from frame")

        def by_duckdb():
            query = "create or replace temp table output as select key, sum(value) total from input group by key"
            connection.execute(query)
            return connection.execute("select count(*), sum(total) from output").fetchone()

        def by_polars():
            output = frame.group_by("key").agg(polars.col("value").sum())
            return output.height, output["value"].sum()

        expected = (len(numpy.unique(rows[:, 0])), int(rows[:, 1].sum()))
        for name, run in [("DuckDB", by_duckdb), ("Polars", by_polars)]:
            rates = []
            for number in range(rounds + 1):
                start = time.perf_counter()
                keys, total = run()
                elapsed = time.perf_counter() - start
                assert (keys, int(total)) == expected, (name, keys, total, expected)
                # The first round warms up.
                if number > 0:
                    rates.append(len(rows) / elapsed / 1e6)
            print(f"{path.stem:<10} {name:<7} {statistics.median(rates):8.1f}")


if __name__ == "__main__":
    main()
