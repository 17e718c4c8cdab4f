"""The walk of graph_bench in Kuzu, over the same edges: FOLDER holds the edges.csv and starts.csv it wrote.

    kuzu_walk.py FOLDER [WALKS]

Three steps in both directions, the nearest 500 nodes. Prints p50 and p99; asserts nothing, since machines differ.
"""

import pathlib
import sys
import time

import kuzu

QUERY = (
    "MATCH (a:Person)-[e:knows* SHORTEST 1..3]-(b:Person) WHERE a.id = $start"
    " RETURN b.id, length(e) AS depth ORDER BY depth, b.id LIMIT 500"
)


def main() -> int:
    folder = pathlib.Path(sys.argv[1])
    walks = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    connection = kuzu.Connection(kuzu.Database(str(folder / "kuzu")), num_threads=1)
    connection.execute("CREATE NODE TABLE Person(id INT64 PRIMARY KEY)")
    connection.execute("CREATE REL TABLE knows(FROM Person TO Person)")
    begun = time.perf_counter()
    connection.execute(f"COPY Person FROM '{folder / 'nodes.csv'}' (header=false)")
    connection.execute(f"COPY knows FROM '{folder / 'edges.csv'}' (header=false)")
    print(f"Kuzu {kuzu.__version__} filled: {time.perf_counter() - begun:.1f} s")
    starts = [int(line) for line in (folder / "starts.csv").read_text().split()][:walks]
    times, found = [], 0
    for number, start in enumerate([*starts[: len(starts) // 10], *starts]):
        begun = time.perf_counter()
        rows = connection.execute(QUERY, {"start": start}).get_all()
        if number < len(starts) // 10:
            continue  # Warm.
        times.append((time.perf_counter() - begun) * 1e3)
        found += len(rows)
    times.sort()
    p50, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
    print(f"{'Kuzu, shortest paths to 3':34} p50 {p50:7.3f} ms  p99 {p99:7.3f} ms  {found // len(times)} nodes a walk")
    return 0


if __name__ == "__main__":
    sys.exit(main())
