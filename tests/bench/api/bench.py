#!/usr/bin/env python3
"""How much work a second of server CPU does, beside PocketBase in the same run. README.md says what is equal.

    bench.py --heirloom BIN --pocketbase BIN --stories PATH [--rounds N] [--seconds S] [--json FILE]

Ends with 1 when a ratio stays under its target.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
OPERATIONS = ("get", "list", "create")
TARGET = 2.0
CONNECTIONS = 16
TICKS = os.sysconf("SC_CLK_TCK")
# The threads that make stories findable, beside the answers.
PROJECTIONS = ("indexer", "graph", "embedding")


def cpu_of(stat):
    """utime + stime of a /proc stat line, in seconds. The name in brackets may hold blanks."""
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def cpu(pid):
    """Seconds of the whole process (threads that ended too), and of each of PROJECTIONS that it has."""
    whole = cpu_of(pathlib.Path(f"/proc/{pid}/stat").read_text())
    apart = dict.fromkeys(PROJECTIONS, 0.0)
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        name = (task / "comm").read_text().strip()
        if name in apart:
            apart[name] += cpu_of((task / "stat").read_text())
    return whole, apart


def memory_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmRSS")


def write_requests(path, requests):
    with open(path, "w", encoding="utf-8") as file:
        for method, target, body in requests:
            # As compact as the browser sends it.
            text = json.dumps(body, ensure_ascii=False, separators=(",", ":")) if body else ""
            file.write(f"{method}\t{target}\t{text}\n")


def load(side, requests, seconds):
    done = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "30s", "-s", HERE / "stories.lua",
         side.url, "--", requests],
        env={**os.environ, "BENCH_TOKEN": side.token}, capture_output=True, text=True, timeout=seconds + 120, check=True)
    said = json.loads(done.stdout.splitlines()[-1])
    if said["errors"]:
        raise RuntimeError(f"{side.name}: {said['errors']} of {said['requests']} requests failed")
    return said


def measure(side, requests, seconds):
    side.settle()
    before, apart_before = cpu(side.pid)
    said = load(side, requests, seconds)
    side.settle()
    after, apart_after = cpu(side.pid)
    apart = {name: apart_after[name] - apart_before[name] for name in PROJECTIONS}
    whole = after - before
    answering = whole - sum(apart.values())
    return {
        "per_cpu_second": said["requests"] / answering,
        "per_cpu_second_whole": said["requests"] / whole,
        "per_second": said["requests"] / (said["micros"] / 1e6),
        "requests": said["requests"],
        "cpu": answering,
        "projections": apart,
        "bytes_each": said["bytes"] / said["requests"],
        "p50_ms": said["p50"] / 1000,
        "p99_ms": said["p99"] / 1000,
        "rss_mib": memory_mib(side.pid),
    }


def run(sides, folder, stories, rounds, seconds):
    """(side, operation) -> what each round measured."""
    files = {}
    for side in sides:
        for operation, requests in side.requests(stories).items():
            files[side.name, operation] = folder / f"{side.name}-{operation}"
            write_requests(files[side.name, operation], requests)
    measured = {key: [] for key in files}
    for operation in OPERATIONS:
        for side in sides:
            load(side, files[side.name, operation], 1)  # warm
        for number in range(rounds):
            for side in sides[::-1] if number % 2 else sides:
                one = measure(side, files[side.name, operation], seconds)
                measured[side.name, operation].append(one)
                print(f"  {operation} round {number + 1}, {side.name}: {one['per_cpu_second']:.0f} a CPU-second, "
                      f"{one['per_second']:.0f} a second", flush=True)
    return measured


def median(rounds, field):
    return statistics.median(one[field] for one in rounds)


def projection_ms(rounds, name):
    return 1000 * sum(one["projections"][name] for one in rounds) / sum(one["requests"] for one in rounds)


def report(sides, measured):
    ours, theirs = (side.name for side in sides)
    ratios = {}
    print(f"\n{'':10}{'':12}{'req/CPU-s':>10}{'ratio':>7}{'req/s':>8}{'p50 ms':>8}{'p99 ms':>8}{'bytes':>8}{'RSS MiB':>9}"
          "  CPU ms each of " + ", ".join(PROJECTIONS))
    for operation in OPERATIONS:
        pairs = zip(measured[ours, operation], measured[theirs, operation])
        ratios[operation] = statistics.median(a["per_cpu_second"] / b["per_cpu_second"] for a, b in pairs)
        for side in (ours, theirs):
            rounds = measured[side, operation]
            print(f"{operation if side == ours else '':10}{side:12}{median(rounds, 'per_cpu_second'):10.0f}"
                  f"{f'{ratios[operation]:.2f}x' if side == ours else '':>7}{median(rounds, 'per_second'):8.0f}"
                  f"{median(rounds, 'p50_ms'):8.2f}{median(rounds, 'p99_ms'):8.2f}{median(rounds, 'bytes_each'):8.0f}"
                  f"{median(rounds, 'rss_mib'):9.0f}"
                  "  " + ", ".join(f"{projection_ms(rounds, name):.2f}" for name in PROJECTIONS))
    return ratios


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--heirloom", required=True, type=pathlib.Path)
    parser.add_argument("--pocketbase", required=True, type=pathlib.Path)
    parser.add_argument("--stories", required=True, type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    os.environ["HEIRLOOM_BIN"] = str(options.heirloom)
    from heirloom_side import Heirloom  # the binary is named now
    from pocketbase_side import PocketBase

    with tempfile.TemporaryDirectory(prefix="heirloom-bench-") as name:
        folder, sides = pathlib.Path(name), []
        try:
            sides.append(Heirloom(folder / "heirloom", options.stories))
            stories = sides[0].stories()
            sides.append(PocketBase(options.pocketbase, folder / "pocketbase", stories))
            print(f"{len(stories)} stories, {options.rounds} rounds of {options.seconds} s, "
                  f"{CONNECTIONS} connections", flush=True)
            measured = run(sides, folder, stories, options.rounds, options.seconds)
        finally:
            for side in sides:
                side.stop()
    ratios = report(sides, measured)
    if options.json:
        rounds = {f"{side} {operation}": rounds for (side, operation), rounds in measured.items()}
        options.json.write_text(json.dumps({"ratios": ratios, "rounds": rounds}, indent=1))
    low = [f"{operation} {ratio:.2f}x" for operation, ratio in ratios.items() if ratio < TARGET]
    print(f"\nunder {TARGET:g}x: {', '.join(low)}" if low else f"\nevery ratio is {TARGET:g}x or more")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
